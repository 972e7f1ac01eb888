"""消费记录与对账: payments with their explanations, the monthly statement, premiums and certificates."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from gongji.desk import certificates
from gongji.desk.identity import mask_name
from gongji.desk.looking import own_bills, pooled_payments
from gongji.desk.office import Session
from gongji.desk.ports import Answer, AnswerKey, AnswerKind, Caller
from gongji.desk.premium_ports import Premium
from gongji.desk.premiums import Result, result
from gongji.desk.settling import decision_of
from gongji.desk.statements import statement
from gongji.faces.billview import Named, bill_view
from gongji.faces.charts import PAYERS, payers, stacked
from gongji.faces.family.shared import BOTH, Of, at, family
from gongji.faces.language import written_month
from gongji.faces.rules import quotes, stated
from gongji.faces.visit import Visit
from gongji.policy.contributions import ResultState
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.terms import Purse, local_day, moment, region_of
from gongji.web.problems import accept
from gongji.web.settlement_routes import law_of
from gongji.web.showing import Eye
from gongji.words import REFUSALS

NEWEST = 300
"""So many of the newest payments are looked through; the months before are in the statements."""


class Payment(NamedTuple):
    """A line of the list, with what this eye may see of it."""

    answer: Answer
    name: str
    place: str
    own: bool
    back: bool


class Payments(NamedTuple):
    """The list, and what it can be narrowed to."""

    rows: tuple[Payment, ...]
    people: tuple[tuple[str, str], ...]
    months: Mapping[str, Mapping[str, int]]  # what was paid by whom, what went back taken off


def payments_of(session: Session, person: str, asks: Caller, who: str, month: str) -> Payments:
    """A person's own bills and what others have paid from its pool, newest first."""
    found: dict[AnswerKey, Answer] = {}
    for some in (
        own_bills(session, person, asks, limit=NEWEST),
        pooled_payments(session, person, asks, limit=NEWEST),
    ):
        if not isinstance(some, Refusal):
            found.update((answer.key, answer) for answer in some)
    kinds = (AnswerKind.SETTLEMENT, AnswerKind.REVERSAL)
    rows = [answer for answer in found.values() if answer.kind in kinds]
    rows.sort(key=lambda answer: answer.recorded_at, reverse=True)
    names = session.unit.identities({answer.patient for answer in rows})
    places = session.unit.institution_names({answer.key.asker for answer in rows})
    shown = [
        Payment(
            answer,
            mask_name(names[answer.patient].name),
            places.get(answer.key.asker, ""),
            answer.patient == person,
            answer.kind is AnswerKind.REVERSAL,
        )
        for answer in rows
    ]
    people = {row.answer.patient: row.name for row in shown}
    return Payments(
        rows=tuple(
            row
            for row in shown
            if who in ("", row.answer.patient) and month in ("", _month(row.answer))
        ),
        people=tuple(people.items()),
        months=_by_month(row for row in shown if who in ("", row.answer.patient)),
    )


def _by_month(rows: Iterable[Payment]) -> dict[str, dict[str, int]]:
    """The months, newest first: what the pool, the own account and cash have paid."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        sums = found.setdefault(_month(row.answer), dict.fromkeys(PAYERS, 0))
        for key in PAYERS if row.own else ("pooled",):
            fen = getattr(row.answer, f"{key}_fen")
            sums[key] += -fen if row.back else fen
    return dict(sorted(found.items(), reverse=True))


def _month(answer: Answer) -> str:
    return f"{moment(answer.happened_at):%Y-%m}"


@get(at("/payments"), opt=BOTH, include_in_schema=False)
async def payments(
    request: Visit, person: Of = None, who: FromQuery[str] = "", month: FromQuery[str] = ""
) -> Any:
    """Payments, by person and month."""
    on, asks = request.behalf(person), request.asks
    found = await request.look(
        "payments", on.person, lambda s: payments_of(s, on.person, asks, who, month)
    )
    return request.page(
        "family/payments.html",
        on=on,
        found=found,
        who=who,
        month=month,
        moment_of=moment,
        payers=payers(request.lang),
        chart=stacked(
            [
                (written_month(one, request.lang), {key: max(fen, 0) for key, fen in sums.items()})
                for one, sums in reversed([*found.months.items()][:12])
            ],
            each=2 if len(found.months) > 6 else 1,
        ),
    )


@get(at("/payments/{institution:str}/{id:str}"), opt=BOTH, include_in_schema=False)
async def payment(
    request: Visit, institution: FromPath[str], id: FromPath[str], person: Of = None
) -> Any:
    """One payment: who paid what, why, and by which words."""
    on, key = request.behalf(person), AnswerKey(institution, id)

    def found(session: Session) -> tuple[Answer, dict[str, str], str, int] | Refusal:
        answer = session.unit.answered([key]).get(key)
        if answer is not None and answer.kind is AnswerKind.REVERSAL and answer.reverses:
            answer = session.unit.answered([AnswerKey(institution, answer.reverses)]).get(
                AnswerKey(institution, answer.reverses)
            )
        if answer is None or on.person not in (answer.patient, answer.sponsor):
            return refuse(Code.UNKNOWN_SETTLEMENT)
        if answer.kind is not AnswerKind.SETTLEMENT:
            return refuse(Code.UNKNOWN_SETTLEMENT)
        people = [answer.patient, *([answer.sponsor] if answer.sponsor else [])]
        names = {k: mask_name(v.name) for k, v in session.unit.identities(people).items()}
        place = session.unit.institution_names([institution]).get(institution, "")
        back = sum(one.self_paid_fen for one in session.unit.reversals_of(answer.key))
        return answer, names, place, back

    answer, names, place, back = accept(await request.look("payment", on.person, found))
    eye = Eye.PATIENT if answer.patient == on.person else Eye.SPONSOR
    if on.at_window:
        eye = Eye.OFFICE
    law = await law_of(request.office, answer.law)
    named = Named(names[answer.patient], place, names.get(answer.sponsor or "", ""))
    view = bill_view(answer, decision_of(answer), law, named, request.lang, eye)
    words = stated(request.law_in(region_of(on.person)).reporting)
    return request.page(
        "family/payment.html",
        on=on,
        view=view,
        back=back,
        quotes=quotes(request.office.law, words, request.lang),
    )


# The month ───────────────────────────────────────────────────────────────────────────────────────


@get(at("/statement"), opt=BOTH, include_in_schema=False)
async def month_statement(request: Visit, person: Of = None, month: FromQuery[str] = "") -> Any:
    """医保金月度对账单 (ACC-6)."""
    on = request.behalf(person)
    months = _last_months(local_day(request.office.clock()))
    month = month if month in months else months[1]
    found = accept(
        await request.look("statement", on.person, lambda s: statement(s, on.person, month))
    )
    law = request.law_in(region_of(on.person))
    return request.page(
        "family/statement.html",
        on=on,
        found=found,
        months=months,
        month=month,
        purses=[p for p in (Purse.CURRENT, Purse.CARRIED) if p in law.purses.value],
        quotes=quotes(request.office.law, [law.statement_month.key], request.lang),
    )


def _last_months(today: date) -> list[str]:
    """This month and those before it, a year in all, newest first."""
    count = today.year * 12 + today.month - 1
    return [f"{(count - n) // 12}-{(count - n) % 12 + 1:02d}" for n in range(13)]


# Premiums ────────────────────────────────────────────────────────────────────────────────────────


@get(at("/premiums"), opt=BOTH, include_in_schema=False)
async def premiums(request: Visit, person: Of = None) -> Any:
    """Resident premiums of oneself and of one's members: what became of each."""
    on, asks = request.behalf(person), request.asks
    view = await family(request, on, "premiums")
    names = {on.person: mask_name(view.identity.name)}
    names.update((one.bond.member, one.name) for one in view.members)

    def found(session: Session) -> list[Result]:
        known = session.unit.premiums_of_people(names)
        shown = ((one, result(session, one.person, one.year, asks)) for one in known)
        return [
            _not_announced(premium) if isinstance(found, Refusal) else found
            for premium, found in shown
            if not isinstance(found, Refusal) or found.code is Code.NOT_CONFIGURED
        ]

    rows = await request.counter.ask(found)
    law = request.law_in(region_of(on.person))
    return request.page(
        "family/premiums.html",
        on=on,
        view=view,
        rows=[
            (
                one,
                names[one.premium.person],
                REFUSALS[one.code].says if one.code else None,
                REFUSALS[one.code].remedy if one.code else None,
            )
            for one in rows
        ],
        quotes=quotes(
            request.office.law,
            [law.contribution_pays.key, law.premium_balance.key],
            request.lang,
        ),
    )


def _not_announced(premium: Premium) -> Result:
    """A premium that is declared for a year of which the region has said nothing yet."""
    return Result(premium=premium, state=ResultState.NOT_PUBLISHED, withdrawal=None, cites=())


@get(at("/premiums/{of:str}/{year:int}/certificate"), opt=BOTH, include_in_schema=False)
async def certificate(
    request: Visit, of: FromPath[str], year: FromPath[int], person: Of = None
) -> Any:
    """缴费证明 as a PDF."""
    request.behalf(person)
    asks = request.asks

    def made(
        session: Session,
    ) -> tuple[certificates.Certificate, certificates.Printed] | Refusal:
        found = certificates.certificate_of(session, of, year, asks)
        return (
            found if isinstance(found, Refusal) else (found, certificates.printed(session, found))
        )

    found, words = accept(await request.look("certificate", of, made))
    base = request.house.public_address or str(request.base_url)
    url = certificates.signer(base, request.app.state.certificate_key)(found)
    content = await asyncio.to_thread(certificates.pdf_of, found, words, url)
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{found.number}.pdf"'},
    )


ROUTES = [payments, payment, month_statement, premiums, certificate]
