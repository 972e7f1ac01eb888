"""Reconciliation: an institution's file beside the book; each difference is told by its kind."""

from datetime import date

import pytest

from gongji.desk.day_book import Totals, all_of, by_channel, lines_of
from gongji.desk.reconciling import BadFile, Kind, Reconciled, read_file, reconcile
from gongji.terms import Channel
from town import OpenTown, Town

TODAY = date(2025, 11, 10)
HEAD = "流水号,日期,总费用,个人账户支付,共济支付,现金支付\n"


@pytest.fixture
def place(town: OpenTown) -> Town:
    """A clinic with three settlements: one at a kiosk, one partly given back."""
    found = town()
    found.person("father", current=500_00, carried=1200_00)
    found.person("child", "resident")
    found.pool("father", {"child": "child"})
    found.hospital("clinic")
    found.settle("child", "clinic", 100_00, id="b1", uncovered=30_00)
    found.settle("father", "clinic", 20_00, id="b2", fund_paid=80_00, channel="kiosk")
    found.settle("child", "clinic", 50_00, id="b3")
    found.reverse("b3", "clinic", 20_00, id="r3")
    return found


GOOD = (
    HEAD
    + "b1,2025-11-10,130.00,0,100,30\n"
    + "b2,2025/11/10,¥100.00,20.00,0,0\n"
    + "b3,20251110,50,0,50,\n"
    + "r3,2025年11月10日,-20,0,-20,0\n"
)


def compared(place: Town, text: str, first: date = TODAY, last: date = TODAY) -> Reconciled:
    """The file against the clinic's book."""
    sheet = read_file(text.encode())
    return place.ask(lambda s: reconcile(s, place.place("clinic"), first, last, sheet))


def test_a_file_that_agrees_has_no_difference(place: Town) -> None:
    found = compared(place, GOOD)
    assert (found.agree, found.ours, found.theirs, found.differences) == (4, 4, 4, ())
    assert found.sums == (
        ("total", 260_00, 260_00),
        ("own", 20_00, 20_00),
        ("pooled", 130_00, 130_00),
        ("cash", 30_00, 30_00),
    )


@pytest.mark.parametrize(
    ("old", "new", "kind", "id"),
    [
        ("b2,", "b9,", Kind.NOT_HERE, "b9"),
        ("b2,2025/11/10,¥100.00,20.00,0,0\n", "", Kind.NOT_THERE, "b2"),
        ("r3,2025年11月10日,-20,0,-20,0\n", "", Kind.REVERSAL_NOT_THERE, "r3"),
        ("130.00,0,100,30", "130.00,10,90,30", Kind.OTHER_SUMS, "b1"),
        ("-20,0,-20,0", "20,0,20,0", Kind.OTHER_SUMS, "r3"),
        ("b1,2025-11-10", "b1,2025-11-09", Kind.OUTSIDE, "b1"),
        (HEAD, HEAD + "b2,2025-11-10,100,20,0,0\n", Kind.TWICE, "b2"),
        ("130.00,0", "13O.00,0", Kind.UNREAD, ""),
        ("b1,2025-11-10", "b1,2025-13-40", Kind.UNREAD, ""),
        ("b1,", ",", Kind.UNREAD, ""),
    ],
)
def test_each_difference_is_told_by_its_kind(
    place: Town, old: str, new: str, kind: Kind, id: str
) -> None:
    found = compared(place, GOOD.replace(old, new, 1))
    told = [one for one in found.differences if one.kind is kind]
    assert [one.id for one in told] == [id]
    assert sum(found.counts.values()) == len(found.differences)


def test_a_bill_of_around_midnight_is_on_another_day(place: Town) -> None:
    """It is there, under the day before: nothing is missing, only the day is another."""
    place.at("2025-11-11T00:01")
    place.settle("child", "clinic", 5_00, id="late")
    found = compared(place, GOOD + "late,2025-11-10,5,0,5,0\n")
    (told,) = found.differences
    assert (told.kind, told.id, told.day) == (Kind.OTHER_DAY, "late", date(2025, 11, 11))
    both = compared(place, GOOD + "late,2025-11-10,5,0,5,0\n", TODAY, date(2025, 11, 11))
    assert both.counts == {Kind.OTHER_DAY: 1}


def test_amounts_that_differ_are_told_one_by_one(place: Town) -> None:
    found = compared(place, GOOD.replace("130.00,0,100,30", "130.00,10,90,30"))
    (told,) = found.differences
    assert told.sums == (("own", 0, 10_00), ("pooled", 100_00, 90_00))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_spreadsheets_own_ways_are_read(encoding: str, delimiter: str) -> None:
    text = (
        f'编号,日期 ,"共济支付(元)"\n\'b1,2025-11-10,"1{"," if delimiter == "," else ""}200.50"\n'
    )
    text = text.replace(",", delimiter) if delimiter == "\t" else text
    sheet = read_file(text.encode(encoding))
    assert sheet.columns == ("pooled",)
    assert [(row.id, row.day, dict(row.sums)) for row in sheet.rows] == [
        ("b1", TODAY, {"pooled": 1200_50})
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "文件是空的"),
        (b" \n ", "文件是空的"),
        (b"PK\x03\x04rest", "这是Excel 工作簿"),
        (b"%PDF-1.7", "这是PDF 文件"),
        (b"\x89PNG\r\n", "这是图片"),
        ("流水号,日期".encode("utf-16"), "这是UTF-16 文本"),
        (b"\x00\x01\x02", "不是 UTF-8 或 GBK"),
        (b"\xff\xff\xff", "不是 UTF-8 或 GBK"),
        (b"a,b\n1,2\n", "第一行须是表头"),
        ("流水号,日期\nb1,2025-11-10\n".encode(), "第一行须是表头"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_in_words(data: bytes, says: str) -> None:
    with pytest.raises(BadFile) as raised:
        read_file(data)
    assert says in raised.value.wrong.zh
    assert raised.value.wrong.en


def test_the_day_adds_up_by_channel_and_what_went_back_is_taken_off(place: Town) -> None:
    """SET-15. A reversal counts in the channel of its settlement."""
    lines = place.ask(lambda s: lines_of(s, place.place("clinic"), TODAY, TODAY))
    found = by_channel(lines)
    assert list(found) == [Channel.WINDOW, Channel.KIOSK]
    window = found[Channel.WINDOW]
    assert (window.settled, window.reversed) == (2, 1)
    assert (window.parts.total, window.parts.pooled) == (160_00, 130_00)
    total = all_of(lines)
    assert (
        total.parts.total
        == total.parts.fund + total.parts.own + total.parts.pooled + total.parts.cash
    )
    assert all_of([]) == Totals()


def test_a_bill_that_went_back_whole_comes_to_nothing(place: Town) -> None:
    """In parts and then the rest: the fund's and the uncovered part go back once."""
    place.reverse("b3", "clinic")
    place.reverse("b1", "clinic", 40_00)
    place.reverse("b1", "clinic")
    place.reverse("b2", "clinic")
    lines = place.ask(lambda s: lines_of(s, place.place("clinic"), TODAY, TODAY))
    assert set(all_of(lines).parts) == {0}


def test_a_reversal_of_an_earlier_day_stands_in_its_own_days_book(place: Town) -> None:
    place.at("2025-11-12T09:00")
    place.reverse("b2", "clinic", id="r2")
    (line,) = place.ask(
        lambda s: lines_of(s, place.place("clinic"), date(2025, 11, 12), date(2025, 11, 12))
    )
    assert (line.back, line.channel, line.parts.total) == (True, Channel.KIOSK, -100_00)
