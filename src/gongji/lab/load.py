"""压力: requests over HTTP, as many as the service answers, or as many as arrive.

Two questions need two generators. *How many can it answer?* is a closed loop: each connection
sends its next request when the last is answered. *How long does one wait?* is an open loop:
requests arrive whether or not the service keeps up, and each is timed from its moment of arrival,
so that a stall counts for everybody who came during it.

It shares the processors with the service, so it does as little as it can: requests are ready before
it begins, one thread waits for all connections, and of an answer it reads status and length.
"""

import random
import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import msgspec


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
    with _connected(place, connections) as pool:
        tally = _Tally()
        until, under_way = tally.begun + most_s, 0
        for connection in pool.all:
            if (request := next(requests, None)) is not None:
                connection.ask(request, time.perf_counter())
                under_way += 1
        while under_way:
            for connection, status in pool.answers(None):
                now = time.perf_counter()
                tally.add(now - connection.since, status)
                request = next(requests, None) if now < until else None
                if request is None:
                    under_way -= 1
                else:
                    connection.ask(request, now)
        return tally.load(connections, None)


def open_loop(
    place: Place,
    requests: Iterator[bytes],
    connections: int,
    a_second: float,
    most_s: float,
    seed: int = 1,
) -> Load:
    """Let requests arrive at random moments, so many a second on average, and time their waits.

    The clock of arrivals never waits for answers. It is woken to the millisecond; being late counts
    as waiting, as a queue at the door does.
    """
    rng = random.Random(seed)  # noqa: S311 - arrivals want repetition, not secrecy
    with _connected(place, connections) as pool:
        tally = _Tally()
        free, waiting = list(pool.all), deque[tuple[float, bytes]]()
        due, until, arriving = tally.begun, tally.begun + most_s, True
        while arriving or waiting or len(free) < connections:
            now = time.perf_counter()
            while arriving and due <= now:
                request = next(requests, None)
                if request is not None:
                    waiting.append((due, request))
                due += rng.expovariate(a_second)
                arriving = request is not None and due < until
            while waiting and free:
                since, request = waiting.popleft()
                free.pop().ask(request, since)
            for connection, status in pool.answers(max(due - now, 0) if arriving else None):
                tally.add(time.perf_counter() - connection.since, status)
                free.append(connection)
        return tally.load(connections, a_second)


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


class _Connection:
    """One kept-alive connection with one request under way.

    It reads just enough of HTTP: the status, the length, the body's end. A whole client library
    would cost more time for each request than the service that it measures.
    """

    def __init__(self, place: Place) -> None:
        self.socket = socket.create_connection(place, timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self._send, self._receive = self.socket.send, self.socket.recv
        self._buffer = b""
        self.since = 0.0

    def ask(self, request: bytes, since: float) -> None:
        """Send a request that has waited since this moment."""
        self.since = since
        if self._send(request) != len(request):
            raise NoAnswer("a request is larger than what a connection takes at once")

    def answered(self) -> int | None:
        """The status once the whole answer is there."""
        data = self._receive(1 << 16)
        if not data:
            raise NoAnswer("the connection was closed")
        if self._buffer:
            data = self._buffer + data
        end = data.find(b"\r\n\r\n")
        if end < 0:
            self._buffer = data
            return None
        at = data.find(_LENGTH, 0, end)
        if at < 0:
            at = data[:end].lower().find(_LENGTH)
        if at < 0:
            raise NoAnswer("an answer without Content-Length")
        at += len(_LENGTH)
        if len(data) < end + 4 + int(data[at : data.find(b"\r", at)]):
            self._buffer = data
            return None
        self._buffer = b""
        return int(data[9:12])


_LENGTH = b"\r\ncontent-length:"


class _Pool:
    """Connections, and one place to wait for all of them."""

    def __init__(self, place: Place, number: int) -> None:
        self.all = [_Connection(place) for _ in range(number)]
        self._selector = selectors.DefaultSelector()
        for connection in self.all:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def answers(self, most_s: float | None) -> Iterator[tuple[_Connection, int]]:
        """What has been answered, waiting for the first of it so long at most."""
        for key, _ in self._selector.select(most_s):
            if (status := key.data.answered()) is not None:
                yield key.data, status

    def close(self) -> None:
        self._selector.close()
        for connection in self.all:
            connection.socket.close()


@contextmanager
def _connected(place: Place, number: int) -> Iterator[_Pool]:
    pool = _Pool(place, number)
    try:
        yield pool
    finally:
        pool.close()


class _Tally:
    """Statuses and waits of one run."""

    def __init__(self) -> None:
        self.waits_s: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.begun, self.begun_cpu = time.perf_counter(), time.process_time()

    def add(self, wait_s: float, status: int) -> None:
        self.waits_s.append(wait_s)
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
