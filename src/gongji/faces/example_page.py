"""示例账单: a page without a sign-in, where one family's bill is settled, drawn and explained.

Rendered on the server, without script. A form is posted, settled like any other bill through the
counter, and answered with a redirect, so that nothing is settled twice by looking again.
"""

import asyncio
import secrets
from typing import NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from gongji.desk.counter import Busy
from gongji.desk.office import Session
from gongji.desk.people import balances_of
from gongji.desk.ports import Answer, AnswerKey, AnswerKind, Caller, CallerKind, StoreUnavailable
from gongji.desk.settling import decision_of, replay
from gongji.faces.billview import BillView, Named, bill_view
from gongji.faces.money import NoSum, fen_of
from gongji.faces.sample import SampleInfo, SampleInstitution
from gongji.faces.visit import OPEN_PAGE, Visit
from gongji.policy.pack import NoProvision
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import Balances, SettlementRequest
from gongji.terms import NEVER, Care, Channel, Purse, local_day, region_of, yuan_text
from gongji.web.forms import BadInput
from gongji.web.problems import Refused
from gongji.web.reading import read_body
from gongji.web.settlement_routes import law_of, settle_bill
from gongji.words import REFUSALS, Words, name_of


class Fields(NamedTuple):
    """The form as it was filled in: yuan as text."""

    id: str
    patient: str
    care: str = "outpatient"
    fund_paid: str = "120.00"
    self_paid: str = "150.00"
    uncovered: str = "30.00"
    prescription: bool = True


@get("/example", opt=OPEN_PAGE, include_in_schema=False)
async def home(request: Visit) -> Response[str]:
    """The family, the form, and the newest bill."""
    return await _home(request, _sample(request))


async def _home(
    request: Visit,
    sample: SampleInfo,
    fields: Fields | None = None,
    wrong: tuple[str, Words, Words] | None = None,
    status: int = 200,
) -> Response[str]:
    balances, newest = await request.counter.ask(lambda session: _family(session, sample))
    law = request.office.law.on(region_of(sample.sponsor.id), local_day(request.office.clock()))
    held = balances[sample.sponsor.id]
    lang = request.lang
    return request.page(
        "example.html",
        status,
        path="/example",  # where the switches of language and look lead, after a slip too
        sample=sample,
        fields=fields or Fields(_fresh_id(), sample.patients[0].id),
        wrong=wrong,
        cares=[(care.value, name_of(care).say(lang)) for care in _cares(sample)],
        held=held,
        pooled_fen=sum(held.of(purse) for purse in law.pooled_purses.value),
        two_purses=len(law.purses.value) > 1,
        purses={purse.value: name_of(purse).say(lang) for purse in Purse},
        balances=balances,
        example_id=_fresh_id(),
        tokens={id: request.app.state.doorkeeper.token(id) for id in sample.people()},
        view=None if newest is None else await _view(request, sample, newest),
    )


def _family(session: Session, sample: SampleInfo) -> tuple[dict[str, Balances], Answer | None]:
    """What the family has, and its newest bill at the sample's institutions."""
    people = sample.people()
    balances = {}
    for id in people:
        held = balances_of(session, id)
        balances[id] = Balances() if isinstance(held, Refusal) else held
    rows = session.unit.answers_of_patients(people, limit=50, before=NEVER)
    ours = (row for row in rows if _is_shown(sample, row))
    return balances, next(ours, None)


def _is_shown(sample: SampleInfo, answer: Answer) -> bool:
    return (
        answer.kind is AnswerKind.SETTLEMENT
        and answer.patient in sample.people()
        and answer.key.asker in sample.institutions()
    )


def _cares(sample: SampleInfo) -> list[Care]:
    return [care for care in Care if care is not Care.PHARMACY or sample.pharmacy is not None]


def _fresh_id() -> str:
    return f"page-{secrets.token_hex(6)}"


async def _view(request: Visit, sample: SampleInfo, answer: Answer) -> BillView:
    law = await law_of(request.office, answer.law)
    people, places = sample.people(), sample.institutions()
    named = Named(people[answer.patient].name, places[answer.key.asker].name, sample.sponsor.name)
    return bill_view(answer, decision_of(answer), law, named, request.lang)


@get("/bills/{institution:str}/{id:str}", opt=OPEN_PAGE, include_in_schema=False)
async def bill(request: Visit, institution: FromPath[str], id: FromPath[str]) -> Response[str]:
    """A settled bill of the sample family. Other people's bills are not shown to passers-by."""
    sample, key = _sample(request), AnswerKey(institution, id)
    found = await request.counter.ask(lambda session: session.unit.answered([key]))
    answer = found.get(key)
    if answer is None or not _is_shown(sample, answer):
        raise NotFoundException
    view = await _view(request, sample, answer)
    again = await asyncio.to_thread(replay, request.office, answer)
    return request.page("bill.html", view=view, sample=sample, same=again.same)


@post("/bills", opt=OPEN_PAGE, include_in_schema=False)
async def settle(request: Visit) -> Response[str] | Redirect:
    """Settle what the form says, then lead to the bill's own page."""
    sample, form = _sample(request), await request.sent()
    fields = Fields(
        id=form["id"],
        patient=form["patient"],
        care=form["care"],
        fund_paid=form["fund_paid"],
        self_paid=form["self_paid"],
        uncovered=form["uncovered"],
        prescription="prescription" in form,
    )
    return await _settle(request, sample, fields)


@post("/bills/example", opt=OPEN_PAGE, include_in_schema=False)
async def settle_example(request: Visit) -> Response[str] | Redirect:
    """Settle the example of the sources: the son's 100 yuan."""
    sample, form = _sample(request), await request.sent()
    sum_text = yuan_text(sample.example_self_paid_fen)
    fields = Fields(form["id"], sample.patients[0].id, Care.OUTPATIENT, "0", sum_text, "0")
    return await _settle(request, sample, fields)


async def _settle(request: Visit, sample: SampleInfo, fields: Fields) -> Response[str] | Redirect:
    try:
        asked = _request(sample, fields)
        asker = Caller(
            "page", region_of(asked.institution), CallerKind.INSTITUTION, asked.institution
        )
        await settle_bill(request.counter, asker, asked)
    except _WrongSum as error:
        return await _home(request, sample, fields, (error.field, *_NO_SUM), 400)
    except Refused as error:
        saying = REFUSALS[error.refusal.code.value]
        again = fields._replace(id=_fresh_id())
        return await _home(request, sample, again, ("", saying.says, saying.remedy), 422)
    except BadInput as error:
        return await _home(request, sample, fields, ("", error.wrong, error.remedy), 400)
    except (Busy, StoreUnavailable, NoProvision):
        return request.page("sorry.html", 503)
    return request.go(f"/bills/{asked.institution}/{asked.id}")


def _request(sample: SampleInfo, fields: Fields) -> SettlementRequest:
    fund, own, uncovered = (_fen(fields, name) for name in ("fund_paid", "self_paid", "uncovered"))
    place: SampleInstitution = sample.hospital
    channel = Channel.WINDOW
    if fields.care == Care.PHARMACY and sample.pharmacy is not None:
        place, channel = sample.pharmacy, Channel.PHARMACY
    if fields.patient not in sample.people():
        raise BadInput(
            "patient",
            Words("请选择就医的人。", "Choose who was treated."),
            Words("家庭成员之一", "one of the family"),
            Words("从列表中选择。", "Choose from the list."),
        )
    # The form of the API is the form of the page: one place says what a bill may be.
    return read_body(
        msgspec.json.encode(
            {
                "id": fields.id,
                "patient": fields.patient,
                "institution": place.id,
                "total_fen": fund + own + uncovered,
                "fund_paid_fen": fund,
                "self_paid_fen": own,
                "uncovered_fen": uncovered,
                "care": fields.care,
                "channel": channel.value,
                "prescription": fields.prescription,
            }
        ),
        SettlementRequest,
    )


class _WrongSum(Exception):
    """A field of the form that is no sum of money."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


_NO_SUM = (
    Words("金额不对。", "This is no sum of money."),
    Words(
        "填写元，最多两位小数，如 100 或 99.50。", "Write yuan with two decimals at most, as 99.50."
    ),
)


def _fen(fields: Fields, field: str) -> int:
    try:
        return fen_of(getattr(fields, field))
    except NoSum:
        raise _WrongSum(field) from None


def _sample(request: Visit) -> SampleInfo:
    sample: SampleInfo | None = request.app.state.sample
    if sample is None:
        raise NotFoundException
    return sample


ROUTES = [home, bill, settle, settle_example]
