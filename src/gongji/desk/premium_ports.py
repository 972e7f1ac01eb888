"""What contributions need of a unit of work: premiums, plans, notices, and bonds as deductions see
them. `Unit` takes these methods in."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

from gongji.ledger.book import AccountKey
from gongji.policy.contributions import PaidBy, PremiumState, Via
from gongji.policy.working_days import Notice
from gongji.terms import Purse, Use


class Premium(NamedTuple):
    """缴费申报: one person's premium of one enrolment year, and what has become of it.

    `number` is the order of registration in its region and year. `sponsor` and `bond` say whose
    money paid; `decided_at` when a deduction was last tried, by the packs of `law`.
    """

    region: str
    year: int
    number: int
    person: str
    via: Via
    amount_fen: int
    registered_at: int
    registered_by: str
    state: PremiumState = PremiumState.DUE
    code: str | None = None
    sponsor: str | None = None
    bond: str | None = None
    decided_at: int | None = None
    law: str | None = None
    cites: tuple[str, ...] = ()
    paid_by: PaidBy | None = None
    paid_at: int | None = None


class Decided(NamedTuple):
    """What a deduction has made of one premium."""

    number: int
    state: PremiumState
    code: str | None
    sponsor: str | None
    bond: str | None
    cites: tuple[str, ...]


class ContributingBond(NamedTuple):
    """A bond in force with its pool's uses as they are now, and since when they are those."""

    bond: str
    pool: str
    sponsor: str
    member: str
    starts: int
    uses: frozenset[Use]
    uses_since: int


class DueWithBond(NamedTuple):
    """A premium that may be deducted beside one bond in force, its sponsor and what is pooled.

    A premium without a bond stands once; one with several stands once for each, the oldest first.
    A million of them are read, so uses, standing and balances are as the store keeps them, and
    whoever reads makes one object for all that are alike.
    """

    number: int
    person: str
    amount_fen: int
    paid_by: str | None
    bond: str | None
    pool: str
    starts: int
    uses: str
    uses_since: int
    sponsor: str
    standing: tuple[str, str, str | None]  # scheme, status, died
    purses: tuple[int, ...]  # fen and version of each pooled purse, in the order asked for


class StagedCase(NamedTuple):
    """Plain premiums that are alike to the law, with the earliest of their moments.

    `late`: the bond is younger than the cut-off; `dead`: the sponsor has died by today.
    """

    uses: str
    late: int
    dead: int
    starts: int
    uses_since: int
    standing: tuple[str, str, str | None]  # scheme, status, died
    sponsor: str


class Verdict(NamedTuple):
    """Why not, and by which provisions."""

    code: str
    cites: tuple[str, ...]


class Booked(NamedTuple):
    """How many premiums were deducted, and how much."""

    premiums: int
    fen: int


class OrderState(StrEnum):
    """购买状态 of a commercial plan."""

    ORDERED = "ordered"  # waits for the collection
    PAID = "paid"
    FAILED = "failed"  # tried; a later collection tries again
    REFUNDED = "refunded"  # all of it


class PlanDraw(NamedTuple):
    """What one purse of the buyer's paid, in fen, in the order of drawing."""

    purse: Purse
    amount_fen: int


class PlanOrder(NamedTuple):
    """商业健康保险专属产品的购买: `buyer` owns the money, `insured` is who the plan insures."""

    region: str
    id: str
    number: int
    plan: str
    year: int
    buyer: str
    insured: str
    amount_fen: int
    ordered_at: int
    state: OrderState
    code: str | None = None
    draws: tuple[PlanDraw, ...] = ()
    paid_at: int | None = None
    refunded_fen: int = 0


class PlanRefund(NamedTuple):
    """原渠道退回: one refund of a plan, to the purses that paid."""

    region: str
    id: str
    order: str
    amount_fen: int
    back: tuple[PlanDraw, ...]
    refunded_at: int


class PremiumUnit(Protocol):
    """The part of a unit that keeps premiums, commercial plans, and notices of working days."""

    # Premiums

    def add_premiums(self, premiums: Sequence[Premium]) -> None:
        """Keep premiums that are registered now."""

    def last_premium_number(self, region: str, year: int) -> int:
        """The number of the premium registered last; 0 where there is none."""

    def premiums_of(self, region: str, year: int, people: Iterable[str]) -> dict[str, Premium]:
        """These people's premiums of a year, by person."""

    def premium_by_number(self, region: str, year: int, number: int) -> Premium | None:
        """The premium that was registered in this place."""

    def premiums_of_people(self, people: Iterable[str]) -> list[Premium]:
        """These people's premiums of every year, in order."""

    def premiums_deducted(self, region: str, year: int, *, after: int, limit: int) -> list[Premium]:
        """The next deducted premiums behind a number, in order."""

    def count_premiums(self, region: str, year: int) -> dict[PremiumState, tuple[int, int]]:
        """How many premiums of a year are in each state, and their sum in fen."""

    def set_premium_paid(self, premium: Premium, by: PaidBy, at: int) -> None:
        """Note that a premium has been paid by other means."""

    def keep_decided(
        self, region: str, year: int, decided: Sequence[Decided], *, at: int, law: str
    ) -> None:
        """Keep what a deduction has made of premiums, by the packs of version `law`."""

    # Deductions: the next premiums are laid out once, and looked at in several ways

    def stage_premiums(
        self,
        region: str,
        year: int,
        purses: Sequence[Purse],
        *,
        after: int,
        limit: int,
        at: int,
        cut_off: int,
        today: date,
    ) -> tuple[int, int]:
        """Lay out the next premiums that are not deducted, each with its bonds in force at `at`;
        how many there are, and the last one's number. Those are plain that have one bond, whose
        sponsor has no other premium among them and pays from one purse, and whose uses have not
        been changed since the cut-off."""

    def staged_cases(self) -> list[StagedCase]:
        """The plain premiums by what the law looks at, one row for all that are alike."""

    def judge_staged(
        self, verdicts: Sequence[tuple[StagedCase, Verdict]], *, more: int, short: Verdict
    ) -> None:
        """Refuse these cases of plain premiums, and then, as `short`, whichever is left and whose
        sponsor has less in the pooled purses than the premium and `more`."""

    def book_staged(
        self,
        region: str,
        year: int,
        purse: Purse,
        tax: AccountKey,
        *,
        on: date,
        at: int,
        law: str,
        cites: Sequence[str],
    ) -> Booked:
        """Write entries, balances and results of the plain premiums: from the sponsor's
        `purse` to `tax` where nothing was refused, and the refusal where it was."""

    def staged_failures(self) -> list[tuple[str, str, int]]:
        """Person, code and amount of the plain premiums that were refused, in order."""

    def staged_paid(self) -> list[tuple[str, int]]:
        """Person and amount of the plain premiums that were deducted, in order."""

    def staged_rest(self) -> list[DueWithBond]:
        """The premiums that are not plain, with each of their bonds, in order."""

    # Bonds and uses, as contributions see them

    def contributing_bonds(
        self, region: str, members: Iterable[str], at: int
    ) -> dict[str, list[ContributingBond]]:
        """These members' bonds in force, oldest first, with their pools' uses."""

    def uses_histories(self, pools: Iterable[str]) -> dict[str, list[tuple[int, frozenset[Use]]]]:
        """From which moment on these pools had which uses, oldest first."""

    # Commercial plans

    def last_order_number(self, region: str) -> int:
        """The number of the plan ordered last; 0 where there is none."""

    def add_plan_order(self, order: PlanOrder) -> None:
        """Keep an order."""

    def plan_order(self, region: str, id: str) -> PlanOrder | None:
        """The order with this id."""

    def plan_orders_to_collect(
        self, region: str, plan: str, year: int, *, after: int, limit: int
    ) -> list[PlanOrder]:
        """The next orders behind a number that have not been paid, in order."""

    def change_plan_orders(self, orders: Sequence[PlanOrder]) -> None:
        """Keep state, draws and refunds of orders."""

    def plan_refund(self, region: str, id: str) -> PlanRefund | None:
        """The refund with this id."""

    def add_plan_refund(self, refund: PlanRefund) -> None:
        """Keep a refund."""

    # Working days

    def notices(self) -> list[Notice]:
        """Of every year that was loaded the notice that was loaded last."""

    def notice_loaded(self, year: int) -> Notice | None:
        """The notice that was loaded last for a year."""

    def keep_notice(self, notice: Notice, at: int, by: str) -> None:
        """Keep a notice; those before it stay on record."""

    def notice_history(self, year: int) -> Iterator[tuple[Notice, int, str]]:
        """Every notice loaded for a year, the last one first: when (micros), and by whom."""
