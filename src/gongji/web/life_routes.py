"""人生变动 · accounts that close: an estate is settled, an insurance moves away. A clerk's acts."""

import msgspec
from litestar import post
from litestar.params import JSONBody

from gongji.desk.life import Done, Estate, Heir, Move, move_away, settle_estate
from gongji.terms import region_of
from gongji.web.access import CLERK, Call, acts_for, only
from gongji.web.forms import wrong_field
from gongji.web.problems import accept
from gongji.web.reading import Strict
from gongji.web.shapes import EstateAsked, MoveAsked
from gongji.web.shown_calendar import AccountClosed
from gongji.web.statuses import HEIRS
from gongji.words import Words


@post("/estates", opt=only(CLERK), dto=Strict, return_dto=None, status_code=200,
      operation_id="settle_estate")  # fmt: skip
async def estate(request: Call, data: JSONBody[EstateAsked]) -> AccountClosed:
    """继承办理: pay out the account of a person who has died, with the papers on record, and end
    every bond. The heirs' sums come to the whole balance."""
    caller = request.caller
    acts_for(caller, data.person)
    for at, heir in enumerate(data.heirs):
        if heir.person is not None and heir.paper is not None:
            raise wrong_field(
                f"heirs[{at}].paper",
                "同一继承人同时填写了 person 和 paper。",
                "An heir is named both as person and by paper.",
                Words("两者之一", "one of the two"),
                Words("保留其中一项。", "Keep one of the two."),
            )
    heirs = tuple(Heir(**msgspec.structs.asdict(heir)) for heir in data.heirs)
    asked = Estate(id=data.id, person=data.person, heirs=heirs, documents=data.documents)
    done = await request.counter.do(lambda session: settle_estate(session, asked, caller))
    return _closed(data.id, data.person, accept(done, HEIRS))


@post("/moves", opt=only(CLERK), dto=Strict, return_dto=None, status_code=200,
      operation_id="move_away")  # fmt: skip
async def move(request: Call, data: JSONBody[MoveAsked]) -> AccountClosed:
    """转移办理: close the account here because the insurance goes to another region. Where the pack
    says so, bonds are ended first (NET-16)."""
    caller = request.caller
    acts_for(caller, data.person)
    if data.to == region_of(data.person):
        raise wrong_field(
            "to",
            "转入地与现参保地相同。",
            "The insurance is in this region already.",
            Words("另一统筹区的代码", "the code of another region"),
            Words("填写转入地。", "Name the region that it moves to."),
        )
    asked = Move(**msgspec.structs.asdict(data))
    done = await request.counter.do(
        lambda session: move_away(session, asked, caller), region_of(data.person)
    )
    return _closed(data.id, data.person, accept(done))


def _closed(id: str, person: str, done: Done) -> AccountClosed:
    return AccountClosed(
        id=id, person=person, paid_fen=done.paid_fen, ended=done.ended, repeated=done.repeated
    )


ROUTES = [estate, move]
