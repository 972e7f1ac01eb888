"""为什么不能支付: every cause that would shut the pool now, with the rule's words and what to do."""

from typing import Any

from litestar import get
from litestar.params import FromQuery

from gongji.desk.office import Session
from gongji.desk.settling import Quoted, quote
from gongji.faces.family.shared import BOTH, Of, at
from gongji.faces.forms import no_sum, sum_of
from gongji.faces.rules import quotes, reason, refusal_told
from gongji.faces.visit import Visit
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import Bill, Institution
from gongji.terms import Care, InstitutionKind, region_of
from gongji.words import name_of

_CARES = [care for care in Care if care is not Care.PHARMACY]


@get(at("/why"), opt=BOTH, include_in_schema=False)
async def why(
    request: Visit,
    person: Of = None,
    place: FromQuery[str] = "",
    care: FromQuery[str] = "",
    amount: FromQuery[str] = "",
    prescription: FromQuery[str] = "",
    tried: FromQuery[str] = "",
) -> Any:
    """A bill that is thought of, and what would be decided now. Nothing is written."""
    on = request.behalf(person)
    region = region_of(on.person)
    places = await request.counter.ask(lambda s: s.unit.institutions_in(region))
    known = {one.id: one for one, _ in places}
    self_fen = sum_of(amount) if amount else 100_00
    errors = {}
    if self_fen is None:
        errors["amount"] = no_sum(request.say)
    if tried and place not in known:
        errors["place"] = request.say("请选择去了哪家机构")
    found: Quoted | Refusal | None = None
    if tried and not errors:
        bill = _bill(on.person, known[place], care, self_fen or 0, bool(prescription))
        found = await request.look("why", on.person, lambda s: _asked(s, bill))
    context: dict[str, Any] = {"told": None, "decision": None, "reasons": (), "quotes": ()}
    if isinstance(found, Refusal):
        context["told"] = refusal_told(request.office.law, found, request.lang)
    elif found is not None:
        context["decision"] = found.decision
        context["reasons"] = [reason(one, request.lang) for one in found.decision.reasons]
        context["quotes"] = quotes(request.office.law, found.decision.cites, request.lang)
    return request.page(
        "family/why.html",
        on=on,
        errors=errors,
        places=[(one.id, name) for one, name in places],
        cares=[(one.value, name_of(one).say(request.lang)) for one in _CARES],
        fields={
            "place": place,
            "care": care,
            "amount": amount or "100",
            "prescription": bool(prescription),
        },
        **context,
    )


def _bill(patient: str, place: Institution, care: str, self_fen: int, prescription: bool) -> Bill:
    at_pharmacy = place.kind is InstitutionKind.PHARMACY
    chosen = Care(care) if care in {one.value for one in _CARES} else Care.OUTPATIENT
    return Bill(
        patient=patient,
        institution=place.id,
        total_fen=self_fen,
        fund_paid_fen=0,
        self_paid_fen=self_fen,
        uncovered_fen=0,
        care=Care.PHARMACY if at_pharmacy else chosen,
        prescription=prescription,
    )


def _asked(session: Session, bill: Bill) -> Quoted | Refusal:
    return quote(session, bill)


ROUTES = [why]
