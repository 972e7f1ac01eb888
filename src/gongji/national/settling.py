"""结算: 2101, 2102, 2206, 2207, 2303, 2304. The desk decides; here it is put into their words."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from gongji.catalogue.item import WHOLE_BP, CatalogueList
from gongji.desk.adjudicating import Decided
from gongji.desk.identity import mask_name
from gongji.desk.national_ports import FeeRow, Settled, Visit, VisitKind
from gongji.desk.settling import Answered, quote, settle_batch
from gongji.national.calling import (
    Call,
    Done,
    Known,
    benefit_year,
    care_of,
    facts_of,
    kept,
    known_person,
    moment_of,
    own_visit,
    reference,
    retold,
    said,
    scheme_fits,
    shown_moment,
)
from gongji.national.fees import Line, decide_lines, lines_again, lines_of, shown_line, sn_of
from gongji.national.reading import Values, Wrong
from gongji.national.schema import codes, dictionaries
from gongji.national.visits import new_visit
from gongji.national.writing import fen_of, yuan
from gongji.policy.questions.forms import AccountFlag
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import Balances, SettlementRequest
from gongji.settlement.decide import Decision
from gongji.terms import (
    AccountUse,
    Care,
    Category,
    Channel,
    Credential,
    InstitutionKind,
    Scheme,
    micros,
)
from gongji.words import name_of, outcome

ACCOUNT_FUND = "310200"
_BASIC = frozenset({Scheme.EMPLOYEE, Scheme.RESIDENT})


class Case(NamedTuple):
    """一笔待结算: whose, of which visit, which lines, and how they were decided."""

    known: Known
    visit: Visit
    given: Values
    care: Care
    lines: Sequence[Line]
    decided: Decided
    batch: str


class Paid(NamedTuple):
    """A case with who pays what; `own_before` is what the patient's account had."""

    case: Case
    decision: Decision
    own_before_fen: int


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
    if visit.kind is VisitKind.INPATIENT and "med_type" not in given:
        given["med_type"] = visit.med_type
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
    since, before = benefit_year(call.law(known.person.region), call.session.now)
    decided = decide_lines(
        call,
        known.person.id,
        care,
        lines,
        plan=None,
        deductible_used_fen=call.session.unit.deductible_used(known.person.id, care, since, before),
        retired=_retired(visit, given),
    )
    if isinstance(decided, Wrong):
        return decided
    return Case(known, visit, given, care, lines, decided, batch)


def _wrong_total(given: Values, lines: Sequence[Line]) -> Wrong | None:
    total = fen_of(given["medfee_sumamt"])
    of_lines = sum(line.fee.total_fen for line in lines)
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


# ── How it is said ───────────────────────────────────────────────────────────────────────────────


def nodes_of(call: Call, paid: Paid, setl_id: str) -> Mapping[str, Any]:
    """setlinfo, setldetail and detlcutinfo of a settlement, or of a trial without an id."""
    case, decision = paid.case, paid.decision
    part, result = case.decided.result.bill, case.decided.result
    basic = case.known.person.scheme in _BASIC
    acct_fen = decision.own_fen + decision.pooled_fen
    own = decision.own_after
    now = call.session.now
    info = {
        **facts_of(case.known, now),
        "mdtrt_id": case.visit.id,
        "setl_id": setl_id,
        "insutype": case.given["insutype"],
        "setl_time": shown_moment(now),
        "mdtrt_cert_type": case.given["mdtrt_cert_type"],
        "med_type": case.given["med_type"],
        "medfee_sumamt": part.total_fen,
        "fulamt_ownpay_amt": part.own_whole_fen,
        "overlmt_selfpay": part.over_ceiling_fen,
        "preselfpay_amt": part.paid_first_fen,
        "inscp_scp_amt": part.entering_fen,
        "act_pay_dedc": result.deductible_used_fen,
        "hifp_pay": part.fund_paid_fen if basic else 0,
        "pool_prop_selfpay": Decimal(result.ratio_bp) / WHOLE_BP,
        "oth_pay": 0 if basic else part.fund_paid_fen,
        "fund_pay_sumamt": part.fund_paid_fen,
        "psn_part_amt": part.self_paid_fen + part.uncovered_fen,
        "acct_pay": acct_fen,
        "psn_cash_pay": decision.cash_fen,
        "hosp_part_amt": 0,
        "balc": own.current + own.carried,
        "acct_mulaid_pay": decision.pooled_fen,
        "medins_setl_id": call.msgid,
        "clr_optins": call.institution.region,
        "clr_way": "1",
        "clr_type": codes()["clearing"][case.care],
        "exp_content": shares_text(call, decision),
        "invono": case.given.get("invono"),
    }
    lines = zip(case.lines, result.lines, strict=True)
    return {
        "setlinfo": info,
        "setldetail": _funds(case, paid, acct_fen),
        "detlcutinfo": [shown_line(line, one) for line, one in lines],
    }


def _funds(case: Case, paid: Paid, acct_fen: int) -> list[dict[str, Any]]:
    """基金分项: one row a fund that paid, and the personal account's."""
    part = case.decided.result.bill
    rows = []
    if part.fund_paid_fen:
        rows.append(_fund(codes()["fund"][case.known.person.scheme], part.fund_paid_fen, part, 0))
    if acct_fen:
        left_fen = paid.own_before_fen + paid.decision.pooled_fen
        rows.append(_fund(ACCOUNT_FUND, acct_fen, part, left_fen))
    return rows


def _fund(fund: str, paid_fen: int, part: Any, left_fen: int) -> dict[str, Any]:
    return {
        "fund_pay_type": fund,
        "inscp_scp_amt": part.entering_fen,
        "crt_payb_lmt_amt": left_fen,
        "fund_payamt": paid_fen,
        "fund_pay_type_name": dictionaries()["fund_pay_type"][fund],
    }


def shares_text(call: Call, decision: Decision) -> str:
    """字段扩展, under names of ours: who paid from a pool and how much, and why, or why not.

    `gj_mulaid` has a row for each sponsor and purse, in the order of drawing; the sums are those
    in acct_mulaid_pay. Balances of sponsors are never shown.
    """
    pooled = [draw for draw in decision.draws if draw.person == decision.sponsor]
    return shares(call, [(draw.person, draw.purse, draw.amount_fen) for draw in pooled], decision)


def shares(call: Call, parts: Sequence[tuple[str, Any, int]], decision: Decision | None) -> str:
    """The JSON text of exp_content for these parts of pooled money."""
    names = call.session.unit.identities({person for person, _, _ in parts})
    found: dict[str, Any] = {
        "gj_mulaid": [
            {
                "psn_no": person,
                "psn_name": mask_name(names[person].name),
                "purse": purse.value,
                "purse_name": name_of(purse).zh,
                "amt": str(yuan(fen)),
            }
            for person, purse, fen in parts
        ]
    }
    if decision is not None:
        found["gj_outcome"] = decision.outcome.value
        found["gj_outcome_name"] = outcome(decision.outcome).says.zh
    return msgspec.json.encode(found).decode()


def balance_fen(held: Balances | Refusal) -> int:
    """Both purses; the person is known to be there."""
    assert isinstance(held, Balances)
    return held.current + held.carried
