"""统计页: pools, members and what pools have paid, for whoever makes the rules. Nobody is named."""

from datetime import date, timedelta
from typing import Any

from litestar import get
from litestar.params import FromQuery

from gongji.desk.figures import LONGEST_DAYS, Paid
from gongji.desk.figures import figures as figures_of
from gongji.faces.auditor.shared import AUDITOR, region_names, regions_of
from gongji.faces.charts import PAYERS, stacked
from gongji.faces.forms import day_typed
from gongji.faces.visit import Visit
from gongji.terms import local_day

MOST_PLACES = 50
"""Institutions that are named on the page, those with the largest sums; the others are one line."""


@get("/auditor/figures", opt=AUDITOR, include_in_schema=False)
async def figures(request: Visit, first: FromQuery[str] = "", last: FromQuery[str] = "") -> Any:
    """The figures of some days: this month's where none are named (FIG-1, REA-1)."""
    since, until, errors = _days(request, day_typed(first), day_typed(last))
    regions = regions_of(request)
    found = await request.counter.ask(lambda s: figures_of(s, regions, since, until))
    places = [*found.by_place.items()]
    others = Paid()
    for _, one in places[MOST_PLACES:]:
        others = others.plus(one)
    days = [
        (f"{day.month}-{day.day}", {"pooled": max(one.fen, 0)}) for day, one in found.by_day.items()
    ]
    return request.page(
        "auditor/figures.html",
        found=found,
        errors=errors,
        typed=(first, last) if errors else (since.isoformat(), until.isoformat()),
        chart=stacked(days, each=max(len(days) // 8, 1)),
        series={"pooled": PAYERS["pooled"].say(request.lang)},
        by_day=[(day, one) for day, one in found.by_day.items() if one != Paid()][::-1],
        places=places[:MOST_PLACES],
        others=others,
        other_places=len(places[MOST_PLACES:]),
        names=region_names(request),
    )


def _days(
    request: Visit, first: date | None, last: date | None
) -> tuple[date, date, dict[str, str]]:
    """From and to; what is left out is this month's. Where they cannot be counted this is said, and
    this month stands in their place."""
    today = local_day(request.office.clock())
    month = today.replace(day=1)
    since, until = first or month, last or today
    if since > until:
        return month, today, {"last": request.say("结束日期不能早于开始日期，请改选；下面是本月")}
    if until - since >= timedelta(days=LONGEST_DAYS):
        return month, today, {"last": request.say("一次最多统计一年，请缩短；下面是本月")}
    return since, until, {}


ROUTES = [figures]
