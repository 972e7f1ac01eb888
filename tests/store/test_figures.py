"""统计 on every store: who is in a pool and what pools have paid, counted four ways (FIG-1), and what
one region's accounts owe another's institutions (REA-1)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gongji.desk.figures import Between, Figures, Paid, figures
from gongji.desk.figures_ports import PoolCounts
from gongji.desk.ports import Caller, CallerKind
from gongji.terms import Channel
from store.stores import STORES, VAULT
from town import LINYI, SHANGHAI, TWO_WAY, Town, office_on

NOV_10, NOV_11, NOV_12 = (date(2025, 11, day) for day in (10, 11, 12))


@pytest.fixture(params=sorted(STORES))
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A family of Shanghai with a pool, and a clinic, on each store."""
    store = STORES[request.param](tmp_path, VAULT)
    opened = Town(SHANGHAI, "2025-11-10T09:00", lambda clock: office_on(store, clock))
    opened.person("father", current=100_00, carried=1_000_00)
    opened.person("child", "resident")
    opened.person("mother", "resident")
    opened.pool("father", {"child": "child", "mother": "parent"})
    opened.hospital("clinic")
    yield opened
    opened.close()


def counted(town: Town, first: date, last: date, *regions: str) -> Figures:
    """The figures as the policy officer sees them now."""
    return town.ask(lambda session: figures(session, regions or [SHANGHAI], first, last))


def test_payments_by_day_channel_institution_and_region(town: Town) -> None:
    """What goes back is counted on its own day, under the channel of its settlement."""
    town.pharmacy("drugs")
    town.settle("child", "clinic", 30_00, id="a")
    town.settle("child", "clinic", 20_00, channel="internet")
    town.settle("father", "clinic", 10_00)  # one's own money is nobody's pool
    town.at("2025-11-10T23:59")
    town.settle("mother", "Y310000-drugs", 5_00, channel="pharmacy", prescription=True)
    town.at("2025-11-11T00:00")
    town.reverse("a", "clinic", 12_00)
    town.settle("child", "clinic", 1_00)

    found = counted(town, NOV_10, NOV_12, SHANGHAI, LINYI)
    assert found.by_region == {SHANGHAI: Paid(4, 1, 44_00), LINYI: Paid()}
    assert found.by_day == {NOV_10: Paid(3, 0, 55_00), NOV_11: Paid(1, 1, -11_00), NOV_12: Paid()}
    assert found.by_channel == {
        Channel.WINDOW: Paid(2, 1, 19_00),
        Channel.KIOSK: Paid(),
        Channel.INTERNET: Paid(1, 0, 20_00),
        Channel.PHARMACY: Paid(1, 0, 5_00),
    }
    assert [*found.by_place.items()] == [
        ("H310000-clinic", Paid(3, 1, 39_00)),
        ("Y310000-drugs", Paid(1, 0, 5_00)),
    ]
    assert found.between == ()
    assert counted(town, NOV_11, NOV_11).by_region == {SHANGHAI: Paid(1, 1, -11_00)}


def test_pools_and_members_at_the_end_and_new(town: Town) -> None:
    """A member of two pools is one member; who has left, or whose pool was dissolved, is none."""
    town.at("2025-11-11T09:00")
    town.person("aunt", carried=50_00)
    town.person("cousin", "resident")
    town.pool("aunt", {"cousin": "child"})
    assert counted(town, NOV_10, NOV_10).pools == {SHANGHAI: PoolCounts(1, 2, 1, 2)}
    assert counted(town, NOV_11, NOV_11).pools == {SHANGHAI: PoolCounts(2, 3, 1, 1)}
    town.at("2025-11-12T09:00")
    town.leave("mother")
    town.dissolve("aunt")
    assert counted(town, NOV_12, NOV_12).pools == {SHANGHAI: PoolCounts(1, 1, 0, 0)}
    assert counted(town, NOV_11, NOV_11).pools == {SHANGHAI: PoolCounts(2, 3, 1, 1)}  # as it was


def test_accounts_of_one_region_owe_the_institutions_of_another(town: Town) -> None:
    """Own money and pooled, what went back taken off. A bill is one bill, whoever has paid it."""
    town.hospital("far", region=LINYI)
    uncle = town.person("uncle", region=TWO_WAY, carried=100_00)
    nephew = town.person("nephew", "resident", region=TWO_WAY)
    town.pool(uncle, {nephew: "child"}, by=Caller("w", TWO_WAY, CallerKind.CLERK, "clerk"))
    town.settle("father", "H371300-far", 30_00)  # Shanghai pools only what is paid in Shanghai
    town.settle("child", "H371300-far", 20_00)
    town.settle(nephew, "H371300-far", 20_00, id="pooled", sponsor=uncle)
    town.reverse("pooled", "H371300-far", 5_00)
    town.settle("child", "clinic", 7_00)
    found = counted(town, NOV_10, NOV_10, SHANGHAI, LINYI)
    assert found.between == (
        Between(SHANGHAI, LINYI, 1, 30_00, 0),
        Between(TWO_WAY, LINYI, 1, 0, 15_00),
    )
    assert found.by_region == {SHANGHAI: Paid(1, 0, 7_00), LINYI: Paid(1, 1, 15_00)}


def test_what_has_not_happened_yet_is_not_counted(town: Town) -> None:
    """A day that has begun is counted as far as it has come; a later one has nothing."""
    assert counted(town, NOV_11, NOV_12).pools == {SHANGHAI: PoolCounts(1, 2, 0, 0)}
