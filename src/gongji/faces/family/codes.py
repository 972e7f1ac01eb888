"""亲情账户: holding a relative's code, and showing it. No money is shared by it (FAM-1)."""

import io
from typing import Any

import segno
from litestar import get, post
from litestar.params import FromPath

from gongji.desk.applications import Outcome
from gongji.desk.family_view import find_relative
from gongji.desk.identity import mask_name
from gongji.desk.office import Session
from gongji.desk.people import codes_held, hold_code
from gongji.faces.family.shared import BOTH, Of, at
from gongji.faces.forms import Form, is_number, number_of
from gongji.faces.limits import Rule
from gongji.faces.rules import quotes, refusal_told
from gongji.faces.seals import shown_code
from gongji.faces.visit import Behalf, Visit
from gongji.policy.refusal import Refusal
from gongji.terms import local_day, region_of
from gongji.web.access import forbidden
from gongji.web.problems import accept


@get(at("/codes"), opt=BOTH, include_in_schema=False)
async def codes(request: Visit, person: Of = None) -> Any:
    """Whose codes are held."""
    on = request.behalf(person)

    def held(session: Session) -> list[tuple[str, str]] | Refusal:
        ids = codes_held(session, on.person)
        if isinstance(ids, Refusal):
            return ids
        names = session.unit.identities(ids)
        return [(id, mask_name(names[id].name)) for id in ids]

    law = request.law_in(region_of(on.person))
    keys = [law.family_code_shows.key, law.family_code_relatives.key]
    return request.page(
        "family/codes.html",
        on=on,
        held=accept(await request.look("codes", on.person, held)),
        at_most=law.family_code_relatives.value,
        quotes=quotes(request.office.law, keys, request.lang),
    )


def _add(request: Visit, on: Behalf, form: Form, **more: Any) -> Any:
    return request.page(
        "family/code_add.html",
        more.pop("status", 200),
        on=on,
        fields={"name": form["name"], "number": form["number"]},
        **{"errors": {}, "told": None, **more},
    )


@get(at("/codes/add"), opt=BOTH, include_in_schema=False)
async def add_page(request: Visit, person: Of = None) -> Any:
    """A relative, by name and number."""
    return _add(request, request.behalf(person), Form(await request.typed()))


@post(at("/codes/add"), opt=BOTH, include_in_schema=False)
async def add(request: Visit, person: Of = None) -> Any:
    """Hold a relative's code."""
    on, form = request.behalf(person), await request.sent()
    number, say = number_of(form["number"]), request.say
    errors: dict[str, str] = {}
    if not form["name"]:
        errors["name"] = say("请填写亲属的姓名")
    if not is_number(number, local_day(request.office.clock())):
        errors["number"] = say("证件号码有误：请对照证件逐位核对，共 18 位")
    found = None
    if not errors:
        request.limit(Rule.FIND, request.me.subject)
        region = region_of(on.person)
        found = await request.look(
            "find", lambda id: id, lambda s: find_relative(s, region, form["name"], number)
        )
        if found is None:
            errors["name"] = say("没有找到：姓名和证件号码不一致，或者此人没有在本地参保")
    if found is None:
        return _add(request, on, form, errors=errors, status=422)
    relative, asks = found, request.asks

    def held(session: Session) -> Outcome | Refusal:
        now = hold_code(session, on.person, relative, asks)
        return now if isinstance(now, Refusal) else {"did": "code"}

    done = await request.act(form.id, "code", on.person, held)
    if isinstance(done, Refusal):
        told = refusal_told(request.office.law, done, request.lang)
        return _add(request, on, form, told=told, status=409)
    return request.go(f"{on.base}/codes")


@get(at("/codes/{relative:str}"), opt=BOTH, include_in_schema=False)
async def show(request: Visit, relative: FromPath[str], person: Of = None) -> Any:
    """A relative's code, to be read by an institution within five minutes."""
    on = request.behalf(person)

    def held(session: Session) -> str | None:
        if relative not in session.unit.codes_of(on.person):
            return None
        return mask_name(session.unit.identities([relative])[relative].name)

    found = await request.look("show_code", relative, held)
    if found is None:
        raise forbidden()
    now = int(request.office.clock().timestamp())
    text = shown_code(request.house.secret, relative, on.person, now)
    out = io.BytesIO()
    segno.make(text, error="m").save(
        out, kind="svg", xmldecl=False, svgns=False, border=2, svgclass="qr", lineclass=None,
        omitsize=True,
    )  # fmt: skip
    return request.page(
        "family/code.html", on=on, name_shown=found, svg=out.getvalue().decode(), text=text
    )


ROUTES = [codes, add_page, add, show]
