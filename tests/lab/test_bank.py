"""The bank test in small: over HTTP, two workers on PostgreSQL, undisturbed and struck.

`gongji storm` does the same for longer, with more clients and more kills.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gongji.cli.benching import workshop
from gongji.lab import lines
from gongji.lab.audit import audit
from gongji.lab.bank import open_bank, run_bank
from gongji.lab.blows import Site
from gongji.lab.grounds import PostgresGround
from gongji.lab.load import Place
from gongji.lab.pgserver import NoPostgres, PgServer, pg_server
from gongji.lab.rooms import Limited, mounted
from gongji.lab.storms import Storm, Weathered, raise_storm
from gongji.lab.told import Household, Told
from gongji.wiring import local_clock, office_in_memory

SMALL = Storm(seed=3, clients=4, families=16)
Raises = Callable[..., Weathered]


@pytest.fixture(scope="module")
def server() -> Iterator[PgServer]:
    """A durable one, of our own: it is going to be killed."""
    try:
        with pg_server(settings={"max_connections": "50"}) as running:
            yield running
    except NoPostgres as error:
        pytest.skip(f"no PostgreSQL: {error}")


async def _struck(site: Site) -> None:
    """One kill of each kind, a short outage: whatever befalls, in one storm."""
    await site.kills(2, seed=1)  # one of each
    await site.outage(0.5)


def test_a_struck_bank_keeps_what_it_told(server: PgServer, tmp_path: Path) -> None:
    """Two workers and the database are killed and stopped; each answer that was told is kept."""
    url = PostgresGround(server.dsn()).fresh()
    found = raise_storm(
        workshop(tmp_path), url, tmp_path / "log", SMALL, chaos=_struck, server=server
    )

    assert found.wrong == ()
    assert found.audit.kept == found.bank.answers > 20
    assert found.bank.unavailable > 0
    assert found.not_ready > 0
    assert {blow.what for blow in found.blows} > {"a worker killed", "the database killed"}


def test_a_full_disk_keeps_what_was_told(tmp_path: Path) -> None:
    """On SQLite: told clearly, nothing lost, and it goes on when there is room."""
    with mounted(tmp_path / "disk", 8 << 20, leaves=1 << 16) as disk:

        async def full(site: Site) -> None:
            await site.full_disk(disk or Limited(site.workers, 1 << 20), 0.5)

        url = f"sqlite:///{tmp_path}/disk/gongji.db"
        alone = Storm(seed=3, clients=4, families=16, workers=1)
        found = raise_storm(workshop(tmp_path), url, tmp_path / "log", alone, chaos=full)

    assert found.wrong == ()
    assert found.audit.kept == found.bank.answers > 20
    assert found.bank.unavailable > 0
    assert found.not_ready > 0


def test_a_service_that_does_not_come_back_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, and ends the storm."""
    monkeypatch.setattr(lines, "LONGEST_S", 0.2)
    told = open_bank(office_in_memory(local_clock), seed=1, families=4)
    found = run_bank(told, Place("127.0.0.1", 1), seed=1, seconds=5.0, clients=2)
    assert "no answer in" in found.wrong[0]


def told_of(people: int) -> tuple[Told, dict[str, object]]:
    """Nobody has been told anything yet but one bill, and this is its answer."""
    told = open_bank(office_in_memory(local_clock), seed=1, families=people)
    house = next(one for one in told.households.values() if isinstance(one, Household))
    sponsor, member = house.family.sponsor.id, house.family.child.id
    answer: dict[str, object] = {
        "reference": "H/b1", "id": "b1", "patient": member, "sponsor": sponsor,
        "own_fen": 0, "pooled_fen": 500, "cash_fen": 0, "repeated": False,
        "draws": [{"person": sponsor, "purse": "carried", "amount_fen": 500}],
    }  # fmt: skip
    return told, answer


BILL = {"self_paid_fen": 500, "uncovered_fen": 0}


def test_what_was_told_adds_up_or_is_wrong() -> None:
    """A guard that cannot fail guards nothing."""
    told, answer = told_of(4)
    sponsor, member = str(answer["sponsor"]), str(answer["patient"])
    told.settlement(BILL, [answer, {**answer, "repeated": True}], {}, tries=2)
    due = told.households[sponsor].fen[sponsor]
    told.read(sponsor, {"current_fen": 0, "carried_fen": due}, quiet=True)
    assert told.wrong == []

    told.settlement(BILL, [{**answer, "own_fen": 1, "repeated": True}], {}, tries=1)
    assert "repeated, answered otherwise" in told.wrong[-1]
    told.settlement(BILL, [answer], {}, tries=1)
    assert "known, and settled again" in told.wrong[-1]
    told.settlement(BILL, [{**answer, "reference": "H/b2"}] * 2, {}, tries=2)
    assert "settled 2 times of 2" in told.wrong[-1]
    told.read(sponsor, {"current_fen": 0, "carried_fen": due}, quiet=True)
    assert "by what was told" in told.wrong[-1]
    told.read(member, {"current_fen": -1, "carried_fen": 0}, quiet=False)
    assert "below zero" in told.wrong[-1]


def test_who_is_charged_after_an_unbinding_was_told_is_noticed() -> None:
    """Unless somebody has asked to bind again by then."""
    told, answer = told_of(4)
    pair = (str(answer["sponsor"]), str(answer["patient"]))
    ended = {"ends": "2026-01-01T00:00:00+08:00", "bonds": []}
    told.ended(ended, told.before_end([pair]), at_once=True)
    told.settlement(BILL, [answer], told.before_bill(pair[1]), tries=1)
    assert "charged after the unbinding was told" in told.wrong[-1]

    told.wrong.clear()
    barred = told.before_bill(pair[1])
    told.binds([pair])
    told.settlement(BILL, [{**answer, "reference": "H/b2"}], barred, tries=1)
    assert told.wrong == []


def test_the_audit_notices_what_the_store_has_not() -> None:
    """Told and not kept, for a settlement, a credit and a bond."""
    office = office_in_memory(local_clock)
    told = open_bank(office, seed=1, families=4)
    assert audit(office, told).wrong == ()

    _, answer = told_of(4)
    told.settlement(BILL, [answer], {}, tries=1)
    person = str(answer["sponsor"])
    credit = {"id": "c1", "person": person, "amount_fen": 7, "repeated": False}
    told.credit(credit, tries=1)
    told.ends["B310000-x"] = "2026-01-01T00:00:00+08:00"
    found = " ".join(audit(office, told).wrong)

    assert "H/b1 was answered, and it is not there" in found
    assert "c1 was answered, and it is not there" in found
    assert "fen by what was told" in found
    assert "bond B310000-x ends" in found
    office.store.close()
