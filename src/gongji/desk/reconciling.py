"""对账: an institution's own file beside the book here, each difference told by its kind.

The file is a table as a spreadsheet saves it, comma or tab between the cells. Which amounts it has
is the institution's choice; those it has are compared.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from gongji.desk.day_book import Line, Parts, lines_of
from gongji.desk.office import Session
from gongji.desk.plain_text import folded, text_of
from gongji.desk.ports import AnswerKey
from gongji.terms import local_day, moment
from gongji.words import Words

MOST_ROWS = 100_000
"""Rows of a file, at most: three months of a large hospital."""

HEADINGS: dict[str, tuple[str, ...]] = {
    "id": ("流水号", "结算流水号", "结算编号", "编号", "id", "number"),
    "day": ("日期", "结算日期", "记账日期", "day", "date"),
    "total": ("总费用", "费用总额", "合计", "total"),
    "fund": ("统筹支付", "基金支付", "fund", "fundpaid"),
    "self_paid": ("个人自负", "自负", "selfpaid"),
    "uncovered": ("自费", "uncovered"),
    "own": ("个人账户支付", "账户支付", "本人账户", "own"),
    "pooled": ("共济支付", "共济", "pooled"),
    "cash": ("现金支付", "现金", "cash"),
}
"""Column → what its heading may say, without spaces and brackets, in small letters."""

_LONGEST_ID = 64
_SUM = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,2})?")
_DAY = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?")
_NOT_TEXT = {
    b"PK\x03\x04": Words("Excel 工作簿或压缩包", "an Excel workbook or an archive"),
    b"\xd0\xcf\x11\xe0": Words("旧版 Excel 工作簿", "an old Excel workbook"),
    b"%PDF": Words("PDF 文件", "a PDF"),
    b"\x89PNG": Words("图片", "a picture"),
    b"\xff\xd8\xff": Words("图片", "a picture"),
    b"\xff\xfe": Words("UTF-16 文本", "UTF-16 text"),
    b"\xfe\xff": Words("UTF-16 文本", "UTF-16 text"),
}


class BadFile(Exception):
    """A file that cannot be read at all: what is wrong, and what to do."""

    def __init__(self, wrong: Words) -> None:
        self.wrong = wrong
        super().__init__(wrong.en)


class Theirs(NamedTuple):
    """机构的一行: a row of the file. `sums` has the amounts that it gives, in fen."""

    line: int
    id: str
    day: date
    sums: Mapping[str, int]


class Unread(NamedTuple):
    """A row that cannot be read, with the column at fault and what it says."""

    line: int
    column: str
    text: str


class Sheet(NamedTuple):
    """The file as read. `columns` are the amounts that it has."""

    columns: tuple[str, ...]
    rows: tuple[Theirs, ...]
    unread: tuple[Unread, ...]


class Kind(StrEnum):
    """差异种类: why a row and the book do not agree, in the order in which they are told."""

    UNREAD = "unread"
    TWICE = "twice"
    NOT_HERE = "not_here"
    NOT_THERE = "not_there"
    REVERSAL_NOT_THERE = "reversal_not_there"
    OTHER_SUMS = "other_sums"
    OTHER_DAY = "other_day"
    OUTSIDE = "outside"


class Difference(NamedTuple):
    """差异. `sums` are the amounts that differ: column, ours, theirs; `day` is the book's."""

    kind: Kind
    id: str
    line: int | None = None
    day: date | None = None
    sums: tuple[tuple[str, int | None, int | None], ...] = ()
    column: str = ""
    text: str = ""


class Reconciled(NamedTuple):
    """对账结果: how many agree, each difference, and the sums of both sides by column."""

    agree: int
    ours: int
    theirs: int
    differences: tuple[Difference, ...]
    sums: tuple[tuple[str, int, int], ...]

    @property
    def counts(self) -> dict[Kind, int]:
        """How many differences of each kind."""
        found = Counter(one.kind for one in self.differences)
        return {kind: found[kind] for kind in Kind if kind in found}


# Reading ─────────────────────────────────────────────────────────────────────────────────────────


def read_file(data: bytes) -> Sheet:
    """The rows of a file, or BadFile. A row that cannot be read is a difference, no failure."""
    table = _table(_text(data))
    if not table:
        raise BadFile(Words("文件是空的。", "The file is empty."))
    columns = _columns(table[0])
    amounts = tuple(column for column in Parts._fields if column in columns)
    if not ({"id", "day"} <= columns.keys() and amounts):
        raise BadFile(
            Words(
                "第一行须是表头：流水号、日期和至少一列金额，"
                "如“流水号,日期,个人账户支付,共济支付,现金支付”。",
                "The first row has to be the headings: number, date and one amount at least, such"
                " as “number,date,own,pooled,cash”.",
            )
        )
    if len(table) > MOST_ROWS + 1:
        raise BadFile(
            Words(
                f"超过 {MOST_ROWS} 行，请按日期分成几个文件。",
                f"More than {MOST_ROWS} rows: split the file by days.",
            )
        )
    rows: list[Theirs] = []
    unread: list[Unread] = []
    for line, cells in enumerate(table[1:], start=2):
        if not any(cells):
            continue
        read = _row(line, {c: cells[at] for c, at in columns.items() if at < len(cells)}, amounts)
        if isinstance(read, Theirs):
            rows.append(read)
        else:
            unread.append(read)
    return Sheet(amounts, tuple(rows), tuple(unread))


def _text(data: bytes) -> str:
    """The file as text: UTF-8 with or without a mark, else GB 18030, as spreadsheets save it."""
    if not data.strip():
        raise BadFile(Words("文件是空的。", "The file is empty."))
    for head, what in _NOT_TEXT.items():
        if data.startswith(head):
            raise BadFile(
                Words(
                    f"这是{what.zh}，不是 CSV 文件。请在表格软件中另存为 CSV UTF-8。",
                    f"This is {what.en}, no CSV file. Save it as CSV UTF-8 in the spreadsheet.",
                )
            )
    text = text_of(data)
    if text is None:
        raise BadFile(
            Words(
                "文件不是 UTF-8 或 GBK 编码的文本。请在表格软件中另存为 CSV UTF-8。",
                "Neither UTF-8 nor GBK text. Save it as CSV UTF-8 in the spreadsheet.",
            )
        )
    return text


def _table(text: str) -> list[list[str]]:
    head = text.partition("\n")[0]
    delimiter = "\t" if head.count("\t") > head.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise BadFile(
            Words(
                "表格格式有误，引号可能没有成对。请重新导出。",
                "The table is broken, perhaps at a quotation mark. Export it anew.",
            )
        ) from None
    return [[folded(cell[:200]) for cell in row] for row in rows]


def _columns(cells: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        said = re.sub(r"\(.*?\)|[\s_*]", "", cell).lower()
        for column, headings in HEADINGS.items():
            if said in headings:
                found.setdefault(column, at)
    return found


def _row(line: int, cells: Mapping[str, str], amounts: Iterable[str]) -> Theirs | Unread:
    id, day = cells.get("id", ""), _day(cells.get("day", ""))
    if not id or len(id) > _LONGEST_ID:
        return Unread(line, "id", id[:64])
    if day is None:
        return Unread(line, "day", cells.get("day", "")[:64])
    sums = {}
    for column in amounts:
        text = cells.get(column, "").lstrip("¥").replace(",", "")
        if text and not _SUM.fullmatch(text):
            return Unread(line, column, text[:64])
        sums[column] = _fen(text) if text else 0
    return Theirs(line, id, day, sums)


def _fen(text: str) -> int:
    whole, _, part = text.removeprefix("-").partition(".")
    fen = int(whole) * 100 + int(part.ljust(2, "0") or "0")
    return -fen if text.startswith("-") else fen


def _day(text: str) -> date | None:
    parts = _DAY.fullmatch(text.partition(" ")[0])
    try:
        return date(*(int(part) for part in parts.groups())) if parts else None
    except ValueError:
        return None


# Comparing ───────────────────────────────────────────────────────────────────────────────────────


def reconcile(session: Session, place: str, first: date, last: date, sheet: Sheet) -> Reconciled:
    """Hold the file against the book of these days. Nothing is written."""
    ours = lines_of(session, place, first, last)
    inside = [row for row in sheet.rows if first <= row.day <= last]
    here = {line.answer.key.id: line for line in ours}
    found = [Difference(Kind.UNREAD, "", u.line, None, (), u.column, u.text) for u in sheet.unread]
    found += [
        Difference(Kind.OUTSIDE, row.id, row.line, row.day)
        for row in sheet.rows
        if not first <= row.day <= last
    ]
    seen: set[str] = set()
    agree = 0
    away = _days_of(session, place, [row.id for row in inside if row.id not in here])
    for row in inside:
        if row.id in seen:
            found.append(Difference(Kind.TWICE, row.id, row.line, row.day))
            continue
        seen.add(row.id)
        difference = _difference(row, here.get(row.id), away, sheet.columns)
        if difference is None:
            agree += 1
        else:
            found.append(difference)
    found += [_not_there(line, sheet.columns) for id, line in here.items() if id not in seen]
    order = list(Kind)
    found.sort(key=lambda one: (order.index(one.kind), one.line or 0))
    sums = tuple(
        (
            column,
            sum(getattr(line.parts, column) for line in ours),
            sum(row.sums[column] for row in inside),
        )
        for column in sheet.columns
    )
    return Reconciled(agree, len(ours), len(inside), tuple(found), sums)


def _days_of(session: Session, place: str, ids: Iterable[str]) -> dict[str, date]:
    """The days in whose books the bills stand that are not in these days' book."""
    known = session.unit.answered(AnswerKey(place, id) for id in ids)
    return {key.id: local_day(moment(answer.recorded_at)) for key, answer in known.items()}


def _difference(
    row: Theirs, line: Line | None, away: Mapping[str, date], columns: Iterable[str]
) -> Difference | None:
    if line is None:
        if row.id in away:
            return Difference(Kind.OTHER_DAY, row.id, row.line, away[row.id])
        sums = tuple((column, None, row.sums[column]) for column in columns)
        return Difference(Kind.NOT_HERE, row.id, row.line, row.day, sums)
    different = tuple(
        (column, getattr(line.parts, column), row.sums[column])
        for column in columns
        if getattr(line.parts, column) != row.sums[column]
    )
    if different:
        return Difference(Kind.OTHER_SUMS, row.id, row.line, line.day, different)
    if row.day != line.day:
        return Difference(Kind.OTHER_DAY, row.id, row.line, line.day)
    return None


def _not_there(line: Line, columns: Iterable[str]) -> Difference:
    kind = Kind.REVERSAL_NOT_THERE if line.back else Kind.NOT_THERE
    sums = tuple((column, getattr(line.parts, column), None) for column in columns)
    return Difference(kind, line.answer.key.id, None, line.day, sums)
