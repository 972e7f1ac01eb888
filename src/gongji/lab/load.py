"""压力: requests over HTTP, as many as the service answers, or as many as arrive.

Two questions need two generators. *How many can it answer?* is a closed loop: each connection
sends its next request when the last is answered. *How long does one wait?* is an open loop:
requests arrive whether or not the service keeps up, and each is timed from its moment of arrival,
so that a stall counts for everybody who came during it.
"""

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

T = TypeVar("T")


class Load(msgspec.Struct, frozen=True):
    """What came of a run. Times are milliseconds; `a_second` counts answers of any status.

    `own_cpu_us` is what asking has cost for each answer: it shares the processors with the service.
    """

    connections: int
    offered_a_second: float | None  # None: a closed loop offers what is answered
    seconds: float
    answers: int
    a_second: float
    p50_ms: float
    p99_ms: float
    slowest_ms: float
    own_cpu_us: float
    statuses: Mapping[int, int]


class NoAnswer(Exception):
    """The service closed a connection, or answered in a form that this client does not read."""


class Place(NamedTuple):
    """Where the service listens."""

    host: str
    port: int


def closed_loop(place: Place, requests: Iterator[bytes], connections: int, most_s: float) -> Load:
    """Ask over so many connections at once until the requests or the seconds are used up."""
    return _run(_closed(place, requests, connections, most_s))


def open_loop(
    place: Place,
    requests: Iterator[bytes],
    connections: int,
    a_second: float,
    most_s: float,
    seed: int = 1,
) -> Load:
    """Let requests arrive at random moments, so many a second on average, and time their waits."""
    return _run(_open(place, requests, connections, a_second, most_s, seed))


def post(place: Place, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """One request as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {place.host}:{place.port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def share(sorted_values: list[float], part: float) -> float:
    """The value that this part of all values does not exceed; 0 where there are none."""
    if not sorted_values:
        return 0.0
    return sorted_values[min(int(len(sorted_values) * part), len(sorted_values) - 1)]


class _Connection(asyncio.Protocol):
    """One kept-alive connection with one request under way.

    It reads just enough of HTTP: the status, the length, the body's end. A whole client library
    would cost more time for each request than the service that it measures.
    """

    def __init__(self, answered: Callable[["_Connection", int], None]) -> None:
        self._answered = answered
        self._buffer = b""
        self._needed = 0
        self._status = 0
        self.transport: asyncio.Transport | None = None
        self.failure: NoAnswer | None = None
        self.since = 0.0
        self.gone: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own is no subclass

    def ask(self, request: bytes, since: float) -> None:
        """Send a request that has waited since this moment."""
        assert self.transport is not None
        self.since = since
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._needed:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].lower()
            at = head.find(b"\r\ncontent-length:")
            if at < 0:
                self._fail("an answer without Content-Length")
                return
            self._status = int(head[9:12])
            self._needed = end + 4 + int(head[at + 17 :].split(b"\r\n", 1)[0])
        if len(self._buffer) >= self._needed:
            self._buffer, self._needed = b"", 0
            self._answered(self, self._status)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.gone is not None and not self.gone.done():
            self.failure = self.failure or NoAnswer(f"the connection was closed: {exc}")
            self.gone.set_exception(self.failure)

    def _fail(self, wrong: str) -> None:
        self.failure = NoAnswer(wrong)
        assert self.transport is not None
        self.transport.abort()


class _Tally:
    """Statuses and waits of one run."""

    def __init__(self) -> None:
        self.waits_s: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.begun, self.begun_cpu = time.perf_counter(), time.process_time()

    def add(self, connection: _Connection, status: int) -> None:
        self.waits_s.append(time.perf_counter() - connection.since)
        self.statuses[status] += 1

    def load(self, connections: int, offered: float | None) -> Load:
        seconds = time.perf_counter() - self.begun
        waits = sorted(self.waits_s)
        return Load(
            connections=connections,
            offered_a_second=offered,
            seconds=seconds,
            answers=len(waits),
            a_second=len(waits) / seconds,
            p50_ms=share(waits, 0.5) * 1000,
            p99_ms=share(waits, 0.99) * 1000,
            slowest_ms=share(waits, 1.0) * 1000,
            own_cpu_us=(time.process_time() - self.begun_cpu) / max(len(waits), 1) * 1e6,
            statuses=dict(self.statuses),
        )


async def _connect(
    place: Place, number: int, answered: Callable[[_Connection, int], None]
) -> tuple[list[_Connection], "asyncio.Future[None]"]:
    """The connections, and a future that is done when all is answered or fails with the first."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    found = []
    for _ in range(number):
        _, connection = await loop.create_connection(
            lambda: _Connection(answered), place.host, place.port
        )
        connection.gone = done
        found.append(connection)
    return found, done


async def _closed(place: Place, requests: Iterator[bytes], connections: int, most_s: float) -> Load:
    under_way = 0

    def answered(connection: _Connection, status: int) -> None:
        nonlocal under_way
        under_way -= 1
        tally.add(connection, status)
        send(connection)

    def send(connection: _Connection) -> None:
        nonlocal under_way
        now = time.perf_counter()
        request = next(requests, None) if now < until else None
        if request is not None:
            under_way += 1
            connection.ask(request, now)
        elif under_way == 0 and not done.done():
            done.set_result(None)

    pool, done = await _connect(place, connections, answered)
    tally = _Tally()
    until = tally.begun + most_s
    for connection in pool:
        send(connection)
    await done
    load = tally.load(connections, None)
    _close(pool)
    return load


async def _open(
    place: Place,
    requests: Iterator[bytes],
    connections: int,
    a_second: float,
    most_s: float,
    seed: int,
) -> Load:
    rng = random.Random(seed)  # noqa: S311 - arrivals want repetition, not secrecy
    waiting: deque[tuple[float, bytes]] = deque()
    free: list[_Connection] = []
    arriving = True

    def answered(connection: _Connection, status: int) -> None:
        tally.add(connection, status)
        if waiting:
            since, request = waiting.popleft()
            connection.ask(request, since)
            return
        free.append(connection)
        if not arriving and len(free) == connections and not done.done():
            done.set_result(None)

    pool, done = await _connect(place, connections, answered)
    free.extend(pool)
    tally = _Tally()
    due = tally.begun
    while due < tally.begun + most_s:
        due += rng.expovariate(a_second)
        request = next(requests, None)
        if request is None or done.done():
            break
        # The clock of arrivals never waits for answers; it only sleeps when it is ahead.
        ahead = due - time.perf_counter()
        if ahead > 0.0005:
            await asyncio.sleep(ahead)
        if free:
            free.pop().ask(request, due)
        else:
            waiting.append((due, request))
        if ahead < -0.005:
            await asyncio.sleep(0)  # far behind: let answers in, or nothing would be read
    arriving = False
    if len(free) == connections and not done.done():
        done.set_result(None)
    await done
    load = tally.load(connections, a_second)
    _close(pool)
    return load


def _close(pool: list[_Connection]) -> None:
    for connection in pool:
        if connection.transport is not None:
            connection.transport.close()


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        from uvloop import new_event_loop
    except ImportError:  # there is none on Windows; the standard loop measures as well, a bit less
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)
