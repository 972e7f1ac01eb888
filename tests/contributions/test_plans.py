"""Commercial plans: bought from pooled money or one's own, and refunded the way they came."""

from collections.abc import Callable
from contextlib import closing
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contributions.season import national_office
from gongji.desk import plans
from gongji.desk.ports import Caller
from gongji.desk.premium_ports import OrderState, PlanDraw, PlanOrder, PlanRefund
from gongji.desk.rollover import turn_year
from gongji.policy.refusal import Refusal
from gongji.terms import Purse
from town import LINYI, NATIONAL, SHANGHAI, Town, code

OpenTown = Callable[..., Town]


def buy(
    town: Town,
    buyer: str,
    insured: str,
    fen: int = 129_00,
    id: str = "o1",
    by: Caller | None = None,
) -> PlanOrder | Refusal:
    """Buy the city's plan."""
    asked = plans.PlanPurchase(
        id=id, year=2026, buyer=town.id(buyer), insured=town.id(insured), amount_fen=fen
    )
    return town.do(lambda s: plans.buy_plan(s, asked, by or town.caller(buyer)))


def refund(
    town: Town, of: str = "o1", id: str = "r1", fen: int | None = None
) -> PlanRefund | Refusal:
    """An insurer's refund of what the father has bought."""
    order = plans.reference(town.id("father"), of)
    return town.do(lambda s: plans.refund_plan(s, town.region, order, id, fen))


def taken(town: Town, plan: str) -> int:
    """What the book holds for the insurer."""
    account = plans.insurer(town.region, plan, 2026)
    return town.ask(lambda s: s.unit.balances([account])[account].fen)


def family(town: Town, uses: str = "contribute", carried: int = 500_00) -> Town:
    """Father, mother and child; the child is in the father's pool."""
    town.person("father", carried=carried, current=70_00)
    town.person("mother", carried=carried)
    town.person("child", "resident")
    town.pool("father", {"child": "child"}, uses)
    return town


def test_shanghai_pays_when_it_buys(town: OpenTown) -> None:
    """沪惠保 for a child from the father's carried money, once."""
    here = family(town())
    order = buy(here, "father", "child")
    assert isinstance(order, PlanOrder)
    assert (order.plan, order.state, order.draws) == (
        "沪惠保",
        OrderState.PAID,
        (PlanDraw(Purse.CARRIED, 129_00),),
    )
    assert buy(here, "father", "child") == order
    assert code(buy(here, "father", "child", 130_00)) == "id_reused"
    assert here.balance("father").carried == 371_00
    assert taken(here, "沪惠保") == 129_00
    here.proof()


def test_ones_own_plan_needs_no_pool(town: OpenTown) -> None:
    """ACC-5: carried money buys the plan for oneself."""
    here = family(town())
    assert isinstance(buy(here, "mother", "mother"), PlanOrder)
    assert here.balance("mother").carried == 371_00


@pytest.mark.parametrize(
    ("act", "buyer", "insured", "fen", "expected"),
    [
        ("", "mother", "child", 129_00, "not_in_a_pool"),
        ("pay only", "father", "child", 129_00, "contribute_not_chosen"),
        ("sealed", "father", "child", 129_00, "sponsor_not_in_force"),
        ("", "father", "child", 500_01, "balance_not_enough"),
        ("", "father", "nobody", 129_00, "unknown_person"),
        ("", "child", "child", 129_00, "sponsor_not_in_force"),
    ],
)
def test_what_stands_against_a_purchase(
    town: OpenTown, act: str, buyer: str, insured: str, fen: int, expected: str
) -> None:
    """Nothing is written when it is refused."""
    here = family(town(), uses="pay" if act == "pay only" else "contribute")
    if act == "sealed":
        here.standing("father", status="sealed")
    written = here.office.store.changes()
    assert code(buy(here, buyer, insured, fen)) == expected
    assert here.office.store.changes() == written


def test_the_ids_of_a_buyer_are_its_own(town: OpenTown) -> None:
    """Two families may both write o1."""
    here = family(town())
    assert isinstance(buy(here, "father", "father"), PlanOrder)
    assert isinstance(buy(here, "mother", "mother"), PlanOrder)
    here.proof()


@pytest.mark.parametrize(
    ("by", "id", "expected"),
    [
        ("father", "o1", "seen"),
        ("child", "o1", "seen"),
        ("mother", "o1", "forbidden"),
        ("clerk", "o1", "seen"),
        ("auditor", "o1", "seen"),
        ("father", "o2", "no_such_purchase"),
        ("child", "o2", "forbidden"),
        ("mother", "o2", "forbidden"),
    ],
)
def test_who_may_look_an_order_up(town: OpenTown, by: str, id: str, expected: str) -> None:
    """The buyer, whom it insures, and the office; nobody else learns whether it is there."""
    here = family(town())
    bought = buy(here, "father", "child")
    caller = {"clerk": here.clerk(), "auditor": here.auditor()}.get(by) or here.caller(by)
    found = here.ask(lambda s: plans.order_of(s, here.id("father"), id, caller))
    assert found == bought if expected == "seen" else code(found) == expected


def test_as_much_is_enough_for_a_plan(town: OpenTown) -> None:
    """CON-4 asks for more than the premium; it says nothing of plans."""
    here = family(town())
    assert isinstance(buy(here, "father", "child", 500_00), PlanOrder)
    assert here.balance("father").carried == 0


def test_only_the_buyer_buys(town: OpenTown) -> None:
    """Another's money is not spent on one's own word."""
    here = family(town())
    assert code(buy(here, "father", "child", by=here.caller("child"))) == "forbidden"
    assert isinstance(buy(here, "father", "child", by=here.clerk()), PlanOrder)


def test_a_region_without_a_plan_of_its_own(town: OpenTown) -> None:
    """The baseline names none: not configured."""
    with closing(Town(NATIONAL, "2025-11-10T09:00", national_office)) as here:
        here.person("father", current=500_00)
        assert code(buy(here, "father", "father")) == "not_configured"


def test_linyi_collects_once(town: OpenTown) -> None:
    """CON-10: orders wait for the agency's collection, which takes each of them once."""
    here = town(LINYI, "2025-11-10T09:00")
    here.person("father", current=200_00)
    here.person("mother", current=50_00)
    here.person("child", "resident")
    here.pool("father", {"child": "child"}, "pay contribute")
    for n, (buyer, insured) in enumerate(
        [("father", "child"), ("father", "father"), ("mother", "mother")]
    ):
        order = buy(here, buyer, insured, 99_00, f"o{n}")
        assert isinstance(order, PlanOrder) and order.state is OrderState.ORDERED
    assert here.balance("father").current == 200_00
    tried = plans.collect_plans(here.office, LINYI, 2026, chunk=1, dry_run=True)
    assert not isinstance(tried, Refusal)
    assert (tried.done_now, tried.failed_now, tried.amount_now_fen) == (2, 1, 198_00)
    assert here.balance("father").current == 200_00
    found = plans.collect_plans(here.office, LINYI, 2026, chunk=2)
    assert not isinstance(found, Refusal)
    assert (found.done_now, found.failed_now, found.amount_now_fen) == (2, 1, 198_00)
    assert here.balance("father").current == 2_00
    assert taken(here, "临沂保") == 198_00
    here.credit("mother", "current", 100_00)
    again = plans.collect_plans(here.office, LINYI, 2026, "2")
    assert not isinstance(again, Refusal)
    assert (again.done_now, again.amount_now_fen) == (1, 99_00)
    assert code(plans.collect_plans(here.office, SHANGHAI, 2026)) == "not_configured"
    here.proof()


def test_a_refund_goes_back_the_way_it_came(town: OpenTown) -> None:
    """Whole or in parts, never more than was paid, and a refund's id counts once."""
    here = family(town())
    buy(here, "father", "child")
    found = refund(here, fen=29_00)
    assert isinstance(found, PlanRefund) and found.back == (PlanDraw(Purse.CARRIED, 29_00),)
    assert refund(here, fen=29_00) == found
    assert code(refund(here, fen=28_00)) == "id_reused"
    assert code(refund(here, id="r2", fen=100_01)) == "more_than_paid"
    assert isinstance(refund(here, id="r2"), PlanRefund)
    assert code(refund(here, id="r3")) == "more_than_paid"
    assert code(refund(here, of="nothing", id="r4")) == "no_such_purchase"
    assert here.balance("father").carried == 500_00
    assert taken(here, "沪惠保") == 0
    here.proof()


def test_linyis_refund_of_an_order_not_yet_paid(town: OpenTown) -> None:
    """Nothing was taken, so nothing goes back."""
    here = town(LINYI, "2025-11-10T09:00")
    here.person("father", current=200_00)
    buy(here, "father", "father")
    assert code(refund(here)) == "no_such_purchase"


def test_what_came_from_a_closed_year_goes_to_carried_money(town: OpenTown) -> None:
    """Carried money stays carried; the turn of the year in between changes no sum."""
    here = family(town())
    buy(here, "father", "child")
    here.at("2026-07-01T01:00")
    turned = turn_year(here.office, SHANGHAI, date(2026, 6, 30))
    assert not isinstance(turned, Refusal)
    found = refund(here)
    assert isinstance(found, PlanRefund) and found.back == (PlanDraw(Purse.CARRIED, 129_00),)
    assert here.balance("father").carried == 570_00


@settings(max_examples=30)
@given(
    st.integers(0, 300_00),
    st.integers(0, 300_00),
    st.integers(1, 400_00),
    st.lists(st.integers(1, 200_00), max_size=6),
)
def test_any_refunds_end_where_they_began(
    current: int, carried: int, price: int, parts: list[int]
) -> None:
    """Two purses, any price and any parts: what was drawn last goes back first, and all of it."""
    with closing(Town(LINYI, "2025-11-10T09:00")) as here:
        here.person("father", current=current, carried=carried)
        buy(here, "father", "father", price)
        plans.collect_plans(here.office, LINYI, 2026)
        enough = price <= current + carried
        for n, part in enumerate(parts):
            refund(here, id=f"r{n}", fen=part)
        found = here.balance("father")
        assert found.current + found.carried + taken(here, "临沂保") == current + carried
        assert found.current <= current and found.carried <= carried
        if found.carried < carried and enough:
            assert found.current == current - min(price, current), "carried goes back first"
        if enough:
            refund(here, id="last")
        assert (here.balance("father").current, here.balance("father").carried) == (
            current,
            carried,
        )
        here.proof()
