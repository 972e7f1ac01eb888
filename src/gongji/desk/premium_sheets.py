"""名单文件: a school's or community's list as it comes, CSV or Excel, made into rows of text.

Schools send GBK as often as UTF-8, type titles above the table and merge cells. What a cell says is
kept as it stands; a number that Excel has rounded is not made into text, but told.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from gongji.desk.plain_text import folded, text_of
from gongji.words import Words

HEADERS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "参保人姓名", "学生姓名", "name"),
    "number": (
        "身份证号", "身份证号码", "证件号码", "证件号", "公民身份号码", "居民身份证号",
        "id", "idnumber", "identitynumber", "number",
    ),
    "amount": ("金额", "缴费金额", "金额（元）", "金额(元)", "amount", "amountyuan"),
    "year": ("年度", "参保年度", "缴费年度", "year"),
}  # fmt: skip
"""Column → what its heading may say, without spaces and in small letters."""

SHOWN = {"name": "姓名", "number": "身份证号", "amount": "金额", "year": "年度"}
"""What a report calls the columns."""

_MOST_ROWS = 200_000
_HEADER_WITHIN = 20
_FORMULA = ("=", "+", "-", "@")


class BadList(Exception):
    """A list that cannot be read at all: what is wrong, and what to do."""

    def __init__(self, wrong: Words) -> None:
        self.wrong = wrong
        super().__init__(wrong.en)


class Row(NamedTuple):
    """One row of a list: its number in the file, and its cells as text by column."""

    line: int
    cells: dict[str, "Cell"]


class Cell(NamedTuple):
    """What a cell says. `rounded` is a number with more digits than Excel keeps."""

    text: str
    rounded: bool = False

    @property
    def formula(self) -> bool:
        """Whether a spreadsheet would compute this text instead of showing it."""
        return self.text.startswith(_FORMULA)


def read_sheet(data: bytes, name: str) -> list[Row]:
    """The rows of a list below its headings, or BadList. Empty rows are left out."""
    if not data.strip():
        raise BadList(Words("文件是空的。", "The file is empty."))
    excel = data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0"
    table = _excel(data) if excel else _csv(data)
    if len(table) > _MOST_ROWS:
        raise BadList(
            Words(
                f"超过{_MOST_ROWS}行，请分成几个文件。",
                f"More than {_MOST_ROWS} rows: split the file.",
            )
        )
    for line, cells in enumerate(table[:_HEADER_WITHIN], start=1):
        columns = _columns(cells)
        if {"name", "number"} <= columns.keys():
            return [
                Row(number, {key: cells[at] for key, at in columns.items() if at < len(cells)})
                for number, cells in enumerate(table[line:], start=line + 1)
                if any(cell.text for cell in cells)
            ]
    raise BadList(
        Words(
            f"{name}: 前{_HEADER_WITHIN}行没有同时写有“姓名”和“身份证号”的表头。",
            f"{name}: none of the first {_HEADER_WITHIN} rows has the headings 姓名 (name) and "
            f"身份证号 (id number).",
        )
    )


def _columns(cells: Sequence[Cell]) -> dict[str, int]:
    """Which column stands where; a heading that stands twice is taken where it stands first."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        said = re.sub(r"[\s_*]", "", unicodedata.normalize("NFKC", cell.text)).lower()
        for column, headings in HEADERS.items():
            if said in {unicodedata.normalize("NFKC", one) for one in headings}:
                found.setdefault(column, at)
    return found


def _csv(data: bytes) -> list[list[Cell]]:
    text = text_of(data)
    if text is None:
        raise BadList(
            Words(
                "文件不是 UTF-8 或 GBK 编码的文本。请另存为 CSV UTF-8 或 Excel 文件。",
                "This is no text in UTF-8 or GBK: save it as CSV UTF-8 or as an Excel workbook.",
            )
        )
    head = text[:4096]
    delimiter = max(",\t;，", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise BadList(Words(f"CSV 格式有误：{error}", f"The CSV cannot be read: {error}")) from None
    return [[Cell(folded(cell)) for cell in row] for row in rows]


def _excel(data: bytes) -> list[list[Cell]]:
    """The first sheet; a merged cell says the same in each of its places."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = book.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
        merged = sheet.merged_cell_ranges or []
    except (CalamineError, IndexError, OSError, ValueError) as error:
        raise BadList(
            Words(
                f"Excel 文件无法打开（{error}）。请另存为 .xlsx 后再试。",
                f"The workbook cannot be opened ({error}): save it anew as .xlsx.",
            )
        ) from None
    table = [[_value(cell) for cell in row] for row in rows]
    for (top, left), (bottom, right) in merged:
        for line in range(top, min(bottom, len(table) - 1) + 1):
            for at in range(left, min(right, len(table[line]) - 1) + 1):
                table[line][at] = table[top][left]
    return table


def _value(cell: object) -> Cell:
    """A cell of a workbook: numbers come as floats, whatever was typed."""
    match cell:
        case bool():
            return Cell(str(cell).upper())
        case int() | float():
            # Excel keeps 15 digits of a number: an identity number typed as one has lost three.
            whole = float(cell).is_integer()
            text = str(int(cell)) if whole else f"{cell:.6f}".rstrip("0")
            return Cell(text, rounded=abs(cell) >= 10**15)
        case datetime():
            return Cell(cell.date().isoformat())
        case date():
            return Cell(cell.isoformat())
    return Cell(folded(str(cell)))
