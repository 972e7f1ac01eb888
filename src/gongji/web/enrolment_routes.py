"""参保长效机制 · lasting enrolment: waiting months, the day benefits start, steps of the ceiling.

Nothing of anybody is looked up: who asks says the years, and the law answers. So anyone may ask.
"""

from litestar import post
from litestar.params import JSONBody

from gongji.policy.enrolment import Enrolling, History, ceiling, waiting
from gongji.policy.questions import DayLaw
from gongji.terms import local_day
from gongji.web.access import ANYONE, Call
from gongji.web.forms import BadInput
from gongji.web.problems import accept
from gongji.web.reading import Strict, law_on
from gongji.web.shapes import CeilingAsked, WaitingAsked
from gongji.web.showing import cites
from gongji.web.shown_enrolment import CeilingShown, StepShown, WaitingShown
from gongji.words import Words


@post("/enrolment/waiting", opt=ANYONE, dto=Strict, return_dto=None, status_code=200,
      operation_id="ask_waiting")  # fmt: skip
async def wait(request: Call, data: JSONBody[WaitingAsked]) -> WaitingShown:
    """等待期: the waiting months of a resident, with the arithmetic in words, and the first day with
    benefits (ENR-1 to ENR-3)."""
    asked = Enrolling(
        missed=data.missed,
        enrolled_for=data.enrolled_for,
        paid_on=data.paid_on,
        in_period=data.in_period,
        back_paid=data.back_paid,
    )
    if wrong := asked.wrong():
        field, said = wrong
        raise BadInput(
            field,
            said,
            Words("与参保年度相符的值", "what fits the year enrolled for"),
            Words("对照参保年度改正。", "Compare it with the year enrolled for."),
        )
    found = accept(waiting(asked, _law(request, data.region)))
    return WaitingShown(
        region=data.region,
        months=found.months,
        benefits_from=found.benefits_from,
        steps=_steps(found.lines),
        cites=cites(request.office.law, found.cites),
    )


@post("/enrolment/ceiling", opt=ANYONE, dto=Strict, return_dto=None, status_code=200,
      operation_id="ask_ceiling")  # fmt: skip
async def raised(request: Call, data: JSONBody[CeilingAsked]) -> CeilingShown:
    """大病保险最高支付限额: how often it is raised and lowered in a year, with the sums where the
    region has amounts; they are null, not zero, where none are configured (ENR-4, ENR-5)."""
    history = History(
        enrolled=data.enrolled,
        missed=data.missed,
        zero_claim=data.zero_claim,
        raised_used_in=data.raised_used_in,
    )
    found = accept(ceiling(history, data.year, _law(request, data.region)))
    return CeilingShown(
        region=data.region,
        year=data.year,
        continuous_years=found.continuous_years,
        continuous_steps=found.continuous_steps,
        zero_claim_steps=found.zero_claim_steps,
        lowered_years=found.lowered_years,
        amounts_configured=found.ceiling_fen is not None,
        raised_fen=found.raised_fen,
        lowered_fen=found.lowered_fen,
        ceiling_fen=found.ceiling_fen,
        steps=_steps(found.lines),
        cites=cites(request.office.law, found.cites),
    )


def _law(request: Call, region: str) -> DayLaw:
    today = local_day(request.office.clock())
    return law_on(request.office.law, region, today, field="region", region_field="region")


def _steps(lines: tuple[Words, ...]) -> tuple[StepShown, ...]:
    return tuple(StepShown(zh=line.zh, en=line.en) for line in lines)


ROUTES = [wait, raised]
