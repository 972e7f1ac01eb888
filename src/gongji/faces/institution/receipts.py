"""收据与冲正: one settlement looked up, its receipt on the screen, on paper and as a PDF, and back."""

import asyncio
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from gongji.desk import receipts
from gongji.desk.applications import Act, leave_trace
from gongji.desk.office import Session
from gongji.desk.ports import AnswerKey
from gongji.desk.receipts import Receipt, receipt_of
from gongji.desk.settling import ReversalRequest, Reversed, reverse_settlement
from gongji.faces.billview import Named, bill_view
from gongji.faces.forms import Form, clean, sum_of
from gongji.faces.institution.shared import CASHIER, after, status_of
from gongji.faces.rules import refusal_told
from gongji.faces.visit import Visit
from gongji.policy.refusal import Refusal
from gongji.terms import moment, region_of
from gongji.web.problems import accept
from gongji.web.settlement_routes import law_of
from gongji.web.showing import Eye


@get("/institution/find", opt=CASHIER, include_in_schema=False)
async def find(request: Visit, number: FromQuery[str] = "") -> Any:
    """A settlement by its number."""
    asked = clean(number)[:64]
    told = None
    if asked:
        key = AnswerKey(request.me.subject, asked)
        found = await request.counter.ask(lambda session: receipt_of(session, key))
        if isinstance(found, Receipt):
            return request.go(f"/institution/receipts/{found.answer.key.id}")
        told = refusal_told(request.office.law, found, request.lang)
    return request.page("institution/find.html", 404 if told else 200, asked=asked, told=told)


async def _read(request: Visit, id: str) -> Receipt:
    """The institution's own settlement; another's is not there. The look is on the trail."""
    key = AnswerKey(request.me.subject, id)
    return accept(
        await request.look("receipt", _patient_of, lambda session: receipt_of(session, key))
    )


def _patient_of(found: Receipt | Refusal) -> str | None:
    return found.answer.patient if isinstance(found, Receipt) else None


async def _page(request: Visit, id: str, **more: Any) -> Any:
    found = await _read(request, id)
    law = await law_of(request.office, found.answer.law)
    named = Named(found.patient, found.place, request.say("家人"))
    return request.page(
        "institution/receipt.html",
        more.pop("status", 200),
        found=found,
        view=bill_view(found.answer, found.decision, law, named, request.lang, Eye.PATIENT),
        after=after(found.decision.own_after, found.two_purses, request),
        moment_of=moment,
        **{"errors": {}, "told": None, "form": Form({}), "open": False, **more},
    )


@get("/institution/receipts/{id:str}", opt=CASHIER, include_in_schema=False)
async def receipt(request: Visit, id: FromPath[str]) -> Any:
    """The receipt with both balances (ACC-6), to be printed."""
    typed = Form(await request.typed())
    return await _page(request, id, form=typed, open=bool(typed))


@get("/institution/receipts/{id:str}/pdf", opt=CASHIER, include_in_schema=False)
async def pdf(request: Visit, id: FromPath[str]) -> Any:
    """The receipt as a PDF."""
    found = await _read(request, id)
    content = await asyncio.to_thread(receipts.pdf_of, found)
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="receipt.pdf"'},
    )


@post("/institution/receipts/{id:str}", opt=CASHIER, include_in_schema=False)
async def reverse(request: Visit, id: FromPath[str]) -> Any:
    """Give back the whole, or so much of the self-paid part. Once for the form's id."""
    form, say = await request.sent(), request.say
    errors: dict[str, str] = {}
    fen = sum_of(form["sum"])
    if form["how"] not in ("whole", "part"):
        errors["how"] = say("请选择全部退回还是退回一部分")
    if form["how"] == "part" and not fen:
        errors["sum"] = say("请填写退回的自负金额（元），如 20 或 20.50")
    if errors:
        return await _page(request, id, errors=errors, form=form, open=True, status=422)
    part_fen = fen if form["how"] == "part" else None
    key = AnswerKey(request.me.subject, id)
    found = accept(await request.counter.ask(lambda session: receipt_of(session, key)))
    asked = ReversalRequest(
        id=form.id, institution=key.asker, of=found.answer.key.id, self_paid_fen=part_fen
    )
    me, act = request.me, Act("reverse", found.answer.patient, request.address, asked.id)

    def reversed_(session: Session) -> Reversed | Refusal:
        back = reverse_settlement(session, asked)
        if isinstance(back, Reversed) and not back.repeated:
            leave_trace(session, me, act)
        return back

    of = found.answer
    touched = {region_of(id) for id in (of.key.asker, of.patient, of.sponsor) if id}
    done = await request.counter.do(reversed_, *touched)
    if isinstance(done, Refusal):
        told = refusal_told(request.office.law, done, request.lang)
        return await _page(request, id, told=told, form=form, open=True, status=status_of(done))
    return request.go(f"/institution/receipts/{asked.of}")


ROUTES = [find, receipt, pdf, reverse]
