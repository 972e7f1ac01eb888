"""零星报销: register, check list, review by a second clerk, bank file, done (SET-14).

A claim is paid as the bill would have been at the counter: one function decides both.
"""

from datetime import date, datetime, time
from operator import attrgetter

import msgspec

from gongji.desk.claims_ports import Claim, ClaimState
from gongji.desk.office import Session
from gongji.desk.ports import Caller, CallerKind
from gongji.desk.posting import post_voucher
from gongji.desk.settling import quote
from gongji.ledger.book import AccountKey, Posting, Voucher
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.settlement.bill import Bill
from gongji.settlement.booking import purse_of
from gongji.terms import LOCAL_TIME, local_day

MOST_IN_A_FILE = 10_000
"""Claims of one bank file, at most; the next file has the rest."""


def claims_account(region: str) -> AccountKey:
    """应付零星报销: what has been approved, on its way to the bank."""
    return AccountKey(region, "claims", "bank")


def register_claim(session: Session, claim: Claim, by: Caller) -> Claim | Refusal:
    """Put a claim on record. Of each paper of the region's check list the clerk has said whether it
    was seen or is not needed here; a region without such a list has no claims at the window."""
    if refusal := _at_window(session, claim.person, by):
        return refusal
    law = session.law.on(claim.region, local_day(session.now))
    if law.window_claim is None:
        return refuse(Code.NOT_CONFIGURED)
    asked = law.window_claim.value
    if len(claim.papers) != len(asked) or not all(claim.papers):
        return refuse(
            Code.PAPERS_MISSING,
            law.window_claim,
            needed=len(asked),
            available=sum(map(bool, claim.papers)),
        )
    quoted = quote(session, _bill(claim, session))
    if isinstance(quoted, Refusal):
        return quoted
    session.unit.keep_claim(claim)
    return claim


def review_claim(
    session: Session, region: str, id: str, *, approve: bool, note: str, by: Caller
) -> Claim | Refusal:
    """Approve a claim, which books it, or send it back. Whoever entered it cannot
    (docs/decisions/0033-duties-apart.md)."""
    claim = session.unit.claim(region, id)
    if claim is None or not by.may_act_for(claim.person):
        return refuse(Code.NO_SUCH_CLAIM)
    if claim.entered_by == by.subject:
        return refuse(Code.OWN_ENTRY)
    if claim.state is not ClaimState.REGISTERED:
        return refuse(Code.CLAIM_DECIDED)
    seen = {"reviewed_by": by.subject, "reviewed_at": session.at, "note": note}
    if not approve:
        returned = msgspec.structs.replace(claim, state=ClaimState.RETURNED, **seen)
        session.unit.keep_claim(returned)
        return returned
    quoted = quote(session, _bill(claim, session))
    if isinstance(quoted, Refusal):
        return quoted

    # Nothing is refused beyond this line; from here on it is written.
    decision = quoted.decision
    target = claims_account(region)
    postings = tuple(
        Posting(purse_of(draw.person, draw.purse), target, draw.amount_fen)
        for draw in decision.draws
    )
    if postings:
        day = local_day(session.now)
        post_voucher(session, Voucher(region, f"claim/{id}", "claim", day, postings))
    paid_fen = decision.own_fen + decision.pooled_fen
    approved = msgspec.structs.replace(
        claim, state=ClaimState.APPROVED, decision=decision, paid_fen=paid_fen, **seen
    )
    session.unit.keep_claim(approved)
    return approved


def bank_file(session: Session, region: str, file: str, by: Caller) -> list[Claim] | Refusal:
    """Put the approved claims into one file for the bank; the same file again is the same."""
    if by.kind is not CallerKind.CLERK or by.region != region:
        return refuse(Code.FORBIDDEN)
    if known := claims_in(session, region, file):
        return known
    approved = session.unit.claims(region, state=ClaimState.APPROVED, limit=MOST_IN_A_FILE)
    listed = [
        msgspec.structs.replace(claim, state=ClaimState.IN_FILE, file=file) for claim in approved
    ]
    for claim in listed:
        session.unit.keep_claim(claim)
    return sorted(listed, key=_order)


def claims_in(session: Session, region: str, file: str) -> list[Claim]:
    """The claims of a bank file, those that are paid by now among them, in one order for ever."""
    return sorted(session.unit.claims(region, file=file, limit=MOST_IN_A_FILE), key=_order)


_order = attrgetter("entered_at", "id")


def claim_paid(session: Session, region: str, id: str, by: Caller) -> Claim | Refusal:
    """Note that the bank has paid."""
    claim = session.unit.claim(region, id)
    if claim is None or not by.may_act_for(claim.person):
        return refuse(Code.NO_SUCH_CLAIM)
    if claim.state is ClaimState.PAID:
        return claim
    if claim.state is not ClaimState.IN_FILE:
        return refuse(Code.CLAIM_DECIDED)
    paid = msgspec.structs.replace(claim, state=ClaimState.PAID)
    session.unit.keep_claim(paid)
    return paid


def _at_window(session: Session, person: str, by: Caller) -> Refusal | None:
    if person not in session.unit.people([person]):
        return refuse(Code.UNKNOWN_PERSON)
    return None if by.may_act_for(person) else refuse(Code.FORBIDDEN)


def _bill(claim: Claim, session: Session) -> Bill:
    """The claim as the bill that it would have been: a receipt names a day, and what was in force
    at its end decides; for today it is what is in force now."""
    day = date.fromisoformat(claim.happened_on)
    at = None
    if day < local_day(session.now):
        at = datetime.combine(day, time.max, LOCAL_TIME)
    return Bill(
        patient=claim.person,
        institution=claim.institution,
        total_fen=claim.total_fen,
        fund_paid_fen=claim.fund_paid_fen,
        self_paid_fen=claim.self_paid_fen,
        uncovered_fen=claim.uncovered_fen,
        care=claim.care,
        happened_at=at,
    )
