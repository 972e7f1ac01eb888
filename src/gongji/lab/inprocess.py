"""In-process measurement: batches against a durable store, and the same rows by bare SQL."""

import gc
import random
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from gongji.desk.line import Line, Turn
from gongji.desk.office import Office, Session
from gongji.desk.ports import Unit
from gongji.desk.settling import Answered, replay, settle_batch
from gongji.lab.crowd import REGION, Crowd, requests
from gongji.lab.grounds import Bare, Ground, Rows, transaction
from gongji.lab.load import share
from gongji.ledger.book import ITEMS
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import SettlementRequest
from gongji.settlement.decide import decide
from gongji.terms import local_day

T = TypeVar("T")

PARTS = ("read", "decide", "encode", "write", "commit", "rest")
"""Where the time of a settlement goes."""

_KEPT = 4096
"""Answers that are decided once more."""


class InProcess(msgspec.Struct, frozen=True):
    """One size of batch on one store. Batches in milliseconds, the rest in microseconds for one
    settlement.

    `cpu_us` is this process's own share, which other programs on the machine do not change;
    `bare_us` is the bare SQL of the same rows; `times_us` is where the time goes and `parts_us`
    where this process's own processor time goes, both measured in batches of their own.
    """

    store: str
    batch: int
    settlements: int
    a_second: float
    p50_ms: float
    p99_ms: float
    each_us: float
    cpu_us: float
    bare_us: float
    bare_a_second: float
    times_us: Mapping[str, float]
    parts_us: Mapping[str, float]


def in_process(
    office: Office,
    crowd: Crowd,
    ground: Ground,
    urls: tuple[str, str],
    settlements: int,
    batches: Sequence[int],
) -> tuple[InProcess, ...]:
    """Measure each size of batch on an office whose store is the first of the databases; the second
    is a copy of it from before."""
    rng = random.Random(7)  # noqa: S311 - a measurement wants repetition
    found = []
    with closing(ground.bare(urls[0])) as source, closing(ground.bare(urls[1])) as copy:
        for size in batches:
            bills = list(requests(crowd, rng, f"b{size}", max(settlements // size, 1) * size))
            gc.collect()
            gc.freeze()  # the bills wait here for the whole of the run
            warming = len(bills) // size // 10 * size
            early = _settle(office, bills[:warming], size)  # this warms what is cold
            cpu_s = time.process_time()
            run = _settle(office, bills[warming:], size)
            cpu_s = time.process_time() - cpu_s
            written = _written(source, [*early.moments, *run.moments])
            bare_s = sum(_write(copy, written)[len(early.moments) :])
            count = len(bills) - warming
            times, parts = _times(office, crowd, rng, size, run.answered)
            found.append(
                InProcess(
                    store=ground.name,
                    batch=size,
                    settlements=count,
                    a_second=count / run.seconds,
                    p50_ms=share(sorted(run.waits_s), 0.5) * 1000,
                    p99_ms=share(sorted(run.waits_s), 0.99) * 1000,
                    each_us=run.seconds / count * 1e6,
                    cpu_us=cpu_s / count * 1e6,
                    bare_us=bare_s / count * 1e6,
                    bare_a_second=count / bare_s,
                    times_us=times,
                    parts_us=parts,
                )
            )
    return tuple(found)


class _Run(NamedTuple):
    """Seconds of the whole and of each batch with its commit; the moment at which each was
    recorded, in their order; the answers."""

    seconds: float
    waits_s: list[float]
    moments: list[int]
    answered: list[Answered]


def _settle(office: Office, bills: Sequence[SettlementRequest], size: int) -> _Run:
    """Settle the bills in their order, with as many hands as the counter has."""
    waits_s: list[float] = []
    moments: list[int] = []
    answered: list[Answered] = []
    line = Line(attrgetter("patient"), bills)

    def settle(session: Session, turn: Turn[SettlementRequest]) -> list[Answered | Refusal]:
        moments.append(session.at)
        return settle_batch(session, turn.taken, turn)

    def work() -> None:
        while True:
            with line.turn() as turn:
                with line.changed:
                    some = range(min(size, len(line.waiting)))
                    turn.taken = [line.waiting.popleft() for _ in some]
                if not turn.taken:
                    return
                begun = time.perf_counter()
                results = _as_the_service(office, partial(settle, turn=turn))
                waits_s.append(time.perf_counter() - begun)
            if len(answered) < _KEPT:  # who serves forgets them, and need not walk them for garbage
                answered.extend(result for result in results if isinstance(result, Answered))

    begun = time.perf_counter()
    hands = [threading.Thread(target=work) for _ in range(office.store.hands)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return _Run(time.perf_counter() - begun, waits_s, moments, answered)


def _as_the_service(office: Office, use_case: Callable[[Session], T]) -> T:
    """Beside whoever else settles, as the counter does it."""
    return office.do(use_case, regions=[REGION], shared=True)


class _Stopwatch:
    """A unit of work that notes how long its reads and its writes take, by the clock and by the
    processor."""

    def __init__(self, unit: Unit, spent: dict[str, "_Spent"]) -> None:
        self._unit, self._spent = unit, spent

    def __getattr__(self, name: str) -> Callable[..., Any]:
        act = getattr(self._unit, name)
        kind = "write" if name.startswith("write") else "read"

        def timed(*given: Any, **named: Any) -> Any:
            begun = _now()
            try:
                return act(*given, **named)
            finally:
                self._spent[kind] += _now() - begun

        return timed


class _Spent(NamedTuple):
    """Seconds by the clock, and seconds of the processor in this thread."""

    clock_s: float = 0.0
    cpu_s: float = 0.0

    def __add__(self, other: "_Spent") -> "_Spent":  # type: ignore[override]  # sums, not tuples
        return _Spent(self.clock_s + other.clock_s, self.cpu_s + other.cpu_s)

    def __sub__(self, other: "_Spent") -> "_Spent":
        return _Spent(self.clock_s - other.clock_s, self.cpu_s - other.cpu_s)


def _now() -> _Spent:
    return _Spent(time.perf_counter(), time.thread_time())


def _times(
    office: Office, crowd: Crowd, rng: random.Random, size: int, answered: Sequence[Answered]
) -> tuple[dict[str, float], dict[str, float]]:
    """Microseconds for one settlement by part, by the clock and of the processor.

    Reads and writes are timed as they happen, deciding and encoding once more on what was stored.
    """
    spent = dict.fromkeys(PARTS, _Spent())
    groups = max(min(_KEPT, len(answered)) // size, 1)
    bills = list(requests(crowd, rng, f"t{size}", groups * size))
    for n in range(0, len(bills), size):
        inner = _Spent()

        def work(session: Session, group: Sequence[SettlementRequest]) -> None:
            nonlocal inner
            begun = _now()
            settle_batch(session._replace(unit=cast(Unit, _Stopwatch(session.unit, spent))), group)
            inner = _now() - begun

        begun = _now()
        _as_the_service(office, partial(work, group=bills[n : n + size]))
        spent["commit"] += _now() - begun - inner
        spent["rest"] += inner
    _decide_again(office, answered, len(bills), spent)
    for part in ("read", "write", "decide", "encode"):
        spent["rest"] -= spent[part]
    each = 1e6 / len(bills)
    return (
        {name: part.clock_s * each for name, part in spent.items()},
        {name: part.cpu_s * each for name, part in spent.items()},
    )


def _decide_again(
    office: Office, answered: Sequence[Answered], bills: int, spent: dict[str, _Spent]
) -> None:
    """Note what deciding and encoding so many bills takes."""
    again = [replay(office, each.answer) for each in answered[:bills]]
    laws = [office.law.on(each.facts.patient.region, local_day(each.facts.at)) for each in again]
    begun = _now()
    for each, law in zip(again, laws, strict=True):
        decide(each.request, each.facts, law)
    decided = _now()
    for each in again:
        _encode(each.request), _encode(each.facts), _encode(each.decision)
    part = bills / len(again)
    for name, taken in (("decide", decided - begun), ("encode", _now() - decided)):
        spent[name] = _Spent(taken.clock_s * part, taken.cpu_s * part)


_encode = msgspec.json.Encoder().encode


def _written(source: Bare, moments: Sequence[int]) -> list[dict[str, Rows]]:
    """What each batch has written, table by table, as the database has it now.

    Every appended row says when it was recorded, and what a batch has recorded lies between its own
    moment and the next one's. Accounts are what the batch's entries have left them at.
    """
    batches: list[dict[str, Rows]] = [{} for _ in moments]
    for table in source.tables():
        names = [column.name for column in source.columns(table)]
        if "recorded_at" not in names:
            continue
        at = names.index("recorded_at")
        rows: list[list[tuple[Any, ...]]] = [[] for _ in moments]
        statement = f"SELECT * FROM {table} WHERE recorded_at BETWEEN ? AND ?"
        until = moments[-1] + 10**6
        for row in source.execute(statement, moments[0], until).fetchall():
            rows[bisect_right(moments, row[at]) - 1].append(row)
        for batch, some in zip(batches, rows, strict=True):
            batch[table] = some
    names = [column.name for column in source.columns("entries")]
    of_entry = [names.index(name) for name in ("region", "owner", "kind", "after_fen", "version")]
    for batch in batches:
        left = [tuple(row[n] for n in of_entry) for row in batch["entries"]]
        left = [row for row in left if row[2] not in ITEMS]
        left.sort(key=lambda row: row[-1])
        batch["accounts"] = list({row[:3]: row for row in left}.values())
    return batches


def _write(copy: Bare, batches: Sequence[Mapping[str, Rows]]) -> list[float]:
    """Seconds that the bare SQL of each batch takes.

    The same rows in the same batches and order, with the same durability, and nothing else.
    """
    seconds = []
    for batch in batches:
        begun = time.perf_counter()
        with transaction(copy):
            for table, rows in batch.items():
                copy.insert(table, rows, over=table == "accounts")
        seconds.append(time.perf_counter() - begun)
    return seconds
