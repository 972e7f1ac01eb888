"""结算: settle, quote, why, reverse. Arrival order is law."""

from collections.abc import Sequence

import msgspec

from gongji.desk.case import Case
from gongji.desk.line import ALONE, Hand
from gongji.desk.office import Office, Session
from gongji.desk.ports import Answer, AnswerKey, AnswerKind, ToSettle, Unit
from gongji.desk.rollover import goes_back_to
from gongji.ledger.book import Book, Voucher
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.settlement.bill import (
    AskerId,
    Bill,
    Facts,
    InstitutionId,
    PositiveAmount,
    SettlementRequest,
)
from gongji.settlement.booking import voucher_back, voucher_id, voucher_of
from gongji.settlement.decide import Decision, decide
from gongji.settlement.reverse import Return, Reversal, Settled, reverse
from gongji.terms import local_day, micros


class ReversalRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """冲正请求: the whole of a settlement, or so much of its self-paid part."""

    id: AskerId
    institution: InstitutionId
    of: AskerId
    self_paid_fen: PositiveAmount | None = None


class Answered(msgspec.Struct, frozen=True):
    """A request with its answer, fresh or as recorded when it was first asked."""

    answer: Answer
    decision: Decision
    repeated: bool


class Reversed(msgspec.Struct, frozen=True):
    """A reversal with its answer, fresh or as recorded."""

    answer: Answer
    reversal: Reversal
    repeated: bool


class Quoted(msgspec.Struct, frozen=True):
    """A decision of which nothing was written."""

    decision: Decision
    facts: Facts


_AT_ONCE = 128
"""Bills that go to the store together: it writes them while the next ones are decided."""

_encode = msgspec.json.Encoder().encode
_decision_of = msgspec.json.Decoder(Decision).decode
_reversal_of = msgspec.json.Decoder(Reversal).decode
_request_of = msgspec.json.Decoder(SettlementRequest).decode
_facts_of = msgspec.json.Decoder(Facts).decode


def settle_batch(
    session: Session,
    requests: Sequence[SettlementRequest],
    hand: Hand = ALONE,
    known: ToSettle | None = None,
) -> list[Answered | Refusal]:
    """Settle what arrived together in one unit of work, in the order of arrival.

    Arrival order is law, not convenience: 「家庭共济资金按共济成员医保结算先后顺序，用于支付自负
    医疗费用」. Two children on one pool may not be swapped to make a batch cheaper. Whose purses
    another hand holds are left to the next batch, and are not among the answers. `known` is what
    the bills are decided on, where it was read already.
    """
    keys = [AnswerKey(request.institution, request.id) for request in requests]
    case = Case(session, requests, keys, known, hand)
    if case.away:
        requests = [request for request in requests if request.patient not in case.away]
        keys = [AnswerKey(request.institution, request.id) for request in requests]
    given: list[Answered | Refusal] = []
    for n in range(0, len(requests), _AT_ONCE):
        some = slice(n, n + _AT_ONCE)
        given += _settle_some(session, case, requests[some], keys[some], session.at + n)
    return given


def _settle_some(
    session: Session,
    case: Case,
    requests: Sequence[SettlementRequest],
    keys: Sequence[AnswerKey],
    recorded_at: int,
) -> list[Answered | Refusal]:
    """Settle some of a batch, of which the first is recorded at this moment."""
    at, known = session.at, case.answered
    given: list[Answered | Refusal] = []
    written: list[Answer] = []
    vouchers: list[Voucher] = []
    for request, key in zip(requests, keys, strict=True):
        body = _encode(request)
        if (earlier := known.get(key)) is not None:
            given.append(_recorded(earlier, body))
            continue
        facts = case.facts(request)
        if isinstance(facts, Refusal):
            given.append(facts)
            continue
        day = case.day_of(facts)
        decision = decide(request, facts, session.law.on(facts.patient.region, day))
        if isinstance(decision, Refusal):
            given.append(decision)
            continue

        # Nothing is refused beyond this line; from here on it is written.
        case.draw(facts, decision)
        voucher = voucher_of(decision, request.institution, request.id, day)
        if voucher is not None:
            vouchers.append(voucher)
        answer = Answer(
            key,
            AnswerKind.SETTLEMENT,
            None,
            request.patient,
            decision.sponsor,
            micros(facts.at) if request.happened_at else at,
            recorded_at + len(written),  # the order of arrival stays readable within a batch
            session.law.version,
            decision.own_fen,
            decision.pooled_fen,
            decision.cash_fen,
            request.self_paid_fen,
            False,
            body,
            _encode(facts),
            _encode(decision),
        )
        known[key] = answer
        written.append(answer)
        given.append(Answered(answer, decision, False))
    if written:
        session.unit.write_settled(case.booked(vouchers), written, at)
    return given


def quote(session: Session, bill: Bill, known: ToSettle | None = None) -> Quoted | Refusal:
    """What `settle` would answer now. Nothing is written."""
    facts = Case(session, [bill], (), known).facts(bill)
    if isinstance(facts, Refusal):
        return facts
    law = session.law.on(facts.patient.region, local_day(facts.at))
    decision = decide(bill, facts, law)
    return decision if isinstance(decision, Refusal) else Quoted(decision, facts)


def reverse_settlement(session: Session, asked: ReversalRequest) -> Reversed | Refusal:
    """Give back a settlement, whole or in part, to where the money came from."""
    unit = session.unit
    key = AnswerKey(asked.institution, asked.id)
    of = AnswerKey(asked.institution, asked.of)
    known = unit.answered([key, of])
    body = _encode(asked)
    if (earlier := known.get(key)) is not None:
        if earlier.kind is not AnswerKind.REVERSAL or earlier.request != body:
            return refuse(Code.ID_REUSED)
        return Reversed(earlier, _reversal_of(earlier.decision), True)
    settled = known.get(of)
    if settled is None or settled.kind is not AnswerKind.SETTLEMENT:
        return refuse(Code.UNKNOWN_SETTLEMENT)
    request = _request_of(settled.request)
    parts = unit.reversals_of(of)
    reversal = reverse(
        Settled(
            patient=settled.patient,
            self_paid_fen=settled.self_paid_fen,
            uncovered_fen=request.uncovered_fen,
            fund_paid_fen=request.fund_paid_fen,
            cash_fen=settled.cash_fen,
            draws=_drawn(unit, of, settled),
            reversed_self_fen=sum(part.self_paid_fen for part in parts),
            reversed_whole=any(part.whole for part in parts),
        ),
        asked.self_paid_fen,
    )
    if isinstance(reversal, Refusal):
        return reversal

    # Nothing is refused beyond this line; from here on it is written.
    voucher = voucher_back(reversal, asked.institution, asked.id, asked.of, local_day(session.now))
    if voucher is not None:
        accounts = {account for p in voucher.postings for account in (p.source, p.target)}
        book = Book(unit.balances(accounts))
        book.post(voucher)
        unit.write_book(book, session.at)
    answer = Answer(
        key,
        AnswerKind.REVERSAL,
        asked.of,
        settled.patient,
        settled.sponsor,
        session.at,
        session.at,
        session.law.version,
        reversal.own_fen,
        reversal.pooled_fen,
        reversal.cash_fen,
        reversal.self_paid_fen,
        reversal.whole,
        body,
        b"",
        _encode(reversal),
    )
    unit.write_answers([answer])
    return Reversed(answer, reversal, False)


def _drawn(unit: Unit, key: AnswerKey, settled: Answer) -> tuple[Return, ...]:
    """What a settlement drew, in the order of drawing, each sum with the purse it goes back to."""
    voucher = voucher_id(*key)
    return tuple(
        Return(draw.person, purse, amount_fen)
        for draw in _decision_of(settled.decision).draws
        for purse, amount_fen in goes_back_to(
            unit, draw.person, (draw.purse, draw.amount_fen), voucher, settled.recorded_at
        )
    )


class Replayed(msgspec.Struct, frozen=True):
    """复核: a stored decision, decided again by the law and the facts stored with it."""

    answer: Answer
    request: SettlementRequest
    facts: Facts
    decision: Decision
    same: bool


def replay(office: Office, answer: Answer) -> Replayed:
    """Decide a stored settlement once more from what was stored, and compare."""
    assert answer.kind is AnswerKind.SETTLEMENT
    request, facts = _request_of(answer.request), _facts_of(answer.facts)
    stored = _decision_of(answer.decision)
    law = office.law_of(answer.law).on(facts.patient.region, local_day(facts.at))
    return Replayed(answer, request, facts, stored, decide(request, facts, law) == stored)


def decision_of(answer: Answer) -> Decision:
    """The stored decision of a settlement."""
    return _decision_of(answer.decision)


def _recorded(earlier: Answer, body: bytes) -> Answered | Refusal:
    if earlier.kind is not AnswerKind.SETTLEMENT or earlier.request != body:
        return refuse(Code.ID_REUSED)
    return Answered(earlier, _decision_of(earlier.decision), True)
