"""费用明细: 2204, 2205, 2301, 2302. What a line is decided to be, the catalogue and the law say."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, NamedTuple

from gongji.catalogue.adjudicate import UNIT_E4, LinePart
from gongji.catalogue.item import WHOLE_BP, CatalogueList, ListClass
from gongji.catalogue.treatment import SAYS, Approval, Lack, Unclear
from gongji.desk.adjudicating import (
    Decided,
    FeeBill,
    FeeLine,
    GivenPlan,
    Shelves,
    adjudicate_for,
)
from gongji.desk.catalogue import NoEdition
from gongji.desk.national_ports import FeeRow, Visit, WireItem
from gongji.national.calling import (
    Call,
    Done,
    Known,
    care_of,
    kept_row,
    known_person,
    moment_of,
    own_visit,
    said,
)
from gongji.national.papers import Charged, said_of
from gongji.national.reading import Values, Wrong
from gongji.national.returns import Standing, left_of, signed, whole
from gongji.national.schema import codes
from gongji.national.writing import fen_of
from gongji.policy.refusal import Refusal
from gongji.policy.standing import Person
from gongji.terms import LARGEST_FEN, Care, micros

CENT = Decimal("0.01")
_ALL_BATCHES = "0000"
_WITHOUT_A_PLAN = GivenPlan(deductible_left_fen=0, ratio_bp=0)
"""How a line is treated does not depend on what the fund pays in the end."""


class Line(NamedTuple):
    """A fee line as the wire and the catalogue have it."""

    given: Values
    item: WireItem | None
    fee: FeeLine


def upload(call: Call) -> Done | Wrong:
    """2204, 2301 费用明细上传: the lines of one visit, decided one by one."""
    rows = call.rows("feedetail")
    visits = {(row["mdtrt_id"], row["psn_no"]) for row in rows}
    if len(visits) > 1:
        return Wrong("mdtrt_id（就诊ID）一次只能上传一次就诊的明细；请分次上传")
    visit = own_visit(call, rows[0])
    return visit if isinstance(visit, Wrong) else charge(call, visit, rows)


def charge(call: Call, visit: Visit, rows: Sequence[Values]) -> Done | Wrong:
    """The lines of a visit, which need not be kept yet, are decided and kept; all or none."""
    charged = call.session.unit.fees_of(visit.institution, visit.id)
    standing = Standing(said_of(row) for row in charged if not row.settled)
    items = call.session.unit.wire_items({row["med_list_codg"] for row in rows})
    lines = lines_of(call, rows, {row.sn for row in charged}, items, standing)
    if isinstance(lines, Wrong):
        return lines
    care = care_of(visit.med_type or "11")
    assert isinstance(care, Care)
    known = known_person(call, visit.person)
    assert isinstance(known, Known)
    decided = decide_lines(call, known.person, care, lines, Shelves(call.session))
    if isinstance(decided, Wrong):
        return decided
    shown = [shown_line(line, part) for line, part in zip(lines, decided.result.lines, strict=True)]
    call.session.unit.add_fees(
        [
            FeeRow(
                visit.institution,
                visit.id,
                sn_of(line.given),
                line.given.get("chrg_bchno") or "",
                "",
                fen_of(line.given["det_item_fee_sumamt"]),
                micros(moment_of(line.given["fee_ocur_time"])),
                kept_row(line.given),
                kept_row(row),
            )
            for line, row in zip(lines, shown, strict=True)
        ]
    )
    return Done({"result": shown}, visit.id)


def withdraw_outpatient(call: Call) -> Done | Wrong:
    """2205 门诊费用明细撤销: a batch, or all that is not settled for `0000`."""
    given = call.one()
    visit = own_visit(call, given)
    if isinstance(visit, Wrong):
        return visit
    batch = None if given["chrg_bchno"] == _ALL_BATCHES else given["chrg_bchno"]
    if not call.session.unit.withdraw_fees(visit.institution, visit.id, batch=batch) and batch:
        return _none_to_withdraw(call, visit.id, batch)
    return Done(about=visit.id)


def _none_to_withdraw(call: Call, visit: str, batch: str) -> Wrong:
    rows = call.session.unit.fees_of(call.institution.id, visit)
    if any(row.batch == batch for row in rows):
        return Wrong(f"chrg_bchno（收费批次号）{batch}已结算；已参与结算的明细不能撤销")
    return Wrong(f"chrg_bchno（收费批次号）{batch}没有明细；全部撤销请传0000")


def withdraw_inpatient(call: Call) -> Done | Wrong:
    """2302 住院费用明细撤销: lines of a visit, or all that is not settled for `0000`."""
    given, unit = call.rows("data"), call.session.unit
    visit = own_visit(call, given[0])
    if isinstance(visit, Wrong):
        return visit
    if any((row["mdtrt_id"], row["psn_no"]) != (visit.id, visit.person) for row in given):
        return Wrong("mdtrt_id（就诊ID）一次只能撤销同一次就诊的明细；请分次发送")
    wanted: dict[str, None] = dict.fromkeys(sn_of(row) for row in given)
    if not wanted.keys().isdisjoint((_ALL_BATCHES, "0")):
        unit.withdraw_fees(visit.institution, visit.id)
        return Done(about=visit.id)
    charged = {row.sn: row for row in unit.fees_of(visit.institution, visit.id)}
    for sn in wanted:
        if sn not in charged:
            return Wrong(f"feedetl_sn（费用明细流水号）没有这条明细：{sn}；全部撤销请传0000")
        if charged[sn].settled:
            return Wrong(f"feedetl_sn（费用明细流水号）{sn}已结算；已参与结算的明细不能撤销")
    for sn in wanted:
        unit.withdraw_fees(visit.institution, visit.id, sn=sn)
    return Done(about=visit.id)


# ── Lines ────────────────────────────────────────────────────────────────────────────────────────


def lines_of(
    call: Call,
    rows: Sequence[Values],
    known: set[str],
    items: Mapping[str, WireItem],
    standing: Standing | None = None,
) -> list[Line] | Wrong:
    """The lines as the catalogue will look them up, each sum held against price and count.
    `standing` is what a return may take back from; without it nothing may be."""
    seen = set(known)
    found = []
    for number, row in enumerate(rows, start=1):
        sn = sn_of(row)
        if sn in seen:
            return Wrong(f"第{number}行feedetl_sn（费用明细流水号）重复：{sn}；同一次就诊内须唯一")
        seen.add(sn)
        wrong = _wrong_numbers(call, row, returns=standing is not None)
        if wrong is None and standing is not None:
            wrong = standing.take(row)
        if wrong is not None:
            return Wrong(f"第{number}行{wrong}")
        item = items.get(row["med_list_codg"])
        found.append(Line(row, item, _fee_line(row, item)))
    return found


def sn_of(row: Values) -> str:
    """费用明细流水号, as it was sent."""
    return str(row["feedetl_sn"])


def _wrong_numbers(call: Call, row: Values, *, returns: bool) -> str | None:
    sn, total, count = sn_of(row), row["det_item_fee_sumamt"], row["cnt"]
    digits = sn.isascii() and sn.isdigit()
    if call.profile.single_digit_lines and not (digits and len(sn) <= _MOST_DIGITS):
        return f"feedetl_sn（费用明细流水号）须为数字，至多{_MOST_DIGITS}位"
    if digits and int(sn) == 0:
        return "feedetl_sn（费用明细流水号）须大于0"
    if count == 0 or row["pric"] < 0 or (total < 0 and count > 0) or (total > 0 and count < 0):
        return "cnt（数量）不得为0，单价不得为负；退费明细的数量与金额均为负、单价为正"
    if count < 0 and not returns:
        return "cnt（数量）须大于0；药店退费请撤销结算（2103）"
    if fen_of(abs(total)) > LARGEST_FEN:
        return "det_item_fee_sumamt（明细项目费用总额）过大；请核对金额"
    if abs((row["pric"] * count).quantize(CENT, ROUND_HALF_UP) - total) > CENT:
        return f"det_item_fee_sumamt（明细项目费用总额）{total}不等于单价乘数量"
    return None


_MOST_DIGITS = 15


def _fee_line(row: Values, item: WireItem | None) -> FeeLine:
    """Without an item of that code the name is the code, which no catalogue lists."""
    count, total = whole(row)
    return FeeLine(
        name=item.name if item else row["med_list_codg"],
        total_fen=fen_of(total),
        count_e4=int(count * UNIT_E4),
        form=(item.form or None) if item else None,
        spec=item.spec if item else "",
        list=_LISTS[item.list] if item else CatalogueList.DRUG,
        approval=_approval(row.get("hosp_appr_flag") or "0"),
    )


_LISTS = {one.value: one for one in CatalogueList}


@cache
def _approval(flag: str) -> Approval:
    return Approval(codes()["approval"][flag])


def decide_lines(
    call: Call,
    person: Person,
    care: Care,
    lines: Sequence[Line],
    shelves: Shelves,
    *,
    plan: GivenPlan | None = _WITHOUT_A_PLAN,
    deductible_used_fen: int = 0,
    retired: bool = False,
) -> Decided | Wrong:
    """Through the catalogue and the law; `plan` None asks for the region's own."""
    asked = FeeBill(
        patient=person.id,
        institution=call.institution.id,
        lines=tuple(line.fee for line in lines),
        care=care,
        retired=retired,
        deductible_used_fen=deductible_used_fen,
        plan=plan,
    )
    try:
        decided = adjudicate_for(call.session, person, call.institution, asked, shelves)
    except NoEdition as missing:
        return Wrong(f"{missing.day}没有可用的医保目录（{missing.which}）；请经办机构先导入目录")
    if isinstance(decided, Refusal):
        return said(decided)
    return unclear(decided, lines) if isinstance(decided, Unclear) else decided


def unclear(found: Unclear, lines: Sequence[Line]) -> Wrong:
    """What is not configured, and at which line; nothing is guessed."""
    where = ""
    if found.line is not None:
        given = lines[found.line - 1].given
        where = f"第{found.line}行{given['med_list_codg']}"
    choices = f"：{'、'.join(found.choices[:5])}" if found.choices else ""
    name = f"（{found.name}）" if found.name else ""
    return Wrong(f"{where}{_LACKS[found.lack]}{choices}{name}")


_LACKS: Mapping[Lack, str] = {
    Lack.FORM: "med_list_codg对应多个剂型且待遇不同，请经办机构在编码表中写明剂型",
    Lack.SPEC: "med_list_codg对应多个支付标准，请经办机构在编码表中写明规格",
    Lack.SHARE: "参保地没有配置先行自付比例，不能裁定",
    Lack.PLAN: "参保地没有配置此类就医的起付线与支付比例，不能结算",
    Lack.AGE: "待遇与年龄有关，而参保登记没有出生日期",
    Lack.LEVEL: "待遇与机构等级有关，而机构登记没有等级；请经办机构补登等级后重发",
}


def charge_level(listed: ListClass | None) -> str:
    """收费项目等级 (chrgitm_lv): 01 for class A, 02 for class B, 03 for whatever has neither."""
    return _CHARGE_LEVELS.get(listed, "03") if listed else "03"


_CHARGE_LEVELS = {ListClass.A: "01", ListClass.B: "02"}


def shown_line(line: Line, part: LinePart) -> dict[str, Any]:
    """明细分割 of one line, as 2204 and 2101 print it."""
    treatment, given = part.treatment, line.given
    ceiling = treatment.ceiling_fen
    shown = {
        "feedetl_sn": sn_of(given),
        "det_item_fee_sumamt": given["det_item_fee_sumamt"],
        "cnt": given["cnt"],
        "pric": given["pric"],
        "pric_uplmt_amt": None if ceiling is None else Decimal(ceiling).scaleb(-2),
        "selfpay_prop": Decimal(treatment.share_bp if treatment.covered else WHOLE_BP) / WHOLE_BP,
        "fulamt_ownpay_amt": part.own_whole_fen,
        "overlmt_amt": part.over_ceiling_fen,
        "preselfpay_amt": part.paid_first_fen,
        "inscp_scp_amt": part.entering_fen,
        "chrgitm_lv": charge_level(treatment.listed),
        "med_chrgitm_type": line.item.charge_type if line.item else "14",
        "lmt_used_flag": "1" if treatment.restricted else "0",
        "memo": SAYS[treatment.why][0],
        "hosp_part_amt": 0,
    }
    return signed(given, shown, _SUMS)


_SUMS = ("fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")


def lines_again(charged: Sequence[Charged], items: Mapping[str, WireItem]) -> list[Line] | Wrong:
    """Lines that were uploaded before, to be decided together as one bill."""
    given = [one.given for one in charged]
    left = left_of(given) if any(row["cnt"] < 0 for row in given) else given
    if isinstance(left, Wrong):
        return left
    found = ((row, items.get(row["med_list_codg"])) for row in left)
    return [Line(row, item, _fee_line(row, item)) for row, item in found]
