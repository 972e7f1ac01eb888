"""协议: HTTP/1.1 as uvicorn reads it, with a short way for the lane and for the gate.

A settlement goes from the parser to the lane and back as one piece of bytes: without the messages
of ASGI, which cost more than all that the lane does; a message of the national interface so goes to
its gate. What the parser takes, how requests in a row wait for each other, and how a stop waits for
them stays uvicorn's.

Java's own client asks in its first request to go on in HTTP/2 (`Upgrade: h2c`). A server need not
take that up, and ours does not; but the parser then takes what follows for another protocol, and the
request's body would be lost.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar, Protocol

from litestar.types import HTTPScope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gongji.web.lane import PATH, Lane, is_plain, is_small

_WISH, _UNUSED = b"\r\nUpgrade: h2c\r\n", b"\r\nUnused_: h2c\r\n"
assert len(_WISH) == len(_UNUSED)


_PATH = PATH.encode()
_PLAIN_PATH = re.compile(rb"[A-Za-z0-9/._-]+")

Told = tuple[int, Sequence[tuple[bytes, bytes]], bytes]
"""Status, headers, body."""

Answer = Callable[[HTTPScope, bytes], Awaitable[Told]]
"""What a request with its whole body is answered."""


class Mounted(Protocol):
    """Whatever answers all that is sent by POST below its mounts."""

    mounts: tuple[bytes, ...]

    def answer(self, scope: HTTPScope, body: bytes, /) -> Awaitable[Told]:
        """What a request with its whole body is answered."""
        ...


class Quick:
    """One request on the short way: what uvicorn's protocol asks of a request under way."""

    message_event = asyncio.Event()  # nobody waits for it

    def __init__(self, scope: HTTPScope, answer: Answer) -> None:
        self.scope, self.answer = scope, answer
        self.body = bytearray()
        self.keep_alive, self.more_body = True, True
        self.response_complete = self.disconnected = False


class Http11(HttpToolsProtocol):
    """The wish to change to HTTP/2 is passed over, as RFC 9110 (7.8) lets a server do."""

    def data_received(self, data: bytes) -> None:
        """Bytes of a connection: the wish stands among the headers of a request's first bytes."""
        if _WISH in data:
            head, end, body = data.partition(b"\r\n\r\n")
            data = (head + b"\r\n").replace(_WISH, _UNUSED)[:-2] + end + body
        super().data_received(data)


class QuickHttp11(Http11):
    """With the short ways. A service's own class names its lane and its gate."""

    lane: ClassVar[Lane]
    gate: ClassVar[Mounted | None] = None
    cycle: Any

    def on_headers_complete(self) -> None:
        """A short way, for a plain request that stands in no row and after which the connection
        stays; else uvicorn's."""
        if self.parser.get_method() == b"POST" and self._is_in_no_row():
            answer = self._short_way()
            if answer is not None:
                self.cycle = Quick(self.scope, answer)  # type: ignore[arg-type]  # uvicorn's name
                return
        super().on_headers_complete()

    def _short_way(self) -> Answer | None:
        """A settlement's, or a message's of the national interface that is no large file."""
        scope: Any = self.scope  # uvicorn and Litestar have each their name for its type
        if self.url == _PATH:
            scope.update(method="POST", path=PATH, raw_path=_PATH, query_string=b"")
            return self.lane.answer if is_plain(scope) else None
        if (
            self.gate is None
            or not self.url.startswith(self.gate.mounts)
            or not _PLAIN_PATH.fullmatch(self.url)
            or not is_small(dict(self.headers))
        ):
            return None
        path = self.url.decode()
        scope.update(method="POST", path=path, raw_path=self.url, query_string=b"")
        return self.gate.answer

    def _is_in_no_row(self) -> bool:
        return (
            (self.cycle is None or self.cycle.response_complete)
            and not self.expect_100_continue
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
        )

    def on_message_complete(self) -> None:
        """The body is whole: now somebody may be asked."""
        super().on_message_complete()
        if isinstance(self.cycle, Quick) and not self.cycle.response_complete:
            task = self.loop.create_task(self._answer(self.cycle))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _answer(self, cycle: Quick) -> None:
        try:
            status, headers, body = await cycle.answer(cycle.scope, bytes(cycle.body))
        except Exception:
            self.logger.exception("a problem could not be told")
            self.transport.close()
            return
        if cycle.disconnected:
            return
        said = [STATUS_LINE[status]]
        for name, value in (*self.server_state.default_headers, *headers):
            said += (name, b": ", value, b"\r\n")
        said += (b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n", body)
        self.transport.write(b"".join(said))
        cycle.response_complete = True
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()


def speaking(lane: Lane, gate: Mounted | None = None) -> type[QuickHttp11]:
    """The protocol of a service with this lane, and with this gate if it has one."""
    return type("QuickHttp11OfAService", (QuickHttp11,), {"lane": lane, "gate": gate})
