"""A list as it comes from an office: bytes → rows of text, whatever program saved it."""

import csv
import io
from enum import StrEnum
from typing import NamedTuple

MOST_ROWS = 200_000
_MOST_BYTES = 256 * 1024 * 1024


class Weight(StrEnum):
    """How grave a problem is."""

    ERROR = "error"  # the edition is not taken
    NOTE = "note"  # taken as text; somebody should look


class Problem(NamedTuple):
    """What is wrong in a list: row and column as a spreadsheet counts and names them.

    Row 1 is the header; row 0 is the file as a whole. `found` is the cell, shortened.
    """

    row: int
    column: str
    found: str
    wrong: str
    remedy: str
    weight: Weight = Weight.ERROR


class Sheet(NamedTuple):
    """Header and rows, each row with its number; `encoding` is what the bytes were read as.

    `broken` is the row at which reading had to stop, if it had to.
    """

    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
    encoding: str
    broken: Problem | None = None


def read_sheet(content: bytes) -> Sheet | Problem:
    """The rows of a CSV in UTF-8 with or without a mark, UTF-16 with one, or GBK/GB18030.

    Cells may hold line breaks. A row that is empty altogether is left out and still counted.
    """
    text = _text(content)
    if isinstance(text, Problem):
        return text
    body, encoding = text
    first = body.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)  # a spreadsheet saves with the machine's own
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    number, broken = 0, None
    try:
        for row in reader:
            number += 1
            if number > MOST_ROWS:
                return _file(f"more than {MOST_ROWS} rows", "no list is so long; cut the file")
            if any(cell.strip() for cell in row):
                rows.append((number, row))
    except csv.Error as error:
        remedy = "close the quotes of the cell, and double a quote inside of it"
        broken = Problem(number + 1, "", "", f"the row cannot be read: {error}", remedy)
    if not rows:
        return broken or _file("the file is empty", "save the list as CSV (UTF-8) and try again")
    header = tuple(cell.strip() for cell in rows[0][1])
    return Sheet(header, rows[1:], encoding, broken)


def _text(content: bytes) -> tuple[str, str] | Problem:
    if len(content) > _MOST_BYTES:
        return _file("larger than 256 MB", "no list is so large; is it the right file?")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _file("an Excel workbook", "save the sheet as CSV (UTF-8)")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            at = error.start
            continue
        if "\0" in text:
            return _file("a NUL character", "the file is no text; save the list as CSV (UTF-8)")
        return text, encoding
    row = content[:at].count(b"\n") + 1
    wrong = f"neither UTF-8 nor GB18030: byte {at + 1}, near line {row}"
    return _file(wrong, "save the list as CSV (UTF-8)")


def _file(wrong: str, remedy: str) -> Problem:
    return Problem(0, "", "", wrong, remedy)


def shortened(cell: str) -> str:
    """A cell's beginning on one line, for a message."""
    plain = " ".join(cell.split())
    return plain if len(plain) <= 40 else plain[:39] + "…"
