"""People, accounts, pools and institutions over HTTP, as a family and a clerk walk through them."""

from datetime import timedelta
from typing import Any

import pytest

from gongji.desk.identity import check_digit
from gongji.desk.ports import Filing
from web.over_http import Web

FATHER, CHILD, MOTHER = "P310000-father", "P310000-child", "P310000-mother"


def number(first: str = "31019919800101777") -> str:
    return first + check_digit(first)


def test_a_clerk_registers_a_person_once(web: Web) -> None:
    asked = {"region": "310000", "name": "王小五", "number": number(), "scheme": "employee",
             "phone": "13812345678"}  # fmt: skip
    first = web.post("/v1/people", asked, "key-clerk")
    assert first.status_code == 201
    again = web.post("/v1/people", asked, "key-clerk")
    assert (again.status_code, again.json()) == (200, {"id": first.json()["id"], "known": True})
    shown = web.get(f"/v1/people/{first.json()['id']}", as_="key-clerk").json()
    assert shown["name"] == "王**"
    assert shown["number"] == "310" + "*" * 13 + asked["number"][-2:]
    assert shown["phone"] == "138****5678"
    assert shown["standing"]["scheme"] == "employee"
    elsewhere = web.post("/v1/people", {**asked, "region": "371300"}, "key-clerk")
    assert elsewhere.status_code == 403


@pytest.mark.parametrize(
    ("as_", "name", "status"),
    [
        ("key-clerk", None, 200),
        ("key-clinic", None, 200),
        ("father", "王五", 200),
        ("father", "王六", 404),
        ("father", None, 400),
        ("key-away", None, 403),
    ],
)
def test_a_person_is_found_by_number_and_by_name_too_for_relatives(
    web: Web, as_: str, name: str | None, status: int
) -> None:
    person = {"region": "310000", "name": "王五", "number": number(), "scheme": "resident"}
    id = web.post("/v1/people", person, "key-clerk").json()["id"]
    asked = {"region": "310000", "number": number(), **({"name": name} if name else {})}
    found = web.post("/v1/people/find", asked, as_)
    assert found.status_code == status
    if status == 200:
        assert found.json() == {"id": id, "name": "王*"}


def test_a_wrong_name_reads_like_a_number_that_is_not_there(web: Web) -> None:
    person = {"region": "310000", "name": "王五", "number": number(), "scheme": "resident"}
    web.post("/v1/people", person, "key-clerk")
    other = {"region": "310000", "number": number("31019919800101888"), "name": "王六"}
    wrong = {"region": "310000", "number": number(), "name": "王六"}
    found = [web.post("/v1/people/find", asked, "father") for asked in (other, wrong)]
    assert found[0].content == found[1].content


def test_a_standing_changes_and_the_past_can_be_asked_about(web: Web) -> None:
    path = f"/v1/people/{MOTHER}"
    web.town.now += timedelta(days=1)
    changed = web.post(f"{path}/standing", {"status": "suspended"}, "key-clerk")
    assert changed.json()["status"] == "suspended"
    before = web.get(path, as_="mother", at="2025-11-10T12:00:00+08:00").json()
    assert before["standing"]["status"] == "active"
    assert web.get(path, as_="mother").json()["standing"]["status"] == "suspended"
    history = web.get(f"{path}/standings", as_="mother").json()["standings"]
    assert [(row["status"], row["filed_by"]) for row in history] == [
        ("active", "test"), ("suspended", "clerk-7"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, ""),
        ({"died": "2025-11-11"}, "died"),
        ({"died": "1900-01-01"}, "died"),
        ({"suspended_from": "2025-11-10", "suspended_until": "2025-11-09"}, "suspended_until"),
        ({"status": "asleep"}, "status"),
    ],
)
def test_a_change_of_standing_that_makes_no_sense(
    web: Web, change: dict[str, str], field: str
) -> None:
    found = web.post(f"/v1/people/{MOTHER}/standing", change, "key-clerk")
    assert found.status_code == 400
    assert found.json()["errors"][0]["field"] == field


def test_a_credit_is_booked_once_for_an_id(web: Web) -> None:
    asked: dict[str, Any] = {"id": "c1", "purse": "carried", "amount_fen": 100_00}
    path = f"/v1/people/{FATHER}"
    first = web.post(f"{path}/credits", asked, "key-clerk").json()
    again = web.post(f"{path}/credits", asked, "key-clerk").json()
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert web.get(f"{path}/account", as_="father").json() == {
        "person": FATHER, "current_fen": 500_00, "carried_fen": 1300_00, "pooled_fen": 1300_00,
    }  # fmt: skip
    other = web.post(f"{path}/credits", {**asked, "amount_fen": 1}, "key-clerk")
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")
    resident = web.post(f"/v1/people/{CHILD}/credits", {**asked, "id": "c2"}, "key-clerk")
    assert (resident.status_code, resident.json()["code"]) == (422, "no_account")


def test_own_bills_are_listed_pooled_or_not(web: Web) -> None:
    web.settle("b1", 20_00, patient="mother", uncovered=1_00)
    (bill,) = web.get(f"/v1/people/{MOTHER}/bills", as_="mother").json()["payments"]
    assert (bill["own_fen"], bill["pooled_fen"], bill["cash_fen"]) == (20_00, 0, 1_00)


def test_a_family_code_is_held_and_shown_at_the_clinic(web: Web) -> None:
    path = "/v1/people/P310000-stranger/family-codes"
    held = web.post(path, web.known("child"), "stranger").json()
    assert held == {"holder": "P310000-stranger", "relatives": [CHILD]}
    assert web.get(path, as_="stranger").json() == held
    shown = {"credential": "family_code", "shown_by": "P310000-stranger"}
    assert web.settle("b1", 10_00, **shown).json()["outcome"] == "pooled"
    refused = web.settle("b2", 10_00, credential="family_code", shown_by=MOTHER)
    assert (refused.status_code, refused.json()["code"]) == (422, "not_own_credential")


@pytest.mark.parametrize("wrong", ["relative", "name", "number"])
def test_nobody_holds_the_code_of_somebody_whom_they_do_not_know(web: Web, wrong: str) -> None:
    """An id stands on every receipt. Which of the three was wrong is not told."""
    path = "/v1/people/P310000-stranger/family-codes"
    other = web.known("mother") if wrong != "name" else {"name": "王芳"}
    refused = web.post(path, {**web.known("child"), wrong: other[wrong]}, "stranger")
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_person")
    nobody = web.post(path, {**web.known("child"), "relative": "P310000-nobody"}, "stranger")
    assert nobody.json() == refused.json()
    assert web.get(path, as_="stranger").json()["relatives"] == []


def form(**change: Any) -> dict[str, Any]:
    return {"sponsor": "P310000-stranger", "uses": ["pay"], "committed": True, **change}


def test_a_pool_is_formed_with_a_result_for_each_member(web: Web) -> None:
    web.town.person("son", "resident")
    members = [
        {"person": "P310000-son", "kinship": "child"},
        {"person": CHILD, "kinship": "child"},
        {"person": "P310000-nobody", "kinship": "sibling"},
    ]
    found = web.post("/v1/pools", form(members=members), "stranger")
    assert found.status_code == 201
    results = {result["person"]: result for result in found.json()["members"]}
    assert results["P310000-son"]["bound"] is True
    assert results[CHILD]["refused"]["code"] == "already_in_a_pool"
    assert results[CHILD]["cites"][0]["rules"] == ["NET-7"]
    assert results["P310000-nobody"]["refused"]["code"] == "unknown_person"
    again = web.post("/v1/pools", form(), "stranger")
    assert (again.status_code, again.json()["code"]) == (409, "sponsor_has_pool")


def test_no_pool_is_formed_when_nobody_can_be_bound(web: Web) -> None:
    found = web.post("/v1/pools", form(members=[{"person": CHILD, "kinship": "child"}]), "stranger")
    assert (found.status_code, found.json()["pool"]) == (200, None)


def test_a_member_named_twice_is_a_slip(web: Web) -> None:
    twice = [{"person": CHILD, "kinship": "child"}, {"person": CHILD, "kinship": "sibling"}]
    found = web.post("/v1/pools", form(members=twice), "stranger")
    assert (found.status_code, found.json()["errors"][0]["field"]) == (400, "members")


@pytest.mark.parametrize(
    ("as_", "more", "status", "field"),
    [
        ("stranger", {}, 201, None),
        ("stranger", {"channel": "national_platform"}, 201, None),
        ("stranger", {"channel": "window"}, 400, "channel"),
        ("stranger", {"agent": number()}, 400, "agent"),
        ("key-clerk", {}, 201, None),
        ("key-clerk", {"agent": number()}, 201, None),
        ("key-clerk", {"agent": number()[:-1] + "X"}, 400, "agent"),
        ("key-clerk", {"channel": "app"}, 400, "channel"),
        ("key-away", {}, 403, None),
        ("father", {}, 403, None),
    ],
)
def test_a_clerk_files_at_the_window_with_the_agent_on_record(
    web: Web, as_: str, more: dict[str, str], status: int, field: str | None
) -> None:
    found = web.post("/v1/pools", form(**more), as_)
    assert found.status_code == status
    if field:
        assert found.json()["errors"][0]["field"] == field


def test_what_the_window_files_names_the_clerk_and_the_agent(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed: list[Filing] = []
    unit = web.town.ask(lambda session: type(session.unit))
    keep = unit.add_pool

    def add_pool(self: Any, pool: Any, filing: Filing) -> None:
        filed.append(filing)
        keep(self, pool, filing)

    monkeypatch.setattr(unit, "add_pool", add_pool)
    web.post("/v1/pools", form(agent=number()), "key-clerk")
    assert [(f.channel, f.asked_by, f.agent) for f in filed] == [("window", "clerk-7", number())]


def test_a_bond_is_made_ended_and_left(web: Web) -> None:
    web.town.person("aunt", "resident")
    bonds = f"/v1/pools/{FATHER}/bonds"
    made = web.post(bonds, {"member": "P310000-aunt", "kinship": "sibling"}, "father")
    assert made.status_code == 201
    assert (made.json()["member"], made.json()["ends"]) == ("P310000-aunt", None)
    web.town.now += timedelta(hours=1)
    ended = web.post(f"{bonds}/P310000-aunt/unbind", {}, "father").json()
    assert ended == {"ends": "2025-11-10T10:00:00+08:00", "bonds": [made.json()["id"]]}
    again = web.post(f"{bonds}/P310000-aunt/unbind", {}, "father")
    assert (again.status_code, again.json()["code"]) == (404, "not_bound")
    left = web.post(f"/v1/people/{MOTHER}/leave", {"sponsor": FATHER}, "mother")
    assert left.status_code == 200
    path = f"/v1/pools/{FATHER}"
    before = web.get(path, as_="father", at="2025-11-10T09:30:00+08:00").json()
    assert len(before["bonds"]) == 3
    assert [bond["member"] for bond in web.get(path, as_="father").json()["bonds"]] == [CHILD]


def test_uses_are_chosen_and_a_pool_is_dissolved(web: Web) -> None:
    chosen = web.put(f"/v1/pools/{FATHER}/uses", {"uses": ["pay", "contribute"]}, "father")
    assert chosen.json()["uses"] == ["contribute", "pay"]
    ended = web.post(f"/v1/pools/{FATHER}/dissolve", {}, "father").json()
    assert len(ended["bonds"]) == 2
    gone = web.get(f"/v1/pools/{FATHER}", as_="father")
    assert (gone.status_code, gone.json()["code"]) == (404, "no_pool")


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (f"/v1/pools/{FATHER}/bonds", {"member": "P310000-stranger", "kinship": "sibling"}),
        (f"/v1/pools/{FATHER}/bonds/{MOTHER}/unbind", {}),
        (f"/v1/pools/{FATHER}/dissolve", {}),
        (f"/v1/people/{MOTHER}/leave", {}),
    ],
)
def test_a_member_or_stranger_changes_nothing_of_anothers(
    web: Web, path: str, asked: dict[str, str]
) -> None:
    for as_ in ("child", "stranger", "key-away"):
        assert web.post(path, asked, as_).status_code == 403
    assert len(web.get(f"/v1/pools/{FATHER}", as_="father").json()["bonds"]) == 2


def test_a_clerk_registers_an_institution_of_the_region(web: Web) -> None:
    asked = {"region": "310000", "kind": "pharmacy", "name": "大药房"}
    made = web.post("/v1/institutions", asked, "key-clerk")
    assert made.status_code == 201
    id = made.json()["id"]
    assert id.startswith("Y310000-")
    changed = {**asked, "id": id, "designated": False}
    assert web.post("/v1/institutions", changed, "key-clerk").json()["designated"] is False
    assert web.get(f"/v1/institutions/{id}", as_="father").json()["name"] == "大药房"
    wrong = web.post("/v1/institutions", {**asked, "id": "H310000-clinic"}, "key-clerk")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "id")
    away = web.post("/v1/institutions", {**asked, "region": "371300"}, "key-clerk")
    assert away.status_code == 403


def test_anyone_may_read_the_law(web: Web) -> None:
    regions = [pack["region"] for pack in web.get("/v1/packs").json()["packs"]]
    assert regions == ["100000", "310000", "371300", "450000"]
    on = {day: web.get("/v1/packs/310000", on=day).json() for day in ("2025-10-31", "2025-11-01")}
    kin = {
        day: next(p for p in pack["provisions"] if p["question"] == "kin_allowed")
        for day, pack in on.items()
    }
    assert kin["2025-10-31"]["value"] == ["child", "parent", "spouse"]
    assert "sibling" in kin["2025-11-01"]["value"]
    assert all(p["quote"] and p["asks_en"] for pack in on.values() for p in pack["provisions"])


def test_two_regions_are_compared_question_by_question(web: Web) -> None:
    found = web.get("/v1/packs/310000/diff/371300").json()["differences"]
    by_question = {one["question"]: one for one in found}
    assert by_question["one_card_asked"]["one"]["value"] is False
    assert by_question["one_card_asked"]["other"]["value"] is True
    assert web.get("/v1/packs/310000/diff/310000").json()["differences"] == []
