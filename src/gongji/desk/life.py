"""人生变动: moving away, sealing, death and inheritance, and the ends of kinship.

Pooled money stays the sponsor's (ACC-7): whatever happens to the sponsor happens to the account by
the account's own rules, and the pool ends with the person, not before the papers are on record.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec

from gongji.desk.office import Session
from gongji.desk.people import StandingChange, balances_of, change_standing, keep_act
from gongji.desk.pooling import Ended
from gongji.desk.ports import AnswerKey, AnswerKind, Asking, Caller, CallerKind, Filing
from gongji.ledger.book import AccountKey, Book, Posting, Voucher
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.settlement.bill import AskerId, Balances, PersonId, PositiveAmount
from gongji.settlement.booking import purse_of, voucher_id
from gongji.terms import (
    FilingChannel,
    Purse,
    RegionCode,
    Status,
    local_day,
    moment,
    region_of,
)

Document = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
"""A paper on record: its kind and the SM3 or SHA-256 fingerprint of its scan."""


class Heir(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """继承人: a person with an account here, or whom a paper on record names, and the sum in fen.

    Outside payees stand by the paper's fingerprint, not by name: what is answered is kept for ever,
    and unsealed.
    """

    amount_fen: PositiveAmount
    person: PersonId | None = None
    paper: Document | None = None


class Estate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """继承办理: the whole balance of a dead person's account, to heirs or to the estate."""

    id: AskerId
    person: PersonId
    heirs: Annotated[tuple[Heir, ...], msgspec.Meta(max_length=50)]
    documents: Annotated[tuple[Document, ...], msgspec.Meta(min_length=1, max_length=20)]


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """转移办理: the insurance moves away; the balance goes along or is paid out."""

    id: AskerId
    person: PersonId
    to: RegionCode
    paid_out: bool = False


class Done(msgspec.Struct, frozen=True):
    """办结: what was paid from the account, and which bonds ended with it."""

    paid_fen: int
    ended: tuple[str, ...]
    repeated: bool


def move_away(session: Session, asked: Move, by: Caller) -> Done | Refusal:
    """Close the account here because the insurance goes to another region.

    Where the pack says so a move is refused while a bond is open (NET-16); elsewhere the bonds
    end with it.
    """
    key = AnswerKey(f"A{region_of(asked.person)}-agency", asked.id)
    body = msgspec.json.encode(asked)
    if (earlier := _earlier(session, key, body, by, asked.person)) is not None:
        return earlier
    change = StandingChange(status=Status.MOVED)
    moved = change_standing(session, asked.person, change, by.subject)
    if isinstance(moved, Refusal):
        return moved
    kind = "paid-out" if asked.paid_out else "transferred"
    target = AccountKey(moved.region, f"region-{asked.to}", kind)
    paid_fen = _empty(session, asked.person, [(target, None)], key, "moved")
    ended = _end_all(session, asked.person, by, "moved")
    keep_act(session, key, AnswerKind.CLOSING, asked.person, paid_fen, body)
    return Done(paid_fen, ended, False)


def settle_estate(session: Session, asked: Estate, by: Caller) -> Done | Refusal:
    """Pay out the account of a person who has died, and end every bond.

    The heirs' sums must come to the whole balance: an account closes with nothing left in it.
    """
    key = AnswerKey(f"A{region_of(asked.person)}-agency", asked.id)
    body = msgspec.json.encode(asked)
    if (earlier := _earlier(session, key, body, by, asked.person)) is not None:
        return earlier
    person = session.unit.people([asked.person]).get(asked.person)
    if person is None:
        return refuse(Code.UNKNOWN_PERSON)
    law = session.law.on(person.region, local_day(session.now))
    if not person.dead_on(local_day(session.now)):
        return refuse(Code.NOT_DEAD, law.money_stays_sponsors)
    balances = balances_of(session, person.id)
    assert isinstance(balances, Balances)
    whole_fen = balances.current + balances.carried
    given_fen = sum(heir.amount_fen for heir in asked.heirs)
    if given_fen != whole_fen:
        return refuse(
            Code.AMOUNTS_DO_NOT_ADD_UP,
            law.money_stays_sponsors,
            needed_fen=whole_fen,
            available_fen=given_fen,
        )
    heirs = session.unit.people([heir.person for heir in asked.heirs if heir.person])
    targets: list[tuple[AccountKey, int | None]] = []
    for heir in asked.heirs:
        if heir.person is None:
            targets.append((AccountKey(person.region, person.id, "estate"), heir.amount_fen))
            continue
        known = heirs.get(heir.person)
        if known is None or known.id == person.id:
            return refuse(Code.UNKNOWN_PERSON)
        if known.scheme not in law.account_schemes.value:
            return refuse(Code.NO_ACCOUNT, law.account_schemes)
        into = Purse.CARRIED if Purse.CARRIED in law.purses.value else Purse.CURRENT
        targets.append((purse_of(known.id, into), heir.amount_fen))

    # Nothing is refused beyond this line; from here on it is written.
    paid_fen = _empty(session, person.id, targets, key, "inherited")
    ended = _end_all(session, person.id, by, "died")
    keep_act(session, key, AnswerKind.CLOSING, person.id, paid_fen, body)
    return Done(paid_fen, ended, False)


class KinshipEnd(StrEnum):
    """亲属关系终止的原因."""

    DIVORCED = "divorced"  # 离婚
    ADOPTION_ENDED = "adoption_ended"  # 解除收养
    NOT_KIN = "not_kin"  # 亲属关系不实: it never was as it was declared


def end_kinship(
    session: Session,
    sponsor: str,
    member: str,
    why: KinshipEnd,
    asked: Asking,
) -> Ended | Refusal:
    """亲属关系终止: end a bond because the kinship it rests on has ended.

    It ends at once, in every region, and the reason stays on record. The sponsor owes it (NET-14);
    a clerk may do it with the papers.
    """
    if sponsor not in session.unit.people([sponsor]):
        return refuse(Code.UNKNOWN_PERSON)
    law = session.law.on(region_of(sponsor), local_day(session.now))
    if not asked.by.may_act_for(sponsor):
        return refuse(Code.FORBIDDEN, law.member_sees, law.sponsor_answers)
    bonds = session.unit.bonds_of_sponsor(sponsor)
    bond = next((b for b in bonds if b.member == member and b.ends > session.at), None)
    if bond is None:
        return refuse(Code.NOT_BOUND, law.only_bound_may_use)
    filing = asked.filing(why.value)
    ends = max(session.at, bond.starts)
    session.unit.end_bond(bond, ends, filing)
    return Ended(moment(ends), (bond.id,))


def _earlier(
    session: Session, key: AnswerKey, body: bytes, by: Caller, person: str
) -> Done | Refusal | None:
    """Only a clerk of the region may; and the same id again is the same answer."""
    if by.kind is not CallerKind.CLERK or not by.may_act_for(person):
        return refuse(Code.FORBIDDEN)
    known = session.unit.answered([key]).get(key)
    if known is None:
        return None
    return Done(known.own_fen, (), True) if known.request == body else refuse(Code.ID_REUSED)


def _empty(
    session: Session,
    person: str,
    targets: Sequence[tuple[AccountKey, int | None]],
    key: AnswerKey,
    kind: str,
) -> int:
    """Book the account's money to the targets in their order; the last takes whatever is left
    where no sum is named. Returns the sum booked."""
    purses = [purse_of(person, purse) for purse in (Purse.CARRIED, Purse.CURRENT)]
    book = Book(session.unit.balances([*purses, *(target for target, _ in targets)]))
    left = {purse: book.fen(purse) for purse in purses}
    postings = []
    for target, amount_fen in targets:
        wanted = sum(left.values()) if amount_fen is None else amount_fen
        for purse in purses:
            part = min(wanted, left[purse])
            if part:
                postings.append(Posting(purse, target, part))
                left[purse] -= part
                wanted -= part
        assert wanted == 0, "the sums were held against the balance"
    if not postings:
        return 0
    day = local_day(session.now)
    book.post(Voucher(region_of(key.asker), voucher_id(*key), kind, day, tuple(postings)))
    session.unit.write_book(book, session.at)
    return sum(posting.amount_fen for posting in postings)


def _end_all(session: Session, person: str, by: Caller, reason: str) -> tuple[str, ...]:
    """End every open bond of a person on either side, and the person's pool."""
    filing = _filing(by, reason)
    bonds = [*session.unit.bonds_of_sponsor(person), *session.unit.bonds_of_member(person)]
    ended = [bond for bond in bonds if bond.ends > session.at]
    for bond in ended:
        session.unit.end_bond(bond, max(session.at, bond.starts), filing)
    pool = session.unit.open_pool(person)
    if pool is not None:
        session.unit.close_pool(pool.id, session.at, filing)
    return tuple(bond.id for bond in ended)


def _filing(by: Caller, reason: str) -> Filing:
    return Filing(FilingChannel.WINDOW, by.subject, None, reason)
