"""退费明细: lines with negative counts take back what was charged, before it is settled."""

from decimal import Decimal
from typing import Any

import pytest

from national.test_days import admitted, ward_bill
from national.windows import (
    AMOXICILLIN,
    BED,
    CEFDINIR,
    MEMBER,
    SPONSOR,
    Answer,
    Sandbox,
    Window,
    fee_line,
    holds,
)


@pytest.fixture
def window() -> Window:
    """A hospital's."""
    return Window(Sandbox())


def line(
    window: Window,
    visit: str,
    sn: int,
    count: str,
    price: str,
    code: str = AMOXICILLIN,
    **more: Any,
) -> dict[str, Any]:
    """A row of 2204 or 2301 with so many units."""
    total = str((Decimal(count) * Decimal(price)).quantize(Decimal("0.01")))
    row = fee_line(visit, MEMBER, sn, code, total, window.box.now, "B1")
    return {**row, "cnt": count, "pric": price, **more}


def charged(window: Window, *rows: dict[str, Any]) -> Answer:
    """2204."""
    return window.send("2204", feedetail=list(rows))


def test_an_outpatient_s_return_is_netted(window: Window) -> None:
    """Three boxes, one back: two are settled; the return is shown below zero, as a part of class B
    is paid first."""
    visit = window.register(MEMBER)
    assert charged(window, line(window, visit, 9, "3", "10.00", CEFDINIR)).good
    back = charged(window, line(window, visit, 10, "-1", "10.00", CEFDINIR)).output["result"][0]
    assert (back["cnt"], back["pric"]) == (Decimal("-1"), Decimal("10"))
    assert back["det_item_fee_sumamt"] == Decimal("-10.00")
    assert back["preselfpay_amt"] + back["inscp_scp_amt"] == Decimal("-10.00")
    assert back["preselfpay_amt"] < 0
    bill = window.bill(visit, MEMBER, "20.00")
    assert "不等于明细之和20.00" in window.send("2207", data={**bill, "medfee_sumamt": "30"}).says
    settled = window.send("2207", data=bill)
    holds(settled.info)
    assert settled.info["medfee_sumamt"] == Decimal("20.00")
    asked = {name: settled.info[name] for name in ("psn_no", "mdtrt_id", "setl_id")}
    rows = window.send("5204", data=asked).output
    assert sum(row["det_item_fee_sumamt"] for row in rows) == Decimal("20.00")
    assert window.back("2208", settled).good
    assert window.box.balance(SPONSOR) == 1_000_00
    window.box.proof()


def test_an_inpatient_s_return_names_its_line(window: Window) -> None:
    """`init_feedetl_sn`, 退单时传入被退单的费用明细流水号: of two equal lines that one."""
    visit = admitted(window, MEMBER)
    rows = [line(window, visit, n, "2", "100.00", BED, med_type="2101") for n in (1, 2)]
    back = line(window, visit, 3, "-2", "100.00", BED, med_type="2101", init_feedetl_sn="2")
    assert window.send("2301", feedetail=[*rows, back]).good
    again = {**back, "feedetl_sn": 4}
    assert "原费用流水号）2且数量足够" in window.send("2301", feedetail=[again]).says
    settled = window.send("2304", data=ward_bill(visit, MEMBER, "200.00"))
    holds(settled.info)
    window.box.proof()


@pytest.mark.parametrize(
    ("count", "price", "says"),
    [
        ("-4", "10.00", "数量足够的未结算明细"),
        ("-1", "9.00", "数量足够的未结算明细"),
        ("0", "10.00", "数量）不得为0"),
        ("-1", "-10.00", "单价为正"),
    ],
)
def test_a_return_of_what_was_not_charged_is_refused(
    window: Window, count: str, price: str, says: str
) -> None:
    """More than there is, at another price, of nothing, at a price below zero."""
    visit = window.register(MEMBER)
    assert charged(window, line(window, visit, 1, "3", "10.00")).good
    assert says in charged(window, line(window, visit, 2, count, price)).says


def test_a_return_must_leave_nothing_of_a_line_that_went_back_whole(window: Window) -> None:
    """A yuan for three: three equal returns would leave a cent without a unit."""
    visit = window.register(MEMBER)
    assert charged(window, line(window, visit, 1, "3", "0.333")).good  # 1.00
    for sn in (2, 3):
        assert charged(window, line(window, visit, sn, "-1", "0.333")).good  # 0.33 each
    last = line(window, visit, 4, "-1", "0.333")
    assert "剩余金额0.34不符" in charged(window, last).says
    assert charged(window, {**last, "det_item_fee_sumamt": "-0.34"}).good
    nothing = window.send("2207", data=window.bill(visit, MEMBER, "0"))
    assert "已全部退费" in nothing.says


def test_a_return_whose_line_is_gone_is_not_settled(window: Window) -> None:
    """2205 of the batch that it belongs to: what is left of it is refused by name."""
    visit = window.register(MEMBER)
    assert charged(window, line(window, visit, 1, "3", "10.00")).good
    assert charged(window, line(window, visit, 2, "-1", "10.00", chrg_bchno="B2")).good
    assert charged(window, line(window, visit, 3, "1", "50.00", chrg_bchno="B2")).good
    only = window.bill(visit, MEMBER, "40.00", chrg_bchno="B2")
    assert "第2号退费明细" in window.send("2207", data=only).says
