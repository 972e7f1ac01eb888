"""审计页: the trail, the books' proof, and the claims' two pairs of eyes."""

import asyncio
from typing import Any

from litestar import get
from litestar.params import FromQuery

from gongji.desk.faces_ports import Role
from gongji.desk.office import Session
from gongji.faces.forms import clean
from gongji.faces.visit import Visit, page_for
from gongji.ledger.proof import Disagreement, Sums, prove
from gongji.terms import NEVER, moment

AUDITOR = page_for(Role.AUDITOR)
_A_PAGE = 100


@get("/auditor", opt=AUDITOR, include_in_schema=False)
async def trail(
    request: Visit,
    who: FromQuery[str] = "",
    whose: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Any:
    """Who looked at whose papers or did what, newest first."""
    until = int(before) if before.isdigit() and len(before) < 20 else NEVER
    asked_who, asked_whose = clean(who)[:64], clean(whose)[:64]
    rows = await request.look(
        "trail",
        None,
        lambda s: s.unit.looks(
            None, who=asked_who or None, whose=asked_whose or None, limit=_A_PAGE, before=until
        ),
    )
    return request.page(
        "auditor/trail.html",
        rows=rows,
        who=asked_who,
        whose=asked_whose,
        next=rows[-1].at if len(rows) == _A_PAGE else None,
        moment_of=moment,
    )


@get("/auditor/proof", opt=AUDITOR, include_in_schema=False)
async def proof(request: Visit, run: FromQuery[str] = "") -> Any:
    """Every balance computed again from the entries."""
    found: list[Disagreement | Sums] = []
    if run:

        def proved(session: Session) -> list[Disagreement | Sums]:
            return list(prove(session.unit.entry_rows(), session.unit.balance_rows()))

        found = await asyncio.to_thread(request.office.ask, proved)
    return request.page(
        "auditor/proof.html",
        ran=bool(run),
        sums=[one for one in found if isinstance(one, Sums)],
        wrong=[one for one in found if isinstance(one, Disagreement)],
    )


ROUTES = [trail, proof]
