"""找人、参保状态、身后事、表格: the clerk's own pages about a person."""

import re
from typing import Any

from litestar import get, post
from litestar.params import FromPath

from gongji.desk.applications import Outcome
from gongji.desk.faces_ports import Role
from gongji.desk.family_view import family_view
from gongji.desk.finding import find_people
from gongji.desk.identity import Identity, mask_number
from gongji.desk.life import Estate, Heir, settle_estate
from gongji.desk.office import Session
from gongji.desk.people import StandingChange, change_standing
from gongji.faces.forms import Form, day_typed, no_sum, number_of, sum_of
from gongji.faces.rules import refusal_told
from gongji.faces.visit import Behalf, Visit, page_for
from gongji.policy.refusal import Refusal
from gongji.terms import Scheme, Status, local_day, moment, region_of
from gongji.web.problems import accept
from gongji.words import name_of

CLERK = page_for(Role.CLERK)

_PERSON = re.compile(r"P[1-9][0-9]{5}-[0-9a-z]{1,40}")


@get("/clerk", opt=CLERK, include_in_schema=False)
async def search_page(request: Visit) -> Any:
    """One box: an identity number, a card, a person's id, or a whole name. Whom it named: one
    person's page, or several to choose from."""
    asked, region = (await request.typed()).get("q", ""), request.me.region
    if not asked:
        return request.page("clerk/search.html", errors={}, asked="", rows=[])
    number = number_of(asked)
    found = await request.look("find", _the_one, lambda s: find_people(s, region, asked, number))
    if len(found) == 1:
        return request.go(f"/clerk/for/{_the_one(found)}")
    rows = [(id, one.name, mask_number(one.number)) for id, one in sorted(found.items())]
    return request.page("clerk/search.html", errors={}, asked=asked, rows=rows)


@post("/clerk", opt=CLERK, include_in_schema=False)
async def search(request: Visit) -> Any:
    """Keep what the box names, and look on a page that can be read again: so no number stays in
    an address."""
    form = await request.sent()
    asked = form["q"][:100]
    if not asked:
        wrong = {"q": request.say("请填写号码或姓名")}
        return request.page("clerk/search.html", 422, errors=wrong, asked="", rows=[])
    kept = await request.keep(form.id, request.url.path, {"q": asked})
    return request.go("/clerk", kept=kept.id)


def _the_one(found: dict[str, Identity]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


# Standing ────────────────────────────────────────────────────────────────────────────────────────


async def _standing(request: Visit, on: Behalf, **more: Any) -> Any:
    asks = request.asks
    view = accept(
        await request.look("standing", on.person, lambda s: family_view(s, on.person, asks))
    )
    history = await request.counter.ask(lambda s: s.unit.standings(on.person))
    return request.page(
        "clerk/standing.html",
        more.pop("status", 200),
        on=on,
        view=view,
        history=history,
        moment_of=moment,
        statuses=[(one.value, name_of(one).say(request.lang)) for one in Status],
        schemes=[(one.value, name_of(one).say(request.lang)) for one in Scheme],
        **{"errors": {}, "told": None, "form": Form({}), **more},
    )


@get("/clerk/for/{person:str}/standing", opt=CLERK, include_in_schema=False)
async def standing_page(request: Visit, person: FromPath[str]) -> Any:
    """The standing with its history; changes, and a death."""
    on = request.behalf(person)
    return await _standing(request, on, form=Form(await request.typed()))


@post("/clerk/for/{person:str}/standing", opt=CLERK, include_in_schema=False)
async def standing(request: Visit, person: FromPath[str]) -> Any:
    """Change a standing from now on, or record a death."""
    on, form = request.behalf(person), await request.sent()
    errors: dict[str, str] = {}
    died = None
    if form["died"]:
        died = day_typed(form["died"])
        if died is None or died > local_day(request.office.clock()):
            errors["died"] = request.say("请填写不晚于今天的日期")
    if errors:
        return await _standing(request, on, errors=errors, form=form, status=422)
    change = StandingChange(
        scheme=Scheme(form["scheme"]) if form["scheme"] in set(Scheme) else None,
        status=Status(form["status"]) if form["status"] in set(Status) else None,
        ecode={"yes": True, "no": False}.get(form["ecode"]),
        died=died,
    )
    by = request.me.subject

    def changed(session: Session) -> Outcome | Refusal:
        found = change_standing(session, on.person, change, by)
        return found if isinstance(found, Refusal) else {"did": "standing"}

    done = await request.act(form.id, "change_standing", on.person, changed)
    if isinstance(done, Refusal):
        told = refusal_told(request.office.law, done, request.lang)
        return await _standing(request, on, told=told, form=form, status=409)
    return request.go(f"{on.base}/standing")


# Death and heirs ─────────────────────────────────────────────────────────────────────────────────

HEIRS = 4


async def _estate(request: Visit, on: Behalf, **more: Any) -> Any:
    asks = request.asks
    view = accept(
        await request.look("estate", on.person, lambda s: family_view(s, on.person, asks))
    )
    return request.page(
        "clerk/estate.html", more.pop("status", 200), on=on, view=view, heirs=range(1, HEIRS + 1),
        whole_fen=view.held.current + view.held.carried,
        **{"errors": {}, "told": None, "form": Form({}), **more},
    )  # fmt: skip


@get("/clerk/for/{person:str}/estate", opt=CLERK, include_in_schema=False)
async def estate_page(request: Visit, person: FromPath[str]) -> Any:
    """Heirs of a person who has died."""
    on = request.behalf(person)
    return await _estate(request, on, form=Form(await request.typed()))


@post("/clerk/for/{person:str}/estate", opt=CLERK, include_in_schema=False)
async def estate(request: Visit, person: FromPath[str]) -> Any:
    """Pay out the account to the heirs; the sums come to the whole balance."""
    on, form = request.behalf(person), await request.sent()
    errors: dict[str, str] = {}
    heirs = []
    for n in range(1, HEIRS + 1):
        if not form[f"sum{n}"]:
            continue
        fen = sum_of(form[f"sum{n}"])
        if not fen:
            errors[f"sum{n}"] = no_sum(request.say)
            continue
        who = form[f"who{n}"]
        if _PERSON.fullmatch(who):
            heirs.append(Heir(amount_fen=fen, person=who))
        else:
            heirs.append(Heir(amount_fen=fen, paper=who or None))
    if not form["papers"]:
        errors["papers"] = request.say("请填写材料名称和扫描件指纹")
    if errors:
        return await _estate(request, on, errors=errors, form=form, status=422)
    asked = Estate(
        id=f"estate-{form.id}",
        person=on.person,
        heirs=tuple(heirs),
        documents=(form["papers"][:200],),
    )
    asks = request.asks

    def settled(session: Session) -> Outcome | Refusal:
        done = settle_estate(session, asked, asks)
        return done if isinstance(done, Refusal) else {"did": "estate", "fen": str(done.paid_fen)}

    done = await request.act(form.id, "estate", on.person, settled, form["papers"], anywhere=True)
    if isinstance(done, Refusal):
        told = refusal_told(request.office.law, done, request.lang)
        return await _estate(request, on, told=told, form=form, status=409)
    return request.go(f"{on.base}/done/{done.id}")


# Paper ───────────────────────────────────────────────────────────────────────────────────────────


@get("/clerk/for/{person:str}/forms", opt=CLERK, include_in_schema=False)
async def papers(request: Visit, person: FromPath[str]) -> Any:
    """申请表、承诺书、支取单, to be printed and signed."""
    on, asks = request.behalf(person), request.asks
    view = accept(await request.look("forms", on.person, lambda s: family_view(s, on.person, asks)))
    law = request.law_in(region_of(on.person))
    return request.page(
        "clerk/forms.html",
        on=on,
        view=view,
        number=mask_number(view.identity.number),
        lines=law.commitment_words.value,
        claim_papers=law.window_claim.value if law.window_claim else (),
        today=local_day(request.office.clock()),
        region_name=request.office.law.pack(region_of(on.person)).name,
    )


ROUTES = [search_page, search, standing_page, standing, estate_page, estate, papers]
