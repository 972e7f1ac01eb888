"""撤销与冲正: 2103, 2208, 2305 take back what was settled; 2601 a message whose answer was lost."""

from collections.abc import Mapping
from typing import Any

from gongji.desk.national_ports import STRUCK, Message, MessageKey, Settled
from gongji.desk.people import balances_of
from gongji.desk.settling import ReversalRequest, Reversed, reverse_settlement
from gongji.national.calling import Call, Done, kept, reference, said, shown_moment
from gongji.national.reading import Wrong
from gongji.national.retelling import days_of, lines_of, nodes_again
from gongji.national.telling import balance_fen, shares
from gongji.national.visits import withdraw
from gongji.national.writing import failure
from gongji.policy.refusal import Refusal
from gongji.terms import region_of

_NEGATED = (
    "medfee_sumamt",
    "fulamt_ownpay_amt",
    "overlmt_selfpay",
    "preselfpay_amt",
    "inscp_scp_amt",
    "act_pay_dedc",
    "hifp_pay",
    "oth_pay",
    "fund_pay_sumamt",
    "psn_part_amt",
    "acct_pay",
    "psn_cash_pay",
    "hosp_part_amt",
    "acct_mulaid_pay",
)
"""The sums of setlinfo that a negative settlement has below zero."""

UNDONE = "该报文已由2601冲正，不再办理；请换新的msgid重新发起"


def cancel(call: Call) -> Done | Wrong:
    """2103, 2208, 2305 结算撤销: a new settlement with negative amounts."""
    given = call.one()
    settled = call.session.unit.settled(call.institution.id, given["setl_id"])
    if settled is None:
        return Wrong(f"setl_id（结算ID）不存在：{given['setl_id']}；请用5203核对")
    if (settled.visit, settled.person) != (given["mdtrt_id"], given["psn_no"]):
        return Wrong("mdtrt_id（就诊ID）或psn_no（人员编号）与结算不符；请核对后重发")
    if not settled.reverses and settled.infno != _SETTLES[call.transaction.infno]:
        return Wrong(f"setl_id（结算ID）由{settled.infno}结算，请用对应的撤销交易")
    return take_back(call, settled)


_SETTLES = {"2103": "2102", "2208": "2207", "2305": "2304"}
_PAID_ONLINE = "6202"  # settles as 2207 does, under its own msgid


def take_back(call: Call, settled: Settled) -> Done | Wrong:
    """Give the money back to where it came from; the lines are unsettled again."""
    if settled.reverses:
        return Wrong("setl_id（结算ID）本身是退费结算，不能再撤销")
    if settled.reversed_by:
        return Wrong(f"setl_id（结算ID）已撤销，退费结算ID为{settled.reversed_by}")
    setl_id = reference(call.institution.region, call.session.now)
    asked = ReversalRequest(id=setl_id, institution=call.institution.id, of=settled.id)
    found = reverse_settlement(call.session, asked)
    if isinstance(found, Refusal):
        return said(found)
    assert isinstance(found, Reversed)

    # Nothing is refused beyond this line; the desk has written its part.
    lost = call.transaction.infno == STRUCK and not settled.clearing
    nodes = _negative(call, settled, setl_id, found)
    unit = call.session.unit
    # The lines will be in another settlement, or withdrawn; the negative keeps them as they were.
    lines = lines_of(unit, settled)
    unit.add_settled(
        settled._replace(
            id=setl_id,
            infno=call.transaction.infno,
            msgid=call.msgid,
            reverses=settled.id,
            at=call.session.at,
            total_fen=-settled.total_fen,
            fund_fen=-settled.fund_fen,
            acct_fen=-settled.acct_fen,
            mulaid_fen=-settled.mulaid_fen,
            cash_fen=-settled.cash_fen,
            deductible_fen=-settled.deductible_fen,
            clearing=STRUCK if lost else "",
            shown=kept({**nodes, "lines": lines}),
        )
    )
    struck = STRUCK if lost else settled.clearing
    unit.mark_reversed(settled.institution, settled.id, setl_id, struck)
    unit.unsettle_fees(settled.institution, settled.visit, settled.id)
    return Done(nodes, setl_id)


def _negative(call: Call, settled: Settled, setl_id: str, found: Reversed) -> Mapping[str, Any]:
    """The nodes of the first answer with its sums below zero, and who got what back."""
    (shown,) = nodes_again(call.session.unit, [settled])
    info = shown["setlinfo"]
    returned = [
        (back.person, back.purse, -back.amount_fen)
        for back in found.reversal.returns
        if back.person != settled.person
    ]
    names = call.session.unit.identities({person for person, _, _ in returned})
    visit = call.session.unit.visit(settled.institution, settled.visit)
    assert visit is not None, f"{settled.id} is of no visit"
    assert found.reversal.own_fen + found.reversal.pooled_fen == settled.acct_fen
    assert found.reversal.cash_fen == settled.cash_fen
    return {
        "setlinfo": {
            **info,
            **{name: -info[name] for name in _NEGATED},
            "setl_id": setl_id,
            "setl_time": shown_moment(call.session.now),
            "balc": balance_fen(balances_of(call.session, settled.person)),
            "medins_setl_id": call.msgid,
            "exp_content": shares(returned, names),
            "pdn_cash_pay": -info["psn_cash_pay"],  # 2208 has it misspelt
            **days_of(visit, settled),  # 2305 has them
            "insu_admdvs": region_of(settled.person),
        },
        "setldetail": [
            {**row, "inscp_scp_amt": -row["inscp_scp_amt"], "fund_payamt": -row["fund_payamt"]}
            for row in shown["setldetail"]
        ],
    }


def reverse(call: Call) -> Done | Wrong:
    """2601 冲正, by the msgid of the request whose answer was lost.

    A request that never came leaves a mark, so that a late arrival does not settle. A second 2601
    of the same request changes nothing and succeeds.
    """
    given = call.one()
    infno = call.profile.aliases.get(given["oinfno"], given["oinfno"])
    if infno not in call.profile.reversible:
        if infno in _SETTLES:
            return Wrong(
                f"oinfno（原交易编号）{given['oinfno']}是撤销交易，不冲正；"
                "应答丢失时请以原msgid重发，得到原来的应答"
            )
        allowed = "、".join(sorted(call.profile.reversible))
        return Wrong(f"oinfno（原交易编号）{given['oinfno']}不可冲正；可冲正的交易为{allowed}")
    unit = call.session.unit
    key = MessageKey(call.institution.id, infno, given["omsgid"])
    known = unit.message(key)
    undone = _undone(call)
    if known is None:
        if unit.message(key._replace(infno=_PAID_ONLINE)) is not None:
            return Wrong("omsgid（原发送方报文ID）是6202支付下单的报文；线上支付的结算请用6203退费")
        unit.add_message(Message(key, call.session.at, "", "", b"", undone))
        return Done()
    if known.undone is not None:
        return Done(about=known.about)
    if wrong := _take_back(call, known, given["psn_no"]):
        return wrong
    unit.undo_message(key, undone)
    return Done(about=known.about)


def _take_back(call: Call, known: Message, psn_no: str) -> Wrong | None:
    unit = call.session.unit
    settled = unit.settled(call.institution.id, known.about)
    if settled is not None:
        if settled.person != psn_no:
            return Wrong("psn_no（人员编号）与原交易不符；请核对后重发")
        if settled.reversed_by:
            return None  # it was cancelled already: there is nothing left to take back
        found = take_back(call, settled)
        return found if isinstance(found, Wrong) else None
    visit = unit.visit(call.institution.id, known.about)
    assert visit is not None, f"{known.key} is about nothing that is known"
    if visit.person != psn_no:
        return Wrong("psn_no（人员编号）与原交易不符；请核对后重发")
    return None if visit.cancelled else withdraw(call, visit)


def _undone(call: Call) -> bytes:
    """What a repeat of the reversed message, or its late arrival, is told."""
    now = call.session.now
    refmsgid = reference(call.institution.region, now)
    return failure(UNDONE, refmsgid=refmsgid, now=now)
