"""`make bench`: settlements a second, in process and over HTTP, beside what the bare SQL would take.

A number alone says little: the disk and the processor of the day are in it. So the same run writes
the same rows by bare `executemany` into a copy of the same store. What lies between the two is ours.
"""

import contextlib
import itertools
import os
import random
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table

from gongji.desk.office import Office
from gongji.lab.crowd import Crowd, build_crowd, requests
from gongji.lab.inprocess import PARTS, InProcess, in_process
from gongji.lab.load import Load, NoAnswer, Place, closed_loop, open_loop, post
from gongji.settlement.bill import SettlementRequest


class Workshop(NamedTuple):
    """What the switchboard lends the lab, which may not look into the store or the web itself.

    `office_at` opens the office of a folder, with its schema in place; `database_at` is its SQLite
    file. `serve` is the command that serves a folder's office at a port, with its environment.
    """

    office_at: Callable[[Path], Office]
    database_at: Callable[[Path], Path]
    serve: Callable[[Path, int], tuple[Sequence[str], Mapping[str, str]]] | None = None
    path: str = "/v1/settlements"
    body: Callable[[SettlementRequest], bytes] = msgspec.json.encode
    headers: Callable[[str], Mapping[str, str]] = lambda key: {"Authorization": f"Bearer {key}"}


class Bench(msgspec.Struct, frozen=True):
    """A whole run, as `--json` writes it."""

    people: int
    processors: int
    busy: float  # the load average before it began: a machine that is busy measures itself
    sqlite: str
    in_process: tuple[InProcess, ...]
    peak: Load | None
    arrivals: tuple[Load, ...]


def run_bench(
    shop: Workshop,
    console: Console,
    *,
    people: int = 20_000,
    settlements: int = 20_000,
    batches: Sequence[int] = (64, 256, 500),
    seconds: float = 8.0,
    connections: int = 64,
    folder: Path | None = None,
    json_to: Path | None = None,
) -> Bench:
    """Measure, print, and write JSON where asked. `folder`: on which disk; else the temporary one."""
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    with tempfile.TemporaryDirectory(dir=folder, prefix="gongji-bench-") as made:
        root = Path(made)
        (root / "inside").mkdir()
        office = shop.office_at(root / "inside")
        inside = in_process(office, shop.database_at(root / "inside"), people, settlements, batches)
        office.store.close()
        peak, arrivals = None, []
        if shop.serve is not None:
            with _served(shop, root / "served", people) as (place, wire):
                closed_loop(place, wire, connections, 1.0)  # warm: connections, caches, first pages
                peak = closed_loop(place, wire, connections, seconds)
                for part in (0.25, 0.5, 0.8):
                    offered = peak.a_second * part
                    arrivals.append(open_loop(place, wire, 4 * connections, offered, seconds))
    found = Bench(
        people, os.cpu_count() or 1, busy, sqlite3.sqlite_version, inside, peak, tuple(arrivals)
    )
    _print(found, console)
    if json_to is not None:
        json_to.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    return found


@contextmanager
def _served(shop: Workshop, folder: Path, people: int) -> Iterator[tuple[Place, Iterator[bytes]]]:
    """A service of its own process on its own store, and everyday bills for it without end."""
    assert shop.serve is not None
    folder.mkdir()
    office = shop.office_at(folder)
    crowd = build_crowd(office, people)
    office.store.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = Place(*free.getsockname())
    command, environment = shop.serve(folder, place.port)
    log = (folder / "service.log").open("wb")
    service = subprocess.Popen(  # noqa: S603 - it is the switchboard's own command
        command, env={**os.environ, **environment}, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        _wait_for(place, service, folder / "service.log")
        yield place, _wire(shop, place, crowd)
    finally:
        service.terminate()
        service.wait(timeout=30)
        log.close()


def _wire(shop: Workshop, place: Place, crowd: Crowd) -> Iterator[bytes]:
    rng = random.Random(11)  # noqa: S311 - a measurement wants repetition
    for n in itertools.count():
        for bill in requests(crowd, rng, f"w{n}", 10_000):
            headers = shop.headers(crowd.keys[bill.institution])
            yield post(place, shop.path, headers, shop.body(bill))


def _wait_for(place: Place, service: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        if service.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(place, timeout=1):
            return
        time.sleep(0.1)
    said = log.read_text("utf-8", "replace")[-2000:]
    raise NoAnswer(f"the service does not listen at {place.host}:{place.port}; it said:\n{said}")


def _print(found: Bench, console: Console) -> None:
    title = f"{found.people} people, {found.processors} processors (load {found.busy:.1f})"
    table = Table(title=f"In process, durable: {title}, SQLite {found.sqlite}")
    table.add_column("requests in a batch")
    for row in found.in_process:
        table.add_column(str(row.batch), justify="right")
    rows: dict[str, list[str]] = {
        "settlements a second": [f"{row.a_second:,.0f}" for row in found.in_process],
        "bare SQL of the same rows": [f"{row.yardstick_a_second:,.0f}" for row in found.in_process],
        "p50 of a batch, ms": [f"{row.p50_ms:.1f}" for row in found.in_process],
        "p99 of a batch, ms": [f"{row.p99_ms:.1f}" for row in found.in_process],
        "µs a settlement": [f"{row.each_us:.1f}" for row in found.in_process],
        "of it processor time": [f"{row.cpu_us:.1f}" for row in found.in_process],
    }
    for name, figures in rows.items():
        table.add_row(name, *figures)
    for part in PARTS:
        table.add_row(f"  {part}", *(f"{row.times_us[part]:.1f}" for row in found.in_process))
    console.print(table)
    if found.peak is None:
        return
    table = Table(title="Over HTTP, one a request")
    for head in (
        "loop",
        "connections",
        "offered/s",
        "answered/s",
        "p50 ms",
        "p99 ms",
        "slowest ms",
        "statuses",
    ):
        table.add_column(head, justify="right")
    for load in (found.peak, *found.arrivals):
        offered = load.offered_a_second
        table.add_row(
            "closed" if offered is None else "open",
            str(load.connections),
            "" if offered is None else f"{offered:,.0f}",
            f"{load.a_second:,.0f}",
            f"{load.p50_ms:.1f}",
            f"{load.p99_ms:.1f}",
            f"{load.slowest_ms:.0f}",
            ", ".join(f"{status}: {count}" for status, count in sorted(load.statuses.items())),
        )
    console.print(table)
