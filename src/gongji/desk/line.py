"""排队: who waits, and the hands that take from the front by turns.

A hand keeps its turn until it holds every purse that its batch will draw on, so that nobody
overtakes anybody. Where another hand still holds one of them, its owner's family goes back to the
front, with every family that shares somebody with it: the rest of the batch need not wait for a
commit that does not concern it, and whoever went back is in the next batch, in the old order.
"""

import threading
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from gongji.policy.bonds import BondWithUses

T = TypeVar("T")


class Hand(Protocol):
    """What a batch has to do with those that are under way beside it."""

    @property
    def held(self) -> Collection[str]:
        """The people whose purses others hold."""
        ...

    def holds(self, people: Collection[str], back: Collection[int] = ()) -> None:
        """The batch has the purses of these people to itself, so that the next one may begin; those
        of its requests that stand at these places are left to that one."""
        ...


class Alone:
    """Nobody is under way beside it."""

    held: Collection[str] = ()

    def holds(self, people: Collection[str], back: Collection[int] = ()) -> None:
        """Nobody waits for it to be said."""


ALONE = Alone()


class Line(Generic[T]):
    """A queue and whose turn it is. `changed` guards `waiting`, and tells who waits for either."""

    def __init__(self, waiting: Iterable[T] = ()) -> None:
        self.waiting = deque(waiting)
        self.changed = threading.Condition()
        self._turn = threading.Semaphore()
        self._under_way: list[Turn[T]] = []

    @property
    def under_way(self) -> bool:
        """Whether a hand has a batch."""
        return any(turn.taken for turn in self._under_way)

    @contextmanager
    def turn(self) -> Iterator["Turn[T]"]:
        """Wait for one's turn, and have it until it is over; the purses until the end."""
        self._turn.acquire()
        turn = Turn(self, self._turn)
        self._under_way.append(turn)
        try:
            yield turn
        finally:
            with self.changed:
                self._under_way.remove(turn)
                self.changed.notify()
            turn.over()

    def held_beside(self, turn: "Turn[T]") -> frozenset[str]:
        """The people whose purses hands hold, but for this one."""
        with self.changed:
            others = [other.people for other in self._under_way if other is not turn]
        return frozenset().union(*others)


class Turn(Generic[T]):
    """One hand's batch: `taken` are those who are served in it."""

    def __init__(self, line: Line[T], semaphore: threading.Semaphore) -> None:
        self.taken: list[T] = []
        self.people: Collection[str] = ()
        self._line = line
        self._semaphore: threading.Semaphore | None = semaphore

    @property
    def held(self) -> Collection[str]:
        """See `Hand`. A batch that is tried again has sent back whom it could, and waits."""
        return () if self._semaphore is None else self._line.held_beside(self)

    def holds(self, people: Collection[str], back: Collection[int] = ()) -> None:
        """See `Hand`."""
        with self._line.changed:
            self.people = people
            if back:
                some = [self.taken[n] for n in sorted(back, reverse=True)]
                self._line.waiting.extendleft(some)
                self.taken = [one for n, one in enumerate(self.taken) if n not in back]
        self.over()

    def over(self) -> None:
        """Let the next hand begin; said again, it changes nothing."""
        semaphore, self._semaphore = self._semaphore, None
        if semaphore is not None:
            semaphore.release()


def in_the_way(
    patients: Collection[str], bonds: Mapping[str, Sequence[BondWithUses]], held: Collection[str]
) -> Collection[str]:
    """The people of all families that share somebody with those held, however far; nobody where that
    is more than a quarter of the families: they had better wait than be read for nothing."""
    if not held:
        return ()
    families = [
        {patient, *(known.bond.sponsor for known in bonds.get(patient, ()))} for patient in patients
    ]
    found, apart = set(held), families
    while met := [family for family in apart if not found.isdisjoint(family)]:
        apart = [family for family in apart if found.isdisjoint(family)]
        found.update(*met)
    return found if len(apart) * 4 >= len(families) * 3 else ()
