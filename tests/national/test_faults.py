"""The store fails at each statement of a settlement, and everything comes four times at once: the
books are unchanged or changed once, and 5203 tells which."""

import sqlite3
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

import msgspec
import pytest

from gongji.desk.line import Line, Turn
from gongji.desk.office import Folders, Office
from gongji.desk.ports import Clock, StoreUnavailable
from gongji.national.exchange import HANDLERS, READS, Asked, read_tree, serve_settlements
from gongji.national.reversing import UNDONE
from gongji.wiring import office_in_memory
from national import story
from national.counters import Insistent, at_once
from national.test_days import admitted, purchase, ward_bill
from national.test_three_states import SPENT, WHOLE, money, query, ready, reverse
from national.windows import (
    ALONE,
    AMOXICILLIN,
    BED,
    MEMBER,
    PHARMACY,
    SPONSOR,
    Answer,
    Sandbox,
    Window,
    psn_no,
)


class Failing:
    """A connection whose statement of some number in a unit of work fails: before it is done, or
    after.

    What fails after it was done is an answer that is lost; of COMMIT that is the worst.
    """

    def __init__(self, real: sqlite3.Connection, number: int, *, after: bool) -> None:
        self._real, self._left, self._after = real, number, after
        self._begun = False
        self.failed = ""

    def execute(self, statement: str, *values: Any) -> Any:
        """One statement, or the failure."""
        return self._done(self._real.execute, statement, *values)

    def executemany(self, statement: str, *values: Any) -> Any:
        """One statement for many rows, or the failure."""
        return self._done(self._real.executemany, statement, *values)

    def _done(self, does: Callable[..., Any], statement: str, *values: Any) -> Any:
        if self.failed or not self._begun or statement == "ROLLBACK":
            self._begun |= statement.startswith("BEGIN")
            return does(statement, *values)
        self._left -= 1
        fails = self._left < 0
        if fails and not self._after:
            self.failed = statement
            raise sqlite3.OperationalError("disk I/O error")
        found = does(statement, *values)
        if fails:
            self.failed = statement
            raise sqlite3.OperationalError("disk I/O error")
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def broken(box: Sandbox, message: bytes, number: int, *, after: bool) -> str:
    """Send a message while that statement fails; the statement, empty where there are fewer."""
    store: Any = box.office.store
    real = store._writer
    store._writer = failing = Failing(real, number, after=after)
    (told,) = at_once(box, message)
    store._writer = real
    if failing.failed:
        assert isinstance(told, StoreUnavailable), told
    return failing.failed


Prepared = tuple[Window, str, str, dict[str, Any]]
"""A window, a msgid, a transaction and its nodes."""


def outpatient(box: Sandbox) -> Prepared:
    """2207."""
    window = Window(box)
    return window, window.msgid(), "2207", {"data": ready(window)}


def inpatient(box: Sandbox) -> Prepared:
    """2304."""
    window = Window(box)
    visit = admitted(window, MEMBER)
    window.charge(visit, MEMBER, (BED, "95.00"))
    return window, window.msgid(), "2304", {"data": ward_bill(visit, MEMBER, "95.00")}


def bought(box: Sandbox) -> Prepared:
    """2102."""
    window = Window(box, PHARMACY)
    return window, window.msgid(), "2102", purchase(window, MEMBER, (AMOXICILLIN, "95.00"))


def in_memory(clock: Clock, folders: Folders) -> Office:
    """On SQLite whatever the other tests stand on: it is its statements that fail here."""
    return office_in_memory(clock, folders)


def each_fault(prepare: Callable[[Sandbox], Prepared]) -> Iterator[tuple[Sandbox, Prepared, bool]]:
    """A sandbox for each statement that may fail, after it has; and whether it was committed."""
    for after in (False, True):
        statements: list[str] = []
        while True:
            box = Sandbox(open_office=in_memory)
            window, msgid, infno, nodes = prepared = prepare(box)
            message = msgspec.json.encode(window.message(infno, msgid, **nodes))
            failed = broken(box, message, len(statements), after=after)
            if not failed:
                break
            statements.append(failed)
            yield box, prepared, failed == "COMMIT" and after
        assert "COMMIT" in statements
        assert len(statements) > 15


@pytest.mark.parametrize("prepare", [outpatient, inpatient, bought])
def test_a_repeat_settles_once_wherever_the_store_failed(
    prepare: Callable[[Sandbox], Prepared],
) -> None:
    """Then 5203 has it, 2601 takes it back, and a late repeat is told so."""
    for box, (window, msgid, infno, nodes), committed in each_fault(prepare):
        before = money(box)
        assert (before != WHOLE) == committed
        first = window.send(infno, msgid, **nodes)
        after = money(box)
        assert first.good, first.says
        assert after != WHOLE
        assert window.send(infno, msgid, **nodes).body == first.body
        assert money(box) == after
        data = first.info
        assert query(window, data, msgid).info["setl_id"] == data["setl_id"]
        assert reverse(window, msgid, infno).good
        assert money(box) == WHOLE
        assert query(window, data, msgid).info["refd_setl_flag"] == "1"
        assert window.send(infno, msgid, **nodes).says == UNDONE
        box.proof()


def test_2601_and_5203_tell_the_truth_wherever_the_store_failed() -> None:
    """5203 first, which says whether it was settled; then 2601, after which nothing is."""
    for box, (window, msgid, infno, nodes), committed in each_fault(outpatient):
        asked = query(window, nodes["data"], msgid)
        assert asked.good == committed
        assert money(box) == (SPENT if committed else WHOLE)
        assert reverse(window, msgid, infno).good
        assert money(box) == WHOLE
        assert window.send(infno, msgid, **nodes).says == UNDONE
        assert query(window, nodes["data"], msgid).good == committed
        assert window.send(infno, **nodes).good  # the lines are free for a new request
        assert money(box) == SPENT
        box.proof()


def rows(box: Sandbox) -> dict[str, int]:
    """How many rows each table has that a message may write to."""
    store: Any = box.office.store
    names = store._writer.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND (name LIKE 'national_%' OR name IN ('entries', 'answers', 'accounts'))"
    ).fetchall()
    return {
        name: store._writer.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]
        for (name,) in names
    }


def test_a_day_in_which_everything_comes_four_times_at_once() -> None:
    """Every transaction that changes anything: four equal answers, and the rows of a day in which
    each came once."""
    once, often = (Sandbox(open_office=in_memory) for _ in range(2))
    story.day(Window(once), Window(once, PHARMACY))
    desk, shop = Insistent(often), Insistent(often, PHARMACY)
    story.day(desk, shop)
    assert desk.repeated | shop.repeated == set(HANDLERS) - READS
    assert rows(often) == rows(once)
    assert money(often) == money(once)
    often.proof()


def test_neighbours_of_one_batch_do_not_touch_each_other() -> None:
    """Settled, refused, repeated, unknown: each gets its own answer, in one unit of work."""
    box = Sandbox()
    desk, shop = Window(box), Window(box, PHARMACY)
    data = ready(desk)
    good = msgspec.json.encode(desk.message("2207", data=data))
    wrong = msgspec.json.encode(desk.message("2207", data={**data, "medfee_sumamt": 9}))
    stranger = Window(box, "H99000099999")
    lost = msgspec.json.encode(stranger.message("2207", data=data))
    sold = msgspec.json.encode(
        shop.message("2102", **purchase(shop, MEMBER, (AMOXICILLIN, "30.00")))
    )
    answers = at_once(box, wrong, good, lost, good, sold)
    told = [one for one in answers if isinstance(one, Answer)]
    assert [one.good for one in told] == [False, True, False, True, True]
    assert "medfee_sumamt" in told[0].says
    assert "H99000099999" in told[2].says
    assert told[1].body == told[3].body
    assert sum(money(box)) == sum(WHOLE) - 95_00 - 30_00
    box.proof()


def test_whose_purses_another_hand_holds_is_left_to_the_next_batch() -> None:
    """His spouse pays by the other hand; whoever is in the book for nobody is answered at once."""
    box = Sandbox()
    shop = Window(box, PHARMACY)

    def asked(number: str) -> Asked:
        found = read_tree(shop.message("2102", **purchase(shop, number, (AMOXICILLIN, "30.00"))))
        assert isinstance(found, Asked)
        id = box.office.ask(lambda session: session.unit.institution_of_code(PHARMACY))
        return found._replace(place=str(id))

    def serve(turn: Turn[Asked]) -> list[bool]:
        served = box.office.do(lambda session: serve_settlements(session, turn.taken, turn))
        return [Answer(reply).good for reply in served]

    numbers = (ALONE, MEMBER, "nobody1", "nobody2")
    line = Line(attrgetter("patient"), [asked(number) for number in numbers])
    with line.turn() as other:
        other.taken = [asked(SPONSOR)]
        other.claims({psn_no(SPONSOR): {psn_no(SPONSOR)}})
        with line.turn() as turn:
            turn.taken = [line.waiting.popleft() for _ in range(4)]
            assert serve(turn) == [True, False, False]
    assert [one.patient for one in line.waiting] == [psn_no(MEMBER)]
    with line.turn() as turn:
        turn.taken = [line.waiting.popleft()]
        assert serve(turn) == [True]
    box.proof()
