"""The figures of a run as lines to be shown: what was measured, and what stands beside it."""

from collections.abc import Iterator
from typing import NamedTuple

from gongji.lab.bench import CONNECTIONS, Bench
from gongji.lab.served import Http
from gongji.words import Words

PGBENCH = Words("pgbench TPC-B", "pgbench TPC-B")
BARE = Words("裸 SQL 写同样的行", "bare SQL, same rows")
FIRST = Words("64 个连接时的速率", "the rate at 64 connections")
API = Words("本系统接口，交替测得", "the API's, by turns")
FEWER = Words("人少时，交替测得", "fewer people, by turns")
OFFERED = Words("每秒到达", "arrivals")


class Beside(NamedTuple):
    """A yardstick of the same run, in the same unit."""

    name: Words
    figure: float

    def ratio(self, ours: float) -> float:
        """How many times the yardstick our figure is."""
        return ours / self.figure if self.figure else 0.0


class Line(NamedTuple):
    """One figure. `group` lines have one unit and one scale; waits are a request's, in ms."""

    group: Words
    label: Words
    figure: float
    beside: tuple[Beside, ...]
    p50_ms: float | None = None
    p99_ms: float | None = None


SETTLEMENTS = Words("每秒结算笔数", "settlements a second")
ITEMS = Words("每秒处理条数", "items a second")


def lines(found: Bench) -> list[Line]:
    """Every figure of a run, in the order in which it is told."""
    return [*_in_process(found), *_over_http(found), *_batches(found)]


def best_pgbench(found: Bench) -> float:
    """The best of its numbers of clients; 0 where it did not run."""
    return max((each.a_second for each in found.pgbench), default=0.0)


def first_row(found: Bench) -> Http | None:
    """The one by which the others are judged: a settlement a request, 64 connections."""
    for each in found.http:
        if each.part == "http" and each.load.connections == CONNECTIONS:
            return each
    return None


def _in_process(found: Bench) -> Iterator[Line]:
    for row in found.in_process:
        yield Line(
            SETTLEMENTS,
            Words(
                f"进程内 {row.store}，每批 {row.batch}",
                f"in process, {row.store}, batches of {row.batch}",
            ),
            row.a_second,
            (Beside(BARE, row.bare_a_second), *_pgbench(found, row.store)),
        )


def _over_http(found: Bench) -> Iterator[Line]:
    for each in found.http:
        load, beside = each.load, tuple(_beside(found, each))
        yield Line(SETTLEMENTS, _named(each), load.a_second, beside, load.p50_ms, load.p99_ms)


def _beside(found: Bench, each: Http) -> Iterator[Beside]:
    if each.load.offered_a_second is not None:
        yield Beside(OFFERED, each.load.offered_a_second)
        return
    first = first_row(found)
    if each.part in _BY_TURNS:
        name, other = _BY_TURNS[each.part]
        yield from (Beside(name, one.load.a_second) for one in found.http if one.part == other)
    elif each.part == "sponsor" and first is not None:
        yield Beside(FIRST, first.load.a_second)
    yield from _pgbench(found, each.store)


_BY_TURNS = {"tenfold": (FEWER, "onefold"), "interface": (API, "beside")}
"""What was measured by turns with another, and that other."""


def _named(each: Http) -> Words:
    number, people = each.load.connections, f"{each.people:,}"
    connections = "connection" if number == 1 else "connections"
    return {
        "http": Words(
            f"HTTP {each.store}，{number} 个连接", f"HTTP, {each.store}, {number} {connections}"
        ),
        "sponsor": Words("HTTP，全在一位组建人名下", "HTTP, all on one sponsor"),
        "latency": Words("HTTP，半速到达", "HTTP, arrivals at half the rate"),
        "beside": Words(
            "HTTP，64 个连接，与国家接口交替", "HTTP, 64 connections, by turns with 2207"
        ),
        "interface": Words("HTTP，国家接口2207", "HTTP, 2207 of the national interface"),
        "onefold": Words(f"HTTP，{people} 人，热机后", f"HTTP, {people} people, warmed"),
        "tenfold": Words(f"HTTP，{people} 人，热机后", f"HTTP, {people} people, warmed"),
    }[each.part]


def _batches(found: Bench) -> Iterator[Line]:
    for batch in found.batches:
        name = {"year turn": "年度结转", "deduction": "保费划扣"}[batch.name]
        yield Line(
            ITEMS,
            Words(
                f"{name} {batch.store}，{batch.items:,} 条",
                f"{batch.name}, {batch.store}, {batch.items:,} items",
            ),
            batch.items / batch.seconds,
            (Beside(BARE, batch.items / batch.bare_seconds),),
        )


def _pgbench(found: Bench, store: str) -> tuple[Beside, ...]:
    best = best_pgbench(found)
    return (Beside(PGBENCH, best),) if best and store == "PostgreSQL" else ()


def cpu_by_part(found: Bench, each: Http) -> dict[str, float]:
    """Microseconds of processor time for one settlement over HTTP.

    What a worker spends beside its first thread is deciding and talking to the database. What
    deciding takes is known from the same run in process, at the same store; the rest is the client.
    """
    parts = dict(each.cpu_us)
    deciding = [
        sum(row.parts_us[part] for part in ("decide", "encode", "rest"))
        for row in found.in_process
        if row.store == each.store
    ]
    both = parts.get("decision and client")
    if not deciding or both is None:
        return parts
    return {
        "http": parts.pop("http"),
        "decision": min(deciding[0], both),
        "database client": max(both - deciding[0], 0.0),
        **{name: us for name, us in parts.items() if name != "decision and client"},
    }
