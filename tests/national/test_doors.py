"""The gate in front of the router and the route behind it answer alike, byte by byte."""

import asyncio
from typing import Any

import pytest

from gongji.desk.counter import Busy, Counter
from gongji.desk.ports import StoreUnavailable
from gongji.national import doors
from gongji.national.doors import Gate, route
from gongji.national.exchange import Reply
from gongji.national.gateway import Interface
from gongji.national.profiles import mounts
from gongji.national.signatures import Turned
from gongji.web.app import NOT_KEPT, PROTECTION, create_app
from national.windows import HOSPITAL, MEMBER, PHARMACY, Sandbox, Window, registration
from web.over_asgi import Told, ask

URL = "/fsi/api/rsfComIfsService/callService"


class Ready(Interface):
    """An interface that has its answer before it is asked, and keeps what it was asked."""

    answer_: Reply | Turned | Exception = Reply(b'{"infcode":0}')
    asked: Any = None

    async def answer(
        self, body: bytes, headers: Any, *, path: str = "", client: str = ""
    ) -> Reply | Turned:
        """The answer, whatever the message."""
        self.asked = (body, dict(headers), path.rstrip("/").rpartition("/")[2], client)
        if isinstance(self.answer_, Exception):
            raise self.answer_
        return self.answer_


def both(ready: Ready, *body: bytes, **how: Any) -> Told:
    """What the two ways make of it, and that both were asked the same."""
    counter = Counter(Sandbox().office)
    app = create_app(counter, token_secret=b"3" * 32, pages=[route(ready)])
    gate = Gate(app, ready, [*PROTECTION, NOT_KEPT])
    found, asked = [], []
    for way in (app, gate):
        ready.asked = None
        found.append(asyncio.run(ask(way, list(body) or b"{}", **how)))
        asked.append(ready.asked)
    assert found[0] == found[1]
    assert asked[0] == asked[1]
    assert found[0] is not None
    return found[0]


@pytest.mark.parametrize(
    ("answer", "status", "says"),
    [
        (Reply(b'{"infcode":0}'), 200, '"infcode":0'),
        (Reply(b"\x00\xff", stream=True), 200, ""),
        (Turned("验签失败"), 200, "验签失败"),
        (Busy("full"), 503, "同一msgid重发"),
        (StoreUnavailable("gone"), 503, "同一msgid重发"),
        (ValueError("ours"), 500, "系统内部错误"),
    ],
)
def test_every_answer_on_both_ways(answer: Any, status: int, says: str) -> None:
    """Status, headers and body."""
    ready = Ready(None, None)  # type: ignore[arg-type]  # it asks neither
    ready.answer_ = answer
    for path in (URL, *(f"{mount}/2207" for mount in mounts())):
        told = both(ready, path=path)
        assert told.status == status
        assert says in told.body.decode("utf-8", "replace")


def test_every_request_on_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces, another method, odd headers, too much."""
    ready = Ready(None, None)  # type: ignore[arg-type]  # it asks neither
    assert both(ready, b'{"a":', b"1}", path=URL).status == 200
    assert both(ready, path=URL, headers={"_api_name": "2207"}).status == 200
    assert both(ready, path=URL, method="GET").status == 405
    assert both(ready, path=URL, headers=[("x-odd", "\xe9"), ("x-odd", "2")]).status == 200
    monkeypatch.setattr(doors, "BODY_LIMIT", 3)
    assert both(ready, b"1234", path=URL).status == 413


def test_a_query_is_nothing_to_the_gate() -> None:
    """The application refuses one that no route has; a client's proxy may well add one."""
    ready = Ready(None, None)  # type: ignore[arg-type]  # it asks neither
    gate = Gate(create_app(Counter(Sandbox().office), token_secret=b"3" * 32), ready, [])
    told = asyncio.run(ask(gate, b"{}", path=URL, query=b"a=1"))
    assert told is not None
    assert told.status == 200


def test_another_path_is_the_application_s() -> None:
    """Also one that only begins like a mount."""
    ready = Ready(None, None)  # type: ignore[arg-type]  # it asks neither
    for path in ("/health", "/fsi/apiary", "/v1/settlements"):
        both(ready, path=path, method="GET")
        assert ready.asked is None


def test_a_code_that_is_connected_anew() -> None:
    """The institution of a code is remembered, and held against the store by whoever writes."""
    box = Sandbox()
    counter = Counter(box.office)
    interface = Interface(counter, lambda id: id, open_door=True)
    window = Window(box)

    async def sent() -> bytes:
        import msgspec

        message = msgspec.json.encode(window.message("2201", data=registration(MEMBER, box.now)))
        found = await interface.answer(message, {}, client="127.0.0.1")
        assert isinstance(found, Reply)
        assert b'"infcode":0' in found.body
        return found.body

    async def day() -> None:
        counter.start()
        await sent()
        first = interface._places[HOSPITAL]
        await counter.do(
            lambda session: session.unit.connect_code(
                HOSPITAL, session.unit.institution_of_code(PHARMACY) or "", session.at
            )
        )
        await sent()
        assert interface._places.get(HOSPITAL) != first
        counter.stop()

    asyncio.run(day())
