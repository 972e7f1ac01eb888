"""对账与清算: 3201 totals, 3202 line by line, 3203 and 3204 the month's application."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongji.desk.national_ports import STRUCK, Clearing, Settled
from gongji.desk.ports import Unit
from gongji.national.calling import Call, Done, kept, reference, retold, shown_moment, span_of
from gongji.national.files import keep, rows_of, rows_text, zipped
from gongji.national.reading import Values, Wrong
from gongji.national.retelling import nodes_again
from gongji.national.schema import Field, Kind, Node
from gongji.national.writing import fen_of, yuan
from gongji.terms import moment

SPLIT = Node(
    "split",
    True,
    False,
    (
        Field("setl_id", Kind.TEXT, 30, 0, True, False, "结算ID"),
        Field("msgid", Kind.TEXT, 30, 0, True, False, "发送方报文ID"),
        Field("psn_no", Kind.TEXT, 30, 0, True, False, "使用人人员编号"),
        Field("acct_pay", Kind.NUMBER, 16, 2, True, False, "个人账户支出"),
        Field("acct_mulaid_pay", Kind.NUMBER, 16, 2, True, False, "个人账户共济支付金额"),
        Field("mulaid_psn_no", Kind.TEXT, 30, 0, True, False, "共济出资人人员编号"),
        Field("mulaid_purse", Kind.TEXT, 10, 0, True, False, "出资账户"),
        Field("mulaid_amt", Kind.NUMBER, 16, 2, True, False, "该出资人支付金额"),
    ),
)
"""共济明细: our own second file beside 3202's result, a row for each sponsor and purse."""

_TOTALS = (
    ("medfee_sumamt", "医疗费总额"),
    ("fund_pay_sumamt", "基金支付总额"),
    ("acct_pay", "个人账户支付"),
)


def totals(call: Call) -> Done | Wrong:
    """3201 对总账: the period is by the settlement time that we returned."""
    given = call.one()
    if (no_period := _no_period(given)) is not None:
        return no_period
    rows = [row for row in _rows(call, given) if row.insutype == given["insutype"]]
    ours = _sums(call, rows)
    wrong = [
        f"{zh}机构{yuan(fen_of(given[name]))}、中心{yuan(ours[name])}"
        for name, zh in _TOTALS
        if fen_of(given[name]) != ours[name]
    ]
    if given["fixmedins_setl_cnt"] != len(rows):
        wrong.append(f"笔数机构{given['fixmedins_setl_cnt']}、中心{len(rows)}")
    return Done(
        {
            "stmtinfo": {
                "setl_optins": given["setl_optins"] or call.institution.region,
                "stmt_rslt": "1" if wrong else "0",
                "stmt_rslt_dscr": "；".join(wrong) or "平",
            }
        }
    )


def lines(call: Call) -> Done | Wrong:
    """3202 对明细账: the institution's rows and ours, each with its result, reason and msgid."""
    given = call.one()
    if (no_period := _no_period(given)) is not None:
        return no_period
    file = call.session.unit.file(call.institution.id, given["file_qury_no"])
    if file is None:
        return Wrong(f"file_qury_no（文件查询号）不存在：{given['file_qury_no']}；请先用9101上传")
    upload, result = call.transaction.upload, call.transaction.result
    assert upload is not None
    assert result is not None
    theirs = rows_of(upload, file.content)
    if isinstance(theirs, Wrong):
        return theirs
    ours = _rows(call, given)
    compared = list(_compared(call, theirs, {row.id: row for row in ours}))
    name = f"stmt_{given['stmt_begndate']}_{given['stmt_enddate']}"
    content = zipped(
        {
            f"{name}.txt": rows_text(result, compared),
            f"{name}_gj_mulaid.txt": rows_text(SPLIT, list(splits(call.session.unit, ours))),
        }
    )
    kept_file = keep(call, f"{name}.zip", content)
    return Done(
        {
            "fileinfo": {
                "file_qury_no": kept_file.id,
                "filename": kept_file.name,
                "dld_endtime": shown_moment(moment(kept_file.until)),
            }
        },
        kept_file.id,
    )


def _no_period(given: Values) -> Wrong | None:
    if given["stmt_begndate"] <= given["stmt_enddate"]:
        return None
    return Wrong("stmt_enddate（对账结束日期）早于stmt_begndate（对账开始日期）；请核对后重发")


def _rows(call: Call, given: Values) -> list[Settled]:
    """Our settlements of a period, of one clearing type, refunds or not as asked."""
    since, before = span_of(given["stmt_begndate"], given["stmt_enddate"])
    flag = given.get("refd_setl_flag")
    return [
        row
        for row in call.session.unit.settled_between(call.institution.id, since, before)
        if given["clr_type"] in (None, row.clr_type)
        and row.clearing != STRUCK
        and flag in (None, refunded(row))
    ]


def refunded(row: Settled) -> str:
    """退费结算标志: 1 for a negative settlement and for the one that it takes back."""
    return "1" if row.reverses or row.reversed_by else "0"


def _sums(call: Call, rows: Sequence[Settled]) -> dict[str, int]:
    return {
        "medfee_sumamt": sum(row.total_fen for row in rows),
        "fund_pay_sumamt": sum(_fund(call, row) for row in rows),
        "acct_pay": sum(row.acct_fen for row in rows),
        "cash_payamt": sum(row.cash_fen for row in rows),
    }


def _fund(call: Call, row: Settled) -> int:
    return call.profile.fund_sum(row.fund_fen, row.acct_fen)


def _compared(
    call: Call, theirs: Sequence[Values], ours: Mapping[str, Settled]
) -> Iterator[dict[str, Any]]:
    """Every row of the institution's with its result, then what only we have, without its ids."""
    left = dict(ours)
    for row in theirs:
        mine = left.pop(row["setl_id"], None)
        known = mine or call.session.unit.settled(call.institution.id, row["setl_id"])
        memo = _differs(call, row, mine, known)
        yield {
            **row,
            "msgid": known.msgid if known else "无",
            "stmt_rslt": "1" if memo else "0",
            "memo": memo,
        }
    for mine in left.values():
        yield {
            "psn_no": mine.person,
            "msgid": mine.msgid,
            "stmt_rslt": "1",
            "refd_setl_flag": refunded(mine),
            "memo": _only_ours(mine),
            "medfee_sumamt": mine.total_fen,
            "fund_pay_sumamt": _fund(call, mine),
            "acct_pay": mine.acct_fen,
        }


def _only_ours(mine: Settled) -> str:
    """What to do about a settlement that the institution has not got: 2601 takes back no refund."""
    if not mine.reverses:
        return "中心有、机构无；可按msgid用2601冲正"
    if mine.infno == STRUCK:
        return "中心有、机构无；清算后由2601冲正的退费，请补记，参与下次清算"
    return "中心有、机构无；退费不能冲正，请以原msgid重发撤销交易，取得应答后补记"


def _differs(call: Call, row: Values, mine: Settled | None, known: Settled | None) -> str:
    """Why a row does not balance; empty where it does."""
    if known is None:
        return "机构有、中心无"
    if mine is None:
        if known.clearing == STRUCK:
            return "中心已按2601冲正，正负两笔均不参与对账与清算"
        return "中心有此结算，但不在对账期间或清算类别内，或上传重复"
    pairs = (
        ("medfee_sumamt", "医疗费总额", mine.total_fen),
        ("fund_pay_sumamt", "基金支付总额", _fund(call, mine)),
        ("acct_pay", "个人账户支出", mine.acct_fen),
    )
    wrong = [
        f"{zh}机构{yuan(fen_of(row[name]))}、中心{yuan(fen)}"
        for name, zh, fen in pairs
        if fen_of(row[name]) != fen
    ]
    if (row["mdtrt_id"], row["psn_no"]) != (mine.visit, mine.person):
        wrong.append("就诊ID或人员编号不符")
    return "；".join(wrong)


def splits(unit: Unit, rows: Sequence[Settled]) -> Iterator[dict[str, Any]]:
    """Who paid of pooled money, row by row; the sums of a settlement are its acct_mulaid_pay."""
    for row, shown in zip(rows, nodes_again(unit, rows), strict=True):
        for part in retold(shown["setlinfo"]["exp_content"].encode())["gj_mulaid"]:
            yield {
                "setl_id": row.id,
                "msgid": row.msgid,
                "psn_no": row.person,
                "acct_pay": row.acct_fen,
                "acct_mulaid_pay": row.mulaid_fen,
                "mulaid_psn_no": part["psn_no"],
                "mulaid_purse": part["purse"],
                "mulaid_amt": fen_of(Decimal(part["amt"])),
            }


def apply(call: Call) -> Done | Wrong:
    """3203 清算申请: what is not yet in another one; the sums must be ours."""
    given = call.one()
    since, before = span_of(given["begndate"], given["enddate"])
    unit, place = call.session.unit, call.institution.id
    rows = [
        row
        for row in unit.settled_between(place, since, before)
        if row.clr_type == given["clr_type"] and not row.clearing
    ]
    ours = _sums(call, rows)
    for name, zh in (*_TOTALS, ("cash_payamt", "现金支付金额")):
        told = given["fund_appy_sum" if name == "fund_pay_sumamt" else name]
        if fen_of(told) != ours[name]:
            return Wrong(
                f"{zh}与中心不符：机构{yuan(fen_of(told))}、中心{yuan(ours[name])}；请先对账"
            )
    event = reference(call.institution.region, call.session.now)
    unit.mark_cleared(place, given["clr_type"], since, before, event)
    unit.put_clearing(
        Clearing(
            place, event, given["clr_type"], given["setlym"], call.session.at, False, kept(given)
        )
    )
    return Done({"result": {"clr_appy_evt_id": event}}, event)


def withdraw(call: Call) -> Done | Wrong:
    """3204 清算申请撤销."""
    event = call.one()["clr_appy_evt_id"]
    known = call.session.unit.clearing(call.institution.id, event)
    if known is None:
        return Wrong(f"clr_appy_evt_id（机构清算申请事件ID）不存在：{event}")
    if not known.cancelled:
        call.session.unit.mark_uncleared(known.institution, event)
        call.session.unit.put_clearing(known._replace(cancelled=True))
    return Done(about=event)
