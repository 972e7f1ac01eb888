"""The institution's console: quote, settle, receipt, reverse, the day's list, reconciliation."""

import re

import pytest
from httpx import Response

from faces.visitors import CHILD, CLINIC, FATHER, STRANGER, cashier, number_of, person, visible
from gongji.desk.ports import AnswerKey
from gongji.desk.receipts import Receipt, pdf_of, receipt_of
from gongji.desk.reconciling import HEADINGS, Kind
from gongji.faces.charts import bars, stacked
from gongji.faces.institution.reconcile import COLUMNS, WHY
from gongji.faces.seals import read_code
from web.over_http import SECRET, Web

SETTLE = {"do": "settle"}


def bill(web: Web, **more: str) -> dict[str, str]:
    """A bill's form, filled in."""
    return {"id": "ab" * 12, "patient": number_of(web, "child"), "care": "outpatient",
            "category": "drug", "channel": "window", "fund": "", "self_paid": "150",
            "uncovered": "", "total": "", "listed": "yes", **more}  # fmt: skip


def test_a_part_that_was_to_go_back_outlives_the_sign_in(web: Web) -> None:
    web.settle("b1", 150_00)
    path, who = "/institution/receipts/b1", cashier(web)
    web.town.at("2025-11-10T09:40")
    found = who.post(path, {"how": "part", "sum": "12.34"})
    (kept,) = re.findall(r"kept%3D([0-9a-f]+)", found.headers["location"])
    again = cashier(web).get(path, kept=kept).text
    assert 'value="12.34"' in again and 'value="part" checked' in again


# Quote and settle ────────────────────────────────────────────────────────────────────────────────


def test_a_bill_is_quoted_then_settled_once_with_both_balances_on_the_receipt(web: Web) -> None:
    who = cashier(web)
    quoted = visible(who.follow(who.post("/institution", bill(web, patient=FATHER))))
    assert "现金收 ¥0.00" in quoted and "当年账户余额 ¥350.00" in quoted
    assert web.town.balance("father").carried == 1200_00
    sent = bill(web, **SETTLE)
    first, second = who.post("/institution", sent), who.post("/institution", sent)
    assert first.headers["location"] == second.headers["location"]
    assert web.town.balance("father").carried == 1050_00
    page = visible(who.follow(first))
    assert "医疗保险结算收据" in page
    assert "当年账户余额 ¥0.00 历年结余余额 ¥0.00" in page  # the child's own, not the sponsor's
    assert "1,050.00" not in page


def test_enter_quotes_and_does_not_settle(web: Web) -> None:
    """The first button of the form is the harmless one."""
    page = cashier(web).get("/institution").text
    assert re.findall(r'name="do" value="(\w+)"', page) == ["quote", "settle"]


def test_the_form_changed_after_it_was_settled_gets_a_fresh_number(web: Web) -> None:
    """Back, another sum, and the button once more: that is another bill, and says so."""
    who = cashier(web)
    who.post("/institution", bill(web, **SETTLE))
    found = who.post("/institution", bill(web, self_paid="20", **SETTLE))
    assert found.status_code == 409 and "这个编号已用于另一笔" in found.text
    assert "ab" * 12 not in found.text and 'value="20"' in found.text
    assert web.town.balance("father").carried == 1050_00


def test_the_institutions_own_number_is_kept(web: Web) -> None:
    found = cashier(web).post("/institution", bill(web, number="HIS-2025.7", **SETTLE))
    assert found.headers["location"] == "/institution/receipts/HIS-2025.7"
    assert web.get(f"/v1/settlements/{CLINIC}/HIS-2025.7", as_="key-clinic").status_code == 200


def test_a_late_bill_names_its_own_time(web: Web) -> None:
    who = cashier(web)
    who.post("/institution", bill(web, happened_at="2025-11-09T08:30", **SETTLE))
    assert "2025年11月9日 08:30" in who.get(f"/institution/receipts/{'ab' * 12}").text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"patient": ""}, "请刷卡、扫码，或输入证件号码"),
        ({"patient": "nobody"}, "没有找到"),
        ({"patient": "<script>alert(1)</script>"}, "没有找到"),
        ({"patient": "' OR 1=1 --"}, "没有找到"),
        ({"patient": "P310000-nobody"}, "没有找到"),
        ({"self_paid": "1.005"}, "最多两位小数"),
        ({"fund": "-3"}, "最多两位小数"),
        ({"total": "151"}, "三项相加是 150.00 元"),
        ({"care": "magic"}, "请选择医疗类别"),
        ({"number": "a b"}, "流水号只用"),
        ({"number": "x" * 65}, "流水号只用"),
        ({"sponsor": "nobody"}, "没有找到组建人"),
        ({"happened_at": "soon"}, "请填写日期和时间"),
        ({"happened_at": "2025-12-01T09:00"}, "时间在将来"),
        ({"happened_at": "1999-01-01T09:00"}, "没有覆盖这一天"),
    ],
)
@pytest.mark.parametrize("do", ["quote", "settle"])
def test_a_bill_that_cannot_be_read_is_said_at_its_field(
    web: Web, change: dict[str, str], says: str, do: str
) -> None:
    before = web.written()
    found = cashier(web).post("/institution", bill(web, do=do, **change))
    assert found.status_code == 422 and says in found.text and 'id="summary"' in found.text
    assert "<script>alert" not in found.text
    assert web.written() == before


def test_a_refusal_is_told_with_its_rule(web: Web) -> None:
    """The clinic's patient is dead in the register: nothing is settled, and the page says so."""
    from datetime import date

    web.town.standing("stranger", died=date(2025, 11, 1))
    found = cashier(web).post("/institution", bill(web, patient=STRANGER, **SETTLE))
    assert found.status_code in (409, 422) and 'class="refusal"' in found.text


def test_a_relatives_code_settles_with_the_relatives_benefits(web: Web) -> None:
    """FAM-3, and the code is good for five minutes."""
    web.town.hold_code("father", "child")
    page = person(web, "father").get(f"/family/codes/{CHILD}").text
    (text,) = re.findall(r"<code>(P310000-child~[^<]+)</code>", page)
    now = int(web.town.now.timestamp())
    assert read_code(SECRET, text, now) == (CHILD, FATHER)
    assert read_code(SECRET, text, now + 301) is None
    assert read_code(SECRET, text.replace(CHILD, STRANGER), now) is None
    found = cashier(web).post("/institution", bill(web, patient=text, **SETTLE))
    assert found.status_code == 303


# Receipts ────────────────────────────────────────────────────────────────────────────────────────


def test_a_part_then_the_rest_goes_back_and_never_more(web: Web) -> None:
    who, path = cashier(web), "/institution/receipts/b1"
    web.settle("b1", 150_00, uncovered=10_00)
    part = {"how": "part", "sum": "50", "id": "cd" * 12}
    assert "已退回自负金额 ¥50.00" in visible(who.follow(who.post(path, part)))
    who.post(path, part)  # a second press
    assert web.town.balance("father").carried == 1100_00
    assert who.post(path, {"how": "part", "sum": "100.01"}).status_code == 422
    assert "已经全部退回" in visible(who.follow(who.post(path, {"how": "whole"})))
    assert web.town.balance("father").carried == 1200_00
    again = who.post(path, {"how": "whole"})
    assert again.status_code == 409 and web.town.balance("father").carried == 1200_00


@pytest.mark.parametrize(
    "sent", [{}, {"how": "part"}, {"how": "part", "sum": "abc"}, {"how": "part", "sum": "0"},
             {"how": "magic"}],
)  # fmt: skip
def test_what_goes_back_is_said_in_full_or_not_at_all(web: Web, sent: dict[str, str]) -> None:
    web.settle("b1", 150_00)
    before = web.written()
    assert cashier(web).post("/institution/receipts/b1", sent).status_code == 422
    assert web.written() == before


def test_the_pdf_is_the_same_each_time_and_has_a_name_masked(web: Web) -> None:
    web.settle("b1", 150_00, fund_paid=77_00)
    one, two = (cashier(web).get("/institution/receipts/b1/pdf") for _ in range(2))
    assert one.content == two.content and one.content.startswith(b"%PDF")
    assert one.headers["content-type"] == "application/pdf"
    found = web.town.ask(lambda s: receipt_of(s, AnswerKey(CLINIC, "b1")))
    assert isinstance(found, Receipt)
    assert found.patient == "张***" and found.left_fen == 150_00
    web.town.reverse("b1", "clinic", 20_00)
    later = web.town.ask(lambda s: receipt_of(s, AnswerKey(CLINIC, "b1")))
    assert isinstance(later, Receipt)
    assert pdf_of(later) != one.content  # what went back stands on it


def test_a_settlement_is_found_by_its_number_or_its_reversals(web: Web) -> None:
    web.settle("b1", 150_00)
    web.town.reverse("b1", "clinic", 20_00, id="r1")
    who = cashier(web)
    for number in ("b1", "r1"):
        found = who.get("/institution/find", number=number)
        assert found.headers["location"] == "/institution/receipts/b1"
    assert who.get("/institution/find", number="b2").status_code == 404


def test_another_institutions_settlement_is_not_there(web: Web) -> None:
    web.settle("b1", 150_00)
    other, before = cashier(web, "other"), web.written()
    none = other.get("/institution/receipts/b2")
    for found in (other.get("/institution/receipts/b1"), other.get("/institution/receipts/b1/pdf")):
        assert found.status_code == none.status_code == 404
        assert visible(found) == visible(none)
    assert other.get("/institution/find", number="b1").status_code == 404
    assert other.post("/institution/receipts/b1", {"how": "whole"}).status_code == 404
    assert web.written() == before


# The day ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_days_list_and_totals_by_channel(web: Web) -> None:
    """SET-15"""
    who = cashier(web)
    web.settle("b1", 150_00)
    web.settle("b2", 20_00, channel="kiosk")
    web.town.reverse("b2", "clinic", id="r2")
    page = visible(who.get("/institution/day"))
    assert "窗口 1 0 ¥150.00" in page and "自助机 1 1 ¥0.00" in page
    assert "逐笔 3 笔" in page
    assert "这一天没有结算" in who.get("/institution/day", on="2025-11-09").text
    for odd in ("soon", "2025-13-01", "0001-01-01", "9999-12-31"):
        assert who.get("/institution/day", on=odd).status_code == 200
    for odd in ("0", "999999", "-1", "x"):
        assert who.get("/institution/day", page=odd).status_code == 200
    front = who.get("/institution").text
    assert 'class="columns"' in front and "各小时支付，不含退回" in front


def test_a_chart_draws_what_there_is_and_nothing_for_nothing() -> None:
    found = stacked([("8", {"own": 30, "cash": 10}), ("9", {"own": 0, "cash": 0})], each=2)
    one, none = found.columns
    assert (found.top, one.total, none.segments) == (40, 40, ())
    assert [part.key for part in one.segments] == ["own", "cash"]
    assert one.segments[-1].y == 0 and sum(part.height for part in one.segments) == 120
    assert (one.named, none.named) == (True, False)
    assert stacked([]).top == 0
    assert [bar.width for bar in bars([("a", 100), ("b", 1), ("c", 0)], widest=150)] == [150, 2, 0]


# Reconciliation ──────────────────────────────────────────────────────────────────────────────────


def send(web: Web, content: bytes, **fields: str) -> Response:
    """Send a file for the day."""
    days = {"first": "2025-11-10", "last": "2025-11-10", **fields}
    return cashier(web).post(
        "/institution/reconcile", days, files={"file": ("day.csv", content, "text/csv")}
    )


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("b1,2025-11-10,150\nb2,2025-11-10,20.00\n", "2 笔全部一致"),
        ("b1,2025-11-10,140\nb2,2025-11-10,20\n", "金额不同"),
        ("b1,2025-11-10,150\n", "医保有、机构没有"),
        ("b1,2025-11-10,150\nb2,2025-11-10,20\nb3,2025-11-10,1\n", "机构有、医保没有"),
        ("b1,2025-11-10,150\nb2,2025-11-10,=1+1\n", "看不懂的行"),
    ],
)
def test_the_days_file_is_reconciled_and_differences_explained(
    web: Web, rows: str, says: str
) -> None:
    web.settle("b1", 150_00)
    web.settle("b2", 20_00)
    found = send(web, ("流水号,日期,共济支付\n" + rows).encode())
    assert says in visible(found)


@pytest.mark.parametrize(
    ("content", "fields", "says"),
    [
        (b"", {}, "请选择对账文件"),
        (b"PK\x03\x04", {}, "另存为 CSV"),
        (b"\x00\x01\x02", {}, "不是 UTF-8 或 GBK"),
        (b"a" * (10 * 1024 * 1024 + 1), {}, "不超过 10 MB"),
        (b"id,day,own\n", {"first": "soon"}, "请选择开始日期"),
        (b"id,day,own\n", {"last": "2025-11-09"}, "结束日期不早于开始日期"),
        (b"id,day,own\n", {"last": "2026-11-09"}, "一次最多 31 天"),
    ],
)
def test_a_file_or_a_day_that_will_not_do_is_said_at_its_field(
    web: Web, content: bytes, fields: dict[str, str], says: str
) -> None:
    found = send(web, content, **fields)
    assert found.status_code == 422 and says in visible(found)


def test_every_kind_of_difference_and_every_column_has_its_words() -> None:
    assert WHY.keys() == set(Kind)
    assert COLUMNS.keys() == HEADINGS.keys()
    for column, words in COLUMNS.items():
        assert words.zh in HEADINGS[column], "what the page names can be read from a file"
