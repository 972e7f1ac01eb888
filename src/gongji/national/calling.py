"""调用: one message with everything that a transaction needs to answer it."""

import os
import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple

import msgspec

from gongji.desk.identity import Identity, birth_date
from gongji.desk.national_ports import Visit
from gongji.desk.office import Session
from gongji.national.profiles import Profile
from gongji.national.reading import Values, Wrong
from gongji.national.schema import Transaction, codes
from gongji.policy.questions import DayLaw
from gongji.policy.refusal import Refusal
from gongji.policy.standing import Person
from gongji.settlement.bill import Institution
from gongji.terms import (
    LOCAL_TIME,
    Care,
    InstitutionKind,
    Scheme,
    age_on,
    local_day,
    micros,
    midnight,
    moment,
)
from gongji.words import refusal


class Call(NamedTuple):
    """一次调用: a message that was read, from an institution that is known."""

    session: Session
    transaction: Transaction
    profile: Profile
    head: Values
    input: Mapping[str, Any]
    institution: Institution
    code: str  # fixmedins_code

    @property
    def msgid(self) -> str:
        """发送方报文ID."""
        return str(self.head["msgid"])

    def one(self, node: str = "data") -> Values:
        """A node of one row."""
        found: Values = self.input[node]
        return found

    def rows(self, node: str) -> list[Values]:
        """A node of many rows."""
        found: list[Values] = self.input[node]
        return found

    def law(self, region: str) -> DayLaw:
        """The law of a region, today."""
        return self.session.law.on(region, local_day(self.session.now))


class Done(NamedTuple):
    """办成: the nodes of the answer. `about` names the settlement or visit that a write has made;
    `stream` is a file that is sent in place of an answer."""

    output: Mapping[str, Any] = {}
    about: str = ""
    stream: bytes | None = None


Handler = Callable[[Call], Done | Wrong]


class Known(NamedTuple):
    """A person with name and number."""

    person: Person
    identity: Identity


def reference(region: str, now: datetime) -> str:
    """区划6位、时间14位、流水10位: message ids of ours, and every id that we give out."""
    return f"{region}{_second(int(now.timestamp()))}{_random() % 10**10:010d}"


def _random() -> int:
    """The machine is asked for many at once: that takes as long as for one."""
    while True:
        try:
            return _drawn.pop()
        except IndexError:
            _drawn.extend(_numbers(secrets.token_bytes(8 * _AT_ONCE)))


_AT_ONCE = 128
_numbers = Struct(f"{_AT_ONCE}Q").unpack
_drawn: list[int] = []
os.register_at_fork(after_in_child=_drawn.clear)  # two processes never draw the same


@lru_cache(maxsize=64)
def _second(second: int) -> str:
    """yyyyMMddHHmmss, the same for all that arrive in a second."""
    return f"{moment(second * 1_000_000):%Y%m%d%H%M%S}"


def said(refused: Refusal) -> Wrong:
    """A refusal of the desk's, in its own words with the remedy."""
    saying = refusal(refused.code)
    return Wrong(f"{saying.says.zh}{saying.remedy.zh}")


def known_person(call: Call, psn_no: str) -> Known | Wrong:
    """The person of a psn_no, which is our own id of the person."""
    found = call.session.unit.patients([psn_no]).get(psn_no)
    return known_of(Known(*found) if found else None, psn_no)


def known_of(known: Known | None, psn_no: str) -> Known | Wrong:
    """A person that was looked for, or the sentence that there is none."""
    if known is None:
        return Wrong(f"psn_no（人员编号）没有登记：{psn_no}；请先用1101取得人员编号")
    return known


def own_visit(call: Call, values: Values) -> Visit | Wrong:
    """The visit that a message names, if it is open and this person's."""
    return visit_of(call.session.unit.visit(call.institution.id, values["mdtrt_id"]), values)


def visit_of(visit: Visit | None, values: Values) -> Visit | Wrong:
    """A visit that was looked for, if the message may go on with it."""
    if visit is None:
        return Wrong(f"mdtrt_id（就诊ID）不存在：{values['mdtrt_id']}；请先登记就诊")
    if visit.person != values["psn_no"]:
        return Wrong("psn_no（人员编号）与就诊登记不符；请使用登记就诊时的人员编号")
    if visit.cancelled:
        return Wrong(f"mdtrt_id（就诊ID）的就诊登记已撤销：{visit.id}；请重新登记")
    return visit


def scheme_fits(person: Person, insutype: str | None) -> Wrong | None:
    """Whether the 险种类型 on the wire is what the person is insured in."""
    if insutype is None or codes()["scheme"].get(insutype) == person.scheme:
        return None
    return Wrong(
        f"insutype（险种类型）{insutype}与参保登记不符；应为{insutype_of(person.scheme) or '未参保'}"
    )


@lru_cache(maxsize=64)
def insutype_of(scheme: Scheme) -> str:
    """The code of a scheme, empty for one that has none."""
    return next((code for code, name in codes()["scheme"].items() if name == scheme), "")


@lru_cache(maxsize=1024)
def care_of(med_type: str) -> Care | Wrong:
    """就医类别 of a 医疗类别."""
    found = codes()["care"].get(med_type)
    return Care(found) if found else Wrong(f"med_type（医疗类别）{med_type}本系统不办理")


def facts_of(known: Known, now: datetime) -> dict[str, Any]:
    """What a person's identity says on the wire: certificate, sex, birthday, age."""
    number, day = known.identity.number, local_day(now)
    born = known.person.born or birth_date(number)
    age = age_on(born, day) if born else 0
    return {
        "psn_no": known.person.id,
        "psn_name": known.identity.name,
        "psn_cert_type": "01",
        "certno": number,
        "gend": ("2", "1")[int(number[16]) % 2] if number[16:17].isdigit() else "0",
        "brdy": born.isoformat() if born else None,
        "age": age,
        "psn_type": _psn_type(known.person.scheme, age if born else ADULT),
        "insutype": insutype_of(known.person.scheme),
        "cvlserv_flag": "0",
    }


SCHOOL, ADULT = 6, 18
"""人员类别 tells residents by age: before school, at school, and of age."""


def _psn_type(scheme: Scheme, age: int) -> str:
    """人员类别: by scheme; retirement is not in our register."""
    kinds = codes()["person"]
    if scheme is not Scheme.RESIDENT or age >= ADULT:
        return kinds[scheme]
    return kinds["resident_infant" if age < SCHOOL else "resident_minor"]


def level_of(place: Institution) -> str | None:
    """医院等级 on the wire; a pharmacy has none there."""
    if place.kind is not InstitutionKind.HOSPITAL or place.level is None:
        return None
    return codes()["level"][place.level]


def moment_of(text: str) -> datetime:
    """A DT that was read."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_TIME)


def shown_moment(at: datetime) -> str:
    """A moment as the wire prints it."""
    return _shown_second(int(at.timestamp()))


@lru_cache(maxsize=64)
def _shown_second(second: int) -> str:
    return f"{moment(second * 1_000_000):%Y-%m-%d %H:%M:%S}"


def day_start(text: str) -> datetime:
    """The first instant of a D that was read."""
    return midnight(date.fromisoformat(text))


def span_of(first: str, last: str) -> tuple[int, int]:
    """「00:00:00–23:59:59」 of two days, in micros, the end excluded."""
    return micros(day_start(first)), micros(day_start(last) + timedelta(days=1))


def benefit_year(law: DayLaw, now: datetime) -> tuple[int, int]:
    """The 医保年度 of a moment, in micros; the calendar year where the region names no turn."""
    return _benefit_year(law, local_day(now))


@lru_cache(maxsize=1024)
def _benefit_year(law: DayLaw, day: date) -> tuple[int, int]:
    turn = "01-01" if law.year_turn.value == "none" else law.year_turn.value
    year = day.year if f"{day:%m-%d}" >= turn else day.year - 1
    return (
        micros(day_start(f"{year}-{turn}")),
        micros(day_start(f"{year + 1}-{turn}")),
    )


_encode = msgspec.json.Encoder(decimal_format="string").encode


def kept(values: object) -> bytes:
    """Values as JSON, for a record."""
    return _encode(values)


def kept_row(values: Values) -> bytes:
    """One row as JSON, for a record, without what it leaves out: most of a table's fields."""
    return _encode({name: value for name, value in values.items() if value is not None})


def retold(kept_bytes: bytes) -> Any:
    """The inverse of `kept`; numbers come back as text."""
    return msgspec.json.decode(kept_bytes)
