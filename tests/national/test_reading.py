"""Values and fields as they are read: times, codes, and what one region asks for and another does not."""

from typing import Any

import msgspec
import pytest

from gongji.national.exchange import Asked, read
from gongji.national.reading import Wrong, read_value
from gongji.national.schema import Field, Kind, dictionaries, transactions
from national.test_days import totals
from national.windows import (
    HOSPITAL,
    MEMBER,
    PHARMACY,
    Sandbox,
    Window,
    psn_no,
    says,
)


@pytest.fixture
def box() -> Sandbox:
    """A sandbox of one's own."""
    return Sandbox()


_TOTALS: dict[str, Any] = {
    "insutype": "310", "setl_optins": "430100", "stmt_begndate": "2026-03-02",
    "stmt_enddate": "2026-03-02", "medfee_sumamt": "0", "fund_pay_sumamt": "0", "acct_pay": "0",
    "fixmedins_setl_cnt": "0", "fixmedins_refd_setl_flag": "0",
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "infno", "left_out", "good"),
    [
        ("H43010000001", "1101", "card_sn", False),  # 「就诊凭证类型为“03”时必填」
        ("H99000000001", "1101", "card_sn", True),
        ("P44010000001", "3201", "setl_optins", True),  # clr_optins in Guangzhou
        ("P44030000001", "3202", "clr_type", True),  # Shenzhen has none
        ("P43010000001", "3202", "clr_type", False),
        ("P99000000001", "3201", "setl_optins", False),
    ],
)
def test_what_one_region_asks_for_and_another_does_not(
    box: Sandbox, code: str, infno: str, left_out: str, good: bool
) -> None:
    """By the profile of the institution's area."""
    whole = {
        "1101": {
            "mdtrt_cert_type": "03", "mdtrt_cert_no": "A1234567", "card_sn": "1",
            "psn_cert_type": "01", "certno": MEMBER, "psn_name": "赵小雨",
        },
        "3201": {**_TOTALS, "clr_type": "41"},
        "3202": {**_TOTALS, "clr_type": "41", "file_qury_no": "1", "cash_payamt": "0"},
    }[infno]  # fmt: skip
    window = Window(box, code)
    for data, taken in ((whole, True), (whole | {left_out: ""}, good)):
        found = read(msgspec.json.encode(window.message(infno, data=data)), "")
        assert isinstance(found, Asked) is taken
        assert taken or (isinstance(found, Wrong) and left_out in found.says)


MOMENT = Field("begntime", Kind.MOMENT, 19, 0, True, False, "开始时间")


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("2026-03-02 09:00:00", "2026-03-02 09:00:00"),
        ("2026/3/2 9:00:00", "2026-03-02 09:00:00"),
        ("2026-03-02T01:00:00.000Z", "2026-03-02 09:00:00"),  # JavaScript, in Greenwich's time
        ("2026-03-01T17:00:00Z", "2026-03-02 01:00:00"),
        ("2026-03-02T09:00:00+08:00", "2026-03-02 09:00:00"),
        ("20260302", "2026-03-02 00:00:00"),
        ("0001-01-01 00:00:00", None),  # C#, of a time that nobody has set
        ("0001/1/1 0:00:00", None),
        ("9999-12-31 23:59:59", "2999-12-31 23:59:59"),  # no end
        ("9999-12-31", "2999-12-31 00:00:00"),
    ],
)
def test_times_as_languages_print_them(sent: str, meant: str | None) -> None:
    """One moment each, or none."""
    assert read_value(MOMENT, sent, {}) == meant


@pytest.mark.parametrize(
    "sent",
    [
        "2026-02-29",
        "0000-00-00 00:00:00",
        "1899-12-30",
        "3000-01-01",
        "9999-12-31T23:59:59Z",
        "昨天",
    ],
)
def test_times_that_are_none(sent: str) -> None:
    """A sentence with the form."""
    assert isinstance(read_value(MOMENT, sent, {}), Wrong)


def test_no_day_is_too_early_or_too_late_to_be_asked_about(box: Sandbox) -> None:
    """A sentence or an answer, and nothing of ours breaks on it."""
    desk, shop = Window(box), Window(box, PHARMACY)
    visit = {"psn_no": psn_no(MEMBER), "insutype": "310", "med_type": "11"}
    benefits = {**visit, "fixmedins_code": HOSPITAL}
    early = desk.send("2001", data={**benefits, "begntime": "1970-01-01 00:00:00"})
    assert says(early, "begntime", "1970-01-01")
    for day in ("1900-01-01", "1970-01-01", "2999-12-31", "9999-12-31"):
        asked = {**visit, "begntime": "1900-01-01", "endtime": day}
        assert desk.send("5201", data=asked).good
        item = {"updt_time": day, "query_date": day, "page_num": 1, "page_size": 10}
        for infno in ("1312", "1318", "1319"):
            answer = desk.send(infno, data=item)
            assert answer.good or says(answer, "query_date"), answer.says
        period = {"stmt_begndate": "1900-01-01", "stmt_enddate": day}
        assert shop.send("3201", data=totals(shop, "0", "0", 0) | period).good


def test_every_table_of_codes_is_held_against() -> None:
    """A coded field takes what is in its table; without one are places, departments and diseases,
    of which there are thousands, and two tables that no edition prints."""
    without = {
        field.name
        for transaction in transactions().values()
        for node in transaction.inputs
        for field in node.fields
        if field.coded and field.kind is Kind.TEXT and field.name not in dictionaries()
    }
    places = {"admdvs", "insu_admdvs", "poolarea_no"}
    assert without == places | {"caty", "dise_type_code", "hilist_use_type", "overlmt_dspo_way"}


@pytest.mark.parametrize(("code", "good"), [("99915", True), ("9950", True), ("99999", False)])
def test_clearing_types_of_hunan(box: Sandbox, code: str, good: bool) -> None:
    """Its own, beside the national ones."""
    message = Window(box, "H43010000001").message("3201", data={**_TOTALS, "clr_type": code})
    assert isinstance(read(msgspec.json.encode(message), ""), Asked) is good
