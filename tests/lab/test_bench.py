"""The measurements measure: small runs, whose numbers mean nothing and whose form does."""

import asyncio
import importlib
import io
import itertools
import json
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from gongji.lab.bench import Workshop, run_bench
from gongji.lab.crowd import build_crowd
from gongji.lab.inprocess import PARTS
from gongji.lab.kills import OfficeAt
from gongji.lab.load import NoAnswer, Place, closed_loop, open_loop, post
from gongji.ledger.proof import Sums, prove
from gongji.wiring import local_clock, office_in_memory

office_at: OfficeAt = importlib.import_module("lab.an_office").office_at


def test_a_crowd_is_there_and_its_books_prove() -> None:
    """It goes past the use-cases, and the book is posted as always."""
    office = office_in_memory(local_clock)

    crowd = build_crowd(office, 40, institutions=3)

    assert (crowd.people, len(crowd.keys)) == (40, 3)
    (sums,) = office.ask(lambda s: list(prove(s.unit.entry_rows(), s.unit.balance_rows())))
    assert isinstance(sums, Sums)
    assert sums.total_fen == 0


def test_in_process_stands_beside_its_yardstick(tmp_path: Path) -> None:
    """A number alone says little: the bare SQL of the same rows is measured in the same run."""
    paper = io.StringIO()
    shop = Workshop(office_at, lambda folder: folder / "gongji.db")

    found = run_bench(
        shop,
        Console(file=paper, width=200),
        people=80,
        settlements=120,
        batches=(8, 40),
        folder=tmp_path,
        json_to=tmp_path / "bench.json",
    )

    assert [row.batch for row in found.in_process] == [8, 40]
    for row in found.in_process:
        assert row.a_second > 0
        assert row.yardstick_us > 0
        assert set(row.times_us) == set(PARTS)
    written = json.loads((tmp_path / "bench.json").read_bytes())
    assert written["in_process"][1]["settlements"] == found.in_process[1].settlements
    assert "settlements a second" in paper.getvalue()
    assert list(tmp_path.iterdir()) == [tmp_path / "bench.json"]


@pytest.fixture
def service() -> Iterator[Place]:
    """Answers every request with 200, and `/teapot` with 418, each answer in two pieces."""
    place: queue.Queue[tuple[Place, asyncio.AbstractEventLoop, asyncio.Event]] = queue.Queue()

    async def serve() -> None:
        enough = asyncio.Event()
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        place.put((Place(host, port), asyncio.get_running_loop(), enough))
        async with server:
            await enough.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    where, loop, enough = place.get(timeout=10)
    yield where
    loop.call_soon_threadsafe(enough.set)
    thread.join()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection of the service above."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split()[0]))
            status = b"418" if b"/teapot" in head else b"200"
            writer.write(b"HTTP/1.1 " + status + b" -\r\ncontent-type: text/plain\r\n")
            await writer.drain()
            writer.write(b"Content-Length: 5\r\n\r\nhello")
    except asyncio.IncompleteReadError:
        writer.close()


def test_a_closed_loop_asks_each_request_once(service: Place) -> None:
    """Every answer is counted with its status."""
    requests = [post(service, "/x", {"A": "b"}, b"{}")] * 90
    requests += [post(service, "/teapot", {}, b"{}")] * 10

    load = closed_loop(service, iter(requests), 8, 10.0)

    assert load.statuses == {200: 90, 418: 10}
    assert 0 < load.p50_ms <= load.p99_ms <= load.slowest_ms


def test_an_open_loop_keeps_to_its_rate(service: Place) -> None:
    """Requests arrive whether or not the service keeps up."""
    requests = itertools.repeat(post(service, "/x", {}, b"{}"))

    load = open_loop(service, requests, 4, 400.0, 0.5)

    assert 100 < load.answers < 320
    assert set(load.statuses) == {200}


def test_a_service_that_is_gone_is_said_to_be_gone(service: Place) -> None:
    """A connection that is refused does not count as an answer."""
    with pytest.raises((NoAnswer, OSError)):
        closed_loop(Place("127.0.0.1", 1), iter([b""]), 1, 1.0)
