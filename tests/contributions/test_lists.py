"""Lists as schools send them: every bad row is told, every good one taken, nothing lost."""

import io
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]  # it has no stubs

from gongji.desk.identity import Identity, check_digit
from gongji.desk.people import register_person
from gongji.desk.premium_lists import WRONG, Taken, register_list, report
from gongji.desk.premium_sheets import BadList, read_sheet
from gongji.policy.contributions import Via
from gongji.policy.standing import Person
from gongji.terms import Scheme
from town import SHANGHAI, Town

OpenTown = Callable[..., Town]

HEAD = ["姓名", "身份证号", "金额", "年度"]
NAMES = ["张伟", "王芳", "李娜", "欧阳䶮", "陈一一"]


def number(n: int) -> str:
    """The identity number of the n-th child."""
    first_17 = f"31010120160302{n:03d}"
    return first_17 + check_digit(first_17)


def a_school(town: Town) -> Town:
    """Five children in the resident scheme, and a teacher in the employees'."""
    for n, name in enumerate([*NAMES, "赵老师"]):
        scheme = Scheme.RESIDENT if n < len(NAMES) else Scheme.EMPLOYEE
        person = Person(f"P{SHANGHAI}-{n:06d}", SHANGHAI, scheme)
        identity = Identity(name, number(n))
        town.do(partial(register_person, person=person, identity=identity, by="test"))
    return town


def csv_of(*rows: Sequence[str], encoding: str = "utf-8", head: Sequence[str] = HEAD) -> bytes:
    """A CSV file."""
    return "\r\n".join(",".join(row) for row in (head, *rows)).encode(encoding)


def excel_of(*rows: Sequence[Any], merge: Sequence[tuple[int, int, int, int, Any]] = ()) -> bytes:
    """A workbook; merges are first row, first column, last row, last column and what they say."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    for line, row in enumerate(rows):
        for at, cell in enumerate(row):
            if cell is not None:
                sheet.write(line, at, cell)
    for first_row, first_column, last_row, last_column, said in merge:
        sheet.merge_range(first_row, first_column, last_row, last_column, said)
    book.close()
    return out.getvalue()


def take(town: Town, data: bytes, *, all_or_nothing: bool = False, year: int = 2026) -> Taken:
    """Register a list."""
    rows = read_sheet(data, "list")
    return town.do(
        lambda s: register_list(
            s, SHANGHAI, year, Via.SCHOOL, rows, "test", all_or_nothing=all_or_nothing
        )
    )


def good(*children: int) -> list[list[str]]:
    """Rows of these children that are right."""
    return [[NAMES[n], number(n), "400", "2026"] for n in children]


@pytest.mark.parametrize(
    "data",
    [
        csv_of(*good(0, 1, 2)),
        csv_of(*good(0, 1, 2), encoding="utf-8-sig"),
        csv_of(*good(0, 1, 2), encoding="gbk"),
        csv_of(*good(0, 1, 2)).replace(b",", b"\t"),
        csv_of(*good(0, 1, 2)).replace(b",", b";"),
        csv_of(*good(0, 1, 2), head=["Name", "ID number", "Amount", "Year"]),
        csv_of(*good(0, 1, 2), head=[" 姓 名 ", "证件号码*", "缴费金额（元）", "参保年度"]),
        b"\r\n,,,\r\n" + csv_of(*good(0, 1, 2)) + b"\r\n,,,\r\n",
        csv_of(*[[name, no.lower(), "￥400.00元", "2026年度"] for name, no, _, _ in good(0, 1, 2)]),
        csv_of(*[[name, f"'{no}", "", ""] for name, no, _, _ in good(0, 1, 2)]),
        excel_of(HEAD, *good(0, 1, 2)),
        excel_of(HEAD, *[[name, no, 400.0, 2026] for name, no, _, _ in good(0, 1, 2)]),
        # A title over the table, and one amount and year merged over all rows.
        excel_of(
            ["某某小学2026年度名单", None, None, None],
            HEAD,
            *[[name, no, None, None] for name, no, _, _ in good(0, 1, 2)],
            merge=[(0, 0, 0, 3, "某某小学2026年度名单"), (2, 2, 4, 2, 400), (2, 3, 4, 3, "2026")],
        ),
    ],
)
def test_every_form_of_a_list_is_read(town: OpenTown, data: bytes) -> None:
    """GBK or UTF-8 with or without a mark, Excel with merged cells, numbers as text or not."""
    here = a_school(town())
    found = take(here, data)
    assert found.bad == ()
    assert [(p.number, p.person[-1], p.amount_fen) for p in found.taken] == [
        (1, "0", 400_00),
        (2, "1", 400_00),
        (3, "2", 400_00),
    ]


def test_a_rare_character_in_gb18030(town: OpenTown) -> None:
    """䶮 is no character of GBK; GB 18030 has it."""
    here = a_school(town())
    found = take(here, csv_of(*good(3), encoding="gb18030"))
    assert [premium.person[-1] for premium in found.taken] == ["3"]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (["=cmd|' /C calc'!A0", number(1), "400", "2026"], "姓名", "formula"),
        (["+王芳", number(1), "400", "2026"], "姓名", "formula"),
        (["@王芳", number(1), "400", "2026"], "姓名", "formula"),
        (["王芳", number(1), "-400", "2026"], "金额", "formula"),
        (["王芳", "", "400", "2026"], "身份证号", "no_number"),
        (["王芳", "31010120160302", "400", "2026"], "身份证号", "wrong_number"),
        (["王芳", number(1)[:-1] + "?", "400", "2026"], "身份证号", "wrong_number"),
        (["王芳", number(0), "400", "2026"], "身份证号", "twice"),
        (["王芳", number(99), "400", "2026"], "身份证号", "unknown_person"),
        (["", number(1), "400", "2026"], "姓名", "no_name"),
        (["王方", number(1), "400", "2026"], "姓名", "another_name"),
        (["赵老师", number(5), "400", "2026"], "身份证号", "not_a_resident"),
        (["王芳", number(1), "0", "2026"], "金额", "wrong_amount"),
        (["王芳", number(1), "四百", "2026"], "金额", "wrong_amount"),
        (["王芳", number(1), "400.001", "2026"], "金额", "wrong_amount"),
        (["王芳", number(1), "1e3", "2026"], "金额", "wrong_amount"),
        (["王芳", number(1), "99999999999", "2026"], "金额", "wrong_amount"),
        (["王芳", number(1), "400", "2027"], "年度", "another_year"),
        (["李娜", number(2), "380", "2026"], "金额", "registered_otherwise"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "excel"])
def test_a_bad_row_is_told_and_the_good_ones_are_taken(
    town: OpenTown, kind: str, row: list[str], column: str, code: str
) -> None:
    """Row, column and remedy; the numbers of the good rows have no holes."""
    here = a_school(town())
    take(here, csv_of(*good(2)))
    rows = [*good(0), row, *good(4)]
    data = csv_of(*rows) if kind == "csv" else excel_of(HEAD, *rows)
    found = take(here, data)
    ((line, named, told, wrong, remedy),) = found.bad
    assert (line, named, told) == (3, column, code)
    assert wrong.zh and wrong.en and remedy.zh and remedy.en
    assert [(p.number, p.person[-1]) for p in found.taken] == [(2, "0"), (3, "4")]
    if row[1]:
        assert row[1] not in "".join(report(found.bad)), "no number is repeated in a report"


def test_a_number_that_excel_has_rounded_is_not_guessed(town: OpenTown) -> None:
    """18 digits typed as a number have lost three: told, and not taken for somebody else's."""
    here = a_school(town())
    found = take(here, excel_of(HEAD, ["张伟", float(number(0)[:17] + "0"), 400, 2026]))
    ((_, named, told, _, remedy),) = found.bad
    assert (named, told) == ("身份证号", "rounded")
    assert "文本" in remedy.zh
    assert found.taken == ()


def test_all_or_nothing(town: OpenTown) -> None:
    """One bad row, and no row is taken; mended, all are, in the list's order."""
    here = a_school(town())
    written = here.office.store.changes()
    found = take(here, csv_of(*good(0), ["王方", number(1), "400", "2026"]), all_or_nothing=True)
    assert (found.taken, found.known, len(found.bad)) == ((), 0, 1)
    assert here.office.store.changes() == written
    found = take(here, csv_of(*good(1, 0)), all_or_nothing=True)
    assert [premium.person[-1] for premium in found.taken] == ["1", "0"]


def test_the_same_list_again_changes_nothing(town: OpenTown) -> None:
    """A school that sends its list twice has its children once; new ones go behind."""
    here = a_school(town())
    take(here, csv_of(*good(0, 1)))
    again = take(here, csv_of(*good(0, 1)))
    assert (again.taken, again.known, again.bad) == ((), 2, ())
    more = take(here, csv_of(*good(0, 1, 2)))
    assert [premium.number for premium in more.taken] == [3]


@pytest.mark.parametrize("dot", ["·", "•", "・", " · "])
def test_a_name_is_the_same_whichever_dot_it_was_typed_with(town: OpenTown, dot: str) -> None:
    """A minority's name has a dot in it, and schools type several; spaces do not count either."""
    here = town()
    person = Person(f"P{SHANGHAI}-000000", SHANGHAI, Scheme.RESIDENT)
    known = Identity("阿依古丽·买买提", number(0))
    here.do(partial(register_person, person=person, identity=known, by="test"))
    found = take(here, csv_of([f"阿依古丽{dot}买买提", number(0), "400", "2026"]))
    assert not found.bad and len(found.taken) == 1


def test_an_amount_is_owed_where_no_rule_names_one(town: OpenTown) -> None:
    """400 yuan is the answer for 2026; for another year the list has to say."""
    here = a_school(town())
    data = csv_of(["张伟", number(0), "", ""])
    assert [bad.code for bad in take(here, data, year=2027).bad] == ["no_amount"]
    assert [premium.amount_fen for premium in take(here, data).taken] == [400_00]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "headings"),
        (b"name,amount\r\nx,1\r\n", "headings"),
        (b"\xff\xfe\xff\xff\x80", "UTF-8"),
        (b"a\0b,c\r\n", "no text"),
        (b"PK\x03\x04 no workbook", "workbook"),
        (b"\xd0\xcf\x11\xe0 no workbook", "workbook"),
    ],
)
def test_a_file_that_is_no_list(data: bytes, says: str) -> None:
    """Told in both languages, with what to do."""
    with pytest.raises(BadList, match=says) as raised:
        read_sheet(data, "list")
    assert raised.value.wrong.zh


def test_every_fault_has_its_words() -> None:
    """In Chinese and in English, with a remedy."""
    for wrong, remedy in WRONG.values():
        assert wrong.zh and wrong.en and remedy.zh and remedy.en
