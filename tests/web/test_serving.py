"""Over real sockets: slow clients, clients that hang up, a full queue, a stop in the middle."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from gongji.desk.counter import Counter
from gongji.desk.office import Session
from gongji.web.app import create_app
from gongji.web.lane import Lane
from gongji.web.protocol import Http11, speaking
from town import Town
from web.over_http import SECRET, Web, furnished

LONGEST = 3


class Served:
    """A town's service in a thread of its own. `hold` makes the writer wait."""

    def __init__(self, *, quick: bool) -> None:
        self.town = furnished(Town())
        self.counter = Counter(self.town.office, longest=LONGEST)
        app = create_app(self.counter, token_secret=SECRET)
        lane = Lane(app)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.server = uvicorn.Server(
            uvicorn.Config(
                lane if quick else app,
                http=speaking(lane) if quick else Http11,
                log_level="critical",
                server_header=False,
            )
        )
        self.holding: threading.Thread | None = None
        self.gate, self.held = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.server.run, args=([self.listening],))
        self.thread.start()
        # The first request brings the key, which then need not be looked up behind a held writer.
        first = (
            b"GET /v1/settlements HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key-clinic\r\n\r\n"
        )
        assert self.ask(first).startswith(b"HTTP/1.1 200")

    def connect(self) -> socket.socket:
        """A client's connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def ask(self, *pieces: bytes, answers: int = 1) -> bytes:
        """Send the pieces one by one, and read so many answers, without their dates."""
        with self.connect() as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                client.sendall(piece)
            return answer_on(client, answers)

    def bill(self, id: str, self_paid: int = 10_00) -> bytes:
        """A bill's body."""
        bill = Web(self.town, None).bill(id, self_paid)  # type: ignore[arg-type]
        return json.dumps(bill).encode()

    def hold(self) -> None:
        """Let the writer wait until `gate` is set."""

        def waits(_: Session) -> None:
            self.held.set()
            self.gate.wait(30)

        self.holding = threading.Thread(target=lambda: asyncio.run(self.counter.do(waits)))
        self.holding.start()
        assert self.held.wait(30)

    def waiting(self, number: int) -> None:
        """Wait until so many stand in the queue."""
        until = time.monotonic() + 30
        while len(self.counter._line.waiting) < number:
            assert time.monotonic() < until, "nobody came"
            time.sleep(0.001)

    def paid(self) -> int:
        """What the pool has paid by now."""
        return 1200_00 - self.town.balance("father").carried

    def close(self) -> None:
        """Stop, as SIGTERM does."""
        self.gate.set()
        self.server.should_exit = True
        self.thread.join(30)
        assert not self.thread.is_alive()
        if self.holding is not None:
            self.holding.join(30)


@contextmanager
def served(*, quick: bool = True) -> Iterator[Served]:
    """A service, stopped afterwards; the books prove."""
    found = Served(quick=quick)
    try:
        yield found
    finally:
        found.close()
        found.town.proof()
        found.town.close()


@pytest.fixture
def service() -> Iterator[Served]:
    """A service with its lane."""
    with served() as found:
        yield found


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Served, Served]]:
    """A service with its lane, and its twin without one."""
    with served() as lane, served(quick=False) as ordinary:
        yield lane, ordinary


def head(length: int | None, *more: str) -> bytes:
    """The head of a settlement."""
    lines = ["POST /v1/settlements HTTP/1.1", "Host: x", "Authorization: Bearer key-clinic"]
    lines += [] if length is None else [f"Content-Length: {length}"]
    return "\r\n".join([*lines, *more, "", ""]).encode()


def answer_on(client: socket.socket, answers: int = 1) -> bytes:
    """Whole answers, without their dates; what is sent before one (100 Continue) stays before it."""
    found = b""
    while True:
        piece = client.recv(65536)
        found += piece
        start, _, body = found.rpartition(b"\r\n\r\n")
        lines = dict(line.partition(b": ")[::2] for line in start.split(b"\r\n") if b": " in line)
        length = lines.get(b"content-length")
        whole = length is not None and len(body) == int(length)
        if not piece or (whole and found.count(b"\r\ncontent-length: ") == answers):
            return b"\r\n".join(
                line for line in found.split(b"\r\n") if not line.startswith(b"date:")
            )


def chunked(body: bytes) -> bytes:
    """The body in chunks of ten bytes."""
    parts = [body[n : n + 10] for n in range(0, len(body), 10)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(lambda b: [head(len(b)) + b], 200, id="at once"),
        pytest.param(lambda b: [head(len(b)), b], 200, id="head and body apart"),
        pytest.param(lambda b: [bytes([byte]) for byte in head(len(b)) + b], 200, id="bytewise"),
        pytest.param(lambda b: [head(len(b), "Expect: 100-continue"), b], 200, id="Expect"),
        pytest.param(lambda b: [head(None, "Transfer-Encoding: chunked"), chunked(b)], 200,
                     id="chunked"),
        pytest.param(lambda b: [head(len(b), "Connection: close") + b], 200, id="Connection"),
        pytest.param(lambda b: [head(len(b)).replace(b"/1.1", b"/1.0") + b], 200, id="HTTP/1.0"),
        pytest.param(lambda b: [head(len(b)).replace(b"/v1/s", b"/v1/%73") + b], 200,
                     id="a path in escapes"),
        pytest.param(lambda b: [head(0, "Connection: close").replace(b"POST", b"HEAD")], 405,
                     id="HEAD"),
        pytest.param(lambda b: [head(len(b), "Accept-Encoding: gzip") + b], 200, id="gzip wanted"),
        pytest.param(lambda b: [head(0)], 400, id="empty"),
        pytest.param(lambda b: [head(1_000_000)], 413, id="a megabyte is announced"),
        pytest.param(lambda b: [head(len(b)).replace(b"clinic", b"other") + b], 403, id="another"),
        pytest.param(lambda b: [head(len(b) + 1) + b + b"}"], 400, id="no JSON"),
    ],
)  # fmt: skip
def test_the_wire_carries_the_same_bytes(
    pair: tuple[Served, Served], request: pytest.FixtureRequest, sent: Any, status: int
) -> None:
    """Through the lane, and through a service that has none."""
    id = f"b{abs(hash(request.node.name))}"
    lane, ordinary = (service.ask(*sent(service.bill(id, 10))) for service in pair)
    assert lane == ordinary
    assert b"HTTP/1.1 %d " % status in lane


@pytest.mark.parametrize("number", [2, 3])
def test_requests_in_a_row_are_answered_in_their_order(
    pair: tuple[Served, Served], number: int
) -> None:
    """Sent without waiting, another path among them."""
    ready = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

    def row(service: Served) -> bytes:
        bills = [service.bill(f"row-{number}-{n}", 10) for n in range(number)]
        sent = ready.join(head(len(bill)) + bill for bill in bills)
        return service.ask(sent, answers=2 * number - 1)

    lane, ordinary = map(row, pair)
    assert lane == ordinary
    assert re.findall(rb"row-\d-(\d)", lane)[::2] == [b"%d" % n for n in range(number)]


def test_nothing_is_written_for_a_client_that_hangs_up_in_the_middle(
    service: Served, caplog: pytest.LogCaptureFixture
) -> None:
    body = service.bill("b1")
    for path in (b"settlements", b"settlements/", b"quotes"):  # the lane, and two ordinary ways
        start = head(len(body)).replace(b"settlements", path)
        for length in (0, 1, len(body) - 1):
            with service.connect() as client:
                client.sendall(start + body[:length])
    assert b'"repeated":false' in service.ask(head(len(body)) + body)
    assert service.paid() == 10_00
    assert caplog.records == []


def test_a_client_that_hangs_up_before_its_answer_finds_it_under_its_id(service: Served) -> None:
    body = service.bill("b1")
    service.hold()
    with service.connect() as client:
        client.sendall(head(len(body)) + body)
        service.waiting(1)
    service.gate.set()
    assert b'"repeated":true' in service.ask(head(len(body)) + body)
    assert service.paid() == 10_00


def test_a_slow_client_keeps_nobody_waiting(service: Served) -> None:
    slow, quick = service.bill("slow"), service.bill("quick")
    with service.connect() as client:
        client.sendall(head(len(slow)) + slow[:-1])
        assert b"HTTP/1.1 200 " in service.ask(head(len(quick)) + quick)
        client.sendall(slow[-1:])
        assert b"HTTP/1.1 200 " in answer_on(client)


def test_a_full_queue_turns_away_at_once_and_serves_whoever_is_in_it(service: Served) -> None:
    service.hold()
    bodies = [service.bill(f"b{n}") for n in range(LONGEST)]
    clients = [service.connect() for _ in bodies]
    for client, body in zip(clients, bodies, strict=True):
        client.sendall(head(len(body)) + body)
    service.waiting(LONGEST)
    late = service.bill("late")
    for sent in (head(len(late)) + late, b"GET /ready HTTP/1.1\r\nHost: x\r\n\r\n"):
        turned_away = service.ask(sent)
        assert b"HTTP/1.1 503 " in turned_away
        assert b"retry-after: 1\r\n" in turned_away
    service.gate.set()
    for client in clients:
        with closing(client):
            assert b"HTTP/1.1 200 " in answer_on(client)
    assert b"HTTP/1.1 200 " in service.ask(b"GET /ready HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b'"repeated":false' in service.ask(head(len(late)) + late)


def test_a_service_that_stops_serves_whoever_is_in_the_queue(service: Served) -> None:
    service.hold()
    body = service.bill("b1")
    with service.connect() as client:
        client.sendall(head(len(body)) + body)
        service.waiting(1)
        service.server.should_exit = True
        service.gate.set()
        told = answer_on(client)
    assert b"HTTP/1.1 200 " in told
    service.thread.join(30)
    assert service.paid() == 10_00


# Several processes ───────────────────────────────────────────────────────────────────────────────


def workers_of(pid: int) -> set[int]:
    """The processes that serve: those children of the service that run Python's `spawn_main`."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {
        int(child) for child in children
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    }  # fmt: skip


def until(holds: Callable[[], Any]) -> Any:
    """What holds at last."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if found := holds():
                return found
        except OSError:
            pass
        time.sleep(0.02)
    raise AssertionError("it never came about")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to see processes in")
def test_a_worker_that_dies_is_started_again_and_sigterm_ends_them_all(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "GONGJI_DATABASE": f"sqlite:///{tmp_path}/gongji.db",
        "GONGJI_KEY_FILE": str(tmp_path / "key"),
    }
    command = [sys.executable, "-m", "gongji", "serve", "--port", str(port), "--workers", "2"]
    with (tmp_path / "log").open("wb") as log:
        service = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def up() -> bool:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(b"GET /ready HTTP/1.1\r\nHost: x\r\n\r\n")
            return answer_on(client).startswith(b"HTTP/1.1 200")

    try:
        until(up)
        first = until(lambda: len(found := workers_of(service.pid)) == 2 and found)
        victim = min(first)
        os.kill(victim, signal.SIGKILL)
        now = until(lambda: len(found := workers_of(service.pid) - {victim}) == 2 and found)
        until(up)
    finally:
        service.terminate()
        code = service.wait(60)
    assert code == 0, (tmp_path / "log").read_text()
    assert not any(Path(f"/proc/{worker}").exists() for worker in now)
