"""快道: the path that everybody waits for, in front of the framework's router.

It takes the plain case of `POST /v1/settlements`: a body of a known length, no query. Everything
else is the ordinary application's, untouched. The ordinary route stays registered: it documents
the path, it takes what is not plain, and a test holds every answer of the lane against it, byte by
byte. Door, reading, settling and problems are the same functions on both ways.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import HTTPReceiveMessage, HTTPScope, Message, Receive, Scope, Send

from gongji.settlement.bill import SettlementRequest
from gongji.web.access import Call, let_in
from gongji.web.app import NOT_KEPT, PROTECTION, protect
from gongji.web.problems import problem_of
from gongji.web.reading import BODY_LIMIT, read_body
from gongji.web.settlement_routes import settle, settle_bill

PATH: Final = "/v1/settlements"
_TYPE = (b"content-type", b"application/json")
_REST = [*PROTECTION, NOT_KEPT]
_DIGITS = len(str(BODY_LIMIT))
_encode = msgspec.json.Encoder().encode


class Reply(NamedTuple):
    """An answer before it goes over the wire."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Lane:
    """The ASGI application with the quick path in front. A server that asks `answer` itself spares
    the messages of ASGI as well; one that does not is served all the same."""

    def __init__(self, app: Litestar) -> None:
        self._app, self._counter, self._doorkeeper = app, app.state.counter, app.state.doorkeeper
        self._allowed = settle.opt["access"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection's request, or the server's start and stop."""
        if scope["type"] != ScopeType.HTTP or not is_plain(scope):
            await self._app(scope, receive, send)
        elif (body := await _whole(receive)) is not None:
            reply = await self.answer(scope, body)
            await send(
                {
                    "type": "http.response.start",
                    "status": reply.status,
                    "headers": reply.headers,
                }
            )
            await send({"type": "http.response.body", "body": reply.body, "more_body": False})

    async def answer(self, scope: HTTPScope, body: bytes) -> Reply:
        """The answer to a settlement that is plain, with its whole body."""
        try:
            authorization = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
            caller = await let_in(self._doorkeeper, authorization, self._allowed)
            request = read_body(body, SettlementRequest)
            shown = _encode(await settle_bill(self._counter, caller, request))
        except Exception as error:
            return await self._told(error, scope)
        return Reply(200, [_TYPE, (b"content-length", b"%d" % len(shown)), *_REST], shown)

    async def _told(self, error: Exception, scope: HTTPScope) -> Reply:
        """The problem, as the ordinary application tells it."""
        scope["app"] = scope["litestar_app"] = self._app
        call = Call(scope, _nothing_more)
        told: list[Any] = []

        async def keep(message: Message) -> None:
            await protect(message, scope)
            told.append(message)

        response = problem_of(call, error).to_asgi_response(app=None, request=call)
        await response(scope, _nothing_more, keep)
        start, *bodies = told
        content = b"".join(message["body"] for message in bodies)
        return Reply(start["status"], list(start["headers"]), content)


def is_plain(scope: HTTPScope) -> bool:
    """Whether this is a settlement that has no query, says how long its body is, within the limit,
    and brings each header once."""
    if scope["path"] != PATH or scope["method"] != "POST" or scope["query_string"]:
        return False
    headers = dict(scope["headers"])
    return len(headers) == len(list(scope["headers"])) and is_small(headers)


def is_small(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the body's length is told, and nobody need stop reading before its end."""
    length = headers.get(b"content-length", b"")
    return (
        b"transfer-encoding" not in headers
        and len(length) <= _DIGITS
        and length.isdigit()
        and 0 < int(length) <= BODY_LIMIT
    )


async def _whole(receive: Receive) -> bytes | None:
    """The body, which may come in pieces; None where the asker has gone away before its end."""
    message = await receive()
    if message["type"] == "http.request" and not message["more_body"]:
        return message["body"]
    body = bytearray()
    while message["type"] == "http.request":
        body += message["body"]
        if not message["more_body"]:
            return bytes(body)
        message = await receive()
    return None


async def _nothing_more() -> HTTPReceiveMessage:
    return {"type": "http.disconnect"}
