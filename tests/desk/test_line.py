"""The line before the counter: whose turn it is, and who goes back to its front."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongji.desk.line import Line, Turn, in_the_way
from gongji.desk.office import Session
from gongji.desk.ports import Conflict
from gongji.desk.settling import Answered, settle_batch
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import SettlementRequest
from town import NATIONAL, Town


def families_of(sponsors: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """Patients and who pays for them, and themselves."""
    return {patient: {patient, *some} for patient, some in sponsors.items()}


STRANGERS = [f"stranger{n}" for n in range(12)]


@pytest.mark.parametrize(
    ("sponsors", "held", "away"),
    [
        pytest.param({"child": ["father"]}, [], [], id="nobody is held"),
        pytest.param({"child": ["father"]}, ["uncle"], [], id="somebody else is"),
        pytest.param({"child": ["father"]}, ["father"], ["child", "father"], id="the sponsor"),
        pytest.param({"child": ["father"]}, ["child"], ["child", "father"], id="the patient"),
        pytest.param({"father": []}, ["father"], ["father"], id="a sponsor who is ill"),
        pytest.param(
            {"child": ["father", "mother"], "granny": ["mother"]},
            ["father"],
            ["child", "father", "granny", "mother"],
            id="who shares a sponsor with them",
        ),
        pytest.param(
            {"a": ["p", "q"], "b": ["q", "r"], "c": ["r", "s"], "other": ["t"]},
            ["s"],
            ["a", "b", "c", "p", "q", "r", "s"],
            id="however far",
        ),
    ],
)
def test_a_family_of_whom_somebody_is_held_goes_back_whole(
    sponsors: Mapping[str, Sequence[str]], held: Sequence[str], away: Sequence[str]
) -> None:
    """Strangers stay."""
    families = families_of({**sponsors, **dict.fromkeys(STRANGERS, ())})
    found = set(in_the_way(families, held))
    assert found & set().union(*families.values()) == set(away)


def test_where_many_would_go_back_all_do_and_the_next_batch_waits_for_the_other_hand() -> None:
    """Four children of one father: there is nothing to be gained by reading on."""
    line: Line[str] = Line(str)
    children = families_of({f"child{n}": ["father"] for n in range(4)})
    strangers = families_of(dict.fromkeys(STRANGERS, ()))
    claimed, going = threading.Event(), threading.Event()

    def the_other() -> None:
        with line.turn() as other:
            other.taken = ["aunt"]
            other.claims({"aunt": {"aunt", "father"}})
            claimed.set()
            assert going.wait(10)

    hand = threading.Thread(target=the_other)
    hand.start()
    assert claimed.wait(10)
    with line.turn() as turn:
        turn.taken = [*children, *strangers]
        assert set(turn.claims(children | strangers)) >= {"father", *children}
        assert [*line.waiting] == [*children]
        assert turn.taken == STRANGERS
    with line.turn() as turn:
        turn.taken = [line.waiting.popleft() for _ in children]
        assert turn.claims(children) == {"father", *children}
        assert [*line.waiting] == [*children]
        assert not turn.taken
        threading.Timer(0.01, going.set).start()
    assert not line.under_way
    with line.turn() as turn:
        assert not turn.claims(children)
    hand.join()


def test_who_wants_to_be_alone_waits_until_the_others_have_finished() -> None:
    """A batch that is tried again would be overtaken otherwise."""
    line: Line[str] = Line(str)
    claimed, going = threading.Event(), threading.Event()

    def the_other() -> None:
        with line.turn() as other:
            other.taken = ["aunt"]
            other.claims({"aunt": {"aunt"}})
            claimed.set()
            assert going.wait(10)

    hand = threading.Thread(target=the_other)
    hand.start()
    assert claimed.wait(10)
    threading.Timer(0.01, going.set).start()
    with line.turn() as turn:
        line.alone(turn)
        assert going.is_set()
    hand.join()


people_of = st.sampled_from([f"p{n}" for n in range(12)])


@given(st.dictionaries(people_of, st.lists(people_of, max_size=2, unique=True)), st.sets(people_of))
def test_who_stays_shares_nobody_with_who_goes_back(
    sponsors: dict[str, list[str]], held: set[str]
) -> None:
    """Neither with those held, nor with those who go back because of them."""
    families = families_of(sponsors)
    found = set(in_the_way(families, held))
    stay = set().union(*(some for some in families.values() if found.isdisjoint(some)))
    assert not stay & (found | held)
    assert all(some <= found for some in families.values() if not found.isdisjoint(some))
    # Nobody goes back for nothing: from each a chain of families leads to somebody held.
    reached = set(held)
    for _ in families:
        reached |= {one for some in families.values() if some & reached for one in some}
    assert found <= reached


@pytest.fixture
def town() -> Iterator[Town]:
    """Five families of two, and a child of the first two fathers."""
    opened = Town(NATIONAL)
    opened.hospital("clinic")
    opened.person("shared", "resident")
    for n in range(5):
        opened.person(f"father{n}", carried=100_00)
        opened.person(f"child{n}", "resident")
        members = {f"child{n}": "child"} | ({"shared": "child"} if n < 2 else {})
        formed = opened.pool(f"father{n}", members)
        assert not isinstance(formed, Refusal)
        assert len(formed.bound) == len(members)
    yield opened
    opened.close()


patient_of = attrgetter("patient")


def settled(town: Town, line: Line[SettlementRequest], most: int) -> list[str]:
    """Settle those in front as one batch; whose bills were."""
    with line.turn() as turn:
        turn.taken = [line.waiting.popleft() for _ in range(min(most, len(line.waiting)))]
        asked = list(turn.taken)

        def settle(session: Session) -> list[Answered | Refusal]:
            return settle_batch(session, turn.taken, turn)

        found = town.do(settle)
        assert all(isinstance(one, Answered) for one in found)
        assert len(found) == len(turn.taken) <= len(asked)
        return [bill.id for bill in turn.taken]


def test_who_must_wait_for_another_hand_is_in_front_of_the_next_batch(town: Town) -> None:
    """In the order of arrival, and nobody else waits for it."""
    names = ["child2", "child0", "child3", "child4", "child0", "father2"]
    waiting = [town.bill(name, "clinic", 1_00, id=f"{n}-{name}") for n, name in enumerate(names)]
    strangers = [town.bill("child4", "clinic", 1_00, id=f"s{n}") for n in range(3)]
    line = Line(patient_of, [*waiting, *strangers])
    with line.turn() as other:
        other.taken = [town.bill("father0", "clinic", 1_00, id="other")]
        other.claims({town.id("father0"): {town.id("father0")}})
        assert settled(town, line, 6) == ["0-child2", "2-child3", "3-child4", "5-father2"]
        assert [bill.id for bill in line.waiting] == ["1-child0", "4-child0", "s0", "s1", "s2"]
    assert settled(town, line, 6) == ["1-child0", "4-child0", "s0", "s1", "s2"]
    assert not line.under_way
    town.proof()


def test_who_shares_a_sponsor_with_one_who_waits_waits_too(town: Town) -> None:
    """The child of both fathers came before its half-brother; it must draw before him."""
    names = ["shared", "child1", "child2", "child3", "child4", "father2", "father3", "father4"]
    bills = [town.bill(name, "clinic", 1_00, id=name) for name in names]
    line = Line(patient_of, bills)
    with line.turn() as other:
        other.taken = [town.bill("child0", "clinic", 1_00, id="other")]
        other.claims({town.id("child0"): {town.id("father0"), town.id("child0")}})
        assert settled(town, line, 8) == names[2:]
    assert settled(town, line, 8) == names[:2]


def test_a_batch_that_is_tried_again_is_what_was_left_of_it(town: Town) -> None:
    """Whoever went back is another's by then, so the second try waits where the first did not."""
    names = ["child0", "child1", "child2", "child3", "child4"]
    line = Line(patient_of, [town.bill(name, "clinic", 1_00, id=name) for name in names])
    tries: list[list[str]] = []

    def settle(session: Session, turn: Turn[SettlementRequest]) -> list[Answered | Refusal]:
        found = settle_batch(session, turn.taken, turn)
        tries.append([bill.id for bill in turn.taken])
        if len(tries) == 1:
            raise Conflict("somebody was quicker")
        return found

    with line.turn() as other:
        other.taken = [town.bill("father0", "clinic", 1_00, id="other")]
        other.claims({town.id("father0"): {town.id("father0")}})
        with line.turn() as turn:
            turn.taken = [line.waiting.popleft() for _ in names]
            assert len(town.do(lambda session: settle(session, turn))) == 4
    assert tries == [names[1:], names[1:]]
    assert [bill.id for bill in line.waiting] == names[:1]
