"""结算: 2101, 2102, 2206, 2207, 2303, 2304. The desk decides; here it is put into their words."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from gongji.catalogue.item import CatalogueList
from gongji.desk.national_ports import FeeRow, Settled, ToAnswer, Visit, VisitKind
from gongji.desk.office import Session
from gongji.desk.settling import Answered, quote, settle_batch
from gongji.national.calling import (
    Call,
    Done,
    Known,
    care_of,
    kept,
    kept_row,
    moment_of,
    reference,
    said,
    scheme_fits,
    visit_of,
)
from gongji.national.fees import Line, decide_lines, lines_again, lines_of, shown_line, sn_of
from gongji.national.papers import Papers, named_by, papers_of, visit_key
from gongji.national.reading import Values, Wrong
from gongji.national.retelling import unsaid
from gongji.national.schema import codes
from gongji.national.telling import Case, Paid, nodes_of
from gongji.national.visits import STAYS, new_visit
from gongji.national.writing import fen_of, yuan
from gongji.policy.questions.forms import AccountFlag
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import SettlementRequest
from gongji.settlement.decide import Decision
from gongji.terms import (
    LARGEST_FEN,
    AccountUse,
    Care,
    Category,
    Channel,
    Credential,
    InstitutionKind,
    micros,
)

# ── The transactions ─────────────────────────────────────────────────────────────────────────────


def trial(call: Call) -> Done | Wrong:
    """2101, 2206, 2303 预结算: what 2102, 2207 and 2304 would answer now, and nothing is kept."""
    papers = papers_of(call.session, [call], named_by(call.session, [call]))
    due = _due(call, papers)
    if isinstance(due, Wrong):
        return due
    found = quote(call.session, due.bill, papers.paying)
    if isinstance(found, Refusal):
        return said(found)
    own = found.facts.own
    paid = Paid(due.case, found.decision, own.current + own.carried)
    return Done(nodes_of(call, paid, "", papers.people))


def settle(call: Call) -> Done | Wrong:
    """2102, 2207, 2304 结算, alone."""
    named = named_by(call.session, [call])
    (done,) = settle_together(call.session, [call], named, recorded=False)
    return done


def settle_together(
    session: Session,
    calls: Sequence[Call],
    named: ToAnswer,
    *,
    recorded: bool = True,
) -> list[Done | Wrong]:
    """2102, 2207, 2304 结算: those that arrived together, in the order of arrival.

    No two of them may be for one person: what the first uses of the deductible the second must
    find. `recorded`: the answers will be, each under the message that asked for it, so that their
    nodes need not be kept twice.
    """
    papers = papers_of(session, calls, named)
    found: list[Done | Wrong | _Due] = [_due(call, papers) for call in calls]
    due = [one for one in found if isinstance(one, _Due)]
    given = settle_batch(session, [one.bill for one in due], known=papers.paying)
    answers = {one.bill.id: answer for one, answer in zip(due, given, strict=True)}
    settled: list[Settled] = []

    def done(one: _Due) -> Done | Wrong:
        answer = answers[one.bill.id]
        if isinstance(answer, Refusal):
            return said(answer)
        own = answer.decision.own_after
        before_fen = own.current + own.carried + answer.decision.own_fen
        paid = Paid(one.case, answer.decision, before_fen)
        nodes = nodes_of(one.call, paid, one.bill.id, papers.people)
        shown = unsaid(one.case.given) if recorded else kept(nodes)
        settled.append(_settled(one, answer.decision, shown))
        return Done(nodes, one.bill.id)

    told = [done(one) if isinstance(one, _Due) else one for one in found]
    _keep(session, [one for one in due if isinstance(answers[one.bill.id], Answered)], settled)
    return told


class _Due(NamedTuple):
    """A case with its bill, which the desk is asked to settle."""

    call: Call
    case: Case
    bill: SettlementRequest


def _due(call: Call, papers: Papers) -> _Due | Wrong:
    case = _case(call, papers)
    if isinstance(case, Wrong):
        return case
    bill = _bill(call, case, reference(call.institution.region, call.session.now))
    return bill if isinstance(bill, Wrong) else _Due(call, case, bill)


def _settled(due: _Due, decision: Decision, shown: bytes) -> Settled:
    call, case, bill = due
    return Settled(
        case.visit.institution,
        bill.id,
        case.visit.id,
        call.transaction.infno,
        call.msgid,
        case.visit.person,
        "",
        "",
        call.session.at,
        case.given["insutype"],
        case.given["med_type"],
        case.care.value,
        codes()["clearing"][case.care],
        case.batch,
        bill.total_fen,
        bill.fund_paid_fen,
        decision.own_fen + decision.pooled_fen,
        decision.pooled_fen,
        decision.cash_fen,
        case.decided.result.deductible_used_fen,
        "",
        shown,
    )


def _keep(session: Session, due: Sequence[_Due], settled: Sequence[Settled]) -> None:
    """Write what was settled; a purchase is a visit of its own, with its lines."""
    unit = session.unit
    if settled:
        unit.add_settlements(settled)
        unit.settle_fees([(row, one.bill.id) for one in due for row in one.case.rows])
    for one in due:
        if one.case.visit.kind is VisitKind.PHARMACY:
            unit.put_visit(one.case.visit)
            unit.add_fees(_rows_of(one))


def _rows_of(due: _Due) -> list[FeeRow]:
    """The lines of a purchase, as they are kept."""
    visit, case = due.case.visit, due.case
    return [
        FeeRow(
            visit.institution,
            visit.id,
            sn_of(line.given),
            "",
            due.bill.id,
            line.fee.total_fen,
            micros(moment_of(line.given["fee_ocur_time"])),
            kept_row(line.given),
            kept_row(shown_line(line, part)),
        )
        for line, part in zip(case.lines, case.decided.result.lines, strict=True)
    ]


# ── What is to be settled ────────────────────────────────────────────────────────────────────────


def _case(call: Call, papers: Papers) -> Case | Wrong:
    if "druginfo" in call.input:
        return _case_of_purchase(call, papers)
    return _case_of_visit(call, papers)


def _case_of_visit(call: Call, papers: Papers) -> Case | Wrong:
    given, key = call.one(), visit_key(call)
    visit = visit_of(papers.visits.get(key), given)
    if isinstance(visit, Wrong):
        return visit
    of_a_stay = "med_type" not in given  # 2303 and 2304 leave it to the admission
    if of_a_stay != (visit.kind is VisitKind.INPATIENT):
        return Wrong("mdtrt_id（就诊ID）的登记与交易不符；门诊用2206、2207，住院用2303、2304")
    if of_a_stay:
        given = {**given, "med_type": visit.med_type}
    batch = given.get("chrg_bchno") or ""
    charged = [one for one in papers.charged.get(key, ()) if not batch or one.row.batch == batch]
    if not charged:
        return Wrong(
            f"chrg_bchno（收费批次号）{batch}没有未结算的费用明细；请先上传明细"
            if batch
            else "mdtrt_id（就诊ID）没有未结算的费用明细；请先用2301上传明细"
        )
    lines = lines_again(charged, papers.items)
    if isinstance(lines, Wrong):
        return lines
    if not lines:
        return Wrong("本次就诊的费用明细已全部退费，没有需要结算的金额；请撤销明细与登记")
    return _decided(call, papers, visit, given, lines, batch, [one.row for one in charged])


def _case_of_purchase(call: Call, papers: Papers) -> Case | Wrong:
    given = call.one("druginfo")
    lines = lines_of(call, call.rows("drugdetail"), set(), papers.items)
    if isinstance(lines, Wrong):
        return lines
    visit = new_visit(call, given, VisitKind.PHARMACY, "", given["med_type"], [])
    return _decided(call, papers, visit, given, lines, "", ())


def _decided(
    call: Call,
    papers: Papers,
    visit: Visit,
    given: Values,
    lines: Sequence[Line],
    batch: str,
    rows: Sequence[FeeRow],
) -> Case | Wrong:
    """The lines of one bill decided together, under the region's plan for the person."""
    known = papers.known(given["psn_no"])
    if isinstance(known, Wrong):
        return known
    if wrong := scheme_fits(known.person, given["insutype"]):
        return wrong
    if wrong := _wrong_total(given, lines):
        return wrong
    care = care_of(given["med_type"])
    if isinstance(care, Wrong):
        return care
    on_a_stay = visit.kind is VisitKind.INPATIENT
    if (on_a_stay and care not in STAYS) or (care is Care.INPATIENT and not on_a_stay):
        return Wrong(f"med_type（医疗类别）{given['med_type']}与就诊登记的类别不符；请核对")
    decided = decide_lines(
        call,
        known.person,
        care,
        lines,
        papers.shelves,
        plan=None,
        deductible_used_fen=papers.deductible_used(known, care),
        retired=_retired(visit, given),
    )
    if isinstance(decided, Wrong):
        return decided
    return Case(known, visit, given, care, lines, decided, batch, rows)


def _wrong_total(given: Values, lines: Sequence[Line]) -> Wrong | None:
    total = fen_of(given["medfee_sumamt"])
    of_lines = sum(line.fee.total_fen for line in lines)
    if total > LARGEST_FEN:
        return Wrong("medfee_sumamt（医疗费总额）过大；请核对金额")
    if total == of_lines:
        return None
    return Wrong(
        f"medfee_sumamt（医疗费总额）{yuan(total)}不等于明细之和{yuan(of_lines)}；请核对明细后重发"
    )


def _retired(visit: Visit, given: Values) -> bool:
    """退休: our register of people does not know it, so what the institution says of the person."""
    told = given.get("psn_type") or _told_of(visit.told).psn_type or ""
    return str(told).startswith("12")


class _Told(msgspec.Struct):
    """What of a visit's own words a settlement asks for."""

    psn_type: str | None = None


_told_of = msgspec.json.Decoder(_Told).decode


def _bill(call: Call, case: Case, id: str) -> SettlementRequest | Wrong:
    """The desk's bill. Whose credential was shown is held against the patient's number."""
    known, given, part = case.known, case.given, case.decided.result.bill
    uses = _accounts(call, known, given.get("acct_used_flag"))
    if isinstance(uses, Wrong):
        return uses
    shown = given["mdtrt_cert_no"] if given["mdtrt_cert_type"] == "02" else None
    others = shown is not None and shown.upper() != known.identity.number
    at_pharmacy = call.institution.kind is InstitutionKind.PHARMACY
    devices = all(line.fee.list is CatalogueList.DEVICE for line in case.lines)
    return SettlementRequest(
        id=id,
        patient=known.person.id,
        institution=call.institution.id,
        total_fen=part.total_fen,
        fund_paid_fen=part.fund_paid_fen,
        self_paid_fen=part.self_paid_fen,
        uncovered_fen=part.uncovered_fen,
        care=case.care,
        category=Category.DEVICE if devices else Category.DRUG,
        channel=Channel.PHARMACY if at_pharmacy else _channel(call),
        credential=Credential.OTHER if others else Credential.OWN,
        prescription=all(line.given.get("rxno") for line in case.lines),
        listed=any(one.treatment.covered for one in case.decided.result.lines),
        accounts=uses,
    )


def _channel(call: Call) -> Channel:
    return {"2": Channel.KIOSK, "3": Channel.INTERNET}.get(call.head["opter_type"], Channel.WINDOW)


def _accounts(call: Call, known: Known, flag: str | None) -> AccountUse | Wrong:
    """个人账户使用标志 by the reading of the patient's region; an unknown value is refused."""
    try:
        asked = AccountFlag(flag or "")
    except ValueError:
        return Wrong("acct_used_flag（个人账户使用标志）须为0、1或2")
    return call.law(known.person.region).account_flag.value[asked]
