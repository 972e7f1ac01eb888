"""线上支付: 6201 upload, 6202 order, 6203 refund, 6301 result, 6401 withdrawal.

An order is a visit with its lines, settled by the same steps as at the window: the payload's
camelCase names are put into the names of 2201, 2204 and 2207, and their answers back.
"""

import re
import secrets
from decimal import Decimal
from typing import Any

from gongji.desk.national_ports import Order, Settled, Visit, VisitKind
from gongji.national.calling import (
    Call,
    Done,
    Known,
    kept,
    known_person,
    reference,
    retold,
    scheme_fits,
)
from gongji.national.fees import charge
from gongji.national.reading import Values, Wrong
from gongji.national.reversing import take_back
from gongji.national.schema import transactions
from gongji.national.settling import settle
from gongji.national.visits import merged, new_visit, not_insured
from gongji.national.writing import fen_of, yuan
from gongji.terms import LOCAL_TIME, moment

SAVED, SETTLED, REFUNDED, FUND_REFUNDED, WITHDRAWN = "0", "6", "7", "8", "12"
_REFUNDS = {"ALL": REFUNDED, "HI": FUND_REFUNDED}
"""退费类型 → 订单状态: the cash of HI stays with the institution."""


def upload(call: Call) -> Done | Wrong:
    """6201 费用明细上传: keeps the fees under an order; nothing is paid yet."""
    given = _in_snake(call.one())
    visit = _visit(call, given)
    if isinstance(visit, Wrong):
        return visit
    rows = [_line(row, visit, given) for row in call.rows("feedetailList")]
    of_lines, told = sum(row["det_item_fee_sumamt"] for row in rows), given["medfee_sumamt"]
    if told != of_lines:
        return Wrong(f"data.medfeeSumamt（医疗费总额）{told}不等于明细之和{of_lines}；请核对后重发")
    charged = charge(call, visit, rows)
    if isinstance(charged, Wrong):
        return _in_their_names(charged)
    call.session.unit.put_visit(visit)
    order = Order(
        call.institution.id,
        reference(call.institution.region, call.session.now),
        secrets.token_hex(16),
        given["med_org_ord"],
        visit.person,
        SAVED,
        visit.id,
        "",
        call.session.at,
        kept(given),
    )
    call.session.unit.put_order(order)
    shown = {"payOrdId": order.id, "payToken": order.token, "cashierUrl": ""}
    return Done({"data": shown}, order.id)


def _visit(call: Call, given: Values) -> Visit | Wrong:
    """The visit that the upload names, or a new one, which is not kept yet."""
    unit = call.session.unit
    known = known_person(call, given["psn_no"])
    if isinstance(known, Wrong):
        return known
    if wrong := scheme_fits(known.person, given["insutype"]) or not_insured(call, known.person):
        return wrong
    if known.identity.number != given["id_no"].upper():
        return Wrong("data.idNo（证件号码）与参保登记不符；请核对")
    if given["mdtrt_id"]:
        visit = unit.visit(call.institution.id, given["mdtrt_id"])
        if visit is None or visit.person != given["psn_no"] or visit.cancelled:
            return Wrong(f"data.mdtrtId（就诊ID）没有此人的就诊：{given['mdtrt_id']}")
        return visit
    number, kind = given["ipt_otp_no"], VisitKind.OUTPATIENT
    diagnoses = merged([], [_in_snake(row) for row in call.rows("diseinfoList")])
    return new_visit(call, given, kind, number, given["med_type"], diagnoses)


def _line(row: Values, visit: Visit, given: Values) -> Values:
    """A line in the names of 2204; its visit, person and batch are the order's."""
    return {
        **_in_snake(row),
        "mdtrt_id": visit.id,
        "psn_no": visit.person,
        "chrg_bchno": given["chrg_bchno"],
    }


def order(call: Call) -> Done | Wrong:
    """6202 支付下单: settles the order's fees, once."""
    given = call.one()
    found = _order(call)
    if isinstance(found, Wrong):
        return found
    if not any(given[name] for name in _AUTHORISED_BY):
        return Wrong(
            "payAuthNo（支付授权码）与电子凭证的ecAuthCode等字段不能同时为空；请先取得授权"
        )
    if found.state != SAVED:
        return Wrong(f"payOrdId（待支付订单号）状态为{found.state}，不能再支付；请用6301查询")
    told = retold(found.told)
    asked = {
        **told,
        "medfee_sumamt": Decimal(told["medfee_sumamt"] or 0),
        "mdtrt_id": found.visit,
        "mdtrt_cert_type": "01",
        "mdtrt_cert_no": told["ec_token"],
    }
    done = settle(call._replace(transaction=transactions()["2207"], input={"data": asked}))
    if isinstance(done, Wrong):
        return _in_their_names(done)
    call.session.unit.put_order(found._replace(state=SETTLED, settled=done.about))
    settled = call.session.unit.settled(found.institution, done.about)
    assert settled is not None
    return Done({"data": {"payOrdId": found.id, "ordStas": SETTLED, **_sums(settled)}}, found.id)


_AUTHORISED_BY = ("payAuthNo", "ecAuthCode", "ecChnlAppId", "ecChnlUserId")


def _order(call: Call) -> Order | Wrong:
    given = call.one()
    found = call.session.unit.order(call.institution.id, given["payOrdId"])
    if found is None:
        return Wrong(f"payOrdId（支付订单号）不存在：{given['payOrdId']}")
    if "payToken" in given and given["payToken"] != found.token:
        return Wrong("payToken（支付token）与订单不符；请使用6201返回的值")
    if "idNo" in given:
        known = known_person(call, found.person)
        assert isinstance(known, Known), f"order {found.id} is nobody's"
        if given["idNo"].upper() != known.identity.number:
            return Wrong("idNo（证件号码）与订单的参保人不符；请核对")
    return found


def _sums(settled: Settled) -> dict[str, int]:
    return {
        "feeSumamt": settled.total_fen,
        "ownPayAmt": settled.cash_fen,
        "psnAcctPay": settled.acct_fen,
        "fundPay": settled.fund_fen,
    }


def refund(call: Call) -> Done | Wrong:
    """6203 医保退费: all that insurance and accounts paid; the cash is the institution's."""
    given = call.one()
    found = _order(call)
    if isinstance(found, Wrong):
        return found
    settled = call.session.unit.settled(found.institution, found.settled)
    state = _state(found, settled)
    if settled is None or state != SETTLED:
        return Wrong(f"payOrdId（支付订单号）状态为{state}，没有可退的结算；请用6301查询")
    if given["refdType"] not in _REFUNDS:
        return Wrong("refdType（退费类型）须为ALL或HI；仅退现金由医疗机构自行办理")
    if wrong := _wrong_sums(given, settled):
        return wrong
    done = take_back(call, settled)
    if isinstance(done, Wrong):
        return done
    call.session.unit.put_order(found._replace(state=_REFUNDS[given["refdType"]]))
    now = call.session.now.astimezone(LOCAL_TIME)
    shown = {
        "refdSn": done.about,
        "hiFefdSn": done.about,
        "hiTrnsDate": f"{now:%Y%m%d}",
        "hiTrnsTime": f"{now:%H%M%S}",
        "refStatus": "SUCC",
    }
    return Done({"data": shown}, found.id)


def _wrong_sums(given: Values, settled: Settled) -> Wrong | None:
    """What insurance and accounts paid goes back whole: no part of it is taken for the whole. A sum
    that need not be told may be left at nothing."""
    if given["refdType"] == "ALL" and fen_of(given["totlRefdAmt"]) != settled.total_fen:
        return Wrong("totlRefdAmt（总退费金额）不等于订单费用总额；医保部分只能全部退回")
    parts = (
        ("psnAcctRefdAmt", "个人账户退费金额", settled.acct_fen),
        ("fundRefdAmt", "基金退费金额", settled.fund_fen),
    )
    for name, zh, paid_fen in parts:
        if given[name] and fen_of(given[name]) != paid_fen:
            return Wrong(f"{name}（{zh}）不等于订单的{yuan(paid_fen)}；医保部分只能全部退回")
    return None


def _state(order: Order, settled: Settled | None) -> str:
    """订单状态; the settlement of an order may have been cancelled by 2208 as well."""
    if order.state == SETTLED and settled is not None and settled.reversed_by:
        return FUND_REFUNDED
    return order.state


def result(call: Call) -> Done | Wrong:
    """6301 医保订单结算结果查询."""
    found = _order(call)
    if isinstance(found, Wrong):
        return found
    settled = call.session.unit.settled(found.institution, found.settled)
    names = call.session.unit.institution_names([found.institution])
    shown = {
        "ordStas": _state(found, settled),
        "payOrdId": found.id,
        "callType": "2" if settled else "4",
        "medOrgOrd": found.ref,
        "traceTime": f"{moment(settled.at if settled else found.at):%Y%m%d%H%M%S}",
        "orgCodg": call.code,
        "orgName": names[found.institution],
        "setlType": "ALL",
        "revsToken": found.token if settled else None,
        **(_sums(settled) if settled else {}),
    }
    return Done({"data": shown})


def withdraw(call: Call) -> Done | Wrong:
    """6401 费用明细上传撤销: of an order that was not paid."""
    found = _order(call)
    if isinstance(found, Wrong):
        return found
    if found.state not in (SAVED, WITHDRAWN):
        return Wrong(f"payOrdId（支付订单号）状态为{found.state}，已支付的订单请用6203退费")
    batch = retold(found.told)["chrg_bchno"]
    call.session.unit.withdraw_fees(found.institution, found.visit, batch=batch)
    call.session.unit.put_order(found._replace(state=WITHDRAWN))
    return Done({"data": {"success": True}}, found.id)


def _in_their_names(wrong: Wrong) -> Wrong:
    """A sentence about 2204 or 2207 with the fields as 6201 calls them."""
    return Wrong(re.sub(r"_([a-z])", lambda found: found[1].upper(), wrong.says))


def _in_snake(row: Values) -> dict[str, Any]:
    return {re.sub(r"([A-Z])", lambda up: "_" + up[1].lower(), name): row[name] for name in row}
