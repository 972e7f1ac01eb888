"""A clock that is set back: what has ended stays ended, and what comes later is recorded later."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from gongji.desk.office import Office
from gongji.desk.ports import Clock
from gongji.desk.rollover import turn_year
from gongji.desk.runs import RunReport
from gongji.desk.settling import Answered
from gongji.terms import NEVER
from gongji.wiring import never_back, office_in_memory
from town import SHANGHAI, Town, local


class Machine:
    """A machine whose clock can be set, beside seconds that nobody sets."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.town = Town(SHANGHAI, "2026-06-30T10:00", self._office)
        self.town.person("father", carried=1000_00, current=50_00)
        self.town.person("child", "resident")
        self.town.hospital("clinic")
        self.town.pool("father", {"child": "child"})

    def _office(self, clock: Clock) -> Office:
        return office_in_memory(never_back(clock, lambda: self.passed))

    def wait(self, seconds: float) -> None:
        """Time passes, and the clock shows it."""
        self.passed += seconds
        self.town.now += timedelta(seconds=seconds)

    def set_back(self, **by: float) -> None:
        """Somebody sets the clock back."""
        self.town.now -= timedelta(**by)


@pytest.fixture
def machine() -> Iterator[Machine]:
    """A family in Shanghai on the last day of a benefit year."""
    made = Machine()
    yield made
    made.town.proof()
    made.town.close()


def test_a_clock_is_followed_forward_and_never_back() -> None:
    """Set back by an hour it goes on at its own pace; set forward it is followed at once."""
    shown, passed = local("2026-01-01T12:00"), 0.0
    now = never_back(lambda: shown, lambda: passed)
    shown, passed = shown - timedelta(hours=1), 5.0
    assert now() == local("2026-01-01T12:00:05")
    shown, passed = local("2026-01-01T11:00:10"), 15.0
    assert now() == local("2026-01-01T12:00:15")
    shown = local("2026-01-01T13:00")
    assert now() == local("2026-01-01T13:00")


def test_nobody_is_charged_by_a_bond_that_ended_before_the_clock_was_set_back(
    machine: Machine,
) -> None:
    town = machine.town
    machine.wait(3 * 3600)
    town.unbind("father", "child")
    machine.wait(1)
    machine.set_back(hours=2)
    later = town.settle("child", "clinic", 10_00, id="b1")
    assert isinstance(later, Answered)
    assert later.decision.pooled_fen == 0


def test_what_comes_later_is_recorded_later_and_repeats_stay_as_they_were(
    machine: Machine,
) -> None:
    town = machine.town
    first = town.settle("child", "clinic", 10_00, id="b1")
    machine.wait(1)
    machine.set_back(days=1)
    second = town.settle("child", "clinic", 10_00, id="b2")
    again = town.settle("child", "clinic", 10_00, id="b1")
    assert isinstance(first, Answered)
    assert isinstance(second, Answered)
    assert isinstance(again, Answered)
    assert first.answer.recorded_at < second.answer.recorded_at
    assert again.answer == first.answer
    newest = town.ask(
        lambda s: s.unit.answers_of_asker(town.place("clinic"), limit=9, before=NEVER)
    )
    assert [one.key.id for one in newest] == ["b2", "b1"]


def test_a_year_is_turned_once_wherever_the_clock_is_set(machine: Machine) -> None:
    """Set back behind the year's end after the turn: nothing is turned twice, a refund of the old
    year goes to carried money, and one of the new year back to where it came from."""
    town, year = machine.town, local("2026-06-30T00:00").date()
    old = town.settle("father", "clinic", 20_00, id="old")
    machine.wait(15 * 3600)
    assert isinstance(turn_year(town.office, SHANGHAI, year), RunReport)
    town.credit("father", "current", 30_00)
    machine.wait(1)
    machine.set_back(days=2)
    again = turn_year(town.office, SHANGHAI, year)
    assert isinstance(again, RunReport)
    assert again.done_now == 0
    new = town.settle("father", "clinic", 5_00, id="new")
    assert isinstance(old, Answered)
    assert isinstance(new, Answered)
    before = town.balance("father")
    town.reverse("old", "clinic")
    town.reverse("new", "clinic")
    after = town.balance("father")
    assert (after.current - before.current, after.carried - before.carried) == (5_00, 20_00)
