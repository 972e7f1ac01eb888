"""就绪: whether what is asked would be kept. A balancer asks, and sends requests elsewhere if not."""

import time
from collections.abc import Callable

from gongji.desk.counter import Counter
from gongji.desk.ports import StoreUnavailable

APART_S = 2.0
"""No sooner is writing tried again: anyone may ask, and a disk is not emptied by asking."""


class NotReady(StoreUnavailable):
    """Nothing can be written at the moment; it comes back by itself."""


class Readiness:
    """Of one counter. `elapsed` are seconds that nobody sets."""

    def __init__(self, counter: Counter, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._counter, self._elapsed = counter, elapsed
        self._tried = -APART_S

    async def check(self) -> None:
        """Nothing, where the queue has room and a writer can begin; else Busy or NotReady.

        A full disk lets a writer begin. So once a unit of work has failed, one has to succeed: a
        request's, or one of ours that is made for it, since nobody sends requests to who is not
        ready.
        """
        office = self._counter.office
        failed = office.failure is not None
        if failed and self._elapsed() < self._tried + APART_S:
            raise NotReady(office.failure)
        try:
            if failed:
                self._tried = self._elapsed()
                await self._counter.do(lambda session: session.unit.try_writing())
                office.failure = None
            else:
                await self._counter.do(lambda _: None)
        except StoreUnavailable as error:
            raise NotReady(str(error)) from error
