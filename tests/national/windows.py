"""A window of an institution: sends messages to the sandbox's office and reads the answers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec

from gongji.cli.interface import furnish_sandbox
from gongji.desk.office import Folders, Office
from gongji.desk.ports import Clock
from gongji.lab import sandbox
from gongji.ledger.proof import Disagreement, prove
from gongji.national.exchange import Reply, read, refused, serve
from gongji.national.reading import Wrong
from gongji.wiring import sandbox_packs
from town import an_office, local

HOSPITAL, CLINIC, PHARMACY = (place.code for place in sandbox.PLACES)
NOW = "2026-03-02T09:00"

AMOXICILLIN = "XJ01CAA040A001010100001"  # class A
CEFDINIR = "XJ01DDT084A001010100002"  # class B
OUTSIDE = "D99010000001"  # not in the catalogue
CONSULTATION = "001101000010000"  # a service, class A
BED = "001109000010000"

_decode = msgspec.json.Decoder(float_hook=Decimal).decode


class Answer:
    """An answer: its bytes, and what they say."""

    def __init__(self, reply: Reply) -> None:
        self.body = reply.body
        self.tree: dict[str, Any] = {} if reply.stream else _decode(reply.body)

    @property
    def good(self) -> bool:
        """infcode 0."""
        return bool(self.tree["infcode"] == 0)

    @property
    def says(self) -> str:
        """err_msg."""
        found: str = self.tree["err_msg"]
        return found

    @property
    def output(self) -> Any:
        """The payload of an answer that must be a success."""
        assert self.good, self.says
        return self.tree["output"]

    @property
    def info(self) -> dict[str, Any]:
        """setlinfo."""
        found: dict[str, Any] = self.output["setlinfo"]
        return found


def says(answer: Answer, *words: str) -> bool:
    """Whether an answer refuses with these words."""
    return not answer.good and all(word in answer.says for word in words)


class Sandbox:
    """The sandbox's office with a clock that stands still, and windows into it."""

    def __init__(
        self, now: str = NOW, open_office: Callable[[Clock, Folders], Office] = an_office
    ) -> None:
        self.now = local(now)
        self.office = open_office(lambda: self.now, sandbox_packs())
        furnish_sandbox(self.office)

    def later(self, **by: int) -> datetime:
        """Let time pass."""
        self.now += timedelta(**by)
        return self.now

    def proof(self) -> None:
        """The books must agree."""
        found = self.office.ask(
            lambda session: list(prove(session.unit.entry_rows(), session.unit.balance_rows()))
        )
        assert not [one for one in found if isinstance(one, Disagreement)]

    def balance(self, number: str) -> int:
        """A person's money, in fen."""
        from gongji.desk.people import balances_of
        from gongji.settlement.bill import Balances

        found = self.office.ask(lambda session: balances_of(session, psn_no(number)))
        assert isinstance(found, Balances)
        return found.current + found.carried


class Window:
    """One institution's system."""

    def __init__(self, box: Sandbox, code: str = HOSPITAL) -> None:
        self.box, self.code = box, code
        self._count = 0

    def msgid(self) -> str:
        """机构12位、时间14位、流水4位."""
        self._count += 1
        return f"{self.code}{self.box.now:%Y%m%d%H%M%S}{self._count:04d}"

    def message(self, infno: str, msgid: str | None = None, **nodes: Any) -> dict[str, Any]:
        """A whole message."""
        return {
            "infno": infno,
            "msgid": msgid or self.msgid(),
            "mdtrtarea_admvs": self.code[1:7],
            "insuplc_admdvs": "990000",
            "recer_sys_code": "99",
            "infver": "V1.0",
            "opter_type": "1",
            "opter": "0001",
            "opter_name": "操作员",
            "inf_time": f"{self.box.now:%Y-%m-%d %H:%M:%S}",
            "fixmedins_code": self.code,
            "fixmedins_name": "沙箱机构",
            "sign_no": "",
            "input": nodes,
        }

    def send(self, infno: str, msgid: str | None = None, **nodes: Any) -> Answer:
        """Send one, and read the answer."""
        return self.post(msgspec.json.encode(self.message(infno, msgid, **nodes)))

    def post(self, body: bytes, content_type: str = "application/json", **more: str) -> Answer:
        """Send bytes."""
        asked = read(body, content_type, **more)
        if isinstance(asked, Wrong):
            return Answer(refused(asked, self.box.now))
        return Answer(self.box.office.do(lambda session: serve(session, asked)))

    # What a day is made of

    def register(self, number: str, insutype: str = "310") -> str:
        """2201; the visit."""
        found = self.send("2201", data=registration(number, self.box.now, insutype))
        visit: str = found.output["data"]["mdtrt_id"]
        return visit

    def charge(self, visit: str, number: str, *lines: tuple[str, str], batch: str = "B1") -> Answer:
        """2204: (code, sum) a line, one unit each."""
        first = self._count * 100
        rows = [
            fee_line(visit, number, first + n, code, total, self.box.now, batch)
            for n, (code, total) in enumerate(lines, start=1)
        ]
        return self.send("2204", feedetail=rows)

    def bill(
        self, visit: str, number: str, total: str, flag: str = "2", **more: Any
    ) -> dict[str, Any]:
        """The data of 2206 and 2207."""
        return {
            "psn_no": psn_no(number),
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": number,
            "med_type": "11",
            "medfee_sumamt": total,
            "psn_setlway": "01",
            "mdtrt_id": visit,
            "chrg_bchno": "B1",
            "acct_used_flag": flag,
            "insutype": "310",
            **more,
        }

    def back(self, infno: str, settled: Answer, msgid: str | None = None) -> Answer:
        """2103, 2208, 2305 of a settlement."""
        info = settled.info
        data = {name: info[name] for name in ("setl_id", "mdtrt_id", "psn_no")}
        return self.send(infno, msgid, data=data)


def registration(number: str, now: datetime, insutype: str = "310") -> dict[str, Any]:
    """The data of 2201."""
    return {
        "psn_no": psn_no(number),
        "insutype": insutype,
        "begntime": f"{now:%Y-%m-%d %H:%M:%S}",
        "mdtrt_cert_type": "02",
        "mdtrt_cert_no": number,
        "ipt_otp_no": "MZ0001",
        "dept_code": "01",
        "dept_name": "内科",
        "caty": "A03",
    }


def fee_line(
    visit: str, number: str, sn: int, code: str, total: str, now: datetime, batch: str
) -> dict[str, Any]:
    """A row of 2204."""
    return {
        "feedetl_sn": sn,
        "mdtrt_id": visit,
        "psn_no": psn_no(number),
        "chrg_bchno": batch,
        "rx_circ_flag": "0",
        "fee_ocur_time": f"{now:%Y-%m-%d %H:%M:%S}",
        "med_list_codg": code,
        "medins_list_codg": "LOCAL1",
        "det_item_fee_sumamt": total,
        "cnt": 1,
        "pric": total,
        "bilg_dept_codg": "01",
        "bilg_dept_name": "内科",
        "bilg_dr_codg": "D990000000001",
        "bilg_dr_name": "周医生",
        "hosp_appr_flag": "0",
    }


@cache
def psn_no(number: str) -> str:
    """The sandbox's person."""
    return f"P990000-{number.lower()}"


SPONSOR, MEMBER = sandbox.SPONSOR.number, sandbox.GUESTS[0].number
CHILD, MOTHER = sandbox.GUESTS[1].number, sandbox.GUESTS[2].number
ALONE = sandbox.STRANGER.number

MONEY = (
    ["fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt"],
    [
        "hifp_pay",
        "cvlserv_pay",
        "hifes_pay",
        "hifmi_pay",
        "hifob_pay",
        "maf_pay",
        "hifdm_pay",
        "oth_pay",
    ],
)


def holds(info: dict[str, Any], *, cash: str = "psn_cash_pay") -> None:
    """The identities of a settlement, to the fen; of a negative one as well."""
    parts, funds = MONEY
    total = info["medfee_sumamt"]
    hospital = info.get("hosp_part_amt", Decimal(0))
    assert total == info["fund_pay_sumamt"] + info["psn_part_amt"] + hospital
    assert info["psn_part_amt"] == info["acct_pay"] + info[cash]
    assert total == sum(info[name] for name in parts)
    assert info["fund_pay_sumamt"] == sum(info[name] for name in funds if name in info)
    sign = -1 if total < 0 else 1
    assert 0 <= sign * info["acct_mulaid_pay"] <= sign * info["acct_pay"]
    shares = msgspec.json.decode(info["exp_content"])["gj_mulaid"]
    assert sum(Decimal(one["amt"]) for one in shares) == info["acct_mulaid_pay"]
