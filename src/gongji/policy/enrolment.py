"""参保长效机制: waiting months, the day benefits start, the ceiling of serious-illness insurance.

Pure. Every answer carries its provisions and its arithmetic, written out line by line: whoever is
told to wait four months is told how they come about.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from gongji.policy.pack import Provision
from gongji.policy.questions import DayLaw
from gongji.policy.questions.contributions import CeilingAmounts, WaitingMonths
from gongji.policy.refusal import Code, Refusal, keys, refuse
from gongji.terms import yuan_text
from gongji.words import Words


class Enrolling(msgspec.Struct, frozen=True, kw_only=True):
    """参保情况: what a waiting period depends on.

    `missed` are years without any basic insurance; a year in the employee scheme is none of them.
    `back_paid` counts the missed years that were paid for afterwards (补缴).
    """

    missed: frozenset[int]
    enrolled_for: int
    paid_on: date
    in_period: bool  # paid within the collection period (集中参保期)
    back_paid: int = 0

    def wrong(self) -> tuple[str, Words] | None:
        """The field that cannot be right, and why; None where nothing is wrong."""
        year = self.enrolled_for
        if self.back_paid < 0:
            return "back_paid", Words("年数不能小于零。", "a number of years cannot be below zero")
        if late := sorted(missed for missed in self.missed if missed >= year):
            return "missed", Words(
                f"断保年度{late[0]}不早于参保年度{year}。",
                f"{late[0]} is not before {year}, the year enrolled for",
            )
        if not year - 1 <= self.paid_on.year <= year:
            return "paid_on", Words(
                f"{self.paid_on}不在{year - 1}年或{year}年。",
                f"{self.paid_on} is neither in {year} nor in the year before it",
            )
        return None


class Waiting(msgspec.Struct, frozen=True):
    """等待期: how many months, and the first day with benefits."""

    months: int
    benefits_from: date
    lines: tuple[Words, ...]
    cites: tuple[str, ...]


def waiting(asked: Enrolling, law: DayLaw) -> Waiting | Refusal:
    """The waiting period (ENR-1, ENR-2, ENR-3); `not_configured` where the law has none yet."""
    assert asked.wrong() is None, asked.wrong()
    none, months, starts = law.waiting_none, law.waiting_months, law.waiting_starts
    counted_from = law.years_counted_from
    if none is None or months is None or starts is None or counted_from is None:
        return refuse(Code.NOT_CONFIGURED, year=asked.enrolled_for)
    counted = sorted(year for year in asked.missed if year >= counted_from.value)
    lines = _counted(asked.missed, counted, counted_from.value)
    new_year = date(asked.enrolled_for, 1, 1)
    if not counted and asked.in_period:
        lines.append(
            Words(
                f"连续参保且在集中参保期内缴费：不设等待期，自{_zh(new_year)}起享受待遇。",
                f"Enrolled without a gap and inside the period: no wait, from {new_year}.",
            )
        )
        return Waiting(0, new_year, tuple(lines), keys([none, counted_from]))
    total = _months(counted, asked.back_paid, months.value, lines)
    anchor = starts.value.in_period if asked.in_period else starts.value.otherwise
    start = new_year if anchor == "new_year" else asked.paid_on
    begins = max(first_day_after(start, total), new_year)
    lines.append(
        Words(
            f"自{_zh(start)}起算{total}个月，{_zh(begins)}起享受待遇。",
            f"{total} months from {start}: benefits start on {begins}.",
        )
    )
    cited: list[Provision[Any]] = [months, starts, counted_from]
    if law.waiting_not_reimbursed is not None:
        cited.append(law.waiting_not_reimbursed)
        lines.append(
            Words(
                "等待期间发生的医疗费用不予追溯。",
                "What is spent while waiting is not reimbursed later.",
            )
        )
    return Waiting(total, begins, tuple(lines), keys(cited))


def _counted(missed: frozenset[int], counted: list[int], since: int) -> list[Words]:
    lines = []
    if before := sorted(missed.difference(counted)):
        lines.append(
            Words(
                f"{_years(before)}年早于{since}年，不计入断保年限。",
                f"{_years(before)}: before {since}, so not counted as missed.",
            )
        )
    if counted:
        lines.append(
            Words(
                f"断保{_years(counted)}年，计{len(counted)}年。",
                f"Missed: {_years(counted)}, {len(counted)} counted.",
            )
        )
    return lines


def _months(counted: list[int], back_paid: int, rule: WaitingMonths, lines: list[Words]) -> int:
    """The months, with their arithmetic appended to `lines`."""
    further = max(0, len(counted) - rule.years_free)
    variable = further * rule.each_further_year
    repaired = min(variable, back_paid * rule.each_back_paid)
    total = rule.fixed + variable - repaired
    lines.append(
        Words(
            f"固定等待期{rule.fixed}个月 + 变动等待期{variable}个月（多断保{further}年）"
            f" - 补缴修复{repaired}个月 = {total}个月。",
            f"{rule.fixed} months fixed + {variable} variable ({further} further years missed)"
            f" - {repaired} repaired = {total} months.",
        )
    )
    run = longest_run(counted)
    if run >= rule.long_gap_years and total < rule.long_gap_months:
        total = rule.long_gap_months
        lines.append(
            Words(
                f"连续断缴{run}年，两项之和不少于{total}个月。",
                f"{run} years missed in a row: both parts together are {total} months at least.",
            )
        )
    return total


def longest_run(years: Iterable[int]) -> int:
    """How many of the years stand in a row, at most."""
    best = run = 0
    before: int | None = None
    for year in sorted(set(years)):
        run = run + 1 if before is not None and year == before + 1 else 1
        best, before = max(best, run), year
    return best


def first_day_after(start: date, months: int) -> date:
    """The first day after so many months from `start`: the same day of the month, and where that
    month has no such day the first of the next one."""
    try:
        return start.replace(**_month(start, months))
    except ValueError:
        return start.replace(**_month(start, months + 1), day=1)


def _month(start: date, later: int) -> dict[str, int]:
    years, month = divmod(start.month - 1 + later, 12)
    return {"year": start.year + years, "month": month + 1}


# ── The ceiling of serious-illness insurance (ENR-4, ENR-5) ──────────────────────────────────────


class History(msgspec.Struct, frozen=True, kw_only=True):
    """参保记录 in the resident scheme: years enrolled, and years without any reimbursement.

    `raised_used_in`: the last year in which a claim drew on the raised part; it clears what years
    without reimbursement had added.
    """

    enrolled: frozenset[int]
    missed: frozenset[int] = frozenset()
    zero_claim: frozenset[int] = frozenset()
    raised_used_in: int | None = None


class Ceiling(msgspec.Struct, frozen=True):
    """大病保险最高支付限额的变化: counts, and sums in fen where the region has amounts.

    `raised_fen`, `lowered_fen` and `ceiling_fen` are None where it has none: "not configured" is
    not zero.
    """

    continuous_years: int
    continuous_steps: int
    zero_claim_steps: int
    lowered_years: int
    raised_fen: int | None
    lowered_fen: int | None
    ceiling_fen: int | None
    lines: tuple[Words, ...]
    cites: tuple[str, ...]


def ceiling(history: History, year: int, law: DayLaw) -> Ceiling | Refusal:
    """How the ceiling of `year` differs; `not_configured` where the law has no such rule yet."""
    since, after = law.years_counted_from, law.ceiling_after_years
    zero, lowered = law.ceiling_zero_claim, law.ceiling_lowered
    if since is None or after is None or zero is None or lowered is None:
        return refuse(Code.NOT_CONFIGURED, year=year)
    enrolled = {y for y in history.enrolled if since.value <= y <= year}
    run = 0
    while year - run in enrolled:
        run += 1
    steps = max(0, run - after.value)
    kept = {
        y
        for y in history.zero_claim & enrolled
        if y + 1 in enrolled and (history.raised_used_in is None or y > history.raised_used_in)
    }
    missed = sum(since.value <= y < year for y in history.missed - enrolled) if run else 0
    lines = [
        Words(
            f"自{since.value}年起连续参保{run}年，满{after.value}年后的{steps}年各提高一次。",
            f"{run} years without a gap since {since.value}: {steps} beyond the first "
            f"{after.value}, each raises it once.",
        ),
        Words(
            f"零报销后次年继续参保{len(kept)}年，各提高一次。",
            f"{len(kept)} years without reimbursement, enrolled in the next: each raises it once.",
        ),
        Words(
            f"断保{missed}年，按年数降低。",
            f"{missed} years missed: lowered by as many.",
        ),
    ]
    cited: list[Provision[Any]] = [since, after, zero, lowered]
    if law.employee_years_count is not None:
        cited.append(law.employee_years_count)
    sums: tuple[int | None, int | None, int | None] = (None, None, None)
    if law.ceiling_amounts is None:
        lines.append(
            Words(
                "本地提高与降低的金额未配置，不按零计算。",
                "The region's amounts are not configured; that is not zero.",
            )
        )
    else:
        cited.append(law.ceiling_amounts)
        sums = _sums(law.ceiling_amounts.value, steps, len(kept), missed, lines)
    return Ceiling(run, steps, len(kept), missed, *sums, tuple(lines), keys(cited))


def _sums(
    amounts: CeilingAmounts, steps: int, zero_claims: int, missed: int, lines: list[Words]
) -> tuple[int, int, int]:
    """Raised, lowered, and the ceiling that comes of both, with the arithmetic in `lines`."""
    most = amounts.base_fen * amounts.raised_at_most_bp // 10_000
    wanted = steps * amounts.continuous_step_fen + zero_claims * amounts.zero_claim_step_fen
    raised_fen = min(wanted, most)
    lowered_fen = missed * amounts.lowered_each_year_fen
    ceiling_fen = max(0, amounts.base_fen + raised_fen - lowered_fen)
    lines.append(
        Words(
            f"提高{yuan_text(wanted)}元，上限{yuan_text(most)}元，计{yuan_text(raised_fen)}元；"
            f"降低{yuan_text(lowered_fen)}元；限额{yuan_text(ceiling_fen)}元。",
            f"Raised {yuan_text(wanted)}, at most {yuan_text(most)}: {yuan_text(raised_fen)} yuan; "
            f"lowered {yuan_text(lowered_fen)}; the ceiling is {yuan_text(ceiling_fen)} yuan.",
        )
    )
    return raised_fen, lowered_fen, ceiling_fen


def _years(years: Iterable[int]) -> str:
    return ", ".join(str(year) for year in years)


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
