"""入口: every style of address, in front of the framework's router or as one of its routes."""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import asgi
from litestar.enums import ScopeType
from litestar.handlers import ASGIRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from gongji.desk.counter import Busy
from gongji.desk.ports import StoreUnavailable
from gongji.national.gateway import Interface
from gongji.national.profiles import mounts
from gongji.national.signatures import Turned

BODY_LIMIT = 24 << 20
"""A file of 16 MiB in Base64, and its message."""

Headers = Sequence[tuple[bytes, bytes]]
Told = tuple[int, Headers, bytes]
"""Status, headers and body."""

_log = logging.getLogger(__name__)
_JSON, _STREAM = b"application/json; charset=utf-8", b"application/octet-stream"


class Gate:
    """The ASGI application with the interface in front of it; `headers` stand on every answer, as
    the application itself would add them.

    Nothing of the framework's is needed to answer a message, and its router costs as much as
    reading one. A server that asks `answer` itself spares the messages of ASGI as well. The route
    stays, for applications without a gate; a test compares their answers.
    """

    def __init__(self, app: ASGIApp, interface: Interface, headers: Headers) -> None:
        self._app, self._interface, self._headers = app, interface, headers
        self._mounts = tuple(f"{mount}/" for mount in mounts())
        self.mounts = tuple(mount.encode() for mount in self._mounts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection's request, or the server's start and stop."""
        if scope["type"] == ScopeType.HTTP and scope["path"].startswith(self._mounts):
            await respond(self._interface, scope, receive, send, self._headers)
        else:
            await self._app(scope, receive, send)

    async def answer(self, scope: Any, body: bytes) -> Told:
        """The answer to a message that came by POST, with its whole body."""
        return _told(await _replied(self._interface, scope, body), self._headers)


def route(interface: Interface) -> ASGIRouteHandler:
    """The route: every path below every profile's mount."""

    @asgi(list(mounts()), is_mount=True, opt={"access": frozenset({None})}, copy_scope=True)
    async def national(scope: Scope, receive: Receive, send: Send) -> None:
        """国家接口: see docs/reference/national-interface.md."""
        await respond(interface, scope, receive, send)

    return national


async def respond(
    interface: Interface, scope: Any, receive: Receive, send: Send, headers: Headers = ()
) -> None:
    """Answer one request. A refusal is HTTP 200 as well: clients take any other for no answer."""
    status, told, body = _told(await _answered(interface, scope, receive), headers)
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _told(answered: tuple[int, bytes, bytes], headers: Headers) -> Told:
    status, body, kind = answered
    length = b"%d" % len(body)
    return status, [(b"content-type", kind), (b"content-length", length), *headers], body


async def _answered(interface: Interface, scope: Any, receive: Receive) -> tuple[int, bytes, bytes]:
    """Status, body and content type."""
    if scope["method"] != "POST":
        return 405, _gateway_error(405, "请以POST发送报文"), _JSON
    body = await _body(receive)
    if body is None:
        return 413, _gateway_error(413, f"报文过大，至多{BODY_LIMIT >> 20}兆字节"), _JSON
    return await _replied(interface, scope, body)


async def _replied(interface: Interface, scope: Any, body: bytes) -> tuple[int, bytes, bytes]:
    headers = {
        name.decode("latin-1").lower(): value.decode("utf-8", "replace")
        for name, value in scope["headers"]
    }
    client = scope["client"]
    try:
        reply = await interface.answer(
            body, headers, path=scope["path"], client=client[0] if client else ""
        )
    except (Busy, StoreUnavailable) as error:
        _log.warning("national interface: %s", error)
        return 503, _gateway_error(503, "系统繁忙，请稍后以同一msgid重发"), _JSON
    except Exception:
        _log.exception("national interface")
        return 500, _gateway_error(500, "系统内部错误，已记录；请以同一msgid重发"), _JSON
    if isinstance(reply, Turned):
        return 200, _gateway_error(401, reply.says), _JSON
    return 200, reply.body, _STREAM if reply.stream else _JSON


def _gateway_error(code: int, says: str) -> bytes:
    """`{"code":401,"message":…}`: the gateway's own form, before any transaction."""
    return msgspec.json.encode({"code": code, "message": says})


async def _body(receive: Receive) -> bytes | None:
    """The whole body, None when it is larger than any message."""
    parts: list[bytes] = []
    size = 0
    more = True
    while more:
        message: Any = await receive()
        if message["type"] != "http.request":
            break
        part = message.get("body", b"")
        size += len(part)
        if size > BODY_LIMIT:
            return None
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)
