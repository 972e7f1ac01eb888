"""What holds of every decision and every reversal, whatever the bill."""

from collections import Counter
from itertools import pairwise

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import rulebook
from gongji.ledger.book import Balance, Book
from gongji.policy.refusal import Refusal
from gongji.policy.standing import Person
from gongji.settlement.bill import Balances, Bill, Facts
from gongji.settlement.booking import payable_of, purse_of, voucher_back, voucher_of
from gongji.settlement.decide import Decision, decide
from gongji.settlement.outcome import Outcome
from gongji.settlement.reverse import Return, Reversal, Settled, reverse
from gongji.terms import Credential, Purse, local_day
from settlement.strategies import Case, cases
from town import LAW, rules_of


def decision_of(case: Case) -> Decision:
    """The decision on a bill that settles."""
    found = decide(case.bill, case.facts, case.law)
    assert isinstance(found, Decision), found
    return found


def settled(case: Case, decision: Decision, **more: object) -> Settled:
    """What the store knows of a settlement of which nothing has been given back."""
    fresh = Settled(
        patient=case.bill.patient,
        self_paid_fen=case.bill.self_paid_fen,
        uncovered_fen=case.bill.uncovered_fen,
        fund_paid_fen=case.bill.fund_paid_fen,
        cash_fen=decision.cash_fen,
        draws=tuple(Return(draw.person, draw.purse, draw.amount_fen) for draw in decision.draws),
        reversed_self_fen=0,
        reversed_whole=False,
    )
    return msgspec.structs.replace(fresh, **more)


def purses(facts: Facts) -> dict[tuple[str, Purse], int]:
    """All the money there is before the bill."""
    found = {(facts.patient.id, purse): facts.own.of(purse) for purse in Purse}
    for pool in facts.pools:
        found.update({(pool.sponsor.id, purse): pool.balances.of(purse) for purse in Purse})
    return found


@given(case=cases())
@settings(max_examples=300)
def test_every_fen_of_a_decision_is_accounted_for(case: Case) -> None:
    """Own money, pool and cash come to the patient's share; the uncovered part is cash."""
    decision, bill = decision_of(case), case.bill
    assert decision.own_fen + decision.pooled_fen + decision.cash_fen == (
        bill.self_paid_fen + bill.uncovered_fen
    )
    assert decision.cash_fen >= bill.uncovered_fen
    by_person: Counter[bool] = Counter()
    for draw in decision.draws:
        by_person[draw.person == bill.patient] += draw.amount_fen
    assert by_person[True] == decision.own_fen
    assert by_person[False] == decision.pooled_fen == decision.outside_relief_fen


@given(case=cases())
@settings(max_examples=300)
def test_a_draw_never_exceeds_its_balance(case: Case) -> None:
    """Every purse named says rightly what is left in it, and no purse is drawn twice."""
    decision, before = decision_of(case), purses(case.facts)
    assert len({(draw.person, draw.purse) for draw in decision.draws}) == len(decision.draws)
    for draw in decision.draws:
        assert draw.amount_fen > 0
        assert draw.after_fen == before[draw.person, draw.purse] - draw.amount_fen >= 0
    left = {(draw.person, draw.purse): draw.after_fen for draw in decision.draws}
    for purse in Purse:
        own = case.facts.patient.id, purse
        assert decision.own_after.of(purse) == left.get(own, before[own])


@given(case=cases())
@settings(max_examples=300)
def test_money_is_drawn_own_first_and_a_purse_is_left_only_when_it_is_empty(case: Case) -> None:
    """Own purses, then one sponsor's, and the next purse only after the one before is used up."""
    decision = decision_of(case)
    own = [draw.person == case.bill.patient for draw in decision.draws]
    assert own == sorted(own, reverse=True)
    assert len({draw.person for draw in decision.draws} - {case.bill.patient}) <= 1
    assert all(earlier.after_fen == 0 for earlier, _ in pairwise(decision.draws))
    if decision.cash_fen > case.bill.uncovered_fen:
        assert all(draw.after_fen == 0 for draw in decision.draws)


@given(case=cases())
@settings(max_examples=300)
def test_reasons_stand_in_the_order_of_outcome_and_decide_it(case: Case) -> None:
    """The pool pays if and only if nothing shuts it; every reason brings its provisions."""
    decision, order = decision_of(case), list(Outcome)
    places = [order.index(reason) for reason in decision.reasons]
    assert places == sorted(set(places))
    assert (decision.pooled_fen > 0) == (not decision.reasons)
    assert (decision.sponsor is not None) == (decision.outcome is Outcome.POOLED)
    if decision.outcome is Outcome.OWN_FUNDS:
        assert Outcome.OWN_FUNDS_LEFT in decision.reasons
    elif decision.reasons:
        assert decision.outcome is decision.reasons[0]
    assert decision.cites
    assert len(set(decision.cites)) == len(decision.cites)
    assert {"SET-1", "SET-2", "SET-3"} <= rules_of(decision.cites)


@given(case=st.one_of(cases(), cases(settles=False)))
@settings(max_examples=600)
def test_the_decision_is_that_of_the_rule_table(case: Case) -> None:
    """Outcome, every reason and every sum agree with the rules as plain dictionaries have them."""
    came = decide(case.bill, case.facts, case.law)
    bill, facts = case.bill, case.facts
    expected = rulebook.settle(
        case.region,
        row(facts.patient, facts.own),
        [
            {
                "name": pool.sponsor.id,
                "row": row(pool.sponsor, pool.balances),
                "uses": {str(use) for use in pool.uses},
            }
            for pool in facts.pools
        ],
        msgspec.to_builtins(msgspec.structs.asdict(facts.institution)),
        {
            "total": bill.total_fen,
            "fund_paid": bill.fund_paid_fen,
            "self_paid": bill.self_paid_fen,
            "uncovered": bill.uncovered_fen,
            "care": str(bill.care),
            "category": str(bill.category),
            "credential": str(bill.credential),
            "prescription": bill.prescription,
            "listed": bill.listed,
            "sponsor": bill.sponsor,
            "code_held": facts.code_held,
        },
    )
    if isinstance(came, Refusal):
        assert expected == {"refused": came.code}
        return
    drawn = {(draw.person, draw.purse): draw.amount_fen for draw in came.draws}
    own = {str(purse): drawn.get((bill.patient, purse), 0) for purse in Purse}
    pooled = {
        str(purse): drawn.get((came.sponsor, purse), 0) if came.sponsor else 0 for purse in Purse
    }
    assert expected == {
        "outcome": came.outcome,
        "reasons": list(came.reasons),
        "own": own,
        "pooled": pooled,
        "sponsor": came.sponsor,
        "cash": came.cash_fen,
    }


def row(person: Person, money: Balances) -> rulebook.Row:
    """A person as the rule table's dictionaries have them."""
    return {
        "scheme": str(person.scheme),
        "status": str(person.status),
        "ecode": person.ecode,
        "dead": person.died is not None,
        "online_suspended": person.suspended_from is not None,
        "current": money.current,
        "carried": money.carried,
    }


@given(case=cases())
@settings(max_examples=200)
def test_a_decision_written_down_and_read_back_replays_the_same(case: Case) -> None:
    """Bill, facts and decision survive JSON, and the same law decides the same again."""
    decision = decision_of(case)
    bill = msgspec.json.decode(msgspec.json.encode(case.bill), type=Bill)
    facts = msgspec.json.decode(msgspec.json.encode(case.facts), type=Facts)
    kept = msgspec.json.decode(msgspec.json.encode(decision), type=Decision)
    again = decide(bill, facts, LAW.on(facts.patient.region, local_day(facts.at)))
    assert again == kept == decision


@given(case=cases())
@settings(max_examples=100)
def test_the_channel_and_a_family_code_that_is_held_change_nothing_about_the_money(
    case: Case,
) -> None:
    """Only money is shared: a code on a relative's phone spends what the own card would spend."""
    facts = msgspec.structs.replace(case.facts, code_held=True)
    own_card = msgspec.structs.replace(case.bill, credential=Credential.OWN)
    by_code = msgspec.structs.replace(case.bill, credential=Credential.FAMILY_CODE)
    one, other = decide(own_card, facts, case.law), decide(by_code, facts, case.law)
    if isinstance(one, Refusal) or isinstance(other, Refusal):
        assert one == other
        return
    assert one.draws == other.draws
    assert one.reasons == other.reasons
    assert "FAM-1" in rules_of(other.cites)


# ── Reversal ─────────────────────────────────────────────────────────────────────────────────────


def given_back(found: Reversal | Refusal) -> Reversal:
    """A reversal that is not refused."""
    assert isinstance(found, Reversal), found
    return found


@given(case=cases())
@settings(max_examples=200)
def test_a_whole_reversal_gives_back_every_fen(case: Case) -> None:
    """To the purses that were drawn."""
    decision = decision_of(case)
    back = given_back(reverse(settled(case, decision), None))
    assert back.whole
    assert (back.own_fen, back.pooled_fen, back.cash_fen) == (
        decision.own_fen,
        decision.pooled_fen,
        decision.cash_fen,
    )
    expected: Counter[tuple[str, Purse]] = Counter()
    for draw in decision.draws:
        expected[draw.person, draw.purse] += draw.amount_fen
    returned: Counter[tuple[str, Purse]] = Counter()
    for one in back.returns:
        returned[one.person, one.purse] += one.amount_fen
    assert returned == expected


@given(case=cases(), data=st.data())
@settings(max_examples=200)
def test_any_division_of_a_reversal_ends_at_the_same_balances(
    case: Case, data: st.DataObject
) -> None:
    """Parts in any sizes, then the rest, come to what the whole at once would have given."""
    decision = decision_of(case)
    at_once = given_back(reverse(settled(case, decision), None))
    total: Counter[object] = Counter()
    done = 0
    for _ in range(data.draw(st.integers(0, 5), label="how many parts")):
        left = case.bill.self_paid_fen - done
        if left == 0:
            break
        part = data.draw(st.integers(1, left), label="part")
        back = given_back(reverse(settled(case, decision, reversed_self_fen=done), part))
        assert back.own_fen + back.pooled_fen + back.cash_fen == part == back.self_paid_fen
        assert not back.whole
        add(total, back)
        done += part
    rest = reverse(settled(case, decision, reversed_self_fen=done), None)
    if isinstance(rest, Refusal):
        assert done == case.bill.self_paid_fen == case.bill.total_fen, "nothing was left"
    else:
        add(total, rest)
    whole: Counter[object] = Counter()
    add(whole, at_once)
    assert total == whole


def add(total: Counter[object], back: Reversal) -> None:
    """Add what came back, purse by purse, and the cash."""
    for one in back.returns:
        total[one.person, one.purse] += one.amount_fen
    total["cash"] += back.cash_fen
    total["own"] += back.own_fen
    total["pooled"] += back.pooled_fen


@given(case=cases(), share=st.integers(1, 1000))
@settings(max_examples=150)
def test_a_part_comes_back_in_reverse_order_of_drawing(case: Case, share: int) -> None:
    """Cash of the self-paid part first, then what was drawn last."""
    decision = decision_of(case)
    assume(case.bill.self_paid_fen > 0)
    part = max(1, case.bill.self_paid_fen * share // 1000)
    back = given_back(reverse(settled(case, decision), part))
    cash_of_self = decision.cash_fen - case.bill.uncovered_fen
    assert back.cash_fen == min(part, cash_of_self)
    drawn = [(draw.person, draw.purse) for draw in reversed(decision.draws)]
    came = [(one.person, one.purse) for one in back.returns]
    assert came == drawn[: len(came)]
    for one, draw in list(zip(back.returns, reversed(decision.draws), strict=False))[:-1]:
        assert one.amount_fen == draw.amount_fen, "only the last may be taken in part"


@given(case=cases())
@settings(max_examples=150)
def test_a_decision_and_its_reversal_leave_the_book_as_it_was(case: Case) -> None:
    """Both are vouchers; the second is the first turned round."""
    decision = decision_of(case)
    day = local_day(case.facts.at)
    voucher = voucher_of(decision, case.bill.institution, "b1", day)
    back = given_back(reverse(settled(case, decision), None))
    undone = voucher_back(back, case.bill.institution, "r1", "b1", day)
    if voucher is None:
        assert undone is None
        assert decision.own_fen == decision.pooled_fen == 0
        return
    assert undone is not None
    before = {
        purse_of(person, purse): Balance(fen, 0)
        for (person, purse), fen in purses(case.facts).items()
    }
    payable = payable_of(case.bill.institution, "b1")
    book = Book({**before, payable: Balance(0, 0)})
    book.post(voucher)
    assert book.fen(payable) == decision.own_fen + decision.pooled_fen
    for draw in decision.draws:
        assert book.fen(purse_of(draw.person, draw.purse)) == draw.after_fen
    book.post(undone)
    assert book.fen(payable) == 0
    assert all(book.fen(account) == balance.fen for account, balance in before.items())


@pytest.mark.parametrize(
    ("self_paid", "back", "over", "part", "code"),
    [
        (100, 0, True, None, "already_reversed"),
        (100, 0, True, 1, "already_reversed"),
        (100, 100, False, None, "already_reversed"),
        (100, 0, False, 101, "more_than_settled"),
        (100, 60, False, 41, "more_than_settled"),
        (0, 0, False, 1, "more_than_settled"),
    ],
)
def test_what_a_reversal_refuses(
    self_paid: int, back: int, over: bool, part: int | None, code: str
) -> None:
    """Nothing comes back twice, and no more than was settled."""
    found = reverse(plain(self_paid, reversed_self_fen=back, reversed_whole=over), part)
    assert isinstance(found, Refusal)
    assert found.code == code
    if code == "more_than_settled":
        assert found.numbers == {"needed_fen": part, "available_fen": self_paid - back}


def test_a_bill_of_nothing_can_be_reversed_once() -> None:
    """A bill that came to nothing is still taken back, and then it is over."""
    back = given_back(reverse(plain(0), None))
    assert (back.own_fen, back.pooled_fen, back.cash_fen, back.whole) == (0, 0, 0, True)


def plain(self_paid: int, **more: object) -> Settled:
    """A bill paid in cash."""
    fresh = Settled("P310000-x", self_paid, 0, 0, self_paid, (), 0, False)
    return msgspec.structs.replace(fresh, **more)
