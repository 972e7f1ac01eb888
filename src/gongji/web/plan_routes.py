"""商业健康保险专属产品 · the city's plan: bought for oneself or a member, looked up, refunded."""

from litestar import get, post
from litestar.params import JSONBody

from gongji.desk.office import Session
from gongji.desk.plans import PlanPurchase, buy_plan, order_of, reference, refund_plan, rests_on
from gongji.desk.premium_ports import PlanDraw, PlanOrder, PlanRefund
from gongji.policy.refusal import Refusal
from gongji.terms import moment, region_of
from gongji.web.access import AUDITOR, CLERK, PERSON, Call, acts_for, hidden, only
from gongji.web.parameters import AskersIdInPath, PersonInPath
from gongji.web.problems import accept
from gongji.web.reading import Strict
from gongji.web.shapes import PlanAsked, PlanRefundAsked
from gongji.web.showing import WHY_REFUSED, cites
from gongji.web.shown_plans import PlanDrawShown, PlanOrderShown, PlanRefundShown

_Found = tuple[PlanOrder, tuple[str, ...]]


@post("/people/{person:str}/plans", opt=only(PERSON, CLERK), dto=Strict, return_dto=None,
      status_code=200, operation_id="buy_plan")  # fmt: skip
async def buy(request: Call, person: PersonInPath, data: JSONBody[PlanAsked]) -> PlanOrderShown:
    """购买: buy the city's plan of a year from the person's own pooled money, for oneself or for a
    member (CON-1). As the region has it, it is paid at once or waits for the collection (CON-10).
    The same id again gives the same order, as it is now."""
    caller = request.caller
    acts_for(caller, person)
    asked = PlanPurchase(
        id=data.id, year=data.year, buyer=person, insured=data.insured, amount_fen=data.amount_fen
    )

    def bought(session: Session) -> _Found | Refusal:
        return _with_rules(session, buy_plan(session, asked, caller))

    return _order(request, accept(await request.counter.do(bought, region_of(person))))


@get("/people/{person:str}/plans/{id:str}", opt=only(PERSON, CLERK, AUDITOR, look="plan"),
     operation_id="get_plan")  # fmt: skip
async def show(request: Call, person: PersonInPath, id: AskersIdInPath) -> PlanOrderShown:
    """An order as it is now: for its buyer, for whom it insures, and for the office."""
    caller = request.caller

    def found(session: Session) -> _Found | Refusal:
        return _with_rules(session, order_of(session, person, id, caller))

    return _order(request, accept(hidden(request, await request.read(found, person), person)))


@post("/people/{person:str}/plans/{id:str}/refunds", opt=only(CLERK), dto=Strict, return_dto=None,
      status_code=200, operation_id="refund_plan")  # fmt: skip
async def refund(
    request: Call, person: PersonInPath, id: AskersIdInPath, data: JSONBody[PlanRefundAsked]
) -> PlanRefundShown:
    """原渠道退回: an insurer's refund, whole or in part, back to the purses that paid (CON-10). The
    same id again gives the recorded refund."""
    acts_for(request.caller, person)
    region, order = region_of(person), reference(person, id)

    def refunded(session: Session) -> tuple[PlanRefund, PlanOrder] | Refusal:
        made = refund_plan(session, region, order, data.id, data.amount_fen)
        if isinstance(made, Refusal):
            return made
        after = session.unit.plan_order(region, order)
        assert after is not None, "what is refunded was bought"
        return made, after

    made, after = accept(await request.counter.do(refunded, region))
    return PlanRefundShown(
        id=made.id,
        buyer=person,
        order=id,
        amount_fen=made.amount_fen,
        back=_draws(made.back),
        left_fen=after.amount_fen - after.refunded_fen,
        refunded_at=moment(made.refunded_at),
    )


def _with_rules(session: Session, order: PlanOrder | Refusal) -> _Found | Refusal:
    return order if isinstance(order, Refusal) else (order, rests_on(session, order))


def _order(request: Call, found: _Found) -> PlanOrderShown:
    order, keys = found
    return PlanOrderShown(
        id=order.id.rpartition("/")[2],
        buyer=order.buyer,
        insured=order.insured,
        plan=order.plan,
        year=order.year,
        number=order.number,
        amount_fen=order.amount_fen,
        state=order.state,
        refused=WHY_REFUSED[order.code] if order.code else None,
        draws=_draws(order.draws),
        refunded_fen=order.refunded_fen,
        ordered_at=moment(order.ordered_at),
        paid_at=None if order.paid_at is None else moment(order.paid_at),
        cites=cites(request.office.law, keys),
    )


def _draws(draws: tuple[PlanDraw, ...]) -> tuple[PlanDrawShown, ...]:
    return tuple(PlanDrawShown(purse=draw.purse, amount_fen=draw.amount_fen) for draw in draws)


ROUTES = [buy, show, refund]
