"""柜台: one queue, and as many hands behind it as the store can use.

Requests that arrive while a unit of work is being committed wait and then go into the next one
together, in the order of arrival, which is law (SET-4). An idle counter takes a single request at
once; a busy one takes what has come, and where that is less than the last time gives the rest a
moment: whom the last batch has answered is about to ask again. One commit makes the whole batch
durable.

With a second hand the next batch is decided while the last one is being committed; see `Line`.

The queue is bounded: beyond it a request is turned away at once, before anything is known of it.
A refusal is a value and never touches its neighbours. A failure of ours rolls the batch back, and
each request is tried once alone, so that only the one that fails is told so.
"""

import asyncio
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from time import sleep
from typing import Any, NamedTuple, TypeVar

from gongji.desk.line import ALONE, Hand, Line, Turn
from gongji.desk.office import Office, Session
from gongji.desk.ports import StoreUnavailable
from gongji.desk.settling import Answered, settle_batch
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import SettlementRequest
from gongji.terms import region_of

T = TypeVar("T")

_A_MOMENT_S = 0.001
"""What a batch of a few costs by itself, however many it serves."""


class Busy(Exception):
    """The queue is full. Nothing is known of the request; it may be sent again with the same id."""


Together = Callable[[Session, Sequence[Any], Hand], Sequence[Any]]
"""A use-case that serves all of its kind which stand next to each other in the queue, in the order
of arrival. It tells the hand whose purses it will draw on, and has a result for everybody whom that
does not leave to the next batch."""


class _Waiting(NamedTuple):
    """A request in the queue, who serves it and its neighbours of the same kind, and the regions
    that it touches where they are known. `shares`: it is a settlement. `once`: what no other one
    of its batch may have as well."""

    asked: Any
    together: Together
    shares: bool
    once: frozenset[str]
    regions: frozenset[str] | None
    future: asyncio.Future[Any]


class Counter:
    """柜台: the writers' queue. `start` before the first request, `stop` when the last is done."""

    def __init__(self, office: Office, *, longest: int = 10_000, batch: int = 256) -> None:
        assert longest > 0
        assert batch > 0
        self.office = office
        self._longest, self._batch = longest, batch
        self._line: Line[_Waiting] = Line(lambda waiting: waiting.asked.patient)
        self._last = 0
        self._open = False
        self._threads: list[threading.Thread] = []
        self._readers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="reader")

    def start(self) -> None:
        """Open the counter."""
        assert not self._threads, "started twice"
        self._open = True
        for n in range(self.office.store.hands):
            self._threads.append(
                threading.Thread(target=self._work, name=f"writer-{n}", daemon=True)
            )
            self._threads[-1].start()

    def stop(self) -> None:
        """Serve whoever is in the queue, then close."""
        with self._line.changed:
            self._open = False
            self._line.changed.notify()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self._readers.shutdown()

    async def settle(self, request: SettlementRequest) -> Answered | Refusal:
        """Settle in the next batch. Raises Busy or StoreUnavailable; then nothing was settled, or
        it is not known: the same id asks again safely."""
        regions = frozenset((region_of(request.patient), region_of(request.institution)))
        found: Answered | Refusal = await self._queued(request, settle_batch, regions, shares=True)
        return found

    async def settle_by(
        self, together: Together, asked: Any, once: Collection[str], *regions: str
    ) -> Any:
        """Settle what was asked in other words than ours, together with its neighbours of the kind;
        of two that have something of `once` in common the later waits for the next batch. They
        share their regions with other settlements: they may change nothing else than these do."""
        named = frozenset(regions) or None
        return await self._queued(asked, together, named, shares=True, once=frozenset(once))

    async def do(self, use_case: Callable[[Session], T], *regions: str) -> T:
        """Run a use-case that writes, in its turn. Settlements of the regions that it touches wait
        meanwhile; where none is named, all do."""
        found: T = await self._queued(use_case, _one_by_one, frozenset(regions) or None)
        return found

    async def ask(self, use_case: Callable[[Session], T]) -> T:
        """Run a use-case that only reads, beside the queue."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self.office.ask, use_case)

    async def beside(self, use_case: Callable[[Session], T], *regions: str) -> T:
        """Run a use-case that only adds what nobody decides by, a line of the trail for instance:
        beside the queue, and holding up no settlement of these regions."""
        loop = asyncio.get_running_loop()

        def adds() -> T:
            return self.office.do(use_case, regions=regions, shared=True)

        return await loop.run_in_executor(self._readers, adds)

    def _queued(
        self,
        asked: Any,
        together: Together,
        regions: frozenset[str] | None,
        *,
        shares: bool = False,
        once: frozenset[str] = frozenset(),
    ) -> asyncio.Future[Any]:
        line = self._line
        if len(line.waiting) >= self._longest:
            raise Busy(f"{self._longest} requests are waiting; try again in a second")
        future = asyncio.get_running_loop().create_future()
        with line.changed:
            if not self._open:
                raise StoreUnavailable("the counter is closed")
            line.waiting.append(_Waiting(asked, together, shares, once, regions, future))
            line.changed.notify()
        return future

    def _work(self) -> None:
        while True:
            with self._line.turn() as turn:
                turn.taken = self._next()
                if not turn.taken:
                    return
                served = self._serve(turn)
            _deliver(served)

    def _next(self) -> list[_Waiting]:
        """Whoever waits, as soon as somebody does; nobody once the counter is closed. While a batch
        is under way only a whole one is begun beside it: small ones would cost more than they save.
        Where the last batch had more in it than wait now, the rest is given a moment to come.
        """
        line, queue = self._line, self._line.waiting
        with line.changed:
            while self._open and len(queue) < (self._batch if line.under_way else 1):
                line.changed.wait()
            some_are_missing = self._open and 1 < self._last > len(queue)
        if some_are_missing:
            sleep(_A_MOMENT_S)
        with line.changed:
            taken: list[_Waiting] = []
            met: set[str] = set()
            while queue and len(taken) < self._batch and not queue[0].once & met:
                taken.append(queue.popleft())
                met |= taken[-1].once
            self._last = len(taken)
            return taken

    def _serve(self, turn: Turn[_Waiting]) -> list[tuple[_Waiting, Any]]:
        """Whoever was not left to the next batch, with a result, an exception where it failed."""
        try:
            if not _shares(turn.taken):
                self._line.alone(turn)
            results = self._do(lambda: turn.taken, turn)
        except StoreUnavailable as error:
            results = [error] * len(turn.taken)
        except Exception as error:
            # One of them has met a mistake of ours. Alone each shows whether it was the one.
            alone = len(turn.taken) == 1
            results = [error] if alone else [self._try_alone(one) for one in turn.taken]
        return list(zip(turn.taken, results, strict=True))

    def _try_alone(self, waiting: _Waiting) -> Any:
        try:
            return self._do(lambda: [waiting], ALONE)[0]
        except Exception as error:
            return error

    def _do(self, taken: Callable[[], Sequence[_Waiting]], hand: Hand) -> list[Any]:
        """One unit of work; who is taken may be fewer when it is tried again."""
        named = [waiting.regions for waiting in taken()]
        regions = None if None in named else frozenset().union(*filter(None, named))
        shared = _shares(taken())
        beside = hand if shared else ALONE
        return self.office.do(
            lambda session: _serve_all(session, taken(), beside), regions=regions, shared=shared
        )


def _shares(taken: Sequence[_Waiting]) -> bool:
    """Whether others may settle beside them. Purses are held in the order of their keys, once in a
    unit: two kinds cannot share."""
    one_kind = len({waiting.together for waiting in taken}) == 1
    return one_kind and all(waiting.shares for waiting in taken)


def _serve_all(session: Session, taken: Sequence[_Waiting], hand: Hand) -> list[Any]:
    """In the order of arrival; what is of one kind and stands next to each other as one batch.

    Each moment is later than the one before, so that whoever paid and then unbound is not found to
    have paid at the moment from which the bond was no longer in force.
    """
    results: list[Any] = []
    for together, some in groupby(taken, key=attrgetter("together")):
        asked = [waiting.asked for waiting in some]
        moment = session._replace(now=session.now + timedelta(microseconds=len(results)))
        results.extend(together(moment, asked, hand))
    return results


def _one_by_one(
    session: Session, use_cases: Sequence[Callable[[Session], Any]], _: Hand
) -> list[Any]:
    """Whatever is no settlement."""
    return [
        use_case(session._replace(now=session.now + timedelta(microseconds=n)))
        for n, use_case in enumerate(use_cases)
    ]


def _deliver(served: Sequence[tuple[_Waiting, Any]]) -> None:
    """Hand the results over to the event loops that wait for them, one call a loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for waiting, result in served:
        by_loop.setdefault(waiting.future.get_loop(), []).append((waiting.future, result))
    for loop, pairs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, pairs)
        except RuntimeError:
            # The loop is gone, and with it whoever waited. What was committed stays committed.
            continue


def _resolve(pairs: Sequence[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, result in pairs:
        if future.done():
            continue  # the asker has gone away
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
