"""目录查询: 1312, 1318 and 1319 as a vendor reads them, page by page to the end."""

from decimal import Decimal
from typing import Any

import pytest

from gongji.desk.national_ports import WireItem
from gongji.national.schema import transactions
from national.windows import Sandbox, Window

ITEMS = (
    WireItem("CEILING-1", "清肺排毒颗粒", "", "15g(相当于饮片49g)/袋", "drug", "101", "11"),
    WireItem("LIMITED-1", "生脉注射液", "", "", "drug", "101", "11"),
)


@pytest.fixture
def box() -> Sandbox:
    """A sandbox with a medicine that has a ceiling, and one that is restricted."""
    found = Sandbox()
    found.office.do(lambda session: session.unit.put_wire_items(ITEMS))
    return found


def pages(window: Window, infno: str, size: int, **asked: str) -> list[dict[str, Any]]:
    """All rows of 1312, 1318 or 1319, page by page to the end."""
    found: list[dict[str, Any]] = []
    for number in range(1, 1000):
        data = {"updt_time": "2026-01-01", "page_num": number, "page_size": size, **asked}
        page = window.send(infno, data=data).output
        found += page["data"]
        if page["lastPage"]:
            assert len(found) == page["recordCounts"]
            return found
    raise AssertionError("no last page")


@pytest.mark.parametrize("infno", ["1312", "1318", "1319"])
def test_the_catalogue_is_read_to_its_end(box: Sandbox, infno: str) -> None:
    """Whatever the size of a page; each row has an id of its own and every required field."""
    window = Window(box)
    rows = pages(window, infno, 1000)
    assert [pages(window, infno, size) for size in (1, 7)] == [rows, rows]
    assert len({row["rid"] for row in rows}) == len(rows) > 0
    (node,) = transactions()[infno].outputs
    needed = [field.name for field in node.fields if field.required]
    assert all(row[name] != "" for row in rows for name in needed)


def test_the_catalogue_answers_what_was_asked(box: Sandbox) -> None:
    """By level, kind of person, class, validity; a ceiling is that of every level."""
    window = Window(box)
    ceilings = pages(window, "1318", 100, hilist_code="CEILING-1")
    assert [row["hilist_lmtpric_type"] for row in ceilings] == ["1", "2", "3"]
    assert {row["hilist_pric_uplmt_amt"] for row in ceilings} == {Decimal("20.60")}
    assert {(row["begndate"], row["enddate"]) for row in ceilings} == {("2025-01-01", "2026-12-31")}
    assert pages(window, "1318", 100, hilist_lmtpric_type="2") == ceilings[1:2]
    shares = pages(window, "1319", 100, selfpay_prop_psn_type="390")
    assert {row["selfpay_prop_psn_type"] for row in shares} == {"390"}
    limited = pages(window, "1312", 100, lmt_used_flag="1")
    assert [row["hilist_code"] for row in limited] == ["LIMITED-1"]
    assert pages(window, "1312", 100, vali_flag="0") == []
