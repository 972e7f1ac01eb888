"""In-process measurement: batches against a durable store, and the same rows by bare SQL."""

import random
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, cast

import msgspec

from gongji.desk.office import Office, Session
from gongji.desk.ports import Unit
from gongji.desk.settling import Answered, replay, settle_batch
from gongji.lab.crowd import Crowd, build_crowd, requests
from gongji.lab.load import share
from gongji.settlement.bill import SettlementRequest
from gongji.settlement.decide import decide
from gongji.terms import local_day

PARTS = ("read", "decide", "encode", "write", "commit", "rest")
"""Where the time of a settlement goes."""


class InProcess(msgspec.Struct, frozen=True):
    """One size of batch. Batches in milliseconds, the rest in microseconds for one settlement.

    `cpu_us` is this process's own share, which other programs on the machine do not change;
    `yardstick_us` is the bare SQL of the same rows; `times_us` is where the time goes, measured
    in batches of their own.
    """

    batch: int
    settlements: int
    a_second: float
    p50_ms: float
    p99_ms: float
    each_us: float
    cpu_us: float
    yardstick_us: float
    yardstick_a_second: float
    times_us: Mapping[str, float]


def in_process(
    office: Office, database: Path, people: int, settlements: int, batches: Sequence[int]
) -> tuple[InProcess, ...]:
    """Measure each size of batch on an office whose store is this SQLite file."""
    crowd = build_crowd(office, people)
    copy = database.with_name("yardstick.db")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    rng = random.Random(7)  # noqa: S311 - a measurement wants repetition
    found = []
    for size in batches:
        bills = list(requests(crowd, rng, f"b{size}", settlements // size * size))
        groups = [bills[n : n + size] for n in range(0, len(bills), size)]
        _settle(office, groups[: len(groups) // 10])  # this warms what is cold
        fresh = groups[len(groups) // 10 :]
        cpu_s = time.process_time()
        waits, answered = _settle(office, fresh)
        cpu_s = time.process_time() - cpu_s
        bare_s = _yardstick(database, copy, groups, len(fresh))
        count = len(fresh) * size
        found.append(
            InProcess(
                batch=size,
                settlements=count,
                a_second=count / sum(waits),
                p50_ms=share(sorted(waits), 0.5) * 1000,
                p99_ms=share(sorted(waits), 0.99) * 1000,
                each_us=sum(waits) / count * 1e6,
                cpu_us=cpu_s / count * 1e6,
                yardstick_us=bare_s / count * 1e6,
                yardstick_a_second=count / bare_s,
                times_us=_times(office, crowd, rng, size, answered),
            )
        )
    return tuple(found)


def _settle(
    office: Office, groups: Sequence[Sequence[SettlementRequest]]
) -> tuple[list[float], list[Answered]]:
    """Seconds for each batch, with its commit, and the answers."""
    waits: list[float] = []
    answered: list[Answered] = []
    for group in groups:
        begun = time.perf_counter()
        results = office.do(partial(settle_batch, requests=group))
        waits.append(time.perf_counter() - begun)
        answered += [result for result in results if isinstance(result, Answered)]
    return waits, answered


class _Stopwatch:
    """A unit of work that notes how long its reads and its writes take."""

    def __init__(self, unit: Unit, spent_s: dict[str, float]) -> None:
        self._unit, self._spent_s = unit, spent_s

    def __getattr__(self, name: str) -> Callable[..., Any]:
        act = getattr(self._unit, name)
        kind = "write" if name.startswith("write") else "read"

        def timed(*given: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            try:
                return act(*given, **named)
            finally:
                self._spent_s[kind] += time.perf_counter() - begun

        return timed


def _times(
    office: Office, crowd: Crowd, rng: random.Random, size: int, answered: Sequence[Answered]
) -> dict[str, float]:
    """Microseconds for one settlement: reading, deciding, encoding, writing, commit, and the rest.

    Reads and writes are timed as they happen, deciding and encoding once more on what was stored.
    """
    spent = dict.fromkeys(PARTS, 0.0)
    groups = max(min(4096, len(answered)) // size, 1)
    bills = list(requests(crowd, rng, f"t{size}", groups * size))
    for n in range(0, len(bills), size):
        inner = 0.0

        def work(session: Session, group: Sequence[SettlementRequest]) -> None:
            nonlocal inner
            begun = time.perf_counter()
            watched = session._replace(unit=cast(Unit, _Stopwatch(session.unit, spent)))
            settle_batch(watched, group)
            inner = time.perf_counter() - begun

        begun = time.perf_counter()
        office.do(partial(work, group=bills[n : n + size]))
        spent["commit"] += time.perf_counter() - begun - inner
        spent["rest"] += inner
    again = [replay(office, each.answer) for each in answered[: len(bills)]]
    part = len(bills) / len(again)
    laws = [office.law.on(each.facts.patient.region, local_day(each.facts.at)) for each in again]
    begun = time.perf_counter()
    for each, law in zip(again, laws, strict=True):
        decide(each.request, each.facts, law)
    decided = time.perf_counter()
    for each in again:
        _encode(each.request), _encode(each.facts), _encode(each.decision)
    spent["decide"] = (decided - begun) * part
    spent["encode"] = (time.perf_counter() - decided) * part
    spent["rest"] -= spent["read"] + spent["write"] + spent["decide"] + spent["encode"]
    return {name: seconds / len(bills) * 1e6 for name, seconds in spent.items()}


_encode = msgspec.json.Encoder().encode


def _yardstick(
    database: Path, copy: Path, groups: Sequence[Sequence[SettlementRequest]], timed: int
) -> float:
    """Seconds of bare SQL for the rows of the last `timed` groups, written into the copy.

    The same rows in the same batches and order, with the same durability, and nothing else.
    """
    source = sqlite3.connect(database)
    answers = {(row[1], row[2]): row for row in source.execute("SELECT * FROM answers")}
    entries: dict[str, list[Any]] = {}
    for row in source.execute("SELECT * FROM entries"):
        entries.setdefault(row[5], []).append(row)
    source.close()
    target = sqlite3.connect(copy, isolation_level=None)
    target.execute("PRAGMA journal_mode = WAL")
    target.execute("PRAGMA synchronous = FULL")
    target.execute("PRAGMA cache_size = -65536")
    target.execute("PRAGMA wal_autocheckpoint = 16384")
    upsert = (
        "INSERT INTO accounts VALUES (?, ?, ?, ?, ?) ON CONFLICT (region, owner, kind)"
        " DO UPDATE SET fen = excluded.fen, version = excluded.version"
    )
    batches = []
    for group in groups:
        given = [answers[bill.institution, bill.id] for bill in group]
        named = [f"{row[1]}/{row[2]}" for row in given]
        lines = [line for name in named for line in entries.get(name, ())]
        # The last entry of an account in the batch leaves it at its balance.
        lines.sort(key=lambda line: line[3])
        left = {line[:3]: (*line[:3], line[8], line[3]) for line in lines}
        batches.append((given, lines, list(left.values())))
    seconds = 0.0
    for n, (given, lines, left_rows) in enumerate(batches):
        begun = time.perf_counter()
        target.execute("BEGIN IMMEDIATE")
        target.executemany(_insert("entries", lines), lines)
        target.executemany(upsert, left_rows)
        target.executemany(_insert("answers", given), given)
        target.execute("COMMIT")
        if n >= len(batches) - timed:
            seconds += time.perf_counter() - begun
    target.close()
    return seconds


def _insert(table: str, rows: Sequence[Sequence[Any]]) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})"
