"""退费明细: a line with a negative count takes back units of an earlier one of the same visit.

2301 names the line (`init_feedetl_sn`); 2204 has no field for it, so the first unsettled line of
the same item and price that has enough left is meant. A return is decided as what it takes back,
with its sums below zero; when the visit is settled, each line counts with what is left of it.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from gongji.national.reading import Values, Wrong

ORIGIN = "init_feedetl_sn"
_SUM = "det_item_fee_sumamt"


class Standing:
    """The unsettled lines of a visit, and what is left of each."""

    def __init__(self, rows: Iterable[Values] = ()) -> None:
        self._lines: dict[str, Values] = {}
        for row in _lines_first(rows):
            self.take(row)

    def take(self, row: Values) -> str | None:
        """One more line, or why it cannot be: what is wrong with a return. The line that a return
        belongs to is written into it."""
        if row["cnt"] > 0:
            self._lines[str(row["feedetl_sn"])] = {**row}
            return None
        of = self._origin(row)
        if of is None:
            named = row.get(ORIGIN)
            which = f"{ORIGIN}（原费用流水号）{named}" if named else "同一编码与单价"
            return f"退费明细：本次就诊没有{which}且数量足够的未结算明细；请核对原明细"
        left = of["cnt"] + row["cnt"], of[_SUM] + row[_SUM]
        if left[1] < 0 or (left[0] == 0) != (left[1] == 0):
            return f"{_SUM}（明细项目费用总额）与原明细的剩余金额{of[_SUM]}不符；请核对退费金额"
        of["cnt"], of[_SUM] = left
        row[ORIGIN] = str(of["feedetl_sn"])
        return None

    def left(self) -> list[Values]:
        """The lines with what is left of them, without those that were taken back whole."""
        return [row for row in self._lines.values() if row["cnt"]]

    def _origin(self, row: Values) -> Values | None:
        named = row.get(ORIGIN)
        some = [self._lines[named]] if named in self._lines else []
        for of in some if named else self._lines.values():
            same = of["med_list_codg"] == row["med_list_codg"] and of["pric"] == row["pric"]
            if same and of["cnt"] + row["cnt"] >= 0:
                return of
        return None


def left_of(rows: Iterable[Values]) -> list[Values] | Wrong:
    """The lines that are settled together; a return whose line is not among them is none."""
    standing = Standing()
    for row in _lines_first(rows):
        if wrong := standing.take(row):
            return Wrong(f"第{row['feedetl_sn']}号{wrong}")
    return standing.left()


def _lines_first(rows: Iterable[Values]) -> list[Values]:
    return sorted(rows, key=lambda row: bool(row["cnt"] < 0))


def signed(row: Values, shown: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """What is shown of a line, its sums below zero where it is a return."""
    if row["cnt"] > 0:
        return shown
    return {**shown, **{name: -shown[name] for name in names if shown[name]}}


def whole(row: Values) -> tuple[Decimal, Decimal]:
    """Count and sum, above zero for a return as well."""
    return abs(row["cnt"]), abs(row[_SUM])
