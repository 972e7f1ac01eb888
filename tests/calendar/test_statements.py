"""ACC-6: the statement of a month, and balances as of a day in the past."""

from datetime import date

import pytest

from conftest import OpenTown
from gongji.desk.rollover import turn_year
from gongji.desk.statements import Statement, balances_on, statement
from gongji.settlement.bill import Balances
from town import SHANGHAI, Town, code


def of(town: Town, name: str, month: str) -> Statement:
    found = town.ask(lambda session: statement(session, town.id(name), month))
    assert isinstance(found, Statement), found
    return found


@pytest.fixture
def family(town: OpenTown) -> Town:
    opened: Town = town(SHANGHAI, "2025-10-31T09:00")
    opened.person("father", current=500_00, carried=1200_00)
    opened.person("child", "resident")
    opened.hospital("clinic")
    opened.pool("father", {"child": "child"})
    opened.at("2025-11-10T09:00")
    opened.settled("child", "clinic", 150_00, id="child-1")
    opened.settled("father", "clinic", 80_00, id="own-1")
    opened.credit("father", "current", 20_00)
    opened.at("2025-11-20T09:00")
    opened.reverse("child-1", "clinic", 50_00)
    opened.at("2025-12-02T09:00")
    opened.settled("child", "clinic", 30_00)
    return opened


def test_the_month_is_told_from_its_opening_to_its_closing(family: Town) -> None:
    november = of(family, "father", "2025-11")
    assert november.opening == Balances(500_00, 1200_00)
    assert november.closing == Balances(440_00, 1100_00)
    assert (november.spent_fen, november.pooled_out_fen) == (80_00, 100_00)
    assert november.credited_fen == 20_00
    assert november.closed


def test_opening_and_movements_make_the_closing(family: Town) -> None:
    family.at("2026-07-01T01:00")
    turn_year(family.office, SHANGHAI, date(2026, 6, 30))
    for month in ("2025-10", "2025-11", "2025-12", "2026-07"):
        told = of(family, "father", month)
        opening = told.opening.current + told.opening.carried
        moved = told.credited_fen - told.spent_fen - told.pooled_out_fen + told.other_fen
        assert opening + moved == told.closing.current + told.closing.carried
    assert of(family, "father", "2026-07").turned_fen == 440_00


def test_a_month_that_is_not_over_says_so_and_one_ahead_is_refused(family: Town) -> None:
    assert not of(family, "father", "2025-12").closed
    ahead = family.ask(lambda session: statement(session, family.id("father"), "2026-01"))
    assert code(ahead) == "too_early"


@pytest.mark.parametrize(
    ("day", "balances"),
    [
        ("2025-10-30", Balances(0, 0)),
        ("2025-10-31", Balances(500_00, 1200_00)),
        ("2025-11-10", Balances(440_00, 1050_00)),
        ("2025-11-20", Balances(440_00, 1100_00)),
        ("2025-12-02", Balances(440_00, 1070_00)),
    ],
)
def test_any_past_day_can_be_asked_about(family: Town, day: str, balances: Balances) -> None:
    on = date.fromisoformat(day)
    assert family.ask(lambda s: balances_on(s, family.id("father"), on)) == balances


def test_the_members_statement_shows_nothing_of_the_sponsors_money(family: Town) -> None:
    assert of(family, "child", "2025-11").spent_fen == 0
