"""Messages of the national interface that settle the bench's bills, with everything behind them."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from gongji.cli.catalogue import sample_editions
from gongji.cli.interface import put_sample_items
from gongji.desk.editions import import_edition
from gongji.desk.national_ports import FeeRow, Visit
from gongji.desk.office import Office, Session
from gongji.lab.crowd import REGION, Crowd
from gongji.lab.institution import stamp, yuan
from gongji.national.exchange import read, serve
from gongji.national.reading import Wrong
from gongji.settlement.bill import SettlementRequest

_ITEM = "XJ01CAA040A001010100001"
_CHUNK = 1_000


def settling_messages(
    office: Office, crowd: Crowd, bills: Sequence[SettlementRequest]
) -> list[bytes]:
    """2207 of each bill as class A medicine, its visit registered and its line uploaded.

    One visit goes through 2201 and 2204. The others are written like it, past the use-cases, as the
    crowd itself is: what is measured is the settlement.
    """
    codes = {id: f"H{REGION}9{n:04d}" for n, id in enumerate(crowd.keys)}
    for head, content in sample_editions(REGION):
        office.do(partial(import_edition, head=head, content=content, by="bench"))
    office.do(put_sample_items)
    visit, line = office.do(partial(_one_visit, bill=bills[0], codes=codes))
    for first in range(0, len(bills), _CHUNK):
        some = range(first, min(first + _CHUNK, len(bills)))
        office.do(partial(_more_visits, bills=bills, some=some, visit=visit, line=line))
    return [_settle(n, bill, codes[bill.institution]) for n, bill in enumerate(bills)]


def _one_visit(
    session: Session, bill: SettlementRequest, codes: dict[str, str]
) -> tuple[Visit, FeeRow]:
    """2201 and 2204, answered; what is kept of them."""
    for id, code in codes.items():
        session.unit.connect_code(code, id, session.at)
    now, code = stamp(), codes[bill.institution]
    registered = {**_person(bill), "begntime": now, "ipt_otp_no": "MZ1", "caty": "A03"}
    registered |= {"dept_code": "01", "dept_name": "内科"}
    answer = _done(session, _message(code, 0, "2201", {"data": registered}))
    ids = {"mdtrt_id": answer["output"]["data"]["mdtrt_id"], "psn_no": bill.patient}
    line = {**ids, "feedetl_sn": "1", "chrg_bchno": "B1", "fee_ocur_time": now, "cnt": "1"}
    line |= {"med_list_codg": _ITEM, "medins_list_codg": "L1", "pric": "1.00"}
    line |= {"det_item_fee_sumamt": "1.00", "bilg_dept_codg": "01", "bilg_dept_name": "内科"}
    line |= {"bilg_dr_codg": "D1", "bilg_dr_name": "周医生"}
    _done(session, _message(code, 0, "2204", {"feedetail": [line]}))
    visit = session.unit.visit(bill.institution, ids["mdtrt_id"])
    assert visit is not None
    (row,) = session.unit.fees_of(bill.institution, visit.id)
    return visit, row


def _more_visits(
    session: Session,
    bills: Sequence[SettlementRequest],
    some: range,
    visit: Visit,
    line: FeeRow,
) -> None:
    """The same visit and line for other bills."""
    told = msgspec.json.decode(line.told)
    lines = []
    for n in some:
        bill, id = bills[n], _visit_id(n)
        session.unit.put_visit(
            visit._replace(institution=bill.institution, id=id, person=bill.patient)
        )
        sums = {"pric": yuan(bill.total_fen), "det_item_fee_sumamt": yuan(bill.total_fen)}
        kept = msgspec.json.encode(told | sums | {"mdtrt_id": id, "psn_no": bill.patient})
        place, fen = bill.institution, bill.total_fen
        lines.append(line._replace(institution=place, visit=id, total_fen=fen, told=kept))
    session.unit.add_fees(lines)


def _settle(n: int, bill: SettlementRequest, code: str) -> bytes:
    data = {**_person(bill), "mdtrt_id": _visit_id(n), "med_type": "11", "psn_setlway": "01"}
    data |= {"medfee_sumamt": yuan(bill.total_fen), "chrg_bchno": "B1", "acct_used_flag": "2"}
    return _message(code, n, "2207", {"data": data})


def _visit_id(n: int) -> str:
    return f"{REGION}20260101000000{n:010d}"


def _person(bill: SettlementRequest) -> dict[str, str]:
    # The crowd's people are numbered; their scheme is told by their place in the family.
    insutype = "310" if bill.patient[-1] in "01" else "390"
    shown = {"mdtrt_cert_type": "01", "mdtrt_cert_no": "token"}
    return {"psn_no": bill.patient, "insutype": insutype, **shown}


def _done(session: Session, message: bytes) -> Any:
    asked = read(message, "")
    assert not isinstance(asked, Wrong), asked.says
    answer = msgspec.json.decode(serve(session, asked).body)
    assert answer["infcode"] == 0, answer["err_msg"]
    return answer


def _message(code: str, n: int, infno: str, nodes: dict[str, Any]) -> bytes:
    return msgspec.json.encode(
        {
            "infno": infno,
            "msgid": f"{code}2026010100{n:08d}",
            "mdtrtarea_admvs": REGION,
            "insuplc_admdvs": REGION,
            "recer_sys_code": "99",
            "infver": "1.0.0",
            "opter_type": "1",
            "opter": "0001",
            "opter_name": "操作员",
            "inf_time": stamp(),
            "fixmedins_code": code,
            "fixmedins_name": "示范机构",
            "sign_no": "",
            "input": nodes,
        }
    )
