"""工作日: China's own working days, by the State Council's yearly notices. Pure.

A year whose notice is not known has no working days: a payment proved on a guessed day would be
proved on the wrong one. `UnknownYear` stops the calculation and says what to load.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import msgspec

_FRIDAY = 4
_NEXT_YEARS = (12, 29)
"""From this day of December on, New Year's holidays of the next notice have changed days."""


class Notice(msgspec.Struct, frozen=True):
    """节假日安排通知: one year's holidays, and the weekend days on which people work instead.

    `number` is the document's number (文号) and `dated` its day; both are on record because a due
    day rests on them. A notice for a year may name days of the last week of the year before.
    """

    year: int
    number: str
    dated: date | None
    holidays: frozenset[date]
    workdays: frozenset[date]


class UnknownYear(Exception):
    """No notice is known for this year, so its working days cannot be counted."""

    def __init__(self, year: int, known: Iterable[int]) -> None:
        self.year = year
        years = sorted(known)
        span = f"{years[0]} to {years[-1]}" if years else "none"
        super().__init__(
            f"the working days of {year} are not known (known: {span}). Load the State Council's "
            f"notice for {year} with `gongji notices load FILE`; nothing is guessed."
        )


def is_working_day(day: date, notices: Mapping[int, Notice]) -> bool:
    """Whether people work on this day. Raises UnknownYear.

    The last days of December may be moved by the notice of the next year, as in 2018; so they are
    not known either until that notice is.
    """
    notice = notices.get(day.year)
    if notice is None:
        raise UnknownYear(day.year, notices)
    following = notices.get(day.year + 1)
    if following is None and (day.month, day.day) >= _NEXT_YEARS:
        raise UnknownYear(day.year + 1, notices)
    for known in (following, notice):  # the later notice has the last word on a December day
        if known is not None and day in known.workdays:
            return True
        if known is not None and day in known.holidays:
            return False
    return day.weekday() <= _FRIDAY


def working_day_after(day: date, count: int, notices: Mapping[int, Notice]) -> date:
    """The `count`-th working day after `day`; with 0 the day itself. Raises UnknownYear.

    The day itself is never counted, whether or not people work on it: 「扣款成功的10个工作日后」.
    """
    assert count >= 0
    found = day
    while count:
        found += timedelta(days=1)
        count -= is_working_day(found, notices)
    return found


def wrong_notice(notice: Notice) -> str | None:
    """What cannot be right in a notice, and what to do; None where nothing is wrong."""
    first = date(notice.year - 1, 12, 24)
    if not notice.number.strip():
        return "the document's number (文号) is missing; copy it from the notice"
    if notice.dated is None:
        return "the document's date is missing; copy it from the notice"
    if not notice.holidays:
        return "no holidays are named; list every day off, weekend days included"
    for day in sorted(notice.holidays | notice.workdays):
        if day.year != notice.year and not first <= day < date(notice.year, 1, 1):
            return f"{day} is no day of {notice.year} nor of the last week before it"
    if both := sorted(notice.holidays & notice.workdays):
        return f"{both[0]} is named as a holiday and as a working day; keep one"
    for day in sorted(notice.workdays):
        if day.weekday() <= _FRIDAY:
            return f"{day} is no weekend day, so nobody works on it instead; check the date"
    return None
