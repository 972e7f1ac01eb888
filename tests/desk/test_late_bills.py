"""A bill that says when it happened is judged by the standing, bonds and uses of that moment.

The money is that of now: what has been spent since is spent.
"""

import pytest

from gongji.desk.settling import Answered, settle_batch
from gongji.settlement.bill import Balances
from town import LINYI, SHANGHAI, TWO_WAY, OpenTown, Town, code, local, rules_of

THEN = local("2025-11-10T12:00")


@pytest.fixture
def family(town: OpenTown) -> Town:
    """Bound from nine o'clock on 10 November."""
    opened: Town = town(SHANGHAI, "2025-11-10T09:00")
    opened.person("father", current=500_00, carried=100_00)
    opened.person("child", "resident")
    opened.hospital("clinic")
    opened.pool("father", {"child": "child"})
    return opened


def late(family: Town, at: str) -> str:
    """The outcome of a bill of a past moment."""
    return str(family.settled("child", "clinic", 10_00, happened_at=local(at)).outcome)


def test_the_bond_of_then_counts(family: Town) -> None:
    """After the member has left, a bill from before is still pooled, and one from after is not."""
    family.at("2025-11-12T09:00")
    family.leave("child")
    family.at("2025-12-01T09:00")
    assert late(family, "2025-11-10T08:59") == "not_in_a_pool"
    assert late(family, "2025-11-10T09:00") == "pooled"
    assert late(family, "2025-11-12T08:59") == "pooled"
    assert late(family, "2025-11-12T09:00") == "not_in_a_pool"


def test_the_standing_of_then_counts(family: Town) -> None:
    """The sponsor was sealed for three days."""
    family.at("2025-11-12T09:00")
    family.standing("father", status="sealed")
    family.at("2025-11-15T09:00")
    family.standing("father", status="active")
    family.at("2025-12-01T09:00")
    assert late(family, "2025-11-12T08:59") == "pooled"
    assert late(family, "2025-11-12T09:00") == "sponsor_not_in_force"
    assert late(family, "2025-11-15T09:00") == "pooled"


def test_the_patients_standing_of_then_counts(family: Town) -> None:
    """Whoever was insured then has the benefits of then."""
    family.at("2025-11-12T09:00")
    family.standing("child", status="suspended")
    family.at("2025-12-01T09:00")
    assert code(family.settle("child", "clinic", 10_00)) == "patient_not_insured"
    assert late(family, "2025-11-12T08:59") == "pooled"
    before = family.bill("child", "clinic", 10_00, happened_at=local("2025-11-13T09:00"))
    assert code(family.settle_bill(before)) == "patient_not_insured"


def test_the_uses_of_then_count(family: Town) -> None:
    """Payment was open for a week."""
    family.at("2025-11-17T09:00")
    family.uses("father", "contribute")
    family.at("2025-12-01T09:00")
    assert late(family, "2025-11-17T08:59") == "pooled"
    assert late(family, "2025-11-17T09:00") == "use_not_chosen"
    family.uses("father", "pay")
    assert late(family, "2025-11-18T09:00") == "use_not_chosen"


def test_the_law_of_then_counts(town: OpenTown) -> None:
    """At a pharmacy no prescription was asked for before November 2025."""
    family = town(SHANGHAI, "2025-10-20T09:00")
    family.person("father", carried=900_00)
    family.person("child", "resident")
    shop = family.pharmacy("shop")
    family.pool("father", {"child": "child"})
    family.at("2025-11-20T09:00")
    bills = {"care": "pharmacy", "prescription": False}
    october = family.settled("child", shop, 1_00, happened_at=local("2025-10-31T23:59"), **bills)
    assert october.outcome == "pooled"
    november = family.settled("child", shop, 1_00, happened_at=local("2025-11-01T00:00"), **bills)
    assert november.outcome == "no_prescription"
    assert "SET-7" in rules_of(november.cites)


def test_the_money_is_that_of_now(family: Town) -> None:
    """Bills draw in the order in which they settle, not in which they happened (SET-4)."""
    family.at("2025-11-20T09:00")
    family.settled("child", "clinic", 70_00)
    decision = family.settled("child", "clinic", 50_00, happened_at=THEN)
    assert (decision.pooled_fen, decision.cash_fen) == (30_00, 20_00)
    assert family.balance("father") == Balances(500_00, 0)


def test_the_book_keeps_both_days(family: Town) -> None:
    """`happened_on` is the day of the care, the answer has both moments."""
    family.at("2025-11-20T09:00")
    family.settle("child", "clinic", 50_00, happened_at=THEN, id="b1")
    with family.office.store.read() as unit:
        (answer,) = unit.answers_by_id("b1")
    assert answer.happened_at < answer.recorded_at
    with family.office.store.read() as unit:
        raw = unit._db.execute(  # type: ignore[attr-defined]  # the days have no reader yet
            "SELECT DISTINCT happened_on FROM entries WHERE act = 'settlement'"
        ).fetchall()
    assert raw == [("2025-11-10",)]


def test_a_late_bill_of_the_last_day_of_a_two_way_bond_is_pooled(town: OpenTown) -> None:
    """NET-12: the whole day on which it was unbound counts."""
    family = town(TWO_WAY, "2022-07-01T09:00")
    family.person("father", current=900_00)
    family.person("child", "resident")
    family.hospital("clinic")
    family.pool("father", {"child": "child"})
    family.unbind("father", "child")
    family.at("2022-07-05T09:00")

    def outcome(at: str) -> str:
        happened = local(at)
        bill = family.bill("child", "clinic", 1_00, sponsor="father", happened_at=happened)
        found = family.quoted(bill)
        return str(getattr(found, "outcome", found))

    assert outcome("2022-07-01T23:59") == "pooled"
    assert outcome("2022-07-02T00:00") == "not_in_a_pool"


def test_late_and_prompt_bills_in_one_batch_are_each_judged_by_their_own_moment(
    family: Town,
) -> None:
    """The batch reads once and judges one by one."""
    family.at("2025-11-12T09:00")
    family.leave("child")
    family.at("2025-11-20T09:00")
    bills = [
        family.bill("child", "clinic", 1_00),
        family.bill("child", "clinic", 1_00, happened_at=THEN),
        family.bill("child", "clinic", 1_00, happened_at=local("2025-11-13T09:00")),
    ]
    found = family.do(lambda session: settle_batch(session, bills))
    assert [str(one.decision.outcome) for one in found if isinstance(one, Answered)] == [
        "not_in_a_pool",
        "pooled",
        "not_in_a_pool",
    ]


def test_in_linyi_a_move_does_not_undo_what_happened_before_it(town: OpenTown) -> None:
    """The bond was ended, the insurance moved, and the bill of the week before is still pooled."""
    family = town(LINYI, "2023-03-01T09:00")
    family.person("father", current=900_00)
    family.person("child", "resident")
    family.hospital("clinic")
    family.pool("father", {"child": "child"})
    family.at("2023-03-08T09:00")
    family.unbind("father", "child")
    family.standing("child", status="moved")
    family.at("2023-03-10T09:00")
    assert late(family, "2023-03-07T09:00") == "pooled"
