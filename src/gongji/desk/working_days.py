"""工作日的来源: notices that an operator has loaded, and for other years what the library knows.

The library carries the State Council's notices of past years and of this one. It refuses a year
that it does not know, and so do we: the operator loads that year's notice.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import msgspec

from gongji.desk.office import Session
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.policy.working_days import Notice, wrong_notice


class BadNotice(Exception):
    """A notice that cannot be loaded: what is wrong, and what to do."""


class NoticeForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A notice as an operator writes it, in TOML: every day off, and every weekend day at work."""

    year: int
    number: str  # 文号
    dated: date
    holidays: frozenset[date]
    workdays: frozenset[date] = frozenset()


def notices_of(session: Session) -> Mapping[int, Notice]:
    """Every notice that is known: what was loaded goes before what the library says."""
    return {**_library(), **{notice.year: notice for notice in session.unit.notices()}}


@lru_cache(maxsize=1)
def _library() -> Mapping[int, Notice]:
    from importlib.metadata import version

    from chinese_calendar import constants  # type: ignore[import-untyped]  # it has no stubs

    by_year: dict[int, tuple[set[date], set[date]]] = {}
    for place, days in enumerate((constants.holidays, constants.workdays)):
        for day in days:
            by_year.setdefault(day.year, (set(), set()))[place].add(day)
    number = f"chinesecalendar {version('chinesecalendar')}"
    return {
        year: Notice(year, number, None, frozenset(off), frozenset(on))
        for year, (off, on) in by_year.items()
    }


def read_notice(text: str) -> Notice:
    """A notice from TOML, or BadNotice."""
    try:
        form = msgspec.convert(tomllib.loads(text), NoticeForm)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadNotice(
            f"{error}; needed are year, number (文号), dated, holidays and workdays, the days "
            f"written as 2027-01-01"
        ) from None
    notice = Notice(form.year, form.number, form.dated, form.holidays, form.workdays)
    if wrong := wrong_notice(notice):
        raise BadNotice(wrong)
    return notice


def load_notice(
    session: Session, notice: Notice, by: str, *, replace: bool = False
) -> bool | Refusal:
    """Keep a notice. True when it is new, False when the same is known already.

    Another text for a year that has been loaded is refused unless it is meant to replace: due days
    have been told by it. What it replaces stays on record.
    """
    known = session.unit.notice_loaded(notice.year)
    if known == notice:
        return False
    if known is not None and not replace:
        return refuse(Code.ID_REUSED, year=notice.year)
    session.unit.keep_notice(notice, session.at, by)
    return True
