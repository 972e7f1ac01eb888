"""本市商业健康保险专属产品: the city's plan, bought from pooled money, refunded the way it came.

As the region has it, a plan is paid when it is bought, or the agency takes the orders of a year in
one collection (CON-10). The money is the buyer's own or, for a member, that of the member's
sponsor.
"""

from collections.abc import Sequence
from datetime import date

import msgspec

from gongji.desk.deducting import CHUNK
from gongji.desk.office import Office, Session
from gongji.desk.ports import Caller, CallerKind
from gongji.desk.posting import post_voucher
from gongji.desk.premium_ports import OrderState, PlanDraw, PlanOrder, PlanRefund
from gongji.desk.rollover import goes_back_to
from gongji.desk.runs import Chunk, ItemResult, Progress, RunReport, Step, run
from gongji.ledger.book import AccountKey, Posting, Voucher
from gongji.policy.pack import Provision
from gongji.policy.questions import DayLaw
from gongji.policy.questions.contributions import CityPlan, EnrolmentYear
from gongji.policy.refusal import Code, Refusal, keys, refuse
from gongji.policy.standing import Person, bars_sponsoring
from gongji.settlement.bill import AskerId, PersonId, PositiveAmount
from gongji.settlement.booking import purse_of
from gongji.settlement.reverse import parts_back
from gongji.terms import Use, local_day, moment, region_of


class PlanPurchase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """购买请求: for whom a buyer wants the city's plan of a year. The ids of a buyer are its own;
    the same id again is answered once."""

    id: AskerId
    year: EnrolmentYear
    buyer: PersonId
    insured: PersonId
    amount_fen: PositiveAmount


def insurer(region: str, plan: str, year: int) -> AccountKey:
    """应付保险公司: what has been taken for a plan of a year."""
    return AccountKey(region, f"{plan}-{year}", "plan")


def reference(buyer: str, id: str) -> str:
    """`buyer/id`: how an order is named among those of its region."""
    return f"{buyer}/{id}"


def buy_plan(session: Session, asked: PlanPurchase, asked_by: Caller) -> PlanOrder | Refusal:
    """Buy the city's plan, or order it where the agency collects; the same id is answered once."""
    people = session.unit.people([asked.buyer, asked.insured])
    if asked.buyer not in people or asked.insured not in people:
        return refuse(Code.UNKNOWN_PERSON)
    buyer = people[asked.buyer]
    law = session.law.on(buyer.region, local_day(session.now))
    if not asked_by.may_act_for(buyer.id):
        return refuse(Code.FORBIDDEN, law.maintenance_unlimited)
    plan = _plan(law)
    if isinstance(plan, Refusal):
        return plan
    unit = session.unit
    id = reference(buyer.id, asked.id)
    if (known := unit.plan_order(buyer.region, id)) is not None:
        said = (known.year, known.buyer, known.insured, known.amount_fen)
        same = said == (asked.year, asked.buyer, asked.insured, asked.amount_fen)
        return known if same else refuse(Code.ID_REUSED)
    order = PlanOrder(
        region=buyer.region,
        id=id,
        number=unit.last_order_number(buyer.region) + 1,
        plan=plan.value.name,
        year=asked.year,
        buyer=buyer.id,
        insured=asked.insured,
        amount_fen=asked.amount_fen,
        ordered_at=session.at,
        state=OrderState.ORDERED,
    )
    if refusal := _may_use(session, order, buyer, law):
        return refusal
    if plan.value.taken == "at_once":
        paid = _pay(session, order, law)
        if isinstance(paid, Refusal):
            return paid
        order = paid
    unit.add_plan_order(order)
    return order


def order_of(session: Session, buyer: str, id: str, asked_by: Caller) -> PlanOrder | Refusal:
    """An order as it is now, for its buyer, for whom it insures, and for the office."""
    order = session.unit.plan_order(region_of(buyer), reference(buyer, id))
    office = asked_by.kind is CallerKind.AUDITOR or asked_by.may_act_for(buyer)
    if not office and (order is None or not asked_by.may_act_for(order.insured)):
        return refuse(Code.FORBIDDEN)
    return order if order is not None else refuse(Code.NO_SUCH_PURCHASE)


def rests_on(session: Session, order: PlanOrder) -> tuple[str, ...]:
    """The provisions by which an order was taken, as they held on its day."""
    law = session.law.on(order.region, local_day(moment(order.ordered_at)))
    asked = [law.contribution_pays, law.city_plan]
    return keys(provision for provision in asked if provision is not None)


def collect_plans(
    office: Office,
    region: str,
    year: int,
    batch: str = "1",
    *,
    chunk: int = CHUNK,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> RunReport | Refusal:
    """集中代扣: take the orders of a year in one collection, a run that may be killed and resumed.

    Starting a batch that is finished does nothing; one of another name tries again what failed.
    """
    law = office.law.on(region, local_day(office.clock()))
    plan = _plan(law)
    if isinstance(plan, Refusal):
        return plan
    if plan.value.taken != "one_collection":
        return refuse(Code.NOT_CONFIGURED, plan, year=year)
    name = f"plans/{year}/{batch}"
    step = collection(region, plan.value.name, year, chunk)
    return run(office, region, name, step, progress=progress, dry_run=dry_run)


def collection(region: str, plan: str, year: int, limit: int = CHUNK) -> Step:
    """The step of a collection: the next orders behind the cursor, in one unit of work."""

    def step(session: Session, cursor: str) -> Chunk:
        unit = session.unit
        after = int(cursor or 0)
        orders = unit.plan_orders_to_collect(region, plan, year, after=after, limit=limit)
        law = session.law.on(region, local_day(session.now))
        people = unit.people(order.buyer for order in orders)
        changed, items = [], []
        taken_fen = 0
        for order in orders:
            refusal = _may_use(session, order, people[order.buyer], law)
            found = refusal or _pay(session, order, law)
            if isinstance(found, Refusal):
                code = found.code.value
                found = order._replace(state=OrderState.FAILED, code=code)
                items.append(ItemResult(order.id, False, code, order.amount_fen))
            else:
                taken_fen += order.amount_fen
            changed.append(found)
        unit.change_plan_orders(changed)
        last = str(orders[-1].number) if len(orders) == limit else None
        return Chunk(len(changed) - len(items), len(items), taken_fen, items, last)

    return step


def refund_plan(
    session: Session, region: str, order_id: str, id: str, amount_fen: int | None = None
) -> PlanRefund | Refusal:
    """原渠道退回: an insurer's refund, whole or in part, back to the purses that paid, last drawn
    first. `order_id` is the order's reference; the ids of refunds are the agency's.

    What came from the current purse of a year that has been closed since goes to carried money.
    """
    unit = session.unit
    order = unit.plan_order(region, order_id)
    law = session.law.on(region, local_day(session.now))
    if (known := unit.plan_refund(region, id)) is not None:
        same = known.order == order_id and amount_fen in (None, known.amount_fen)
        return known if same else refuse(Code.ID_REUSED)
    if order is None or order.paid_at is None:
        return refuse(Code.NO_SUCH_PURCHASE, law.plan_refund)
    left_fen = order.amount_fen - order.refunded_fen
    wanted_fen = left_fen if amount_fen is None else amount_fen
    if not 0 < wanted_fen <= left_fen:
        return refuse(Code.MORE_THAN_PAID, law.plan_refund, available_fen=left_fen)

    # Nothing is refused beyond this line; from here on it is written.
    drawn = [
        PlanDraw(*part)
        for draw in order.draws
        for part in goes_back_to(unit, order.buyer, draw, f"plan/{order.id}", order.paid_at)
    ]
    back = tuple(_back(drawn, order.refunded_fen, wanted_fen))
    source = insurer(region, order.plan, order.year)
    postings = tuple(
        Posting(source, purse_of(order.buyer, draw.purse), draw.amount_fen) for draw in back
    )
    post_voucher(
        session, Voucher(region, f"plan-refund/{id}", "plan_refund", _today(session), postings)
    )
    refund = PlanRefund(region, id, order_id, wanted_fen, back, session.at)
    unit.add_plan_refund(refund)
    state = OrderState.REFUNDED if wanted_fen == left_fen else order.state
    refunded_fen = order.refunded_fen + wanted_fen
    unit.change_plan_orders([order._replace(state=state, refunded_fen=refunded_fen)])
    return refund


def _plan(law: DayLaw) -> Provision[CityPlan] | Refusal:
    if law.city_plan is None or "commercial_plan" not in law.contribution_pays.value:
        return refuse(Code.NOT_CONFIGURED, law.contribution_pays)
    return law.city_plan


def _may_use(session: Session, order: PlanOrder, buyer: Person, law: DayLaw) -> Refusal | None:
    """Whether the buyer's money may pay this plan; one's own plan needs no pool (ACC-5)."""
    if barred := bars_sponsoring(buyer, law, _today(session)):
        return refuse(Code.SPONSOR_NOT_IN_FORCE, *barred)
    if order.insured == order.buyer:
        return None
    bonds = session.unit.contributing_bonds(buyer.region, [order.insured], session.at)
    of_buyer = [bond for bond in bonds.get(order.insured, ()) if bond.sponsor == buyer.id]
    if not of_buyer:
        return refuse(Code.NOT_IN_A_POOL, law.only_bound_may_use)
    if Use.CONTRIBUTE not in law.uses_open.value:
        return refuse(Code.CONTRIBUTE_NOT_CHOSEN, law.uses_open)
    if law.uses_asked.value and not any(Use.CONTRIBUTE in bond.uses for bond in of_buyer):
        return refuse(Code.CONTRIBUTE_NOT_CHOSEN, law.uses_asked)
    return None


def _pay(session: Session, order: PlanOrder, law: DayLaw) -> PlanOrder | Refusal:
    """Take the sum from the buyer's pooled purses, in the pack's order; as much is enough here."""
    keys = {purse: purse_of(order.buyer, purse) for purse in law.pooled_purses.value}
    balances = session.unit.balances(keys.values())
    available_fen = sum(balance.fen for balance in balances.values())
    if available_fen < order.amount_fen:
        return refuse(
            Code.BALANCE_NOT_ENOUGH,
            law.pooled_purses,
            needed_fen=order.amount_fen,
            available_fen=available_fen,
        )
    draws = []
    left_fen = order.amount_fen
    for purse, key in keys.items():
        part_fen = min(left_fen, balances[key].fen)
        if part_fen:
            draws.append(PlanDraw(purse, part_fen))
            left_fen -= part_fen
    target = insurer(order.region, order.plan, order.year)
    postings = tuple(Posting(keys[draw.purse], target, draw.amount_fen) for draw in draws)
    post_voucher(
        session, Voucher(order.region, f"plan/{order.id}", "plan", _today(session), postings)
    )
    return order._replace(state=OrderState.PAID, code=None, draws=tuple(draws), paid_at=session.at)


def _back(drawn: Sequence[PlanDraw], gone_fen: int, take_fen: int) -> list[PlanDraw]:
    """What goes back now, last drawn first, behind what has gone back before."""
    last_first = drawn[::-1]
    parts = parts_back(
        (draw.amount_fen for draw in last_first), gone_fen=gone_fen, take_fen=take_fen
    )
    return [
        PlanDraw(draw.purse, part_fen)
        for draw, part_fen in zip(last_first, parts, strict=True)
        if part_fen
    ]


def _today(session: Session) -> date:
    return local_day(session.now)
