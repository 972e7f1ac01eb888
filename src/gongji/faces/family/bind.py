"""绑定家庭成员: explanation, commitment, member, uses, check, done; one thing a page.

What has been typed is kept under the form's own id after each page, so that back and forward, two
tabs and a sign-in that runs out lose nothing, and a repeat gets the recorded outcome.
"""

from collections.abc import Mapping
from typing import Any

from litestar import get, post
from litestar.params import FromPath

from gongji.desk import pooling
from gongji.desk.applications import Outcome
from gongji.desk.faces_ports import Draft
from gongji.desk.family_view import family_view, find_relative
from gongji.desk.identity import mask_name, mask_number
from gongji.desk.office import Session
from gongji.faces.family.shared import BOTH, Filed, Of, at, family, filed
from gongji.faces.forms import Form, is_number, number_of
from gongji.faces.limits import Rule
from gongji.faces.rules import quotes, refusal_told, stated
from gongji.faces.visit import Behalf, Visit
from gongji.policy.questions import DayLaw
from gongji.policy.refusal import Refusal
from gongji.terms import Kinship, Use, local_day, region_of
from gongji.web.problems import accept

FORM = "bind"


@get(at("/bind"), opt=BOTH, include_in_schema=False)
async def explanation(request: Visit, person: Of = None) -> Any:
    """What binding means, in the words of the rules."""
    on = request.behalf(person)
    law = request.law_in(region_of(on.person))
    keys = stated(
        law.kin_allowed,
        law.pool_pays,
        law.sponsor_answers,
        law.member_answers,
        law.maintenance_unlimited,
    )
    view = accept(await request.counter.ask(lambda s: family_view(s, on.person, request.asks)))
    return request.page(
        "family/bind_start.html",
        on=on,
        first="member" if view.pool or not law.commitment_asked.value else "commitment",
        kin=sorted(law.kin_allowed.value - law.kin_excluded.value),
        quotes=quotes(request.office.law, keys, request.lang),
    )


async def _fields(request: Visit, id: str) -> dict[str, str]:
    """What is kept of this form, with what was typed when a sign-in ran out."""
    draft = await request.kept(id, FORM)
    return {**(draft.fields if draft else {}), **await request.typed()}


def _steps(on: Behalf, id: str) -> str:
    return f"{on.base}/bind/{id}"


# The commitment ──────────────────────────────────────────────────────────────────────────────────


def _letter(request: Visit, on: Behalf, id: str, errors: Mapping[str, str]) -> Any:
    law = request.law_in(region_of(on.person))
    return request.page(
        "family/bind_commitment.html",
        422 if errors else 200,
        on=on,
        id=id,
        errors=errors,
        lines=law.commitment_words.value,
        quotes=quotes(request.office.law, [law.commitment_asked.key], request.lang),
    )


@get(at("/bind/{id:str}/commitment"), opt=BOTH, include_in_schema=False)
async def commitment_page(request: Visit, id: FromPath[str], person: Of = None) -> Any:
    """The commitment, to be read to its end."""
    return _letter(request, request.behalf(person), id, {})


@post(at("/bind/{id:str}/commitment"), opt=BOTH, include_in_schema=False)
async def commitment(request: Visit, id: FromPath[str], person: Of = None) -> Any:
    """Sign the commitment (NET-14)."""
    on, form = request.behalf(person), await request.sent()
    if form["agreed"] != "yes":
        wrong = {"agreed": request.say("请阅读承诺书，同意后勾选")}
        return _letter(request, on, id, wrong)
    await request.keep(id, FORM, {**await _fields(request, id), "committed": "yes"})
    return request.go(f"{_steps(on, id)}/member")


# The member ──────────────────────────────────────────────────────────────────────────────────────


def _member(
    request: Visit, on: Behalf, id: str, fields: Mapping[str, str], errors: Mapping[str, str]
) -> Any:
    law = request.law_in(region_of(on.person))
    kin = sorted(law.kin_allowed.value - law.kin_excluded.value, key=list(Kinship).index)
    return request.page(
        "family/bind_member.html",
        422 if errors else 200,
        on=on,
        id=id,
        kin=kin,
        errors=errors,
        fields={"name": "", "number": "", "kinship": "", **fields},
    )


@get(at("/bind/{id:str}/member"), opt=BOTH, include_in_schema=False)
async def member_page(request: Visit, id: FromPath[str], person: Of = None) -> Any:
    """Who the member is."""
    return _member(request, request.behalf(person), id, await _fields(request, id), {})


@post(at("/bind/{id:str}/member"), opt=BOTH, include_in_schema=False)
async def member(request: Visit, id: FromPath[str], person: Of = None) -> Any:
    """Find the member by name and number together."""
    on, form = request.behalf(person), await request.sent()
    say, today = request.say, local_day(request.office.clock())
    typed = {key: form[key] for key in ("name", "number", "kinship")}
    number = number_of(typed["number"])
    law = request.law_in(region_of(on.person))
    errors: dict[str, str] = {}
    if not typed["name"]:
        errors["name"] = say("请填写成员的姓名")
    if not is_number(number, today):
        errors["number"] = say("证件号码有误：请对照证件逐位核对，共 18 位")
    if typed["kinship"] not in law.kin_allowed.value - law.kin_excluded.value:
        errors["kinship"] = say("请选择成员是您的什么人")
    found = None
    if not errors:
        request.limit(Rule.FIND, request.me.subject)
        region = region_of(on.person)
        found = await request.look(
            "find", lambda id: id, lambda s: find_relative(s, region, typed["name"], number)
        )
        if found is None:
            errors["name"] = say("没有找到：姓名和证件号码不一致，或者此人没有在本地参保")
        elif found in {one.bond.member for one in (await family(request, on, "pool")).members}:
            errors["name"] = say("这位家人已经在您的共济网中，不用再绑定")
    if found is None or errors:
        return _member(request, on, id, {**await _fields(request, id), **typed}, errors)
    kept = {**await _fields(request, id), **typed, "number": number, "member": found}
    await request.keep(id, FORM, kept)
    asks_uses = await _asks_uses(request, on, law)
    return request.go(f"{_steps(on, id)}/{'uses' if asks_uses else 'check'}")


async def _asks_uses(request: Visit, on: Behalf, law: DayLaw) -> bool:
    """Whether uses are to be chosen: for a new pool, where the region asks for it (NET-10)."""
    if not law.uses_asked.value:
        return False
    return await request.counter.ask(lambda s: s.unit.open_pool(on.person)) is None


# The uses of a new pool ──────────────────────────────────────────────────────────────────────────


@get(at("/bind/{id:str}/uses"), opt=BOTH, include_in_schema=False)
async def uses_page(request: Visit, id: FromPath[str], person: Of = None) -> Any:
    """What the money may be used for."""
    on, law = request.behalf(person), request.law_in(request.me.region)
    fields = await _fields(request, id)
    return _uses(request, on, id, law, tuple(fields.get("uses", "pay").split()), {})


def _uses(
    request: Visit, on: Behalf, id: str, law: DayLaw, chosen: tuple[str, ...],
    errors: Mapping[str, str],
) -> Any:  # fmt: skip
    keys = [law.uses_asked.key, *([law.employer_refund_warned.key]
            if law.employer_refund_warned else [])]  # fmt: skip
    return request.page(
        "family/bind_uses.html",
        422 if errors else 200,
        on=on,
        id=id,
        errors=errors,
        chosen=chosen,
        open_uses=sorted(law.uses_open.value, reverse=True),
        quotes=quotes(request.office.law, keys, request.lang),
    )


@post(at("/bind/{id:str}/uses"), opt=BOTH, include_in_schema=False)
async def uses(request: Visit, id: FromPath[str], person: Of = None) -> Any:
    """Keep the uses."""
    on, form = request.behalf(person), await request.sent()
    law = request.law_in(region_of(on.person))
    chosen = tuple(use for use in law.uses_open.value if use.value in form.all("uses"))
    if not chosen:
        wrong = {"uses": request.say("至少选择一种，否则资金不能使用")}
        return _uses(request, on, id, law, (), wrong)
    fields = {**await _fields(request, id), "uses": " ".join(sorted(chosen))}
    await request.keep(id, FORM, fields)
    return request.go(f"{_steps(on, id)}/check")


# Check, and do ───────────────────────────────────────────────────────────────────────────────────


async def _check(request: Visit, on: Behalf, draft: Draft, **more: Any) -> Any:
    fields = draft.fields
    return request.page(
        "family/bind_check.html",
        more.pop("status", 200),
        on=on,
        id=draft.id,
        name_typed=fields["name"],
        number=mask_number(fields["number"]),
        kinship=Kinship(fields["kinship"]),
        uses=[Use(use) for use in fields.get("uses", "").split()],
        new_pool=await request.counter.ask(lambda s: s.unit.open_pool(on.person)) is None,
        **{"errors": {}, "told": None, "form": Form({}), **more},
    )


@get(at("/bind/{id:str}/check"), opt=BOTH, include_in_schema=False)
async def check_page(request: Visit, id: FromPath[str], person: Of = None) -> Any:
    """All answers together, before anything is done."""
    on = request.behalf(person)
    draft = await request.kept(id, FORM)
    if draft is None or "member" not in draft.fields:
        return request.go(f"{on.base}/bind")
    if draft.outcome is not None:
        return request.go(f"{_steps(on, id)}/done")
    return await _check(request, on, draft)


@post(at("/bind/{id:str}/check"), opt=BOTH, include_in_schema=False)
async def do(request: Visit, id: FromPath[str], person: Of = None) -> Any:
    """Form the pool, or bind the member to the open one. Once."""
    on, form = request.behalf(person), await request.sent()
    draft = await request.kept(id, FORM)
    if draft is None or "member" not in draft.fields:
        return request.go(f"{on.base}/bind")
    errors: dict[str, str] = {}
    how = filed(request, on, form, errors)
    if errors and draft.outcome is None:
        return await _check(request, on, draft, errors=errors, form=form, status=422)
    fields = draft.fields

    def bound(session: Session) -> Outcome | Refusal:
        return _bind(session, on.person, fields, how)

    done = await request.act(id, FORM, on.person, bound, how.why)
    if isinstance(done, Refusal):
        told = refusal_told(request.office.law, done, request.lang)
        return await _check(request, on, draft, told=told, form=form, status=409)
    return request.go(f"{_steps(on, id)}/done")


def _bind(
    session: Session, sponsor: str, fields: Mapping[str, str], how: Filed
) -> Outcome | Refusal:
    other, kinship = fields["member"], Kinship(fields["kinship"])
    if session.unit.open_pool(sponsor) is not None:
        bond = pooling.bind(session, sponsor, other, kinship, how.asked)
        return bond if isinstance(bond, Refusal) else {"did": "bound", "member": other}
    formed = pooling.form(
        session,
        sponsor,
        {other: kinship},
        frozenset(Use(use) for use in fields.get("uses", "").split()),
        how.asked,
        committed=fields.get("committed") == "yes",
    )
    if isinstance(formed, Refusal):
        return formed
    if refusal := formed.not_bound.get(other):
        return refusal
    return {"did": "formed", "member": other}


@get(at("/bind/{id:str}/done"), opt=BOTH, include_in_schema=False)
async def done_page(request: Visit, id: FromPath[str], person: Of = None) -> Any:
    """Done, and what can be done next."""
    on = request.behalf(person)
    draft = await request.kept(id, FORM)
    if draft is None or draft.outcome is None:
        return request.go(f"{on.base}/bind")
    law = request.law_in(region_of(on.person))
    return request.page(
        "family/bind_done.html",
        on=on,
        did=draft.outcome["did"],
        member=mask_name(draft.fields["name"]),
        next_day=law.bind_effect.value == "next_day",
    )


ROUTES = [
    explanation,
    commitment_page,
    commitment,
    member_page,
    member,
    uses_page,
    uses,
    check_page,
    do,
    done_page,
]
