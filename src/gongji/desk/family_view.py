"""一家人: what a person's first page shows, as far as whoever asks may see it (NET-13, ACC-6)."""

from typing import NamedTuple

from gongji.desk.identity import Identity, mask_name
from gongji.desk.looking import PoolView, view_pool
from gongji.desk.names import same_name
from gongji.desk.office import Session
from gongji.desk.people import balances_of, hold_code
from gongji.desk.ports import Caller, CallerKind
from gongji.policy.bonds import Bond
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.policy.standing import Person
from gongji.settlement.bill import Balances
from gongji.terms import Use, local_day, region_of


class Membership(NamedTuple):
    """加入的共济网: a bond in which the person is the member, with the sponsor's masked name."""

    bond: Bond
    sponsor_name: str
    uses: frozenset[Use]


class Member(NamedTuple):
    """共济成员, with a masked name."""

    bond: Bond
    name: str


class FamilyView(NamedTuple):
    """一家人. `pool` and `members` are the person's own pool, where it has one; `pooled_fen` is
    what of the account the family may use. A member sees nothing of the sponsor's balance."""

    person: Person
    identity: Identity
    has_account: bool
    two_purses: bool
    held: Balances
    pooled_fen: int
    pool: PoolView | None
    members: tuple[Member, ...]
    member_of: tuple[Membership, ...]


def family_view(session: Session, person_id: str, asked_by: Caller) -> FamilyView | Refusal:
    """The page of a person, for the person itself, a clerk of the region, or the auditor."""
    unit = session.unit
    person = unit.people([person_id]).get(person_id)
    if person is None:
        return refuse(Code.UNKNOWN_PERSON)
    if not (asked_by.may_act_for(person_id) or asked_by.kind is CallerKind.AUDITOR):
        return refuse(Code.FORBIDDEN)
    law = session.law.on(person.region, local_day(session.now))
    held = balances_of(session, person_id)
    assert isinstance(held, Balances)
    pool = view_pool(session, person_id, asked_by)
    shown = None if isinstance(pool, Refusal) else pool
    bonds = shown.bonds if shown else ()
    others = unit.bonds_of_members([person_id], session.at).get(person_id, [])
    sponsors = [known.bond.sponsor for known in others]
    people = unit.identities([person_id, *(bond.member for bond in bonds), *sponsors])
    return FamilyView(
        person=person,
        identity=people[person_id],
        has_account=person.scheme in law.account_schemes.value,
        two_purses=len(law.purses.value) > 1,
        held=held,
        pooled_fen=sum(held.of(purse) for purse in law.pooled_purses.value),
        pool=shown,
        members=tuple(Member(bond, mask_name(people[bond.member].name)) for bond in bonds),
        member_of=tuple(
            Membership(known.bond, mask_name(people[known.bond.sponsor].name), known.uses)
            for known in others
        ),
    )


def hold_relatives_code(
    session: Session, holder: str, relative: str, name: str, number: str, asked_by: Caller
) -> Refusal | tuple[str, ...]:
    """亲情账户: hold the code of somebody whose name and number one knows as well. Which of the three
    was wrong is not told."""
    if find_relative(session, region_of(relative), name, number) != relative:
        return refuse(Code.UNKNOWN_PERSON)
    return hold_code(session, holder, relative, asked_by)


def find_relative(session: Session, region: str, name: str, number: str) -> str | None:
    """A person by name and number together; which of the two was wrong is not told."""
    id = session.unit.find_person(region, number)
    if id is None or not same_name(session.unit.identities([id])[id].name, name):
        return None
    return id
