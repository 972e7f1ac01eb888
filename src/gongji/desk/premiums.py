"""共济缴费: premiums registered or paid otherwise, their results, and warnings to the sponsor."""

from datetime import date
from functools import partial

import msgspec

from gongji.desk.office import Session
from gongji.desk.ports import Caller, CallerKind
from gongji.desk.premium_ports import Premium
from gongji.desk.working_days import notices_of
from gongji.policy.contributions import (
    PaidBy,
    PremiumState,
    ResultState,
    Via,
    WarningCode,
    Withdrawal,
    certificate_day,
    may_register,
    result_of,
    season_of,
    warnings,
    withdraw_until,
)
from gongji.policy.questions.contributions import EnrolmentYear
from gongji.policy.refusal import Code, Refusal, keys, refuse
from gongji.policy.working_days import UnknownYear
from gongji.settlement.bill import PersonId, PositiveAmount
from gongji.terms import Use, local_day, region_of


class PremiumDue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """缴费申报: one premium to be registered."""

    person: PersonId
    year: EnrolmentYear
    via: Via
    amount_fen: PositiveAmount


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """缴费结果 as it is shown: `certificate_from` only of a deducted premium.

    `unknown_year` is the year whose working days nobody has loaded yet, where that is why there is
    no `certificate_from`.
    """

    premium: Premium
    state: ResultState
    code: str | None = None
    certificate_from: date | None = None
    unknown_year: int | None = None
    withdrawal: Withdrawal | None
    cites: tuple[str, ...]


def register_premium(session: Session, due: PremiumDue, by: str) -> Premium | Refusal:
    """Register a premium that is due; the same again gives what is known of the first."""
    person = session.unit.people([due.person]).get(due.person)
    if person is None:
        return refuse(Code.UNKNOWN_PERSON)
    today = local_day(session.now)
    if refusal := may_register(person, session.law.on(person.region, today), today):
        return refusal
    unit = session.unit
    known = unit.premiums_of(person.region, due.year, [person.id]).get(person.id)
    if known is not None:
        same = (known.via, known.amount_fen) == (due.via, due.amount_fen)
        return known if same else refuse(Code.ALREADY_REGISTERED)
    number = unit.last_premium_number(person.region, due.year) + 1
    premium = Premium(
        person.region, due.year, number, person.id, due.via, due.amount_fen, session.at, by
    )
    unit.add_premiums([premium])
    return premium


def paid_otherwise(session: Session, person: str, year: int, by: PaidBy) -> Premium | Refusal:
    """Note that a premium has been paid by other means (CON-3); a repeat changes nothing."""
    found = premium_of(session, person, year)
    if isinstance(found, Refusal):
        return found
    if found.state is PremiumState.DEDUCTED:
        return refuse(Code.ALREADY_DEDUCTED, amount_fen=found.amount_fen)
    if found.paid_by is not None:
        return found
    session.unit.set_premium_paid(found, by, session.at)
    return found._replace(
        state=PremiumState.PAID_OTHERWISE, code=None, paid_by=by, paid_at=session.at
    )


def premium_of(session: Session, person: str, year: int) -> Premium | Refusal:
    """A person's premium of a year."""
    if person not in session.unit.people([person]):
        return refuse(Code.UNKNOWN_PERSON)
    found = session.unit.premiums_of(region_of(person), year, [person]).get(person)
    return found if found is not None else refuse(Code.NO_SUCH_PREMIUM, year=year)


# ── Results ──────────────────────────────────────────────────────────────────────────────────────


def result(session: Session, person: str, year: int, asked_by: Caller) -> Result | Refusal:
    """What became of a premium, from the day on which results are published (CON-6)."""
    premium = premium_of(session, person, year)
    if isinstance(premium, Refusal):
        return premium
    today = local_day(session.now)
    law = session.law.on(premium.region, today)
    if not may_see(session, premium, asked_by):
        return refuse(Code.FORBIDDEN, law.member_sees, law.sponsor_sees)
    season = season_of(session.law, premium.region, year, today)
    if isinstance(season, Refusal):
        return season
    state = result_of(premium.state, premium.code, season, today)
    said = partial(
        Result,
        premium=premium,
        state=state,
        withdrawal=withdraw_until(premium.via, premium.registered_at, season, law),
    )
    if state is ResultState.NOT_PUBLISHED:
        return said(cites=keys([season.results_from]))
    if state is not ResultState.DEDUCTED:
        return said(code=premium.code, cites=premium.cites)
    assert premium.decided_at is not None
    try:
        ready = certificate_day(premium.decided_at, law, notices_of(session))
    except UnknownYear as unknown:
        return said(unknown_year=unknown.year, cites=premium.cites)
    return said(certificate_from=None if isinstance(ready, Refusal) else ready, cites=premium.cites)


def withdrawal(session: Session, premium: Premium) -> Withdrawal | None:
    """Until when the pooled contribution of a premium can be withdrawn (CON-8)."""
    today = local_day(session.now)
    season = season_of(session.law, premium.region, premium.year, today)
    law = session.law.on(premium.region, today)
    known = None if isinstance(season, Refusal) else season
    return withdraw_until(premium.via, premium.registered_at, known, law)


def may_see(session: Session, premium: Premium, asked_by: Caller) -> bool:
    """The person, the sponsor who paid, and a sponsor bound now see a premium (NET-13)."""
    if asked_by.kind is CallerKind.AUDITOR or asked_by.may_act_for(premium.person):
        return True
    if premium.sponsor is not None and asked_by.may_act_for(premium.sponsor):
        return True
    bonds = session.unit.contributing_bonds(premium.region, [premium.person], session.at)
    return any(asked_by.may_act_for(bond.sponsor) for bond in bonds.get(premium.person, ()))


def warnings_of(
    session: Session, sponsor: str, before: frozenset[Use], after: frozenset[Use]
) -> list[tuple[WarningCode, tuple[str, ...]]]:
    """What the sponsor is told when the uses change from `before` to `after` (CON-8, CON-9)."""
    person = session.unit.people([sponsor]).get(sponsor)
    if person is None:
        return []
    law = session.law.on(person.region, local_day(session.now))
    bonds = session.unit.bonds_of_sponsor(sponsor)
    members = {bond.member for bond in bonds if bond.in_force(session.at)}
    known = session.unit.premiums_of_people(members)
    paid = {PremiumState.DEDUCTED, PremiumState.PAID_OTHERWISE}
    all_paid = bool(known) and all(premium.state in paid for premium in known)
    return warnings(before, after, all_paid=all_paid, law=law)
