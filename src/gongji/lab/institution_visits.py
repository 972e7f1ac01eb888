"""就诊: what one patient's visit sends, step by step: at the window, at a pharmacy, on a ward."""

import random
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gongji.lab.institution import Answer, stamp
from gongji.lab.institution_window import Known, Shelf, Window
from gongji.terms import region_of

_OUTSIDE = "D99010000001"  # a code that no catalogue has
_FLAGS = ("2", "2", "2", "1", "0")  # how often which acct_used_flag is sent


def at_window(window: Window, rng: random.Random, known: Known) -> None:
    """门诊: 2201, 2203, 2204, 2206, 2207; some leave unseen (2202), some lines are withdrawn."""
    number = window.number("MZ")
    seen = {"dept_code": "01", "dept_name": "内科", "caty": "A03", "dr_name": "周医生"}
    seen |= {"atddr_no": "D000000000001", "ipt_otp_no": number, "begntime": stamp()}
    registered = window.act(rng, "2201", known, data={**known.credential, **seen})
    visit = registered.output["data"]["mdtrt_id"]
    ids = {"mdtrt_id": visit, "psn_no": known.psn_no}
    if rng.random() < 0.05:
        window.act(rng, "2202", known, data={**ids, "ipt_otp_no": number})
        return
    told = {**ids, "med_type": "11", "begntime": stamp(), "main_cond_dscr": "咳嗽"}
    told |= {"dise_codg": "J06.900", "dise_name": "急性上呼吸道感染"}
    window.act(rng, "2203", known, mdtrtinfo=told, diseinfo=[diagnosis(ids)])
    batch = window.number("B")
    lines = fee_lines(window.shelf, rng, ids, chrg_bchno=batch, rx_circ_flag="0")
    window.act(rng, "2204", known, feedetail=lines)
    if rng.random() < 0.1:
        window.act(rng, "2205", known, data={**ids, "chrg_bchno": batch})
        window.act(rng, "2204", known, feedetail=lines)
    bill = {**known.credential, "mdtrt_id": visit, "chrg_bchno": batch, "med_type": "11"}
    bill |= {"psn_setlway": "01", "medfee_sumamt": total_of(lines)}
    bill["acct_used_flag"] = rng.choice(_FLAGS)
    trial = window.ask("2206", known.place, data=bill)
    window.settle(rng, "2207", known, trial, data={**bill, **parts_of(trial)})


def at_pharmacy(window: Window, rng: random.Random, known: Known) -> None:
    """药店: 2101, 2102."""
    lines = [
        {name: line[name] for name in line if not name.startswith("bilg_dept")}
        for line in fee_lines(window.shelf, rng, {}, services=False, rx_circ_flag="0")
    ]
    sold = {**known.credential, "begntime": stamp(), "medfee_sumamt": total_of(lines)}
    sold |= {"acct_used_flag": rng.choice(_FLAGS), "med_type": "41"}
    trial = window.ask("2101", known.place, druginfo=sold, drugdetail=lines)
    sold["invono"] = window.number("F")
    window.settle(rng, "2102", known, trial, druginfo=sold, drugdetail=lines)


def on_ward(window: Window, rng: random.Random, known: Known) -> None:
    """住院: 2401, 2301 day by day, 2302, 2303, 2402, 2304."""
    places = {"insuplc_admdvs": known.place, "mdtrtarea_admvs": region_of(window.code)}
    person = {**known.credential, **places}
    told = {**person, "cert_type": "01", "begntime": stamp(), "med_type": "2101"}
    told |= {"ipt_no": window.number("ZY"), "atddr_no": "D000000000001", "chfpdr_name": "周医生"}
    told |= {"adm_diag_dscr": "肺炎", "adm_dept_codg": "02", "adm_dept_name": "呼吸科"}
    told |= {"adm_bed": "8", "dscg_maindiag_code": "J18.900", "dscg_maindiag_name": "肺炎"}
    first = [diagnosis({"psn_no": known.psn_no, "mdtrt_id": "0"}, "肺炎", "J18.900")]
    visit = window.act(rng, "2401", known, mdtrtinfo=told, diseinfo=first).output["result"]
    ids = {"mdtrt_id": visit["mdtrt_id"], "psn_no": known.psn_no}
    lines: list[dict[str, Any]] = []
    for day in range(rng.randrange(1, 5)):
        more = fee_lines(window.shelf, rng, ids, first=1 + 20 * day, dear=4, med_type="2101")
        window.act(rng, "2301", known, feedetail=more)
        lines += more
    if len(lines) > 1 and rng.random() < 0.3:
        gone = lines.pop(rng.randrange(len(lines)))
        window.act(rng, "2302", known, data={**ids, "feedetl_sn": gone["feedetl_sn"]})
    bill = {**person, "mdtrt_id": visit["mdtrt_id"], "medfee_sumamt": total_of(lines)}
    bill |= {"psn_setlway": "01", "mid_setl_flag": "0", "acct_used_flag": rng.choice(_FLAGS)}
    trial = window.ask("2303", known.place, data=bill)
    left = {**ids, "insutype": known.insutype, "endtime": stamp(), "dscg_dept_codg": "02"}
    left |= {"dscg_dept_name": "呼吸科", "dscg_way": "1"}
    last = [diagnosis(ids, "肺炎", "J18.900")]
    window.act(rng, "2402", known, dscginfo=left, diseinfo=last)
    window.settle(rng, "2304", known, trial, data={**bill, **parts_of(trial)})


def fee_lines(
    shelf: Shelf,
    rng: random.Random,
    ids: Mapping[str, str],
    *,
    first: int = 1,
    dear: int = 1,
    services: bool = True,
    **more: str,
) -> list[dict[str, Any]]:
    """A few lines: mostly drugs, with `services` one service, some outside the catalogue."""
    codes = [rng.choice(shelf.drugs) for _ in range(rng.randrange(1, 5))]
    codes += [rng.choice(shelf.services)] if services else []
    codes += [_OUTSIDE] if rng.random() < 0.2 else []
    return [_line(rng, first + n, code, dear, ids, more) for n, code in enumerate(codes)]


def _line(
    rng: random.Random,
    sn: int,
    code: str,
    dear: int,
    ids: Mapping[str, str],
    more: Mapping[str, str],
) -> dict[str, Any]:
    """Unit price with up to four decimals; the line's total is rounded half up."""
    price = Decimal(rng.randrange(1_0000, 90_0000 * dear)).scaleb(-4)
    count = Decimal(rng.randrange(1, 4))
    total = (price * count).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return {
        **ids,
        **more,
        "feedetl_sn": str(sn),
        "fee_ocur_time": stamp(),
        "med_list_codg": code,
        "medins_list_codg": code[-20:],
        "det_item_fee_sumamt": str(total),
        "cnt": str(count),
        "pric": str(price),
        "bilg_dept_codg": "01",
        "bilg_dept_name": "内科",
        "bilg_dr_codg": "D000000000001",
        "bilg_dr_name": "周医生",
        "hosp_appr_flag": "1",
    }


def diagnosis(
    ids: Mapping[str, str], name: str = "急性上呼吸道感染", code: str = "J06.900"
) -> dict[str, Any]:
    """A row of diseinfo, with the fields of every table that has one."""
    return {
        **ids,
        "diag_type": "1",
        "maindiag_flag": "1",
        "diag_srt_no": "1",
        "diag_code": code,
        "diag_name": name,
        "diag_dept": "01",
        "dise_dor_no": "D000000000001",
        "dise_dor_name": "周医生",
        "diag_time": stamp(),
        "vali_flag": "1",
    }


def total_of(lines: Sequence[Mapping[str, Any]]) -> str:
    """medfee_sumamt."""
    return str(sum(Decimal(line["det_item_fee_sumamt"]) for line in lines))


def parts_of(trial: Answer) -> dict[str, str]:
    """The four parts that a settlement repeats from its trial."""
    names = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
    return {name: str(trial.info[name]) for name in names}
