"""名单登记: premiums of a whole list. Each bad row is told with row, column and remedy; the good
ones are taken, or nothing at all with `all_or_nothing`. The same list again changes nothing.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from gongji.desk.identity import wrong_number
from gongji.desk.names import same_name
from gongji.desk.office import Session
from gongji.desk.premium_ports import Premium
from gongji.desk.premium_sheets import SHOWN, Cell, Row
from gongji.policy.contributions import Via, may_register, season_of
from gongji.policy.refusal import Refusal
from gongji.terms import LARGEST_FEN, local_day
from gongji.words import Words

# Full-width signs have become plain ones before; [0-9] because \d takes every script's digits.
_AMOUNT = re.compile(
    r"¥?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.([0-9]{1,2})0*)?\s*元?", re.ASCII
)


class BadRow(NamedTuple):
    """A row that was not taken: where, what is wrong, what to do. It repeats nobody's number."""

    line: int
    column: str
    code: str
    wrong: Words
    remedy: Words


class Taken(msgspec.Struct, frozen=True):
    """登记结果 of a list: premiums taken now, those that were known already, and the bad rows."""

    taken: tuple[Premium, ...]
    known: int
    bad: tuple[BadRow, ...]


class _Wrong(Exception):
    def __init__(self, column: str, code: str) -> None:
        self.column, self.code = column, code


def register_list(
    session: Session,
    region: str,
    year: int,
    via: Via,
    rows: Sequence[Row],
    by: str,
    *,
    all_or_nothing: bool = False,
) -> Taken:
    """Register a list's premiums in its own order, behind those that are registered already.

    A row without an amount owes what the region's rule says for the year, where it says so.
    """
    reading = _Reading(session, region, year, via, by)
    for row in rows:
        reading.take(row)
    if all_or_nothing and reading.bad:
        return Taken((), 0, tuple(reading.bad))
    session.unit.add_premiums(reading.taken)
    return Taken(tuple(reading.taken), reading.known, tuple(reading.bad))


class _Reading:
    """One list being read."""

    def __init__(self, session: Session, region: str, year: int, via: Via, by: str) -> None:
        self._session, self._region, self._year, self._via = session, region, year, via
        self._by = by
        self._today = local_day(session.now)
        self._law = session.law.on(region, self._today)
        season = season_of(session.law, region, year, self._today)
        known = None if isinstance(season, Refusal) else season.amount
        self._standard_fen = None if known is None else known.value.fen
        self._number = session.unit.last_premium_number(region, year)
        self._seen: set[str] = set()
        self.taken: list[Premium] = []
        self.bad: list[BadRow] = []
        self.known = 0

    def take(self, row: Row) -> None:
        """Take a row, or note what is wrong with it."""
        try:
            self._take(row)
        except _Wrong as wrong:
            said, remedy = WRONG[wrong.code]
            self.bad.append(BadRow(row.line, SHOWN[wrong.column], wrong.code, said, remedy))

    def _take(self, row: Row) -> None:
        for column, cell in row.cells.items():
            if cell.formula:
                raise _Wrong(column, "formula")
        self._year_fits(row.cells.get("year"))
        id = self._person(row)
        amount_fen = self._amount(row.cells.get("amount"))
        unit = self._session.unit
        known = unit.premiums_of(self._region, self._year, [id]).get(id)
        if known is not None:
            if (known.amount_fen, known.via) != (amount_fen, self._via):
                raise _Wrong("amount", "registered_otherwise")
            self.known += 1
            return
        self._number += 1
        self.taken.append(
            Premium(
                self._region, self._year, self._number, id, self._via, amount_fen,
                self._session.at, self._by,
            )
        )  # fmt: skip

    def _person(self, row: Row) -> str:
        number = row.cells.get("number", Cell(""))
        name = row.cells.get("name", Cell("")).text
        if not number.text:
            raise _Wrong("number", "no_number")
        if number.rounded:
            raise _Wrong("number", "rounded")
        digits = number.text.replace(" ", "").upper()
        if wrong_number(digits, self._today) is not None:
            raise _Wrong("number", "wrong_number")
        if digits in self._seen:
            raise _Wrong("number", "twice")
        self._seen.add(digits)
        id = self._session.unit.find_person(self._region, digits)
        if id is None:
            raise _Wrong("number", "unknown_person")
        if not name:
            raise _Wrong("name", "no_name")
        identity = self._session.unit.identities([id])[id]
        if not same_name(identity.name.replace(" ", ""), name.replace(" ", "")):
            raise _Wrong("name", "another_name")
        person = self._session.unit.people([id])[id]
        if may_register(person, self._law, self._today) is not None:
            raise _Wrong("number", "not_a_resident")
        return id

    def _amount(self, cell: Cell | None) -> int:
        if cell is None or not cell.text:
            if self._standard_fen is None:
                raise _Wrong("amount", "no_amount")
            return self._standard_fen
        found = _AMOUNT.fullmatch(cell.text)
        if found is None:
            raise _Wrong("amount", "wrong_amount")
        fen = int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0"))
        if not 0 < fen <= LARGEST_FEN:
            raise _Wrong("amount", "wrong_amount")
        return fen

    def _year_fits(self, cell: Cell | None) -> None:
        if cell is not None and cell.text and cell.text.removesuffix("年度") != str(self._year):
            raise _Wrong("year", "another_year")


def report(bad: Iterable[BadRow], lang: str = "zh") -> list[str]:
    """The bad rows as lines of text."""
    zh = lang == "zh"
    return [
        f"第{row.line}行 {row.column}：{row.wrong.zh}{row.remedy.zh}"
        if zh
        else f"row {row.line}, {row.column}: {row.wrong.en} {row.remedy.en}"
        for row in bad
    ]


WRONG: dict[str, tuple[Words, Words]] = {
    "formula": (
        Words("单元格以 = + - @ 开头，可能是公式。", "The cell begins with = + - or @, as a formula does."),
        Words("请改为普通文本或数字。", "Write plain text or a plain number."),
    ),
    "no_number": (
        Words("没有身份证号。", "The identity number is missing."),
        Words("请补填18位身份证号。", "Fill in its 18 characters."),
    ),
    "rounded": (
        Words("身份证号存成了数字，Excel 已丢失末几位。", "The number was kept as a number, and Excel has lost its last digits."),
        Words("请把该列设为文本格式后重新填写。", "Format the column as text and type it again."),
    ),
    "wrong_number": (
        Words("不是有效的身份证号。", "This cannot be an identity number."),
        Words("请对照证件核对18位号码和末位校验码。", "Compare all 18 characters with the document."),
    ),
    "twice": (
        Words("同一身份证号在名单中出现两次。", "The same number stands in the list twice."),
        Words("已按先出现的一行登记，请删除重复行。", "The first of the two rows counts; delete this one."),
    ),
    "unknown_person": (
        Words("没有登记过此人。", "Nobody with this number is registered."),
        Words("请核对号码，或先由经办机构登记参保人。", "Check the number, or have the person registered first."),
    ),
    "no_name": (
        Words("没有姓名。", "The name is missing."),
        Words("请补填姓名。", "Fill in the name."),
    ),
    "another_name": (
        Words("姓名与身份证号不符。", "The name does not belong to this number."),
        Words("请对照证件核对姓名和号码。", "Compare name and number with the document."),
    ),
    "not_a_resident": (
        Words("此人不参加居民医保（职工医保、转出或已故）。", "The person is not one for the resident scheme (employee, moved away or dead)."),
        Words("请从名单中删除，或先变更参保状态。", "Take the row out, or have the standing changed first."),
    ),
    "no_amount": (
        Words("没有金额，该年度也没有规定的缴费标准。", "There is no amount, and no rule names one for this year."),
        Words("请补填金额（元）。", "Fill in the amount in yuan."),
    ),
    "wrong_amount": (
        Words("金额格式不对。", "The amount has the wrong form."),
        Words("请填大于0、最多两位小数的金额（元），如 400 或 400.00。", "Write yuan above 0 with at most two decimals, such as 400 or 400.00."),
    ),
    "another_year": (
        Words("年度与本次登记的年度不同。", "The year is not the one being registered."),
        Words("请把各年度分开登记。", "Register each year by itself."),
    ),
    "registered_otherwise": (
        Words("此人该年度已按另一金额或途径登记。", "The person is registered for this year with another amount or way."),
        Words("请核对；原登记没有改动。", "Check it; what was registered has not been changed."),
    ),
}  # fmt: skip
"""What a row may have wrong, and what to do about it."""
