"""我的共济网: who is in it, taking somebody out, leaving, dissolving, and choosing the uses."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.params import FromPath

from gongji.desk import pooling
from gongji.desk.applications import Outcome
from gongji.desk.office import Session
from gongji.desk.ports import Asking
from gongji.desk.premiums import warnings_of
from gongji.faces.family.shared import BOTH, Of, at, family, filed
from gongji.faces.forms import Form
from gongji.faces.rules import quotes, refusal_told, stated
from gongji.faces.visit import Behalf, Visit
from gongji.policy.refusal import Refusal
from gongji.terms import Use, region_of
from gongji.web.access import forbidden
from gongji.web.problems import accept
from gongji.web.statuses import WARNINGS


@get(at("/pool"), opt=BOTH, include_in_schema=False)
async def pool(request: Visit, person: Of = None) -> Any:
    """The pool as its sponsor sees it; a member sees the sponsor and itself."""
    on = request.behalf(person)
    view = await family(request, on, "pool")
    law = request.law_in(region_of(on.person))
    keys = stated(law.sponsor_sees, law.maintenance_unlimited)
    if view.pool is None:
        keys = stated(law.member_sees, law.member_answers, law.maintenance_unlimited)
    words = quotes(request.office.law, keys, request.lang)
    return request.page("family/pool.html", on=on, view=view, quotes=words)


# Ending: one page to say what it means, one press ────────────────────────────────────────────────


async def _ask(request: Visit, on: Behalf, act: str, who: str, **more: Any) -> Any:
    law = request.law_in(region_of(on.person))
    words = quotes(request.office.law, [law.unbind_effect.key], request.lang)
    return request.page(
        "family/confirm.html", more.pop("status", 200), on=on, act=act, who=who, quotes=words,
        next_day=law.unbind_effect.value == "next_day",
        **{"errors": {}, "told": None, "form": Form({}), **more},
    )  # fmt: skip


async def _end(
    request: Visit,
    on: Behalf,
    act: str,
    other: str | None,
    use_case: Callable[[Session, Asking], pooling.Ended | Refusal],
) -> Any:
    form = await request.sent()
    errors: dict[str, str] = {}
    how = filed(request, on, form, errors)
    if errors:
        who = await _name(request, on, act, other)
        return await _ask(request, on, act, who or "", errors=errors, form=form, status=422)

    def ended(session: Session) -> Outcome | Refusal:
        found = use_case(session, how.asked)
        if isinstance(found, Refusal):
            return found
        return {"did": act, "ends": found.ends.isoformat()}

    done = await request.act(form.id, act, on.person, ended, how.why)
    if isinstance(done, Refusal) and (who := await _name(request, on, act, other)) is not None:
        told = refusal_told(request.office.law, done, request.lang)
        return await _ask(request, on, act, who, told=told, form=form, status=409)
    return request.go(f"{on.base}/done/{accept(done).id}")


async def _name(request: Visit, on: Behalf, act: str, other: str | None) -> str | None:
    """The masked name of the one from whom the act parts; "" for the whole pool. None where that has
    ended already, as a page shows to which somebody goes back. With a stranger there is no such page.
    """
    view = await family(request, on, "pool")
    if other is None:
        return "" if view.pool else None
    leaves = act == "leave"
    names = (
        {one.bond.sponsor: one.sponsor_name for one in view.member_of}
        if leaves
        else {one.bond.member: one.name for one in view.members}
    )
    if other in names:
        return names[other]
    member, sponsor = (on.person, other) if leaves else (other, on.person)
    bonds = await request.counter.ask(lambda session: session.unit.bonds_of_member(member))
    if all(bond.sponsor != sponsor for bond in bonds):
        raise forbidden()
    return None


async def _ask_or_go(request: Visit, on: Behalf, act: str, other: str | None) -> Any:
    who = await _name(request, on, act, other)
    return request.go(f"{on.base}/pool") if who is None else await _ask(request, on, act, who)


@get(at("/pool/{member:str}/remove"), opt=BOTH, include_in_schema=False)
async def remove_page(request: Visit, member: FromPath[str], person: Of = None) -> Any:
    """Taking a member out: what it means."""
    return await _ask_or_go(request, request.behalf(person), "unbind", member)


@post(at("/pool/{member:str}/remove"), opt=BOTH, include_in_schema=False)
async def remove(request: Visit, member: FromPath[str], person: Of = None) -> Any:
    """Take a member out. A repeat gets the recorded outcome, the member being gone already."""
    on = request.behalf(person)

    def use_case(session: Session, asked: Asking) -> pooling.Ended | Refusal:
        return pooling.unbind(session, on.person, member, asked)

    return await _end(request, on, "unbind", member, use_case)


@get(at("/leave/{sponsor:str}"), opt=BOTH, include_in_schema=False)
async def leave_page(request: Visit, sponsor: FromPath[str], person: Of = None) -> Any:
    """Leaving a pool: what it means."""
    return await _ask_or_go(request, request.behalf(person), "leave", sponsor)


@post(at("/leave/{sponsor:str}"), opt=BOTH, include_in_schema=False)
async def leave(request: Visit, sponsor: FromPath[str], person: Of = None) -> Any:
    """Leave a pool."""
    on = request.behalf(person)

    def use_case(session: Session, asked: Asking) -> pooling.Ended | Refusal:
        return pooling.leave(session, on.person, sponsor, asked)

    return await _end(request, on, "leave", sponsor, use_case)


@get(at("/dissolve"), opt=BOTH, include_in_schema=False)
async def dissolve_page(request: Visit, person: Of = None) -> Any:
    """Dissolving the pool: what it means."""
    return await _ask_or_go(request, request.behalf(person), "dissolve", None)


@post(at("/dissolve"), opt=BOTH, include_in_schema=False)
async def dissolve(request: Visit, person: Of = None) -> Any:
    """Dissolve the pool."""
    on = request.behalf(person)

    def use_case(session: Session, asked: Asking) -> pooling.Ended | Refusal:
        return pooling.dissolve(session, on.person, asked)

    return await _end(request, on, "dissolve", None, use_case)


# Uses ────────────────────────────────────────────────────────────────────────────────────────────


@get(at("/uses"), opt=BOTH, include_in_schema=False)
async def uses_page(request: Visit, person: Of = None) -> Any:
    """How the money may be used."""
    on = request.behalf(person)
    view = await family(request, on, "uses")
    chosen = view.pool.uses if view.pool else frozenset()
    return _uses(request, on, frozenset(chosen), has_pool=view.pool is not None)


def _uses(request: Visit, on: Behalf, chosen: frozenset[Use], **more: Any) -> Any:
    law = request.law_in(region_of(on.person))
    keys = [law.uses_asked.key, law.uses_open.key]
    return request.page(
        "family/uses.html",
        more.pop("status", 200),
        on=on,
        chosen=chosen,
        open_uses=sorted(law.uses_open.value, reverse=True),
        quotes=quotes(request.office.law, keys, request.lang),
        **{
            "errors": {}, "told": None, "form": Form({}), "warned": (), "has_pool": True, **more,
        },
    )  # fmt: skip


@post(at("/uses"), opt=BOTH, include_in_schema=False)
async def choose_uses(request: Visit, person: Of = None) -> Any:
    """Choose the uses. Whoever is to be warned is warned first, and presses once more (CON-9)."""
    on = request.behalf(person)
    form = await request.sent()
    open_uses = request.law_in(region_of(on.person)).uses_open.value
    chosen = frozenset(use for use in open_uses if use.value in form.all("uses"))
    errors: dict[str, str] = {}
    sure = form["sure"] == "yes"
    how = filed(request, on, form, errors) if sure or not on.at_window else None
    warned = await request.counter.ask(lambda session: _warned(session, on.person, chosen))
    if errors or how is None or (warned and not sure):
        shown = [
            (WARNINGS[code].say(request.lang), quotes(request.office.law, keys, request.lang))
            for code, keys in warned
        ]
        return _uses(
            request, on, chosen, warned=shown, asked=True, errors=errors, form=form,
            status=422 if errors else 200,
        )  # fmt: skip

    def changed(session: Session) -> Outcome | Refusal:
        found = pooling.choose_uses(session, on.person, chosen, how.asked)
        if isinstance(found, Refusal):
            return found
        return {"did": "uses", "uses": " ".join(sorted(found.uses))}

    done = await request.act(form.id, "uses", on.person, changed, how.why)
    if isinstance(done, Refusal):
        told = refusal_told(request.office.law, done, request.lang)
        return _uses(request, on, chosen, told=told, form=form, status=409)
    return request.go(f"{on.base}/done/{done.id}")


def _warned(
    session: Session, sponsor: str, chosen: frozenset[Use]
) -> list[tuple[Any, tuple[str, ...]]]:
    open_pool = session.unit.open_pool(sponsor)
    before = open_pool.uses if open_pool else frozenset()
    return warnings_of(session, sponsor, before, chosen)


# What was done ───────────────────────────────────────────────────────────────────────────────────


@get(at("/done/{id:str}"), opt=BOTH, include_in_schema=False)
async def done(request: Visit, id: FromPath[str], person: Of = None) -> Any:
    """What came of a form, as often as one looks."""
    on = request.behalf(person)
    me = request.me
    found = await request.counter.ask(lambda session: session.unit.draft(me.region, id))
    if found is None or found.owner != me.subject or found.outcome is None:
        raise forbidden()
    ends = found.outcome.get("ends")
    return request.page(
        "family/done.html",
        on=on,
        outcome=found.outcome,
        ends=datetime.fromisoformat(ends) if ends else None,
    )


ROUTES = [
    pool,
    remove_page,
    remove,
    leave_page,
    leave,
    dissolve_page,
    dissolve,
    uses_page,
    choose_uses,
    done,
]
