"""The desks: claims with two pairs of eyes, the cashier's console, the auditor's trail."""

import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from faces.visitors import (
    CHILD,
    FATHER,
    STRANGER,
    auditor,
    cashier,
    clerk,
    number_of,
    person,
    visible,
)
from gongji.desk.faces_ports import Look, Role
from gongji.desk.identity import Identity
from gongji.desk.people import register_person
from gongji.policy.standing import Person
from gongji.terms import Scheme
from store.stores import VAULT, sqlite_file
from town import Town
from web.over_http import SECRET, Web

CLINIC = "H310000-clinic"


# Claims ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def linyi() -> Iterator[Web]:
    """A town whose region has claims at the window."""
    from litestar.testing import TestClient

    from gongji.desk.counter import Counter
    from gongji.faces.app import pages, shared
    from gongji.faces.house import House
    from gongji.web.app import create_app

    town = Town("371300")
    town.person("father", current=500_00)
    town.person("child", "resident")
    town.pool("father", {"child": "child"})
    town.hospital("clinic")
    app = create_app(
        Counter(town.office), token_secret=SECRET, pages=pages(), shared=shared(House(SECRET))
    )
    with TestClient(app) as client:
        yield Web(town, client)
    town.close()


def claim(**more: str) -> dict[str, str]:
    """A claim's form, filled in."""
    papers = {f"paper{n}": "seen" for n in range(6)}
    return {"institution": "H371300-clinic", "happened_on": "2025-11-10", "care": "inpatient",
            "fund_paid": "100", "self_paid": "50", "uncovered": "", "bank": "示范银行 6222", **papers,
            **more}  # fmt: skip


def test_a_claim_is_entered_by_one_and_reviewed_by_another(linyi: Web) -> None:
    """SET-14: register, check list, review, bank file, done."""
    web, child = linyi, "P371300-child"
    entry, review = clerk(web), clerk(web, "reviewer-1", Role.REVIEWER)
    made = entry.post(f"/clerk/for/{child}/claim", claim())
    path = made.headers["location"]
    assert "待复核" in entry.follow(made).text
    same = clerk(web, "clerk-7", Role.REVIEWER)
    found = same.post(f"{path}/review", {"verdict": "approve"})
    assert found.status_code == 409 and "不能由本人复核" in found.text
    assert web.town.balance("father").current == 500_00
    assert "待拨付" in review.follow(review.post(f"{path}/review", {"verdict": "approve"})).text
    assert web.town.balance("father").current == 450_00
    again = review.post(f"{path}/review", {"verdict": "approve"})
    assert again.status_code == 409 and web.town.balance("father").current == 450_00
    file = {"id": "ef" * 12}
    first, second = entry.post("/claims/bank-file", file), entry.post("/claims/bank-file", file)
    assert first.content == second.content and "张child,示范银行 6222,50.00" in first.text
    entry.post(f"{path}/paid")
    assert "已到账" in entry.get(path).text


def test_the_address_of_a_claims_form_is_a_page(linyi: Web) -> None:
    """Whoever signs in again in the middle of a form comes back to where it was sent."""
    entry, review = clerk(linyi), clerk(linyi, "reviewer-1", Role.REVIEWER)
    path = entry.post("/clerk/for/P371300-child/claim", claim()).headers["location"]
    assert "提交复核" in review.get(f"{path}/review").text
    assert "待复核" in entry.get(f"{path}/paid").text
    assert path in entry.get("/claims/bank-file").text


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"paper3": ""}, 409, "材料不齐"),
        ({"happened_on": "2025-12-01"}, 422, "不晚于今天"),
        ({"happened_on": "soon"}, 422, "不晚于今天"),
        ({"self_paid": "-5"}, 422, "最多两位小数"),
        ({"bank": ""}, 422, "开户银行"),
        ({"institution": "H371300-nowhere"}, 409, "没有找到这家机构"),
    ],
)
def test_a_claim_with_something_missing_is_not_taken(
    linyi: Web, change: dict[str, str], status: int, says: str
) -> None:
    found = clerk(linyi).post("/clerk/for/P371300-child/claim", claim(**change))
    assert found.status_code == status and says in found.text
    assert linyi.town.ask(lambda s: s.unit.claims("371300", state=None, limit=9)) == []


def test_a_returned_claim_pays_nothing(linyi: Web) -> None:
    made = clerk(linyi).post("/clerk/for/P371300-child/claim", claim())
    review = clerk(linyi, "reviewer-1", Role.REVIEWER)
    sent = review.post(
        f"{made.headers['location']}/review", {"verdict": "return", "note": "票据不清"}
    )
    assert "退回补正" in review.follow(sent).text
    assert linyi.town.balance("father").current == 500_00


def test_a_region_without_the_rule_has_no_claims(web: Web) -> None:
    page = clerk(web).get(f"/clerk/for/{CHILD}/claim")
    assert "没有窗口零星报销的规定" in page.text
    assert (
        clerk(web).post(f"/clerk/for/{CHILD}/claim", claim(institution=CLINIC)).status_code == 409
    )


# The clerk ───────────────────────────────────────────────────────────────────────────────────────


def test_one_box_finds_a_person_by_number_card_id_and_name(web: Web) -> None:
    who = clerk(web)
    web.town.do(lambda s: s.unit.set_card(FATHER, "A12345678"))
    for asked in (number_of(web, "father"), FATHER, "张father", "A12345678", "a 1234 5678"):
        found = who.follow(who.post("/clerk", {"q": asked}))
        assert found.headers["location"] == f"/clerk/for/{FATHER}"
    for asked in ("nobody", "P371300-father", "' OR 1=1 --", "%", "张", "A1234567"):
        assert "没有找到" in who.follow(who.post("/clerk", {"q": asked})).text


def test_several_people_of_one_name_are_told_apart_by_their_numbers(web: Web) -> None:
    for n in range(2):
        one = Person(f"P310000-same{n}", "310000", Scheme.RESIDENT)
        known = Identity("赵同名", f"31019919800102{n:03d}0")
        web.town.do(partial(register_person, person=one, identity=known, by="test"))
    who = clerk(web)
    page = who.follow(who.post("/clerk", {"q": "赵同名"})).text
    assert "/clerk/for/P310000-same0" in page and "/clerk/for/P310000-same1" in page


def test_a_card_is_noted_at_registration_and_read_at_the_till(web: Web) -> None:
    asked = {"region": "310000", "name": "张child", "number": number_of(web, "child"),
             "scheme": "resident", "card": "B12345678"}  # fmt: skip
    found = web.post("/v1/people", asked, as_="key-clerk")
    assert (found.status_code, found.json()) == (200, {"id": CHILD, "known": True})
    wrong = web.post("/v1/people", {**asked, "card": "b-1"}, as_="key-clerk")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "card")
    typed = {"do": "quote", "patient": "B12345678", "care": "outpatient", "category": "drug",
             "channel": "window", "self_paid": "10", "listed": "yes"}  # fmt: skip
    till = cashier(web)
    assert "现金收 ¥0.00" in visible(till.follow(till.post("/institution", typed)))


def test_a_death_and_the_heirs(web: Web) -> None:
    who, base = clerk(web), f"/clerk/for/{STRANGER}"
    refused = who.post(f"{base}/estate", {"sum1": "9.99", "who1": "公证书", "papers": "公证书"})
    assert refused.status_code == 409 and "没有这位参保人的死亡登记" in refused.text
    assert who.post(f"{base}/standing", {"died": "2025-12-01"}).status_code == 422
    assert who.post(f"{base}/standing", {"died": "2025-11-01"}).status_code == 303
    short = who.post(f"{base}/estate", {"sum1": "9", "who1": "公证书", "papers": "公证书"})
    assert short.status_code == 409
    paid = who.post(f"{base}/estate", {"sum1": "9.99", "who1": FATHER, "papers": "公证书"})
    assert "已付给继承人 ¥9.99" in who.follow(paid).text
    assert web.town.balance("stranger").carried == 0


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("list.csv", b"", "请选择名单文件"),
        ("list.csv", b"\x00\xff\xfe", "须改正"),
        ("list.xlsx", b"PK but no workbook", "须改正"),
        ("list.csv", b"a" * (10 * 1024 * 1024 + 1), "不超过 10 MB"),
    ],
)
def test_a_list_that_is_not_one_is_refused(web: Web, name: str, content: bytes, says: str) -> None:
    found = clerk(web).post(
        "/clerk/lists", {"year": "2026", "via": "school"}, files={"list": (name, content)}
    )
    assert found.status_code == 422
    assert says in visible(found) or "需要改正" in visible(found)


def test_a_body_beyond_all_files_is_turned_away(web: Web) -> None:
    found = clerk(web).post("/clerk/lists", files={"list": ("x.csv", b"a" * (11 * 1024 * 1024))})
    assert found.status_code == 413 and "文件太大" in found.text


# The trail ───────────────────────────────────────────────────────────────────────────────────────


def test_every_look_and_act_is_on_the_trail_and_the_person_sees_it(web: Web) -> None:
    clerk(web).get(f"/clerk/for/{FATHER}")
    who = cashier(web)
    who.follow(who.post("/institution", {"patient": CHILD, "self_paid": "1", "care": "outpatient"}))
    looks = web.town.ask(lambda s: s.unit.looks(None, limit=50, before=2**62))
    assert ("clerk-7", "home", FATHER) in {(one.who, one.what, one.whose) for one in looks}
    assert (CLINIC, "quote", CHILD) in {(one.who, one.what, one.whose) for one in looks}
    assert "clerk-7" in person(web, "father").get("/family/me").text
    text = visible(auditor(web).get("/auditor/trail", whose=FATHER))
    assert "clerk-7" in text and CHILD not in text


def test_nobody_changes_the_trail(tmp_path: Path) -> None:
    """Not even whoever opens the file with another program."""
    store = sqlite_file(tmp_path, VAULT)
    with store.begin() as unit:
        unit.keep_looks([Look("310000", 1, "x", "clerk", Role.CLERK, "home", FATHER, "why", "::1")])
    store.close()
    other = sqlite3.connect(tmp_path / "gongji.db")
    for act in ("UPDATE trail SET who = 'nobody'", "DELETE FROM trail"):
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            other.execute(act)
    assert b"why" not in other.execute("SELECT why FROM trail").fetchone()[0]
    other.close()
