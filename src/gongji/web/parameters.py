"""参数: what addresses and queries may say, the same on every route, and how lists are paged."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from litestar.params import PathParameter, QueryParameter

from gongji.desk.ports import Answer
from gongji.settlement.bill import AskerId, InstitutionId, PersonId
from gongji.terms import LOCAL_TIME, NEVER, RegionCode, micros, moment
from gongji.web.forms import pattern_of
from gongji.web.reading import read_moment
from gongji.web.showing import Eye, payment_shown
from gongji.web.shown_settlements import Payments

PersonInPath = Annotated[str, PathParameter(pattern=pattern_of(PersonId), max_length=40)]
InstitutionInPath = Annotated[str, PathParameter(pattern=pattern_of(InstitutionId), max_length=40)]
AskersIdInPath = Annotated[str, PathParameter(pattern=pattern_of(AskerId), max_length=64)]
YearInPath = Annotated[int, PathParameter(ge=2000, le=2100)]
MonthInPath = Annotated[
    str, PathParameter(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])(?![\s\S])", max_length=7)
]
RegionInPath = Annotated[str, PathParameter(pattern=pattern_of(RegionCode), max_length=6)]

On = Annotated[
    date | None, QueryParameter(description="日期，不填为今天 · the day; left out, it is today")
]
Region = Annotated[
    str,
    QueryParameter(
        pattern=pattern_of(RegionCode),
        max_length=6,
        description="统筹区代码；地方目录以国家目录为基础 · the region's code; its own list stands on"
        " the national one",
    ),
]
At = Annotated[
    str | None,
    QueryParameter(
        description="过去的时刻，ISO 8601 带时区偏移，不填为现在 · an instant of the past, ISO 8601 with its"
        " offset; left out, it is now",
        schema_extra={"format": "date-time"},
    ),
]
Before = Annotated[
    str | None,
    QueryParameter(
        description="列出这一时刻之前记录的：填上一页的 next_before · list what was recorded before this"
        " instant: `next_before` of the page before",
        schema_extra={"format": "date-time"},
    ),
]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="最多几条 · how many at most")]


def before_micros(text: str | None) -> int:
    """The end of a page, in micros; NEVER for the first one."""
    latest = datetime(9000, 1, 1, tzinfo=LOCAL_TIME)
    found = read_moment("before", text, latest)
    return NEVER if found is None else micros(found)


def page(rows: Sequence[Answer], limit: int, eye: Eye) -> Payments:
    """A page of payments. What was recorded at one instant is never torn apart by a page's end,
    because the next page begins before an instant."""
    rows = whole_instants(rows, limit)
    return Payments(
        payments=tuple(payment_shown(answer, eye) for answer in rows),
        next_before=moment(rows[-1].recorded_at) if rows else None,
    )


def whole_instants(rows: Sequence[Any], limit: int) -> Sequence[Any]:
    """Without the last instant's rows, if the page is full and others of it may lie beyond."""
    if len(rows) < limit:
        return rows
    whole = [row for row in rows if row.recorded_at > rows[-1].recorded_at]
    return whole or rows
