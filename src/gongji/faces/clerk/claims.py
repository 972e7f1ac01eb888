"""手工报销: claims at the window: registered by one, reviewed by another, paid through the bank."""

import csv
import io
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from gongji.desk import claims as desk
from gongji.desk.applications import Outcome
from gongji.desk.claims_ports import Claim, ClaimState
from gongji.desk.faces_ports import Role
from gongji.desk.identity import mask_name
from gongji.desk.office import Session
from gongji.faces.forms import Form, day_typed, no_sum, sum_of
from gongji.faces.rules import quotes, reason, refusal_told
from gongji.faces.visit import Behalf, Visit, page_for
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.terms import Care, local_day, moment, region_of, yuan_text
from gongji.web.problems import accept
from gongji.words import name_of

CLERK = page_for(Role.CLERK)
STAFF = page_for(Role.CLERK, Role.REVIEWER)
_SUMS = ("fund_paid", "self_paid", "uncovered")


@get(["/claims", "/claims/bank-file"], opt=STAFF, include_in_schema=False)
async def all_claims(request: Visit) -> Any:
    """The region's claims, those that wait first."""
    region = request.me.region

    def listed(session: Session) -> list[tuple[Claim, str]]:
        rows = session.unit.claims(region, state=None, limit=200)
        names = session.unit.identities({claim.person for claim in rows})
        return [(claim, mask_name(names[claim.person].name)) for claim in rows]

    rows = await request.look("claims", None, listed)
    order = list(ClaimState)
    rows.sort(key=lambda row: order.index(row[0].state))
    return request.page(
        "clerk/claims.html", rows=rows, moment_of=moment, asks=request.law.window_claim
    )


# Register ────────────────────────────────────────────────────────────────────────────────────────


async def _form(request: Visit, on: Behalf, **more: Any) -> Any:
    region = region_of(on.person)
    law = request.law_in(region)
    places = await request.counter.ask(lambda s: s.unit.institutions_in(region))
    asked = law.window_claim
    return request.page(
        "clerk/claim_form.html",
        more.pop("status", 200),
        on=on,
        papers=asked.value if asked else (),
        has_rule=asked is not None,
        places=[(one.id, name) for one, name in places if one.designated],
        cares=[(one.value, name_of(one).say(request.lang)) for one in Care],
        quotes=quotes(request.office.law, [asked.key] if asked else [], request.lang),
        **{"errors": {}, "told": None, "form": Form({}), **more},
    )


@get("/clerk/for/{person:str}/claim", opt=CLERK, include_in_schema=False)
async def claim_page(request: Visit, person: FromPath[str]) -> Any:
    """A claim's form with the region's check list."""
    on = request.behalf(person)
    return await _form(request, on, form=Form(await request.typed()))


@post("/clerk/for/{person:str}/claim", opt=CLERK, include_in_schema=False)
async def register(request: Visit, person: FromPath[str]) -> Any:
    """Register a claim."""
    on, form = request.behalf(person), await request.sent()
    say, errors = request.say, {}
    day = day_typed(form["happened_on"])
    if day is None or day > local_day(request.office.clock()):
        errors["happened_on"] = say("请填写不晚于今天的日期")
    sums = {name: sum_of(form[name]) for name in _SUMS}
    for name, fen in sums.items():
        if fen is None:
            errors[name] = no_sum(say)
    if not form["bank"]:
        errors["bank"] = say("请填写开户银行和账号")
    if form["care"] not in set(Care):
        errors["care"] = say("请选择医疗类别")
    if errors or day is None:
        return await _form(request, on, errors=errors, form=form, status=422)
    law = request.law_in(region_of(on.person))
    count = len(law.window_claim.value) if law.window_claim else 0
    fund, own, uncovered = (sums[name] or 0 for name in _SUMS)
    claim = Claim(
        region=region_of(on.person),
        id=form.id,
        person=on.person,
        institution=form["institution"],
        happened_on=day.isoformat(),
        care=Care(form["care"]),
        total_fen=fund + own + uncovered,
        fund_paid_fen=fund,
        self_paid_fen=own,
        uncovered_fen=uncovered,
        papers=tuple(form[f"paper{n}"] for n in range(count)),
        bank=form["bank"],
        agent=form["agent"],
        entered_by=request.me.subject,
        entered_at=0,
    )
    asks = request.asks

    def kept(session: Session) -> Outcome | Refusal:
        entered = msgspec.structs.replace(claim, entered_at=session.at)
        found = desk.register_claim(session, entered, asks)
        return found if isinstance(found, Refusal) else {"did": "claim", "claim": found.id}

    done = await request.act(form.id, "claim", on.person, kept, form["agent"])
    if isinstance(done, Refusal):
        told = refusal_told(request.office.law, done, request.lang)
        return await _form(request, on, told=told, form=form, status=409)
    return request.go(f"/claims/{claim.id}")


# Review, bank file, done ─────────────────────────────────────────────────────────────────────────


async def _one(request: Visit, id: str, **more: Any) -> Any:
    region = request.me.region

    def found(session: Session) -> tuple[Claim, str, str] | Refusal:
        claim = session.unit.claim(region, id)
        if claim is None:
            return refuse(Code.NO_SUCH_CLAIM)
        name = session.unit.identities([claim.person])[claim.person].name
        place = session.unit.institution_names([claim.institution]).get(claim.institution, "")
        return claim, name, place

    claim, name, place = accept(
        await request.look(
            "claim_seen", lambda f: None if isinstance(f, Refusal) else f[0].person, found
        )
    )
    law = request.law_in(region)
    decision = claim.decision
    return request.page(
        "clerk/claim.html",
        more.pop("status", 200),
        path=f"/claims/{id}",  # where the switches of language and look lead, after a slip too
        claim=claim,
        person_name=name,
        place=place,
        papers=list(
            zip(law.window_claim.value if law.window_claim else (), claim.papers, strict=False)
        ),
        reasons=[reason(one, request.lang) for one in decision.reasons] if decision else [],
        quotes=quotes(request.office.law, decision.cites if decision else (), request.lang),
        entered_at=moment(claim.entered_at),
        reviewed_at=moment(claim.reviewed_at) if claim.reviewed_at else None,
        mine=claim.entered_by == request.me.subject,
        **{"errors": {}, "told": None, "form": Form({}), **more},
    )


@get(["/claims/{id:str}", "/claims/{id:str}/review", "/claims/{id:str}/paid"], opt=STAFF,
     include_in_schema=False)  # fmt: skip
async def one_claim(request: Visit, id: FromPath[str]) -> Any:
    """One claim, also for whoever comes back to one of its forms from signing in."""
    return await _one(request, id, form=Form(await request.typed()))


@post("/claims/{id:str}/review", opt=page_for(Role.REVIEWER), include_in_schema=False)
async def review(request: Visit, id: FromPath[str]) -> Any:
    """Approve or send back. Not by whoever entered it."""
    form, asks, region = await request.sent(), request.asks, request.me.region
    if form["verdict"] not in ("approve", "return"):
        wrong = {"verdict": request.say("请选择通过或退回")}
        return await _one(request, id, errors=wrong, form=form, status=422)
    approve = form["verdict"] == "approve"

    def reviewed(session: Session) -> Outcome | Refusal:
        found = desk.review_claim(session, region, id, approve=approve, note=form["note"], by=asks)
        return found if isinstance(found, Refusal) else {"did": found.state.value}

    done = await request.act(form.id, "review", None, reviewed, f"claim {id}")
    if isinstance(done, Refusal):
        told = refusal_told(request.office.law, done, request.lang)
        return await _one(request, id, told=told, form=form, status=409)
    return request.go(f"/claims/{id}")


@post("/claims/{id:str}/paid", opt=CLERK, include_in_schema=False)
async def paid(request: Visit, id: FromPath[str]) -> Any:
    """The bank has paid."""
    form, asks, region = await request.sent(), request.asks, request.me.region

    def noted(session: Session) -> Outcome | Refusal:
        found = desk.claim_paid(session, region, id, asks)
        return found if isinstance(found, Refusal) else {"did": found.state.value}

    accept(await request.act(form.id, "claim_paid", None, noted, f"claim {id}"))
    return request.go(f"/claims/{id}")


@post("/claims/bank-file", opt=CLERK, include_in_schema=False)
async def file(request: Visit) -> Any:
    """The bank's file of all approved claims, as CSV. The same form again gives the same file."""
    form, asks, region = await request.sent(), request.asks, request.me.region
    name = f"claims-{region}-{form.id}"

    def listed(session: Session) -> Outcome | Refusal:
        found = desk.bank_file(session, region, name, asks)
        return found if isinstance(found, Refusal) else {"did": "file"}

    accept(await request.act(form.id, "bank_file", None, listed, name))

    def rows(session: Session) -> list[tuple[Claim, str]]:
        found = desk.claims_in(session, region, name)
        names = session.unit.identities({claim.person for claim in found})
        return [(claim, names[claim.person].name) for claim in found]

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["编号", "姓名", "开户银行和账号", "金额（元）"])
    for claim, person in await request.counter.ask(rows):
        fen = claim.paid_fen
        cells = [claim.id, person, claim.bank, yuan_text(fen)]
        writer.writerow([f"'{one}" if one[:1] in "=+-@" else one for one in cells])
    return Response(
        ("\ufeff" + out.getvalue()).encode(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


ROUTES = [all_claims, claim_page, register, one_claim, review, paid, file]
