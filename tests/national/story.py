"""One day in which every transaction comes up once: the examples of the reference page.

`python -m national.story` (from tests/) writes the page anew.
"""

import json
import re
from base64 import b64encode
from decimal import Decimal
from pathlib import Path
from typing import Any

from gongji.lab import sandbox
from gongji.national.exchange import READS
from gongji.national.schema import transactions
from national.test_days import admitted, application, diagnosis, purchase, totals, ward_bill
from national.windows import (
    AMOXICILLIN,
    BED,
    HOSPITAL,
    MEMBER,
    OUTSIDE,
    PHARMACY,
    Sandbox,
    Window,
    psn_no,
    registration,
)

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "national-interface.md"

Example = tuple[str, dict[str, Any], Any]
"""A transaction, its input, and the output of its answer."""


class _Teller:
    """Sends, and keeps what was sent and what came."""

    def __init__(self, window: Window, examples: list[Example]) -> None:
        self.window, self._examples = window, examples

    def __call__(self, infno: str, **nodes: Any) -> Any:
        answer = self.window.send(infno, **nodes)
        if infno == "9102":
            output: Any = "（文件字节流，不是JSON）"
        else:
            output = answer.output
        if infno not in {known for known, _, _ in self._examples}:
            self._examples.append((infno, nodes, output))
        return output


def examples() -> list[Example]:
    """Every transaction, in the order of the day."""
    box = Sandbox()
    return day(Window(box), Window(box, PHARMACY))


def day(desk: Window, shop: Window) -> list[Example]:
    """The day at these two windows."""
    found: list[Example] = []
    hospital, pharmacy = _Teller(desk, found), _Teller(shop, found)
    _in_the_morning(hospital)
    _at_the_window(hospital, desk)
    _on_the_ward(hospital, desk)
    _on_the_phone(hospital, desk)
    _at_the_pharmacy(pharmacy, shop)
    _in_the_evening(pharmacy, shop)
    assert {infno for infno, _, _ in found} == set(transactions()) - {"request"}
    return sorted(found, key=lambda example: (len(example[0]), example[0]))


def _in_the_morning(send: _Teller) -> None:
    signed = send(
        "9001", signIn={"opter_no": "0001", "mac": "00-00-5E-00-53-01", "ip": "192.0.2.1"}
    )
    number = signed["signinoutb"]["sign_no"]
    send("9002", signOut={"sign_no": number, "opter_no": "0001"})
    guest = sandbox.GUESTS[0]
    send(
        "1101",
        data={
            "mdtrt_cert_type": "02", "mdtrt_cert_no": MEMBER, "psn_cert_type": "01",
            "certno": MEMBER, "psn_name": guest.name,
        },
    )  # fmt: skip
    send("1201", medinsinfo={"fixmedins_type": "1", "fixmedins_code": HOSPITAL})
    send("1901", data={"type": "acct_used_flag"})
    page = {"updt_time": "2026-01-01", "page_num": 1, "page_size": 10}
    for infno in ("1312", "1319"):
        send(infno, data={"hilist_code": AMOXICILLIN, **page})
    send("1318", data={"hilist_code": OUTSIDE, **page})
    send(
        "2001",
        data={
            "psn_no": psn_no(MEMBER), "insutype": "310", "fixmedins_code": HOSPITAL,
            "med_type": "11", "begntime": "2026-03-02 09:00:00",
        },
    )  # fmt: skip


def _at_the_window(send: _Teller, desk: Window) -> None:
    now = f"{desk.box.now:%Y-%m-%d %H:%M:%S}"
    gone = send("2201", data=registration(MEMBER, desk.box.now))["data"]["mdtrt_id"]
    send("2202", data={"psn_no": psn_no(MEMBER), "mdtrt_id": gone, "ipt_otp_no": "MZ0001"})
    visit = desk.register(MEMBER)
    named = {"mdtrt_id": visit, "psn_no": psn_no(MEMBER)}
    told = {**named, "med_type": "11", "begntime": now, "dise_codg": "J18.900", "dise_name": "肺炎"}
    send("2203", mdtrtinfo=told, diseinfo=[_plain(diagnosis(now))])
    send("2203A", mdtrtinfo=told, diseinfo=[_plain(diagnosis(now))])
    rows = [
        {
            "feedetl_sn": n, **named, "chrg_bchno": "B1", "rx_circ_flag": "0",
            "fee_ocur_time": now, "med_list_codg": code, "medins_list_codg": "LOCAL1",
            "det_item_fee_sumamt": total, "cnt": 1, "pric": total, "bilg_dept_codg": "01",
            "bilg_dept_name": "内科", "bilg_dr_codg": "D1", "bilg_dr_name": "周医生",
            "hosp_appr_flag": "0",
        }
        for n, (code, total) in enumerate([(AMOXICILLIN, "95.00"), (OUTSIDE, "5.00")], start=1)
    ]  # fmt: skip
    send("2204", feedetail=rows)
    send("2205", data={**named, "chrg_bchno": "0000"})
    desk.send("2204", feedetail=rows)
    bill = desk.bill(visit, MEMBER, "100.00")
    send("2206", data=bill)
    msgid = desk.msgid()
    lost = desk.send("2207", msgid, data=bill)
    assert lost.good
    send("2601", data={"psn_no": psn_no(MEMBER), "omsgid": msgid, "oinfno": "2207"})
    settled = send("2207", data=bill)["setlinfo"]
    asked = {**named, "setl_id": settled["setl_id"]}
    month = {"psn_no": psn_no(MEMBER), "begntime": "2026-03-01 00:00:00", "med_type": "11"}
    send("5201", data={**month, "endtime": "2026-03-31 23:59:59"})
    send("5202", data=named)
    send("5203", data=asked)
    send("5204", data=asked)
    _for_a_long_illness(desk)
    send("5205", data={"psn_no": psn_no(MEMBER), "begntime": "2026-03-01 00:00:00"})
    send("5206", data={"psn_no": psn_no(MEMBER), "cum_ym": "202603"})
    send(
        "100001",
        data={"psn_No": psn_no(MEMBER), "setl_Id": asked["setl_id"], "mdtrt_Id": visit},
    )
    send("2208", data=asked)


def _for_a_long_illness(desk: Window) -> None:
    """门诊慢特病: a medicine, paid in cash."""
    visit = desk.register(MEMBER)
    desk.charge(visit, MEMBER, (AMOXICILLIN, "12.00"))
    bill = desk.bill(visit, MEMBER, "12.00", "0", med_type="14")
    assert desk.send("2207", data=bill).good


def _on_the_ward(send: _Teller, desk: Window) -> None:
    now = f"{desk.box.now:%Y-%m-%d %H:%M:%S}"
    admission = {
        "psn_no": psn_no(MEMBER), "insutype": "310", "begntime": now, "mdtrt_cert_type": "02",
        "mdtrt_cert_no": MEMBER, "med_type": "2101", "ipt_no": "ZY1", "atddr_no": "D1",
        "chfpdr_name": "周医生", "adm_diag_dscr": "肺炎", "adm_dept_codg": "02",
        "adm_dept_name": "呼吸科", "adm_bed": "8", "dscg_maindiag_code": "J18.900",
        "dscg_maindiag_name": "肺炎",
    }  # fmt: skip
    first = send("2401", mdtrtinfo=admission, diseinfo=[diagnosis(now)])["result"]["mdtrt_id"]
    send("2404", data={"mdtrt_id": first, "psn_no": psn_no(MEMBER)})
    visit = admitted(desk, MEMBER)
    named = {"mdtrt_id": visit, "psn_no": psn_no(MEMBER)}
    left_out = ("insutype", "mdtrt_cert_no", "ipt_no")
    amended = {name: admission[name] for name in admission if name not in left_out}
    send(
        "2403", adminfo={**amended, **named, "ipt_otp_no": "ZY1", "adm_bed": "12"},
        diseinfo=[diagnosis(now)],
    )  # fmt: skip
    rows = [
        {
            "feedetl_sn": n, **named, "med_type": "2101", "fee_ocur_time": now,
            "med_list_codg": BED, "medins_list_codg": "L", "cnt": 1, "det_item_fee_sumamt": total,
            "pric": total, "bilg_dept_codg": "02", "bilg_dept_name": "呼吸科",
            "bilg_dr_codg": "D1", "bilg_dr_name": "周医生", "hosp_appr_flag": "0",
        }
        for n, total in enumerate(("1200.00", "1.00"), start=1)
    ]  # fmt: skip
    send("2301", feedetail=rows)
    send("2302", data={**named, "feedetl_sn": "2"})
    bill = ward_bill(visit, MEMBER, "1200.00")
    send("2303", data=bill)
    leaving = {
        **named, "insutype": "310", "endtime": now, "dscg_dept_codg": "02",
        "dscg_dept_name": "呼吸科", "dscg_way": "1",
    }  # fmt: skip
    send("2402", dscginfo=leaving, diseinfo=[diagnosis(now)])
    settled = send("2304", data=bill)["setlinfo"]
    send("2305", data={**named, "setl_id": settled["setl_id"]})
    send("2405", data=named)


def _on_the_phone(send: _Teller, desk: Window) -> None:
    now = f"{desk.box.now:%Y-%m-%d %H:%M:%S}"
    guest = sandbox.GUESTS[0]

    def upload(ref: str) -> dict[str, Any]:
        return {
            "data": {
                "orgCodg": HOSPITAL, "psnNo": psn_no(MEMBER), "insutype": "310", "medOrgOrd": ref,
                "begntime": now, "idNo": MEMBER, "userName": guest.name, "idType": "01",
                "ecToken": "TOKEN", "iptOtpNo": ref, "deptName": "内科", "caty": "A03",
                "medType": "11", "feeType": "01", "medfeeSumamt": "30.00", "acctUsedFlag": "2",
                "diseCodg": "J06.900", "psnSetlway": "01", "chrgBchno": ref,
            },
            "diseinfoList": [
                {
                    "diagType": "1", "diagSrtNo": 1, "diagCode": "J06.900", "diagName": "上感",
                    "diagDept": "内科", "diseDorNo": "D1", "diseDorName": "周医生",
                    "diagTime": now, "valiFlag": "1",
                }
            ],
            "feedetailList": [
                {
                    "feedetlSn": 1, "mdtrtId": ref, "psnNo": psn_no(MEMBER), "chrgBchno": ref,
                    "rxCircFlag": "0", "feeOcurTime": now, "medListCodg": AMOXICILLIN,
                    "medinsListCodg": "L", "detItemFeeSumamt": "30.00", "cnt": 1, "pric": "30.00",
                    "bilgDeptCodg": "01", "bilgDeptName": "内科", "bilgDrCodg": "D1",
                    "bilgDrName": "周医生", "hospApprFlag": "0", "medType": "11",
                }
            ],
        }  # fmt: skip

    kept = send("6201", **upload("ORDER1"))["data"]
    named = {"payOrdId": kept["payOrdId"], "payToken": kept["payToken"], "orgCodg": HOSPITAL}
    who = {"idNo": MEMBER, "userName": guest.name, "idType": "01"}
    send("6202", data={**named, "payAuthNo": "AUTH", "orgBizSer": "1", "mdtrtId": "M1"})
    send("6301", data={**named, **who})
    send(
        "6203",
        data={
            "payOrdId": kept["payOrdId"], "appRefdSn": "R1", "appRefdTime": "20260302090000",
            "totlRefdAmt": "30.00", "cashRefdAmt": "0", "ecToken": "TOKEN", "refdType": "ALL",
        },
    )  # fmt: skip
    other = desk.send("6201", **upload("ORDER2")).output["data"]
    named = {"payOrdId": other["payOrdId"], "payToken": other["payToken"], "orgCodg": HOSPITAL}
    send("6401", data={**named, **who})


def _at_the_pharmacy(send: _Teller, shop: Window) -> None:
    bought = purchase(shop, MEMBER, (AMOXICILLIN, "30.00"))
    send("2101", **bought)
    sold = send("2102", **bought)["setlinfo"]
    send("2103", data={name: sold[name] for name in ("setl_id", "mdtrt_id", "psn_no")})


def _in_the_evening(send: _Teller, shop: Window) -> None:
    send("3201", data=totals(shop, "0", "0", 2))
    text = b"x\tx\tx\t1.00\t0.00\t1.00\t0\n"
    upload = {"in": b64encode(text).decode(), "filename": "d.txt", "fixmedins_code": PHARMACY}
    kept = send("9101", fsUploadIn=upload)
    lines = {
        k: v for k, v in totals(shop, "1", "0", 1).items() if k not in ("acct_pay", "insutype")
    }
    file = send("3202", data={**lines, "cash_payamt": "0", "file_qury_no": kept["file_qury_no"]})[
        "fileinfo"
    ]
    down = {name: file[name] for name in ("file_qury_no", "filename")}
    send("9102", fsDownloadIn={**down, "fixmedins_code": PHARMACY})
    event = send("3203", data=application(shop, "0"))["result"]["clr_appy_evt_id"]
    send("3204", data={"clr_appy_evt_id": event})


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A diagnosis of 2203, which does not repeat the visit."""
    return {k: v for k, v in row.items() if k not in ("psn_no", "mdtrt_id", "maindiag_flag")}


# ── The page ─────────────────────────────────────────────────────────────────────────────────────


def page() -> str:
    """The reference page, from the field tables and from the day above."""
    known = transactions()
    told = examples()
    table = [
        f"| [`{infno}`](#{infno.lower()}-{known[infno].name}) | {known[infno].name} |"
        f" {'查询' if infno in READS else '登记'} | {_nodes(known[infno].inputs)} |"
        f" {_nodes(known[infno].outputs)} |"
        for infno, _, _ in told
    ]
    parts = [_INTRO, "\n".join([*_TABLE_HEAD, *table]), _EXAMPLES]
    for infno, given, output in told:
        parts.append(f"### {infno} {known[infno].name}")
        parts.append(f"```json\n{_json(given)}\n```")
        if output not in ({}, []):
            parts.append(f"```json\n{_json(_short(output))}\n```")
    return _numbered("\n\n".join(parts)) + "\n"


def _nodes(nodes: Any) -> str:
    bare = {"": "（无节点）", "rows": "（数组）"}
    names = [bare.get(node.name) or f"`{node.name}`{'[]' if node.many else ''}" for node in nodes]
    return ", ".join(names) or "–"


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=_amount, separators=(", ", ": "))
    return re.sub(r'"§([^"]*)§"', r"\1", text)


def _amount(value: object) -> str:
    assert isinstance(value, Decimal)
    return f"§{value}§"


def _short(value: Any) -> Any:
    """Without what is empty or zero."""
    if isinstance(value, dict):
        return {k: _short(v) for k, v in value.items() if v not in ("", Decimal(0), [])}
    return [_short(one) for one in value[:2]] if isinstance(value, list) else value


def _numbered(text: str) -> str:
    """Ids and tokens of ours are made at random; here they are counted."""
    seen: dict[str, str] = {}

    def count(found: "re.Match[str]") -> str:
        return seen.setdefault(found[0], f"9900002026030209000000000{len(seen) + 1:05d}")

    text = re.sub(r"990000[0-9]{24}", count, text)
    return re.sub(r'"(payToken|revsToken)": "[0-9a-f]{32}"', r'"\1": "…"', text)


_TABLE_HEAD = [
    "| 交易 | 名称 | 记录 | 输入节点 | 输出节点 |",
    "| --- | --- | --- | --- | --- |",
]

_INTRO = """\
# The national interface · 国家接口参考

Every transaction (交易) that is answered, with an example of each. The page is made from the field tables in [messages/](../../src/gongji/national/messages/) and from a day in the sandbox; a test compares it with the running program. How to connect is told in [connect an institution](../howto/connect-an-institution.md), what was read where the specification is silent in [the national interface](../explanation/national-interface.md).

Message: one JSON object by POST. Envelope fields: `infno`, `msgid`, `mdtrtarea_admvs`, `insuplc_admdvs`, `recer_sys_code`, `dev_no`, `dev_safe_info`, `cainfo`, `signtype`, `infver`, `opter_type`, `opter`, `opter_name`, `inf_time`, `fixmedins_code`, `fixmedins_name`, `sign_no`, `input`. Answer: `infcode` (0 or -1), `inf_refmsgid`, `refmsg_time`, `respond_time`, `err_msg`, `output`. Numbers are JSON numbers with the decimals of their field; what is empty is `""`, an empty number 0. 登记 marks a transaction whose answer is recorded: the same (institution, infno, msgid) gets it again byte for byte. 查询 marks one that changes nothing and always says what is so now.

## Transactions · 交易一览"""

_EXAMPLES = """\
## Examples · 示例

The first block is `input`, the second `output` without its empty fields and without rows after the second. A transaction without a second block answers with an empty `output`."""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
