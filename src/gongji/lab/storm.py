"""风暴: seeded traffic against a real office, judged by the proof and by a ledger of its own.

Some units of work are broken off on purpose; nothing of those may be left. The same seed raises
the same storm, so that whatever it breaks can be broken again.
"""

from collections import Counter
from datetime import timedelta

import msgspec

from gongji.desk.office import Office, Session
from gongji.desk.proving import walk
from gongji.desk.settling import replay
from gongji.lab.city import add_institution, add_people
from gongji.lab.folk import REGIONS, institutions_of
from gongji.lab.weather import Weather


class Storm(msgspec.Struct, frozen=True):
    """What happened. `wrong` says, act by act, what must not have happened; empty is good."""

    seed: int
    acts: int
    broken_off: int
    done: dict[str, int]
    wrong: tuple[str, ...]


class _BrokenOff(Exception):
    """A unit of work is broken off on purpose."""


def run_storm(office: Office, *, seed: int, acts: int = 2_000, families: int = 12) -> Storm:
    """Raise a storm in an office without people, and judge what is left of it."""
    storm = _Storm(office, seed, families)
    storm.settle_in()
    while storm.acts < acts:
        storm.unit_of_work()
    storm.judge()
    return Storm(seed, storm.acts, storm.broken_off, dict(storm.done), tuple(storm.wrong))


class _Storm(Weather):
    """One storm under way in an office."""

    def __init__(self, office: Office, seed: int, families: int) -> None:
        super().__init__(seed, office.clock() - timedelta(days=200), families)
        self._office = office
        self.acts = self.broken_off = 0

    def settle_in(self) -> None:
        """People, accounts and institutions; no pools yet."""

        def build(session: Session) -> None:
            then = session._replace(now=self._now)
            for region in REGIONS:
                for place in institutions_of(region):
                    add_institution(then, place)
            for some in self._folk:
                add_people(then, some)

        self._office.do(build)
        for some in self._folk:
            for person in some.people:
                for purse, fen in person.sums.items():
                    self._kept.fen[person.id, purse.value] = fen

    def unit_of_work(self) -> None:
        """Some acts in one transaction; one in twelve is broken off at its end."""
        count, breaks = self._rng.randrange(1, 12), self._rng.random() < 1 / 12
        before = self._kept.copy() if breaks else self._kept
        self._now += timedelta(minutes=self._rng.randrange(1, 40))

        def work(session: Session) -> None:
            then = session._replace(now=min(self._now, session.now))
            for _ in range(count):
                self.act(then)
            if breaks:
                raise _BrokenOff

        try:
            self._office.do(work)
        except _BrokenOff:
            self._kept = before
            self.broken_off += 1
        self.acts += count

    def judge(self) -> None:
        """The proof of the books, the storm's own sums against the store's, a replay of each."""
        for account, wrong in self._office.ask(walk).wrong:
            self.wrong.append(f"proof: {account}: {wrong}")
        in_store = self._office.ask(_sums)
        for key, due_fen in self._kept.fen.items():
            if in_store[key] != due_fen:
                self.wrong.append(f"{key}: {in_store[key]} fen in the store, {due_fen} due")
        for request, answered in self._kept.settled.values():
            if not replay(self._office, answered.answer).same:
                self.wrong.append(f"{request.institution}/{request.id} does not replay")


def _sums(session: Session) -> Counter[tuple[str, str]]:
    """What everybody has in each purse, and what is owed to each institution for all its bills."""
    found: Counter[tuple[str, str]] = Counter()
    for row in session.unit.balance_rows():
        found[row.owner, row.kind] += row.fen
    for entry in session.unit.entry_rows():
        if entry.kind == "payable":
            found[entry.owner.partition("/")[0], entry.kind] += entry.amount_fen
    return found
