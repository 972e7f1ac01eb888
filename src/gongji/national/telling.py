"""结算结果: setlinfo, setldetail and detlcutinfo, and who paid how much, in the wire's words."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from gongji.catalogue.adjudicate import Part
from gongji.catalogue.item import WHOLE_BP
from gongji.desk.adjudicating import Decided
from gongji.desk.identity import Identity, mask_name
from gongji.desk.national_ports import FeeRow, Visit
from gongji.national.calling import Call, Known, facts_of, shown_moment
from gongji.national.fees import Line, shown_line
from gongji.national.reading import Values
from gongji.national.schema import codes, dictionaries
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import Balances
from gongji.settlement.decide import Decision
from gongji.terms import Care, Purse, Scheme, yuan_text
from gongji.words import name_of, outcome

ACCOUNT_FUND = "310200"
_BASIC = frozenset({Scheme.EMPLOYEE, Scheme.RESIDENT})


Names = Mapping[str, Identity]
"""The sponsors by their ids."""


class Case(NamedTuple):
    """一笔待结算: whose, of which visit, which lines, and how they were decided. `rows` are the
    lines as they are kept; those of a purchase are not yet."""

    known: Known
    visit: Visit
    given: Values
    care: Care
    lines: Sequence[Line]
    decided: Decided
    batch: str
    rows: Sequence[FeeRow]


class Paid(NamedTuple):
    """A case with who pays what; `own_before_fen` is what the patient's account had."""

    case: Case
    decision: Decision
    own_before_fen: int


def nodes_of(
    call: Call, paid: Paid, setl_id: str, people: Mapping[str, Known]
) -> Mapping[str, Any]:
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
        "fund_pay_sumamt": call.profile.fund_sum(part.fund_paid_fen, acct_fen),
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
        "exp_content": shares_text(decision, people),
        "invono": case.given.get("invono"),
    }
    nodes = {"setlinfo": info, "setldetail": _funds(case, paid, acct_fen)}
    if any(node.name == "detlcutinfo" for node in call.transaction.outputs):
        lines = zip(case.lines, result.lines, strict=True)
        nodes["detlcutinfo"] = [shown_line(line, one) for line, one in lines]
    return nodes


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


def _fund(fund: str, paid_fen: int, part: Part, left_fen: int) -> dict[str, Any]:
    return {
        "fund_pay_type": fund,
        "inscp_scp_amt": part.entering_fen,
        "crt_payb_lmt_amt": left_fen,
        "fund_payamt": paid_fen,
        "fund_pay_type_name": dictionaries()["fund_pay_type"][fund],
    }


def shares_text(decision: Decision, people: Mapping[str, Known]) -> str:
    """字段扩展, under names of ours: who paid from a pool and how much, and why, or why not.

    `gj_mulaid` has a row for each sponsor and purse, in the order of drawing; the sums are those
    in acct_mulaid_pay. Balances of sponsors are never shown.
    """
    pooled = [draw for draw in decision.draws if draw.person == decision.sponsor]
    names = {draw.person: people[draw.person].identity for draw in pooled}
    return shares([(draw.person, draw.purse, draw.amount_fen) for draw in pooled], names, decision)


def shares(
    parts: Sequence[tuple[str, Purse, int]], names: Names, decision: Decision | None = None
) -> str:
    """The JSON text of exp_content for these parts of pooled money."""
    found: dict[str, Any] = {
        "gj_mulaid": [
            {
                "psn_no": person,
                "psn_name": mask_name(names[person].name),
                "purse": purse.value,
                "purse_name": name_of(purse).zh,
                "amt": yuan_text(fen),
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
