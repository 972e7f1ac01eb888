"""One row's cells, read one by one; what is wrong is collected and told all at once."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from gongji.catalogue.item import WHOLE_BP
from gongji.catalogue.table import Problem, Weight, shortened
from gongji.terms import LARGEST_FEN

E = TypeVar("E", bound=StrEnum)
_FORMULA = tuple("=+-@＝＋－＠")  # noqa: RUF001 - the full-width ones start a formula too
_PERIOD = re.compile(
    r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日\s*[至到\-—~～]\s*"  # noqa: RUF001 - as printed
    r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日"
)


class Cells:
    """The cells of one row by column name."""

    def __init__(self, row: int, cells: Mapping[str, str], problems: list[Problem]) -> None:
        self.row, self._cells, self._problems = row, cells, problems
        self.failed = False

    def wrong(self, column: str, wrong: str, remedy: str) -> None:
        """Report an error of this row."""
        self.failed = True
        found = shortened(self._cells.get(column, ""))
        self._problems.append(Problem(self.row, column, found, wrong, remedy))

    def note(self, column: str, wrong: str, remedy: str) -> None:
        """Report what somebody should look at; the row is taken."""
        found = shortened(self._cells.get(column, ""))
        self._problems.append(Problem(self.row, column, found, wrong, remedy, Weight.NOTE))

    def text(self, column: str, *, must: bool = False) -> str:
        """A cell as text; line ends inside of it are kept, one name a line.

        A cell that begins like a formula stays text and is flagged: no name, form or restriction
        begins so, and a spreadsheet would compute it.
        """
        lines = [line.strip() for line in self._cells.get(column, "").splitlines()]
        found = "\n".join(line for line in lines if line)
        if must and not found:
            self.wrong(column, "empty", "every entry needs it")
        if found.startswith(_FORMULA):
            self.note(
                column,
                f"begins with {found[0]}, as a formula does; taken as text",
                "type the cell again as plain text if a spreadsheet changed it",
            )
        return found

    def word(self, column: str, words: Mapping[str, E], default: E | None = None) -> E | None:
        """One of the words that a column knows."""
        found = self._cells.get(column, "").strip()
        if not found and default is not None:
            return default
        if found.casefold() in words:
            return words[found.casefold()]
        self.wrong(column, "no such word", f"one of {', '.join(dict.fromkeys(words))}")
        return None

    def flag(self, column: str) -> bool:
        """1 or 0; empty is 0."""
        found = self._cells.get(column, "").strip()
        if found not in ("", "0", "1"):
            self.wrong(column, "neither 0 nor 1", "1 where the medicine is counted already, or 0")
        return found == "1"

    def share(self, column: str) -> int | None:
        """A share as basis points, from `0.1`, `10%` or empty."""
        found = self._cells.get(column, "").strip()
        if not found:
            return None
        percent = re.fullmatch(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?[%％]", found)  # noqa: RUF001
        plain = re.fullmatch(r"([01])(?:\.([0-9]{1,4}))?", found)
        bp = WHOLE_BP + 1
        if percent:
            bp = int(percent[1]) * 100 + int((percent[2] or "").ljust(2, "0"))
        elif plain:
            bp = int(plain[1]) * WHOLE_BP + int((plain[2] or "").ljust(4, "0"))
        if bp > WHOLE_BP:
            self.wrong(column, "no share", "a share from 0 to 1, such as 0.1 or 10%")
            return None
        return bp

    def yuan(self, column: str) -> int | None:
        """A price in yuan as fen, or empty."""
        found = self._cells.get(column, "").strip()
        if not found:
            return None
        price = re.fullmatch(r"([0-9]{1,11})(?:\.([0-9]{1,2}))?", found)
        fen = int(price[1]) * 100 + int((price[2] or "").ljust(2, "0")) if price else 0
        if not 0 < fen <= LARGEST_FEN:
            self.wrong(column, "no price", "yuan above zero with at most two decimals: 12.50")
            return None
        return fen

    def day(self, column: str) -> date | None:
        """A day as 2025-01-31, or empty."""
        found = self._cells.get(column, "").strip()
        if not found:
            return None
        parts = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", found)
        day = _day(*parts.groups()) if parts else None
        if day is None:
            self.wrong(column, "no day of the calendar", "a day such as 2025-01-31")
        return day

    def period(self, column: str) -> tuple[date | None, date | None]:
        """A span of days as the national list prints it, or empty."""
        found = self._cells.get(column, "").strip()
        if not found:
            return None, None
        parts = _PERIOD.fullmatch(found)
        days = (_day(*parts.groups()[:3]), _day(*parts.groups()[3:])) if parts else (None, None)
        if None in days:
            self.wrong(column, "no span of days", "such as 2025年1月1日至2026年12月31日")
            return None, None
        self.in_order(column, *days)
        return days

    def in_order(self, column: str, starts: date | None, ends: date | None) -> None:
        """Refuse a span that ends before it begins."""
        if starts is not None and ends is not None and ends < starts:
            self.wrong(column, f"ends on {ends}, before it begins on {starts}", "exchange the days")


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
