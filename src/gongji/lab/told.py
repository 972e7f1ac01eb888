"""所告: what the clients of a storm were told, and nothing else.

Each answer is kept as it came. From them alone follow the balances that a reader must find and the
bonds that have surely ended. It shares no code with the book or with the store.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from gongji.lab.folk import Family

Pair = tuple[str, str]  # sponsor, member


class Household:
    """One family in the storm, and what its people must have by what was told."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.fen = {one.id: sum(one.sums.values()) for one in family.people}
        self.settled: list[str] = []  # references, institution/id
        self._under_way = 0
        self._looked_at = False
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def act(self) -> AsyncIterator[None]:
        """An act of this family, as many at once as come; none while somebody looks."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._looked_at)
            self._under_way += 1
        try:
            yield
        finally:
            async with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    @asynccontextmanager
    async def look(self) -> AsyncIterator[None]:
        """A moment in which nothing of this family is under way."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._looked_at)
            self._looked_at = True
            await self._changed.wait_for(lambda: self._under_way == 0)
        try:
            yield
        finally:
            async with self._changed:
                self._looked_at = False
                self._changed.notify_all()


class Told:
    """Every answer that was told. `wrong` says what must not have been told; empty is good."""

    def __init__(self, households: Iterable[Household]) -> None:
        self.households = {one.id: house for house in households for one in house.family.people}
        self.settlements: dict[str, Mapping[str, Any]] = {}  # by reference, without `repeated`
        self.reversals: dict[str, Mapping[str, Any]] = {}
        self.credits: dict[str, Mapping[str, Any]] = {}
        self.bonds: dict[str, Mapping[str, Any]] = {}
        self.ends: dict[str, str] = {}  # bond → when it ends, as told
        self.bills: dict[str, Mapping[str, Any]] = {}  # by reference, as it was asked
        self.done: Counter[str] = Counter()
        self.repeats = 0
        self.wrong: list[str] = []
        self._self_fen: dict[str, int] = {}  # what may still come back of the self-paid part
        self._binding: Counter[Pair] = Counter()  # asked for, not answered
        self._bindings: Counter[Pair] = Counter()  # asked for, ever
        self._unbound: dict[str, set[str]] = defaultdict(set)  # member → sponsors surely left

    @property
    def answers(self) -> int:
        """How many answers of ids there are."""
        return len(self.settlements) + len(self.reversals) + len(self.credits)

    def fen(self, person: str, amount: int) -> None:
        """So much came or went."""
        self.households[person].fen[person] += amount

    # Bills ────────────────────────────────────────────────────────────────────────────────────────

    def before_bill(self, patient: str) -> dict[str, int]:
        """The sponsors that this patient's bill may not draw on, whoever serves it."""
        return {sponsor: self._bindings[sponsor, patient] for sponsor in self._unbound[patient]}

    def settlement(
        self, bill: Mapping[str, Any], answers: list[Any], barred: Mapping[str, int], tries: int
    ) -> None:
        """One settlement, asked for as often as there are answers."""
        first, *others = ({**answer, "repeated": None} for answer in answers)
        name = first["reference"]
        fresh = sum(not answer["repeated"] for answer in answers)
        if name in self.settlements:
            self._expect(fresh == 0, f"{name}: known, and settled again")
            self._expect(first == self.settlements[name], f"{name}: repeated, answered otherwise")
            self.repeats += 1
        else:
            # Who broke off may have been the one to whom it was told as new.
            right = fresh == 1 or (tries > len(answers) and fresh == 0)
            self._expect(right, f"{name}: settled {fresh} times of {len(answers)}")
            self._first_time(name, bill, first, barred)
        self._expect(all(one == first for one in others), f"{name}: at once, answered otherwise")

    def _first_time(
        self,
        name: str,
        bill: Mapping[str, Any],
        answer: Mapping[str, Any],
        barred: Mapping[str, int],
    ) -> None:
        self.settlements[name], self.bills[name] = answer, bill
        self._self_fen[name] = bill["self_paid_fen"]
        self.households[answer["patient"]].settled.append(name)
        for draw in answer["draws"]:
            self.fen(draw["person"], -draw["amount_fen"])
        drawn = sum(draw["amount_fen"] for draw in answer["draws"])
        self._expect(drawn == answer["own_fen"] + answer["pooled_fen"], f"{name}: drawn {drawn}")
        due = bill["self_paid_fen"] + bill["uncovered_fen"]
        self._expect(drawn + answer["cash_fen"] == due, f"{name}: not what was due")
        sponsor = answer["sponsor"]
        if answer["pooled_fen"] and sponsor in barred:
            same = self._bindings[sponsor, answer["patient"]] == barred[sponsor]
            self._expect(not same, f"{name}: {sponsor} was charged after the unbinding was told")

    def reversal(self, answer: Mapping[str, Any], tries: int) -> None:
        """A settlement given back, whole or in part."""
        name, of = answer["reference"], f"{answer['institution']}/{answer['of']}"
        if name in self.reversals:
            self._expect(answer["repeated"], f"{name}: known, and reversed again")
            return
        self._expect(not answer["repeated"] or tries > 1, f"{name}: new, and told as a repeat")
        self.reversals[name] = {**answer, "repeated": None}
        settled = self.settlements[of]
        self.fen(settled["patient"], answer["own_fen"])
        if answer["pooled_fen"]:
            self.fen(settled["sponsor"], answer["pooled_fen"])
        self._self_fen[of] -= answer["self_paid_fen"]
        self._expect(self._self_fen[of] >= 0, f"{of}: more came back than was settled")

    def credit(self, answer: Mapping[str, Any], tries: int) -> None:
        """Money put into a purse."""
        self._expect(not answer["repeated"] or tries > 1, f"{answer['id']}: credited twice")
        self.credits[answer["id"]] = {**answer, "repeated": None}
        self.fen(answer["person"], answer["amount_fen"])

    # Bonds ────────────────────────────────────────────────────────────────────────────────────────

    def binds(self, pairs: Iterable[Pair]) -> None:
        """Somebody asks for these bonds; from now on they may be there."""
        for pair in pairs:
            self._binding[pair] += 1
            self._bindings[pair] += 1
            self._unbound[pair[1]].discard(pair[0])

    def asked_to_bind(self, pairs: Iterable[Pair]) -> None:
        """That asking is over."""
        self._binding.subtract(pairs)

    def before_end(self, pairs: Iterable[Pair]) -> dict[Pair, int]:
        """Those of the bonds that nobody is making at the moment."""
        return {pair: self._bindings[pair] for pair in pairs if not self._binding[pair]}

    def ended(self, answer: Mapping[str, Any], sure: Mapping[Pair, int], at_once: bool) -> None:
        """Bonds that ended; `sure` is what `before_end` said."""
        for bond in answer["bonds"]:
            self.ends[bond] = answer["ends"]
        for pair, bindings in sure.items():
            if at_once and self._bindings[pair] == bindings:
                self._unbound[pair[1]].add(pair[0])

    def read(self, person: str, found: Mapping[str, Any], quiet: bool) -> None:
        """A balance that was read; `quiet`: while nothing of the family was under way."""
        fen = found["current_fen"] + found["carried_fen"]
        low = min(found["current_fen"], found["carried_fen"])
        self._expect(low >= 0, f"{person} is below zero: {found}")
        due = self.households[person].fen[person]
        self._expect(not quiet or fen == due, f"{person}: {fen} fen read, {due} by what was told")

    def _expect(self, holds: object, otherwise: str) -> None:
        if not holds:
            self.wrong.append(otherwise)
