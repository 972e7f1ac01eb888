"""收费处: one form, by keyboard; a quote shows who would pay what, and settling leads to the receipt."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
from litestar import get, post

from gongji.desk.applications import Act, leave_trace
from gongji.desk.finding import find_holder
from gongji.desk.identity import mask_name
from gongji.desk.office import Session
from gongji.desk.ports import AnswerKey, AnswerKind, HourSums
from gongji.desk.settling import Answered, Quoted, quote, settle_batch
from gongji.faces.charts import hourly, payers, stacked
from gongji.faces.forms import Form, no_sum, number_of, sum_of
from gongji.faces.institution.shared import CASHIER, after, status_of
from gongji.faces.rules import quotes, reason, refusal_told
from gongji.faces.seals import read_code
from gongji.faces.visit import Visit
from gongji.policy.pack import NoProvision
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.settlement.bill import AskerId, Institution, PersonId, SettlementRequest
from gongji.terms import (
    LARGEST_FEN,
    LOCAL_TIME,
    Care,
    Category,
    Channel,
    Credential,
    InstitutionKind,
    local_day,
    micros,
    midnight,
    region_of,
    yuan_text,
)
from gongji.words import name_of

_SUMS = ("fund", "self_paid", "uncovered")
_CLOCKS_DIFFER = timedelta(minutes=5)


def _options(request: Visit, kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(one.value, name_of(one).say(request.lang)) for one in kind]


async def _page(request: Visit, form: Mapping[str, str], **more: Any) -> Any:
    """The form, with the day so far beside it."""
    place, today = request.me.subject, local_day(request.office.clock())

    since = micros(midnight(today))
    until = micros(midnight(today + timedelta(days=1)))

    def known(session: Session) -> tuple[Institution, str, list[HourSums]]:
        unit = session.unit
        sums = unit.hour_sums([region_of(place)], since, until, place)
        return unit.institutions([place])[place], unit.institution_names([place])[place], sums

    here, name, sums = await request.counter.ask(known)
    pharmacy = here.kind is InstitutionKind.PHARMACY
    defaults = {
        "care": (Care.PHARMACY if pharmacy else Care.OUTPATIENT).value,
        "channel": (Channel.PHARMACY if pharmacy else Channel.WINDOW).value,
        "category": Category.DRUG.value,
        "listed": "yes",
    }
    hours = hourly(sums)
    bills = {kind: sum(one.bills for one in sums if one.kind is kind) for kind in AnswerKind}
    paid_fen = sum(
        (one.own_fen + one.pooled_fen + one.cash_fen)
        * (1 if one.kind is AnswerKind.SETTLEMENT else -1)
        for one in sums
    )
    return request.page(
        "institution/console.html",
        more.pop("status", 200),
        place=name,
        form=dict(form) or defaults,
        cares=_options(request, Care),
        categories=_options(request, Category),
        channels=_options(request, Channel),
        payers=payers(request.lang),
        settled=bills[AnswerKind.SETTLEMENT],
        reversed=bills[AnswerKind.REVERSAL],
        paid_fen=paid_fen,
        hours=stacked([(f"{hour}", values) for hour, values in hours.items()], each=3),
        by_hour=[(hour, values) for hour, values in hours.items() if any(values.values())],
        today=today,
        **{
            "errors": {}, "told": None, "quoted": None, "patient": "", "after": (), "reasons": (),
            "quotes": (), **more,
        },
    )  # fmt: skip


@get("/institution", opt=CASHIER, include_in_schema=False)
async def console(request: Visit) -> Any:
    """The form, and the day so far; with its quote, where one was asked for."""
    typed = await request.typed()
    if typed.get("do") != "quote":
        return await _page(request, typed)
    return await _quote(request, Form({**typed, "id": request.query_params["kept"]}))


# The bill that is typed ──────────────────────────────────────────────────────────────────────────


class _Patient(NamedTuple):
    """Whose card, code or number was shown; `holder` is who holds a family code."""

    id: str | None
    holder: str | None = None


async def _patient(request: Visit, text: str) -> _Patient:
    now = int(request.office.clock().timestamp())
    if (code := read_code(request.house.secret, text, now)) is not None:
        return _Patient(*code)
    number = number_of(text)
    known = text if _fits(text, PersonId) else None

    def found(session: Session) -> str | None:
        if known is not None and known in session.unit.people([known]):
            return known
        own = request.me.region
        for region in sorted(session.law.packs, key=lambda one: one != own):
            if (id := find_holder(session, region, number)) is not None:
                return id
        return None

    if request.method == "GET":  # found and traced when it was sent; the quote leaves its own trace
        return _Patient(await request.counter.ask(found))
    return _Patient(await request.look("find", lambda id: id, found) if text else None)


def _fits(text: str, form: Any) -> bool:
    try:
        msgspec.convert(text, form)
    except msgspec.ValidationError:
        return False
    return True


def _happened(request: Visit, text: str, errors: dict[str, str]) -> datetime | None:
    """When a late bill was settled at the institution; left out, it is now."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=LOCAL_TIME)
    except ValueError:
        errors["happened_at"] = request.say("请填写日期和时间，如 2025-11-01 09:30")
        return None
    if found > request.office.clock() + _CLOCKS_DIFFER:
        errors["happened_at"] = request.say("时间在将来。请填写实际结算的时间，或不填")
    return found


async def _bill(request: Visit, form: Form, errors: dict[str, str]) -> SettlementRequest | None:
    """The bill of the form; what is wrong with it goes into `errors`."""
    say = request.say
    patient = await _patient(request, form["patient"])
    if not form["patient"]:
        errors["patient"] = say("请刷卡、扫码，或输入证件号码")
    elif patient.id is None:
        errors["patient"] = say("没有找到：请核对证件号码。亲情码五分钟有效，过期请重新出示")
    sums = {name: sum_of(form[name]) for name in _SUMS}
    total = sum_of(form["total"])
    for name, fen in {**sums, "total": total}.items():
        if fen is None:
            errors[name] = no_sum(say)
    if form["care"] not in set(Care):
        errors["care"] = say("请选择医疗类别")
    sponsor = await _patient(request, form["sponsor"]) if form["sponsor"] else _Patient(None)
    if form["sponsor"] and sponsor.id is None:
        errors["sponsor"] = say("没有找到组建人：请核对证件号码")
    if form["number"] and not _fits(form["number"], AskerId):
        errors["number"] = say("流水号只用字母、数字和 . _ : -，最多 64 位；不填由系统编号")
    happened_at = _happened(request, form["happened_at"], errors)
    if errors or patient.id is None:
        return None
    fund, own, uncovered = (sums[name] or 0 for name in _SUMS)
    parts = fund + own + uncovered
    if form["total"].strip() and total != parts:
        errors["total"] = say("三项相加是 %(sum)s 元，与总费用不符。请核对", sum=yuan_text(parts))
    if parts > LARGEST_FEN:
        errors["self_paid"] = say("金额过大，请核对")
    _law_of(request, patient.id, happened_at, errors)
    if errors:
        return None
    return SettlementRequest(
        id=form["number"] or form.id,
        patient=patient.id,
        institution=request.me.subject,
        total_fen=parts,
        fund_paid_fen=fund,
        self_paid_fen=own,
        uncovered_fen=uncovered,
        care=Care(form["care"]),
        category=Category(form["category"]) if form["category"] in set(Category) else Category.DRUG,
        channel=Channel(form["channel"]) if form["channel"] in set(Channel) else Channel.WINDOW,
        credential=Credential.FAMILY_CODE if patient.holder else Credential.OWN,
        shown_by=patient.holder,
        sponsor=sponsor.id,
        prescription=form["prescription"] == "yes",
        listed=form["listed"] == "yes",
        happened_at=happened_at,
    )


def _law_of(
    request: Visit, patient: str, happened_at: datetime | None, errors: dict[str, str]
) -> None:
    """Whether the patient's region has a law on the day of the bill; nothing is guessed."""
    day: date = local_day(happened_at or request.office.clock())
    try:
        request.office.law.on(region_of(patient), day)
    except NoProvision:
        errors["happened_at"] = request.say("参保地的规定没有覆盖这一天，不能结算")


# Quote and settle ────────────────────────────────────────────────────────────────────────────────


@post("/institution", opt=CASHIER, include_in_schema=False)
async def enter(request: Visit) -> Any:
    """Quote, on a page that can be read again; or settle, once for the bill's number."""
    form = await request.sent()
    errors: dict[str, str] = {}
    bill = await _bill(request, form, errors)
    if bill is None:
        return await _page(request, form, errors=errors, status=422)
    if form["do"] == "settle":
        return await _settle(request, form, bill)
    kept = await request.keep(form.id, request.url.path, {**form.typed(), "do": "quote"})
    return request.go("/institution", kept=kept.id)


async def _quote(request: Visit, form: Form) -> Any:
    """The quote of a bill that was typed, which books nothing. One that has been settled since
    leads to its receipt."""
    errors: dict[str, str] = {}
    bill = await _bill(request, form, errors)
    if bill is None:
        return await _page(request, form, errors=errors, status=422)
    found = await request.look("quote", bill.patient, lambda session: _quoted(session, bill))
    if isinstance(found, Refusal):
        return await _refused(request, form, found)
    if isinstance(found, AnswerKey):
        return request.go(f"/institution/receipts/{found.id}")
    quoted, name = found
    law = request.law_in(region_of(bill.patient))
    return await _page(
        request,
        form,
        quoted=quoted.decision,
        patient=name,
        after=after(quoted.decision.own_after, len(law.purses.value) > 1, request),
        reasons=[reason(one, request.lang) for one in quoted.decision.reasons],
        quotes=quotes(request.office.law, quoted.decision.cites, request.lang),
    )


def _quoted(session: Session, bill: SettlementRequest) -> tuple[Quoted, str] | AnswerKey | Refusal:
    key = AnswerKey(bill.institution, bill.id)
    if (settled := session.unit.answered([key]).get(key)) is not None:
        return key if settled.request == msgspec.json.encode(bill) else refuse(Code.ID_REUSED)
    found = quote(session, bill)
    if isinstance(found, Refusal):
        return found
    return found, mask_name(session.unit.identities([bill.patient])[bill.patient].name)


async def _settle(request: Visit, form: Form, bill: SettlementRequest) -> Any:
    """Settle through the writer's queue, in the order of arrival, with its line on the trail."""
    me, act = request.me, Act("settle", bill.patient, request.address, bill.id)

    def settled(session: Session) -> Answered | Refusal:
        (found,) = settle_batch(session, [bill])
        if isinstance(found, Answered) and not found.repeated:
            leave_trace(session, me, act)
        return found

    regions = {region_of(bill.patient), region_of(bill.institution)}
    found = await request.counter.do(settled, *regions)
    if isinstance(found, Refusal):
        return await _refused(request, form, found)
    return request.go(f"/institution/receipts/{bill.id}")


async def _refused(request: Visit, form: Form, refusal: Refusal) -> Any:
    """The form with the refusal. A number that is used up is not offered again."""
    kept = dict(form)
    if refusal.code is Code.ID_REUSED:
        kept.pop("id", None)
    told = refusal_told(request.office.law, refusal, request.lang)
    return await _page(request, kept, told=told, status=status_of(refusal))


ROUTES = [console, enter]
