"""查询: 5201 to 5206, 100001. They tell what is, at the moment they are asked."""

from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from gongji.desk.national_ports import Settled, Visit, VisitKind, WireItem
from gongji.national.calling import (
    Call,
    Done,
    benefit_year,
    facts_of,
    insutype_of,
    known_person,
    level_of,
    moment_of,
    retold,
    shown_moment,
)
from gongji.national.reading import Values, Wrong
from gongji.national.reconciling import refunded
from gongji.national.retelling import days_of, lines_of, nodes_again
from gongji.terms import Care, micros, moment, region_of


def visits(call: Call) -> Done | Wrong:
    """5201 就诊信息查询: a person's visits at this institution."""
    given = call.one()
    known = known_person(call, given["psn_no"])
    if isinstance(known, Wrong):
        return known
    since = micros(moment_of(given["begntime"]))
    ends = moment_of(given["endtime"])
    whole_day = ends.time() == time.min  # 「00:00:00–23:59:59」 of a day without a time
    before = micros(ends + (timedelta(days=1) if whole_day else timedelta(seconds=1)))
    facts = facts_of(known, call.session.now)
    found = call.session.unit.visits_of(call.institution.id, known.person.id, since, before)
    return Done(
        {
            "mdtrtinfo": [
                {**_visit(visit), **facts, "med_type": given["med_type"]}
                for visit in found
                if not visit.cancelled
                and given["mdtrt_id"] in (None, visit.id)
                and visit.med_type in ("", given["med_type"])
            ]
        }
    )


def _visit(visit: Visit) -> dict[str, Any]:
    ended_at = visit.ended_at if visit.kind is VisitKind.INPATIENT else visit.began_at
    return {
        **retold(visit.told),
        "mdtrt_id": visit.id,
        "begntime": shown_moment(moment(visit.began_at)),
        "endtime": shown_moment(moment(ended_at)) if ended_at else None,
        "ipt_otp_no": visit.number,
    }


def diagnoses(call: Call) -> Done | Wrong:
    """5202 诊断信息查询."""
    visit = _named_visit(call)
    if isinstance(visit, Wrong):
        return visit
    common = {"mdtrt_id": visit.id, "psn_no": visit.person}
    return Done(
        {
            "diseinfo": [
                {
                    "inout_diag_type": "1",
                    "maindiag_flag": "1" if number == 1 else "0",
                    **row,
                    **common,
                    "diag_info_id": str(number),
                }
                for number, row in enumerate(retold(visit.diagnoses), start=1)
            ]
        }
    )


def _named_visit(call: Call) -> Visit | Wrong:
    given = call.one()
    visit = call.session.unit.visit(call.institution.id, given["mdtrt_id"])
    if visit is None or visit.person != given["psn_no"]:
        return Wrong(f"mdtrt_id（就诊ID）没有此人的就诊：{given['mdtrt_id']}")
    return visit


def settlement(call: Call) -> Done | Wrong:
    """5203 结算信息查询: what was settled, as answered; refd_setl_flag says whether it stands."""
    given = call.one()
    settled = named_settlement(call, given["setl_id"], given["mdtrt_id"], given["psn_no"])
    if isinstance(settled, Wrong):
        return settled
    (shown,) = nodes_again(call.session.unit, [settled])
    info, place = shown["setlinfo"], call.institution
    visit = call.session.unit.visit(settled.institution, settled.visit)
    assert visit is not None
    told = retold(visit.told)
    return Done(
        {
            "setlinfo": {
                **info,
                "pay_loc": "2",
                "fixmedins_code": call.code,
                "fixmedins_name": call.session.unit.institution_names([place.id])[place.id],
                "hosp_lv": level_of(call.institution),
                **days_of(visit, settled),
                "psn_pay": info["psn_part_amt"],
                "cash_payamt": info["psn_cash_pay"],
                "refd_setl_flag": refunded(settled),
                "year": f"{moment(settled.at):%Y}",
                "insu_optins": region_of(settled.person),
                "dise_codg": told.get("dise_codg"),
                "dise_name": told.get("dise_name"),
                "opt_time": shown_moment(moment(settled.at)),
            },
            "setldetail": shown["setldetail"],
        }
    )


def named_settlement(call: Call, setl_id: str, mdtrt_id: str, psn_no: str) -> Settled | Wrong:
    """A settlement by its id, or by the msgid under which it was asked for.

    Whoever has lost the answer knows the msgid only, which is the medins_setl_id.
    """
    unit, place = call.session.unit, call.institution.id
    settled = unit.settled(place, setl_id)
    if settled is None:
        of_visit = unit.settled_of_visit(place, mdtrt_id, psn_no)
        settled = next((one for one in of_visit if one.msgid == setl_id), None)
    if settled is None or (settled.visit, settled.person) != (mdtrt_id, psn_no):
        return Wrong(f"setl_id（结算ID）没有此人此次就诊的结算：{setl_id}")
    return settled


def fee_lines(call: Call) -> Done | Wrong:
    """5204 费用明细查询: the lines of a settlement; of a negative one they are below zero."""
    given = call.one()
    settled = named_settlement(call, given["setl_id"], given["mdtrt_id"], given["psn_no"])
    if isinstance(settled, Wrong):
        return settled
    lines = lines_of(call.session.unit, settled)
    known = call.session.unit.wire_items({line["med_list_codg"] for line in lines})
    return Done({"rows": [_line(settled, line, known) for line in lines]})


def _line(settled: Settled, line: Values, known: Mapping[str, WireItem]) -> dict[str, Any]:
    """A line with what its code stands for; a code that no table knows is its own name."""
    code = line["med_list_codg"]
    item = known.get(code)
    name = item.name if item else code
    return {
        **line,
        "mdtrt_id": settled.visit,
        "setl_id": settled.id,
        "med_type": settled.med_type,
        "hilist_code": code,
        "hilist_name": name,
        "list_type": item.list_type if item else _OTHER_LIST,
        "medins_list_name": name,
        "spec": item.spec if item else None,
        "dosform_name": (item.form if item else "") or "无",
    }


_OTHER_LIST = "105"  # 目录类别：其他


def chronic_medicines(call: Call) -> Done | Wrong:
    """5205 人员慢特病用药记录查询: what a person was given for 门诊慢特病, at every institution, as
    far as it was settled and not taken back."""
    given, unit = call.one(), call.session.unit
    known = known_person(call, given["psn_no"])
    if isinstance(known, Wrong):
        return known
    since, until = given["begntime"], given["endtime"] or "9999"
    settled = [
        one
        for one in unit.settled_of_person(
            known.person.id, micros(moment_of(since)), call.session.at + 1
        )
        if one.care == Care.SERIOUS and refunded(one) == "0"
    ]
    names = unit.institution_names({one.institution for one in settled})
    lines = [(one, line) for one in settled for line in lines_of(unit, one)]
    items = unit.wire_items({line["med_list_codg"] for _, line in lines})
    shown = [(one, _line(one, line, items)) for one, line in lines]
    return Done(
        {
            "feedetail": [
                {
                    **line,
                    "psn_no": one.person,
                    "fixmedins_code": call.code if one.institution == call.institution.id else "",
                    "fixmedins_name": names[one.institution],
                    "spec": line["spec"] or "无",
                }
                for one, line in shown
                if line["list_type"] in _MEDICINES and since <= line["fee_ocur_time"] <= until
            ]
        }
    )


_MEDICINES = frozenset({"101", "102", "103", "104", "106"})  # 目录类别中的药品


_CUMULATED = (
    ("fee", "total_fen"),  # 医疗费
    ("fund", "fund_fen"),  # 基金支付
    ("dedc", "deductible_fen"),  # 起付线
    ("acct", "acct_fen"),  # 个人账户
    ("mulaid", "mulaid_fen"),  # 其中共济
    ("cash", "cash_fen"),  # 现金
)
"""累计类别代码, under names of ours: the specification has no table of them."""


def cumulated(call: Call) -> Done | Wrong:
    """5206 人员累计信息查询: by month, of the benefit year or of the month that is asked for."""
    given = call.one()
    known = known_person(call, given["psn_no"])
    if isinstance(known, Wrong):
        return known
    law = call.law(known.person.region)
    since, before = benefit_year(law, call.session.now)
    months: dict[str, list[Settled]] = {}
    for row in call.session.unit.settled_of_person(known.person.id, since, before):
        months.setdefault(f"{moment(row.at):%Y%m}", []).append(row)

    def rows() -> Iterator[dict[str, Any]]:
        for month, settled in sorted(months.items()):
            if given["cum_ym"] not in (None, month):
                continue
            for code, name in _CUMULATED:
                yield {
                    "insutype": insutype_of(known.person.scheme),
                    "year": month[:4],
                    "cum_ym": month,
                    "cum_type_code": code,
                    "cum": sum(getattr(row, name) for row in settled),
                }

    return Done({"cuminfo": list(rows())})


def policy_items(call: Call) -> Done | Wrong:
    """100001 政策项查询: how a settlement came about, item by item."""
    given = call.one()
    settled = named_settlement(call, given["setl_Id"], given["mdtrt_Id"], given["psn_No"])
    if isinstance(settled, Wrong):
        return settled
    (shown,) = nodes_again(call.session.unit, [settled])
    info = shown["setlinfo"]
    ratio = Decimal(info["pool_prop_selfpay"])
    in_plan_fen = info["inscp_scp_amt"] - info["act_pay_dedc"]
    fund_fen = settled.fund_fen
    items = (
        ("101", "全自费总金额", info["fulamt_ownpay_amt"], 0, Decimal(1)),
        ("102", "先支付总金额", info["preselfpay_amt"], 0, Decimal(1)),
        ("103", "超限价总金额", info["overlmt_selfpay"], 0, Decimal(1)),
        ("S001", "本次应付起付标准", info["act_pay_dedc"], 0, Decimal(1)),
        ("C000", "门诊（无分段）", in_plan_fen - fund_fen, fund_fen, 1 - ratio),
    )
    return Done(
        {
            "rows": [
                {
                    "setlId": settled.id,
                    "mdtrtId": settled.visit,
                    "psnNo": settled.person,
                    "polItemCode": code,
                    "polItemName": name,
                    "selfPayAmt": self_fen,
                    "selfPayProp": share,
                    "fundPayAmt": paid_fen,
                    "fundPayProp": 1 - share,
                    "polItemPaySum": self_fen + paid_fen,
                }
                for code, name, self_fen, paid_fen, share in items
                if self_fen or paid_fen
            ]
        }
    )
