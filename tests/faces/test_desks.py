"""The desks: claims with two pairs of eyes, the cashier's console, the auditor's trail."""

import re
import sqlite3
from collections.abc import Iterator
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
from gongji.faces.family.codes import read_code
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


def test_one_box_finds_a_person_by_number_id_and_name(web: Web) -> None:
    who = clerk(web)
    for asked in (number_of(web, "father"), FATHER, "张father"):
        assert who.get("/clerk", q=asked).headers["location"] == f"/clerk/for/{FATHER}"
    for asked in ("nobody", "P371300-father", "' OR 1=1 --", "%"):
        assert "没有找到" in who.get("/clerk", q=asked).text


def test_a_death_and_the_heirs(web: Web) -> None:
    who, base = clerk(web), f"/clerk/for/{STRANGER}"
    refused = who.post(f"{base}/estate", {"sum1": "9.99", "who1": "公证书", "papers": "公证书"})
    assert refused.status_code == 409 and "没有这位参保人的死亡登记" in refused.text
    assert who.post(f"{base}/standing", {"died": "2025-12-01"}).status_code == 422
    assert who.post(f"{base}/standing", {"died": "2025-11-01"}).status_code == 303
    short = who.post(f"{base}/estate", {"sum1": "9", "who1": "公证书", "papers": "公证书"})
    assert short.status_code == 409
    paid = who.post(f"{base}/estate", {"sum1": "9.99", "who1": FATHER, "papers": "公证书"})
    assert "已付给继承人 ¥9.99" in paid.text
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


# The cashier ─────────────────────────────────────────────────────────────────────────────────────


def bill(web: Web, **more: str) -> dict[str, str]:
    """A bill's form, filled in."""
    return {"id": "ab" * 12, "patient": number_of(web, "child"), "care": "outpatient",
            "category": "drug", "channel": "window", "fund_paid": "", "self_paid": "150",
            "uncovered": "", **more}  # fmt: skip


def test_a_bill_is_quoted_then_settled_once_and_given_back_in_parts(web: Web) -> None:
    who = cashier(web)
    quoted = who.post("/institution/settle", bill(web))
    assert "共济资金支付 ¥150.00" in visible(quoted)
    assert web.town.balance("father").carried == 1200_00
    sure = bill(web, sure="yes")
    first, second = who.post("/institution/settle", sure), who.post("/institution/settle", sure)
    assert first.headers["location"] == second.headers["location"]
    assert web.town.balance("father").carried == 1050_00
    path = first.headers["location"]
    assert "医保结算收据" in who.get(path).text
    paper, again = who.get(f"{path}/paper"), who.get(f"{path}/paper")
    assert paper.content.startswith(b"%PDF-") and paper.content == again.content
    assert who.post(path, {"sum": "abc"}).status_code == 422
    assert who.post(path, {"sum": "9999"}).status_code == 409
    assert "已退回自负金额 ¥50.00" in visible(who.follow(who.post(path, {"sum": "50"})))
    whole = who.follow(who.post(path))
    assert 'name="sum"' not in whole.text and web.town.balance("father").carried == 1200_00
    day = visible(who.get("/institution"))
    assert "窗口 1 ¥0.00 ¥0.00 ¥0.00" in day


def test_a_relatives_code_settles_with_the_relatives_benefits(web: Web) -> None:
    """FAM-3, and the code is good for five minutes."""
    web.town.hold_code("father", "child")
    page = person(web, "father").get(f"/family/codes/{CHILD}").text
    (text,) = re.findall(r"<code>(P310000-child~[^<]+)</code>", page)
    now = int(web.town.now.timestamp())
    assert read_code(SECRET, text, now) == (CHILD, FATHER)
    assert read_code(SECRET, text, now + 301) is None
    assert read_code(SECRET, text.replace(CHILD, STRANGER), now) is None
    found = cashier(web).post("/institution/settle", bill(web, patient=text, sure="yes"))
    assert found.status_code == 303


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"patient": "nobody"}, "没有找到"),
        ({"patient": "<script>"}, "没有找到"),
        ({"self_paid": "1.005"}, "最多两位小数"),
        ({"care": "magic"}, "请选择医疗类别"),
    ],
)
def test_a_bill_that_cannot_be_read_is_said_at_its_field(
    web: Web, change: dict[str, str], says: str
) -> None:
    found = cashier(web).post("/institution/settle", bill(web, **change))
    assert found.status_code == 422 and says in found.text and "<script>" not in found.text


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("b1,0,150,0\nb2,0,20.00,0\n", "一致：双方都是 2 笔"),
        ("b1,0,140,10\nb2,0,20,0\n", "金额不同"),
        ("b1,0,150,0\n", "文件里没有这一笔"),
        ("b1,0,150,0\nb2,0,20,0\nb3,1,0,0\n", "本系统没有这一笔"),
    ],
)
def test_the_days_file_is_reconciled_and_differences_explained(
    web: Web, rows: str, says: str
) -> None:
    web.settle("b1", 150_00)
    web.settle("b2", 20_00)
    for encoding in ("utf-8-sig", "gb18030"):
        content = ("id,own,pooled,cash\n" + rows).encode(encoding)
        found = cashier(web).post("/institution/reconcile", files={"file": ("day.csv", content)})
        assert says in visible(found), visible(found)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "请选择对账文件"),
        (b"\x00\x01\x02", "这不是 CSV 文本文件"),
        (b"%PDF-1.7", "第一行须为"),
        (b"id,own,pooled,cash\nb1,x,0,0", "第 2 行有误"),
        (b"id,own,pooled,cash\nb1,1", "第 2 行有误"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(web: Web, content: bytes, says: str) -> None:
    found = cashier(web).post("/institution/reconcile", files={"file": ("day.csv", content)})
    assert found.status_code == 422 and says in found.text


# The trail ───────────────────────────────────────────────────────────────────────────────────────


def test_every_look_and_act_is_on_the_trail_and_the_person_sees_it(web: Web) -> None:
    clerk(web).get(f"/clerk/for/{FATHER}")
    cashier(web).post("/institution/settle", bill(web))
    looks = web.town.ask(lambda s: s.unit.looks(None, limit=50, before=2**62))
    assert ("clerk-7", "home", FATHER) in {(one.who, one.what, one.whose) for one in looks}
    assert (CLINIC, "quote", CHILD) in {(one.who, one.what, one.whose) for one in looks}
    assert "clerk-7" in person(web, "father").get("/family/me").text
    text = visible(auditor(web).get("/auditor", whose=FATHER))
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


def test_the_auditor_proves_the_books(web: Web) -> None:
    web.settle("b1")
    assert "全部相符" in auditor(web).get("/auditor/proof", run="1").text
