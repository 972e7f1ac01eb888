"""One request as the HTTP server hands it to the application, and what the application sends back."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

PATH = "/v1/settlements"


class Told(NamedTuple):
    """What an asker is told."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


async def ask(
    app: Any,
    body: bytes | Sequence[bytes] = b"",
    *,
    key: str | None = "key-clinic",
    method: str = "POST",
    path: str = PATH,
    query: bytes = b"",
    headers: Mapping[str, str | None] | Sequence[tuple[str, str]] = (),
    hangs_up: bool = False,
) -> Told | None:
    """Ask, with the body in one piece or in several. A header of None is left out. None is told to
    whoever `hangs_up` before the last piece."""
    pieces = [body] if isinstance(body, bytes) else list(body)
    usual: dict[str, str | None] = {
        "host": "127.0.0.1",
        "authorization": f"Bearer {key}" if key else None,
        "content-type": "application/json",
        "content-length": str(sum(map(len, pieces))),
    }
    if isinstance(headers, Mapping):
        pairs = list({**usual, **headers}.items())
    else:
        pairs = [*usual.items(), *headers]
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": piece, "more_body": True} for piece in pieces
    ]
    if not hangs_up:
        messages[-1]["more_body"] = False
    messages.reverse()
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
        "scheme": "http",
        "root_path": "",
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in pairs if v is not None],
        "state": {},
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
    }
    await app(scope, receive, send)
    if not sent:
        return None
    start, *rest = sent
    assert [message["type"] for message in rest] == ["http.response.body"] * len(rest)
    return Told(start["status"], list(start["headers"]), b"".join(m.get("body", b"") for m in rest))
