"""银行试验: many clients at once pay, give back, bind and unbind over HTTP, and readers add up.

Whoever is not answered asks again with the same id until there is an answer, as an institution
would. So whatever befalls the service or its database meanwhile, in the end every request has been
answered, and the store must hold what was told and no more.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import msgspec

from gongji.desk.office import Office, Session
from gongji.lab.city import add_institution, add_people
from gongji.lab.clients import Client
from gongji.lab.folk import REGIONS, family, institutions_of, keys_of
from gongji.lab.lines import Patience
from gongji.lab.load import NoAnswer, Place
from gongji.lab.told import Household, Told

Chaos = Callable[[], Awaitable[None]]


class Bank(msgspec.Struct, frozen=True):
    """What happened. `wrong` says what must not have happened; empty is good."""

    seconds: float
    requests: int
    answers: int  # of settlements, reversals and credits, each counted once
    repeats: int
    reads: int
    unavailable: int  # tries that were told to come later
    broken: int  # tries whose connection broke
    done: dict[str, int]
    wrong: tuple[str, ...]


def open_bank(office: Office, seed: int, families: int) -> Told:
    """Register families, institutions and their keys in an empty store."""
    rng = random.Random(seed)  # noqa: S311 - a storm wants repetition, not secrecy
    folk = [
        family(rng, region, n)
        for region in REGIONS
        for n in range(max(families // len(REGIONS), 1))
    ]
    places = [place for region in REGIONS for place in institutions_of(region)]

    def build(session: Session) -> None:
        for place in places:
            add_institution(session, place)
        for key in keys_of(places):
            session.unit.add_caller(key.caller, key.key, session.at)
        for some in folk:
            add_people(session, some)

    office.do(build)
    return Told([Household(some) for some in folk])


def run_bank(
    told: Told,
    place: Place,
    *,
    seed: int,
    seconds: float,
    clients: int = 64,
    readers: int = 4,
    chaos: Chaos | None = None,
) -> Bank:
    """Let the clients at it for so long, or until the chaos is over; then wait for every answer."""
    return asyncio.run(_run(told, place, seed, seconds, clients, readers, chaos))


async def _run(
    told: Told,
    place: Place,
    seed: int,
    seconds: float,
    clients: int,
    readers: int,
    chaos: Chaos | None,
) -> Bank:
    begun = time.monotonic()
    patience, over = Patience(), asyncio.Event()
    houses = list(dict.fromkeys(told.households.values()))
    chances = [random.Random(seed * 1_000 + n) for n in range(clients + readers)]  # noqa: S311
    some = [
        Client(told, patience, place, houses, rng, f"s{seed}-{n}") for n, rng in enumerate(chances)
    ]
    try:
        await asyncio.gather(*(one.opens(houses[n :: len(some)]) for n, one in enumerate(some)))
        async with asyncio.TaskGroup() as group:
            for n, client in enumerate(some):
                group.create_task(client.acts(over) if n < clients else client.reads(over))
            await (asyncio.sleep(seconds) if chaos is None else chaos())
            over.set()
    except* NoAnswer as gone:
        told.wrong += map(str, gone.exceptions)
    for client in some:
        client.close()
    return Bank(
        time.monotonic() - begun,
        patience.requests,
        told.answers,
        told.repeats,
        told.done["read"],
        patience.unavailable,
        patience.broken,
        dict(told.done),
        (*patience.wrong, *told.wrong),
    )
