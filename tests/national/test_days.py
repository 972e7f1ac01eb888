"""A day's sequence at a hospital's window, on a ward and at a pharmacy, a pooled member in each."""

import io
import zipfile
from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest

from national.windows import (
    ALONE,
    AMOXICILLIN,
    BED,
    CEFDINIR,
    CHILD,
    CLINIC,
    CONSULTATION,
    HOSPITAL,
    MEMBER,
    OUTSIDE,
    PHARMACY,
    SPONSOR,
    Answer,
    Sandbox,
    Window,
    holds,
    psn_no,
)


@pytest.fixture
def box() -> Sandbox:
    """A sandbox of one's own."""
    return Sandbox()


def yuan(text: str) -> Decimal:
    """A sum as it stands on the wire."""
    return Decimal(text)


def purchase(
    window: Window, number: str, *lines: tuple[str, str], flag: str = "2", **more: Any
) -> dict[str, Any]:
    """The input of 2101 and 2102."""
    now = f"{window.box.now:%Y-%m-%d %H:%M:%S}"
    total = sum(Decimal(amount) for _, amount in lines)
    return {
        "druginfo": {
            "psn_no": psn_no(number),
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": number,
            "begntime": now,
            "medfee_sumamt": str(total),
            "insutype": "310",
            "acct_used_flag": flag,
            "med_type": "41",
            **more,
        },
        "drugdetail": [
            {
                "feedetl_sn": n,
                "rx_circ_flag": "0",
                "fee_ocur_time": now,
                "med_list_codg": code,
                "medins_list_codg": "LOCAL",
                "det_item_fee_sumamt": amount,
                "cnt": "1",
                "pric": amount,
            }
            for n, (code, amount) in enumerate(lines, start=1)
        ],
    }


def test_the_worked_example(box: Sandbox) -> None:
    """Fee 100, of which 5 are outside the catalogue; 20 of her own, 75 from the pool, 5 in cash."""
    window = Window(box)
    visit = window.register(MEMBER)
    window.charge(visit, MEMBER, (AMOXICILLIN, "95.00"), (OUTSIDE, "5.00"))
    settled = window.send("2207", data=window.bill(visit, MEMBER, "100.00"))
    info = settled.info
    wanted = {"psn_part_amt": "100.00", "acct_pay": "95.00", "acct_mulaid_pay": "75.00"}
    wanted |= {"psn_cash_pay": "5.00", "balc": "0.00", "fulamt_ownpay_amt": "5.00"}
    assert {name: str(info[name]) for name in wanted} == wanted
    holds(info)
    assert (box.balance(MEMBER), box.balance(SPONSOR)) == (0, 925_00)

    back = window.back("2208", settled).info
    assert (back["acct_pay"], back["acct_mulaid_pay"]) == (yuan("-95.00"), yuan("-75.00"))
    assert back["pdn_cash_pay"] == yuan("-5.00")
    assert "psn_cash_pay" not in back
    holds(back, cash="pdn_cash_pay")
    assert (box.balance(MEMBER), box.balance(SPONSOR)) == (20_00, 1_000_00)
    box.proof()


def test_a_trial_says_what_the_settlement_will_say(box: Sandbox) -> None:
    """2206 equals 2207 in everything but the ids; 2206 twice changes nothing."""
    window = Window(box, CLINIC)
    visit = window.register(CHILD, "390")
    window.charge(visit, CHILD, (CEFDINIR, "900.00"), (CONSULTATION, "22.50"))
    asked = window.bill(visit, CHILD, "922.50", insutype="390")
    trials = [window.send("2206", data=asked).info for _ in range(2)]
    settled = window.send("2207", data=asked).info
    holds(settled)
    for trial in trials:
        own = {"setl_id", "medins_setl_id"}
        assert {k: v for k, v in settled.items() if k not in own} == {
            k: v for k, v in trial.items() if k not in own
        }
    # 90.00 first share; of 832.50 in scope 300 deductible, then 70 %.
    assert settled["preselfpay_amt"] == yuan("90.00")
    assert settled["fund_pay_sumamt"] == yuan("372.75")
    assert settled["acct_mulaid_pay"] == yuan("549.75")
    box.proof()


def test_a_second_bill_of_the_year_finds_the_deductible_used(box: Sandbox) -> None:
    """And a cancelled one gives it back."""
    window = Window(box, CLINIC)
    paid = []
    for n, total in enumerate(("500.00", "100.00", "100.00"), start=1):
        visit = window.register(ALONE)
        window.charge(visit, ALONE, (AMOXICILLIN, total))
        settled = window.send("2207", data=window.bill(visit, ALONE, total, "1"))
        paid.append(settled)
        if n == 2:
            window.back("2208", paid[0])
    assert [one.info["fund_pay_sumamt"] for one in paid] == [yuan("0"), yuan("80"), yuan("0")]
    cumulated = window.send("5206", data={"psn_no": psn_no(ALONE)}).output["cuminfo"]
    sums = {row["cum_type_code"]: row["cum"] for row in cumulated}
    assert sums["dedc"] == yuan("100.00")
    assert sums["fund"] == yuan("80.00")


@pytest.mark.parametrize(
    ("flag", "own", "pooled", "cash"),
    [("0", "0", "0", "100"), ("1", "20", "0", "80"), ("2", "20", "80", "0")],
)
def test_the_account_flag(box: Sandbox, flag: str, own: str, pooled: str, cash: str) -> None:
    """0 no account, 1 the own one, 2 the own one and then the pool."""
    window = Window(box)
    visit = window.register(MEMBER)
    window.charge(visit, MEMBER, (AMOXICILLIN, "100.00"))
    info = window.send("2207", data=window.bill(visit, MEMBER, "100.00", flag)).info
    holds(info)
    assert info["acct_pay"] == yuan(own) + yuan(pooled)
    assert info["acct_mulaid_pay"] == yuan(pooled)
    assert info["psn_cash_pay"] == yuan(cash)


def admitted(window: Window, number: str, med_type: str = "2101", **more: Any) -> str:
    """2401; the visit."""
    now = f"{window.box.now:%Y-%m-%d %H:%M:%S}"
    mdtrtinfo = {
        "psn_no": psn_no(number), "insutype": "310", "begntime": now, "mdtrt_cert_type": "02",
        "mdtrt_cert_no": number, "med_type": med_type, "ipt_no": "ZY1", "atddr_no": "D1",
        "chfpdr_name": "周医生", "adm_diag_dscr": "肺炎", "adm_dept_codg": "02",
        "adm_dept_name": "呼吸科", "adm_bed": "8", "dscg_maindiag_code": "J18.900",
        "dscg_maindiag_name": "肺炎", **more,
    }  # fmt: skip
    visit: str = window.send("2401", mdtrtinfo=mdtrtinfo, diseinfo=[diagnosis(now)]).output[
        "result"
    ]["mdtrt_id"]
    return visit


def diagnosis(now: str) -> dict[str, Any]:
    """A row of diseinfo, for every table that has it."""
    return {
        "diag_type": "1", "diag_srt_no": 1, "diag_code": "J18.900", "diag_name": "肺炎",
        "diag_dept": "02", "dise_dor_no": "D1", "dise_dor_name": "周医生", "diag_time": now,
        "vali_flag": "1", "maindiag_flag": "1", "psn_no": "x", "mdtrt_id": "x",
    }  # fmt: skip


def ward_bill(visit: str, number: str, total: str) -> dict[str, Any]:
    """The data of 2303 and 2304."""
    return {
        "psn_no": psn_no(number), "mdtrt_cert_type": "02", "mdtrt_cert_no": number,
        "medfee_sumamt": total, "psn_setlway": "01", "mdtrt_id": visit, "insutype": "310",
        "acct_used_flag": "2", "mid_setl_flag": "0",
    }  # fmt: skip


def test_a_stay_from_admission_to_discharge(box: Sandbox) -> None:
    """2401, 2301, 2303, 2402, 2304, 2305: own money first, then the pool, the rest in cash."""
    ward = Window(box)
    visit = admitted(ward, MEMBER)
    now = f"{box.now:%Y-%m-%d %H:%M:%S}"
    rows = [
        {
            "feedetl_sn": n, "mdtrt_id": visit, "psn_no": psn_no(MEMBER), "med_type": "2101",
            "fee_ocur_time": now, "med_list_codg": code, "medins_list_codg": "L", "cnt": 1,
            "det_item_fee_sumamt": amount, "pric": amount, "bilg_dept_codg": "02",
            "bilg_dept_name": "呼吸科", "bilg_dr_codg": "D1", "bilg_dr_name": "周医生",
        }
        for n, (code, amount) in enumerate([(BED, "6000.00"), (CEFDINIR, "1000.00"), (BED, "1.00")], 1)
    ]  # fmt: skip
    assert len(ward.send("2301", feedetail=rows).output["result"]) == 3
    gone = {"feedetl_sn": "3", "mdtrt_id": visit, "psn_no": psn_no(MEMBER)}
    assert ward.send("2302", data=gone).good
    trial = ward.send("2303", data=ward_bill(visit, MEMBER, "7000.00")).info
    dscginfo = {
        "mdtrt_id": visit, "psn_no": psn_no(MEMBER), "insutype": "310",
        "endtime": f"{box.later(days=5):%Y-%m-%d %H:%M:%S}", "dscg_dept_codg": "02",
        "dscg_dept_name": "呼吸科", "dscg_way": "1",
    }  # fmt: skip
    assert ward.send("2402", dscginfo=dscginfo, diseinfo=[diagnosis(now)]).good
    settled = ward.send("2304", data=ward_bill(visit, MEMBER, "7000.00"))
    info = settled.info
    holds(info)
    assert info["acct_mulaid_pay"] == trial["acct_mulaid_pay"]
    # 6900 in scope less 1000, of which 85 %; the rest 1985: 20 own, 1000 pooled, 965 in cash.
    assert info["fund_pay_sumamt"] == yuan("5015.00")
    assert (info["acct_pay"], info["acct_mulaid_pay"]) == (yuan("1020"), yuan("1000"))
    assert info["psn_cash_pay"] == yuan("965.00")
    assert info["clr_type"] == "21"
    back = ward.back("2305", settled)
    assert back.output["setlinfo"]["medfee_sumamt"] == yuan("-7000")
    assert (box.balance(MEMBER), box.balance(SPONSOR)) == (20_00, 1_000_00)
    box.proof()


def test_a_bed_at_home_is_a_stay_by_the_outpatient_plan(box: Sandbox) -> None:
    """家庭病床 (71): admitted by 2401 and settled by 2304, under a clearing type of its own."""
    ward = Window(box)
    visit = admitted(ward, MEMBER, "71")
    row = {
        "feedetl_sn": 1, "mdtrt_id": visit, "psn_no": psn_no(MEMBER), "med_type": "71",
        "fee_ocur_time": f"{box.now:%Y-%m-%d %H:%M:%S}", "med_list_codg": BED, "cnt": 1,
        "medins_list_codg": "L", "det_item_fee_sumamt": "100.00", "pric": "100.00",
        "bilg_dept_codg": "02", "bilg_dept_name": "全科", "bilg_dr_codg": "D1",
        "bilg_dr_name": "周医生",
    }  # fmt: skip
    assert ward.send("2301", feedetail=[row]).good
    settled = ward.send("2304", data=ward_bill(visit, MEMBER, "100.00"))
    holds(settled.info)
    assert (settled.info["med_type"], settled.info["clr_type"]) == ("71", "99")
    box.proof()


def test_a_pharmacy_sells_and_takes_back(box: Sandbox) -> None:
    """2101, 2102, 2103: the fund pays nothing there; what is outside the catalogue is cash."""
    shop = Window(box, PHARMACY)
    bought = purchase(shop, MEMBER, (AMOXICILLIN, "48.00"), (CEFDINIR, "20.00"), (OUTSIDE, "9.90"))
    trial = shop.send("2101", **bought)
    settled = shop.send("2102", **bought)
    info = settled.info
    holds(info)
    assert info["fund_pay_sumamt"] == 0
    assert (info["acct_pay"], info["acct_mulaid_pay"]) == (yuan("68.00"), yuan("48.00"))
    assert info["psn_cash_pay"] == yuan("9.90")
    assert trial.info["acct_mulaid_pay"] == info["acct_mulaid_pay"]
    assert [row["preselfpay_amt"] for row in settled.output["detlcutinfo"]] == [0, 2, 0]
    back = shop.back("2103", settled)
    assert back.info["acct_mulaid_pay"] == yuan("-48.00")
    again = shop.back("2103", settled)
    assert "已撤销" in again.says
    assert (box.balance(MEMBER), box.balance(SPONSOR)) == (20_00, 1_000_00)
    box.proof()


# ── The end of the day ───────────────────────────────────────────────────────────────────────────


def sold(shop: Window, total: str, number: str = MEMBER) -> Answer:
    """One sale."""
    found = shop.send("2102", **purchase(shop, number, (AMOXICILLIN, total)))
    assert found.good, found.says
    return found


def totals(shop: Window, fee: str, acct: str, count: int, **more: Any) -> dict[str, Any]:
    """The data of 3201."""
    day = f"{shop.box.now:%Y-%m-%d}"
    return {
        "insutype": "310", "clr_type": "41", "setl_optins": "990000", "stmt_begndate": day,
        "stmt_enddate": day, "medfee_sumamt": fee, "fund_pay_sumamt": "0", "acct_pay": acct,
        "fixmedins_setl_cnt": count, **more,
    }  # fmt: skip


def test_the_day_is_reconciled(box: Sandbox) -> None:
    """3201 balances; where it does not, 3202 says which, why, and under which msgid."""
    shop = Window(box, PHARMACY)
    first, second, third = (sold(shop, total) for total in ("30.00", "40.00", "50.00"))
    back = shop.back("2103", second)
    good = shop.send("3201", data=totals(shop, "80.00", "80.00", 4)).output["stmtinfo"]
    assert good["stmt_rslt"] == "0"
    bad = shop.send("3201", data=totals(shop, "30.00", "30.00", 1)).output["stmtinfo"]
    assert bad["stmt_rslt"] == "1"
    assert "医疗费总额机构30.00、中心80.00" in bad["stmt_rslt_dscr"]

    def row(one: Answer, fee: str, flag: str) -> str:
        info = one.info
        return "\t".join([info["setl_id"], info["mdtrt_id"], psn_no(MEMBER), fee, "0", fee, flag])

    text = "\n".join(
        [
            row(first, "30.00", "0"),
            row(second, "41.00", "1"),
            row(back, "-40.00", "1"),
            "\t".join(["nothing", "nothing", psn_no(MEMBER), "7", "0", "7", "0"]),
        ]
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("detail.txt", text)
    sent = {
        "in": b64encode(packed.getvalue()).decode(), "filename": "d.zip", "fixmedins_code": PHARMACY,
    }  # fmt: skip
    uploaded = shop.send("9101", fsUploadIn=sent).output
    lines = {k: v for k, v in totals(shop, "38.00", "38.00", 4).items() if k != "acct_pay"}
    lines |= {"file_qury_no": uploaded["file_qury_no"], "cash_payamt": "0"}
    found = shop.send("3202", data=lines).output["fileinfo"]
    asked = {"file_qury_no": found["file_qury_no"], "filename": "x", "fixmedins_code": PHARMACY}
    with zipfile.ZipFile(io.BytesIO(shop.send("9102", fsDownloadIn=asked).body)) as archive:
        result, split = (archive.read(name).decode() for name in archive.namelist())
    rows = [line.split("\t") for line in result.splitlines()]
    assert [row[4] for row in rows] == ["0", "1", "0", "1", "1"]
    assert "机构41.00、中心40.00" in rows[1][6]
    assert rows[3][6] == "机构有、中心无"
    only_ours = rows[4]
    assert only_ours[1:3] == ["null", "null"]
    assert only_ours[3] == third.info["medins_setl_id"]
    # The sponsor's part of each settlement, refunds below zero; together what the pool has paid.
    parts = [line.split("\t") for line in split.splitlines()]
    assert sum(Decimal(part[-1]) for part in parts) == yuan("60.00")
    assert {part[5] for part in parts} == {psn_no(SPONSOR)}


def application(shop: Window, fee: str) -> dict[str, Any]:
    """The data of 3203."""
    return {
        "clr_type": "41", "clr_way": "1", "setlym": "202603", "psntime": 1, "medfee_sumamt": fee,
        "med_sumfee": fee, "fund_appy_sum": "0", "cash_payamt": "0", "acct_pay": fee,
        "begndate": "2026-03-01", "enddate": "2026-03-31",
    }  # fmt: skip


def test_what_is_cancelled_after_clearing_goes_into_the_next_one(box: Sandbox) -> None:
    """3203 takes what is there; the refund's negative amounts are the next application's."""
    shop = Window(box, PHARMACY)
    sale = sold(shop, "60.00")
    wrong = shop.send("3203", data=application(shop, "61.00"))
    assert "医疗费总额与中心不符" in wrong.says
    event = shop.send("3203", data=application(shop, "60.00")).output["result"]["clr_appy_evt_id"]
    box.later(days=1)
    assert shop.back("2103", sale).good
    again = shop.send("3203", data=application(shop, "-60.00"))
    assert again.good, again.says
    assert shop.send("3204", data={"clr_appy_evt_id": event}).good
    assert shop.send("3203", data=application(shop, "60.00")).good
    other = Window(box, HOSPITAL).send("3204", data={"clr_appy_evt_id": event})
    assert "不存在" in other.says


def test_what_2601_took_back_is_in_nobody_s_books(box: Sandbox) -> None:
    """The institution has seen neither settlement nor negative; after clearing it is otherwise."""
    shop = Window(box, PHARMACY)
    msgid = shop.msgid()
    assert shop.send("2102", msgid, **purchase(shop, MEMBER, (AMOXICILLIN, "30.00"))).good
    lost = {"psn_no": psn_no(MEMBER), "omsgid": msgid, "oinfno": "2102"}
    unseen = shop.send("3201", data=totals(shop, "0", "0", 0)).output["stmtinfo"]
    assert unseen["stmt_rslt"] == "1"
    assert shop.send("2601", data=lost).good
    settled = shop.send("3201", data=totals(shop, "0", "0", 0)).output["stmtinfo"]
    assert settled["stmt_rslt"] == "0"

    late = shop.msgid()
    assert shop.send("2102", late, **purchase(shop, MEMBER, (AMOXICILLIN, "40.00"))).good
    assert shop.send("3203", data=application(shop, "40.00")).good
    assert shop.send("2601", data={**lost, "omsgid": late}).good
    assert shop.send("3203", data=application(shop, "-40.00")).good
