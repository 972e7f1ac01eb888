"""Waiting months against worked cases, and properties that no case may break."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongji.policy.enrolment import Enrolling, Waiting, first_day_after, longest_run, waiting
from town import LAW, LINYI, NATIONAL, SHANGHAI, TWO_WAY, code, rules_of

TODAY = date(2026, 11, 10)


def wait(
    missed: str | set[int],
    enrolled_for: int,
    paid_on: str,
    in_period: bool,
    back_paid: int = 0,
    region: str = SHANGHAI,
) -> Waiting:
    """The waiting period; `missed` may be written "2025 2026"."""
    years = set(map(int, missed.split())) if isinstance(missed, str) else missed
    asked = Enrolling(
        missed=frozenset(years),
        enrolled_for=enrolled_for,
        paid_on=date.fromisoformat(paid_on),
        in_period=in_period,
        back_paid=back_paid,
    )
    assert asked.wrong() is None
    found = waiting(asked, LAW.on(region, TODAY))
    assert isinstance(found, Waiting), found
    return found


@pytest.mark.parametrize(
    ("missed", "year", "paid_on", "in_period", "back", "months", "benefits_from"),
    [
        # The public worked cases: Qingdao, Xiamen, Shanghai, a pupil.
        ("2025 2026", 2027, "2026-12-01", True, 0, 4, "2027-05-01"),
        ("2025 2026", 2027, "2026-12-01", True, 1, 3, "2027-04-01"),
        ("2025", 2026, "2025-12-01", True, 0, 3, "2026-04-01"),
        ("2024 2025", 2026, "2025-12-01", True, 0, 3, "2026-04-01"),
        ("", 2026, "2025-12-10", True, 0, 0, "2026-01-01"),
        # ENR-6: not in the period, in the middle of the year.
        ("", 2026, "2026-06-15", False, 0, 3, "2026-09-15"),
        # Years before 2025 do not count, however many.
        ("2019 2020 2021 2022 2023 2024", 2025, "2024-12-01", True, 0, 0, "2025-01-01"),
        # One month for each missed year beyond the first.
        ("2025 2026 2027", 2028, "2027-12-01", True, 0, 5, "2028-06-01"),
        ("2025 2026 2027", 2028, "2027-12-01", True, 1, 4, "2028-05-01"),
        ("2025 2026 2027", 2028, "2027-12-01", True, 2, 3, "2028-04-01"),
        ("2025 2026 2027", 2028, "2027-12-01", True, 9, 3, "2028-04-01"),
        # Four and more in a row: six at least, repaired or not.
        ("2025 2026 2027 2028", 2029, "2028-12-01", True, 0, 6, "2029-07-01"),
        ("2025 2026 2027 2028", 2029, "2028-12-01", True, 3, 6, "2029-07-01"),
        ("2025 2026 2027 2028 2029", 2030, "2029-12-01", True, 0, 7, "2030-08-01"),
        ("2025 2026 2027 2028 2029", 2030, "2029-12-01", True, 4, 6, "2030-07-01"),
        # Four that are not in a row have no floor.
        ("2025 2026 2028 2029", 2030, "2029-12-01", True, 3, 3, "2030-04-01"),
        # Days that a month does not have, and payment before the year begins.
        ("", 2027, "2026-11-30", False, 0, 3, "2027-03-01"),
        ("", 2026, "2026-05-31", False, 0, 3, "2026-08-31"),
        ("", 2026, "2026-03-31", False, 0, 3, "2026-07-01"),
        ("", 2027, "2026-08-01", False, 0, 3, "2027-01-01"),
        ("2025", 2026, "2026-12-31", False, 0, 3, "2027-03-31"),
    ],
)
def test_worked_cases(
    missed: str,
    year: int,
    paid_on: str,
    in_period: bool,
    back: int,
    months: int,
    benefits_from: str,
) -> None:
    """ENR-1 and ENR-2 as the sources and the worked cases of other cities have them."""
    found = wait(missed, year, paid_on, in_period, back)
    assert (found.months, found.benefits_from.isoformat()) == (months, benefits_from)
    assert found.lines
    assert ("ENR-1" if months == 0 else "ENR-2") in rules_of(found.cites)
    assert ("ENR-3" in rules_of(found.cites)) == (months > 0)


@pytest.mark.parametrize("region", [SHANGHAI, LINYI, TWO_WAY, NATIONAL])
def test_every_region_answers(region: str) -> None:
    """The rules are national; no region's text has others."""
    found = wait("2025 2026", 2027, "2026-12-01", True, region=region)
    assert (found.months, found.benefits_from) == (4, date(2027, 5, 1))


def test_before_the_rule_there_is_none() -> None:
    """A day before the guidance of 2024 has no waiting period: not configured, and not zero."""
    asked = Enrolling(
        missed=frozenset(), enrolled_for=2024, paid_on=date(2023, 12, 1), in_period=True
    )
    assert code(waiting(asked, LAW.on(SHANGHAI, date(2023, 12, 1)))) == "not_configured"


def test_the_arithmetic_is_written_out() -> None:
    """Whoever waits four months reads how they come about."""
    lines = [line.zh for line in wait("2024 2025 2026", 2027, "2026-12-01", True).lines]
    assert lines == [
        "2024年早于2025年，不计入断保年限。",
        "断保2025, 2026年，计2年。",
        "固定等待期3个月 + 变动等待期1个月（多断保1年） - 补缴修复0个月 = 4个月。",
        "自2027年1月1日起算4个月，2027年5月1日起享受待遇。",
        "等待期间发生的医疗费用不予追溯。",
    ]


@pytest.mark.parametrize(
    ("missed", "year", "back", "says"),
    [
        ({2027}, 2027, 0, "not before 2027"),
        ({2030}, 2027, 0, "2030"),
        (set(), 2027, -1, "below"),
        (set(), 2025, 0, "neither in 2025"),
        (set(), 2028, 0, "neither in 2028"),
    ],
)
def test_what_cannot_be_is_named(missed: set[int], year: int, back: int, says: str) -> None:
    """A year that is missed lies before the year enrolled for."""
    asked = Enrolling(
        missed=frozenset(missed),
        enrolled_for=year,
        paid_on=date(2026, 12, 1),
        in_period=True,
        back_paid=back,
    )
    assert says in str(asked.wrong())


YEARS = st.sets(st.integers(2018, 2034), max_size=12)


@given(YEARS, st.booleans(), st.integers(0, 12), st.dates(date(2034, 9, 1), date(2035, 12, 31)))
def test_properties(missed: set[int], in_period: bool, back: int, paid_on: date) -> None:
    """Bounds and directions that hold for everybody."""
    found = wait(missed, 2035, paid_on.isoformat(), in_period, back)
    counted = {year for year in missed if year >= 2025}
    assert (found.months == 0) == (not counted and in_period)
    assert found.benefits_from >= date(2035, 1, 1)
    if found.months:
        assert 3 <= found.months <= 3 + max(0, len(counted) - 1)
        if longest_run(counted) >= 4:
            assert found.months >= 6
    repaired = wait(missed, 2035, paid_on.isoformat(), in_period, back + 1)
    assert found.months - 1 <= repaired.months <= found.months, "a year repairs a month at most"
    more = wait(missed | {2034}, 2035, paid_on.isoformat(), in_period, back)
    assert more.months >= found.months, "a gap more never shortens it"
    before = wait(missed | {2020}, 2035, paid_on.isoformat(), in_period, back)
    assert (before.months, before.benefits_from) == (found.months, found.benefits_from)


@given(st.dates(date(2024, 1, 1), date(2040, 12, 31)), st.integers(0, 24))
def test_the_first_day_after(start: date, months: int) -> None:
    """The same day of a later month, or the first of the one after; never earlier with more months."""
    found = first_day_after(start, months)
    whole = (found.year - start.year) * 12 + found.month - start.month
    assert (found.day, whole) in {(start.day, months), (1, months + 1)}
    assert first_day_after(start, months + 1) > found


@pytest.mark.parametrize(
    ("years", "run"),
    [([], 0), ([2025], 1), ([2025, 2026, 2028], 2), ([2028, 2025, 2026, 2027], 4)],
)
def test_the_longest_run(years: list[int], run: int) -> None:
    """How many years stand in a row."""
    assert longest_run(years) == run
