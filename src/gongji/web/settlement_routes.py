"""结算 · settlements: quote, settle, why, reverse, and what was decided before."""

import asyncio
from collections.abc import Sequence

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from gongji.desk.counter import Counter
from gongji.desk.office import Office, Session
from gongji.desk.ports import Answer, AnswerKey, AnswerKind, Caller, CallerKind
from gongji.desk.settling import (
    Quoted,
    ReversalRequest,
    decision_of,
    quote,
    replay,
    reverse_settlement,
)
from gongji.policy.reading import Law
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.settlement.bill import Bill, SettlementRequest
from gongji.terms import local_day, moment, region_of
from gongji.web.access import (
    AUDITOR,
    CLERK,
    INSTITUTION,
    PERSON,
    Call,
    acts_for,
    is_itself,
    only,
)
from gongji.web.parameters import (
    AskersIdInPath,
    Before,
    InstitutionInPath,
    Limit,
    before_micros,
    page,
)
from gongji.web.problems import accept
from gongji.web.reading import Strict, law_on, past_moment
from gongji.web.showing import (
    Eye,
    eye_of,
    provision_shown,
    quote_shown,
    reasons_shown,
    reference,
    settlement_shown,
)
from gongji.web.shown_settlements import (
    BillShown,
    DecisionShown,
    Payments,
    ReasonsShown,
    ReplayShown,
    ReversalShown,
    SettlementShown,
    StoredDecision,
)

# The one path that everybody waits for ───────────────────────────────────────────────────────────


@post("/settlements", opt=only(INSTITUTION), dto=Strict, return_dto=None, status_code=200,
      operation_id="settle")  # fmt: skip
async def settle(request: Call, data: JSONBody[SettlementRequest]) -> SettlementShown:
    """结算: settle a bill. The same id again is given the recorded answer, marked as repeated."""
    return await settle_bill(request.counter, request.caller, data)


async def settle_bill(
    counter: Counter, caller: Caller, request: SettlementRequest
) -> SettlementShown:
    """Settle, or raise what `problems` knows how to tell. Whatever leads a settlement in, this
    route or a quicker one, comes through here."""
    is_itself(caller, request.institution)
    _sound(counter.office, request)
    answered = accept(await counter.settle(request))
    law = await law_of(counter.office, answered.answer.law)
    return settlement_shown(
        answered.answer, answered.decision, law, Eye.PATIENT, repeated=answered.repeated
    )


def _sound(office: Office, bill: Bill) -> None:
    """What the form of a bill cannot say: no bill of the future, a law for the day."""
    now = office.clock()
    at = now if bill.happened_at is None else past_moment("happened_at", bill.happened_at, now)
    law_on(
        office.law,
        region_of(bill.patient),
        local_day(at),
        field="happened_at",
        region_field="patient",
    )


async def law_of(office: Office, version: str) -> Law:
    """The law that a stored decision names. An old one is read from the store, off the loop."""
    if version == office.law.version:
        return office.law
    return await asyncio.to_thread(office.law_of, version)


# Asking without settling ─────────────────────────────────────────────────────────────────────────


@post("/quotes", opt=only(PERSON, INSTITUTION, CLERK, look="quote"), dto=Strict,
      return_dto=None, status_code=200, operation_id="quote")  # fmt: skip
async def get_quote(request: Call, data: JSONBody[Bill]) -> DecisionShown:
    """试算: what a settlement would answer now. Nothing is written."""
    decision = (await _quoted(request, data)).decision
    eye = eye_of(request.caller, data.patient, None)
    return quote_shown(decision, data.patient, data.institution, request.office.law, eye)


@post("/reasons", opt=only(PERSON, INSTITUTION, CLERK, look="why"), dto=Strict,
      return_dto=None, status_code=200, operation_id="why")  # fmt: skip
async def why(request: Call, data: JSONBody[Bill]) -> ReasonsShown:
    """为什么不能用: every cause that shuts the pool for such a bill, each with its rule (SET-13)."""
    return reasons_shown((await _quoted(request, data)).decision, request.office.law)


async def _quoted(request: Call, bill: Bill) -> Quoted:
    if request.caller.kind is INSTITUTION:
        is_itself(request.caller, bill.institution)
    else:
        acts_for(request.caller, bill.patient)
    _sound(request.office, bill)
    return accept(await request.read(lambda session: quote(session, bill), bill.patient))


# What was settled ────────────────────────────────────────────────────────────────────────────────


@get("/settlements", opt=only(INSTITUTION, look="day"), operation_id="list_settlements")
async def list_own(request: Call, limit: Limit = 100, before: Before = None) -> Payments:
    """An institution's own settlements and reversals, newest first."""
    asker, until = request.caller.subject, before_micros(before)
    rows = await request.read(
        lambda session: session.unit.answers_of_asker(asker, limit=limit, before=until), None
    )
    return page(rows, limit, Eye.PATIENT)


@get("/settlements/{institution:str}/{id:str}", operation_id="get_settlement",
     opt=only(PERSON, INSTITUTION, CLERK, AUDITOR, look="payment"))  # fmt: skip
async def show(
    request: Call, institution: InstitutionInPath, id: AskersIdInPath
) -> SettlementShown:
    """A settlement as it was answered, marked as repeated."""
    answer, _ = await _stored(request, institution, id)
    return await _shown(request, answer)


@get("/decisions/{institution:str}/{id:str}", operation_id="get_decision",
     opt=only(PERSON, INSTITUTION, CLERK, AUDITOR, look="payment"))  # fmt: skip
async def decision(
    request: Call, institution: InstitutionInPath, id: AskersIdInPath
) -> StoredDecision:
    """A stored decision with every provision whole, and what was reversed since."""
    answer, reversals = await _stored(request, institution, id)
    shown = await _shown(request, answer)
    law = await law_of(request.office, answer.law)
    keys = decision_of(answer).cites
    sponsor_only = eye_of(request.caller, answer.patient, answer.sponsor) is Eye.SPONSOR
    return StoredDecision(
        bill=None if sponsor_only else _bill(answer),
        decision=shown,
        provisions=tuple(provision_shown(law, law.provision(key)) for key in keys),
        reversed_self_paid_fen=sum(one.self_paid_fen for one in reversals),
        reversed_whole=any(one.whole for one in reversals),
    )


@get("/decisions/{institution:str}/{id:str}/replay", operation_id="replay_decision",
     opt=only(PERSON, INSTITUTION, CLERK, AUDITOR, look="replay"))  # fmt: skip
async def replay_it(
    request: Call, institution: InstitutionInPath, id: AskersIdInPath
) -> ReplayShown:
    """复核: decide a stored settlement once more, by the law and on the facts stored with it."""
    answer, _ = await _stored(request, institution, id)
    again = await asyncio.to_thread(replay, request.office, answer)
    return ReplayShown(reference=reference(answer), law=answer.law, same=again.same)


async def _shown(request: Call, answer: Answer) -> SettlementShown:
    law = await law_of(request.office, answer.law)
    eye = eye_of(request.caller, answer.patient, answer.sponsor)
    return settlement_shown(answer, decision_of(answer), law, eye, repeated=True)


async def _stored(request: Call, institution: str, id: str) -> tuple[Answer, Sequence[Answer]]:
    """A settlement that the caller may read, and its reversals. Whoever may not is told the same
    whether it is there or not."""
    key, caller = AnswerKey(institution, id), request.caller
    is_itself(caller, institution)

    def found(session: Session) -> tuple[Answer, Sequence[Answer]] | Refusal:
        answer = session.unit.answered([key]).get(key)
        if answer is None or answer.kind is not AnswerKind.SETTLEMENT or not _reads(caller, answer):
            return refuse(Code.UNKNOWN_SETTLEMENT)
        return answer, session.unit.reversals_of(key)

    return accept(await request.read(found, _patient_of))


def _patient_of(found: tuple[Answer, Sequence[Answer]] | Refusal) -> str | None:
    return None if isinstance(found, Refusal) else found[0].patient


def _reads(caller: Caller, answer: Answer) -> bool:
    """The institution that settled, the patient, the sponsor whose money was used, a clerk of
    the patient's region, the auditor."""
    match caller.kind:
        case CallerKind.INSTITUTION:
            return caller.subject == answer.key.asker
        case CallerKind.PERSON:
            return caller.subject in (answer.patient, answer.sponsor)
        case CallerKind.CLERK:
            return caller.may_act_for(answer.patient)
        case CallerKind.AUDITOR:
            return True


def _bill(answer: Answer) -> BillShown:
    bill = msgspec.json.decode(answer.request, type=SettlementRequest)
    return BillShown(
        total_fen=bill.total_fen,
        fund_paid_fen=bill.fund_paid_fen,
        self_paid_fen=bill.self_paid_fen,
        uncovered_fen=bill.uncovered_fen,
        care=bill.care,
        category=bill.category.value,
        channel=bill.channel.value,
    )


@post("/reversals", opt=only(INSTITUTION), dto=Strict, return_dto=None, status_code=200,
      operation_id="reverse")  # fmt: skip
async def reverse(request: Call, data: JSONBody[ReversalRequest]) -> ReversalShown:
    """冲正: give back a settlement, whole or in part, to where the money came from."""
    is_itself(request.caller, data.institution)
    found = accept(await request.counter.do(lambda session: reverse_settlement(session, data)))
    answer, reversal = found.answer, found.reversal
    return ReversalShown(
        reference=reference(answer),
        id=data.id,
        institution=data.institution,
        of=data.of,
        own_fen=reversal.own_fen,
        pooled_fen=reversal.pooled_fen,
        cash_fen=reversal.cash_fen,
        self_paid_fen=reversal.self_paid_fen,
        whole=reversal.whole,
        recorded_at=moment(answer.recorded_at),
        repeated=found.repeated,
    )


ROUTES = [settle, get_quote, why, list_own, show, decision, replay_it, reverse]
