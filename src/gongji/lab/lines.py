"""专线: a client's own connection to a service, and the patience to ask again under the same id.

A connection that breaks and a 503 both mean that nobody knows; whoever asks the same again finds
out. Everything else that is not an answer is noted as wrong.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from gongji.lab.load import NoAnswer, Place

LONGEST_S = 120.0
"""How long a request is asked again before the service counts as gone for good."""

ANSWERS_IN_S = 30.0
"""How long one try may take: longer than a database waits for a lock."""


class Reply(NamedTuple):
    """An answer; `tries` is how often it was asked for."""

    status: int
    headers: Mapping[str, str]
    body: Any
    tries: int = 1

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.status in {200, 201}


class Line:
    """One kept-alive connection, one request under way. It connects when it must."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._wire: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, key: str = "", body: object = None) -> Reply:
        """One try. NoAnswer where the connection could not be had or broke before the answer."""
        try:
            async with asyncio.timeout(ANSWERS_IN_S):
                if self._wire is None:
                    self._wire = await asyncio.open_connection(*self._place)
                reader, writer = self._wire
                writer.write(_request(self._place, method, path, key, body))
                return await _reply(reader)
        except (OSError, EOFError, asyncio.IncompleteReadError) as error:
            self.close()
            raise NoAnswer(f"{method} {path}: {error!r}") from None

    def close(self) -> None:
        """Hang up."""
        if self._wire is not None:
            with contextlib.suppress(OSError, RuntimeError):
                self._wire[1].close()
            self._wire = None


class Patience:
    """Asks again until there is an answer, and counts what came in between."""

    def __init__(self) -> None:
        self.requests = self.unavailable = self.broken = 0
        self.wrong: list[str] = []

    async def ask(
        self, line: Line, method: str, path: str, key: str = "", body: object = None
    ) -> Reply:
        """The answer, however often it had to be asked for. NoAnswer once it has taken too long."""
        until = asyncio.get_running_loop().time() + LONGEST_S
        tries = 0
        while asyncio.get_running_loop().time() < until:
            tries += 1
            self.requests += 1
            try:
                reply = await line.ask(method, path, key, body)
            except NoAnswer:
                self.broken += 1
                await asyncio.sleep(0.05)
                continue
            if reply.status != 503:
                if reply.status >= 500:
                    self.wrong.append(f"{method} {path}: {reply.status} {reply.body}")
                return reply._replace(tries=tries)
            self.unavailable += 1
            self.wrong += unclear(reply)
            await asyncio.sleep(0.1)
        raise NoAnswer(f"{method} {path}: no answer in {LONGEST_S:.0f} seconds")


def unclear(reply: Reply) -> list[str]:
    """What a 503 must say and does not, or says and must not."""
    wrong = []
    told = reply.body if isinstance(reply.body, dict) else {}
    if told.get("code") not in {"busy", "store_unavailable"}:
        wrong.append(f"a 503 without its code: {reply.body}")
    if not reply.headers.get("retry-after", "").isdigit():
        wrong.append("a 503 without Retry-After")
    if any(word in str(reply.body) for word in ("Traceback", "psycopg", "sqlite", "SELECT")):
        wrong.append(f"a 503 shows what is inside: {reply.body}")
    return wrong


def _request(place: Place, method: str, path: str, key: str, body: object) -> bytes:
    content = b"" if body is None else msgspec.json.encode(body)
    lines = [f"{method} {path} HTTP/1.1", f"Host: {place.host}:{place.port}"]
    lines += [f"Authorization: Bearer {key}"] if key else []
    lines += ["Accept-Language: en", f"Content-Length: {len(content)}"]
    lines += ["Content-Type: application/json"] if content else []
    return "\r\n".join([*lines, "", ""]).encode() + content


async def _reply(reader: asyncio.StreamReader) -> Reply:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(": ")[::2] for line in head[1:] if line)
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers["content-length"]))
    status = int(head[0].split(" ")[1])
    is_json = "json" in headers.get("content-type", "")
    return Reply(status, headers, msgspec.json.decode(body) if is_json else body)
