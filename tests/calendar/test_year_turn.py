"""ACC-2: after the clearing of 30 June the rest is carried; runs may be killed at any point."""

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from conftest import OpenTown
from gongji.desk import rollover, runs
from gongji.desk.office import Session
from gongji.desk.runs import Chunk, ItemResult, RunReport
from gongji.desk.settling import Reversed
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import Balances
from town import LINYI, SHANGHAI, Town, code, local, rules_of

JUNE_30 = date(2026, 6, 30)


def turn(town: Town, year_ends: date = JUNE_30, **how: Any) -> RunReport | Refusal:
    return rollover.turn_year(town.office, town.region, year_ends, **how)


def turned(town: Town, **how: Any) -> tuple[int, int]:
    report = turn(town, **how)
    assert isinstance(report, RunReport), report
    return report.done_now, report.amount_now_fen


@pytest.fixture
def shanghai(town: OpenTown) -> Town:
    opened: Town = town(SHANGHAI, "2026-06-20T09:00")
    opened.person("father", current=700_00, carried=100_00)
    opened.person("mother", current=0, carried=50_00)
    opened.person("child", "resident")
    opened.hospital("clinic")
    return opened


def test_what_is_left_of_the_year_is_carried(shanghai: Town) -> None:
    shanghai.at("2026-07-01T01:00")
    assert turned(shanghai) == (1, 700_00)
    assert shanghai.balance("father") == Balances(0, 800_00)
    assert shanghai.balance("mother") == Balances(0, 50_00)
    shanghai.proof()


def test_money_of_the_new_year_stays_current(shanghai: Town) -> None:
    shanghai.at("2026-07-01T00:10")
    shanghai.credit("father", "current", 300_00)
    shanghai.at("2026-07-01T01:00")
    assert turned(shanghai) == (1, 700_00)
    assert shanghai.balance("father") == Balances(300_00, 800_00)


def test_what_was_drawn_before_the_turn_came_from_the_old_year(shanghai: Town) -> None:
    shanghai.at("2026-07-01T00:05")
    shanghai.credit("father", "current", 300_00)
    shanghai.settled("father", "clinic", 120_00)
    shanghai.at("2026-07-01T01:00")
    assert turned(shanghai) == (1, 580_00)
    assert shanghai.balance("father") == Balances(300_00, 680_00)


def test_a_finished_turn_moves_nothing_again(shanghai: Town) -> None:
    shanghai.at("2026-07-01T01:00")
    turned(shanghai)
    shanghai.credit("father", "current", 10_00)
    assert turned(shanghai) == (0, 0)
    assert shanghai.balance("father") == Balances(10_00, 800_00)


def test_a_refund_from_the_closed_year_goes_to_carried(shanghai: Town) -> None:
    shanghai.settled("father", "clinic", 200_00, id="june")
    shanghai.at("2026-07-01T00:30")
    shanghai.settled("father", "clinic", 40_00, id="night")
    shanghai.at("2026-07-01T01:00")
    turned(shanghai)
    shanghai.credit("father", "current", 90_00)
    shanghai.settled("father", "clinic", 20_00, id="july")
    for bill in ("june", "night", "july"):
        assert isinstance(shanghai.reverse(bill, "clinic"), Reversed)
    assert shanghai.balance("father") == Balances(90_00, 800_00)
    shanghai.proof()


@pytest.mark.parametrize(
    ("region", "now", "year_ends", "refused"),
    [
        (SHANGHAI, "2026-06-30T23:59", JUNE_30, "too_early"),
        (SHANGHAI, "2026-07-01T01:00", date(2026, 7, 1), "no_year_turn"),
        (LINYI, "2026-07-01T01:00", JUNE_30, "no_year_turn"),
    ],
)
def test_a_year_is_turned_when_and_where_it_ends(
    town: OpenTown, region: str, now: str, year_ends: date, refused: str
) -> None:
    found = turn(town(region, now), year_ends)
    assert code(found) == refused
    assert isinstance(found, Refusal)
    assert rules_of(found.cites) & {"ACC-2", "ACC-4"}


def test_a_dry_run_says_what_it_would_move_and_keeps_nothing(shanghai: Town) -> None:
    shanghai.at("2026-07-01T01:00")
    assert turned(shanghai, dry_run=True) == (1, 700_00)
    assert shanghai.balance("father") == Balances(700_00, 100_00)
    assert turned(shanghai) == (1, 700_00)


class Killed(Exception):
    """Stands for kill -9: it ends the program between two statements."""


def _many(town: Town) -> None:
    for number in range(60):
        town.person(f"p{number:02d}", current=number * 1_00, carried=5_00)


def _dying(do: Callable[..., Any], chunks: int) -> Callable[..., Any]:
    """An office that dies after so many chunks: the next one is done, and never committed."""
    left = [chunks]

    def killed(use_case: Callable[[Session], Any]) -> Any:
        def then_die(session: Session) -> Any:
            found = use_case(session)
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return found

        return do(then_die)

    return killed


def _books(town: Town) -> list[object]:
    with town.office.store.read() as unit:
        return [row[:4] for row in unit.balance_rows()]


def test_a_turn_killed_at_fifty_random_points_ends_with_the_same_books(
    town: OpenTown,
) -> None:
    whole, broken = (town(SHANGHAI, "2026-06-20T09:00") for _ in range(2))
    for one in (whole, broken):
        _many(one)
        one.at("2026-07-01T01:00")
    turned(whole, chunk=7)
    dice = random.Random(30)
    kills = 0
    do = broken.office.do
    while kills < 50:
        broken.office.do = _dying(do, dice.randint(0, 2))  # type: ignore[method-assign]  # it dies
        kills += 1
        try:
            turn(broken, chunk=2)
        except Killed:
            continue
        break
    broken.office.do = do  # type: ignore[method-assign]  # and lives again
    turn(broken, chunk=2)
    assert _books(broken) == _books(whole)
    assert kills > 10
    broken.proof()


def test_a_run_keeps_why_an_item_failed(town: OpenTown) -> None:
    one: Town = town()

    def step(session: Session, cursor: str) -> Chunk:
        if cursor == "":
            results = [ItemResult("a", True, "", 5), ItemResult("b", False, "no_money", 7)]
            return Chunk(1, 1, 5, results, "b")
        return Chunk(1, 0, 2, [ItemResult("c", True, "", 2)], None)

    seen: list[int] = []
    report = runs.run(
        one.office, SHANGHAI, "test", step, progress=lambda state: seen.append(state.done)
    )
    assert (report.done_now, report.failed_now, report.amount_now_fen) == (2, 1, 7)
    assert seen == [1, 2]
    failures = one.ask(lambda session: session.unit.run_failures(SHANGHAI, "test"))
    assert failures == [("b", "no_money", 7)]


def test_payments_go_on_between_the_chunks_of_a_run(town: OpenTown) -> None:
    """What is paid while the year is being turned is neither lost nor turned twice."""
    one = town(SHANGHAI, "2026-06-20T09:00")
    _many(one)
    one.hospital("clinic")
    one.at("2026-07-01T01:00")
    paid: list[int] = []

    def pay(_: object) -> None:
        paid.append(one.settled(f"p{len(paid):02d}", "clinic", 1_00).own_fen)

    turn(one, chunk=5, progress=pay)
    assert len(paid) == 12
    in_all = sum(range(60)) * 1_00 + 60 * 5_00
    left = [one.balance(f"p{n:02d}") for n in range(60)]
    assert sum(b.current + b.carried for b in left) == in_all - sum(paid)
    assert all(b.current == 0 for b in left)
    one.proof()


def test_a_late_bill_of_the_closed_year_takes_none_of_the_new_years_money(shanghai: Town) -> None:
    """What the old year had left is carried by now; `current` is another year's."""
    shanghai.at("2026-07-01T01:00")
    turned(shanghai)
    shanghai.credit("father", "current", 300_00)
    late = shanghai.settled("father", "clinic", 50_00, happened_at=local("2026-06-25T10:00"))
    assert [draw.purse.value for draw in late.draws] == ["carried"]
    assert shanghai.balance("father") == Balances(300_00, 750_00)
