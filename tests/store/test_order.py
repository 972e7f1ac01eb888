"""The order of arrival on PostgreSQL: two workers with three hands each, and everything at once."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

import pytest

from gongji.desk import people
from gongji.desk.counter import Counter
from gongji.desk.office import Office
from gongji.desk.settling import Answered
from gongji.ledger.book import ITEMS
from gongji.settlement.bill import SettlementRequest
from gongji.store.postgres import PostgresStore
from gongji.terms import Purse
from gongji.wiring import shipped_packs
from servers import BorrowedStore
from store.stores import VAULT
from town import NATIONAL, Town, office_on

FAMILIES, ACTS, BATCH = 60, 3000, 16


@pytest.fixture
def town() -> Iterator[Town]:
    """Fathers of two children each; every fifth pays for a neighbour's child as well."""
    lent = BorrowedStore(VAULT)
    opened = Town(
        NATIONAL, open_office=lambda clock: office_on(PostgresStore(lent.owner, VAULT), clock)
    )
    opened.hospital("clinic")
    for n in range(FAMILIES):
        opened.person(f"father{n}", carried=3000_00)
        for child in ("child", "kid"):
            opened.person(f"{child}{n}", "resident")
    for n in range(FAMILIES):
        members = {f"child{n}": "child", f"kid{n}": "child"}
        opened.pool(f"father{n}", members | ({f"kid{n - 1}": "child"} if n % 5 == 1 else {}))
    yield opened
    opened.close()
    lent.close()


class Crowd:
    """What arrives: bills, most of them of a few families, repeats at the other worker, credits."""

    def __init__(self, town: Town, seed: int) -> None:
        self._town, self._dice = town, random.Random(seed)
        self.bills: list[SettlementRequest] = []
        self.repeated: set[str] = set()

    def next(self) -> SettlementRequest | people.Credit:
        """Who comes next."""
        dice, town = self._dice, self._town
        chance = dice.random()
        if chance < 0.01 and self.bills:
            again = dice.choice(self.bills[-200:])
            self.repeated.add(again.id)
            return again
        family = dice.randrange(FAMILIES if chance < 0.8 else 5)
        if chance < 0.04:
            of, id = town.id(f"father{family}"), f"c{len(self.bills)}-{chance}"
            return people.Credit(id=id, person=of, purse=Purse.CARRIED, amount_fen=5_00)
        name = f"{dice.choice(['father', 'child', 'kid'])}{family}"
        fen = dice.choice([1_00, 10_00, 77_13])
        self.bills.append(town.bill(name, "clinic", fen, id=f"b{len(self.bills)}"))
        return self.bills[-1]


@pytest.mark.parametrize("seed", [1, 2])
def test_within_a_worker_nobody_of_a_family_is_overtaken(town: Town, seed: int) -> None:
    """However the hands pass each other, batches are tried again and others have all to themselves:
    each purse is drawn on in the order of arrival, each bill is settled once, and nobody waits for
    a lock until it is given up."""
    store = town.office.store
    assert isinstance(store, PostgresStore)
    other = Office(PostgresStore(store.dsn, VAULT), shipped_packs(), town.office.clock)
    dice, crowd = random.Random(seed), Crowd(town, seed)
    came_to: dict[str, int] = {}

    async def everything() -> list[Any]:
        counters = [Counter(office, batch=BATCH) for office in (town.office, other)]
        tasks: list[asyncio.Future[Any]] = []
        for counter in counters:
            counter.start()
        for n in range(ACTS):
            worker, asked = dice.randrange(2), crowd.next()
            if isinstance(asked, SettlementRequest):
                came_to[asked.id] = worker
                tasks.append(asyncio.ensure_future(counters[worker].settle(asked)))
            else:
                use_case = partial(people.credit, asked=asked)
                tasks.append(asyncio.ensure_future(counters[worker].do(use_case, NATIONAL)))
            if n % 300 == 299:
                await asyncio.sleep(0.02)
        found = await asyncio.gather(*tasks, return_exceptions=True)
        for counter in counters:
            await asyncio.to_thread(counter.stop)
        return found

    with closing(other.store):
        found = asyncio.run(everything())
    assert not [one for one in found if isinstance(one, Exception)]
    settled = [one for one in found if isinstance(one, Answered) and not one.repeated]
    assert sorted(one.answer.key.id for one in settled) == sorted(one.id for one in crowd.bills)
    town.proof()

    last: dict[tuple[str, str, int], int] = {}
    with store.read() as unit:
        entries = [row for row in unit.entry_rows() if row.kind not in ITEMS]
    for entry in entries:  # of each purse in the order in which they were booked
        id = entry.voucher.rpartition("/")[2]
        if id not in came_to or id in crowd.repeated:
            continue
        purse, came = (entry.owner, entry.kind, came_to[id]), int(id[1:])
        assert last.get(purse, -1) < came, (purse, id)
        last[purse] = came
