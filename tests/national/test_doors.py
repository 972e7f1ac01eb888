"""The gate in front of the router, the route behind it and the short way answer alike, byte by byte."""

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from gongji.desk.counter import Busy, Counter
from gongji.desk.ports import StoreUnavailable
from gongji.national import doors
from gongji.national.doors import Gate, route
from gongji.national.exchange import Reply
from gongji.national.gateway import Interface
from gongji.national.profiles import mounts
from gongji.national.signatures import Turned
from gongji.web.app import NOT_KEPT, PROTECTION, create_app
from gongji.web.lane import Lane
from gongji.web.protocol import Http11, speaking
from national.windows import HOSPITAL, MEMBER, PHARMACY, Sandbox, Window, registration
from web.over_asgi import Told, ask

URL = "/fsi/api/rsfComIfsService/callService"


class Ready(Interface):
    """An interface that has its answer before it is asked, and keeps what it was asked."""

    answer_: Reply | Turned | Exception = Reply(b'{"infcode":0}')
    asked: Any = None
    asked_before: tuple[Any, ...] = ()

    async def answer(
        self, body: bytes, headers: Any, *, path: str = "", client: str = ""
    ) -> Reply | Turned:
        """The answer, whatever the message."""
        self.asked_before += (self.asked,)
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
    """Status, headers and body; a failure is said in words that can be passed on (SET-16)."""
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


# On the wire ─────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def wired(ready: Ready, *, quick: bool) -> Iterator[int]:
    """The port of a service behind a gate, with the short way or without."""
    app = create_app(Counter(Sandbox().office), token_secret=b"3" * 32)
    gate = Gate(app, ready, [*PROTECTION, NOT_KEPT])
    http = speaking(Lane(app), gate) if quick else Http11
    config = uvicorn.Config(gate, http=http, log_level="critical", server_header=False)
    server, listening = uvicorn.Server(config), socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def ports() -> Iterator[tuple[Ready, int, int]]:
    """An interface, and the ports at which it answers with the short way and without."""
    ready = Ready(None, None)  # type: ignore[arg-type]  # it asks neither
    with wired(ready, quick=True) as short, wired(ready, quick=False) as long:
        yield ready, short, long


def told_at(port: int, *pieces: bytes) -> bytes:
    """All that is answered until the connection ends, without dates."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            client.sendall(piece)
        found = b"".join(iter(lambda: client.recv(65536), b""))
    return re.sub(rb"date: [^\r]*\r\n", b"", found)


def posted(body: bytes, *more: str, path: str = URL, method: str = "POST") -> bytes:
    """A request with a body whose length is told."""
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *more, "", ""]
    return "\r\n".join(lines).encode() + body


LAST = posted(b"last", "Connection: close")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([posted(b"{}"), LAST], id="at once"),
        pytest.param([posted(b"{}") + LAST], id="in a row"),
        pytest.param([posted(b"{}")[:-2], b"{}", LAST], id="head and body apart"),
        pytest.param([bytes([byte]) for byte in posted(b"{}") + LAST], id="bytewise"),
        pytest.param([posted(b"{}", path=f"{mounts()[0]}/2207"), LAST], id="a service's address"),
        pytest.param([posted(b"{}", path=f"{URL}?a=1"), LAST], id="a query"),
        pytest.param([posted(b"{}", path=f"{URL}%31"), LAST], id="an escape"),
        pytest.param([posted(b"{}", path="/fsi/apiary"), LAST], id="another path"),
        pytest.param([posted(b"{}", method="PUT"), LAST], id="PUT"),
        pytest.param([posted(b"", "_api_name: 2207"), LAST], id="no body"),
        pytest.param([posted(b"x" * 65_536), LAST], id="the largest small body"),
        pytest.param([posted(b"x" * 65_537), LAST], id="a large body"),
        pytest.param([posted(b"x" * 1_000_000), LAST], id="a megabyte"),
        pytest.param([posted(b"{}", "Expect: 100-continue"), LAST], id="Expect"),
        pytest.param(
            [
                f"POST {URL} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode(),
                b"2\r\n{}\r\n0\r\n\r\n",
                LAST,
            ],
            id="chunked",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "answer", [Reply(b'{"infcode":0}'), Turned("验签失败"), ValueError("ours")]
)
def test_the_short_way_carries_the_same_bytes(
    ports: tuple[Ready, int, int], sent: list[bytes], answer: Any
) -> None:
    """What is asked, and what is answered, with the short way and without."""
    ready, short, long = ports
    ready.answer_ = answer
    found = []
    for port in (short, long):
        ready.asked, ready.asked_before = None, ()
        found.append((told_at(port, *sent), ready.asked, ready.asked_before))
    assert found[0] == found[1]
    assert found[0][0].count(b"HTTP/1.1 ") >= 2
