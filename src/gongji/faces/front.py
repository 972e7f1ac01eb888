"""首页: what this is, at one glance, and the way in for everybody."""

from typing import Any

from litestar import get

from gongji.faces.picture import PARTS, Flow, draw
from gongji.faces.signing_in import HOMES
from gongji.faces.visit import OPEN_PAGE, Visit
from gongji.words import Words

_EXAMPLE = (Flow("fund_paid", "fund", 150_00), Flow("self_paid", "pooled", 100_00))
_PAYERS = {
    "fund": Words("统筹基金", "The fund"),
    "pooled": Words("爸爸的账户", "Father's account"),
}


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
        picture=draw(
            _EXAMPLE,
            {key: words.say(request.lang) for key, words in PARTS.items()},
            {key: words.say(request.lang) for key, words in _PAYERS.items()},
        ),
    )


ROUTES = [front]
