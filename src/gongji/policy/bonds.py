"""共济关系: who may form a pool, who may be bound to whom, and from when."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import msgspec

from gongji.policy.questions import DayLaw, Effect
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.policy.standing import Person, bars_sponsoring, is_employee
from gongji.terms import NEVER, Kinship, Scheme, Use, local_day, micros, midnight_after, moment


class Bond(msgspec.Struct, frozen=True, omit_defaults=True):
    """共济关系: one dated edge from a sponsor to a member, in force from `starts` until `ends`.

    Both are microseconds UTC; the end itself is no longer in force.
    """

    id: str
    pool: str
    sponsor: str
    member: str
    kinship: Kinship
    starts: int
    ends: int

    def in_force(self, at: int) -> bool:
        """Whether the member may use the pool at this moment."""
        return self.starts <= at < self.ends

    @property
    def is_open(self) -> bool:
        """Whether nobody has ended it yet, for now or for tomorrow."""
        return self.ends == NEVER


class BondWithUses(NamedTuple):
    """A bond and its pool's uses as they are now."""

    bond: Bond
    uses: frozenset[Use]


class Sponsoring(msgspec.Struct, frozen=True):
    """What is known of a would-be sponsor when a pool is formed."""

    person: Person
    carried_fen: int
    committed: bool
    is_member: bool
    has_pool: bool


def may_form(sponsor: Sponsoring, law: DayLaw, now: datetime) -> Refusal | None:
    """Whether a pool may be formed; the first cause in the order of `Code`, or None."""
    person = sponsor.person
    if refusal := may_sponsor(person, law, now):
        return refusal
    if law.sponsor_needs_carried.value and sponsor.carried_fen <= 0:
        return refuse(
            Code.NOTHING_CARRIED,
            law.sponsor_needs_carried,
            needed_fen=1,
            available_fen=sponsor.carried_fen,
        )
    if law.commitment_asked.value and not sponsor.committed:
        return refuse(Code.COMMITMENT_MISSING, law.commitment_asked, law.commitment_words)
    if law.one_pool_at_a_time.value and sponsor.is_member:
        return refuse(Code.SPONSOR_IS_MEMBER, law.one_pool_at_a_time)
    if sponsor.has_pool:
        return refuse(Code.SPONSOR_HAS_POOL)
    return None


def may_sponsor(person: Person, law: DayLaw, now: datetime) -> Refusal | None:
    """Whether this person may sponsor at all, asked for a pool and for every later bond."""
    if not is_employee(person, law):
        return refuse(Code.SPONSOR_NOT_EMPLOYEE, law.account_schemes, law.sponsor_schemes)
    if barred := bars_sponsoring(person, law, local_day(now)):
        return refuse(Code.SPONSOR_NOT_IN_FORCE, *barred)
    return None


class Binding(msgspec.Struct, frozen=True):
    """What is known when a member is to be bound.

    `member_bonds` and `sponsor_bonds` are bonds in force now or ended today, the member's as a
    member and the sponsor's as a sponsor; `member_sponsors` says that the member has an open pool,
    `sponsored_by_member` that the sponsor is bound as a member of that pool.
    """

    sponsor: Person
    member: Person
    kinship: Kinship
    member_bonds: Collection[Bond]
    sponsor_bonds: Collection[Bond]
    member_sponsors: bool
    sponsored_by_member: bool


def may_bind(bind: Binding, law: DayLaw, now: datetime) -> Refusal | None:
    """Whether the member may be bound now; the first cause, or None."""
    at = micros(now)
    sponsor, member = bind.sponsor, bind.member
    if sponsor.id == member.id:
        return refuse(Code.OWN_SELF, law.kin_allowed)
    if (
        member.scheme is Scheme.NONE
        or member.scheme not in law.member_schemes.value
        or member.status in law.member_barred.value
        or member.dead_on(local_day(now))
    ):
        return refuse(Code.MEMBER_NOT_INSURED, law.member_schemes, law.member_barred)
    if law.member_in_region.value and member.region != sponsor.region:
        return refuse(Code.MEMBER_NOT_HERE, law.member_in_region)
    if law.ecode_asked.value and not (sponsor.ecode and member.ecode):
        return refuse(Code.ECODE_INACTIVE, law.ecode_asked)
    kin = law.kin_allowed.value
    if bind.kinship not in kin or bind.kinship in law.kin_excluded.value:
        named = bind.kinship in law.kin_excluded.value
        cites = (law.kin_excluded, law.kin_allowed) if named else (law.kin_allowed,)
        return refuse(Code.KINSHIP_NOT_ALLOWED, *cites)
    if law.one_pool_at_a_time.value and bind.member_sponsors:
        return refuse(Code.MEMBER_IS_SPONSOR, law.one_pool_at_a_time)
    standing = [bond for bond in bind.member_bonds if bond.ends > at]  # from tomorrow, too
    same = [bond for bond in standing if bond.sponsor == sponsor.id]
    if any(bond.is_open for bond in same) or (standing and law.one_pool_at_a_time.value):
        return refuse(Code.ALREADY_IN_A_POOL, law.one_pool_at_a_time)
    if not law.two_way.value and bind.sponsored_by_member:
        return refuse(Code.TWO_WAY_NOT_ALLOWED, law.two_way)
    limit = law.max_members.value
    # Whoever was unbound today is a member until midnight, and takes a place until then; whoever is
    # bound from tomorrow takes one already.
    others = {b.member: b.is_open for b in bind.sponsor_bonds if b.ends > at}
    others.pop(member.id, None)
    if limit != "none" and len(others) >= limit:
        return refuse(
            Code.TOO_MANY_MEMBERS,
            law.max_members,
            succeeds_at=midnight_after(now) if sum(others.values()) < limit else None,
            at_most=limit,
            already=len(others),
        )
    if law.rebind_effect.value == "next_day" and _ended_today(bind, now):
        return refuse(
            Code.REBIND_TOMORROW,
            law.rebind_effect,
            law.unbind_effect,
            succeeds_at=midnight_after(now),
        )
    return None


def _ended_today(bind: Binding, now: datetime) -> bool:
    """Whether the last instant of an earlier bond of the same two lies in today or ahead."""
    today = local_day(now)
    return any(
        bond.sponsor == bind.sponsor.id
        and not bond.is_open
        and local_day(moment(bond.ends - 1)) >= today
        for bond in bind.member_bonds
    )


def takes_effect(effect: Effect, now: datetime) -> datetime:
    """The moment from which an act done now has its effect (NET-12)."""
    return midnight_after(now) if effect == "next_day" else now
