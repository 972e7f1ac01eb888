"""组网与维护: form a pool, bind, unbind, leave, dissolve, choose uses."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from gongji.desk.office import Session
from gongji.desk.people import filed_id, new_id
from gongji.desk.ports import Asking, Caller, Filing, Pool
from gongji.policy.bonds import (
    Binding,
    Bond,
    Sponsoring,
    may_bind,
    may_form,
    may_sponsor,
    takes_effect,
)
from gongji.policy.questions import DayLaw
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.policy.standing import Person
from gongji.settlement.booking import purse_of
from gongji.terms import NEVER, Kinship, Purse, Use, local_day, micros, moment, region_of


class Formed(msgspec.Struct, frozen=True):
    """组网结果: each member has its own result. `pool` is None when none could be bound."""

    pool: str | None
    bound: tuple[str, ...]
    not_bound: Mapping[str, Refusal]


class Ended(msgspec.Struct, frozen=True):
    """解除结果: the moment from which the bonds are no longer in force."""

    ends: datetime
    bonds: tuple[str, ...]


def form(
    session: Session,
    sponsor: str,
    members: Mapping[str, Kinship],
    uses: frozenset[Use],
    asked: Asking,
    *,
    committed: bool,
) -> Formed | Refusal:
    """Form a pool and bind the members named, each with a result of its own.

    Without members the pool is open and bonds come later. With members of whom none can be bound
    no pool is formed, and the results say why.
    """
    law = _law_for(session, sponsor, asked.by)
    if isinstance(law, Refusal):
        return law
    person = session.unit.people([sponsor])[sponsor]
    carried = purse_of(sponsor, Purse.CARRIED)
    sponsoring = Sponsoring(
        person=person,
        carried_fen=session.unit.balances([carried])[carried].fen,
        committed=committed,
        is_member=_is_member(session, sponsor),
        has_pool=session.unit.open_pool(sponsor) is not None,
    )
    if refusal := may_form(sponsoring, law, session.now):
        return refusal

    pool = Pool(new_id("N", person.region), sponsor, session.at, NEVER, uses, session.at)
    filing = asked.filing()
    bound: list[Bond] = []
    not_bound: dict[str, Refusal] = {}
    known = session.unit.people(members)
    for member, kinship in members.items():
        found = _bond_for(session, pool, person, known.get(member), kinship, law, bound)
        if isinstance(found, Refusal):
            not_bound[member] = found
        else:
            bound.append(found)
    if members and not bound:
        return Formed(None, (), not_bound)
    session.unit.add_pool(pool, filing)
    for bond in bound:
        session.unit.add_bond(bond, filing)
    return Formed(pool.id, tuple(bond.member for bond in bound), not_bound)


def bind(
    session: Session,
    sponsor: str,
    member: str,
    kinship: Kinship,
    asked: Asking,
) -> Bond | Refusal:
    """Add a member to the sponsor's open pool."""
    law = _law_for(session, sponsor, asked.by)
    if isinstance(law, Refusal):
        return law
    people = session.unit.people([sponsor, member])
    if refusal := may_sponsor(people[sponsor], law, session.now):
        return refusal
    pool = session.unit.open_pool(sponsor)
    if pool is None:
        if law.one_pool_at_a_time.value and _is_member(session, sponsor):
            return refuse(Code.SPONSOR_IS_MEMBER, law.one_pool_at_a_time)
        return refuse(Code.NO_POOL, law.only_bound_may_use)
    found = _bond_for(session, pool, people[sponsor], people.get(member), kinship, law, [])
    if isinstance(found, Refusal):
        return found
    session.unit.add_bond(found, asked.filing())
    return found


def unbind(
    session: Session,
    sponsor: str,
    member: str,
    asked: Asking,
) -> Ended | Refusal:
    """The sponsor removes a member."""
    law = _law_for(session, sponsor, asked.by)
    if isinstance(law, Refusal):
        return law
    if session.unit.open_pool(sponsor) is None:
        return refuse(Code.NO_POOL, law.only_bound_may_use)
    bonds = [
        bond
        for bond in session.unit.bonds_of_sponsor(sponsor)
        if bond.member == member and bond.is_open
    ]
    return _end(session, bonds, law, asked.filing())


def leave(
    session: Session,
    member: str,
    sponsor: str | None,
    asked: Asking,
) -> Ended | Refusal:
    """A member leaves one sponsor's pool, or every pool when no sponsor is named."""
    law = _law_for(session, member, asked.by)
    if isinstance(law, Refusal):
        return law
    bonds = [
        bond
        for bond in session.unit.bonds_of_member(member)
        if bond.is_open and sponsor in (None, bond.sponsor)
    ]
    return _end(session, bonds, law, asked.filing())


def dissolve(
    session: Session,
    sponsor: str,
    asked: Asking,
) -> Ended | Refusal:
    """End the pool and every bond in it."""
    law = _law_for(session, sponsor, asked.by)
    if isinstance(law, Refusal):
        return law
    pool = session.unit.open_pool(sponsor)
    if pool is None:
        return refuse(Code.NO_POOL, law.only_bound_may_use)
    filing = asked.filing()
    bonds = [bond for bond in session.unit.bonds_of_sponsor(sponsor) if bond.is_open]
    session.unit.close_pool(pool.id, session.at, filing)
    if not bonds:
        return Ended(session.now, ())
    return _end(session, bonds, law, filing)


def choose_uses(
    session: Session,
    sponsor: str,
    uses: frozenset[Use],
    asked: Asking,
) -> Pool | Refusal:
    """The sponsor chooses how the pool may be used, as often as wanted (NET-10, NET-11)."""
    law = _law_for(session, sponsor, asked.by)
    if isinstance(law, Refusal):
        return law
    pool = session.unit.open_pool(sponsor)
    if pool is None:
        return refuse(Code.NO_POOL, law.only_bound_may_use)
    if uses == pool.uses:
        return pool
    session.unit.set_uses(pool.id, uses, session.at, asked.filing())
    return msgspec.structs.replace(pool, uses=uses, uses_since=session.at)


def _law_for(session: Session, person: str, asked_by: Caller) -> DayLaw | Refusal:
    """Today's law for an act of this person's, if whoever asks may act for the person."""
    if person not in session.unit.people([person]):
        return refuse(Code.UNKNOWN_PERSON)
    law = session.law.on(region_of(person), local_day(session.now))
    if not asked_by.may_act_for(person):
        return refuse(Code.FORBIDDEN, law.member_sees, law.maintenance_unlimited)
    return law


def _is_member(session: Session, person: str) -> bool:
    return bool(session.unit.bonds_of_members([person], session.at))


def _bond_for(
    session: Session,
    pool: Pool,
    sponsor: Person,
    member: Person | None,
    kinship: Kinship,
    law: DayLaw,
    just_bound: list[Bond],
) -> Bond | Refusal:
    """The bond, or why it may not be. `just_bound` are those of the same form before it."""
    if member is None:
        return refuse(Code.UNKNOWN_PERSON)
    member_bonds = session.unit.bonds_of_member(member.id)
    binding = Binding(
        sponsor=sponsor,
        member=member,
        kinship=kinship,
        member_bonds=[*member_bonds, *(b for b in just_bound if b.member == member.id)],
        sponsor_bonds=[*session.unit.bonds_of_sponsor(sponsor.id), *just_bound],
        member_sponsors=session.unit.open_pool(member.id) is not None,
        sponsored_by_member=any(
            bond.sponsor == member.id and bond.ends > session.at
            for bond in session.unit.bonds_of_member(sponsor.id)
        ),
    )
    if refusal := may_bind(binding, law, session.now):
        return refusal
    starts = micros(takes_effect(law.bind_effect.value, session.now))
    id = filed_id("B", sponsor.region, session.at)
    return Bond(id, pool.id, sponsor.id, member.id, kinship, starts, NEVER)


def _end(session: Session, bonds: list[Bond], law: DayLaw, filing: Filing) -> Ended | Refusal:
    if not bonds:
        return refuse(Code.NOT_BOUND, law.only_bound_may_use)
    ends = micros(takes_effect(law.unbind_effect.value, session.now))
    for bond in bonds:
        # A bond that has not begun yet ends where it begins, never before.
        session.unit.end_bond(bond, max(ends, bond.starts), filing)
    return Ended(moment(ends), tuple(bond.id for bond in bonds))
