"""风暴诸场: a bank test from beginning to end, with whatever is to befall it, and its audit."""

from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec

from gongji.lab.audit import Audit, audit
from gongji.lab.bank import Bank, open_bank, run_bank
from gongji.lab.blows import Blow, Site
from gongji.lab.pgserver import PgServer
from gongji.lab.served import Workshop, running
from gongji.lab.told import Told


class Storm(msgspec.Struct, frozen=True, kw_only=True):
    """How a storm is raised: how many are at it, for how long, and with what chance."""

    seed: int = 1
    seconds: float = 60.0
    clients: int = 64
    families: int = 64
    workers: int = 2
    replays: int | None = None  # None: every decision is decided again


class Weathered(msgspec.Struct, frozen=True):
    """What a storm came to. `wrong` says what must not have happened; empty is good."""

    bank: Bank
    audit: Audit
    blows: tuple[Blow, ...]
    not_ready: int  # how often `/ready` was asked in vain, and said so
    wrong: tuple[str, ...]


def raise_storm(
    shop: Workshop,
    url: str,
    log: Path,
    storm: Storm,
    *,
    chaos: Callable[[Site], Awaitable[None]] | None = None,
    server: PgServer | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Weathered:
    """Open a bank in an empty database, serve it, let clients at it, and audit what is left.

    `log`: what the service says. `chaos`: what befalls it, and then how long the storm lasts.
    """
    told = _opened(shop, url, storm)
    with running(shop, url, storm.workers, log) as (place, pid):
        site = Site(place, pid, storm.workers, server, say)
        bank = run_bank(
            told,
            place,
            seed=storm.seed,
            seconds=storm.seconds,
            clients=storm.clients,
            chaos=None if chaos is None else partial(chaos, site),
        )
    office = shop.office_at(url)
    with closing(office.store):
        found = audit(office, told, replays=storm.replays)
    wrong = (*bank.wrong, *site.wrong, *found.wrong, *_traces(log))
    return Weathered(bank, found, tuple(site.blows), site.not_ready, wrong)


def _opened(shop: Workshop, url: str, storm: Storm) -> Told:
    office = shop.office_at(url)
    with closing(office.store):
        return open_bank(office, storm.seed, storm.families)


def _traces(log: Path) -> list[str]:
    """A request that failed by a mistake of ours is logged with these words."""
    lines = log.read_text("utf-8", "replace").splitlines()
    return [f"the service's log: {line}" for line in lines if "a request failed" in line]
