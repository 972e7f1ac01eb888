"""模拟机构: a hospital's or a pharmacy's day against any server that speaks the national interface.

Patients arrive as a Poisson process. Now and then an answer is lost, a request is sent four times,
a bill is cancelled; at the end the day is reconciled. It knows nothing of the server but the
specification, and holds every answer against the specification's identities.
"""

import base64
import io
import json
import random
import time
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from gongji.lab.institution_client import Client, Refused, Shop


class Patient(NamedTuple):
    """Somebody who comes, by certificate."""

    number: str
    name: str
    insutype: str


class Day(NamedTuple):
    """What the day was: how many of each thing, money in yuan, and whatever was wrong."""

    done: Mapping[str, int]
    fee: Decimal
    accounts: Decimal
    pooled: Decimal
    wrong: tuple[str, ...]


PARTS = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
FUNDS = (
    "hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay",
    "hifob_pay", "maf_pay", "hifdm_pay", "oth_pay",
)  # fmt: skip


def broken(info: Mapping[str, Any]) -> list[str]:
    """The identities that a settlement's answer does not keep, to the fen."""

    def sum_of(*names: str) -> Decimal:
        return sum((Decimal(str(info.get(name) or 0)) for name in names), Decimal(0))

    total, person = sum_of("medfee_sumamt"), sum_of("psn_part_amt")
    sign = -1 if total < 0 else 1
    account, pooled = sign * sum_of("acct_pay"), sign * sum_of("acct_mulaid_pay")
    held = {
        "medfee_sumamt = fund + psn_part + hosp_part": total
        == sum_of("fund_pay_sumamt", "hosp_part_amt") + person,
        "psn_part_amt = acct_pay + cash": person
        == sum_of("acct_pay", "psn_cash_pay", "pdn_cash_pay"),
        "medfee_sumamt = its four parts": total == sum_of(*PARTS),
        "fund_pay_sumamt = the funds": sum_of("fund_pay_sumamt") == sum_of(*FUNDS),
        "0 <= acct_mulaid_pay <= acct_pay": 0 <= pooled <= account,
    }
    return [name for name, holds in held.items() if not holds]


def _is_good(body: bytes) -> bool:
    return str(json.loads(body)["infcode"]) == "0"


class Institution:
    """One institution's system, for one day."""

    def __init__(self, shop: Shop, items: Mapping[str, Decimal], seed: int) -> None:
        self._shop, self._items = shop, items
        self._rng = random.Random(seed)  # noqa: S311 - a day wants repetition, not secrecy
        self._client = Client(shop)
        self._send, self._now = self._client.send, self._client.now
        self._done = self._client.done
        self._wrong: list[str] = []
        self._settled: list[dict[str, Any]] = []
        self._began = self._now()

    def day(
        self,
        patients: list[Patient],
        *,
        visits: int,
        a_second: float,
        faults: float,
        say: Callable[[str], None],
    ) -> Day:
        """So many visits, `a_second` of them on average, each going wrong with this probability."""
        signed = self._send("9001", signIn={"opter_no": "0001", "mac": "00", "ip": "192.0.2.1"})
        for _ in range(visits):
            time.sleep(min(self._rng.expovariate(a_second), 5.0) if a_second else 0)
            patient = self._rng.choice(patients)
            try:
                self._visit(patient, faults)
            except Refused as refused:
                self._done["refused"] += 1
                say(f"{patient.name}: {refused}")
        self._reconcile()
        number = signed["signinoutb"]["sign_no"]
        self._send("9002", signOut={"sign_no": number, "opter_no": "0001"})
        self._client.close()
        return Day(
            dict(self._done), self._sum("medfee_sumamt"), self._sum("acct_pay"),
            self._sum("acct_mulaid_pay"), tuple(self._wrong),
        )  # fmt: skip

    # One patient

    def _visit(self, patient: Patient, faults: float) -> None:
        found = self._send(
            "1101",
            data={
                "mdtrt_cert_type": "02", "mdtrt_cert_no": patient.number, "psn_cert_type": "01",
                "certno": patient.number, "psn_name": patient.name,
            },
        )  # fmt: skip
        person = found["baseinfo"]["psn_no"]
        lines = [
            (code, price * self._rng.randint(1, 3))
            for code, price in self._rng.sample(
                sorted(self._items.items()), k=min(3, len(self._items))
            )
        ]
        infno, nodes = (
            self._purchase(patient, person, lines)
            if self._shop.is_pharmacy
            else self._treatment(patient, person, lines)
        )
        info = self._settle(infno, nodes, faults)
        self._keep(info)
        if self._rng.random() < faults:
            self._cancel(infno, info)

    def _purchase(
        self, patient: Patient, person: str, lines: list[tuple[str, Decimal]]
    ) -> tuple[str, dict[str, Any]]:
        total = sum(price for _, price in lines)
        bought = {**self._bill(patient, person, total), "begntime": self._now(), "med_type": "41"}
        rows = [self._line(n, code, price) for n, (code, price) in enumerate(lines, start=1)]
        nodes = {"druginfo": bought, "drugdetail": rows}
        trial = self._send("2101", **nodes)["setlinfo"]
        self._check("2101", trial)
        return "2102", nodes

    def _treatment(
        self, patient: Patient, person: str, lines: list[tuple[str, Decimal]]
    ) -> tuple[str, dict[str, Any]]:
        visit = self._send(
            "2201",
            data={
                **self._bill(patient, person, Decimal(0)), "begntime": self._now(),
                "ipt_otp_no": f"MZ{self._client.serial:06d}", "dept_code": "01", "dept_name": "内科",
                "caty": "A03", "psn_cert_type": "01", "certno": patient.number,
                "psn_type": "11", "psn_name": patient.name,
            },
        )["data"]["mdtrt_id"]  # fmt: skip
        named = {"mdtrt_id": visit, "psn_no": person}
        self._send(
            "2203",
            mdtrtinfo={
                **named, "med_type": "11", "begntime": self._now(), "dise_codg": "J06.900",
                "dise_name": "急性上呼吸道感染",
            },
            diseinfo=[
                {
                    "diag_type": "1", "diag_srt_no": 1, "diag_code": "J06.900",
                    "diag_name": "急性上呼吸道感染", "diag_dept": "01", "dise_dor_no": "D1",
                    "dise_dor_name": "周医生", "diag_time": self._now(), "vali_flag": "1",
                }
            ],
        )  # fmt: skip
        batch = f"B{self._client.serial:08d}"
        rows = [
            {
                **self._line(n, code, price), **named, "chrg_bchno": batch, "hosp_appr_flag": "0",
                "bilg_dept_codg": "01", "bilg_dept_name": "内科", "bilg_dr_codg": "D1",
                "bilg_dr_name": "周医生",
            }
            for n, (code, price) in enumerate(lines, start=1)
        ]  # fmt: skip
        shares = self._send("2204", feedetail=rows)["result"]
        total = sum(price for _, price in lines)
        data = {
            **self._bill(patient, person, total), **named, "chrg_bchno": batch, "med_type": "11",
            "psn_setlway": "01", "psn_cert_type": "01", "certno": patient.number, "psn_type": "11",
            "psn_name": patient.name,
            **{
                name: str(sum((Decimal(str(row[of])) for row in shares), Decimal(0)))
                for name, of in zip(PARTS, (PARTS[0], "overlmt_amt", *PARTS[2:]), strict=True)
            },
        }  # fmt: skip
        self._check("2206", self._send("2206", data=data)["setlinfo"])
        return "2207", {"data": data}

    def _settle(self, infno: str, nodes: dict[str, Any], faults: float) -> dict[str, Any]:
        """Settle; a lost answer is followed by a repeat, or by 2601 and a new request."""
        message = self._client.message(infno, nodes)
        if self._rng.random() >= faults:
            return self._info(infno, self._client.post(message))
        first = self._client.post(message)  # the answer that was lost: nobody has seen it
        if self._rng.random() < 0.5:
            self._done["repeated"] += 1
            for _ in range(3):
                if self._client.post(message) != first:
                    self._wrong.append(f"{infno} {message['msgid']}: a repeat got another answer")
            return self._info(infno, first)
        self._done["reversed"] += 1
        whose = next(iter(nodes.values()))["psn_no"]
        lost = {"psn_no": whose, "omsgid": message["msgid"], "oinfno": infno}
        for _ in range(2):
            self._send("2601", data=lost)
        if _is_good(self._client.post(message)):
            self._wrong.append(f"{infno} {message['msgid']}: settled after its reversal")
        return self._info(infno, self._client.post(self._client.message(infno, nodes)))

    def _info(self, infno: str, body: bytes) -> dict[str, Any]:
        found: dict[str, Any] = self._client.output(infno, body)["setlinfo"]
        return found

    def _cancel(self, infno: str, info: dict[str, Any]) -> None:
        self._done["cancelled"] += 1
        names = ("setl_id", "mdtrt_id", "psn_no")
        back = self._send(
            {"2102": "2103", "2207": "2208"}[infno], data={name: info[name] for name in names}
        )["setlinfo"]
        self._check("cancel", back)
        if Decimal(str(back["acct_mulaid_pay"])) != -Decimal(str(info["acct_mulaid_pay"])):
            self._wrong.append(f"{info['setl_id']}: not all of the pooled money came back")
        self._keep({**info, "setl_id": back["setl_id"]}, sign=-1)

    # The end of the day

    def _reconcile(self) -> None:
        """3201; and 3202 line by line, whose result must have no row that does not balance."""
        day = {"stmt_begndate": self._began[:10], "stmt_enddate": self._now()[:10]}
        for clr_type, insutype in sorted({(r["clr_type"], r["insutype"]) for r in self._settled}):
            rows = [
                row for row in self._settled
                if (row["clr_type"], row["insutype"]) == (clr_type, insutype)
            ]  # fmt: skip
            sums = {
                name: str(sum((row[name] for row in rows), Decimal(0)))
                for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
            }
            asked = {
                **day, **sums, "clr_type": clr_type, "setl_optins": self._shop.region,
                "insutype": insutype, "fixmedins_setl_cnt": len(rows),
                "fixmedins_refd_setl_flag": "0",
            }  # fmt: skip
            found = self._send("3201", data=asked)["stmtinfo"]
            self._done["totals balanced" if found["stmt_rslt"] == "0" else "totals differ"] += 1
        if self._settled:
            self._reconcile_lines(day)

    def _reconcile_lines(self, day: Mapping[str, str]) -> None:
        clr_type = self._settled[0]["clr_type"]
        rows = [row for row in self._settled if row["clr_type"] == clr_type]
        twice = {row["setl_id"] for row in rows if row["medfee_sumamt"] < 0}
        names = ("setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay")
        text = "".join(
            "\t".join(
                [*(str(row[name]) for name in names), "1" if row["setl_id"] in twice else "0"]
            )
            + "\n"
            for row in rows
        )
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("detail.txt", text)
        sent = {"in": base64.b64encode(packed.getvalue()).decode(), "filename": "detail.zip"}
        uploaded = self._send("9101", fsUploadIn={**sent, "fixmedins_code": self._shop.code})
        asked = {
            **day, "setl_optins": self._shop.region, "clr_type": clr_type,
            "file_qury_no": uploaded["file_qury_no"], "fixmedins_setl_cnt": len(rows),
            "medfee_sumamt": "0", "fund_pay_sumamt": "0", "cash_payamt": "0",
            "fixmedins_refd_setl_flag": "0",
        }  # fmt: skip
        found = self._send("3202", data=asked)["fileinfo"]
        down = {"file_qury_no": found["file_qury_no"], "filename": found["filename"]}
        content = self._client.post(
            self._client.message(
                "9102", {"fsDownloadIn": {**down, "fixmedins_code": self._shop.code}}
            )
        )
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            result = archive.read(archive.namelist()[0]).decode()
        ours = {row["setl_id"] for row in rows}
        for line in result.splitlines():
            cells = line.split("\t")
            self._done["lines balanced" if cells[4] == "0" else "lines differ"] += 1
            if cells[4] != "0" and cells[2] in ours:
                self._wrong.append(f"3202 {cells[2]}: {cells[6]}")

    # Books of our own

    def _check(self, what: str, info: Mapping[str, Any]) -> None:
        self._wrong.extend(f"{what} {info.get('setl_id', '')}: {rule}" for rule in broken(info))

    def _keep(self, info: Mapping[str, Any], sign: int = 1) -> None:
        self._check("settlement", info)
        self._done["settled" if sign > 0 else "taken back"] += 1
        money = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "acct_mulaid_pay")
        names = ("setl_id", "mdtrt_id", "psn_no", "clr_type", "insutype")
        self._settled.append(
            {name: info[name] for name in names}
            | {name: sign * Decimal(str(info[name])) for name in money}
        )

    def _sum(self, name: str) -> Decimal:
        return sum((row[name] for row in self._settled), Decimal(0))

    # Messages

    def _bill(self, patient: Patient, person: str, total: Decimal | int) -> dict[str, Any]:
        return {
            "psn_no": person, "mdtrt_cert_type": "02", "mdtrt_cert_no": patient.number,
            "medfee_sumamt": str(total), "insutype": patient.insutype, "acct_used_flag": "2",
        }  # fmt: skip

    def _line(self, n: int, code: str, price: Decimal) -> dict[str, Any]:
        return {
            "feedetl_sn": n, "rx_circ_flag": "0", "fee_ocur_time": self._now(),
            "med_list_codg": code, "medins_list_codg": code, "cnt": "1", "pric": str(price),
            "det_item_fee_sumamt": str(price), "rxno": f"RX{self._client.serial:08d}",
        }  # fmt: skip
