"""政策包: every provision of a region with its words, and two days or two regions beside each other."""

from datetime import date
from typing import Any

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from gongji.faces.auditor.shared import AUDITOR, region_names
from gongji.faces.forms import day_typed
from gongji.faces.rules import quoted
from gongji.faces.visit import Visit
from gongji.policy.differences import differences
from gongji.policy.pack import NoProvision
from gongji.policy.reading import QUESTIONS
from gongji.terms import local_day


@get("/auditor/packs", opt=AUDITOR, include_in_schema=False)
async def packs(
    request: Visit,
    one: FromQuery[str] = "",
    one_on: FromQuery[str] = "",
    other: FromQuery[str] = "",
    other_on: FromQuery[str] = "",
) -> Any:
    """Where two laws differ: two regions, two days, or both."""
    law, today = request.office.law, local_day(request.office.clock())
    regions = sorted(law.packs)
    sides = [
        (one if one in law.packs else regions[0], day_typed(one_on) or today),
        (other if other in law.packs else regions[-1], day_typed(other_on) or today),
    ]
    rows, silent = [], None
    try:
        left, right = (law.on(region, day) for region, day in sides)
        rows = [
            (found.question, *(quoted(law, p, request.lang) if p else None for p in found[1:]))
            for found in differences(left, right)
        ]
    except NoProvision as error:
        silent = (error.region, error.day)
    return request.page(
        "auditor/packs.html",
        sides=sides,
        rows=rows,
        silent=silent,
        names=region_names(request),
        version=law.version,
        count={region: sum(map(len, pack.answers.values())) for region, pack in law.packs.items()},
    )


@get("/auditor/packs/{region:str}", opt=AUDITOR, include_in_schema=False)
async def pack(request: Visit, region: FromPath[str]) -> Any:
    """Every provision of a region, of all days, with its words, its document and how it was read."""
    law = request.office.law
    if region not in law.packs:
        raise NotFoundException
    found = law.packs[region]
    today: date = local_day(request.office.clock())
    rows = [
        (
            question,
            [
                (quoted(law, one, request.lang), found.on(name, today) is one)
                for one in answers[::-1]
            ],
        )
        for name, question in QUESTIONS.items()
        if (answers := list(found.answers.get(name, ())))
    ]
    return request.page(
        "auditor/pack.html",
        pack=found,
        rows=rows,
        silent=[q for name, q in QUESTIONS.items() if name not in found.answers],
        names=region_names(request),
    )


ROUTES = [packs, pack]
