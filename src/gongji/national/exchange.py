"""收发: bytes in, bytes out, and done once for each institution, infno and msgid."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from gongji.desk.line import ALONE, Hand
from gongji.desk.national_ports import Message, MessageKey, VisitKey
from gongji.desk.office import Session
from gongji.national import (
    catalogue,
    fees,
    files,
    online,
    queries,
    reconciling,
    reversing,
    sessions,
    settling,
    visits,
)
from gongji.national.calling import Call, Done, Handler, kept, reference
from gongji.national.papers import naming
from gongji.national.profiles import Profile, profile_of
from gongji.national.reading import Values, Wrong, read_input, read_node
from gongji.national.schema import HEAD, Transaction, head, transactions
from gongji.national.sealing import text_to_sign
from gongji.national.wire import NotRead, Tree, tree_of
from gongji.national.writing import failure, output_of, success
from gongji.settlement.bill import Institution
from gongji.terms import region_of

HANDLERS: Mapping[str, Handler] = {
    "9001": sessions.sign_in,
    "9002": sessions.sign_out,
    "1101": sessions.person,
    "1201": sessions.institution,
    "1901": sessions.dictionary,
    "2001": sessions.benefits,
    "1312": catalogue.items,
    "1318": catalogue.ceilings,
    "1319": catalogue.shares,
    "2101": settling.trial,
    "2102": settling.settle,
    "2103": reversing.cancel,
    "2201": visits.register,
    "2202": visits.cancel,
    "2203": visits.told,
    "2203A": visits.told,
    "2204": fees.upload,
    "2205": fees.withdraw_outpatient,
    "2206": settling.trial,
    "2207": settling.settle,
    "2208": reversing.cancel,
    "2301": fees.upload,
    "2302": fees.withdraw_inpatient,
    "2303": settling.trial,
    "2304": settling.settle,
    "2305": reversing.cancel,
    "2401": visits.admit,
    "2402": visits.discharge,
    "2403": visits.amend,
    "2404": visits.cancel_stay,
    "2405": visits.stay_on,
    "2601": reversing.reverse,
    "3201": reconciling.totals,
    "3202": reconciling.lines,
    "3203": reconciling.apply,
    "3204": reconciling.withdraw,
    "9101": files.upload,
    "9102": files.download,
    "5201": queries.visits,
    "5202": queries.diagnoses,
    "5203": queries.settlement,
    "5204": queries.fee_lines,
    "5205": queries.chronic_medicines,
    "5206": queries.cumulated,
    "100001": queries.policy_items,
    "6201": online.upload,
    "6202": online.order,
    "6203": online.refund,
    "6301": online.result,
    "6401": online.withdraw,
}
"""Every transaction that is answered."""

READS = frozenset(
    [
        "1101",
        "1201",
        "1901",
        "2001",
        "1312",
        "1318",
        "1319",
        "2101",
        "2206",
        "2303",
        "3201",
        "9102",
        "5201",
        "5202",
        "5203",
        "5204",
        "5205",
        "5206",
        "100001",
        "6301",
    ]
)
"""They change nothing and are not recorded: a repeat is told what is so now."""

SETTLES = frozenset(["2102", "2207", "2304"])
"""They are settled together with those that arrive beside them."""

_ORDERS = frozenset(["6202", "6203"])
_PERSON = re.compile("P([0-9]{6})-")

Adopt = Callable[[Session, "Asked"], None]
"""What a sandbox does before a message is served: make its institution and people known."""


class Moved(Exception):
    """The institution's code stands for another one than when the message was asked."""


class Asked(NamedTuple):
    """A message that was read: which transaction, under which profile, with which values. `place`
    is our id of the institution, where it is known already."""

    transaction: Transaction
    profile: Profile
    head: Values
    input: Mapping[str, Any]
    text: bytes = b""  # what `cainfo` is over
    place: str = ""

    @property
    def code(self) -> str:
        """fixmedins_code."""
        return str(self.head["fixmedins_code"])

    @property
    def patient(self) -> str:
        """psn_no of the settlement that is asked for."""
        node = self.input["data"] if "data" in self.input else self.input["druginfo"]
        return str(node["psn_no"])

    @property
    def regions(self) -> tuple[str, ...]:
        """What it may change: the institution's region and the person's; empty for all, because an
        order does not say whose it is."""
        if not self.place or self.transaction.infno in _ORDERS:
            return ()
        nodes = (node for node in self.input.values() if isinstance(node, dict))
        named = (_PERSON.match(str(node.get("psn_no"))) for node in nodes)
        return (region_of(self.place), *(found[1] for found in named if found))

    @property
    def key(self) -> MessageKey:
        """Under which it is recorded."""
        return MessageKey(self.place, self.transaction.infno, str(self.head["msgid"]))

    @property
    def visit(self) -> VisitKey:
        """The visit that a settlement names; a purchase names none."""
        return VisitKey(self.place, self.input.get("data", {}).get("mdtrt_id") or "")

    @property
    def once(self) -> tuple[str, str]:
        """What of a settlement no other one in the same batch may have: the patient, whose
        deductible and visit it changes, and the message, of which a repeat gets the answer."""
        return self.patient, f"{self.code}/{self.transaction.infno}/{self.head['msgid']}"

    @property
    def reads_only(self) -> bool:
        """Whether it changes nothing."""
        return self.transaction.infno in READS


class Reply(NamedTuple):
    """应答: JSON, or a file."""

    body: bytes
    stream: bool = False


def read(
    body: bytes, content_type: str, *, path_end: str = "", api_name: str = ""
) -> Asked | Wrong:
    """Read a message as far as it can be read without knowing anybody."""
    tree = tree_of(body, content_type)
    if isinstance(tree, NotRead):
        return Wrong(tree.says)
    return read_tree(tree, path_end=path_end, api_name=api_name)


def read_tree(tree: Tree, *, path_end: str = "", api_name: str = "") -> Asked | Wrong:
    """Read a message that is a tree already."""
    profile = profile_of(region_of(str(tree.get("fixmedins_code") or "")))
    infno = _infno(tree, profile, path_end, api_name)
    transaction = transactions().get(infno)
    if transaction is None or infno not in HANDLERS:
        given = f"：{infno[:20]}" if infno else ""
        return Wrong(f"infno（交易编号）不在本系统办理的交易之列{given}；见接口参考文档")
    found = read_node(HEAD, head(), {**tree, "infno": infno}, profile.rules, where="报文")
    if isinstance(found, Wrong):
        return found
    assert isinstance(found, dict)
    if profile.recer_sys_code and found["recer_sys_code"] not in profile.recer_sys_code:
        allowed = "、".join(profile.recer_sys_code)
        return Wrong(f"报文.recer_sys_code（接收方系统代码）须为{allowed}之一")
    given_input = read_input(transaction, tree.get("input"), profile.rules)
    if isinstance(given_input, Wrong):
        return given_input
    text = text_to_sign(tree.get("input")) if profile.signing == "asked" else b""
    return Asked(transaction, profile, found, given_input, text)


def _infno(tree: Tree, profile: Profile, path_end: str, api_name: str) -> str:
    """The transaction that a message names: in its body, else in a header, else by its address."""
    said = tree.get("infno") or api_name or profile.services.get(path_end, path_end)
    infno = str(said).strip()
    return profile.aliases.get(infno, infno)


def serve(session: Session, asked: Asked, adopt: Adopt | None = None) -> Reply:
    """Answer a message: as recorded, or by its transaction, whose answer is then recorded."""
    if adopt is not None:
        adopt(session, asked)
    place = _place_of(session, asked)
    if asked.place not in ("", place.id if isinstance(place, Institution) else ""):
        raise Moved
    if isinstance(place, Wrong):
        return refused(place, session.now)
    call = _call(session, asked, place)
    if asked.reads_only:
        return _answered(call, HANDLERS[asked.transaction.infno](call))

    key, digest = _key_of(call), _digest(asked)
    if (known := session.unit.message(key)) is not None:
        return _recorded(call, known, digest)
    done = HANDLERS[asked.transaction.infno](call)
    reply = _answered(call, done)
    if isinstance(done, Done):
        session.unit.add_message(Message(key, session.at, digest, done.about, reply.body))
    return reply


def serve_settlements(session: Session, asked: Sequence[Asked], hand: Hand = ALONE) -> list[Reply]:
    """Answer settlements (2102, 2207, 2304) that arrived together, in the order of arrival: as
    recorded, or all others as one batch. No two of them may have something of `once` in common.
    Whose purses others hold are left to the next batch, and are not among the answers."""
    named = naming(
        session,
        {one.patient for one in asked},
        {one.code for one in asked},
        {one.key for one in asked},
        {visit for one in asked if (visit := one.visit).id},
        hand,
    )
    if named.away:
        asked = [one for one in asked if one.patient not in named.away]
    keys = [one.key for one in asked]
    replies: dict[int, Reply] = {}
    calls: dict[int, Call] = {}
    for n, (one, key) in enumerate(zip(asked, keys, strict=True)):
        place = named.places.get(one.code)
        if place is None or place.id != one.place:
            raise Moved
        if (known := named.messages.get(key)) is not None:
            replies[n] = _recorded(_call(session, one, place), known, _digest(one))
        else:
            later = Session(session.unit, session.law, session.now + timedelta(microseconds=n))
            calls[n] = _call(later, one, place)
    written = []
    some = list(calls.values())
    together = settling.settle_together(session, some, named) if some else []
    for (n, call), done in zip(calls.items(), together, strict=True):
        replies[n] = _answered(call, done)
        if isinstance(done, Done):
            told = (_digest(asked[n]), done.about, replies[n].body)
            written.append(Message(keys[n], call.session.at, *told))
    if written:
        session.unit.add_messages(written)
    return [replies[n] for n in range(len(asked))]


def _place_of(session: Session, asked: Asked) -> Institution | Wrong:
    id = session.unit.institution_of_code(asked.code)
    place = session.unit.institutions([id]).get(id) if id else None
    return place or unknown(asked.code)


def unknown(code: str) -> Wrong:
    """An institution that is not connected."""
    return Wrong(f"fixmedins_code（定点医药机构编号）没有登记：{code}；请向经办机构申请接入")


def _call(session: Session, asked: Asked, place: Institution) -> Call:
    return Call(
        session, asked.transaction, asked.profile, asked.head, asked.input, place, asked.code
    )


def _key_of(call: Call) -> MessageKey:
    """Under which a message is recorded."""
    return MessageKey(call.institution.id, call.transaction.infno, call.msgid)


def _recorded(call: Call, known: Message, digest: str) -> Reply:
    """The recorded answer, byte for byte; another request under the same msgid is refused."""
    if known.undone is not None:
        return Reply(known.undone)
    if known.digest != digest:
        return _answered(
            call, Wrong(f"msgid（发送方报文ID）{call.msgid}已用于另一内容的请求；请换新的msgid")
        )
    return Reply(known.answer)


def _digest(asked: Asked) -> str:
    """Of what was asked, not of its envelope: a repeat may carry another time or operator."""
    return hashlib.sha256(kept(asked.input)).hexdigest()


def _answered(call: Call, done: Done | Wrong) -> Reply:
    if isinstance(done, Wrong):
        return refused(done, call.session.now, call.institution.region)
    if done.stream is not None:
        return Reply(done.stream, stream=True)
    now = call.session.now
    output = output_of(call.transaction, done.output)
    refmsgid = reference(call.institution.region, now)
    return Reply(success(output, refmsgid=refmsgid, now=now))


def refused(wrong: Wrong, now: datetime, region: str = "000000") -> Reply:
    """infcode -1 with its sentence."""
    refmsgid = reference(region, now)
    return Reply(failure(wrong.says, refmsgid=refmsgid, now=now))
