"""Deductions: every cause, the moments that decide, the order, and books that no run can harm."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contributions.season import (
    CUT_OFF,
    DEDUCTED,
    YEAR,
    deduct,
    handed_over,
    national_office,
    paid,
    register,
    states,
    two_way_office,
)
from gongji.desk import deducting, premiums
from gongji.desk.runs import Chunk, run
from gongji.policy.contributions import PremiumState, held_since
from gongji.policy.refusal import Refusal
from gongji.terms import Use
from gongji.wiring import shipped_packs
from town import LINYI, NATIONAL, SHANGHAI, TWO_WAY, Town, an_office, code, rules_of

OpenTown = Callable[..., Town]


def a_family(town: Town, *, carried: int = 1_000_00, uses: str = "contribute") -> Town:
    """Father, mother and child; the child's premium is registered, the father's pool is open."""
    town.person("father", carried=carried, current=5_000_00)
    town.person("child", "resident")
    register(town, "child")
    town.pool("father", {"child": "child"}, uses)
    return town


def nothing(town: Town) -> None:
    """Nothing else happens."""


def seal(town: Town) -> None:
    town.standing("father", status="sealed")


def suspend(town: Town) -> None:
    town.standing("father", status="suspended")


def die(town: Town) -> None:
    town.standing("father", died=town.now.date())


def pay_cash(town: Town) -> None:
    paid(town, "child", "cash")


def leave(town: Town) -> None:
    town.leave("child")


def pay_only(town: Town) -> None:
    town.uses("father", "pay")


def both(town: Town) -> None:
    town.uses("father", "pay contribute")


@pytest.mark.parametrize(
    ("carried", "uses", "act", "expected", "rule"),
    [
        (400_01, "contribute", nothing, "deducted", "CON-5"),
        (400_00, "contribute", nothing, "balance_not_above_premium", "CON-4"),
        (399_99, "contribute", nothing, "balance_not_above_premium", "CON-4"),
        (1_000_00, "pay contribute", nothing, "deducted", "CON-5"),
        (1_000_00, "pay", nothing, "contribute_not_chosen", "CON-3"),
        (1_000_00, "contribute", pay_only, "contribute_not_chosen", "CON-3"),
        (1_000_00, "contribute", both, "deducted", "CON-5"),
        (1_000_00, "contribute", pay_cash, "paid_otherwise", "CON-3"),
        (1_000_00, "contribute", leave, "not_in_a_pool", "NET-18"),
        (1_000_00, "contribute", seal, "sponsor_not_in_force", "NET-1"),
        (1_000_00, "contribute", suspend, "sponsor_not_in_force", "NET-1"),
        (1_000_00, "contribute", die, "sponsor_not_in_force", "NET-1"),
        # Several hold: the first in the order of the causes is given.
        (100_00, "pay", seal, "contribute_not_chosen", "CON-3"),
        (100_00, "contribute", seal, "sponsor_not_in_force", "NET-1"),
        (100_00, "pay", pay_cash, "paid_otherwise", "CON-3"),
        (100_00, "contribute", leave, "not_in_a_pool", "NET-18"),
    ],
)
def test_each_cause(
    town: OpenTown,
    carried: int,
    uses: str,
    act: Callable[[Town], None],
    expected: str,
    rule: str,
) -> None:
    """What stands against a deduction, with its rule; and money moves only when nothing does."""
    here = a_family(town(SHANGHAI, "2025-12-01T09:00"), carried=carried, uses=uses)
    here.at("2025-12-16T07:00")
    act(here)
    here.at(DEDUCTED)
    assert deduct(here) == {"child": expected}
    taken = 400_00 if expected == "deducted" else 0
    assert here.balance("father").carried == carried - taken
    assert here.balance("father").current == 5_000_00
    assert handed_over(here) == taken
    premium = here.ask(lambda s: s.unit.premiums_of(SHANGHAI, YEAR, [here.id("child")]))
    assert rule in rules_of(premium[here.id("child")].cites)
    here.proof()


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ([("2025-12-15T16:59", "contribute")], "deducted"),
        ([(CUT_OFF, "contribute")], "deducted"),  # 17:00 itself is in time
        ([("2025-12-15T17:01", "contribute")], "chosen_too_late"),
        ([("2025-12-10T09:00", "contribute"), ("2025-12-16T01:00", "pay contribute")], "deducted"),
        (
            [
                ("2025-12-10T09:00", "contribute"),
                ("2025-12-15T18:00", "pay"),
                ("2025-12-15T18:01", "contribute"),
            ],
            "chosen_too_late",
        ),
        (
            [
                ("2025-12-10T09:00", "contribute"),
                ("2025-12-11T09:00", "pay"),
                ("2025-12-12T09:00", "contribute"),
                ("2025-12-15T20:00", "pay contribute"),
                ("2025-12-15T21:00", "contribute"),
            ],
            "deducted",
        ),
        ([("2025-12-10T09:00", "contribute"), ("2025-12-15T18:00", "")], "contribute_not_chosen"),
    ],
)
def test_chosen_in_time_and_kept(
    town: OpenTown, moments: list[tuple[str, str]], expected: str
) -> None:
    """CON-3: chosen by 15 December 17:00 and kept without a break until the deduction."""
    here = a_family(town(SHANGHAI, "2025-12-01T09:00"), uses="pay")
    for moment, uses in moments:
        here.at(moment)
        here.uses("father", uses)
    here.at(DEDUCTED)
    assert deduct(here) == {"child": expected}


def test_a_bond_younger_than_the_cut_off_is_too_late(town: OpenTown) -> None:
    """The choice may be old; the child has been in the pool only since the bond."""
    here = town(SHANGHAI, "2025-12-01T09:00")
    here.person("father", carried=1_000_00)
    here.person("child", "resident")
    register(here, "child")
    here.pool("father", {}, "contribute")
    here.at("2025-12-15T17:30")
    here.bind("father", "child", "child")
    here.at(DEDUCTED)
    assert deduct(here) == {"child": "chosen_too_late"}


def test_children_are_deducted_in_the_order_of_registration(town: OpenTown) -> None:
    """The balance is asked anew before each child: 900 yuan pay two premiums and not three."""
    here = town(SHANGHAI, "2025-12-01T09:00")
    here.person("father", carried=900_00)
    names = ["third", "first", "second"]
    for name in names:
        here.person(name, "resident")
    here.pool("father", dict.fromkeys(names, "child"), "contribute")
    for name in names:
        register(here, name)
    here.at(DEDUCTED)
    assert deduct(here) == {
        "third": "deducted",
        "first": "deducted",
        "second": "balance_not_above_premium",
    }
    assert here.balance("father").carried == 100_00
    assert states(here, names)["second"] is PremiumState.FAILED


@pytest.mark.parametrize(("carried", "paid_for"), [(800_00, 1), (800_01, 2), (1_200_00, 2)])
def test_the_last_of_siblings_needs_a_greater_balance_too(
    town: OpenTown, carried: int, paid_for: int
) -> None:
    """CON-4 before each deduction: what would be left over must not be nothing."""
    here = town(SHANGHAI, "2025-12-01T09:00")
    here.person("father", carried=carried)
    names = ["a", "b", "c"]
    for name in names:
        here.person(name, "resident")
    here.pool("father", dict.fromkeys(names, "child"), "contribute")
    for name in names:
        register(here, name)
    here.at(DEDUCTED)
    found = deduct(here)
    assert list(found.values()).count("deducted") == paid_for  # type: ignore[union-attr]


def test_before_its_day_nothing_is_deducted(town: OpenTown) -> None:
    """CON-5: refused with the moment from which it works, and nothing is written."""
    here = a_family(town(SHANGHAI, "2025-12-01T09:00"))
    here.at("2025-12-15T23:59")
    written = here.office.store.changes()
    found = deduct(here)
    assert code(found) == "too_early"
    assert isinstance(found, Refusal) and found.succeeds_at is not None
    assert found.succeeds_at.isoformat() == "2025-12-16T00:00:00+08:00"
    assert here.office.store.changes() == written


@pytest.mark.parametrize(("region", "year"), [(SHANGHAI, 2027), (SHANGHAI, 2025)])
def test_a_year_without_a_rule_is_named(town: OpenTown, region: str, year: int) -> None:
    """400 yuan and 15 December are answers for one year of one region: nothing is guessed."""
    here = town(region, "2025-12-20T09:00")
    here.person("child", "resident")
    register(here, "child", year=year)
    found = deduct(here, year=year)
    assert code(found) == "not_configured"
    assert isinstance(found, Refusal) and found.numbers == {"year": year}


def test_twice_is_once(town: OpenTown) -> None:
    """A finished batch does nothing; the next one leaves what is deducted alone."""
    here = a_family(town(SHANGHAI, "2025-12-01T09:00"))
    here.at(DEDUCTED)
    assert deduct(here) == {"child": "deducted"}
    assert deduct(here) == {}
    assert deduct(here, "2") == {}
    assert here.balance("father").carried == 600_00
    assert handed_over(here) == 400_00
    here.proof()


def test_a_later_batch_tries_again_what_failed(town: OpenTown) -> None:
    """「分批次」: when the balance has come, the premium of the next batch is paid."""
    here = a_family(town(SHANGHAI, "2025-12-01T09:00"), carried=10_00)
    here.at(DEDUCTED)
    assert deduct(here) == {"child": "balance_not_above_premium"}
    here.credit("father", "carried", 500_00)
    assert deduct(here, "2") == {"child": "deducted"}
    assert states(here, ["child"])["child"] is PremiumState.DEDUCTED


def test_what_is_deducted_cannot_be_paid_again(town: OpenTown) -> None:
    """A premium is paid once, whichever way comes first."""
    here = a_family(town(SHANGHAI, "2025-12-01T09:00"))
    here.at(DEDUCTED)
    deduct(here)
    assert code(paid(here, "child")) == "already_deducted"
    assert states(here, ["child"])["child"] is PremiumState.DEDUCTED


@pytest.fixture
def two_way() -> Iterator[Town]:
    """A region where no choice is asked and a member may have several sponsors."""
    with closing(Town(TWO_WAY, "2025-11-01T09:00", two_way_office)) as here:
        yield here


def test_elsewhere_no_choice_is_asked_and_the_oldest_bond_that_can_pays(two_way: Town) -> None:
    """Two sponsors in a two-way region: the older is short, so the younger's money is taken."""
    here = two_way
    here.person("father", current=400_00)
    here.person("mother", current=400_01)
    here.person("child", "resident")
    register(here, "child")
    here.pool("father", {"child": "child"}, "pay contribute")
    here.at("2025-11-02T09:00")
    here.pool("mother", {"child": "child"}, "pay contribute")
    here.at(DEDUCTED)
    assert deduct(here) == {"child": "deducted"}
    assert here.balance("father").current == 400_00
    assert here.balance("mother").current == 1


def test_a_text_that_pays_no_premium_pays_none() -> None:
    """What a contribution may pay is the pack's to say: where it is the commercial plan alone, a
    premium stays due, and the provision is cited."""
    folders = shipped_packs()
    pack = folders["310000-shanghai"]
    words = 'value = ["resident_premium", "commercial_plan"]'
    assert words in pack["contributions.toml"]
    plan_alone = pack["contributions.toml"].replace(words, 'value = ["commercial_plan"]')
    folders = {**folders, "310000-shanghai": {**pack, "contributions.toml": plan_alone}}
    opened = Town(SHANGHAI, "2025-12-01T09:00", lambda clock: an_office(clock, folders))
    with closing(opened):
        here = a_family(opened)
        here.at(DEDUCTED)
        assert deduct(here) == {"child": "contribute_not_chosen"}
        assert here.balance("father").carried == 1_000_00
        known = here.ask(lambda s: s.unit.premiums_of(SHANGHAI, YEAR, [here.id("child")]))
        assert "CON-1" in rules_of(known[here.id("child")].cites, here.office.law)


def test_of_two_sponsors_the_nearer_cause_is_told(two_way: Town) -> None:
    """Where nobody can pay, the cause is the one of the sponsor who came nearest to it."""
    here = two_way
    here.person("father", current=900_00)
    here.person("mother", current=1_00)
    here.person("child", "resident")
    register(here, "child")
    here.pool("father", {"child": "child"}, "pay contribute")
    here.pool("mother", {"child": "child"}, "pay contribute")
    here.standing("father", status="suspended")
    here.at(DEDUCTED)
    assert deduct(here) == {"child": "balance_not_above_premium"}


def test_both_purses_pay_in_the_packs_order() -> None:
    """The baseline pools the whole balance: `current` first, then `carried`."""
    with closing(Town(NATIONAL, "2025-11-01T09:00", national_office)) as here:
        here.person("father", current=300_00, carried=101_00)
        here.person("child", "resident")
        register(here, "child")
        here.pool("father", {"child": "child"}, "pay contribute")
        here.at(DEDUCTED)
        assert deduct(here) == {"child": "deducted"}
        assert (here.balance("father").current, here.balance("father").carried) == (0, 1_00)
        here.proof()


@pytest.mark.parametrize(
    ("history", "since"),
    [
        ([], None),
        ([(1, "contribute")], 1),
        ([(1, "pay")], None),
        ([(1, "pay"), (5, "contribute")], 5),
        ([(1, "contribute"), (5, "pay contribute"), (9, "contribute")], 1),
        ([(1, "contribute"), (5, "pay"), (9, "contribute")], 9),
        ([(1, "contribute"), (5, "")], None),
    ],
)
def test_since_when_a_use_is_held(history: list[tuple[int, str]], since: int | None) -> None:
    """The last moment from which it has been chosen without a break."""
    told = [(at, frozenset(map(Use, uses.split()))) for at, uses in history]
    assert held_since(told, Use.CONTRIBUTE) == since


# ── Whole towns ──────────────────────────────────────────────────────────────────────────────────

Story = list[dict[str, Any]]

FAMILY = st.fixed_dictionaries(
    {
        "fen": st.sampled_from([0, 399_99, 400_00, 400_01, 800_01, 5_000_00]),
        "children": st.integers(1, 3),
        "uses": st.sampled_from(["contribute", "pay", "pay contribute", ""]),
        "later": st.sampled_from(["", "late", "broken", "pay too", "sealed", "dead", "left"]),
        "cash": st.sampled_from([0, 0, 0, 1]),
        "amount": st.sampled_from([400_00, 250_00]),
    }
)


def build(story: Story, open_office: Callable[..., Any] | None = None, region: str = "") -> Town:
    """A town in which each family has its own story; premiums are registered in turns."""
    here = Town(region or SHANGHAI, "2025-12-01T09:00", *([open_office] if open_office else []))
    turns: list[tuple[int, str, int]] = []
    for n, family in enumerate(story):
        father = f"f{n}"
        two_purses = region == NATIONAL and n % 2
        here.person(
            father,
            carried=family["fen"] // 2 if two_purses else family["fen"],
            current=family["fen"] - family["fen"] // 2 if two_purses else 77_00,
        )
        children = [f"c{n}x{k}" for k in range(family["children"])]
        for k, child in enumerate(children):
            here.person(child, "resident")
            turns.append((k, child, family["amount"]))
        here.pool(father, dict.fromkeys(children, "child"), family["uses"])
    for _, child, fen in sorted(turns):
        register(here, child, fen)
    here.at("2025-12-15T18:00")
    for n, family in enumerate(story):
        father, child = f"f{n}", f"c{n}x0"
        match family["later"]:
            case "late":
                here.uses(father, "contribute")
            case "broken":
                here.uses(father, "pay")
                here.at(f"{here.now:%Y-%m-%dT%H:%M}")
                here.uses(father, "contribute")
            case "pay too":
                here.uses(father, "pay contribute")
            case "sealed":
                here.standing(father, status="sealed")
            case "dead":
                here.standing(father, died=here.now.date())
            case "left":
                here.leave(child)
        if family["cash"]:
            paid(here, child)
    here.at(DEDUCTED)
    return here


def books(town: Town) -> tuple[Any, ...]:
    """Everything that a deduction writes, without the order of entries of different sponsors."""
    with town.office.store.read() as unit:
        balances = sorted(unit.balance_rows())
        entries = sorted(
            (row.owner, row.voucher, row.amount_fen)
            for row in unit.entry_rows()
            if not row.voucher.startswith("opening")
        )
        premiums = [unit.premium_by_number(town.region, YEAR, n) for n in range(1, 40)]
    # A bond's id is drawn by lot, so it differs between two towns of one story.
    return balances, entries, [p._replace(bond=None) for p in premiums if p is not None]


def expected(story: Story) -> dict[str, str]:
    """The rules once more, without the program: one family at a time, a child at a time."""
    found: dict[str, str] = {}
    for n, family in enumerate(story):
        left = family["fen"]
        chosen = "contribute" in family["uses"]
        late = not chosen and family["later"] in {"late", "pay too", "broken"}
        if family["later"] == "broken":
            late = True
        for k in range(family["children"]):
            child = f"c{n}x{k}"
            if family["cash"] and k == 0:
                found[child] = "paid_otherwise"
            elif family["fen"] == 0 or (family["later"] == "left" and k == 0):
                found[child] = "not_in_a_pool"  # without carried money no pool is formed
            elif not chosen and not late:
                found[child] = "contribute_not_chosen"
            elif late:
                found[child] = "chosen_too_late"
            elif family["later"] in {"sealed", "dead"}:
                found[child] = "sponsor_not_in_force"
            elif left <= family["amount"]:
                found[child] = "balance_not_above_premium"
            else:
                left -= family["amount"]
                found[child] = "deducted"
    return found


@settings(max_examples=60)
@given(st.lists(FAMILY, min_size=1, max_size=8), st.integers(1, 12))
def test_any_town_against_the_rules(story: Story, chunk: int) -> None:
    """Every premium of any town comes out as the rules say, whatever the size of a chunk."""
    town = build(story)
    try:
        assert deduct(town, chunk=chunk) == expected(story)
        sums = town.proof()
        assert sums.accounts
        deducted = [p for p in books(town)[2] if p.state is PremiumState.DEDUCTED]
        assert handed_over(town) == sum(p.amount_fen for p in deducted)
        before = sum(family["fen"] for family in story)
        after = sum(town.balance(f"f{n}").carried for n in range(len(story)))
        assert before == after + handed_over(town), "no sum is lost"
    finally:
        town.close()


@settings(max_examples=40)
@given(st.lists(FAMILY, min_size=1, max_size=6), st.sampled_from([SHANGHAI, NATIONAL]))
def test_plain_premiums_come_out_as_if_taken_one_by_one(story: Story, region: str) -> None:
    """What the database makes at once has the same books as what the desk makes one by one."""
    office = national_office if region == NATIONAL else None
    at_once, one_by_one = build(story, office, region), build(story, office, region)
    try:
        deduct(at_once)
        with pytest.MonkeyPatch.context() as patch:
            from gongji.store.deduction_rows import DeductionRows

            stage = DeductionRows.stage_premiums

            def none_is_plain(unit: Any, *given: Any, **named: Any) -> Any:
                found = stage(unit, *given, **named)
                unit._db.execute("UPDATE deducting SET plain = 0")
                return found

            patch.setattr(DeductionRows, "stage_premiums", none_is_plain)
            deduct(one_by_one)
        assert books(at_once) == books(one_by_one)
        at_once.proof()
        one_by_one.proof()
    finally:
        at_once.close()
        one_by_one.close()


class Killed(Exception):
    """The machine stops."""


@settings(max_examples=30)
@given(
    st.lists(FAMILY, min_size=2, max_size=6),
    st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=6),
)
def test_killed_anywhere_and_started_again(story: Story, kills: list[tuple[int, bool]]) -> None:
    """A run that is killed between or within chunks ends with the books of one that was not."""
    smooth, rough = build(story), build(story)
    try:
        deduct(smooth, chunk=2)
        for at, within in kills:
            left = at

            def step(session: Any, cursor: str, within: bool = within) -> Chunk:
                nonlocal left
                if left == 0 and not within:
                    raise Killed
                chunk = deducting.deduction(SHANGHAI, YEAR, 2)(session, cursor)
                if left == 0:
                    raise Killed  # what this chunk has written is forgotten with it
                left -= 1
                return chunk

            try:
                run(rough.office, SHANGHAI, f"premiums/{YEAR}/1", step)
            except Killed:
                continue
        deduct(rough, chunk=2)
        assert books(rough) == books(smooth)
        rough.proof()
    finally:
        smooth.close()
        rough.close()


def test_a_dry_run_keeps_nothing(town: OpenTown) -> None:
    """It says what would be deducted, and leaves balances, premiums and journal alone."""
    here = a_family(town(SHANGHAI, "2025-12-01T09:00"))
    here.at(DEDUCTED)
    found = deducting.deduct(here.office, SHANGHAI, YEAR, dry_run=True)
    assert not isinstance(found, Refusal)
    assert (found.done_now, found.amount_now_fen) == (1, 400_00)
    assert here.balance("father").carried == 1_000_00
    assert deduct(here) == {"child": "deducted"}


def test_where_the_text_names_no_day_there_is_none_to_keep(town: OpenTown) -> None:
    """Linyi lets the pool pay the premium (CON-1) and says no more: no choice, the whole balance,
    still more than the premium, and the result at once."""
    here = town(LINYI, "2026-02-10T09:00")
    here.person("father", current=700_00)
    for name in ("child", "baby"):
        here.person(name, "resident")
        register(here, name, year=2026)
    here.pool("father", {"child": "child", "baby": "child"}, "")
    assert deduct(here) == {"child": "deducted", "baby": "balance_not_above_premium"}
    assert here.balance("father").current == 300_00
    found = here.ask(lambda s: premiums.result(s, here.id("child"), 2026, here.caller("child")))
    assert isinstance(found, premiums.Result)
    assert (found.state, found.withdrawal) == ("deducted", None)
    assert "CON-1" in rules_of(found.cites)
