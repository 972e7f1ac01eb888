"""查询: who may see which pool and which payments (NET-13)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from gongji.desk.office import Session
from gongji.desk.ports import Answer, Caller, CallerKind
from gongji.policy.bonds import Bond
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.policy.sight import sees_members, sees_payments
from gongji.terms import NEVER, Use, local_day, micros


class PoolView(msgspec.Struct, frozen=True):
    """What the asker may see of a pool: the sponsor, its uses, and some of its bonds or all."""

    sponsor: str
    uses: frozenset[Use]
    bonds: tuple[Bond, ...]


def view_pool(
    session: Session, sponsor: str, asked_by: Caller, at: datetime | None = None
) -> PoolView | Refusal:
    """A sponsor's pool now, or as it was at a moment in the past."""
    person = session.unit.people([sponsor]).get(sponsor)
    if person is None:
        return refuse(Code.UNKNOWN_PERSON)
    law = session.law.on(person.region, local_day(session.now))
    moment = micros(at) if at is not None else session.at
    bonds = [b for b in session.unit.bonds_of_sponsor(sponsor) if b.in_force(moment)]
    members = frozenset(bond.member for bond in bonds)
    seen = sees_members(
        who=_on_behalf(asked_by, sponsor), sponsor=sponsor, members=members, law=law
    )
    if isinstance(seen, Refusal):
        return seen
    pool = session.unit.open_pool(sponsor) if at is None else None
    if not bonds and pool is None:
        return refuse(Code.NO_POOL, law.only_bound_may_use)
    uses = pool.uses if pool is not None else session.unit.uses_at(bonds[0].pool, moment)
    return PoolView(sponsor, uses, tuple(bond for bond in bonds if bond.member in seen))


def pooled_payments(
    session: Session, sponsor: str, asked_by: Caller, *, limit: int = 100, before: int = NEVER
) -> Sequence[Answer] | Refusal:
    """Payments from a sponsor's money and their reversals, newest first, as far as the asker may
    see them."""
    person = session.unit.people([sponsor]).get(sponsor)
    if person is None:
        return refuse(Code.UNKNOWN_PERSON)
    law = session.law.on(person.region, local_day(session.now))
    ever = frozenset(bond.member for bond in session.unit.bonds_of_sponsor(sponsor))
    seen = sees_payments(
        who=_on_behalf(asked_by, sponsor), sponsor=sponsor, ever_members=ever, law=law
    )
    if isinstance(seen, Refusal):
        return seen
    return session.unit.answers_of_patients(seen, sponsor=sponsor, limit=limit, before=before)


def own_bills(
    session: Session, person: str, asked_by: Caller, *, limit: int = 100, before: int = NEVER
) -> Sequence[Answer] | Refusal:
    """A person's own settlements, pooled or not, newest first."""
    if person not in session.unit.people([person]):
        return refuse(Code.UNKNOWN_PERSON)
    if not (asked_by.may_act_for(person) or asked_by.kind is CallerKind.AUDITOR):
        return refuse(Code.FORBIDDEN)
    return session.unit.answers_of_patients([person], limit=limit, before=before)


def _on_behalf(asked_by: Caller, sponsor: str) -> str:
    """Whose eyes the law looks through: one's own; clerk and auditor stand in for the sponsor."""
    if asked_by.kind is CallerKind.AUDITOR or (
        asked_by.kind is CallerKind.CLERK and asked_by.may_act_for(sponsor)
    ):
        return sponsor
    return asked_by.subject
