"""The measurements measure: small runs, whose numbers mean nothing and whose form does."""

import asyncio
import io
import itertools
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import msgspec
import pytest
from click.testing import CliRunner
from rich.console import Console

from gongji.cli.main import cli
from gongji.lab.bench import Bench, Plan
from gongji.lab.bench_picture import draw
from gongji.lab.bench_shown import markdown, show
from gongji.lab.crowd import build_crowd
from gongji.lab.figures import BARE, FIRST, PGBENCH, cpu_by_part, lines
from gongji.lab.grounds import Ground, PostgresGround, SqliteGround, transaction
from gongji.lab.inprocess import PARTS, InProcess
from gongji.lab.load import Load, NoAnswer, Place, closed_loop, open_loop, post, share
from gongji.lab.pgbench import PgBench, find_pgbench, run_pgbench
from gongji.lab.processes import Meter, family, peak_mb, used
from gongji.lab.served import Http
from gongji.ledger.proof import Sums, prove
from gongji.wiring import local_clock, office_in_memory
from servers import server_dsn


def test_a_crowd_is_there_and_its_books_prove() -> None:
    """It goes past the use-cases, and the book is posted as always."""
    office = office_in_memory(local_clock)

    crowd = build_crowd(office, 40, institutions=3)

    assert (crowd.people, len(crowd.keys)) == (40, 3)
    (sums,) = office.ask(lambda s: list(prove(s.unit.entry_rows(), s.unit.balance_rows())))
    assert isinstance(sums, Sums)
    assert sums.total_fen == 0


def test_a_crowd_of_several_chunks_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each chunk is a unit of work, and the agency's account goes through all of them."""
    monkeypatch.setattr("gongji.lab.crowd._CHUNK", 3)
    built: list[int] = []
    office = office_in_memory(local_clock)

    crowd = build_crowd(office, 40, institutions=2, progress=built.append)

    assert built == [12, 24, 36, 40]
    (sums,) = office.ask(lambda s: list(prove(s.unit.entry_rows(), s.unit.balance_rows())))
    assert isinstance(sums, Sums)
    assert sums.entries == 10 * 4
    members = {crowd.member(random) for random in [Random(1)] for _ in range(400)}
    assert len(office.ask(lambda s: s.unit.bonds_of_members(members, s.at))) == 30


SMALL = ["--people", "80", "--seconds", "0.2", "--items", "40", "--quick"]


@pytest.mark.parametrize(
    "parts", [["process", "year"], ["http", "sponsor", "latency", "interface", "tenfold"]]
)
def test_every_part_is_measured_and_told(parts: list[str], tmp_path: Path) -> None:
    """As tables and as Markdown, as JSON, and as a picture, on a store in one file."""
    files = {"--json": tmp_path / "bench.json", "--svg": tmp_path / "bench.svg"}
    told = [str(word) for pair in files.items() for word in pair]

    done = CliRunner().invoke(
        cli, ["bench", *parts, *SMALL, "--database", "sqlite", "--markdown", *told]
    )

    assert done.exit_code == 0, done.output
    found = msgspec.json.decode(files["--json"].read_bytes(), type=Bench)
    ElementTree.fromstring(files["--svg"].read_text("utf-8"))  # noqa: S314 - drawn by us
    measured = {"process"} if found.in_process else set()
    measured |= {"year"} if found.batches else set()
    beside = {"onefold", "beside"} if "tenfold" in parts else set()
    assert measured | {each.part for each in found.http} == set(parts) | beside
    for row in found.in_process:
        assert row.a_second > 0
        assert row.bare_us > 0
        assert set(row.times_us) == set(row.parts_us) == set(PARTS)
    for each in found.http:
        assert set(each.load.statuses) <= {200}
    for batch in found.batches:
        assert batch.times > 0


def test_a_server_that_is_not_there_is_said_in_a_sentence() -> None:
    """Not in a trace."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "gongji",
            "bench",
            "--database",
            "postgresql://nobody@127.0.0.1:1/x",
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "--database" in done.stderr
    assert "Traceback" not in done.stderr


def a_load(connections: int, a_second: float, offered: float | None = None) -> Load:
    """A load of so many a second."""
    return Load(connections, offered, 1.0, 100, a_second, 1.0, 9.0, 20.0, 15.0, {200: 100})


FOUND = Bench(
    day="2026-11-22",
    plan=Plan(),
    processors=2,
    processor="A & B <processor>",
    busy=0.1,
    versions={"Gongji": "0", "PostgreSQL": "15"},
    settings={"fsync": "on"},
    built=(),
    pgbench=(PgBench(1, 900.0, 1.1), PgBench(16, 5000.0, 3.2), PgBench(64, 4000.0, 16.0)),
    in_process=(
        InProcess(
            *("PostgreSQL", 256, 1000, 15_000.0, 1.0, 2.0, 66.0, 50.0, 30.0, 30_000.0),
            dict.fromkeys(PARTS, 10.0),
            dict.fromkeys(PARTS, 8.0),
        ),
    ),
    http=(
        Http("http", "PostgreSQL", 100, 2, a_load(16, 4000.0), {"load": 15.0}, {}),
        Http(
            "http",
            "PostgreSQL",
            100,
            2,
            a_load(64, 6000.0),
            {"http": 50.0, "decision and client": 100.0, "server": 60.0, "load": 15.0},
            {"worker": 90, "server": 300},
        ),
        Http("sponsor", "PostgreSQL", 100, 2, a_load(64, 4500.0), {"load": 15.0}, {}),
        Http("latency", "PostgreSQL", 100, 2, a_load(256, 2990.0, 3000.0), {"load": 15.0}, {}),
    ),
    batches=(),
)


def test_each_figure_stands_beside_its_yardstick() -> None:
    """The best of pgbench's numbers of clients; the rows by bare SQL; the rate at 64 connections."""
    told = {line.label.en: line for line in lines(FOUND)}

    inside = told["in process, PostgreSQL, batches of 256"]
    assert [each.ratio(inside.figure) for each in inside.beside] == [0.5, 3.0]
    assert [each.name for each in inside.beside] == [BARE, PGBENCH]
    over = told["HTTP, PostgreSQL, 64 connections"]
    assert [each.ratio(over.figure) for each in over.beside] == [1.2]
    one = told["HTTP, all on one sponsor"]
    assert [(each.name, each.ratio(one.figure)) for each in one.beside] == [
        (FIRST, 0.75),
        (PGBENCH, 0.9),
    ]
    assert told["HTTP, arrivals at half the rate"].beside[0].figure == 3000


def test_what_deciding_takes_is_told_apart_from_the_database_client() -> None:
    """Deciding, encoding and the rest are known from the run in process; what is left is the client."""
    assert cpu_by_part(FOUND, FOUND.http[1]) == {
        "http": 50.0,
        "decision": 24.0,
        "database client": 76.0,
        "server": 60.0,
        "load": 15.0,
    }


def test_the_picture_says_what_it_shows_and_escapes_it() -> None:
    """A title for whoever does not see it, colours for a dark page, and every figure."""
    drawn = draw(FOUND)

    picture = ElementTree.fromstring(drawn)  # noqa: S314 - drawn by us
    title = picture.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert "A & B <processor>" in (title.text or "")
    assert "prefers-color-scheme: dark" in drawn
    for figure in ("15,000", "6,000", "5,000", "30,000"):
        assert f">{figure}" in drawn


def test_terminal_and_markdown_tell_the_same() -> None:
    """And with which settings the server ran."""
    paper = io.StringIO()
    show(FOUND, Console(file=paper, width=250))

    for said in (paper.getvalue(), markdown(FOUND)):
        for word in (
            "in process, PostgreSQL, batches of 256",
            "1.20",
            "fsync=on",
            "database client",
        ):
            assert word in said


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    """Where databases are made."""
    if request.param == "sqlite":
        return SqliteGround(tmp_path)
    return PostgresGround(server_dsn())


def test_a_copy_stands_as_the_first_stood_and_goes_its_own_way(ground: Ground) -> None:
    """Rows are put in by what the database says of its columns and keys."""
    url = ground.fresh()
    first = ground.bare(url)
    first.execute("CREATE TABLE t (a TEXT, n BIGINT, b BOOLEAN, PRIMARY KEY (a))")
    first.insert("t", [("x", 1, True), ("y", 2, False)])
    assert [column.name for column in first.columns("t") if column.key] == ["a"]
    assert first.tables() == ["t"]
    first.close()
    ground.settle(url)
    copy = ground.copy(url)

    other = ground.bare(copy)
    with transaction(other):
        other.insert("t", [("y", 3, True), ("z", 4, True)], over=True)
    other.stage(url, {"t": "n"})

    read = "SELECT a, n FROM {} WHERE n > ? ORDER BY a"
    assert other.execute(read.format("t"), 0).fetchall() == [("x", 1), ("y", 3), ("z", 4)]
    assert other.execute(read.format("done.t"), 0).fetchall() == [("x", 1), ("y", 2)]
    other.close()
    ground.drop(copy)
    ground.drop(url)


def test_pgbench_runs_once_for_each_number_of_clients() -> None:
    """On a database of its own, which is gone afterwards."""
    ground = PostgresGround(server_dsn())
    program = find_pgbench()
    if program is None:
        pytest.skip("pgbench is not on this machine")

    found = run_pgbench(program, ground, (1, 2), scale=1, seconds=1)

    assert [each.clients for each in found] == [1, 2]
    assert all(each.a_second > 0 and each.latency_ms > 0 for each in found)


def test_processor_time_is_read_from_outside() -> None:
    """Of processes by name; one that is gone is left out."""
    if used(os.getpid()) is None:
        pytest.skip("there is no /proc on this system")
    child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        assert child.pid in family(os.getpid())
        meter = Meter({"child": [child.pid], "gone": [2**22 + 1]})
        while (now := used(child.pid)) is not None and now.first_s < 0.05:
            pass
        spent = meter.read()
    finally:
        child.kill()
        child.wait()
    assert set(spent) == {"child"}
    assert spent["child"].first_s > 0
    assert (peak_mb(os.getpid()) or 0) > 1


@pytest.mark.parametrize(
    ("values", "part", "found"),
    [([], 0.5, 0.0), ([7.0], 0.99, 7.0), ([1.0, 2.0, 3.0, 4.0], 0.5, 3.0), ([1.0, 2.0], 1.0, 2.0)],
)
def test_a_share_of_waits(values: list[float], part: float, found: float) -> None:
    """The wait that so many do not exceed."""
    assert share(values, part) == found


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
