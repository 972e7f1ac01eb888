"""裁定: bill + facts + law → decision. Quote, settle and why all ask this one function."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from gongji.policy.pack import Provision
from gongji.policy.questions import DayLaw, Venue
from gongji.policy.refusal import Code, Refusal, keys, refuse
from gongji.policy.standing import account_works, bars_sponsoring, is_insured
from gongji.settlement.bill import Balances, Bill, Facts, PoolFacts
from gongji.settlement.outcome import Outcome
from gongji.terms import AccountUse, Credential, InstitutionKind, Purse, Use


class Draw(msgspec.Struct, frozen=True):
    """支用: one sum from one purse, and what is left in it."""

    person: str
    purse: Purse
    amount_fen: int
    after_fen: int


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """结算决定: who pays what, why, and by which provisions.

    `draws` are in the order of drawing, own purses before the sponsor's. `cash_fen` has the
    uncovered part in it. `own_after` is the patient's account after the bill (ACC-6).
    `outside_relief_fen` does not count for relief, deductibles or ceilings (SET-6).
    `cites` are provision keys.
    """

    outcome: Outcome
    own_fen: int
    pooled_fen: int
    cash_fen: int
    own_after: Balances
    cites: tuple[str, ...]
    draws: tuple[Draw, ...] = ()
    reasons: tuple[Outcome, ...] = ()
    sponsor: str | None = None  # whose pooled money was used

    @property
    def outside_relief_fen(self) -> int:
        """What is left out of relief: all pooled money, and nothing else."""
        return self.pooled_fen


_Cause = tuple[Outcome, tuple[Provision[Any], ...]]
"""What shuts the pool, and by which provisions."""


def decide(bill: Bill, facts: Facts, law: DayLaw) -> Decision | Refusal:
    """Settle the patient's share: own purses in the pack's order, then the pool, then cash.

    A refusal means that nothing is settled. An exception here is a defect of ours, never of the
    family's papers.
    """
    day = law.day
    if refusal := _refuses(bill, facts, law, day):
        return refusal

    left_fen = bill.self_paid_fen  # 自费 is never drawn from anyone's account
    own = _draw(facts.patient.id, facts.own, _own_purses(bill, facts, law), left_fen)
    own_fen = sum([draw.amount_fen for draw in own])
    left_fen -= own_fen

    pool = _choose(bill, facts, law, day)
    reasons, cites = _causes(bill, facts, law, day, pool, left_fen)
    pooled: list[Draw] = []
    if not reasons:
        assert pool is not None, "without a pool there is a reason"
        pooled = _draw(pool.sponsor.id, pool.balances, law.pooled_purses.value, left_fen)
        assert pooled, "a pool with money and a bill pays something"
        outcome = Outcome.POOLED
    elif bill.self_paid_fen > 0 and left_fen == 0:
        outcome = Outcome.OWN_FUNDS
    else:
        outcome = reasons[0]
    pooled_fen = sum([draw.amount_fen for draw in pooled])
    left_fen -= pooled_fen
    cash_fen = left_fen + bill.uncovered_fen
    assert own_fen + pooled_fen + cash_fen == bill.self_paid_fen + bill.uncovered_fen
    return Decision(
        outcome=outcome,
        own_fen=own_fen,
        pooled_fen=pooled_fen,
        cash_fen=cash_fen,
        own_after=_after(facts.own, own),
        cites=_keys(
            law,
            tuple(cites),
            outcome is Outcome.POOLED,
            bill.prescription,
            bill.credential is Credential.FAMILY_CODE,
            left_fen > 0,
        ),
        draws=(*own, *pooled),
        reasons=tuple(reasons),
        sponsor=pool.sponsor.id if pool is not None and pooled_fen else None,
    )


def _own_purses(bill: Bill, facts: Facts, law: DayLaw) -> tuple[Purse, ...]:
    """The patient's purses that may pay this bill, in the pack's order (SET-3)."""
    if bill.accounts in (AccountUse.NONE, AccountUse.POOLED):
        return ()
    if bill.category in law.account_excluded.value or not account_works(facts.patient, law):
        return ()
    purses = law.own_draw_order.value[bill.care]
    if facts.year_closed:
        # That year's money is carried by now; what is current belongs to another year.
        return tuple(purse for purse in purses if purse is not Purse.CURRENT)
    return purses


def _draw(person: str, balances: Balances, purses: Iterable[Purse], left_fen: int) -> list[Draw]:
    """Draw along the purses until nothing is left to pay; an empty purse is passed over."""
    draws = []
    for purse in purses:
        balance = balances.of(purse)
        amount = min(left_fen, balance)
        if amount > 0:
            left_fen -= amount
            draws.append(Draw(person, purse, amount, balance - amount))
    return draws


def _after(balances: Balances, draws: Sequence[Draw]) -> Balances:
    """The balances with what was drawn taken off; a purse is drawn on once a bill."""
    if not draws:
        return balances
    left = {draw.purse: draw.after_fen for draw in draws}
    return Balances(
        left.get(Purse.CURRENT, balances.current), left.get(Purse.CARRIED, balances.carried)
    )


def _refuses(bill: Bill, facts: Facts, law: DayLaw, day: date) -> Refusal | None:
    match bill.credential:
        case Credential.OWN:
            pass
        case Credential.FAMILY_CODE:
            if not facts.code_held:
                return refuse(
                    Code.NOT_OWN_CREDENTIAL,
                    law.own_credential,
                    law.lending_is_fraud,
                    law.family_code_shows,
                )
        case Credential.OTHER:
            return refuse(
                Code.NOT_OWN_CREDENTIAL,
                law.own_credential,
                law.lending_is_fraud,
                law.fetching_allowed,
            )
    if not is_insured(facts.patient, law, day):
        return refuse(Code.PATIENT_NOT_INSURED, law.own_credential)
    if not facts.institution.designated:
        return refuse(Code.NOT_DESIGNATED, law.pool_pays, law.venues)
    if facts.patient.online_suspended_on(day):
        return refuse(Code.ONLINE_SUSPENDED, law.suspension_months)
    parts_fen = bill.fund_paid_fen + bill.self_paid_fen + bill.uncovered_fen
    if parts_fen != bill.total_fen:
        return refuse(Code.AMOUNTS_DO_NOT_ADD_UP, total_fen=bill.total_fen, parts_fen=parts_fen)
    return None


def _choose(bill: Bill, facts: Facts, law: DayLaw, day: date) -> PoolFacts | None:
    """Whose pool is asked: the sponsor shown, or the only one there is.

    Where the region wants the sponsor's credential and none is shown, no pool is asked. Elsewhere
    a member of several pools draws on the oldest that can pay, or else is told why the oldest
    cannot.
    """
    if bill.sponsor is not None and (law.sponsor_shown.value or len(facts.pools) > 1):
        return next((pool for pool in facts.pools if pool.sponsor.id == bill.sponsor), None)
    if law.sponsor_shown.value or not facts.pools:
        return None
    if len(facts.pools) > 1:
        for pool in facts.pools:
            if _pool_money(pool, law) > 0 and not _pool_causes(pool, law, day):
                return pool
    return facts.pools[0]


def _causes(
    bill: Bill, facts: Facts, law: DayLaw, day: date, pool: PoolFacts | None, left_fen: int
) -> tuple[list[Outcome], list[Provision[Any]]]:
    """Every cause that shuts the pool (SET-13), in the order of `Outcome`, and their provisions."""
    if pool is not None:
        found = _pool_causes(pool, law, day)
    elif facts.pools and bill.sponsor is None:
        found = [(Outcome.SPONSOR_NOT_SHOWN, (law.sponsor_shown,))]
    else:
        found = [(Outcome.NOT_IN_A_POOL, (law.only_bound_may_use,))]
    if law.ecode_asked.value and not (facts.patient.ecode and (pool is None or pool.sponsor.ecode)):
        found.append((Outcome.ECODE_INACTIVE, (law.ecode_asked,)))
    if not any(_fits(venue, bill, facts) for venue in law.venues.value):
        found.append((Outcome.INSTITUTION_NOT_COVERED, (law.venues,)))
    if law.one_card_asked.value and not facts.institution.one_card:
        found.append((Outcome.NO_ONE_CARD, (law.one_card_asked,)))
    if bill.category in law.account_excluded.value:
        found.append((Outcome.CATEGORY_EXCLUDED, (law.account_excluded,)))
    asks_prescription = _at_pharmacy(facts) and bill.category in law.prescription_asked.value
    if asks_prescription and not bill.prescription:
        found.append((Outcome.NO_PRESCRIPTION, (law.prescription_asked,)))
    if not bill.listed:
        found.append((Outcome.NOT_LISTED, (law.listed_only, law.pool_pays)))
    if bill.accounts in (AccountUse.NONE, AccountUse.OWN):
        found.append((Outcome.POOL_NOT_ASKED, (law.account_flag,)))
    if bill.self_paid_fen == 0:
        found.append((Outcome.NOTHING_SELF_PAID, (law.pool_pays,)))
    elif left_fen == 0:
        found.append((Outcome.OWN_FUNDS_LEFT, (law.own_draw_order,)))
    if pool is not None and _pool_money(pool, law) == 0:
        found.append((Outcome.POOL_EMPTY, (law.pooled_purses, law.rest_in_cash)))
    cites = [provision for _, provisions in found for provision in provisions]
    if found:
        cites.append(law.causes_named)
    return [cause for cause, _ in found], cites


def _pool_causes(pool: PoolFacts, law: DayLaw, day: date) -> list[_Cause]:
    """The causes that lie with the sponsor."""
    found: list[_Cause] = []
    if Use.PAY not in law.uses_open.value:
        found.append((Outcome.USE_NOT_CHOSEN, (law.uses_open,)))
    elif law.uses_asked.value and Use.PAY not in pool.uses:
        found.append((Outcome.USE_NOT_CHOSEN, (law.uses_asked,)))
    if barred := bars_sponsoring(pool.sponsor, law, day):
        found.append((Outcome.SPONSOR_NOT_IN_FORCE, barred))
    return found


@lru_cache(maxsize=4096)
def _keys(
    law: DayLaw,
    causes: tuple[Provision[Any], ...],
    pooled: bool,
    prescribed: bool,
    family_code: bool,
    rest: bool,
) -> tuple[str, ...]:
    """The keys of all that a decision cites: the causes or how the pool paid, then what always
    holds. A day has few such lists, so each is made once."""
    cites = [*(_cites_of_pooling(law, prescribed, family_code) if pooled else causes)]
    cites += [law.own_credential, law.pool_pays, law.own_draw_order]
    if family_code:
        cites.append(law.family_code_shows)
    if rest:
        cites.append(law.rest_in_cash)
    return keys(cites)


def _cites_of_pooling(law: DayLaw, prescribed: bool, family_code: bool) -> list[Provision[Any]]:
    """The provisions by which pooled money was paid, those only that the region asks for."""
    cites: list[Provision[Any]] = [
        law.pool_pays,
        law.own_draw_order,
        law.pooled_purses,
        law.arrival_order,
        law.venues,
        law.outside_relief,
    ]
    if law.uses_asked.value:
        cites.append(law.uses_asked)
    if law.sponsor_shown.value:
        cites.append(law.sponsor_shown)
    if law.one_card_asked.value:
        cites.append(law.one_card_asked)
    if law.ecode_asked.value:
        cites.append(law.ecode_asked)
    if prescribed and law.prescription_asked.value:
        cites.append(law.prescription_asked)
    if family_code:
        cites.append(law.family_code_pools)
    return cites


def _pool_money(pool: PoolFacts, law: DayLaw) -> int:
    return sum([pool.balances.of(purse) for purse in law.pooled_purses.value])


def _at_pharmacy(facts: Facts) -> bool:
    return facts.institution.kind is InstitutionKind.PHARMACY


def _fits(venue: Venue, bill: Bill, facts: Facts) -> bool:
    place = facts.institution
    return (
        venue.kind is place.kind
        and (venue.schemes is None or facts.patient.scheme in venue.schemes)
        and (venue.care is None or bill.care in venue.care)
        and (venue.levels is None or place.level in venue.levels)
        and (not venue.in_region or place.region == facts.patient.region)
    )
