"""协议: HTTP/1.1 as uvicorn reads it, with a short way for the lane.

A settlement goes from the parser to the lane and back as one piece of bytes: without the messages
of ASGI, which cost more than all that the lane does. What the parser takes, how requests in a row
wait for each other, and how a stop waits for them stays uvicorn's.

Java's own client asks in its first request to go on in HTTP/2 (`Upgrade: h2c`). A server need not
take that up, and ours does not; but the parser then takes what follows for another protocol, and the
request's body would be lost.
"""

import asyncio
from typing import Any, ClassVar

from litestar.types import HTTPScope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gongji.web.lane import PATH, Lane, is_plain

_WISH, _UNUSED = b"\r\nUpgrade: h2c\r\n", b"\r\nUnused_: h2c\r\n"
assert len(_WISH) == len(_UNUSED)


_PATH = PATH.encode()


class Quick:
    """One request on the short way: what uvicorn's protocol asks of a request under way."""

    message_event = asyncio.Event()  # nobody waits for it

    def __init__(self, scope: HTTPScope) -> None:
        self.scope = scope
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
    """With the short way. A service's own class names its lane."""

    lane: ClassVar[Lane]
    cycle: Any

    def on_headers_complete(self) -> None:
        """The short way, for a plain settlement that stands in no row and after which the
        connection stays; else uvicorn's."""
        if self.url == _PATH and self.parser.get_method() == b"POST" and self._is_in_no_row():
            scope: Any = self.scope  # uvicorn and Litestar have each their name for its type
            scope.update(method="POST", path=PATH, raw_path=_PATH, query_string=b"")
            if is_plain(scope):
                self.cycle = Quick(scope)
                return
        super().on_headers_complete()

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
            reply = await self.lane.answer(cycle.scope, bytes(cycle.body))
        except Exception:
            self.logger.exception("a problem could not be told")
            self.transport.close()
            return
        if cycle.disconnected:
            return
        said = [STATUS_LINE[reply.status]]
        for name, value in (*self.server_state.default_headers, *reply.headers):
            said += (name, b": ", value, b"\r\n")
        said += (b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n", reply.body)
        self.transport.write(b"".join(said))
        cycle.response_complete = True
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()


def speaking(lane: Lane) -> type[QuickHttp11]:
    """The protocol of a service with this lane."""
    return type("QuickHttp11OfAService", (QuickHttp11,), {"lane": lane})
