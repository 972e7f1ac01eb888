"""登录着的地方: where somebody is signed in, and one button that ends all the others."""

from typing import Any

from litestar import get, post

from gongji.desk.applications import Outcome
from gongji.desk.faces_ports import Role
from gongji.desk.office import Session
from gongji.desk.sign_ins import end_others, live_sign_ins
from gongji.faces.signing_in import HOMES
from gongji.faces.visit import Visit, page_for
from gongji.terms import moment
from gongji.web.problems import accept

EVERYBODY = page_for(*Role)
SHOWN = 20
"""So many are shown; the button ends the others as well."""


@get("/sign-ins", opt=EVERYBODY, include_in_schema=False)
async def listed(request: Visit) -> Any:
    """The sign-ins of whoever looks, this one first."""
    me = request.me
    live = await request.counter.ask(lambda session: live_sign_ins(session, me))
    live.sort(key=lambda one: (one.id != me.id, -one.seen_at))
    return request.page(
        "sign_ins.html",
        rows=[
            (one.id == me.id, moment(one.opened_at), moment(one.seen_at)) for one in live[:SHOWN]
        ],
        more=max(len(live) - SHOWN, 0),
        home=HOMES[me.role],
    )


@post("/sign-ins", opt=EVERYBODY, include_in_schema=False)
async def end(request: Visit) -> Any:
    """End all sign-ins but this one."""
    form, me = await request.sent(), request.me

    def ended(session: Session) -> Outcome:
        end_others(session, me)
        return {"did": "end_others"}

    whose = me.subject if me.role is Role.PERSON else None
    accept(await request.act(form.id, "end_others", whose, ended))
    return request.go("/sign-ins")


ROUTES = [listed, end]
