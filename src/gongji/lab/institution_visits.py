"""就诊: what one patient's visit sends, step by step, and what becomes of it when a line breaks."""

import itertools
import random
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple, Protocol

from gongji.lab.institution import Answer, Institution, now
from gongji.lab.institution_books import Books, Forgotten
from gongji.lab.institution_checks import QUERY, REPEAT, TRIAL, UNDONE, WISHED, Checks

_OUTSIDE = "D99010000001"  # a code that no catalogue has
_REVERSIBLE = frozenset({"2102", "2207", "2304", "2401"})
_SETTLES = frozenset({"2102", "2207", "2304"})
_BACK = {"2102": "2103", "2207": "2208", "2304": "2305"}
_FLAGS = ("2", "2", "2", "1", "0")


class Refused(Exception):
    """A transaction that should have succeeded did not: which, and what was said."""


class Forgot(Exception):
    """The answer was lost, and the window has closed without asking again."""


class Trouble(Protocol):
    """How much goes wrong."""

    @property
    def trouble(self) -> float:
        """The share of writes whose line breaks."""

    @property
    def forgotten(self) -> float:
        """The share of settlements that nobody follows up."""


class Named(Protocol):
    """Who shows a credential."""

    @property
    def certno(self) -> str:
        """The identity number."""

    @property
    def name(self) -> str:
        """The name."""


class Shelf(NamedTuple):
    """Codes that can be charged: drugs and services."""

    drugs: Sequence[str]
    services: Sequence[str]


class Known(NamedTuple):
    """A patient as 1101 has told: with number, scheme, class and place of insurance."""

    psn_no: str
    insutype: str
    psn_type: str
    place: str
    certno: str
    name: str

    @property
    def credential(self) -> dict[str, str]:
        """What every settlement repeats of a person, Hunan's fields as well."""
        return {
            "psn_no": self.psn_no,
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": self.certno,
            "psn_cert_type": "01",
            "certno": self.certno,
            "psn_type": self.psn_type,
            "psn_name": self.name,
            "insutype": self.insutype,
        }


class Window:
    """One institution's counter, with its books and what its day is like."""

    def __init__(
        self, line: Institution, books: Books, checks: Checks, shelf: Shelf, plan: Trouble
    ) -> None:
        self.line, self.books, self.checks, self.shelf = line, books, checks, shelf
        self._plan = plan
        self._numbers = itertools.count(1)

    @property
    def code(self) -> str:
        """fixmedins_code."""
        return self.line.code

    def number(self, prefix: str) -> str:
        """A number of the institution's own: of a visit, a batch, a bill."""
        return f"{prefix}{now():%y%m%d%H%M%S}{next(self._numbers):06d}"

    def identify(self, rng: random.Random, patient: Named) -> Known:
        """1101, and now and then 2001."""
        data = {
            "mdtrt_cert_type": "02",
            "mdtrt_cert_no": patient.certno,
            "psn_cert_type": "01",
            "certno": patient.certno,
            "psn_name": patient.name,
        }
        found = self.ask("1101", "", data=data).output
        person, insured = found["baseinfo"], found["insuinfo"][0]
        known = Known(
            person["psn_no"],
            insured["insutype"],
            insured["psn_type"],
            insured["insuplc_admdvs"],
            patient.certno,
            patient.name,
        )
        if rng.random() < 0.2:
            asked = {
                "psn_no": known.psn_no,
                "insutype": known.insutype,
                "fixmedins_code": self.code,
                "med_type": "41" if self.code.startswith("P") else "11",
                "begntime": stamp(),
            }
            self.ask("2001", known.place, data=asked)
        return known

    # ── Messages ─────────────────────────────────────────────────────────────────────────────────

    def ask(self, infno: str, place: str, **nodes: Any) -> Answer:
        """A read, or a write on a good day. Raises Refused."""
        return self._wished(infno, self._sent(infno, nodes, place, self.line.msgid()))

    def act(self, rng: random.Random, infno: str, known: Known, **nodes: Any) -> Answer:
        """A write in whatever weather. Raises Refused, or Forgot."""
        if infno in _SETTLES and rng.random() < self._plan.forgotten:
            msgid = self.line.msgid()
            self.books.forgot(msgid, Forgotten(infno, known.psn_no, known.insutype))
            self._drop(rng, infno, known, nodes, msgid)
            raise Forgot
        if rng.random() >= self._plan.trouble:
            return self.ask(infno, known.place, **nodes)
        ways = [self._twice, self._lost]
        if infno in _REVERSIBLE:
            ways += [self._lost_and_reversed, self._late]
        return self._wished(infno, rng.choice(ways)(rng, infno, known, nodes))

    def _twice(
        self, rng: random.Random, infno: str, known: Known, nodes: Mapping[str, Any]
    ) -> Answer:
        """The same message again: the same answer again."""
        msgid = self.line.msgid()
        first = self._sent(infno, nodes, known.place, msgid)
        self.line.repeated(infno)
        again = self._sent(infno, nodes, known.place, msgid)
        self.checks.that(REPEAT, first == again, f"{infno} {msgid} {first} {again}")
        return first

    def _lost(
        self, rng: random.Random, infno: str, known: Known, nodes: Mapping[str, Any]
    ) -> Answer:
        """No answer came. 5203 says what is so, where it can be asked; the repeat settles once."""
        msgid = self.line.msgid()
        self._drop(rng, infno, known, nodes, msgid)
        visit = nodes.get("data", {}).get("mdtrt_id") if infno in _SETTLES else None
        asked = {"psn_no": known.psn_no, "setl_id": msgid, "mdtrt_id": visit}
        told = self._sent("5203", {"data": asked}, known.place, "") if visit else None
        self.line.repeated(infno)
        answer = self._sent(infno, nodes, known.place, msgid)
        if told is not None and told.good and answer.good:
            self.checks.same(QUERY, told, answer, msgid)
            same = told.info["setl_id"] == answer.info["setl_id"]
            self.checks.that(QUERY, same, f"{msgid} {told.info['setl_id']}")
        return answer

    def _lost_and_reversed(
        self, rng: random.Random, infno: str, known: Known, nodes: Mapping[str, Any]
    ) -> Answer:
        """No answer came: 2601, and then a new request. The old one must not be done any more."""
        msgid = self.line.msgid()
        self._drop(rng, infno, known, nodes, msgid)
        return self._reversed(infno, known, nodes, msgid)

    def _late(
        self, rng: random.Random, infno: str, known: Known, nodes: Mapping[str, Any]
    ) -> Answer:
        """2601 overtakes the request: its late arrival must not be done."""
        return self._reversed(infno, known, nodes, self.line.msgid())

    def _drop(
        self, rng: random.Random, infno: str, known: Known, nodes: Mapping[str, Any], msgid: str
    ) -> None:
        late = rng.random() < 0.5
        self.line.send_and_drop(infno, nodes, place=known.place, msgid=msgid, late=late)

    def _reversed(self, infno: str, known: Known, nodes: Mapping[str, Any], msgid: str) -> Answer:
        own = self.line.msgid()
        data = {"psn_no": known.psn_no, "omsgid": msgid, "oinfno": infno}
        self.books.undone(msgid, own)
        self._wished("2601", self._sent("2601", {"data": data}, known.place, own))
        late = self._sent(infno, nodes, known.place, msgid)
        self.checks.that(UNDONE, not late.good, f"{infno} {msgid}")
        return self._sent(infno, nodes, known.place, self.line.msgid())

    def _sent(self, infno: str, nodes: Mapping[str, Any], place: str, msgid: str) -> Answer:
        msgid = msgid or self.line.msgid()
        answer = self.line.send(infno, nodes, place=place, msgid=msgid)
        if answer.good and isinstance(answer.output, dict):
            if "setlinfo" in answer.output:
                self.checks.settlement(infno, msgid, answer)
            elif infno in ("2204", "2301"):
                self.checks.lines(infno, answer.output["result"])
        return answer

    def _wished(self, infno: str, answer: Answer) -> Answer:
        if not answer.good:
            raise Refused(f"{infno} {self.code}：{answer.says}")
        self.checks.that(WISHED, True, "")
        return answer

    # ── What every kind of visit ends with ───────────────────────────────────────────────────────

    def settle(
        self, rng: random.Random, infno: str, known: Known, trial: Answer, **nodes: Any
    ) -> None:
        """Settle what was tried, look at it, and now and then take it back."""
        try:
            settled = self.act(rng, infno, known, **nodes)
        except Forgot:
            return
        info = settled.info
        clr_type = {"2102": "41", "2304": "21"}.get(infno, "11")
        self.books.settled(settled, known.insutype, clr_type)
        self.checks.same(TRIAL, trial, settled, info["setl_id"])
        ids = {name: info[name] for name in ("setl_id", "mdtrt_id")} | {"psn_no": known.psn_no}
        if rng.random() < 0.2:
            self.checks.same(
                QUERY, self.ask("5203", known.place, data=ids), settled, info["setl_id"]
            )
        if rng.random() < 0.1:
            back = self.act(rng, _BACK[infno], known, data=ids)
            self.checks.back(settled, back)
            self.books.cancelled(info["setl_id"], back)


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
    places = {"insuplc_admdvs": known.place, "mdtrtarea_admvs": window.code[1:7]}
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
    """A few lines: mostly drugs, where `services` an act of a doctor's, some outside the catalogue."""
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


def stamp() -> str:
    """Now, as a DT."""
    return f"{now():%Y-%m-%d %H:%M:%S}"
