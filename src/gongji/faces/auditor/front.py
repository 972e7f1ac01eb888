"""审计首页与留痕: the day's payments, and who looked at whose papers or did what for whom."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from litestar import get
from litestar.params import FromQuery

from gongji.desk.faces_ports import DayLooks, Look, Role
from gongji.desk.office import Session
from gongji.desk.ports import AnswerKind, HourSums
from gongji.faces.auditor.shared import AUDITOR, region_names, regions_of
from gongji.faces.charts import PAYERS, hourly, payers, stacked
from gongji.faces.forms import clean, day_typed
from gongji.faces.trail_words import TRAIL
from gongji.faces.visit import Visit
from gongji.terms import NEVER, local_day, micros, midnight, midnight_after, moment, region_of
from gongji.words import Words

LOOKED_BACK = 14
"""Days of the trail in the picture."""

LOOKERS = {
    "insured": Words("参保人", "insured persons"),
    "place": Words("医药机构", "institutions"),
    "office": Words("经办、复核、审计", "clerks, reviewers, auditors"),
}
"""Who stands on the trail, by the colour that it has in the picture."""

_WHO = {Role.PERSON: "insured", Role.INSTITUTION: "place"}

A_PAGE = 100
"""Lines of the trail on a page."""


@get("/auditor", opt=AUDITOR, include_in_schema=False)
async def front(request: Visit, on: FromQuery[str] = "") -> Any:
    """A day's payments by the hour and by region. Nobody's papers are shown here."""
    chosen = day_typed(on) or local_day(request.office.clock())
    start, regions = midnight(chosen), regions_of(request)
    since, until = micros(start), micros(midnight_after(start))

    earlier = micros(midnight(chosen - timedelta(days=LOOKED_BACK - 1)))

    def found(session: Session) -> tuple[list[HourSums], list[DayLooks]]:
        unit = session.unit
        sums = unit.hour_sums(regions, since, until)
        return sums, unit.looks_by_day(regions, earlier, until)

    rows, looks = await request.counter.ask(found)
    hours = hourly(rows)
    totals = {
        region: {"settled": 0, "reversed": 0, **dict.fromkeys(PAYERS, 0)} for region in regions
    }
    for row in rows:
        back = row.kind is AnswerKind.REVERSAL
        totals[row.region]["reversed" if back else "settled"] += row.bills
        for key in PAYERS:
            fen = getattr(row, f"{key}_fen")
            totals[row.region][key] += -fen if back else fen
    days = _looks_by_day(chosen, looks)
    return request.page(
        "auditor/front.html",
        chosen=chosen,
        payers=payers(request.lang),
        hours=stacked([(f"{hour}", values) for hour, values in hours.items()], each=3),
        by_hour=[(hour, values) for hour, values in hours.items() if any(values.values())],
        totals=totals,
        names=region_names(request),
        lookers={key: words.say(request.lang) for key, words in LOOKERS.items()},
        looks=stacked([(f"{one.month}-{one.day}", values) for one, values in days.items()], each=3),
        by_day=[(one, values) for one, values in days.items() if any(values.values())][::-1],
    )


def _looks_by_day(last: date, looks: Iterable[DayLooks]) -> dict[date, dict[str, int]]:
    """So many lines stand on the trail, by day and by who it was."""
    first = last - timedelta(days=LOOKED_BACK - 1)
    days = {first + timedelta(days=n): dict.fromkeys(LOOKERS, 0) for n in range(LOOKED_BACK)}
    for one in looks:
        days[first + timedelta(days=one.day)][_WHO.get(one.role, "office")] += one.lines
    return days


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
    return len(text) > 8 and text[0] == "P" and region_of(text).isdecimal()


ROUTES = [front, trail]
