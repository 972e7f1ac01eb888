"""快道: the lane answers whatever is sent with the very bytes of the ordinary route."""

import asyncio
import gzip
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongji.desk.counter import Busy, Counter
from gongji.desk.ports import Answer, AnswerKey, AnswerKind, StoreUnavailable
from gongji.desk.settling import Answered
from gongji.policy.refusal import Code, Refusal
from gongji.settlement.bill import SettlementRequest
from gongji.settlement.decide import decide
from gongji.store.unit import SqlUnit
from gongji.terms import micros
from gongji.web.access import make_token
from gongji.web.app import create_app
from gongji.web.lane import Lane
from settlement.strategies import TODAY, Case, cases
from town import LAW, Town
from web.over_asgi import Told, ask
from web.over_http import SECRET, Web, furnished

CLINIC = "H310000-clinic"
TOWN = Town()


class Way(NamedTuple):
    """One way to the desk, of a town of its own: the ordinary route, or the lane before it."""

    town: Town
    counter: Counter
    app: Any


class Twins:
    """Two towns that are alike, asked the same things; one has the lane."""

    def __init__(
        self, ordinary: Way, lane: Way, run: Callable[[Coroutine[Any, Any, Any]], Any]
    ) -> None:
        self.ways, self._run = (ordinary, lane), run
        self.town = ordinary.town

    def told(self, body: bytes | list[bytes], **how: Any) -> Told | None:
        """What both tell, the very same."""
        ordinary, lane = (self._run(ask(way.app, body, **how)) for way in self.ways)
        assert lane == ordinary
        found: Told | None = lane
        return found

    def settle(self, id: str = "b1", self_paid: int = 150_00, **more: Any) -> Told:
        """What both tell of a bill."""
        found = self.told(encoded(self.town, id, self_paid, **more))
        assert found is not None
        return found

    def both(self, act: Callable[[Town], Any]) -> None:
        """Something happens in both towns."""
        for way in self.ways:
            act(way.town)

    def written(self) -> list[tuple[int, int]]:
        """What the books of the two hold."""
        return [Web(way.town, None).written() for way in self.ways]  # type: ignore[arg-type]


def encoded(town: Town, id: str, self_paid: int = 150_00, **more: Any) -> bytes:
    """A bill at the clinic as it is sent."""
    bill = Web(town, None).bill(id, self_paid, **more)  # type: ignore[arg-type]
    return json.dumps(bill).encode()


GOOD = encoded(TOWN, "never-settled")
TOKEN = make_token("P310000-child", SECRET, TOWN.now)
TOWN.close()


@contextmanager
def opened() -> Iterator[Twins]:
    """The twins, closed afterwards."""
    ways = []
    for around in (lambda app: app, Lane):
        town = furnished(Town())
        counter = Counter(town.office)
        counter.start()
        ways.append(Way(town, counter, around(create_app(counter, token_secret=SECRET))))
    with asyncio.Runner() as runner:
        ordinary, lane = ways
        yield Twins(ordinary, lane, runner.run)
    for way in ways:
        way.counter.stop()
        way.town.close()


@pytest.fixture
def twins() -> Iterator[Twins]:
    """Fresh twins."""
    with opened() as found:
        yield found


@pytest.fixture(scope="module")
def kept() -> Iterator[Twins]:
    """One pair for whatever leaves no trace."""
    with opened() as found:
        yield found


# Settling ────────────────────────────────────────────────────────────────────────────────────────


def test_a_bill_is_settled_and_repeated_with_the_same_bytes(twins: Twins) -> None:
    first = twins.settle("b1", 150_00, fund_paid=20_00, uncovered=30_00)
    assert first.status == 200
    assert json.loads(first.body)["pooled_fen"] == 150_00
    again = twins.settle("b1", 150_00, fund_paid=20_00, uncovered=30_00)
    assert json.loads(again.body) == {**json.loads(first.body), "repeated": True}
    assert twins.settle("b1", 1_00).status == 409
    assert json.loads(twins.settle("b2", 2_00, patient="mother").body)["outcome"] == "own_funds"
    assert json.loads(twins.settle("b3", 5000_00).body)["cash_fen"] > 0
    assert json.loads(twins.settle("b4", 1_00).body)["outcome"] == "pool_empty"
    assert len(set(twins.written())) == 1


def test_a_bill_of_yesterday_is_settled_alike(twins: Twins) -> None:
    def later(town: Town) -> None:
        town.now += timedelta(days=2)

    twins.both(later)
    late = twins.settle("b1", 10_00, happened_at="2025-11-11T10:00:00.123456+08:00")
    assert json.loads(late.body)["happened_at"] == "2025-11-11T10:00:00.123456+08:00"


@pytest.mark.parametrize(
    ("happens", "bill", "code"),
    [
        (None, {"patient": "nobody"}, "unknown_person"),
        (None, {"credential": "family_code", "shown_by": "P310000-mother"}, "not_own_credential"),
        (lambda t: t.standing("child", status="suspended"), {}, "patient_not_insured"),
        (lambda t: t.hospital("clinic", designated=False), {}, "not_designated"),
        (None, {"total_fen": 1}, "amounts_do_not_add_up"),
        (None, {"at": "other"}, "forbidden"),
    ],
)
def test_a_refusal_reads_alike(twins: Twins, happens: Any, bill: dict[str, Any], code: str) -> None:
    if happens is not None:
        twins.both(happens)
    before = twins.written()
    for lang in ("zh", "en"):
        found = twins.told(encoded(twins.town, "b1", **bill), headers={"accept-language": lang})
        assert found is not None
        assert json.loads(found.body)["code"] == code
    assert twins.written() == before


class Ready(Counter):
    """A counter that has the answer before it is asked."""

    answer: Answered | Refusal | Exception

    async def settle(self, request: SettlementRequest) -> Answered | Refusal:
        """The answer, whatever the bill."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture(scope="module")
def ready() -> Iterator[tuple[Ready, Any, asyncio.Runner]]:
    """Such a counter, its application, and a loop to ask in."""
    town = furnished(Town(now="2026-03-02T10:00"))
    counter = Ready(town.office)
    with asyncio.Runner() as runner:
        yield counter, create_app(counter, token_secret=SECRET), runner
    counter.stop()
    town.close()


def both_tell(ready: tuple[Ready, Any, asyncio.Runner], answer: Any, **how: Any) -> Told:
    """What the two ways make of one answer of the desk."""
    counter, app, runner = ready
    counter.answer = answer
    ordinary, lane = (runner.run(ask(way, GOOD, **how)) for way in (app, Lane(app)))
    assert lane == ordinary
    assert lane is not None
    return lane


@settings(deadline=None)
@given(case=cases(settles=False), repeated=st.booleans(), at=st.integers(0, 10**16))
def test_every_decision_and_every_refusal_is_shown_alike(
    ready: tuple[Ready, Any, asyncio.Runner], case: Case, repeated: bool, at: int
) -> None:
    decision = decide(case.bill, case.facts, case.law)
    if isinstance(decision, Refusal):
        assert both_tell(ready, decision).status >= 400
        return
    answer = Answer(
        AnswerKey(case.bill.institution, "b1"), AnswerKind.SETTLEMENT, None, case.bill.patient,
        decision.sponsor, micros(TODAY), at, LAW.version, decision.own_fen, decision.pooled_fen,
        decision.cash_fen, case.bill.self_paid_fen, False, b"", b"", b"",
    )  # fmt: skip
    found = both_tell(ready, Answered(answer, decision, repeated))
    assert json.loads(found.body)["outcome"] == decision.outcome


@pytest.mark.parametrize("code", Code)
def test_every_code_is_told_alike(ready: tuple[Ready, Any, asyncio.Runner], code: Code) -> None:
    refusal = Refusal(code, (), {"needed_fen": 3, "available_fen": 2}, TODAY)
    both_tell(ready, refusal, headers={"accept-language": "en"})


@pytest.mark.parametrize(
    ("failure", "status"),
    [(Busy("full"), 503), (StoreUnavailable("gone"), 503), (RuntimeError("a secret"), 500)],
)
def test_a_failure_is_told_alike(
    ready: tuple[Ready, Any, asyncio.Runner], failure: Exception, status: int
) -> None:
    found = both_tell(ready, failure)
    assert found.status == status
    assert b"secret" not in found.body
    assert (dict(found.headers).get(b"retry-after") is None) == (status == 500)


# Whatever is not plain ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("how", "status"),
    [
        pytest.param({"method": "GET"}, 200, id="GET lists"),
        pytest.param({"method": "HEAD"}, 405, id="HEAD"),
        pytest.param({"method": "PUT"}, 405, id="PUT"),
        pytest.param({"method": "OPTIONS"}, 204, id="OPTIONS"),
        pytest.param({"query": b"dry=1"}, 400, id="an unknown query"),
        pytest.param({"path": "/v1/settlement"}, 404, id="another address"),
        pytest.param({"path": "/v1/settlements/", "key": None}, 401, id="a slash at the end"),
        pytest.param({"key": None}, 401, id="no key"),
        pytest.param({"key": "key-unknown"}, 401, id="an unknown key"),
        pytest.param({"key": TOKEN}, 403, id="a person's token"),
        pytest.param({"key": TOKEN[:-2]}, 401, id="a broken token"),
        pytest.param({"key": "key-auditor"}, 403, id="the auditor's key"),
        pytest.param({"key": "key-clerk"}, 403, id="a clerk's key"),
        pytest.param({"key": "key-other"}, 403, id="another institution's key"),
        pytest.param({"headers": {"authorization": "Basic eDp5"}}, 401, id="another scheme"),
        pytest.param({"headers": {"authorization": "Bearer"}}, 401, id="a scheme alone"),
        pytest.param({"headers": {"authorization": "Bearer \xff"}}, 401, id="no ASCII"),
        pytest.param({"headers": {"content-length": "65537"}}, 413, id="said to be too large"),
        pytest.param({"headers": [("authorization", "Bearer key-other")], "key": None}, 403,
                     id="the key as the last header"),
    ],
)  # fmt: skip
def test_whoever_may_not_settle_is_told_alike(
    kept: Twins, how: dict[str, Any], status: int
) -> None:
    before = kept.written()
    found = kept.told(GOOD, **how)
    assert found is not None
    assert found.status == status
    assert kept.written() == before


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"headers": {"content-type": kind}}, id=f"type {kind}")
        for kind in (None, "", "text/plain", "application/json; charset=utf-8", "APPLICATION/JSON",
                     "application/json;charset=gbk", "multipart/form-data; boundary=x", "*")
    ] + [
        pytest.param({"headers": {"accept": "text/html"}}, id="Accept"),
        pytest.param({"headers": {"accept": "application/xml;q=1, */*;q=0"}}, id="Accept nothing"),
        pytest.param({"headers": {"content-length": None}}, id="no length"),
        pytest.param({"headers": {"content-length": None, "transfer-encoding": "chunked"}},
                     id="chunked"),
        pytest.param({"headers": {"transfer-encoding": "chunked"}}, id="chunked and a length"),
        pytest.param({"headers": {"expect": "100-continue"}}, id="Expect"),
        pytest.param({"headers": {"content-encoding": "gzip"}}, id="said to be gzip, and is not"),
        pytest.param({"headers": {"authorization": "bearer   key-clinic "}}, id="spaces, low case"),
        pytest.param({"headers": [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2")]},
                     id="a header twice"),
        pytest.param({"headers": [("authorization", "Bearer key-other")]}, id="two keys"),
        pytest.param({"headers": {"cookie": "lang=en"}}, id="a cookie"),
    ],
)  # fmt: skip
def test_headers_that_do_not_matter_do_not(twins: Twins, how: dict[str, Any]) -> None:
    found = twins.told(encoded(twins.town, "b1"), **how)
    assert found is not None
    assert found.status == 200


def test_a_body_may_come_in_pieces(twins: Twins) -> None:
    body = encoded(twins.town, "b1")
    found = twins.told([body[:1], b"", body[1:90], body[90:], b""])
    assert found is not None
    assert found.status == 200


BODIES = [
    b"", b" ", b"\n", b"{", b"[]", b"null", b"true", b'"x"', b"{}", b"id=b1", b"\x00",
    b"\xef\xbb\xbf" + GOOD, b"[" * 60_000, b'{"id":' * 10_000, b'{"id": "\xff"}',
    b'{"id": "\\ud800"}', b'{"id": NaN}', GOOD + b"x", GOOD + GOOD, GOOD[:-1], gzip.compress(GOOD, mtime=0),
    GOOD.decode().encode("utf-16"), b" " * 65_536, b" " * 65_537, b'"' + b"x" * 2**20 + b'"',
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_body_that_is_no_bill_is_told_alike(kept: Twins, body: bytes, lang: str) -> None:
    before = kept.written()
    found = kept.told(body, headers={"accept-language": lang})
    assert found is not None
    assert found.status in (400, 413)
    assert kept.written() == before


WRONG: list[tuple[str, Any]] = [
    ("id", None), ("id", "b1\n"), ("id", "x" * 65), ("id", ""), ("id", "../etc"), ("id", 1),
    ("patient", "child"), ("patient", "P310000-child\n"), ("patient", "P999999-child"),
    ("institution", "clinic"), ("total_fen", "1"), ("total_fen", -1), ("total_fen", 1.0),
    ("total_fen", 15000.5), ("total_fen", True), ("total_fen", 10**12 + 1), ("total_fen", 2**63),
    ("total_fen", 2**64), ("total_fen", 10**40), ("total_fen", 1e300), ("care", "magic"),
    ("listed", 1), ("happened_at", "today"), ("happened_at", "2025-11-10T09:00:00"),
    ("happened_at", "2025-11-10T09:05:01+08:00"), ("happened_at", "2019-01-01T09:00:00+08:00"),
    ("happened_at", "0001-01-01T00:00:00+14:00"), ("colour", "red"), ("self_payed_fen", 1),
    ("sponsor", "P310000-father\n"), ("shown_by", ""),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_a_field_that_cannot_be_taken_is_told_alike(kept: Twins, field: str, value: Any) -> None:
    before = kept.written()
    found = kept.told(json.dumps({**json.loads(GOOD), field: value}).encode())
    assert found is not None
    assert found.status in (400, 422)
    assert kept.written() == before


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(GOOD + b"\n", id="a newline after it"),
        pytest.param(b" \r\n\t" + GOOD + b" ", id="spaces around it"),
        pytest.param(GOOD.replace(b'"id"', b'"\\u0069d"'), id="an escaped name"),
        pytest.param(GOOD[:-1] + b', "self_paid_fen": 15000}', id="a name twice"),
        pytest.param(
            GOOD[:-1] + b', "total_fen": 7, "total_fen": 15000}', id="the last one counts"
        ),
    ],
)
def test_json_in_other_forms_is_read_alike(twins: Twins, body: bytes) -> None:
    found = twins.told(body)
    assert found is not None
    assert found.status == 200


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just("b\n"),
    st.sampled_from(["pharmacy", "own", "P310000-child", "2025-11-10T08:00:00Z", 15000, 0]),
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(
    change=st.dictionaries(
        st.one_of(st.sampled_from(SettlementRequest.__struct_fields__), st.text(max_size=9)),
        st.one_of(scalars, st.lists(scalars, max_size=3)),
        max_size=3,
    ),
    cut=st.integers(0, 3),
    lang=st.sampled_from(["", "zh", "en", "en;q=0.1, zh", "\u00ff"]),
    key=st.sampled_from(["key-clinic"] * 9 + ["key-other", "key-auditor", "x.y.z", " "]),
)
def test_whatever_is_sent_is_answered_alike(
    kept: Twins, change: dict[str, Any], cut: int, lang: str, key: str
) -> None:
    body = json.dumps({**json.loads(GOOD), **change}).encode()
    kept.told(body[: len(body) - cut], key=key, headers={"accept-language": lang})


# The door ────────────────────────────────────────────────────────────────────────────────────────


def test_a_plain_bill_does_not_reach_the_router(twins: Twins) -> None:
    """A guard on this file: the lane would agree with the route if it always asked it."""

    async def nobody(*_: Any) -> None:
        raise AssertionError("the router was asked")

    _, lane = twins.ways
    lane.app._app.asgi_handler = nobody
    for body in (encoded(twins.town, "b1"), b"{"):
        assert asyncio.run(ask(lane.app, body)) is not None
    with pytest.raises(AssertionError, match="router"):
        asyncio.run(ask(lane.app, b""))


def test_a_key_is_asked_for_once_and_for_as_long_as_the_doorkeeper_remembers(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, (town, _, lane) = twins.ways
    asked = 0
    plain = Counter.ask

    async def counted(self: Counter, use_case: Any) -> Any:
        nonlocal asked
        asked += 1
        return await plain(self, use_case)

    monkeypatch.setattr(Counter, "ask", counted)
    doorkeeper = lane._doorkeeper
    seconds = 100.0
    doorkeeper._seconds = lambda: seconds
    for id in ("a", "b"):
        asyncio.run(ask(lane, encoded(town, id)))
        assert asked == 1
    monkeypatch.setattr(SqlUnit, "caller", lambda *_: None)  # the key is withdrawn
    seconds += 14.9
    assert asyncio.run(ask(lane, encoded(town, "c"))).status == 200  # type: ignore[union-attr]
    seconds += 0.2
    assert asyncio.run(ask(lane, encoded(town, "d"))).status == 401  # type: ignore[union-attr]
