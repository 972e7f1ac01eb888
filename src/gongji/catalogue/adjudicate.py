"""裁定费用明细: lines with their treatment → fund-paid, self-paid and uncovered.

Integers alone: sums are fen, shares and ratios basis points. Of a division into parts the fund's
side is rounded half up and the insured's is what is left, so that no fen is lost.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

import msgspec

from gongji.catalogue.item import WHOLE_BP, Kind
from gongji.catalogue.treatment import Treatment, Why

UNIT_E4 = 10_000
"""A count is in ten-thousandths of a unit, as the national interface has it: 10,000 are one."""


class Line(NamedTuple):
    """费用明细: what was charged for one entry. `kind` is None where it is not listed."""

    name: str
    total_fen: int
    treatment: Treatment
    count_e4: int = UNIT_E4
    kind: Kind | None = None
    pays_not_alone: bool = False


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """待遇: what is still to be paid before the fund pays, at which ratio it then pays, and how
    much it has left for the person (None: no limit is known)."""

    deductible_left_fen: int
    ratio_bp: int
    fund_left_fen: int | None = None


class Part(msgspec.Struct, frozen=True):
    """费用的各部分: one line or a whole bill, taken apart.

    `total` = `own_whole` + `over_ceiling` + `paid_first` + `entering`, as the national interface
    has them: 全自费, 超限价自费, 先行自付, 符合范围. And `total` = `fund_paid` + `self_paid` +
    `uncovered`.
    """

    total_fen: int
    own_whole_fen: int  # 全自费: outside the catalogue
    over_ceiling_fen: int  # 超限价自费: above the price ceiling
    paid_first_fen: int  # 先行自付: the share paid first
    entering_fen: int  # 符合范围: what enters reimbursement
    fund_paid_fen: int
    self_paid_fen: int
    uncovered_fen: int


_SUMS = attrgetter(*Part.__struct_fields__)


class LinePart(Part, frozen=True, kw_only=True):
    """One line's part of the bill, with how it was treated."""

    name: str
    treatment: Treatment


class Adjudged(msgspec.Struct, frozen=True):
    """裁定结果: the bill, its lines, and how much of the deductible the bill has used."""

    bill: Part
    lines: tuple[LinePart, ...]
    deductible_used_fen: int
    ratio_bp: int


def adjudicate(
    lines: Sequence[Line], plan: Plan, *, first_share_self_paid: bool = True
) -> Adjudged:
    """Decide a bill's lines under a plan.

    The fund's part is rounded once, for the bill: what enters, less the deductible left, times the
    ratio. Each line gets its share of it in proportion to what it brings in, by rounding the
    running total, so that the lines add up to the bill and none is below zero.
    `first_share_self_paid` is what the law calls the share paid first: self-paid, or uncovered.
    """
    assert plan.deductible_left_fen >= 0
    assert 0 <= plan.ratio_bp <= WHOLE_BP
    split = [_split(line) for line in _pieces_not_alone(lines)]
    entering = sum([s.entering for s in split])
    deductible = min(plan.deductible_left_fen, entering)
    fund = rounded_share(entering - deductible, plan.ratio_bp)
    if plan.fund_left_fen is not None:
        fund = min(fund, plan.fund_left_fen)
    parts = []
    brought = given = 0
    for one in split:
        brought += one.entering
        upto = rounded_quotient(fund * brought, entering) if entering else 0
        parts.append(_part(one, upto - given, first_share_self_paid))
        given = upto
    sums = list(map(_SUMS, parts))
    bill = Part(*(sums[0] if len(sums) == 1 else map(sum, zip(*sums, strict=True))))
    assert bill.fund_paid_fen == fund
    assert bill.total_fen == sum([line.total_fen for line in lines])
    return Adjudged(bill, tuple(parts), deductible, plan.ratio_bp)


def rounded_share(amount_fen: int, share_bp: int) -> int:
    """A share of a sum, half up to the fen."""
    return rounded_quotient(amount_fen * share_bp, WHOLE_BP)


def rounded_quotient(number: int, by: int) -> int:
    """A quotient of whole numbers that are not negative, half up."""
    assert number >= 0
    assert by > 0
    return (2 * number + by) // (2 * by)


class _Split(NamedTuple):
    line: Line
    own_whole: int
    over_ceiling: int
    paid_first: int
    entering: int


def _split(line: Line) -> _Split:
    """One line before the deductible: outside, above the ceiling, paid first, entering."""
    treatment = line.treatment
    assert line.total_fen >= 0
    assert line.count_e4 > 0
    if not treatment.covered:
        return _Split(line, line.total_fen, 0, 0, 0)
    over = 0
    if treatment.ceiling_fen is not None:
        allowed = rounded_quotient(treatment.ceiling_fen * line.count_e4, UNIT_E4)
        over = max(0, line.total_fen - allowed)
    within = line.total_fen - over
    entering = rounded_share(within, WHOLE_BP - treatment.share_bp)
    return _Split(line, 0, over, within - entering, entering)


def _part(split: _Split, fund: int, first_share_self_paid: bool) -> LinePart:
    line = split.line
    uncovered = split.own_whole + split.over_ceiling
    if not first_share_self_paid:
        uncovered += split.paid_first
    self_paid = line.total_fen - fund - uncovered
    assert 0 <= fund <= split.entering
    assert self_paid >= 0
    return LinePart(
        line.total_fen,
        split.own_whole,
        split.over_ceiling,
        split.paid_first,
        split.entering,
        fund,
        self_paid,
        uncovered,
        name=line.name,
        treatment=line.treatment,
    )


def _pieces_not_alone(lines: Sequence[Line]) -> Sequence[Line]:
    """「单独使用时不予支付，且全部由这些饮片组成的处方也不予支付」: where every herbal piece of the
    bill is of these, none of them is paid."""
    pieces = [line for line in lines if line.kind is Kind.PIECE and line.treatment.covered]
    if not pieces or not all(line.pays_not_alone for line in pieces):
        return lines
    return [
        line._replace(
            treatment=Treatment(
                Why.NOT_PAID_ALONE, False, line.treatment.listed, item=line.treatment.item
            )
        )
        if line in pieces
        else line
        for line in lines
    ]
