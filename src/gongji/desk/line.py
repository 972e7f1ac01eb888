"""排队: who waits, and the hands that take from the front by turns.

A hand keeps its turn until it is known whose purses its batch will draw on, so that nobody
overtakes anybody. Where another hand still holds one of them, the family goes back to the front,
with every family that shares somebody with it: the rest of the batch need not wait for a commit
that does not concern it, and whoever went back is in the next batch, in the old order. No hand
waits for another while it has a transaction open: what the database does not see, it cannot untie.
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
                if turn.crowded:
                    self.changed.wait_for(lambda: not self._under_way)
            turn.over()

    def alone(self, turn: "Turn[T]") -> None:
        """Wait until nobody else has a batch: one that is tried again would be overtaken."""
        with self.changed:
            self.changed.wait_for(lambda: self._under_way == {turn})

    def held_beside(self, turn: "Turn[T]") -> frozenset[str]:
        """The people whose purses the other hands hold."""
        return frozenset().union(*(other.people for other in self._under_way if other is not turn))


class Turn(Generic[T]):
    """One hand's batch: `taken` are those who are served in it, `people` whose purses it holds.
    `crowded`: most of its families were another's, so the next batch had better wait."""

    def __init__(self, line: Line[T], semaphore: threading.Semaphore) -> None:
        self.taken: list[T] = []
        self.people: frozenset[str] = frozenset()
        self.crowded = False
        self._line = line
        self._semaphore: threading.Semaphore | None = semaphore

    def claims(self, families: Families) -> Collection[str]:
        """See `Hand`. A batch that is tried again has left whom it could."""
        if self._semaphore is None:
            return ()
        line = self._line
        with line.changed:
            everybody = frozenset().union(*families.values())
            held = line.held_beside(self)
            away: frozenset[str] = frozenset()
            if not held.isdisjoint(everybody):
                away = in_the_way(families, held)
                stay = sum(map(away.isdisjoint, families.values()))
                if stay * 4 < len(families) * 3:
                    self.crowded, away = True, everybody
                self._leave(away)
            self.people = everybody.difference(away)
        if not self.crowded:
            self.over()
        return away

    def _leave(self, away: Collection[str]) -> None:
        goes = [self._line.patient_of(one) in away for one in self.taken]
        self._line.waiting.extendleft(reversed([*compress(self.taken, goes)]))
        self.taken = [one for one, gone in zip(self.taken, goes, strict=True) if not gone]

    def over(self) -> None:
        """Let the next hand begin; said again, it changes nothing."""
        semaphore, self._semaphore = self._semaphore, None
        if semaphore is not None:
            semaphore.release()


def in_the_way(families: Families, held: Collection[str]) -> frozenset[str]:
    """Those held, and the people of all families that share somebody with them, however far."""
    found, apart = set(held), [*families.values()]
    while met := [family for family in apart if not found.isdisjoint(family)]:
        apart = [family for family in apart if found.isdisjoint(family)]
        found.update(*met)
    return frozenset(found)
