"""Money: worked bills, and no fen lost between the lines and the bill, whatever they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.goods import entry
from gongji.catalogue.adjudicate import Adjudged, Line, Part, Plan, adjudicate
from gongji.catalogue.item import Kind
from gongji.catalogue.treatment import Treatment, Why

A = Treatment(Why.CLASS_A, True)
OUT = Treatment(Why.NOT_LISTED, False)


def b(share_bp: int, ceiling_fen: int | None = None) -> Treatment:
    """Class B with a share and a ceiling."""
    return Treatment(Why.CLASS_B, True, None, share_bp, ceiling_fen)


def line(fen: int, treatment: Treatment = A, count_e4: int = 10_000) -> Line:
    """One line."""
    return Line("药", fen, treatment, count_e4)


def sums(part: Part) -> tuple[int, int, int, int]:
    """Total, fund, self-paid, uncovered."""
    return part.total_fen, part.fund_paid_fen, part.self_paid_fen, part.uncovered_fen


def test_class_a_enters_whole_class_b_after_a_share_the_rest_is_uncovered() -> None:
    """The shared scenario: 30 A, 100 B at 10 %, 88 of wine; deductible 20, ratio 0.60."""
    found = adjudicate([line(3000), line(10_000, b(1000)), line(8800, OUT)], Plan(2000, 6000))
    assert sums(found.bill) == (21_800, 6000, 7000, 8800)
    assert [sums(part) for part in found.lines] == [
        (3000, 1500, 1500, 0),
        (10_000, 4500, 5500, 0),
        (8800, 0, 0, 8800),
    ]
    assert found.deductible_used_fen == 2000
    assert found.bill.paid_first_fen == 1000
    assert found.bill.entering_fen == 12_000


@pytest.mark.parametrize(
    ("fen", "treatment", "plan", "expected"),
    [
        # Half a fen goes to the fund's side: 0.5 of 1 fen enters as 1.
        (1, b(5000), Plan(0, 10_000), (1, 1, 0, 0)),
        (3, b(5000), Plan(0, 10_000), (3, 2, 1, 0)),
        # Half a fen of the fund's part is rounded up, and the insured has what is left.
        (1, A, Plan(0, 5000), (1, 1, 0, 0)),
        (333, A, Plan(0, 5000), (333, 167, 166, 0)),
        # The deductible takes all.
        (1000, A, Plan(1000, 9000), (1000, 0, 1000, 0)),
        (1000, A, Plan(999, 9000), (1000, 1, 999, 0)),
        # What lies above the ceiling is uncovered, before the share.
        (1200, b(1000, 1000), Plan(0, 10_000), (1200, 900, 100, 200)),
        # What the fund has left is all that it pays.
        (1000, A, Plan(0, 9000, 500), (1000, 500, 500, 0)),
        (1000, A, Plan(0, 9000, 0), (1000, 0, 1000, 0)),
        (0, A, Plan(0, 9000), (0, 0, 0, 0)),
        # A share of the whole: an account may buy it, the fund pays nothing.
        (1000, b(10_000), Plan(0, 9000), (1000, 0, 1000, 0)),
    ],
)
def test_one_line(
    fen: int, treatment: Treatment, plan: Plan, expected: tuple[int, int, int, int]
) -> None:
    """Total, fund, self-paid, uncovered."""
    found = adjudicate([line(fen, treatment)], plan)
    assert sums(found.bill) == expected
    assert sums(found.lines[0]) == expected


def test_a_ceiling_holds_for_each_unit_and_for_parts_of_one() -> None:
    """Half a unit has half a ceiling, rounded half up."""
    assert adjudicate([line(3000, b(0, 1000), 25_000)], Plan(0, 0)).bill.over_ceiling_fen == 500
    assert adjudicate([line(10, b(0, 5), 5_000)], Plan(0, 0)).bill.over_ceiling_fen == 7


def test_the_bill_is_rounded_once() -> None:
    """Three lines of one fen at a half: 1.5 fen become 2, not three times 1."""
    found = adjudicate([line(1), line(1), line(1)], Plan(0, 5000))
    assert found.bill.fund_paid_fen == 2
    assert sum(part.fund_paid_fen for part in found.lines) == 2


def test_the_share_paid_first_where_the_law_calls_it_uncovered() -> None:
    """A region may leave it outside of what pooled money pays."""
    bill = [line(10_000, b(1000))]
    found = adjudicate(bill, Plan(0, 6000), first_share_self_paid=False)
    assert sums(found.bill) == (10_000, 5400, 3600, 1000)


def test_pieces_that_are_not_paid_alone() -> None:
    """A prescription made of them only is uncovered; another piece beside them, and all is paid."""
    pays = Treatment(Why.UNCLASSED, True)
    pepper = Line("白胡椒", 1000, pays, kind=Kind.PIECE, pays_not_alone=True)
    root = Line("大蓟", 1000, pays, kind=Kind.PIECE)
    pill = Line("药", 1000, A, kind=Kind.DRUG)
    alone = adjudicate([pepper, pepper, pill], Plan(0, 10_000))
    assert sums(alone.bill) == (3000, 1000, 0, 2000)
    assert alone.lines[0].treatment.why is Why.NOT_PAID_ALONE
    assert sums(adjudicate([pepper, root], Plan(0, 10_000)).bill) == (2000, 2000, 0, 0)


def test_whether_an_entry_says_so() -> None:
    """The words of the list, and of a piece only."""
    words = "单独使用时不予支付，且全部由这些饮片组成的处方也不予支付。"
    assert entry("白胡椒", "unclassed", kind=Kind.PIECE, restriction=words).pays_not_alone
    assert not entry("白胡椒", "unclassed", kind=Kind.PIECE).pays_not_alone
    assert not entry("药", restriction=words).pays_not_alone


def bad_sum(found: Adjudged) -> list[str]:
    """Which identity does not hold; empty where all do."""
    wrong = []
    for part in (found.bill, *found.lines):
        if part.total_fen != part.fund_paid_fen + part.self_paid_fen + part.uncovered_fen:
            wrong.append("fund, self-paid and uncovered")
        split = part.own_whole_fen + part.over_ceiling_fen + part.paid_first_fen
        if part.total_fen != split + part.entering_fen:
            wrong.append("the interface's four parts")
        if min(getattr(part, name) for name in Part.__struct_fields__) < 0:
            wrong.append("below zero")
        if part.fund_paid_fen > part.entering_fen:
            wrong.append("the fund pays more than enters")
    for name in Part.__struct_fields__:
        if getattr(found.bill, name) != sum(getattr(part, name) for part in found.lines):
            wrong.append(f"lines against the bill: {name}")
    return wrong


treatments = st.one_of(
    st.just(OUT),
    st.just(A),
    st.builds(b, st.integers(0, 10_000), st.none() | st.integers(1, 10**7)),
)
lines = st.builds(line, st.integers(0, 10**9), treatments, st.integers(1, 10**6))
plans = st.builds(
    Plan, st.integers(0, 10**6), st.integers(0, 10_000), st.none() | st.integers(0, 10**8)
)


@given(st.lists(lines, min_size=1, max_size=40), plans, st.booleans())
def test_no_sum_is_lost(bill: list[Line], plan: Plan, self_paid: bool) -> None:
    """Lines add up to the bill in every column, no part is below zero, and the fund's part is the
    plan's: what enters, less the deductible left, times the ratio, half up, within its limit."""
    found = adjudicate(bill, plan, first_share_self_paid=self_paid)
    assert bad_sum(found) == []
    base = max(0, found.bill.entering_fen - plan.deductible_left_fen)
    exact = base * plan.ratio_bp
    fund = exact // 10_000 + (exact % 10_000 >= 5000)
    limit = fund if plan.fund_left_fen is None else plan.fund_left_fen
    assert found.bill.fund_paid_fen == min(fund, limit)


@given(st.lists(lines, min_size=1, max_size=12), plans)
def test_the_order_of_the_lines_does_not_change_the_bill(bill: list[Line], plan: Plan) -> None:
    """Nor by more than one fen what a line gets."""
    one, other = adjudicate(bill, plan), adjudicate(bill[::-1], plan)
    assert one.bill == other.bill
    for part, same in zip(one.lines, reversed(other.lines), strict=True):
        assert abs(part.fund_paid_fen - same.fund_paid_fen) <= 1
