"""窗口: one institution's counter: what it asks, and what it does when the line breaks."""

import itertools
import random
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from gongji.lab.institution import Answer, Institution, now, stamp
from gongji.lab.institution_books import Books, Forgotten
from gongji.lab.institution_checks import QUERY, REPEAT, TRIAL, UNDONE, WISHED, Checks

_REVERSIBLE = frozenset({"2102", "2207", "2304", "2401"})
_SETTLES = frozenset({"2102", "2207", "2304"})
_BACK = {"2102": "2103", "2207": "2208", "2304": "2305"}


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
