"""结算: 2101, 2102, 2206, 2207, 2303, 2304. The desk decides; here it is put into their words."""

from collections.abc import Sequence

from gongji.catalogue.item import CatalogueList
from gongji.desk.national_ports import FeeRow, Settled, Visit, VisitKind
from gongji.desk.settling import Answered, quote, settle_batch
from gongji.national.calling import (
    Call,
    Done,
    Known,
    benefit_year,
    care_of,
    kept,
    known_person,
    moment_of,
    own_visit,
    reference,
    retold,
    said,
    scheme_fits,
)
from gongji.national.fees import Line, decide_lines, lines_again, lines_of, shown_line, sn_of
from gongji.national.reading import Values, Wrong
from gongji.national.schema import codes
from gongji.national.telling import Case, Paid, nodes_of
from gongji.national.visits import new_visit
from gongji.national.writing import fen_of, yuan
from gongji.policy.questions.forms import AccountFlag
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import SettlementRequest
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
    """2206, 2303 预结算: what 2207 and 2304 would answer now, and nothing is kept."""
    case = _case_of_visit(call)
    return case if isinstance(case, Wrong) else _tried(call, case)


def settle(call: Call) -> Done | Wrong:
    """2207, 2304 结算."""
    case = _case_of_visit(call)
    if isinstance(case, Wrong):
        return case
    return _settled(call, case)


def pharmacy_trial(call: Call) -> Done | Wrong:
    """2101 药店预结算."""
    case = _case_of_purchase(call)
    return case if isinstance(case, Wrong) else _tried(call, case)


def pharmacy_settle(call: Call) -> Done | Wrong:
    """2102 药店结算: a purchase is a visit of its own, with its lines."""
    case = _case_of_purchase(call)
    if isinstance(case, Wrong):
        return case
    done = _settled(call, case)
    if isinstance(done, Done):
        unit, visit = call.session.unit, case.visit
        unit.put_visit(visit)
        unit.add_fees(
            [
                FeeRow(
                    visit.institution,
                    visit.id,
                    sn_of(line.given),
                    "",
                    done.about,
                    line.fee.total_fen,
                    micros(moment_of(line.given["fee_ocur_time"])),
                    kept(line.given),
                    kept(shown_line(line, part)),
                )
                for line, part in zip(case.lines, case.decided.result.lines, strict=True)
            ]
        )
    return done


def _tried(call: Call, case: Case) -> Done | Wrong:
    bill = _bill(call, case, "trial")
    if isinstance(bill, Wrong):
        return bill
    found = quote(call.session, bill)
    if isinstance(found, Refusal):
        return said(found)
    own = found.facts.own
    return Done(nodes_of(call, Paid(case, found.decision, own.current + own.carried), ""))


def _settled(call: Call, case: Case) -> Done | Wrong:
    setl_id = reference(call.institution.region, call.session.now)
    bill = _bill(call, case, setl_id)
    if isinstance(bill, Wrong):
        return bill
    (answered,) = settle_batch(call.session, [bill])
    if isinstance(answered, Refusal):
        return said(answered)
    assert isinstance(answered, Answered)

    # Nothing is refused beyond this line; the desk has written its part.
    decision = answered.decision
    own = decision.own_after
    paid = Paid(case, decision, own.current + own.carried + decision.own_fen)
    nodes = nodes_of(call, paid, setl_id)
    unit, visit = call.session.unit, case.visit
    unit.add_settled(
        Settled(
            visit.institution,
            setl_id,
            visit.id,
            call.transaction.infno,
            call.msgid,
            visit.person,
            "",
            "",
            call.session.at,
            case.given["insutype"],
            case.given["med_type"],
            case.care,
            codes()["clearing"][case.care],
            case.batch,
            bill.total_fen,
            bill.fund_paid_fen,
            decision.own_fen + decision.pooled_fen,
            decision.pooled_fen,
            decision.cash_fen,
            case.decided.result.deductible_used_fen,
            "",
            kept(nodes),
        )
    )
    unit.mark_fees(visit.institution, visit.id, case.batch or None, "", setl_id)
    return Done(nodes, setl_id)


# ── What is to be settled ────────────────────────────────────────────────────────────────────────


def _case_of_visit(call: Call) -> Case | Wrong:
    given = call.one()
    visit = own_visit(call, given)
    if isinstance(visit, Wrong):
        return visit
    on_a_ward = "med_type" not in given  # 2303 and 2304 leave it to the admission
    if on_a_ward != (visit.kind is VisitKind.INPATIENT):
        return Wrong("mdtrt_id（就诊ID）的登记与交易不符；门诊用2206、2207，住院用2303、2304")
    given.setdefault("med_type", visit.med_type)
    batch = given.get("chrg_bchno") or ""
    rows = [
        row
        for row in call.session.unit.fees_of(visit.institution, visit.id)
        if not row.settled and (not batch or row.batch == batch)
    ]
    if not rows:
        return Wrong(
            f"chrg_bchno（收费批次号）{batch}没有未结算的费用明细；请先上传明细"
            if batch
            else "mdtrt_id（就诊ID）没有未结算的费用明细；请先用2301上传明细"
        )
    return _decided(call, visit, given, lines_again(call, rows), batch)


def _case_of_purchase(call: Call) -> Case | Wrong:
    given = call.one("druginfo")
    lines = lines_of(call, call.rows("drugdetail"), set())
    if isinstance(lines, Wrong):
        return lines
    visit = new_visit(call, given, VisitKind.PHARMACY, "", given["med_type"], [])
    return _decided(call, visit, given, lines, "")


def _decided(
    call: Call, visit: Visit, given: Values, lines: Sequence[Line], batch: str
) -> Case | Wrong:
    """The lines of one bill decided together, under the region's plan for the person."""
    known = known_person(call, given["psn_no"])
    if isinstance(known, Wrong):
        return known
    if wrong := scheme_fits(known.person, given["insutype"]):
        return wrong
    if wrong := _wrong_total(given, lines):
        return wrong
    care = care_of(given["med_type"])
    if isinstance(care, Wrong):
        return care
    if (care is Care.INPATIENT) != (visit.kind is VisitKind.INPATIENT):
        return Wrong(f"med_type（医疗类别）{given['med_type']}与就诊登记的类别不符；请核对")
    decided = decide_lines(
        call,
        known.person.id,
        care,
        lines,
        plan=None,
        deductible_used_fen=_deductible_used(call, known, care),
        retired=_retired(visit, given),
    )
    if isinstance(decided, Wrong):
        return decided
    return Case(known, visit, given, care, lines, decided, batch)


def _deductible_used(call: Call, known: Known, care: Care) -> int:
    """What of the deductible the benefit year's settlements have used, at every institution."""
    law = call.law(known.person.region)
    if care in law.no_fund_care.value:
        return 0
    since, before = benefit_year(law, call.session.now)
    return call.session.unit.deductible_used(known.person.id, care, since, before)


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
    told = given.get("psn_type") or retold(visit.told).get("psn_type") or ""
    return str(told).startswith("12")


def _bill(call: Call, case: Case, id: str) -> SettlementRequest | Wrong:
    """The desk's bill. Whose credential was shown is held against the patient's number."""
    known, given, part = case.known, case.given, case.decided.result.bill
    uses = _accounts(call, known, given.get("acct_used_flag"))
    if isinstance(uses, Wrong):
        return uses
    others = given["mdtrt_cert_type"] == "02" and given["mdtrt_cert_no"] not in (
        None,
        known.identity.number,
    )
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
