"""`make bench`: what the machine of the day does, each figure beside its yardstick of the same run.

A number alone says little: the disk and the processor of the day are in it. So the same run asks
the same server by PostgreSQL's own benchmark, and writes the same rows by bare SQL.
"""

import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from gongji import __version__
from gongji.lab.batches import Batch, OfficeThen, deduction, year_turn
from gongji.lab.crowd import Crowd, build_crowd
from gongji.lab.grounds import Ground, PostgresGround
from gongji.lab.inprocess import InProcess, in_process
from gongji.lab.pgbench import PgBench, run_pgbench
from gongji.lab.served import TURNS, Http, Service, Workshop, middle, served

PARTS = ("process", "http", "sponsor", "latency", "interface", "tenfold", "year")
"""What can be measured, in this order."""

_OVER_HTTP = frozenset({"http", "sponsor", "latency", "interface", "tenfold"})
CONNECTIONS = 64
"""The number of connections by which rates are compared."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How much of everything."""

    parts: Sequence[str] = PARTS
    people: int = 100_000
    times: int = 10  # so many times the people, in the part `tenfold`
    seconds: float = 8.0
    workers: int = 2
    connections: Sequence[int] = (1, 16, CONNECTIONS, 256)
    settlements: int = 40_000
    batches: Sequence[int] = (64, 256, 500, 1_000)
    items: int = 100_000
    clients: Sequence[int] = (1, 16, 64)
    scale: int = 50


QUICK = Plan(
    people=4_000,
    times=4,
    seconds=2.0,
    settlements=4_000,
    batches=(64, 256),
    items=10_000,
    scale=5,
)
"""A short run: whether everything works, and roughly how fast."""


class Built(msgspec.Struct, frozen=True):
    """A city that was built, and how long that took."""

    store: str
    people: int
    seconds: float


class Bench(msgspec.Struct, frozen=True):
    """A whole run, as `--json` writes it. docs/explanation/speed.md says what each figure means."""

    day: str
    plan: Plan
    processors: int
    processor: str
    busy: float  # the load average before it began: a machine that is busy measures itself
    versions: Mapping[str, str]
    settings: Mapping[str, str]
    built: tuple[Built, ...]
    pgbench: tuple[PgBench, ...]
    in_process: tuple[InProcess, ...]
    http: tuple[Http, ...]
    batches: tuple[Batch, ...]


class Tools(NamedTuple):
    """Everything that a run is made with, and how it says how far it is."""

    shop: Workshop
    office_then: OfficeThen
    grounds: Sequence[Ground]
    pgbench: Path | None
    settings: Mapping[str, str]
    folder: Path
    say: Callable[[str], None]


class _Found:
    """What a run has found so far."""

    def __init__(self) -> None:
        self.built: list[Built] = []
        self.pgbench: tuple[PgBench, ...] = ()
        self.in_process: list[InProcess] = []
        self.http: list[Http] = []
        self.batches: list[Batch] = []


def run_bench(tools: Tools, plan: Plan, day: str) -> Bench:
    """Measure every part of the plan. HTTP is measured on the last of the grounds."""
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    found = _Found()
    for ground in tools.grounds:
        if isinstance(ground, PostgresGround) and tools.pgbench is not None:
            tools.say(f"pgbench: TPC-B at scale {plan.scale}")
            found.pgbench = run_pgbench(
                tools.pgbench, ground, plan.clients, plan.scale, plan.seconds
            )
        _measure_city(tools, plan, ground, found, last=ground is tools.grounds[-1])
        if "year" in plan.parts:
            for batch in (year_turn, deduction):
                tools.say(f"{ground.name}: year turn and deduction of {plan.items:,}")
                found.batches.append(batch(tools.office_then, ground, plan.items))
    if "tenfold" in plan.parts:
        _measure_tenfold(tools, plan, tools.grounds[-1], found)
    return Bench(
        day=day,
        plan=plan,
        processors=os.cpu_count() or 1,
        processor=_processor(),
        busy=busy,
        versions={
            "Gongji": __version__,
            "Python": platform.python_version(),
            **{ground.name: ground.version for ground in tools.grounds},
        },
        settings=tools.settings,
        built=tuple(found.built),
        pgbench=found.pgbench,
        in_process=tuple(found.in_process),
        http=tuple(found.http),
        batches=tuple(found.batches),
    )


def _measure_city(tools: Tools, plan: Plan, ground: Ground, found: _Found, last: bool) -> None:
    """In process on every ground, and on the last one over HTTP."""
    over_http = _OVER_HTTP.intersection(plan.parts) if last else frozenset()
    if "process" not in plan.parts and not over_http:
        return
    with _city(tools, ground, plan.people, found) as (url, crowd):
        if "process" in plan.parts:
            tools.say(f"{ground.name}: in process, batches of {plan.batches}")
            copy = ground.copy(url)
            office = tools.shop.office_at(url)
            found.in_process += in_process(
                office, crowd, ground, (url, copy), plan.settlements, plan.batches
            )
            office.store.close()
            ground.drop(copy)
        if over_http:
            log = tools.folder / "service.log"
            with served(tools.shop, ground, url, crowd, _workers(plan, ground), log) as service:
                _measure_http(tools, plan, service, found)


def _measure_http(tools: Tools, plan: Plan, service: Service, found: _Found) -> None:
    """One settlement a request; then on one sponsor; then at half the rate, arrivals kept; then the
    same bills by hospitals' own systems."""
    name = service.ground.name
    service.closed("warm", CONNECTIONS, min(plan.seconds, 2))
    numbers = plan.connections if "http" in plan.parts else (CONNECTIONS,)
    for number in numbers:
        tools.say(f"{name}: over HTTP, connections: {number}")
        found.http.append(service.closed("http", number, plan.seconds))
    rate = max(each.load.a_second for each in found.http if each.load.connections == CONNECTIONS)
    if "sponsor" in plan.parts:
        tools.say(f"{name}: all on one sponsor")
        found.http.append(service.closed("sponsor", CONNECTIONS, plan.seconds, one_sponsor=True))
    if "latency" in plan.parts:
        tools.say(f"{name}: {rate / 2:,.0f} arrivals a second")
        found.http.append(service.open("latency", 4 * CONNECTIONS, rate / 2, plan.seconds))
    if "interface" in plan.parts:
        tools.say(f"{name}: over the national interface")
        most = int(rate * plan.seconds) * TURNS + CONNECTIONS
        found.http += service.interface(CONNECTIONS, plan.seconds, most)


def _measure_tenfold(tools: Tools, plan: Plan, ground: Ground, found: _Found) -> None:
    """The same over HTTP with so many times the people, by turns with a city of as many as before,
    so that a machine that grows slower does so for both; of each the run in the middle.

    Both are warmed until most pages have been changed once: the first change after a checkpoint
    logs the whole page, and a large city has more of them.
    """
    with ExitStack() as both:
        turns: list[tuple[str, Service]] = []
        for part, people in (("onefold", plan.people), ("tenfold", plan.people * plan.times)):
            url, crowd = both.enter_context(_city(tools, ground, people, found))
            log = tools.folder / f"{part}.log"
            workers = _workers(plan, ground)
            service = both.enter_context(served(tools.shop, ground, url, crowd, workers, log))
            turns.append((part, service))
        for part, service in turns:
            tools.say(f"{ground.name}: {service.crowd.people:,} people are warmed")
            service.closed(part, CONNECTIONS, plan.seconds * 5)
        runs: dict[str, list[Http]] = {part: [] for part, _ in turns}
        for part, service in turns * TURNS:
            tools.say(f"{ground.name}: over HTTP with {service.crowd.people:,} people")
            runs[part].append(service.closed(part, CONNECTIONS, plan.seconds))
        found.http += map(middle, runs.values())


@contextmanager
def _city(tools: Tools, ground: Ground, people: int, found: _Found) -> Iterator[tuple[str, Crowd]]:
    """A database with a city of so many people, thrown away at the end."""
    tools.say(f"{ground.name}: building a city of {people:,} people")
    url = ground.fresh()
    office = tools.shop.office_at(url)
    begun = time.perf_counter()
    crowd = build_crowd(office, people)
    office.store.close()
    found.built.append(Built(ground.name, crowd.people, time.perf_counter() - begun))
    ground.settle(url)
    yield url, crowd
    ground.drop(url)


def _workers(plan: Plan, ground: Ground) -> int:
    """SQLite lets one process write at a time; several would only wait for each other."""
    return plan.workers if isinstance(ground, PostgresGround) else 1


def _processor() -> str:
    """The processor's name, where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
