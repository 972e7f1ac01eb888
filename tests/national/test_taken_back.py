"""What is told of a settlement once it was taken back: its lines, its row of 3202, its order."""

import io
import zipfile
from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest

from national.story import examples
from national.test_days import sold, totals
from national.windows import (
    AMOXICILLIN,
    HOSPITAL,
    MEMBER,
    OUTSIDE,
    PHARMACY,
    Answer,
    Sandbox,
    Window,
    psn_no,
    says,
)


@pytest.fixture
def window() -> Window:
    """The hospital's."""
    return Window(Sandbox())


def lines_of(window: Window, settled: Answer) -> list[tuple[str, str]]:
    """5204: item and sum of each line, the sums those of the settlement."""
    info = settled.info
    asked = {name: info[name] for name in ("setl_id", "mdtrt_id")} | {"psn_no": psn_no(MEMBER)}
    rows = window.send("5204", data=asked).output
    parts = ("fulamt_ownpay_amt", "preselfpay_amt", "inscp_scp_amt")
    for name, of_lines in (
        ("medfee_sumamt", "det_item_fee_sumamt"),
        *zip(parts, parts, strict=True),
    ):
        assert sum(row[of_lines] for row in rows) == info[name], name
    assert all(row["cnt"] * row["pric"] == row["det_item_fee_sumamt"] for row in rows)
    return [(row["med_list_codg"], str(row["det_item_fee_sumamt"])) for row in rows]


def test_each_settlement_of_a_visit_has_its_own_lines(window: Window) -> None:
    """Whatever became of the lines since: unsettled, settled anew, or withdrawn."""
    visit = window.register(MEMBER)
    window.charge(visit, MEMBER, (AMOXICILLIN, "40.00"), (OUTSIDE, "5.00"), batch="B1")
    window.charge(visit, MEMBER, (AMOXICILLIN, "7.00"), batch="B2")
    first = window.send("2207", data=window.bill(visit, MEMBER, "45.00"))
    back = window.back("2208", first)
    ours = [(AMOXICILLIN, "40.00"), (OUTSIDE, "5.00")]

    def still() -> None:
        assert lines_of(window, first) == ours
        assert lines_of(window, back) == [(code, f"-{total}") for code, total in ours]

    still()
    other = window.send("2207", data=window.bill(visit, MEMBER, "7.00", chrg_bchno="B2"))
    again = window.send("2207", data=window.bill(visit, MEMBER, "45.00"))
    still()
    assert lines_of(window, other) == [(AMOXICILLIN, "7.00")]
    assert lines_of(window, again) == ours
    window.back("2208", again)
    gone = {"mdtrt_id": visit, "psn_no": psn_no(MEMBER), "chrg_bchno": "0000"}
    assert window.send("2205", data=gone).good
    still()


def test_a_visit_may_change_its_kind_of_care_once_nothing_is_settled(window: Window) -> None:
    """2203: the negative settlement does not stand in the way."""
    visit = window.register(MEMBER)
    told = next(nodes for infno, nodes, _ in examples() if infno == "2203")
    told["mdtrtinfo"]["mdtrt_id"] = visit
    assert window.send("2203", **told).good
    window.charge(visit, MEMBER, (AMOXICILLIN, "40.00"))
    settled = window.send("2207", data=window.bill(visit, MEMBER, "40.00"))
    told["mdtrtinfo"]["med_type"] = "14"
    assert says(window.send("2203", **told), "med_type", "已有结算")
    assert window.back("2208", settled).good
    assert window.send("2203", **told).good


def test_a_line_of_a_code_that_nobody_knows_has_every_required_field(window: Window) -> None:
    """Its name is its code, and what has no form says so."""
    visit = window.register(MEMBER)
    window.charge(visit, MEMBER, ("UNKNOWN-1", "3.00"))
    settled = window.send("2207", data=window.bill(visit, MEMBER, "3.00"))
    asked = {name: settled.info[name] for name in ("setl_id", "mdtrt_id", "psn_no")}
    (row,) = window.send("5204", data=asked).output
    required = ("hilist_name", "medins_list_name", "list_type", "dosform_name")
    assert [row[name] for name in required] == ["UNKNOWN-1", "UNKNOWN-1", "105", "无"]


def uneven(shop: Window, *theirs: Answer) -> dict[str, str]:
    """3202 of a pharmacy whose own rows are these: what does not balance, by msgid."""
    columns = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
    rows = [
        [one.info["setl_id"], one.info["mdtrt_id"], psn_no(MEMBER)]
        + [str(one.info[name]) for name in columns]
        + ["1"]
        for one in theirs
    ]
    text = "".join("\t".join(row) + "\n" for row in rows)
    sent = {"in": b64encode(text.encode()).decode(), "filename": "a", "fixmedins_code": PHARMACY}
    kept = shop.send("9101", fsUploadIn=sent).output["file_qury_no"]
    asked = totals(shop, "0", "0", len(rows), file_qury_no=kept, cash_payamt="0")
    info = shop.send("3202", data=asked).output["fileinfo"]
    named = {name: info[name] for name in ("file_qury_no", "filename")}
    down = shop.send("9102", fsDownloadIn={**named, "fixmedins_code": PHARMACY})
    with zipfile.ZipFile(io.BytesIO(down.body)) as archive:
        content = archive.read(archive.namelist()[0]).decode()
    found = [line.split("\t") for line in content.splitlines()]
    return {row[3]: row[6] for row in found if row[4] == "1"}


def test_3202_says_what_can_be_done_about_a_refund() -> None:
    """2601 takes back a settlement, and no refund."""
    shop = Window(Sandbox(), PHARMACY)
    forgotten, cancelled, struck = (sold(shop, "6.00") for _ in range(3))
    back = shop.back("2103", cancelled)
    late = {"psn_no": psn_no(MEMBER), "omsgid": struck.info["medins_setl_id"], "oinfno": "2102"}
    assert shop.send("2601", data=late).good
    told = uneven(shop, cancelled, struck)
    assert set(told) == {one.info["medins_setl_id"] for one in (forgotten, back, struck)}
    assert "可按msgid用2601冲正" in told[forgotten.info["medins_setl_id"]]
    assert "重发撤销交易" in told[back.info["medins_setl_id"]]
    assert "已按2601冲正" in told[struck.info["medins_setl_id"]]


def ordered(window: Window, **more: Any) -> tuple[dict[str, Any], Answer]:
    """6201 and 6202 of 30.00: how the order is named, and the payment."""
    upload = next(nodes for infno, nodes, _ in examples() if infno == "6201")
    kept = window.send("6201", **upload).output["data"]
    order = {"payOrdId": kept["payOrdId"], "payToken": kept["payToken"], "orgCodg": HOSPITAL}
    paid = window.send(
        "6202", data={**order, "orgBizSer": "1", "mdtrtId": "M", "payAuthNo": "A", **more}
    )
    return order, paid


def asked_for(window: Window, order: dict[str, Any], number: str = MEMBER) -> Answer:
    """6301."""
    who = {"idNo": number, "userName": "赵小雨", "idType": "01"}
    return window.send("6301", data={**order, **who})


def refunded(window: Window, order: dict[str, Any], kind: str, **parts: str) -> Answer:
    """6203."""
    return window.send(
        "6203",
        data={
            "payOrdId": order["payOrdId"], "appRefdSn": "R", "appRefdTime": "20260302090000",
            "totlRefdAmt": "30.00", "cashRefdAmt": "0", "ecToken": "T", "refdType": kind, **parts,
        },
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "state"), [("ALL", "7"), ("HI", "8")])
def test_an_order_says_what_went_back(window: Window, kind: str, state: str) -> None:
    """已退款, or 已医保全部退款: the cash of HI is still at the institution."""
    order, _ = ordered(window)
    assert asked_for(window, order).output["data"]["ordStas"] == "6"
    assert refunded(window, order, kind, psnAcctRefdAmt="30.00", fundRefdAmt="0").good
    assert asked_for(window, order).output["data"]["ordStas"] == state
    assert says(refunded(window, order, kind), f"状态为{state}")


@pytest.mark.parametrize(
    ("part", "amount"),
    [("psnAcctRefdAmt", "1.00"), ("fundRefdAmt", "1.00"), ("psnAcctRefdAmt", "30.01")],
)
@pytest.mark.parametrize("kind", ["ALL", "HI"])
def test_a_part_is_not_taken_for_the_whole(
    window: Window, kind: str, part: str, amount: str
) -> None:
    """Who asks for one yuan back is not given thirty."""
    order, _ = ordered(window)
    assert says(refunded(window, order, kind, **{part: amount}), part)
    assert asked_for(window, order).output["data"]["ordStas"] == "6"


def test_an_order_cancelled_at_the_window(window: Window) -> None:
    """By 2208; the order knows of it, and 2601 does not pretend to have done it."""
    order, paid = ordered(window)
    msgid = window.box.office.ask(
        lambda session: session.unit.settled_of_person(psn_no(MEMBER), 0, session.at + 1)[0].msgid
    )
    late = {"psn_no": psn_no(MEMBER), "omsgid": msgid, "oinfno": "2207"}
    assert says(window.send("2601", data=late), "omsgid", "6202", "6203")
    assert paid.output["data"]["psnAcctPay"] == Decimal("30.00")
    (visit,) = window.send(
        "5201",
        data={
            "psn_no": psn_no(MEMBER), "begntime": "2026-03-01", "endtime": "2026-03-31",
            "med_type": "11",
        },
    ).output["mdtrtinfo"]  # fmt: skip
    named = {"psn_no": psn_no(MEMBER), "mdtrt_id": visit["mdtrt_id"]}
    told = window.send("5203", data={**named, "setl_id": msgid}).info
    assert told["medins_setl_id"] == msgid
    assert window.send("2208", data={**named, "setl_id": told["setl_id"]}).good
    assert asked_for(window, order).output["data"]["ordStas"] == "8"


def test_an_order_is_told_to_its_patient(window: Window) -> None:
    """The number shown by 6301 is that of the order's person."""
    order, _ = ordered(window)
    assert says(asked_for(window, order, "319999197001010010"), "idNo")


def test_a_refused_upload_leaves_nothing_and_a_good_one_its_diagnoses(window: Window) -> None:
    """5201 and 5202 know an order's visit as one of the window's."""
    span = {"begntime": "2026-03-01", "endtime": "2026-03-31", "med_type": "11"}

    def visits() -> list[str]:
        found = window.send("5201", data={"psn_no": psn_no(MEMBER), **span}).output["mdtrtinfo"]
        return [row["mdtrt_id"] for row in found]

    upload = next(nodes for infno, nodes, _ in examples() if infno == "6201")
    upload["feedetailList"][0]["detItemFeeSumamt"] = "31.00"
    assert not window.send("6201", **upload).good
    assert visits() == []
    ordered(window)
    (visit,) = visits()
    told = window.send("5202", data={"psn_no": psn_no(MEMBER), "mdtrt_id": visit}).output
    (diagnosis,) = told["diseinfo"]
    assert (diagnosis["diag_code"], diagnosis["maindiag_flag"]) == ("J06.900", "1")
