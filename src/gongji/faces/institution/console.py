"""收费处: the day's list and totals, a quote, a settlement, its receipt, and what goes back."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from gongji.desk.certificates import typeset
from gongji.desk.faces_ports import Role
from gongji.desk.identity import mask_name
from gongji.desk.office import Session
from gongji.desk.ports import Answer, AnswerKey, AnswerKind
from gongji.desk.settling import (
    Quoted,
    ReversalRequest,
    decision_of,
    quote,
    reverse_settlement,
)
from gongji.faces.billview import Named, bill_view
from gongji.faces.family.codes import read_code
from gongji.faces.forms import Form, day_typed, number_of, sum_of
from gongji.faces.rules import quotes, reason, refusal_told
from gongji.faces.visit import Visit, page_for
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.settlement.bill import SettlementRequest
from gongji.terms import (
    LOCAL_TIME,
    Care,
    Category,
    Channel,
    Credential,
    local_day,
    micros,
    moment,
)
from gongji.web.problems import Refused, accept
from gongji.web.settlement_routes import law_of, settle_bill
from gongji.web.showing import Eye
from gongji.words import name_of

CASHIER = page_for(Role.INSTITUTION)
_SUMS = ("fund_paid", "self_paid", "uncovered")
_MOST = 500


class Line(NamedTuple):
    """A line of the day's list."""

    answer: Answer
    name: str
    back: bool
    channel: str


class Total(NamedTuple):
    """A channel's count and sums (SET-15)."""

    channel: str
    bills: int
    own_fen: int
    pooled_fen: int
    cash_fen: int


def day_of(session: Session, place: str, day: date) -> list[Line]:
    """An institution's settlements and reversals of a day, newest first."""
    start = datetime.combine(day, time(), LOCAL_TIME)
    rows = session.unit.answers_of_asker(
        place, limit=_MOST, before=micros(start + timedelta(days=1))
    )
    rows = [answer for answer in rows if answer.recorded_at >= micros(start)]
    names = session.unit.identities({answer.patient for answer in rows})
    channels = {a.key.id: _channel(a) for a in rows if a.kind is AnswerKind.SETTLEMENT}
    return [
        Line(
            answer,
            mask_name(names[answer.patient].name),
            answer.kind is AnswerKind.REVERSAL,
            channels.get(answer.reverses or answer.key.id, Channel.WINDOW.value),
        )
        for answer in rows
    ]


def _channel(answer: Answer) -> str:
    return msgspec.json.decode(answer.request, type=SettlementRequest).channel.value


def totals_of(lines: list[Line]) -> list[Total]:
    """Counts and sums by channel; what went back is taken off."""
    found = []
    for channel in Channel:
        some = [line for line in lines if line.channel == channel.value]
        if some:
            signs = [(-1 if line.back else 1, line.answer) for line in some]
            found.append(
                Total(
                    channel.value,
                    sum(1 for line in some if not line.back),
                    sum(sign * one.own_fen for sign, one in signs),
                    sum(sign * one.pooled_fen for sign, one in signs),
                    sum(sign * one.cash_fen for sign, one in signs),
                )
            )
    return found


@get("/institution", opt=CASHIER, include_in_schema=False)
async def day(request: Visit, on: FromQuery[str] = "") -> Any:
    """The day's list and totals by channel."""
    today = local_day(request.office.clock())
    chosen = day_typed(on) or today
    place = request.me.subject
    lines = await request.look("day", None, lambda s: day_of(s, place, chosen))
    names = await request.counter.ask(lambda s: s.unit.institution_names([place]))
    return request.page(
        "institution/day.html",
        place=names.get(place, place),
        chosen=chosen,
        lines=lines,
        totals=totals_of(lines),
        channels={one.value: name_of(one).say(request.lang) for one in Channel},
        moment_of=moment,
        full=len(lines) >= _MOST,
    )


# Quote and settle ────────────────────────────────────────────────────────────────────────────────


def _options(request: Visit, kind: Any) -> list[tuple[str, str]]:
    return [(one.value, name_of(one).say(request.lang)) for one in kind]


def _settle_page(request: Visit, form: Mapping[str, str], **more: Any) -> Any:
    return request.page(
        "institution/settle.html",
        more.pop("status", 200),
        form=form,
        cares=_options(request, Care),
        categories=_options(request, Category),
        channels=_options(request, Channel),
        **{"errors": {}, "told": None, "quoted": None, "reasons": (), "quotes": (), **more},
    )


@get("/institution/settle", opt=CASHIER, include_in_schema=False)
async def settle_page(request: Visit) -> Any:
    """A bill."""
    return _settle_page(request, Form(await request.typed()))


async def _bill(request: Visit, form: Form, errors: dict[str, str]) -> SettlementRequest | None:
    """The bill of the form; what is wrong with it goes into `errors`."""
    say = request.say
    sums = {name: sum_of(form[name]) for name in _SUMS}
    for name, fen in sums.items():
        if fen is None:
            errors[name] = say("请填写元，最多两位小数，如 100 或 99.50")
    if form["care"] not in set(Care):
        errors["care"] = say("请选择医疗类别")
    patient, shown_by = await _patient(request, form["patient"])
    if patient is None:
        errors["patient"] = say("没有找到：请核对证件号码，或重新扫码")
    if errors or patient is None:
        return None
    fund, own, uncovered = (sums[name] or 0 for name in _SUMS)
    return SettlementRequest(
        id=form.id,
        patient=patient,
        institution=request.me.subject,
        total_fen=fund + own + uncovered,
        fund_paid_fen=fund,
        self_paid_fen=own,
        uncovered_fen=uncovered,
        care=Care(form["care"]),
        category=Category(form["category"]) if form["category"] in set(Category) else Category.DRUG,
        channel=Channel(form["channel"]) if form["channel"] in set(Channel) else Channel.WINDOW,
        credential=Credential.FAMILY_CODE if shown_by else Credential.OWN,
        shown_by=shown_by,
        sponsor=(await _patient(request, form["sponsor"]))[0] if form["sponsor"] else None,
        prescription=form["prescription"] == "yes",
    )


async def _patient(request: Visit, text: str) -> tuple[str | None, str | None]:
    """The patient of a card or code that was shown, and the holder of a family code."""
    now = int(request.office.clock().timestamp())
    if (code := read_code(request.house.secret, text, now)) is not None:
        return code
    region, number = request.me.region, number_of(text)
    found = await request.look("find", lambda id: id, lambda s: s.unit.find_person(region, number))
    return found, None


@post("/institution/settle", opt=CASHIER, include_in_schema=False)
async def settle(request: Visit) -> Any:
    """Quote first; the second press settles, once for the form's id."""
    form = await request.sent()
    errors: dict[str, str] = {}
    bill = await _bill(request, form, errors)
    if bill is None:
        return _settle_page(request, form, errors=errors, status=422)
    if form["sure"] == "yes" and "change" not in form:
        try:
            await settle_bill(request.counter, request.asks, bill)
        except Refused as error:
            told = refusal_told(request.office.law, error.refusal, request.lang)
            return _settle_page(request, form, told=told, status=409)
        return request.go(f"/institution/receipts/{bill.id}")
    if "change" in form:
        return _settle_page(request, form)
    found: Quoted | Refusal = await request.look("quote", bill.patient, lambda s: quote(s, bill))
    if isinstance(found, Refusal):
        told = refusal_told(request.office.law, found, request.lang)
        return _settle_page(request, form, told=told, status=409)
    return _settle_page(
        request,
        form,
        quoted=found.decision,
        reasons=[reason(one, request.lang) for one in found.decision.reasons],
        quotes=quotes(request.office.law, found.decision.cites, request.lang),
    )


# Receipt, and what goes back ─────────────────────────────────────────────────────────────────────


async def _stored(request: Visit, id: str) -> tuple[Answer, str, str, list[Answer]]:
    """A settlement of this institution, the patient's masked name, its own, and what went back."""
    place = request.me.subject
    key = AnswerKey(place, id)

    def found(session: Session) -> tuple[Answer, str, str, list[Answer]] | Refusal:
        answer = session.unit.answered([key]).get(key)
        if answer is None or answer.kind is not AnswerKind.SETTLEMENT:
            return refuse(Code.UNKNOWN_SETTLEMENT)
        name = session.unit.identities([answer.patient])[answer.patient].name
        places = session.unit.institution_names([place])
        return answer, mask_name(name), places.get(place, place), session.unit.reversals_of(key)

    return accept(
        await request.look(
            "receipt", lambda f: None if isinstance(f, Refusal) else f[0].patient, found
        )
    )


async def _receipt(request: Visit, id: str, **more: Any) -> Any:
    answer, name, where, backs = await _stored(request, id)
    decision = decision_of(answer)
    law = await law_of(request.office, answer.law)
    named = Named(name, where, request.say("家人"))
    left_fen = answer.self_paid_fen - sum(one.self_paid_fen for one in backs)
    return request.page(
        "institution/receipt.html",
        more.pop("status", 200),
        view=bill_view(answer, decision, law, named, request.lang, Eye.PATIENT),
        own_after=decision.own_after,
        id=id,
        backs=backs,
        left_fen=left_fen,
        whole=any(one.whole for one in backs),
        moment_of=moment,
        **{"errors": {}, "told": None, "form": Form({}), **more},
    )


@get("/institution/receipts/{id:str}", opt=CASHIER, include_in_schema=False)
async def receipt(request: Visit, id: FromPath[str]) -> Any:
    """The receipt with both balances (ACC-6), to be printed."""
    return await _receipt(request, id)


@post("/institution/receipts/{id:str}", opt=CASHIER, include_in_schema=False)
async def reverse(request: Visit, id: FromPath[str]) -> Any:
    """Give back the whole, or so much of the self-paid part."""
    form = await request.sent()
    fen = sum_of(form["sum"]) if form["sum"] else None
    if form["sum"] and not fen:
        wrong = {"sum": request.say("请填写元，最多两位小数，如 100 或 99.50")}
        return await _receipt(request, id, errors=wrong, form=form, status=422)
    asked = ReversalRequest(id=form.id, institution=request.me.subject, of=id, self_paid_fen=fen)
    found = await request.counter.do(lambda session: reverse_settlement(session, asked))
    if isinstance(found, Refusal):
        told = refusal_told(request.office.law, found, request.lang)
        return await _receipt(request, id, told=told, form=form, status=409)
    return request.go(f"/institution/receipts/{id}")


@get("/institution/receipts/{id:str}/paper", opt=CASHIER, include_in_schema=False)
async def paper(request: Visit, id: FromPath[str]) -> Any:
    """The receipt as a PDF, in Chinese; the same each time."""
    answer, name, where, _ = await _stored(request, id)
    decision = decision_of(answer)
    law = await law_of(request.office, answer.law)
    view = bill_view(answer, decision, law, Named(name, where, "家人"), "zh", Eye.PATIENT)
    said = {
        "id": id,
        "total": _plain(view.total_fen),
        "place": f"{where} · {view.care}",
        "when": f"{view.happened_at:%Y-%m-%d %H:%M}",
        "patient": name,
        "rows": [(row.payer, row.note, _plain(row.fen)) for row in view.rows],
        "current": _plain(decision.own_after.current),
        "carried": _plain(decision.own_after.carried),
        "says": view.says,
    }
    at = moment(answer.recorded_at)
    content = await asyncio.to_thread(typeset, "settlement_receipt", said, at)
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{id}.pdf"'},
    )


def _plain(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"


ROUTES = [day, settle_page, settle, receipt, paper, reverse]
