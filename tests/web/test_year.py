"""The year over HTTP: statements, premiums, certificates, the page that verifies, closed accounts."""

from datetime import date
from typing import Any

import pytest

from contributions.season import deduct
from web.over_http import Web, opened

FATHER, CHILD = "P310000-father", "P310000-child"
PREMIUM = f"/v1/premiums/{CHILD}/2026"


def due(**more: Any) -> dict[str, Any]:
    return {"person": CHILD, "year": 2026, "via": "school", "amount_fen": 400_00, **more}


def choose(web: Web, *uses: str) -> dict[str, Any]:
    found = web.put("/v1/pools/P310000-father/uses", {"uses": list(uses)}, as_="father")
    assert found.status_code == 200
    answer: dict[str, Any] = found.json()
    return answer


@pytest.fixture
def deducted(web: Web) -> Web:
    """The child's premium, registered in November and deducted on 16 December."""
    assert web.post("/v1/premiums", due(), as_="key-clerk").status_code == 200
    choose(web, "pay", "contribute")
    web.town.at("2025-12-16T08:00")
    assert deduct(web.town) == {"child": "deducted"}
    return web


# Statements ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("as_", "status"),
    [("father", 200), ("key-clerk", 200), ("key-auditor", 200), ("child", 403), ("key-away", 403)],
)
def test_a_statement_adds_up_and_is_for_its_owner_and_the_office(
    web: Web, as_: str, status: int
) -> None:
    web.settle("b1", 150_00)
    found = web.get(f"/v1/accounts/{FATHER}/statements/2025-11", as_=as_)
    assert found.status_code == status
    if status == 200:
        said = found.json()
        assert (said["pooled_out_fen"], said["spent_fen"], said["closed"]) == (150_00, 0, False)
        assert said["closing"] == {"current_fen": 500_00, "carried_fen": 1050_00}


def test_a_month_that_has_not_begun_is_too_early(web: Web) -> None:
    found = web.get(f"/v1/accounts/{FATHER}/statements/2025-12", as_="father")
    assert (found.status_code, found.json()["code"]) == (409, "too_early")


@pytest.mark.parametrize("month", ["2025-13", "2025-1", "9999-12", "0000-01", "2025-11%0A", "x"])
def test_a_month_that_is_none_is_told_so(web: Web, month: str) -> None:
    found = web.get(f"/v1/accounts/{FATHER}/statements/{month}", as_="father")
    assert (found.status_code, found.json()["code"]) == (400, "bad_input")


def test_balances_as_of_a_past_day(web: Web) -> None:
    web.town.at("2025-11-12T09:00")
    web.settle("b1", 150_00)
    sums = [
        web.get(f"/v1/people/{FATHER}/account?on={day}", as_="father").json()["carried_fen"]
        for day in ("2025-11-09", "2025-11-11", "2025-11-12")
    ]
    assert sums == [0, 1200_00, 1050_00]
    ahead = web.get(f"/v1/people/{FATHER}/account?on=2025-11-13", as_="father")
    assert (ahead.status_code, ahead.json()["errors"][0]["field"]) == (400, "on")


# Premiums ────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_premium_again_is_the_same_and_another_sum_is_refused(web: Web) -> None:
    first = web.post("/v1/premiums", due(), as_="key-clerk")
    assert (first.status_code, first.json()["number"], first.json()["state"]) == (200, 1, "due")
    assert first.json()["withdrawal"]["until"] == "2025-12-15T17:00:00+08:00"
    assert web.post("/v1/premiums", due(), as_="key-clerk").json() == first.json()
    other = web.post("/v1/premiums", due(amount_fen=1), as_="key-clerk")
    assert (other.status_code, other.json()["code"]) == (409, "already_registered")
    assert web.post("/v1/premiums", due(), as_="key-away").status_code == 403
    bad = web.post("/v1/premiums", due(person=FATHER), as_="key-clerk")
    assert (bad.status_code, bad.json()["code"]) == (422, "not_a_resident")


def test_a_change_of_uses_says_what_it_brings_with_it(web: Web) -> None:
    web.post("/v1/premiums", due(), as_="key-clerk")
    (warning,) = choose(web, "pay", "contribute")["warnings"]
    assert warning["code"] == "employer_refund"
    assert warning["zh"] and warning["en"] and warning["cites"][0]["rules"] == ["CON-9"]
    assert choose(web, "pay", "contribute")["warnings"] == []
    (warning,) = choose(web, "pay")["warnings"]
    assert warning["code"] == "pay_another_way"


def test_a_result_is_known_from_its_day_on(deducted: Web) -> None:
    said = deducted.get(PREMIUM, as_="child").json()
    assert (said["state"], said["certificate_from"]) == ("not_published", None)
    deducted.town.at("2025-12-29T09:00")
    for as_ in ("child", "father", "key-clerk"):
        said = deducted.get(PREMIUM, as_=as_).json()
        assert (said["state"], said["certificate_from"]) == ("deducted", "2025-12-30")
        (rule,) = said["withdrawal"]["cites"][0]["rules"]
        assert (rule, said["withdrawal"]["until"][:16]) == ("CON-8", "2025-12-15T17:00")
        assert "CON-5" in {rule for cite in said["cites"] for rule in cite["rules"]}


def test_who_is_not_bound_learns_nothing_of_a_premium(deducted: Web) -> None:
    for suffix in ("", "/certificate", "/certificate.pdf"):
        answers = [
            deducted.get(f"/v1/premiums/{person}/{year}{suffix}", as_=as_)
            for person in (CHILD, "P310000-nobody")
            for year in (2026, 2027)
            for as_ in ("stranger", "mother", "key-away")
        ]
        assert {(answer.status_code, answer.content) for answer in answers} == {
            (403, answers[0].content)
        }
    missing = deducted.get(f"/v1/premiums/{CHILD}/2027", as_="father")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_premium")


# The certificate, and the page that verifies it ──────────────────────────────────────────────────


def test_a_certificate_says_from_when_it_can_be_had(deducted: Web) -> None:
    for suffix in ("", ".pdf"):
        early = deducted.get(f"{PREMIUM}/certificate{suffix}", as_="father")
        assert early.status_code == 409
        assert early.json()["code"] == "certificate_not_ready"
        assert early.json()["succeeds"]["at"] == "2025-12-30T00:00:00+08:00"


def test_a_certificate_as_json_and_on_paper(deducted: Web) -> None:
    deducted.town.at("2025-12-30T00:00")
    said = deducted.get(f"{PREMIUM}/certificate", as_="child").json()
    assert (said["number"], said["amount_fen"]) == ("310000-2026-00000001", 400_00)
    assert said["person_number"].count("*") == 13
    assert FATHER not in str(said)
    paper = deducted.get(f"{PREMIUM}/certificate.pdf", as_="child")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    assert paper.content == deducted.get(f"{PREMIUM}/certificate.pdf", as_="father").content


def test_the_code_leads_to_a_page_that_says_it_is_genuine(deducted: Web) -> None:
    deducted.town.at("2025-12-30T00:00")
    said = deducted.get(f"{PREMIUM}/certificate", as_="child").json()
    host, path = said["verify_url"].split("/verify/premium/")
    assert host.startswith("http")
    number = deducted.town.ask(lambda s: s.unit.identities([CHILD])[CHILD].number)
    for address in (f"/verify/premium/{path}", f"/certificates/verify/{path}"):
        for suffix, word in (("?lang=zh", "证明属实"), ("?lang=en", "is genuine")):
            page = deducted.client.get(address + suffix)
            assert page.status_code == 200
            assert word in page.text and "¥400.00" in page.text.replace(" ", "")
            assert said["person_number"] in page.text and number not in page.text
            assert "<script>" not in page.text and "都是示例" not in page.text


@pytest.mark.parametrize(
    "token",
    [
        "310000-2026-00000001.00000000000000000000000000000000",
        "310000-2026-00000009.00000000000000000000000000000000",
        "999999-2026-00000001.00000000000000000000000000000000",
        "310000-0000-999999999999999.00000000000000000000000000000000",
        "x",
        "%22%3E%3Cscript%3E",
        "9" * 3000,
    ],
)
def test_a_code_that_is_not_ours_is_told_so(deducted: Web, token: str) -> None:
    deducted.town.at("2025-12-30T00:00")
    page = deducted.client.get(f"/certificates/verify/{token}")
    assert page.status_code == 404
    assert "无法证实" in page.text and "<script>" not in page.text and len(page.text) < 5000


def test_a_code_of_another_key_is_not_ours(deducted: Web) -> None:
    deducted.town.at("2025-12-30T00:00")
    url = deducted.get(f"{PREMIUM}/certificate", as_="child").json()["verify_url"]
    deducted.client.app.state.certificate_key = b"another key of thirty-two bytes!"
    assert deducted.client.get("/verify/premium/" + url.rpartition("/")[2]).status_code == 404


# Accounts that close ─────────────────────────────────────────────────────────────────────────────


def estate(**more: Any) -> dict[str, Any]:
    heirs = [{"amount_fen": 1200_00, "paper": "sm3:66c7"}, {"amount_fen": 500_00}]
    return {"id": "e1", "person": FATHER, "heirs": heirs, "documents": ["sm3:66c7"], **more}


def test_an_estate_is_settled_once_and_ends_the_bonds(web: Web) -> None:
    alive = web.post("/v1/estates", estate(), as_="key-clerk")
    assert (alive.status_code, alive.json()["code"]) == (422, "not_dead")
    web.town.standing("father", died=date(2025, 11, 9))
    short = web.post("/v1/estates", estate(heirs=[{"amount_fen": 1}]), as_="key-clerk")
    assert short.json()["errors"][0]["field"] == "heirs"
    assert (short.status_code, short.json()["numbers"]["needed_fen"]) == (422, 1700_00)
    done = web.post("/v1/estates", estate(), as_="key-clerk").json()
    assert (done["paid_fen"], len(done["ended"]), done["repeated"]) == (1700_00, 2, False)
    assert web.post("/v1/estates", estate(), as_="key-clerk").json()["repeated"] is True
    assert web.town.balance("father").carried == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"documents": []}, "documents"),
        ({"heirs": [{"amount_fen": 10**30}]}, "heirs[0].amount_fen"),
        ({"heirs": [{"amount_fen": 1, "person": CHILD, "paper": "x"}]}, "heirs[0].paper"),
    ],
)
def test_an_estate_that_cannot_be_taken(web: Web, change: dict[str, Any], field: str) -> None:
    found = web.post("/v1/estates", estate(**change), as_="key-clerk")
    assert (found.status_code, found.json()["errors"][0]["field"]) == (400, field)


def test_a_move_takes_the_balance_along(web: Web) -> None:
    asked = {"id": "m1", "person": "P310000-stranger", "to": "330100"}
    for as_, status in (("key-away", 403), ("stranger", 403), ("key-clerk", 200)):
        found = web.post("/v1/moves", asked, as_=as_)
        assert found.status_code == status
    assert (found.json()["paid_fen"], found.json()["repeated"]) == (9_99, False)
    assert web.post("/v1/moves", asked, as_="key-clerk").json()["repeated"] is True
    here = web.post("/v1/moves", {**asked, "id": "m2", "to": "310000"}, as_="key-clerk")
    assert (here.status_code, here.json()["errors"][0]["field"]) == (400, "to")
    newline = web.post("/v1/moves", {**asked, "id": "m3", "to": "330100\n"}, as_="key-clerk")
    assert newline.status_code == 400


# The catalogue ───────────────────────────────────────────────────────────────────────────────────


def test_the_catalogue_is_for_anyone() -> None:
    from importlib import resources

    from gongji.desk.editions import EditionHead, import_edition

    content = (resources.files("gongji") / "samples" / "medicines.csv").read_bytes()
    head = EditionHead(region="100000", name="sample", starts=date(2025, 1, 1))
    with opened() as web:
        web.town.do(lambda s: import_edition(s, head, content, "test"))
        found = web.get("/v1/catalogue/items", name="阿莫西林", region="310000").json()
        assert found["listed"] and {entry["list_class"] for entry in found["entries"]} == {"A"}
        assert found["editions"] == ["100000/drug/sample"]
        one = web.get("/v1/catalogue/items", name="阿莫西林", form="颗粒剂").json()
        assert [entry["form"] for entry in one["entries"]] == ["颗粒剂"]
        hits = web.get("/v1/catalogue/search", text="amxl").json()["hits"]
        assert hits[0]["name"] == "阿莫西林" and hits[0]["how"] == "initials"
        early = web.get("/v1/catalogue/items", name="阿莫西林", on="2024-12-31")
        assert (early.status_code, early.json()["code"]) == (422, "no_provision")
        assert early.json()["errors"][0]["field"] == "on"
        for what in ({"name": "阿莫西林"}, {"text": "amxl"}):
            path = "/v1/catalogue/items" if "name" in what else "/v1/catalogue/search"
            assert web.get(path, region="371300", **what).json()["editions"] == found["editions"]
            unknown = web.get(path, region="110000", **what)
            assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_region")
            (error,) = unknown.json()["errors"]
            assert error["field"] == "region" and "310000" in error["form"] and error["remedy"]
        page = {"name": "阿莫西林", "region": "371300"}
        assert "目录版本：100000/drug/sample" in web.get("/medicines", **page).text
        nowhere = web.get("/medicines", **{**page, "region": "110000"}).text
        assert "请选择统筹区" in nowhere and "目录版本" not in nowhere


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"text": ""},
        {"text": "x" * 61},
        {"text": "a", "region": "31"},
        {"text": "a", "on": "soon"},
        {"text": "a", "lmit": "5"},
    ],
)
def test_a_search_that_cannot_be_taken(web: Web, query: dict[str, str]) -> None:
    found = web.get("/v1/catalogue/search", **query)
    assert (found.status_code, found.json()["code"]) == (400, "bad_input")
