"""Clients as institutions' vendors write them, from the text of the specification alone.

Nothing here is imported from the server: each client has its own address style, signature, required
fields and habits, and holds every settlement against the specification's identities.
"""

import base64
import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

Post = Callable[[str, bytes, dict[str, str]], bytes]
"""How bytes get there: path, body, headers → body."""


class Refused(AssertionError):
    """infcode is not 0."""


class Client:
    """One address for everything, JSON as text/plain without a charset, nothing signed."""

    path = "/fsi/api/rsfComIfsService/callService"
    receiver, version = "99", "1.0.0"
    numbers: Mapping[str, str] = {}  # what this vendor calls a transaction

    def __init__(
        self, post: Post, code: str, now: Callable[[], datetime], keys: tuple[str, str]
    ) -> None:
        self.post, self.code, self.now, self.keys = post, code, now, keys
        self.serial, self.place, self.sign_no = 0, "", ""
        self.person: dict[str, str] = {}

    # ── The line ─────────────────────────────────────────────────────────────────────────────────

    def msgid(self) -> str:
        """机构12位、时间14位、流水4位."""
        self.serial += 1
        return f"{self.code}{self.now():%Y%m%d%H%M%S}{self.serial:04d}"

    def message(self, infno: str, msgid: str, nodes: Mapping[str, Any]) -> dict[str, Any]:
        """The envelope with its payload."""
        return {
            "infno": self.numbers.get(infno, infno), "msgid": msgid,
            "mdtrtarea_admvs": self.code[1:7], "insuplc_admdvs": self.place,
            "recer_sys_code": self.receiver, "dev_no": "", "dev_safe_info": "", "cainfo": "",
            "signtype": "", "infver": self.version, "opter_type": "1", "opter": "0001",
            "opter_name": "操作员", "inf_time": self.moment(), "fixmedins_code": self.code,
            "fixmedins_name": "试验机构", "sign_no": self.sign_no, "input": dict(nodes),
        }  # fmt: skip

    def moment(self) -> str:
        """A DT."""
        return f"{self.now():%Y-%m-%d %H:%M:%S}"

    def wrapped(self, infno: str, message: dict[str, Any]) -> tuple[str, bytes, dict[str, str]]:
        """Path, body and headers."""
        return self.path, json.dumps(message, ensure_ascii=False).encode(), self.headers(infno)

    def headers(self, infno: str) -> dict[str, str]:
        """The content type, and whatever signs."""
        return {"content-type": "text/plain"}

    def raw(self, infno: str, msgid: str = "", **nodes: Any) -> bytes:
        """Send, and take the bytes."""
        return self.post(*self.wrapped(infno, self.message(infno, msgid or self.msgid(), nodes)))

    def call(self, infno: str, msgid: str = "", **nodes: Any) -> Any:
        """Send, and take the output of a success."""
        answer = json.loads(self.raw(infno, msgid, **nodes), parse_float=Decimal)
        if str(answer["infcode"]) != "0":
            raise Refused(f"{infno}: {answer['err_msg']}")
        return answer["output"]

    # ── What a vendor's programme does ───────────────────────────────────────────────────────────

    def credential(self, *names: str) -> dict[str, str]:
        """Who is there. Clients of the baseline leave out what only some provinces require."""
        return {name: self.person[name] for name in (*_ALWAYS, *names)}

    def sign_in(self) -> None:
        """9001."""
        given = {"opter_no": "0001", "mac": "02-00-00-00-00-01", "ip": "192.0.2.1"}
        self.sign_no = self.call("9001", signIn=given)["signinoutb"]["sign_no"]

    def sign_out(self) -> None:
        """9002."""
        assert self.call("9002", signOut={"sign_no": self.sign_no, "opter_no": "0001"})["sign_time"]

    def identify(self, number: str, name: str, msgid: str = "") -> Decimal:
        """1101; the balance."""
        data = {"mdtrt_cert_type": "02", "mdtrt_cert_no": number, "card_sn": "", "begntime": ""}
        data |= {"psn_cert_type": "01", "certno": number, "psn_name": name}
        found = self.call("1101", msgid, data=data)
        base, insured = found["baseinfo"], found["insuinfo"][0]
        self.place = insured["insuplc_admdvs"]
        self.person = {
            "psn_no": base["psn_no"], "mdtrt_cert_type": "02", "mdtrt_cert_no": number,
            "psn_cert_type": "01", "certno": number, "psn_name": base["psn_name"],
            "psn_type": insured["psn_type"], "insutype": insured["insutype"],
        }  # fmt: skip
        return Decimal(insured["balc"])

    def visit(self, *lines: tuple[str, str]) -> dict[str, Any]:
        """2201, 2203, 2204, 2206: the data of 2207."""
        data = {**self.credential(), "begntime": self.moment(), "ipt_otp_no": "MZ1", "caty": "A03"}
        data |= {"atddr_no": "D1", "dr_name": "周医生", "dept_code": "01", "dept_name": "内科"}
        ids = {"psn_no": self.person["psn_no"]}
        ids["mdtrt_id"] = self.call("2201", data=data)["data"]["mdtrt_id"]
        told = {**ids, "med_type": "11", "begntime": self.moment(), "dise_codg": "J06.900"}
        told["dise_name"] = "急性上呼吸道感染"
        self.call("2203", mdtrtinfo=told, diseinfo=[self.diagnosis(ids)])
        rows = self.lines(ids, *lines, chrg_bchno="B1", rx_circ_flag="0")
        assert len(self.call("2204", feedetail=rows)["result"]) == len(lines)
        bill = {**self.credential(), "mdtrt_id": ids["mdtrt_id"], "chrg_bchno": "B1"}
        bill |= {"med_type": "11", "psn_setlway": "01", "acct_used_flag": "2"}
        bill["medfee_sumamt"] = str(sum(Decimal(amount) for _, amount in lines))
        trial = self.call("2206", data=bill)["setlinfo"]
        holds(trial)
        return {**bill, **{name: str(trial[name]) for name in PARTS}}

    def stay(self, *lines: tuple[str, str]) -> dict[str, Any]:
        """2401, 2301, 2303, 2402, 2304: the settlement."""
        places = {"insuplc_admdvs": self.place, "mdtrtarea_admvs": self.code[1:7]}
        admitted = {**self.credential(), **places, "cert_type": "01", "begntime": self.moment()}
        admitted |= {"med_type": "2101", "ipt_no": "ZY1", "atddr_no": "D1", "chfpdr_name": "周医生"}
        admitted |= {"adm_diag_dscr": "肺炎", "adm_dept_codg": "02", "adm_dept_name": "呼吸科"}
        admitted |= {"adm_bed": "8", "dscg_maindiag_code": "J18.900", "dscg_maindiag_name": "肺炎"}
        ids = {"psn_no": self.person["psn_no"], "mdtrt_id": "0"}
        first = [self.diagnosis(ids)]
        ids |= self.call("2401", mdtrtinfo=admitted, diseinfo=first)["result"]
        ids.pop("exp_content", None)
        self.call("2301", feedetail=self.lines(ids, *lines, med_type="2101"))
        bill = {**self.credential("psn_cert_type", "certno", "psn_type", "psn_name"), **places}
        bill |= {"mdtrt_id": ids["mdtrt_id"], "psn_setlway": "01", "acct_used_flag": "2"}
        bill["mid_setl_flag"] = "0"
        bill["medfee_sumamt"] = str(sum(Decimal(amount) for _, amount in lines))
        holds(self.call("2303", data=bill)["setlinfo"])
        left = {**ids, "insutype": self.person["insutype"], "endtime": self.moment()}
        left |= {"dscg_dept_codg": "02", "dscg_dept_name": "呼吸科", "dscg_way": "1"}
        self.call("2402", dscginfo=left, diseinfo=[self.diagnosis(ids)])
        return holds(self.call("2304", data=bill)["setlinfo"])

    def sale(self, *lines: tuple[str, str]) -> dict[str, Any]:
        """2101, 2102: the settlement."""
        rows = self.lines({}, *lines, rx_circ_flag="0")
        sold = {**self.credential(), "begntime": self.moment(), "med_type": "41"}
        sold |= {"acct_used_flag": "2", "medfee_sumamt": str(sum(Decimal(one) for _, one in lines))}
        trial = holds(self.call("2101", druginfo=sold, drugdetail=rows)["setlinfo"])
        settled = holds(self.call("2102", druginfo=sold, drugdetail=rows)["setlinfo"])
        assert settled["acct_mulaid_pay"] == trial["acct_mulaid_pay"]
        return settled

    def back(self, infno: str, settled: Mapping[str, Any]) -> dict[str, Any]:
        """2103, 2208, 2305: the amounts below zero."""
        ids = {name: settled[name] for name in ("setl_id", "mdtrt_id")}
        info = self.call(infno, data={**ids, "psn_no": self.person["psn_no"]})["setlinfo"]
        assert info["medfee_sumamt"] == -settled["medfee_sumamt"]
        assert info["acct_mulaid_pay"] == -settled["acct_mulaid_pay"]
        return holds(info)

    def lines(
        self, ids: Mapping[str, str], *given: tuple[str, str], **more: str
    ) -> list[dict[str, Any]]:
        """Fee lines, one unit each."""
        return [
            {
                **ids, **more, "feedetl_sn": str(n), "fee_ocur_time": self.moment(),
                "med_list_codg": code, "medins_list_codg": f"L{n}", "cnt": "1", "pric": amount,
                "det_item_fee_sumamt": amount, "bilg_dept_codg": "01", "bilg_dept_name": "内科",
                "bilg_dr_codg": "D1", "bilg_dr_name": "周医生", "hosp_appr_flag": "1",
            }
            for n, (code, amount) in enumerate(given, start=1)
        ]  # fmt: skip

    def diagnosis(self, ids: Mapping[str, str]) -> dict[str, Any]:
        """A row of diseinfo."""
        return {
            **ids, "diag_type": "1", "maindiag_flag": "1", "diag_srt_no": "1", "diag_code": "J06.900",
            "diag_name": "急性上呼吸道感染", "diag_dept": "01", "dise_dor_no": "D1",
            "dise_dor_name": "周医生", "diag_time": self.moment(), "vali_flag": "1",
        }  # fmt: skip

    def totals(self, clr_type: str, *settled: Mapping[str, Any]) -> str:
        """3201: stmt_rslt for these settlements, negative ones among them."""
        day = f"{self.now():%Y-%m-%d}"
        data = {
            "insutype": self.person["insutype"], "clr_type": clr_type, "setl_optins": self.place,
            "stmt_begndate": day, "stmt_enddate": day, "fixmedins_setl_cnt": len(settled),
            **self.sums(*settled),
        }  # fmt: skip
        found: str = self.call("3201", data=data)["stmtinfo"]["stmt_rslt"]
        return found

    def sums(self, *settled: Mapping[str, Any]) -> dict[str, Any]:
        """The sums of 3201."""
        names = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
        return {name: str(sum(one[name] for one in settled)) for name in names}

    def details(self, clr_type: str, *settled: Mapping[str, Any]) -> list[list[str]]:
        """9101, 3202, 9102: the rows of the result."""
        columns = ("setl_id", "mdtrt_id")
        text = "".join(
            "\t".join(
                [*(one[name] for name in columns), self.person["psn_no"],
                 *(str(one[name]) for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")), "0"]
            ) + "\n"
            for one in settled
        )  # fmt: skip
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("detail.txt", text)
        sent = {"in": list(packed.getvalue()), "filename": "d.zip", "fixmedins_code": self.code}
        file = self.call("9101", fsUploadIn=sent)["file_qury_no"]
        day = f"{self.now():%Y-%m-%d}"
        data = {**self.sums(*settled), "file_qury_no": file, "setl_optins": self.place}
        data |= {"stmt_begndate": day, "stmt_enddate": day, "clr_type": clr_type}
        data |= {"cash_payamt": "0", "fixmedins_setl_cnt": len(settled)}
        data |= {"refd_setl_flag": "", "fixmedins_refd_setl_flag": "0"}
        found = self.call("3202", data=data)["fileinfo"]
        wanted = {name: found[name] for name in ("file_qury_no", "filename")}
        body = self.raw("9102", fsDownloadIn={**wanted, "fixmedins_code": self.code})
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            lines = archive.read(archive.namelist()[0]).decode().splitlines()
        return [line.split("\t") for line in lines]


class PerInfno(Client):
    """Hunan's C# clients: the infno ends the address, HMAC-SHA1 over the `_api_*` headers, and all
    of the province's required fields."""

    path, receiver = "/power-csb/powercsb", "MBS_LOCAL"

    def credential(self, *names: str) -> dict[str, str]:
        """Everything, everywhere."""
        return dict(self.person)

    def sums(self, *settled: Mapping[str, Any]) -> dict[str, Any]:
        """With the flag that Hunan requires."""
        return {**super().sums(*settled), "fixmedins_refd_setl_flag": "0"}

    def wrapped(self, infno: str, message: dict[str, Any]) -> tuple[str, bytes, dict[str, str]]:
        """`<base>/<infno>`."""
        body = json.dumps(message).encode()
        return f"{self.path}/{infno}", body, self.headers(infno)

    def headers(self, infno: str) -> dict[str, str]:
        """Keys in their natural order, joined, signed with SK, Base64."""
        at = str(int(self.now().timestamp() * 1000))
        signed = {"_api_access_key": self.keys[0], "_api_name": infno, "_api_timestamp": at}
        signed["_api_version"] = "1.0.0"
        text = "&".join(f"{name}={signed[name]}" for name in sorted(signed))
        mac = hmac.new(self.keys[1].encode(), text.encode("utf-8"), hashlib.sha1).digest()
        signed["_api_signature"] = base64.b64encode(mac).decode()
        return {"content-type": "application/json", **signed}


class PerService(Client):
    """Inner Mongolia's: an address for each service, settlements numbered 2207A, its own receiver."""

    path, receiver = "/fsi/api", "YBXT"
    numbers: Mapping[str, str] = {"2207": "2207A"}
    services: Mapping[str, str] = {"2207": "outpatientSettleService/saveSettletmentA"}

    def wrapped(self, infno: str, message: dict[str, Any]) -> tuple[str, bytes, dict[str, str]]:
        """The service's name where it is known."""
        service = self.services.get(infno, f"fsiService/{infno}")
        body = json.dumps(message, ensure_ascii=False).encode()
        return f"{self.path}/{service}", body, {"content-type": "application/json;charset=UTF-8"}


class FormData(Client):
    """Guangdong's: form data with the message in jsonStr, SHA-256 over `x-tif-*`, the string "null"
    where there is nothing."""

    path = "/ebus/hygeia/callService"

    def wrapped(self, infno: str, message: dict[str, Any]) -> tuple[str, bytes, dict[str, str]]:
        """jsonStr=…, URL-encoded."""
        empty = {name: value or "null" for name, value in message.items()}
        body = urlencode({"jsonStr": json.dumps(empty, ensure_ascii=False)}).encode()
        return self.path, body, self.headers(infno)

    def headers(self, infno: str) -> dict[str, str]:
        """SHA-256 of timestamp, secret, nonce, timestamp."""
        at, nonce = str(int(self.now().timestamp())), f"n{self.serial}"
        digest = hashlib.sha256(f"{at}{self.keys[1]}{nonce}{at}".encode()).hexdigest()
        return {
            "content-type": "application/x-www-form-urlencoded", "x-tif-paasid": self.keys[0],
            "x-tif-timestamp": at, "x-tif-nonce": nonce, "x-tif-signature": digest,
        }  # fmt: skip


class Repeating(Client):
    """A Python client behind a bad line: every message goes out four times, the last answer counts,
    and sums are floating-point numbers."""

    def wrapped(self, infno: str, message: dict[str, Any]) -> tuple[str, bytes, dict[str, str]]:
        """Numbers as numbers."""
        path, body, headers = super().wrapped(infno, floating(message))
        return path, body, headers

    def raw(self, infno: str, msgid: str = "", **nodes: Any) -> bytes:
        """The same bytes, four times."""
        sent = self.wrapped(infno, self.message(infno, msgid or self.msgid(), nodes))
        return [self.post(*sent) for _ in range(4)][-1]


_ALWAYS = ("psn_no", "mdtrt_cert_type", "mdtrt_cert_no", "insutype")
PARTS = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
FUNDS = (
    "hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay",
    "hifob_pay", "maf_pay", "hifdm_pay", "oth_pay",
)  # fmt: skip
_SUMS = {"medfee_sumamt", "det_item_fee_sumamt", "pric", "cnt", *PARTS}


def floating(value: Any) -> Any:
    """Sums as floating-point numbers, as a careless client sends them."""
    if isinstance(value, list):
        return [floating(one) for one in value]
    if isinstance(value, dict):
        return {
            name: float(one) if name in _SUMS and isinstance(one, str) and one else floating(one)
            for name, one in value.items()
        }
    return value


def holds(info: dict[str, Any]) -> dict[str, Any]:
    """The identities, to the fen; the same answer."""

    def total(*names: str) -> Decimal:
        return sum((Decimal(info.get(name, 0)) for name in names), Decimal(0))

    fee, own = info["medfee_sumamt"], info["psn_part_amt"]
    assert fee == info["fund_pay_sumamt"] + own + total("hosp_part_amt")
    assert own == info["acct_pay"] + total("psn_cash_pay", "pdn_cash_pay")
    assert fee == total(*PARTS)
    assert info["fund_pay_sumamt"] == total(*FUNDS)
    assert 0 <= abs(info["acct_mulaid_pay"]) <= abs(info["acct_pay"])
    return info
