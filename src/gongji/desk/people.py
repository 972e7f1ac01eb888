"""参保人: people and institutions on the register, their standing, credits and family codes."""

import secrets
import threading
from datetime import date

import msgspec

from gongji.desk.identity import Identity
from gongji.desk.office import Session
from gongji.desk.ports import Answer, AnswerKey, AnswerKind, Caller
from gongji.desk.posting import post_voucher
from gongji.ledger.book import Posting, Voucher
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.policy.standing import Person
from gongji.settlement.bill import AskerId, Balances, Institution, PersonId, PositiveAmount
from gongji.settlement.booking import agency, purse_of, voucher_id
from gongji.terms import InstitutionKind, Level, Purse, Scheme, Status, local_day


class StandingChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """参保状态变更: what is left out stays as it is."""

    scheme: Scheme | None = None
    status: Status | None = None
    ecode: bool | None = None
    died: date | None = None
    suspended_from: date | None = None
    suspended_until: date | None = None


class Credit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """个人账户划入: money that the agency puts into a purse."""

    id: AskerId
    person: PersonId
    purse: Purse
    amount_fen: PositiveAmount
    happened_on: date | None = None


def new_id(kind: str, region: str) -> str:
    """A fresh id that carries its region: `P310000-…`. It says nothing about the person."""
    return f"{kind}{region}-{secrets.token_hex(6)}"


_filing, _last_filed = threading.Lock(), 0


def filed_id(kind: str, region: str, at: int) -> str:
    """A fresh id that sorts behind all that were made before it. `at` is the moment in micros.

    Who was filed first stays first where two begin at one instant, as all do that begin next day.
    """
    global _last_filed
    with _filing:
        _last_filed = max(_last_filed + 1, at)
        return f"{kind}{region}-{_last_filed:013x}{secrets.token_hex(2)}"


def register_person(session: Session, person: Person, identity: Identity, by: str) -> str:
    """Register a person; whoever is registered already keeps the id, and gets the card that is
    named. Returns the id."""
    unit = session.unit
    known = unit.find_person(person.region, identity.number)
    if known is not None:
        if identity.card and unit.identities([known])[known].card != identity.card:
            unit.set_card(known, identity.card)
        return known
    unit.add_person(person, identity, session.at, by)
    return person.id


def register_institution(
    session: Session,
    region: str,
    kind: InstitutionKind,
    name: str,
    *,
    id: str | None = None,
    level: Level | None = None,
    designated: bool = True,
    one_card: bool = True,
) -> Institution:
    """Register an institution, or change what is known of it."""
    letter = "H" if kind is InstitutionKind.HOSPITAL else "Y"
    institution = Institution(
        id or new_id(letter, region), region, kind, level, designated, one_card
    )
    session.unit.add_institution(institution, name)
    return institution


def change_standing(
    session: Session, person_id: str, change: StandingChange, by: str
) -> Person | Refusal:
    """Change a standing from now on. A move is refused while a bond is open (NET-16)."""
    person = session.unit.people([person_id]).get(person_id)
    if person is None:
        return refuse(Code.UNKNOWN_PERSON)
    law = session.law.on(person.region, local_day(session.now))
    if change.status is Status.MOVED and law.unbind_before_move.value:
        bonds = [
            *session.unit.bonds_of_member(person_id),
            *session.unit.bonds_of_sponsor(person_id),
        ]
        open_bonds = [bond for bond in bonds if bond.ends > session.at]
        if open_bonds:
            return refuse(Code.UNBIND_FIRST, law.unbind_before_move, open_bonds=len(open_bonds))
    given = {
        name: value for name, value in msgspec.structs.asdict(change).items() if value is not None
    }
    changed = msgspec.structs.replace(person, **given)
    if changed != person:
        session.unit.set_standing(changed, session.at, by)
    return changed


def credit(session: Session, asked: Credit) -> Refusal | bool:
    """Put money into a purse, once for an id. True when it is a repeat."""
    person = session.unit.people([asked.person]).get(asked.person)
    if person is None:
        return refuse(Code.UNKNOWN_PERSON)
    key = AnswerKey(f"A{person.region}-agency", asked.id)
    request = msgspec.json.encode(asked)
    if (known := session.unit.answered([key]).get(key)) is not None:
        return known.request == request or refuse(Code.ID_REUSED)
    on = asked.happened_on or local_day(session.now)
    law = session.law.on(person.region, on)
    if person.scheme not in law.account_schemes.value:
        return refuse(Code.NO_ACCOUNT, law.account_schemes)
    book_credit(session, person, asked.purse, asked.amount_fen, on, voucher_id(*key))
    keep_act(session, key, AnswerKind.CREDIT, person.id, asked.amount_fen, request)
    return False


def keep_act(
    session: Session,
    key: AnswerKey,
    kind: AnswerKind,
    person: str,
    amount_fen: int,
    request: bytes,
) -> None:
    """Record an act of the agency on a person's account, so that the same id is answered the same
    way for ever."""
    session.unit.write_answers(
        [
            Answer(
                key=key,
                kind=kind,
                reverses=None,
                patient=person,
                sponsor=None,
                happened_at=session.at,
                recorded_at=session.at,
                law=session.law.version,
                own_fen=amount_fen,
                pooled_fen=0,
                cash_fen=0,
                self_paid_fen=0,
                whole=False,
                request=request,
                facts=b"",
                decision=b"",
            )
        ]
    )


def book_credit(
    session: Session, person: Person, purse: Purse, amount_fen: int, on: date, voucher: str
) -> None:
    """Book money from the agency into a purse."""
    posting = Posting(agency(person.region), purse_of(person.id, purse), amount_fen)
    post_voucher(session, Voucher(person.region, voucher, "credit", on, (posting,)))


def balances_of(session: Session, person_id: str) -> Balances | Refusal:
    """Both purses of a person; zero for whoever has no account."""
    if person_id not in session.unit.people([person_id]):
        return refuse(Code.UNKNOWN_PERSON)
    keys = {purse: purse_of(person_id, purse) for purse in Purse}
    found = session.unit.balances(keys.values())
    return Balances(found[keys[Purse.CURRENT]].fen, found[keys[Purse.CARRIED]].fen)


def hold_code(
    session: Session, holder: str, relative: str, asked_by: Caller
) -> Refusal | tuple[str, ...]:
    """亲情账户: show a relative's code on one's own phone. Returns whose codes are held now."""
    people = session.unit.people([holder, relative])
    if holder not in people or relative not in people:
        return refuse(Code.UNKNOWN_PERSON)
    law = session.law.on(people[holder].region, local_day(session.now))
    if not asked_by.may_act_for(holder):
        return refuse(Code.FORBIDDEN, law.member_sees, law.family_code_shows)
    if holder == relative:
        return refuse(Code.OWN_SELF, law.family_code_shows)
    held = session.unit.codes_of(holder)
    if relative in held:
        return tuple(held)
    limit = law.family_code_relatives.value
    if len(held) >= limit:
        return refuse(
            Code.TOO_MANY_RELATIVES, law.family_code_relatives, at_most=limit, already=len(held)
        )
    session.unit.add_code(holder, relative, session.at)
    return (*held, relative)


def codes_held(session: Session, holder: str) -> Refusal | tuple[str, ...]:
    """亲情账户: whose codes a person holds."""
    if holder not in session.unit.people([holder]):
        return refuse(Code.UNKNOWN_PERSON)
    return tuple(session.unit.codes_of(holder))


def drop_code(session: Session, holder: str, relative: str, asked_by: Caller) -> Refusal | None:
    """解除亲情账户: the holder gives a relative's code up, or the relative takes it back.

    A code that is not held is given up already, so that nobody learns by this who holds what.
    """
    if not (asked_by.may_act_for(holder) or asked_by.may_act_for(relative)):
        return refuse(Code.FORBIDDEN)
    session.unit.end_code(holder, relative, session.at)
    return None
