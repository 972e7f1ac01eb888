"""日清单: an institution's day: every settlement and reversal, with totals by channel (SET-15)."""

from typing import Any

from litestar import get
from litestar.params import FromQuery

from gongji.desk.day_book import Line, all_of, by_channel, lines_of, names_of
from gongji.desk.office import Session
from gongji.faces.charts import bars
from gongji.faces.forms import day_typed
from gongji.faces.institution.shared import CASHIER
from gongji.faces.visit import Visit
from gongji.terms import local_day, moment
from gongji.words import name_of

A_PAGE = 100
"""Lines on a page."""


@get("/institution/day", opt=CASHIER, include_in_schema=False)
async def day(request: Visit, on: FromQuery[str] = "", page: FromQuery[str] = "") -> Any:
    """The day's list, newest first, and its totals."""
    chosen = day_typed(on) or local_day(request.office.clock())
    at = int(page) if page.isdecimal() and len(page) < 6 else 1
    place = request.me.subject

    def found(session: Session) -> tuple[list[Line], list[Line], dict[str, str]]:
        lines = lines_of(session, place, chosen, chosen)[::-1]
        shown = lines[(at - 1) * A_PAGE : at * A_PAGE] if at else []
        return lines, shown, names_of(session, shown)

    lines, shown, names = await request.look("day", None, found)
    totals = by_channel(lines)
    return request.page(
        "institution/day.html",
        chosen=chosen,
        lines=shown,
        names=names,
        totals=totals,
        bars=bars(
            [
                (
                    name_of(channel).say(request.lang),
                    one.parts.own + one.parts.pooled + one.parts.cash,
                )
                for channel, one in totals.items()
            ]
        ),
        everything=all_of(lines),
        at=at,
        pages=-(-len(lines) // A_PAGE),
        moment_of=moment,
    )


ROUTES = [day]
