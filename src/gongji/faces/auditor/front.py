"""审计首页与留痕: the day's payments, and who looked at whose papers or did what for whom."""

from typing import Any

from litestar import get
from litestar.params import FromQuery

from gongji.desk.day_book import midnight
from gongji.desk.faces_ports import Look
from gongji.desk.office import Session
from gongji.desk.ports import AnswerKind, HourSums
from gongji.faces.auditor.shared import AUDITOR, region_names, regions_of
from gongji.faces.charts import stacked
from gongji.faces.forms import clean, day_typed
from gongji.faces.institution.shared import PAYERS, payers
from gongji.faces.trail_words import TRAIL
from gongji.faces.visit import Visit
from gongji.terms import NEVER, local_day, micros, midnight_after, moment

A_PAGE = 100
"""Lines of the trail on a page."""


@get("/auditor", opt=AUDITOR, include_in_schema=False)
async def front(request: Visit, on: FromQuery[str] = "") -> Any:
    """A day's payments by the hour and by region. Nobody's papers are shown here."""
    chosen = day_typed(on) or local_day(request.office.clock())
    start, regions = midnight(chosen), regions_of(request)
    since, until = micros(start), micros(midnight_after(start))

    def found(session: Session) -> list[HourSums]:
        return session.unit.hour_sums(regions, since, until)

    rows = await request.counter.ask(found)
    hours = {hour: dict.fromkeys(PAYERS, 0) for hour in range(24)}
    totals = {
        region: {"settled": 0, "reversed": 0, **dict.fromkeys(PAYERS, 0)} for region in regions
    }
    for row in rows:
        back = row.kind is AnswerKind.REVERSAL
        totals[row.region]["reversed" if back else "settled"] += row.bills
        for key in PAYERS:
            fen = getattr(row, f"{key}_fen")
            totals[row.region][key] += -fen if back else fen
            hours[row.hour][key] += 0 if back else fen
    return request.page(
        "auditor/front.html",
        chosen=chosen,
        payers=payers(request),
        hours=stacked([(f"{hour}", values) for hour, values in hours.items()], each=3),
        by_hour=[(hour, values) for hour, values in hours.items() if any(values.values())],
        totals=totals,
        names=region_names(request),
    )


@get("/auditor/trail", opt=AUDITOR, include_in_schema=False)
async def trail(
    request: Visit,
    who: FromQuery[str] = "",
    whose: FromQuery[str] = "",
    on: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Any:
    """Who looked at whom or did what, newest first, up to a day or by person."""
    asked_who, asked_whose = clean(who)[:64], clean(whose)[:64]
    day = day_typed(on)
    until = micros(midnight_after(midnight(day))) if day else NEVER
    if before.isdecimal() and len(before) < 19:
        until = min(until, int(before))
    regions = regions_of(request)

    def looked(session: Session) -> list[Look]:
        found = [
            look
            for region in regions
            for look in session.unit.looks(
                region, who=asked_who or None, whose=asked_whose or None, limit=A_PAGE, before=until
            )
        ]
        return sorted(found, key=lambda look: look.at, reverse=True)[:A_PAGE]

    rows = await request.look("trail", asked_whose if _is_person(asked_whose) else None, looked)
    return request.page(
        "auditor/trail.html",
        rows=rows,
        who=asked_who,
        whose=asked_whose,
        day_asked="" if day is None else day.isoformat(),
        next=rows[-1].at if len(rows) == A_PAGE else None,
        moment_of=moment,
        known=TRAIL,
    )


def _is_person(text: str) -> bool:
    return len(text) > 8 and text[0] == "P" and text[1:7].isdecimal()


ROUTES = [front, trail]
