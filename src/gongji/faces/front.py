"""首页: what this is, at one glance, and the way in for everybody."""

from typing import Any

from litestar import get

from gongji.faces.signing_in import HOMES
from gongji.faces.visit import OPEN_PAGE, Visit


@get("/", opt=OPEN_PAGE, include_in_schema=False)
async def front(request: Visit) -> Any:
    """What this is. With the demo provider: one button a role."""
    demo = request.house.demo
    people = [] if demo is None else [one for one in demo.people.values() if one.first]
    me = request.signed_in
    return request.page(
        "front.html",
        people=people,
        home=None if me is None else HOMES[me.role],
        packs=request.office.law.packs.values(),
        sample=request.app.state.sample is not None,
    )


ROUTES = [front]
