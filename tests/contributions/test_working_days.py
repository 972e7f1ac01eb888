"""Working days: counted by the notices that are known, and by nothing else."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from gongji.desk.working_days import BadNotice, load_notice, notices_of, read_notice
from gongji.policy.working_days import (
    Notice,
    UnknownYear,
    is_working_day,
    working_day_after,
    wrong_notice,
)
from town import Town, code

OpenTown = Callable[..., Town]

TEXT_2027 = """
year = 2027
number = "国办发明电（2026）9号"
dated = 2026-11-10
holidays = [2027-01-01, 2027-01-02, 2027-01-03, 2027-02-05, 2027-02-06, 2027-02-07]
workdays = [2027-01-30]
"""


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2025-12-16", 10, "2025-12-30"),
        ("2025-12-17", 10, "2025-12-31"),
        ("2025-12-18", 10, "2026-01-04"),  # New Year's days off, and a Sunday at work instead
        ("2025-09-30", 1, "2025-10-09"),  # the long holiday of October
        ("2025-09-25", 2, "2025-09-28"),  # a Sunday at work
        ("2026-02-13", 1, "2026-02-14"),  # a Saturday at work before the Spring Festival
        ("2026-02-14", 1, "2026-02-24"),
        ("2025-12-16", 0, "2025-12-16"),
    ],
)
def test_the_tenth_working_day(town: OpenTown, day: str, count: int, expected: str) -> None:
    """The day itself is not counted; holidays and weekend days at work are the State Council's."""
    known = town().ask(notices_of)
    assert working_day_after(date.fromisoformat(day), count, known).isoformat() == expected


def test_an_unknown_year_stops_the_calculation(town: OpenTown) -> None:
    """No library knows 2027: the error names the year and the command that loads its notice."""
    known = town().ask(notices_of)
    with pytest.raises(UnknownYear, match=r"2027.*gongji notices load") as stopped:
        working_day_after(date(2026, 12, 22), 10, known)
    assert stopped.value.year == 2027
    with pytest.raises(UnknownYear):
        is_working_day(date(2003, 5, 1), known)


def test_the_last_days_of_december_wait_for_the_next_notice() -> None:
    """The notice of 2019 moved days of December 2018; a year's own notice does not say all of it."""
    own = Notice(2018, "a", None, frozenset({date(2018, 10, 1)}), frozenset())
    following = Notice(
        2019, "b", None, frozenset({date(2018, 12, 31)}), frozenset({date(2018, 12, 29)})
    )
    assert is_working_day(date(2018, 12, 28), {2018: own})
    with pytest.raises(UnknownYear, match="2019"):
        is_working_day(date(2018, 12, 29), {2018: own})
    both = {2018: own, 2019: following}
    assert is_working_day(date(2018, 12, 29), both)
    assert not is_working_day(date(2018, 12, 31), both)


def test_an_operator_loads_a_notice(town: OpenTown) -> None:
    """What is loaded is kept with number and day, once, and goes before what the library says."""
    here = town()
    notice = read_notice(TEXT_2027)
    assert here.do(lambda s: load_notice(s, notice, "clerk")) is True
    assert here.do(lambda s: load_notice(s, notice, "clerk")) is False
    known = here.ask(notices_of)
    assert known[2027].number == "国办发明电（2026）9号"
    assert known[2027].dated == date(2026, 11, 10)
    assert working_day_after(date(2026, 12, 22), 10, known) == date(2027, 1, 6)
    assert is_working_day(date(2027, 1, 30), known)


def test_another_text_for_a_year_has_to_be_meant(town: OpenTown) -> None:
    """Due days have been told by the first; the second replaces it on purpose, and both stay."""
    here = town()
    first = read_notice(TEXT_2027)
    second = read_notice(TEXT_2027.replace("9号", "10号"))
    here.do(lambda s: load_notice(s, first, "clerk"))
    assert code(here.do(lambda s: load_notice(s, second, "clerk"))) == "id_reused"
    assert here.ask(notices_of)[2027] == first
    assert here.do(lambda s: load_notice(s, second, "clerk", replace=True)) is True
    assert here.ask(notices_of)[2027] == second
    history = here.ask(lambda s: [n.number for n, _, _ in s.unit.notice_history(2027)])
    assert history == [second.number, first.number]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('number = "国办发明电（2026）9号"', 'number = " "', "文号"),
        ("2027-01-02", "2028-01-02", "no day of 2027"),
        ("2027-01-30", "2027-01-02", "holiday and as a working day"),
        ("2027-01-30", "2027-01-29", "no weekend day"),
        ("year = 2027", 'year = "2027"', "year"),
        ("dated = 2026-11-10", "", "dated"),
        ("holidays = [", "holidays = [not a day, ", "Invalid"),
        ("workdays", "working_days", "working_days"),
    ],
)
def test_a_wrong_notice_is_named(old: str, new: str, says: str) -> None:
    """An operator's slip is told before anything rests on it."""
    assert old in TEXT_2027
    with pytest.raises(BadNotice, match=says):
        read_notice(TEXT_2027.replace(old, new))


def test_a_notice_without_holidays_is_none() -> None:
    """Every year has them."""
    assert "no holidays" in str(
        wrong_notice(Notice(2027, "n", date(2026, 11, 1), frozenset(), frozenset()))
    )


def test_every_working_day_of_two_years_is_counted_once(town: OpenTown) -> None:
    """Counting day by day and counting at once agree."""
    known = town().ask(notices_of)
    day, found = date(2025, 1, 1), []
    while day < date(2026, 12, 20):
        day += timedelta(days=1)
        if is_working_day(day, known):
            found.append(day)
    for n in range(1, len(found) + 1, 17):
        assert working_day_after(date(2025, 1, 1), n, known) == found[n - 1]
