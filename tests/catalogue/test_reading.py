"""Reading lists: both headers, every encoding, and every mistake with row, column and remedy."""

from datetime import date

import pytest

from catalogue.goods import national_csv, national_row
from gongji.catalogue.item import CatalogueList, Kind, ListClass
from gongji.catalogue.reading import Listing, digest_of, read_listing
from gongji.catalogue.table import Problem, Weight
from gongji.terms import Level, Scheme


def own(*rows: str, header: str = "name,form,class") -> bytes:
    """A list under our own header."""
    return "\n".join([header, *rows, ""]).encode()


def only_problem(listing: Listing) -> Problem:
    """The one problem, which keeps the list from being taken."""
    assert len(listing.problems) == 1, listing.problems
    assert listing.errors == 1
    return listing.problems[0]


def test_a_row_of_the_national_list() -> None:
    """Every column finds its place."""
    row = national_row(
        7, "新药", "", 2, part="西药", remark="限二线用药。", price="3.50元(20mg/片)",
        period="2024年1月1日至2025年12月31日",
    )  # fmt: skip
    (item,) = read_listing(national_csv(row)).items
    assert (item.code, item.name, item.form, item.listed) == ("7", "新药", "", ListClass.B)
    assert (item.part, item.category_code, item.category) == ("西药", "XA01", "口腔科制剂")
    assert item.restriction == "限二线用药。"
    assert item.prices[0].fen == 350
    assert (item.starts, item.ends) == (date(2024, 1, 1), date(2025, 12, 31))


def test_pieces_have_no_class() -> None:
    """Payable and excluded pieces are told apart by the part in which they stand."""
    rows = [
        national_row(1, "大蓟", "", 0, part="基金予以支付的中药饮片", flag=""),
        national_row(2, "燕窝", "", 0, part="不得纳入基金支付范围的中药饮片", flag=""),
    ]
    items = read_listing(national_csv(*rows)).items
    assert [item.listed for item in items] == [ListClass.UNCLASSED, ListClass.EXCLUDED]
    assert {item.kind for item in items} == {Kind.PIECE}


def test_our_own_header_in_chinese_and_english() -> None:
    """A region's additions: shares by scheme, ceilings by level, days; a blank class adds only."""
    header = "名称,剂型,甲乙类,先行自付比例,first_share_resident,ceiling,ceiling_tertiary,starts"
    listing = read_listing(
        own("头孢地尼,口服常释剂型,,10%,0.2,12.5,15,2026-01-01", header=header), national=False
    )
    assert not listing.problems
    (item,) = listing.items
    assert item.listed is ListClass.AS_LISTED
    assert item.shares_bp[Scheme.EMPLOYEE] == 1000
    assert item.shares_bp[Scheme.RESIDENT] == 2000
    assert item.ceilings_fen[Level.PRIMARY] == 1250
    assert item.ceilings_fen[Level.TERTIARY] == 1500
    assert item.starts == date(2026, 1, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_encoding_says_the_same(encoding: str, newline: str) -> None:
    """Offices save with whatever mark and line end their program has."""
    plain = national_csv(national_row(1, "阿莫西林"), national_row(2, "布洛芬", kind=2))
    content = plain.decode().replace("\n", newline).encode(encoding)
    listing = read_listing(content)
    assert listing.items == read_listing(plain).items
    assert not listing.problems


def test_tabs_and_semicolons_part_cells_too() -> None:
    """A spreadsheet saves with the machine's own sign."""
    for sign in "\t;":
        content = own(f"药{sign}片{sign}甲", header=f"name{sign}form{sign}class")
        assert read_listing(content).items[0].form == "片"


def test_a_line_break_in_a_name_parts_two_names() -> None:
    """Whichever line end the file has, and with spaces around it."""
    listing = read_listing(own('"二甲双胍 \r\n 二甲双胍Ⅱ\r\n",缓释片,乙'))
    assert listing.items[0].names == ("二甲双胍", "二甲双胍Ⅱ")


@pytest.mark.parametrize(
    ("row", "column", "wrong"),
    [
        (national_row(1, ""), "name", "empty"),
        (national_row(1, "药", kind=3), "kind", "no class that the list knows"),
        (national_row(1, "药", kind=0), "kind", "no class that the list knows"),
        (national_row(1, "药", words="医保乙类"), "kindName", "says otherwise than kind 1"),
        (national_row(1, "药", flag="x"), "flag", "neither 0 nor 1"),
        (national_row(1, "药", period="2025年"), "agreementPeriod", "no span of days"),
        (
            national_row(1, "药", period="2025年1月1日至2025年2月30日"),
            "agreementPeriod",
            "no span of days",
        ),
        (
            national_row(1, "药", period="2025年1月1日至2024年1月1日"),
            "agreementPeriod",
            "ends on 2024-01-01, before it begins on 2025-01-01",
        ),
        ("1,西药部分", "", "2 cells under a header of 13"),
    ],
)
def test_a_bad_row_is_named(row: str, column: str, wrong: str) -> None:
    """Row and column as a spreadsheet counts them, and what to do; the good row does not save it."""
    problem = only_problem(read_listing(national_csv(national_row(9, "好药"), row)))
    assert (problem.row, problem.column, problem.wrong) == (3, column, wrong)
    assert problem.remedy


@pytest.mark.parametrize(
    ("header", "row", "column"),
    [
        ("name,class,first_share", "药,乙,0.123456", "first_share"),
        ("name,class,first_share", "药,乙,101%", "first_share"),
        ("name,class,first_share", "药,乙,=0.1", "first_share"),
        ("name,class,first_share", "药,甲,0.1", "first_share"),
        ("name,class,ceiling", "药,乙,-5", "ceiling"),
        ("name,class,ceiling", "药,乙,0", "ceiling"),
        ("name,class,ceiling", "药,乙,1.005", "ceiling"),
        ("name,class,starts,ends", "药,乙,2026-02-01,2026-01-01", "ends"),
        ("name,class,starts,ends", "药,乙,2026-02-30,", "starts"),
        ("name,class", "药,丙", "class"),
        ("name,class", "药,", "class"),
        ("name,class,kind", "药,A,device", "kind"),
    ],
)
def test_a_bad_cell_under_our_own_header(header: str, row: str, column: str) -> None:
    """Nothing is guessed from a cell that makes no sense."""
    assert only_problem(read_listing(own(row, header=header))).column == column


def test_all_mistakes_are_told_at_once() -> None:
    """Also those before a row at which reading had to stop."""
    rows = [national_row(1, ""), national_row(2, "药", kind=7), '3,西药,"断']
    listing = read_listing(national_csv(*rows))
    assert [problem.row for problem in listing.problems] == [2, 3, 4]
    assert "cannot be read" in listing.problems[-1].wrong


@pytest.mark.parametrize("cell", ["=1+1", "+药", "-药", "@药", "＝药"])  # noqa: RUF001
def test_a_cell_that_begins_like_a_formula_is_text_and_flagged(cell: str) -> None:
    """It is kept as it is, and somebody should look."""
    listing = read_listing(own(f"{cell},片,甲"))
    (problem,) = listing.problems
    assert (problem.weight, problem.row, problem.column) == (Weight.NOTE, 2, "name")
    assert listing.items[0].name == cell


def test_repeats() -> None:
    """The same name and form in the same class is a note, in two classes an error, on other days
    neither; and a number stands once."""
    same = read_listing(own("药,片,甲", "药,片,甲"))
    assert (len(same.items), same.errors, len(same.problems)) == (2, 0, 1)
    assert only_problem(read_listing(own("药,片,甲", "药 ,片,乙"))).row == 3
    header = "name,class,starts,ends"
    later = own("药,乙,2024-01-01,2024-12-31", "药,乙,2025-01-01,2025-12-31", header=header)
    assert not read_listing(later).problems
    twice = own("1,药,甲", "1,别的药,甲", header="code,name,class")
    assert only_problem(read_listing(twice)).column == "code"


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"PK\x03\x04rest", "an Excel workbook"),
        (b"\xff\xfe\x00", "neither UTF-8 nor GB18030"),
        (b"name,class\n\xff\xff\xff\n", "neither UTF-8 nor GB18030"),
        (b"name,class\n\0,A\n", "a NUL character"),
        (b"foo,bar\n1,2\n", "no header that we know"),
        (b"name,class,name\n1,2,3\n", "the column stands twice"),
        (b"name,class,colour\n1,2,3\n", "no such column"),
        (b"name,class\n", "a header without a row"),
    ],
)
def test_a_file_that_is_no_list(content: bytes, wrong: str) -> None:
    """Said in a sentence, with a remedy."""
    problem = only_problem(read_listing(content))
    assert problem.wrong.startswith(wrong)
    assert problem.remedy


def test_devices_stand_on_a_list_of_their_own() -> None:
    """Neither kind of list takes the other's entries, and a device has no class."""
    header = "name,class,kind,registration"
    content = own("血糖仪,account,device,二类", header=header)
    assert not read_listing(content, CatalogueList.DEVICE).problems
    assert read_listing(content).errors
    assert read_listing(own("药,甲"), CatalogueList.DEVICE).errors
    assert read_listing(own("血糖仪,A,device,", header=header), CatalogueList.DEVICE).errors


def test_the_digest_knows_dates_and_entries_and_no_order() -> None:
    """Two files that say the same have one digest."""
    one = read_listing(national_csv(national_row(1, "甲药"), national_row(2, "乙药")))
    other = read_listing(national_csv(national_row(2, "乙药"), national_row(1, "甲药")))
    day = date(2025, 1, 1)
    assert digest_of(one.items, day, None) == digest_of(other.items, day, None)
    assert digest_of(one.items, day, None) != digest_of(one.items, day, day)
    assert digest_of(one.items, day, None) != digest_of(one.items[:1], day, None)
