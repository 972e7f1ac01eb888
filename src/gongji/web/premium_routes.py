"""共济缴费 · premiums: registered at the window, their results, and the certificate as JSON and PDF."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from litestar import Response, get, post
from litestar.params import JSONBody

from gongji.desk.certificates import Certificate, Printed, certificate_of, pdf_of, printed, signer
from gongji.desk.office import Session
from gongji.desk.premium_ports import Premium
from gongji.desk.premiums import PremiumDue, Result, premium_of, register_premium, withdrawal
from gongji.desk.premiums import result as result_of
from gongji.policy.contributions import Withdrawal
from gongji.policy.refusal import Refusal
from gongji.terms import moment, region_of
from gongji.web.access import CLERK, PERSON, Call, acts_for, hidden, only
from gongji.web.parameters import PersonInPath, YearInPath
from gongji.web.problems import accept
from gongji.web.reading import Strict
from gongji.web.settlement_routes import law_of
from gongji.web.showing import WHY_REFUSED, cite, cites
from gongji.web.shown import Cite
from gongji.web.shown_calendar import CertificateShown, PremiumResult, PremiumShown, WithdrawalShown

T = TypeVar("T")


@post("/premiums", opt=only(CLERK), dto=Strict, return_dto=None, status_code=200,
      operation_id="register_premium")  # fmt: skip
async def register(request: Call, data: JSONBody[PremiumDue]) -> PremiumShown:
    """缴费申报: register a resident premium that is due. The same again gives what is known."""
    acts_for(request.caller, data.person)
    by = request.caller.subject

    def registered(session: Session) -> tuple[Premium, Withdrawal | None] | Refusal:
        premium = register_premium(session, data, by)
        return premium if isinstance(premium, Refusal) else (premium, withdrawal(session, premium))

    premium, until = accept(await request.counter.do(registered, region_of(data.person)))
    return PremiumShown(
        region=premium.region,
        year=premium.year,
        number=premium.number,
        person=premium.person,
        via=premium.via,
        amount_fen=premium.amount_fen,
        state=premium.state,
        registered_at=moment(premium.registered_at),
        withdrawal=_withdrawal(request, until),
    )


@get("/premiums/{person:str}/{year:int}", opt=only(PERSON, CLERK, look="premiums"),
     operation_id="get_premium")  # fmt: skip
async def result(request: Call, person: PersonInPath, year: YearInPath) -> PremiumResult:
    """缴费结果: what became of a premium, from the day on which results are published (CON-6). For
    the person, its sponsor and the window."""
    caller = request.caller
    found = await _asked(request, person, lambda session: result_of(session, person, year, caller))
    return await _result(request, found)


@get("/premiums/{person:str}/{year:int}/certificate", opt=only(PERSON, CLERK, look="certificate"),
     operation_id="get_certificate")  # fmt: skip
async def certificate(request: Call, person: PersonInPath, year: YearInPath) -> CertificateShown:
    """缴费证明: what the certificate says, from the tenth working day after the deduction on
    (CON-7); before, the problem says from when."""
    made, words, url, premium = await _certificate(request, person, year)
    return CertificateShown(
        number=made.number,
        region=region_of(made.person),
        region_zh=words.region_name,
        region_en=words.region_name_en,
        person_name=words.person_name,
        person_number=words.person_number,
        sponsor_name=words.sponsor_name,
        year=made.year,
        amount_fen=made.amount_fen,
        deducted_on=made.deducted_on,
        available_from=made.available_from,
        verify_url=url,
        cites=await _cites(request, made.cites, premium),
    )


@get("/premiums/{person:str}/{year:int}/certificate.pdf", opt=only(PERSON, CLERK, look="certificate"),
     media_type="application/pdf", operation_id="print_certificate")  # fmt: skip
async def paper(request: Call, person: PersonInPath, year: YearInPath) -> Response[bytes]:
    """缴费证明 on paper: a PDF with a QR code that leads to the page that verifies it."""
    made, words, url, _ = await _certificate(request, person, year)
    content = await asyncio.to_thread(pdf_of, made, words, url)  # the typesetter is loaded in there
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{made.number}.pdf"'},
    )


async def _certificate(
    request: Call, person: str, year: int
) -> tuple[Certificate, Printed, str, Premium]:
    """The certificate, its printed words, the address that verifies it, the premium."""
    caller = request.caller

    def made(session: Session) -> tuple[Certificate, Printed, Premium] | Refusal:
        found = certificate_of(session, person, year, caller)
        if isinstance(found, Refusal):
            return found
        premium = accept(premium_of(session, person, year))
        return found, printed(session, found), premium

    found, words, premium = await _asked(request, person, made)
    state = request.app.state
    base: str = state.public_address or str(request.base_url)
    key: bytes = state.certificate_key
    return found, words, signer(base, key)(found), premium


async def _asked(request: Call, person: str, use_case: Callable[[Session], T | Refusal]) -> T:
    """The desk's answer. Whoever is not bound to the person learns nothing of it, not even whether
    a premium is registered (NET-13)."""
    caller = request.caller

    def asked(session: Session) -> T | Refusal:
        found, region = use_case(session), region_of(person)
        bonds = session.unit.contributing_bonds(region, [person], session.at).get(person, ())
        bound = any(caller.may_act_for(bond.sponsor) for bond in bonds)
        return found if bound else hidden(request, found, person)

    return accept(await request.read(asked, person))


def _withdrawal(request: Call, found: Withdrawal | None) -> WithdrawalShown | None:
    if found is None:
        return None
    return WithdrawalShown(until=found.until, cites=cites(request.office.law, found.cites))


async def _result(request: Call, found: Result) -> PremiumResult:
    premium = found.premium
    return PremiumResult(
        person=premium.person,
        year=premium.year,
        via=premium.via,
        amount_fen=premium.amount_fen,
        state=found.state,
        refused=WHY_REFUSED[found.code] if found.code else None,
        certificate_from=found.certificate_from,
        unknown_year=found.unknown_year,
        withdrawal=_withdrawal(request, found.withdrawal),
        cites=await _cites(request, found.cites, premium),
    )


async def _cites(request: Call, keys: tuple[str, ...], premium: Premium) -> tuple[Cite, ...]:
    """What a deduction was decided by, in the words of the law of that day; the rest in today's."""
    today = request.office.law
    then = today if premium.law is None else await law_of(request.office, premium.law)
    return tuple(cite(then if key in premium.cites else today, key) for key in keys)


ROUTES = [register, result, certificate, paper]
