"""Settling, repeating and reversing through the office, and what stays of it in the store."""

from typing import Any

import pytest

from gongji.desk import settling
from gongji.desk.settling import Answered, Reversed, settle_batch
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import Balances
from town import LINYI, NATIONAL, SHANGHAI, TWO_WAY, OpenTown, Town, code, rules_of


@pytest.fixture
def family(town: OpenTown) -> Town:
    """A father with 1200 yuan carried and 500 current, a mother with her own, a child."""
    opened: Town = town(SHANGHAI)
    opened.person("father", current=500_00, carried=1200_00)
    opened.person("mother", current=20_00, carried=30_00)
    opened.person("child", "resident")
    opened.hospital("clinic")
    opened.hospital("big", "tertiary")
    opened.pharmacy("shop")
    opened.pool("father", {"child": "child", "mother": "spouse"})
    return opened


def answered(found: Answered | Refusal) -> Answered:
    """A bill that was settled."""
    assert isinstance(found, Answered), found
    return found


def reversed_(found: Reversed | Refusal) -> Reversed:
    """A reversal that was done."""
    assert isinstance(found, Reversed), found
    return found


# ── What is kept ─────────────────────────────────────────────────────────────────────────────────


def test_a_settlement_moves_the_money_and_is_on_record(family: Town) -> None:
    """Purses, payable and the answer agree; the newest receipt has both balances (ACC-6)."""
    found = answered(family.settle("mother", "clinic", 120_00, uncovered=30_00, fund_paid=100_00))
    decision = found.decision
    assert (decision.own_fen, decision.pooled_fen, decision.cash_fen) == (50_00, 70_00, 30_00)
    assert family.balance("mother") == Balances(0, 0) == decision.own_after
    assert family.balance("father") == Balances(500_00, 1130_00)
    answer = found.answer
    assert (answer.own_fen, answer.pooled_fen, answer.cash_fen) == (50_00, 70_00, 30_00)
    assert (answer.patient, answer.sponsor) == (family.id("mother"), family.id("father"))
    assert answer.law == family.office.law.version
    with family.office.store.read() as unit:
        assert unit.answers_by_id(answer.key.id) == [answer]
    family.proof()


def test_a_quote_is_what_settling_would_answer_and_writes_nothing(family: Town) -> None:
    """Asked as often as one likes, in the same words."""
    bill = family.bill("mother", "clinic", 120_00, uncovered=30_00)
    before = family.office.store.changes()
    quoted = [family.quoted(bill) for _ in range(3)]
    assert family.office.store.changes() == before
    decision = answered(family.settle_bill(bill)).decision
    assert quoted == [decision] * 3


def test_bills_draw_on_the_pool_in_the_order_in_which_they_settle(town: OpenTown) -> None:
    """SET-4: in one batch the first bill finds what there is, the next what it has left."""
    family = town()
    family.person("father", carried=100_00)
    for name in ("ann", "ben", "cai"):
        family.person(name, "resident")
    family.hospital("clinic")
    family.pool("father", dict.fromkeys(("ann", "ben", "cai"), "child"))
    bills = [family.bill(name, "clinic", 60_00) for name in ("cai", "ann", "ben")]
    found = family.do(lambda session: settle_batch(session, bills))
    assert [(a.decision.outcome, a.decision.pooled_fen) for a in map(answered, found)] == [
        ("pooled", 60_00),
        ("pooled", 40_00),
        ("pool_empty", 0),
    ]
    family.proof()


def test_a_batch_that_is_written_in_parts_comes_out_as_a_whole(
    town: OpenTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one part has drawn the next finds gone; an id that comes again is the first one's; the
    order of arrival can be read from the records."""
    monkeypatch.setattr(settling, "_AT_ONCE", 3)
    family = town()
    family.person("father", carried=100_00)
    family.person("mother", current=30_00)
    family.person("child", "resident")
    family.hospital("clinic")
    family.pool("father", {"child": "child", "mother": "spouse"})
    patients = ("child", "mother", "child", "mother", "child", "child", "mother")
    bills = [family.bill(name, "clinic", 20_00, id=f"b{n}") for n, name in enumerate(patients)]
    found = [answered(a) for a in family.do(lambda s: settle_batch(s, [*bills, bills[1]]))]
    drawn = [(a.decision.own_fen // 100, a.decision.pooled_fen // 100) for a in found]
    assert drawn == [(0, 20), (20, 0), (0, 20), (10, 10), (0, 20), (0, 20), (0, 10), (20, 0)]
    assert [a.repeated for a in found] == [False] * 7 + [True]
    moments = [a.answer.recorded_at for a in found[:7]]
    assert moments == sorted(set(moments))
    family.proof()


def test_a_refusal_in_a_batch_does_not_touch_its_neighbours(family: Town) -> None:
    """Refusals are values; the others settle."""
    bills = [
        family.bill("child", "clinic", 10_00, id="a"),
        family.bill("ghost", "clinic", 10_00, id="b"),
        family.bill("child", "nowhere", 10_00, id="c"),
        family.bill("child", "clinic", 10_00, total_fen=11_00, id="d"),
        family.bill("child", "clinic", 10_00, id="e"),
    ]
    found = family.do(lambda session: settle_batch(session, bills))
    assert [code(one) if isinstance(one, Refusal) else "settled" for one in found] == [
        "settled",
        "unknown_person",
        "unknown_institution",
        "amounts_do_not_add_up",
        "settled",
    ]
    assert family.balance("father").carried == 1180_00


@pytest.mark.parametrize(
    ("bill", "refused"),
    [
        ({"credential": "other", "shown_by": "father"}, "not_own_credential"),
        ({"credential": "family_code", "shown_by": "father"}, "not_own_credential"),
        ({"total_fen": 1}, "amounts_do_not_add_up"),
    ],
)
def test_a_refused_bill_writes_nothing(family: Town, bill: dict[str, Any], refused: str) -> None:
    """And leaves the id free for the bill as it should have been."""
    before = family.office.store.changes()
    assert code(family.settle("child", "clinic", 10_00, id="b1", **bill)) == refused
    assert family.office.store.changes() == before
    assert not answered(family.settle("child", "clinic", 10_00, id="b1")).repeated


def test_the_sponsors_own_bill_draws_its_own_purses_and_no_pool(family: Town) -> None:
    """Sponsoring touches none of the sponsor's own uses (ACC-8)."""
    decision = family.settled("father", "clinic", 600_00)
    assert (decision.outcome, decision.own_fen, decision.cash_fen) == ("own_funds", 600_00, 0)
    assert family.balance("father") == Balances(0, 1100_00)


# ── The same id again ────────────────────────────────────────────────────────────────────────────


def test_the_same_request_again_gives_the_first_answer_for_ever(family: Town) -> None:
    """Whatever has happened since: the money is gone, the bond ended, the patient died."""
    bill = family.bill("child", "clinic", 80_00, id="b1")
    first = answered(family.settle_bill(bill))
    family.settled("child", "clinic", 2000_00)
    family.leave("child")
    family.standing("child", status="moved")
    family.at("2031-01-01T00:00")
    before = family.office.store.changes()
    again = answered(family.settle_bill(bill))
    assert (again.answer, again.decision) == (first.answer, first.decision)
    assert (first.repeated, again.repeated) == (False, True)
    assert family.office.store.changes() == before


def test_the_same_request_twice_in_one_batch_is_settled_once(family: Town) -> None:
    """Both get the one answer."""
    bill = family.bill("child", "clinic", 80_00, id="b1")
    found = family.do(lambda session: settle_batch(session, [bill, bill, bill]))
    answers = [answered(one) for one in found]
    assert [one.repeated for one in answers] == [False, True, True]
    assert len({one.answer for one in answers}) == 1
    assert family.balance("father").carried == 1120_00


@pytest.mark.parametrize(
    "other",
    [
        {"self_paid": 80_01},
        {"uncovered": 1},
        {"patient": "mother"},
        {"channel": "kiosk"},
        {"listed": False},
    ],
)
def test_the_same_id_with_another_bill_is_refused(family: Town, other: dict[str, Any]) -> None:
    """Whatever differs, and nothing is written."""
    family.settle("child", "clinic", 80_00, id="b1")
    before = family.office.store.changes()
    patient, self_paid = other.pop("patient", "child"), other.pop("self_paid", 80_00)
    assert code(family.settle(patient, "clinic", self_paid, id="b1", **other)) == "id_reused"
    assert family.office.store.changes() == before


def test_ids_are_each_institutions_own(family: Town) -> None:
    """Two institutions may choose the same id."""
    answered(family.settle("child", "clinic", 10_00, id="b1"))
    assert not answered(family.settle("child", "big", 10_00, id="b1")).repeated
    with family.office.store.read() as unit:
        assert len(unit.answers_by_id("b1")) == 2


def test_an_id_serves_one_act(family: Town) -> None:
    """A settlement's id cannot become a reversal's, nor the other way round."""
    answered(family.settle("child", "clinic", 10_00, id="b1"))
    assert code(family.reverse("b1", "clinic", id="b1")) == "id_reused"
    reversed_(family.reverse("b1", "clinic", id="r1"))
    assert code(family.settle("child", "clinic", 10_00, id="r1")) == "id_reused"
    assert code(family.reverse("r1", "clinic", id="r2")) == "unknown_settlement"


# ── Reversal ─────────────────────────────────────────────────────────────────────────────────────


def test_a_whole_reversal_gives_back_to_where_it_came_from(family: Town) -> None:
    """Both purses of the mother, the father's carried money, and the cash with the uncovered part."""
    answered(family.settle("mother", "clinic", 120_00, uncovered=30_00, fund_paid=9, id="b1"))
    back = reversed_(family.reverse("b1", "clinic", id="r1")).reversal
    assert (back.own_fen, back.pooled_fen, back.cash_fen) == (50_00, 70_00, 30_00)
    assert family.balance("mother") == Balances(20_00, 30_00)
    assert family.balance("father") == Balances(500_00, 1200_00)
    assert code(family.reverse("b1", "clinic", id="r2")) == "already_reversed"
    family.proof()


def test_a_reversal_in_parts_goes_cash_pool_carried_current(town: OpenTown) -> None:
    """In reverse order of drawing; then no more than is left, then the rest."""
    family = town()
    family.person("father", carried=50_00)
    family.person("mother", current=20_00, carried=30_00)
    family.hospital("clinic")
    family.pool("father", {"mother": "spouse"})
    decision = family.settled("mother", "clinic", 120_00, uncovered=7_00, id="b1")
    assert (decision.own_fen, decision.pooled_fen, decision.cash_fen) == (50_00, 50_00, 27_00)

    def part(fen: int | None) -> tuple[int, int, int]:
        back = reversed_(family.reverse("b1", "clinic", fen)).reversal
        return back.own_fen, back.pooled_fen, back.cash_fen

    assert part(15_00) == (0, 0, 15_00)
    assert part(15_00) == (0, 10_00, 5_00)
    assert part(50_00) == (10_00, 40_00, 0)
    assert (family.balance("mother"), family.balance("father")) == (
        Balances(0, 10_00),
        Balances(0, 50_00),
    )
    found = family.reverse("b1", "clinic", 40_01)
    assert isinstance(found, Refusal)
    assert (found.code, found.numbers) == (
        "more_than_settled",
        {"needed_fen": 40_01, "available_fen": 40_00},
    )
    assert part(30_00) == (30_00, 0, 0)
    assert part(None) == (10_00, 0, 7_00)
    assert family.balance("mother") == Balances(20_00, 30_00)
    assert code(family.reverse("b1", "clinic", 1)) == "already_reversed"
    family.proof()


@pytest.mark.parametrize("since", ["left", "dissolved", "died", "sealed", "moved"])
def test_a_reversal_reaches_the_purse_whatever_has_happened_since(family: Town, since: str) -> None:
    """Left, dissolved, died, sealed or moved: the money was the sponsor's and goes back."""
    answered(family.settle("child", "clinic", 80_00, id="b1"))
    family.at("2025-11-20T09:00")
    if since == "left":
        family.leave("child")
    elif since == "dissolved":
        family.dissolve("father")
    elif since == "died":
        family.standing("father", died="2025-11-15")
    else:
        family.standing("father", status=since)
    assert reversed_(family.reverse("b1", "clinic")).reversal.pooled_fen == 80_00
    assert family.balance("father").carried == 1200_00


def test_the_same_reversal_again_gives_the_first_answer(family: Town) -> None:
    """And with other contents it is refused."""
    answered(family.settle("child", "clinic", 80_00, id="b1"))
    first = reversed_(family.reverse("b1", "clinic", 10_00, id="r1"))
    before = family.office.store.changes()
    again = reversed_(family.reverse("b1", "clinic", 10_00, id="r1"))
    assert (again.answer, again.reversal) == (first.answer, first.reversal)
    assert (first.repeated, again.repeated) == (False, True)
    assert code(family.reverse("b1", "clinic", 11_00, id="r1")) == "id_reused"
    assert code(family.reverse("b1", "clinic", id="r1")) == "id_reused"
    assert family.office.store.changes() == before


def test_what_was_never_settled_cannot_be_reversed(family: Town) -> None:
    """Nor what another institution has settled under that id."""
    answered(family.settle("child", "clinic", 80_00, id="b1"))
    assert code(family.reverse("b2", "clinic")) == "unknown_settlement"
    assert code(family.reverse("b1", "big")) == "unknown_settlement"
    assert code(family.reverse("b1", "nowhere")) == "unknown_settlement"


def test_a_bill_paid_in_cash_alone_is_reversed_too(family: Town) -> None:
    """No voucher, one answer."""
    family.person("stranger", "resident")
    answered(family.settle("stranger", "clinic", 80_00, uncovered=5_00, id="b1"))
    entries = family.proof().entries
    back = reversed_(family.reverse("b1", "clinic")).reversal
    assert (back.own_fen, back.pooled_fen, back.cash_fen) == (0, 0, 85_00)
    assert family.proof().entries == entries


# ── Across the regions ───────────────────────────────────────────────────────────────────────────


def test_in_linyi_the_whole_balance_is_pooled(town: OpenTown) -> None:
    """ACC-4: one purse, drawn own first."""
    family = town(LINYI, "2023-03-01T09:00")
    family.person("father", current=900_00)
    family.person("mother", current=10_00)
    family.hospital("clinic")
    family.pool("father", {"mother": "spouse"})
    decision = family.settled("mother", "clinic", 100_00)
    assert (decision.own_fen, decision.pooled_fen) == (10_00, 90_00)
    assert {"SET-8", "SET-9", "NET-15"} <= rules_of(decision.cites)


def test_in_the_two_way_region_the_credential_shown_says_whose_money(town: OpenTown) -> None:
    """SET-11: mother's when hers is shown, father's when his, nobody's when none."""
    family = town(TWO_WAY, "2022-07-01T09:00")
    family.person("father", current=300_00)
    family.person("mother", current=200_00)
    family.person("child", "resident")
    family.hospital("clinic")
    family.pool("father", {"child": "child"})
    family.pool("mother", {"child": "child"})
    assert family.settled("child", "clinic", 50_00, sponsor="mother").sponsor == family.id("mother")
    assert family.settled("child", "clinic", 50_00, sponsor="father").sponsor == family.id("father")
    assert family.settled("child", "clinic", 50_00).outcome == "sponsor_not_shown"
    assert (family.balance("father").current, family.balance("mother").current) == (250_00, 150_00)


def test_a_family_code_settles_with_the_relatives_benefits_and_pools(town: OpenTown) -> None:
    """FAM-1, FAM-3: only whoever holds the code may show it, and the holder's money is untouched."""
    family = town(NATIONAL, "2024-10-08T09:00")
    for name in ("son", "daughter"):
        family.person(name, current=400_00)
    family.person("father", "resident")
    family.hospital("clinic")
    family.pool("son", {"father": "parent"})
    shown = {"credential": "family_code", "shown_by": "daughter"}
    assert code(family.settle("father", "clinic", 50_00, **shown)) == "not_own_credential"
    family.hold_code("daughter", "father")
    decision = family.settled("father", "clinic", 50_00, **shown)
    assert (decision.outcome, decision.sponsor) == ("pooled", family.id("son"))
    assert family.balance("daughter").current == 400_00
    other = {"credential": "family_code", "shown_by": "son"}
    assert code(family.settle("father", "clinic", 50_00, **other)) == "not_own_credential"


def test_a_suspension_of_online_settlement_has_its_days(family: Town) -> None:
    """SUP-1: from its first day to its last, both included."""
    family.standing("child", suspended_from="2025-12-01", suspended_until="2026-02-28")

    def settles(at: str) -> bool:
        family.at(at)
        return isinstance(family.settle("child", "clinic", 1_00), Answered)

    assert settles("2025-11-30T23:59")
    assert not settles("2025-12-01T00:00")
    assert not settles("2026-02-28T23:59")
    assert settles("2026-03-01T00:00")
