"""共济缴费: whether a sponsor's money pays a premium, by when it is chosen, when it is told.

Pure. The amounts are fen, the moments microseconds UTC as the store keeps them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from gongji.policy.pack import Provision
from gongji.policy.questions import DayLaw
from gongji.policy.questions.contributions import YearDay, YearFen, YearMoment
from gongji.policy.reading import Law
from gongji.policy.refusal import Code, Refusal, keys, refuse
from gongji.policy.standing import Person, bars_sponsoring
from gongji.policy.working_days import Notice, working_day_after
from gongji.terms import (
    LOCAL_TIME,
    NATIONAL,
    NEVER,
    Scheme,
    Status,
    Use,
    local_day,
    micros,
    midnight,
    midnight_after,
    moment,
)


class Via(StrEnum):
    """申报途径: who declares the premium."""

    SCHOOL = "school"  # 学校、托幼机构集中申报
    COMMUNITY = "community"  # 社区事务受理服务中心


class PaidBy(StrEnum):
    """其他缴费方式."""

    CASH = "cash"  # 现金
    SCAN = "scan"  # 扫码
    SCHOOL = "school"  # 学校代扣、转账


class PremiumState(StrEnum):
    """缴费状态: what has become of a premium so far."""

    DUE = "due"  # registered, and no deduction tried yet
    DEDUCTED = "deducted"
    FAILED = "failed"  # tried; a later batch tries again
    PAID_OTHERWISE = "paid_otherwise"


class Season(msgspec.Struct, frozen=True):
    """缴费季: what one region says of one enrolment year.

    Where a region's text opens contributions and names no days at all, there are none to keep: all
    three are None, what is chosen is in time, and a result is shown as soon as there is one.
    """

    region: str
    year: int
    choose_by: Provision[YearMoment] | None
    deducted_from: Provision[YearDay] | None
    results_from: Provision[YearDay] | None
    amount: Provision[YearFen] | None

    @property
    def cut_off(self) -> int:
        """The last micro at which choosing `contribute` is in time; it is included (CON-3)."""
        if self.choose_by is None:
            return NEVER
        return micros(self.choose_by.value.at.replace(tzinfo=LOCAL_TIME))


def season_of(law: Law, region: str, year: int, today: date) -> Season | Refusal:
    """The season of an enrolment year, by provisions that are known today.

    Refused as `not_configured` with the year where the region has days for other years and not
    for this one: 400 yuan and 15 December are answers for 2026, not for every year.
    """
    choose_by, deducted_from, results_from = (
        _of_year(law, region, question, year, today) for question in SEASON
    )
    known = None not in (choose_by, deducted_from, results_from)
    if not known and _names_days(law, region):
        return refuse(Code.NOT_CONFIGURED, year=year)
    amount = _of_year(law, region, "premium_amount", year, today)
    return Season(region, year, choose_by, deducted_from, results_from, amount)


SEASON = ("premium_choose_by", "premium_deducted_from", "premium_results_from")
"""The questions whose answers make a season, in the order of its fields."""


def _names_days(law: Law, region: str) -> bool:
    """Whether the region's text, or the national one, ever names a day of a season."""
    packs = (law.pack(region), law.pack(NATIONAL))
    return any(pack.answers.get(question) for pack in packs for question in SEASON)


def _of_year(law: Law, region: str, question: str, year: int, today: date) -> Provision[Any] | None:
    """The newest provision of a question whose value names the year; the region's before all."""
    for pack in (law.pack(region), law.pack(NATIONAL)):
        for provision in reversed(pack.answers.get(question, ())):
            if provision.day <= today and getattr(provision.value, "year", None) == year:
                return provision
    return None


# ── Registering ──────────────────────────────────────────────────────────────────────────────────


def may_register(person: Person, law: DayLaw, today: date) -> Refusal | None:
    """A premium is due from whoever is, or is about to be, in the resident scheme."""
    if (
        person.scheme not in (Scheme.RESIDENT, Scheme.NONE)
        or person.status is Status.MOVED
        or person.dead_on(today)
    ):
        return refuse(Code.NOT_A_RESIDENT, law.contribution_pays)
    return None


# ── Deducting ────────────────────────────────────────────────────────────────────────────────────

CAUSES = (
    Code.CONTRIBUTE_NOT_CHOSEN,
    Code.CHOSEN_TOO_LATE,
    Code.SPONSOR_NOT_IN_FORCE,
    Code.BALANCE_NOT_ABOVE_PREMIUM,
)
"""Causes on the sponsor's side, in the order in which the first that holds is given."""


def held_since(history: Sequence[tuple[int, frozenset[Use]]], use: Use) -> int | None:
    """Since when a use has been chosen without a break; None where it is not chosen now.

    `history` is oldest first: from a moment on, these uses.
    """
    since: int | None = None
    for start, uses in history:
        if use not in uses:
            since = None
        elif since is None:
            since = start
    return since


Barred = tuple[Provision[Any], ...]
"""What bars a sponsor today; empty where the sponsor is in force."""


class Candidate(NamedTuple):
    """One bond in force, as a deduction sees it: `chosen` is since when `contribute` is held."""

    barred: Barred
    starts: int
    chosen: int | None


class Deduction:
    """What one day's law says of the deductions of a season, taken apart once for a whole batch."""

    def __init__(self, season: Season, law: DayLaw, today: date) -> None:
        self.season, self.law, self.today = season, law, today
        self._cut_off = season.cut_off
        pays = law.contribution_pays.value
        self._open = Use.CONTRIBUTE in law.uses_open.value and "resident_premium" in pays
        self._asked = law.uses_asked.value
        self.more = int(law.premium_balance.value == "greater")
        self.cites = keys(
            [season.deducted_from, season.choose_by, law.premium_balance, law.contribution_pays]
        )
        self.paid_otherwise = refuse(Code.PAID_OTHERWISE, law.premium_paid_otherwise)
        self.not_in_a_pool = refuse(Code.NOT_IN_A_POOL, law.only_bound_may_use)
        self._closed = refuse(Code.CONTRIBUTE_NOT_CHOSEN, law.uses_open, law.contribution_pays)
        self._not_chosen = refuse(
            Code.CONTRIBUTE_NOT_CHOSEN, season.choose_by, law.premium_choice_kept, law.uses_asked
        )
        self._late = refuse(Code.CHOSEN_TOO_LATE, season.choose_by, law.premium_choice_kept)

    def barred(self, sponsor: Person) -> Barred:
        """What bars a sponsor with this standing."""
        return bars_sponsoring(sponsor, self.law, self.today)

    def refuses(self, candidate: Candidate, premium_fen: int, available_fen: int) -> Refusal | None:
        """Why this sponsor's money does not pay this premium; the first cause, or None.

        The balance is the one that is left when this premium's turn comes: with several children
        on one sponsor it is asked anew before each (CON-4).
        """
        if refusal := self.refuses_bond(candidate):
            return refusal
        needed_fen = premium_fen + self.more
        if available_fen < needed_fen:
            return refuse(
                Code.BALANCE_NOT_ABOVE_PREMIUM,
                self.law.premium_balance,
                needed_fen=needed_fen,
                available_fen=available_fen,
            )
        return None

    def refuses_bond(self, candidate: Candidate) -> Refusal | None:
        """What stands against this bond whatever the sums; it compares moments with the cut-off
        and with nothing else."""
        if not self._open:
            return self._closed
        if self._asked and candidate.chosen is None:
            return self._not_chosen
        since = candidate.starts
        if self._asked and candidate.chosen is not None:
            since = max(since, candidate.chosen)
        if since > self._cut_off:
            return self._late
        if candidate.barred:
            return refuse(Code.SPONSOR_NOT_IN_FORCE, *candidate.barred)
        return None


def furthest(refusals: Sequence[Refusal]) -> Refusal:
    """Of several sponsors' refusals the one that came nearest to paying, the oldest bond's first.

    A cause holds for the premium when it holds for every sponsor that is left to ask.
    """
    return max(refusals, key=lambda refusal: CAUSES.index(refusal.code))


def too_early(season: Season, today: date) -> Refusal | None:
    """Nothing is deducted before the season's day (CON-5)."""
    if season.deducted_from is None or today >= season.deducted_from.value.day:
        return None
    begins = midnight(season.deducted_from.value.day)
    return refuse(Code.TOO_EARLY, season.deducted_from, succeeds_at=begins)


# ── Results and certificates ─────────────────────────────────────────────────────────────────────


class ResultState(StrEnum):
    """缴费结果, as a family sees it."""

    NOT_PUBLISHED = "not_published"
    DEDUCTED = "deducted"
    FAILED = "failed"
    PAID_OTHERWISE = "paid_otherwise"
    NOT_CHOSEN = "not_chosen"


def result_of(state: PremiumState, code: str | None, season: Season, today: date) -> ResultState:
    """What is shown of a premium. A premium that no batch has reached yet has no result."""
    shown_from = season.results_from.value.day if season.results_from is not None else today
    if today < shown_from or state is PremiumState.DUE:
        return ResultState.NOT_PUBLISHED
    if state is PremiumState.FAILED:
        if code == Code.CONTRIBUTE_NOT_CHOSEN:
            return ResultState.NOT_CHOSEN
        if code == Code.PAID_OTHERWISE:
            return ResultState.PAID_OTHERWISE
    return ResultState(state.value)


def certificate_day(decided_at: int, law: DayLaw, notices: Mapping[int, Notice]) -> date | Refusal:
    """From which day the payment certificate can be had (CON-7).

    Raises UnknownYear where the working days are not known.
    """
    days = law.certificate_working_days
    if days is None:
        return refuse(Code.NOT_CONFIGURED)
    return working_day_after(local_day(moment(decided_at)), days.value, notices)


# ── Withdrawing, and what is said beside it ──────────────────────────────────────────────────────


class Withdrawal(NamedTuple):
    """撤回期限: until when the choice may be taken back, and who says so."""

    until: datetime
    cites: tuple[str, ...]


def withdraw_until(
    via: Via, registered_at: int, season: Season | None, law: DayLaw
) -> Withdrawal | None:
    """The moment until which a premium's pooled contribution can be withdrawn (CON-8).

    The cut-off itself is included, the end of a day is the next midnight and is not. None where
    the region does not say, or says it by a cut-off that no season has yet.
    """
    asked = law.school_withdraws_by if via is Via.SCHOOL else law.community_withdraws_by
    if asked is None:
        return None
    if asked.value == "cut_off":
        if season is None or season.choose_by is None:
            return None
        return Withdrawal(moment(season.cut_off), keys([asked, season.choose_by]))
    return Withdrawal(midnight_after(moment(registered_at)), keys([asked]))


class WarningCode(StrEnum):
    """提醒: what a sponsor is told when the uses change. It hinders nothing."""

    EMPLOYER_REFUND = "employer_refund"
    PAY_ANOTHER_WAY = "pay_another_way"


def warnings(
    before: frozenset[Use], after: frozenset[Use], *, all_paid: bool, law: DayLaw
) -> list[tuple[WarningCode, tuple[str, ...]]]:
    """The warnings of a change of uses, each with the provisions that ask for it.

    `all_paid`: premiums of the members are registered, and each is deducted or paid otherwise.
    Where no choice is asked for, both uses stay open whatever is taken back, and nothing is owed
    another way (NET-10).
    """
    chosen, was = Use.CONTRIBUTE in after, Use.CONTRIBUTE in before
    if chosen and not was and law.employer_refund_warned is not None:
        return [(WarningCode.EMPLOYER_REFUND, keys([law.employer_refund_warned]))]
    if was and not chosen and not all_paid and law.uses_asked.value:
        asked = [law.other_payment_owed, law.school_withdraws_by, law.community_withdraws_by]
        return [(WarningCode.PAY_ANOTHER_WAY, keys([p for p in asked if p is not None]))]
    return []
