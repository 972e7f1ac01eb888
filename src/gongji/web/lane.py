"""快道: the path that everybody waits for, in front of the framework's router.

It takes the plain case of `POST /v1/settlements`: a body of a known length, no query. Everything
else is the ordinary application's, untouched. The ordinary route stays registered: it documents
the path, it takes what is not plain, and a test holds every answer of the lane against it, byte by
byte. Door, reading, settling and problems are the same functions on both ways.
"""

from typing import Final

import msgspec
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import HTTPScope, Message, Receive, Scope, Send

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


class Lane:
    """The ASGI application with the quick path in front."""

    def __init__(self, app: Litestar) -> None:
        self._app, self._counter, self._doorkeeper = app, app.state.counter, app.state.doorkeeper
        self._allowed = settle.opt["access"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection's request, or the server's start and stop."""
        if scope["type"] == ScopeType.HTTP and (headers := _plain(scope)) is not None:
            authorization = headers.get(b"authorization", b"").decode("latin-1")
            await self._settle(authorization, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _settle(
        self, authorization: str, scope: HTTPScope, receive: Receive, send: Send
    ) -> None:
        try:
            caller = await let_in(self._doorkeeper, authorization, self._allowed)
            body = await _whole(receive)
            if body is None:
                return  # gone in the middle of the sentence; nobody is there to be told
            request = read_body(body, SettlementRequest)
            answer = _encode(await settle_bill(self._counter, caller, request))
        except Exception as error:
            await self._tell(error, scope, receive, send)
            return
        length = (b"content-length", b"%d" % len(answer))
        await send(
            {"type": "http.response.start", "status": 200, "headers": [_TYPE, length, *_REST]}
        )
        await send({"type": "http.response.body", "body": answer, "more_body": False})

    async def _tell(self, error: Exception, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """The problem, as the ordinary application tells it."""
        scope["app"] = scope["litestar_app"] = self._app
        call = Call(scope, receive, send)

        async def protected(message: Message) -> None:
            await protect(message, scope)
            await send(message)

        response = problem_of(call, error).to_asgi_response(app=None, request=call)
        await response(scope, receive, protected)


def _plain(scope: HTTPScope) -> dict[bytes, bytes] | None:
    """The headers of a settlement that has no query, says how long its body is, within the limit,
    and brings each header once; None for whatever else."""
    if scope["path"] != PATH or scope["method"] != "POST" or scope["query_string"]:
        return None
    pairs = list(scope["headers"])
    headers = dict(pairs)
    length = headers.get(b"content-length", b"")
    plain = (
        len(headers) == len(pairs)
        and b"transfer-encoding" not in headers
        and len(length) <= _DIGITS
        and length.isdigit()
        and 0 < int(length) <= BODY_LIMIT
    )
    return headers if plain else None


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
