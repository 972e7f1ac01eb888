"""不登录也能看: the law of each region with its words, the medicines, and the waiting months."""

import re
from typing import Any

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from gongji.desk.catalogue import Entry, NoEdition, look_up
from gongji.faces.forms import clean, day_typed
from gongji.faces.rules import quoted, quotes, refusal_told
from gongji.faces.visit import OPEN_PAGE, Visit
from gongji.policy.enrolment import Enrolling, waiting
from gongji.policy.pack import NoProvision, Provision
from gongji.policy.questions import DayLaw
from gongji.policy.refusal import Refusal
from gongji.terms import NATIONAL, Scheme, local_day


def _regions(request: Visit) -> list[tuple[str, str]]:
    packs = request.office.law.packs.values()
    return [(p.region, p.name if request.lang == "zh" else p.name_en) for p in packs]


# The law ─────────────────────────────────────────────────────────────────────────────────────────


@get("/law", opt=OPEN_PAGE, include_in_schema=False)
async def regions(request: Visit) -> Any:
    """The regions that have a pack."""
    return request.page("law.html", regions=_regions(request))


@get("/law/{region:str}", opt=OPEN_PAGE, include_in_schema=False)
async def law(
    request: Visit,
    region: FromPath[str],
    on: FromQuery[str] = "",
    other: FromQuery[str] = "",
    then: FromQuery[str] = "",
) -> Any:
    """A region's law on a day, each provision with its words; beside that of another region or of
    another day, where one is named, and then only what differs."""
    book = request.office.law
    if region not in book.packs or (other and other not in book.packs):
        raise NotFoundException
    day = day_typed(on) or local_day(request.office.clock())
    then_day = day_typed(then) or day
    beside = bool(other) or then_day != day
    rows, silent = [], None
    try:
        mine = _answers(book.on(region, day))
        theirs = _answers(book.on(other or region, then_day)) if beside else {}
    except NoProvision as error:
        silent, mine, theirs = error, {}, {}
    for name in dict.fromkeys([*mine, *theirs]):
        one, two = mine.get(name), theirs.get(name)
        if beside and one is not None and two is not None and one.value == two.value:
            continue
        shown = [quoted(book, p, request.lang) if p else None for p in (one, two)]
        rows.append((name, *shown))
    return request.page(
        "law_region.html",
        region=region,
        other=other,
        on_day=day,
        then_day=then_day,
        beside=beside,
        rows=rows,
        silent=silent,
        regions=_regions(request),
        names=dict(_regions(request)),
    )


def _answers(law: DayLaw) -> dict[str, Provision[Any]]:
    """The provisions in force, by question."""
    found = {name: getattr(law, name) for name in law.__struct_fields__}
    return {name: one for name, one in found.items() if isinstance(one, Provision)}


# Medicines ───────────────────────────────────────────────────────────────────────────────────────


@get("/medicines", opt=OPEN_PAGE, include_in_schema=False)
async def medicines(
    request: Visit, name: FromQuery[str] = "", region: FromQuery[str] = NATIONAL
) -> Any:
    """Listed or not, class, category, restriction, share paid first (CAT-3)."""
    asked, found, missing = clean(name)[:100], None, False
    errors: dict[str, str] = {}
    if region not in request.office.law.packs:
        errors["region"] = request.say("请选择统筹区")
    today = local_day(request.office.clock())
    if asked and not errors:
        try:
            found = await request.counter.ask(lambda s: look_up(s, asked, region=region, on=today))
        except NoEdition:
            missing = True
    return request.page(
        "medicines.html",
        asked=asked,
        region=region,
        errors=errors,
        regions=_regions(request),
        found=found,
        missing=missing,
        shares=_shares,
        quotes=() if found is None else quotes(request.office.law, found.cites, request.lang),
    )


def _shares(entry: Entry) -> list[tuple[int | None, list[Scheme]]]:
    """The shares paid first, with the schemes that have each."""
    found: dict[int | None, list[Scheme]] = {}
    for scheme, bp in entry.shares_bp.items():
        found.setdefault(bp, []).append(scheme)
    return list(found.items())


# Waiting months ──────────────────────────────────────────────────────────────────────────────────


@get("/waiting", opt=OPEN_PAGE, include_in_schema=False)
async def waiting_months(
    request: Visit,
    region: FromQuery[str] = "",
    year: FromQuery[str] = "",
    missed: FromQuery[str] = "",
    in_period: FromQuery[str] = "",
    paid_on: FromQuery[str] = "",
    back_paid: FromQuery[str] = "0",
) -> Any:
    """How many months somebody waits, with the arithmetic (ENR-1 to ENR-3)."""
    today = local_day(request.office.clock())
    fields = {
        "region": region or next(iter(request.office.law.packs)),
        "year": year or str(today.year + 1),
        "missed": clean(missed),
        "in_period": in_period or "yes",
        "paid_on": paid_on or today.isoformat(),
        "back_paid": back_paid,
    }
    errors: dict[str, str] = {}
    asked = _enrolling(request, fields, errors)
    told, found = None, None
    if region and asked is not None and not errors:
        answer = waiting(asked, request.law_in(fields["region"]))
        if isinstance(answer, Refusal):
            told = refusal_told(request.office.law, answer, request.lang)
        else:
            found = answer
    return request.page(
        "waiting.html",
        fields=fields,
        errors=errors if region else {},
        regions=_regions(request),
        found=found,
        told=told,
        quotes=() if found is None else quotes(request.office.law, found.cites, request.lang),
    )


def _enrolling(request: Visit, fields: dict[str, str], errors: dict[str, str]) -> Enrolling | None:
    say = request.say
    paid_on = day_typed(fields["paid_on"])
    years = re.findall(r"[0-9]+", fields["missed"])
    if fields["region"] not in request.office.law.packs:
        errors["region"] = say("请选择统筹区")
    if not re.fullmatch(r"20[0-9]{2}", fields["year"]):
        errors["year"] = say("请填写年份，如 2027")
    if any(not re.fullmatch(r"20[0-9]{2}|19[0-9]{2}", one) for one in years):
        errors["missed"] = say("请填写年份，用逗号隔开，如 2025，2026")
    if paid_on is None:
        errors["paid_on"] = say("请填写日期")
    if not re.fullmatch(r"[0-9]{1,2}", fields["back_paid"]):
        errors["back_paid"] = say("请填写 0 到 99 的整数")
    if errors or paid_on is None:
        return None
    asked = Enrolling(
        missed=frozenset(int(one) for one in years),
        enrolled_for=int(fields["year"]),
        paid_on=paid_on,
        in_period=fields["in_period"] == "yes",
        back_paid=int(fields["back_paid"]),
    )
    if asked.wrong() is not None:
        errors["missed"] = say("没有参保的年份须早于参保年度")
    return asked


ROUTES = [regions, law, medicines, waiting_months]
