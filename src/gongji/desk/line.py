"""排队: who waits, and the hands that take from the front by turns.

A hand keeps its turn until it is known whose purses its batch will draw on, so that nobody overtakes
anybody. Where another hand still holds one of them, the family goes back to the front, with every
family that shares somebody with it: the rest of the batch need not wait for a commit that does not
concern it, and whoever went back is in the next batch, in the old order.
"""

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import compress
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")

Families = Mapping[str, Collection[str]]
"""Patients, and whose purses their bills may draw on: their own and their sponsors'."""


class Hand(Protocol):
    """What a batch has to do with those that are under way beside it."""

    def claims(self, families: Families) -> Collection[str]:
        """Say whose purses the batch will draw on, before it looks at them; the next one may begin
        then. The people of families that are left to that one are given back."""
        ...


class Alone:
    """Nobody is under way beside it."""

    def claims(self, families: Families) -> Collection[str]:
        """All of them are its own."""
        return ()


ALONE = Alone()


class Line(Generic[T]):
    """A queue and whose turn it is. `changed` guards `waiting`, and tells who waits for either."""

    def __init__(self, patient_of: Callable[[T], str], waiting: Iterable[T] = ()) -> None:
        self.patient_of, self.waiting = patient_of, deque(waiting)
        self.changed = threading.Condition()
        self._turn = threading.Semaphore()
        self._under_way: set[Turn[T]] = set()

    @property
    def under_way(self) -> bool:
        """Whether a hand has a batch."""
        return any(turn.taken for turn in self._under_way)

    @contextmanager
    def turn(self) -> Iterator["Turn[T]"]:
        """Wait for one's turn, and have it until it is over; the purses until the end."""
        self._turn.acquire()
        turn = Turn(self, self._turn)
        self._under_way.add(turn)
        try:
            yield turn
        finally:
            with self.changed:
                self._under_way.remove(turn)
                self.changed.notify()
            turn.over()

    def left(self, turn: "Turn[T]", families: Families) -> Collection[str]:
        """The people of the families that this turn leaves to the next one. It waits for the others
        where more than a quarter of them would be left: they would be read for nothing."""
        everybody = frozenset().union(*families.values())
        others = {other for other in self._under_way if not everybody.isdisjoint(other.people)}
        if not others:
            return ()
        found = in_the_way(families, frozenset().union(*(other.people for other in others)))
        touched = sum(not found.isdisjoint(family) for family in families.values())
        if touched * 4 <= len(families):
            return found
        self.changed.wait_for(lambda: others.isdisjoint(self._under_way))
        return ()


class Turn(Generic[T]):
    """One hand's batch: `taken` are those who are served in it, `people` whose purses it holds."""

    def __init__(self, line: Line[T], semaphore: threading.Semaphore) -> None:
        self.taken: list[T] = []
        self.people: frozenset[str] = frozenset()
        self._line = line
        self._semaphore: threading.Semaphore | None = semaphore

    def claims(self, families: Families) -> Collection[str]:
        """See `Hand`. A batch that is tried again has left whom it could."""
        if self._semaphore is None:
            return ()
        line = self._line
        with line.changed:
            away = line.left(self, families)
            self.people = frozenset().union(*families.values()).difference(away)
            if away:
                goes = [line.patient_of(one) in away for one in self.taken]
                line.waiting.extendleft(reversed([*compress(self.taken, goes)]))
                self.taken = [one for one, gone in zip(self.taken, goes, strict=True) if not gone]
        self.over()
        return away

    def over(self) -> None:
        """Let the next hand begin; said again, it changes nothing."""
        semaphore, self._semaphore = self._semaphore, None
        if semaphore is not None:
            semaphore.release()


def in_the_way(families: Families, held: Collection[str]) -> set[str]:
    """Those held, and the people of all families that share somebody with them, however far."""
    found, apart = set(held), [*families.values()]
    while met := [family for family in apart if not found.isdisjoint(family)]:
        apart = [family for family in apart if found.isdisjoint(family)]
        found.update(*met)
    return found
