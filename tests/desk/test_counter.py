"""The counter: one writer and a queue before it."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from gongji.desk import people, pooling
from gongji.desk.counter import Busy, Counter
from gongji.desk.line import Hand
from gongji.desk.office import Session
from gongji.desk.ports import Asking, StoreUnavailable
from gongji.desk.settling import Answered
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import SettlementRequest
from gongji.store.cipher import Vault
from gongji.store.sqlite import SqliteStore
from gongji.terms import Purse, local_day
from town import SHANGHAI, Town, office_on


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Town]:
    """A family in a file: a reader sees what is committed and nothing else."""

    store = SqliteStore(str(tmp_path / "gongji.db"), Vault(bytes(32)))
    store.create()
    opened = Town(SHANGHAI, open_office=lambda clock: office_on(store, clock))
    opened.person("father", carried=1000_00)
    opened.person("child", "resident")
    opened.hospital("clinic")
    opened.pool("father", {"child": "child"})
    yield opened
    opened.close()


@contextmanager
def counter_of(family: Town, **sizes: int) -> Iterator[Counter]:
    """An open counter."""
    counter = Counter(family.office, **sizes)
    counter.start()
    try:
        yield counter
    finally:
        counter.stop()


class Gate:
    """A use-case that keeps the writer busy until it is let go."""

    def __init__(self) -> None:
        self.reached, self._go = threading.Event(), threading.Event()

    def __call__(self, session: Session) -> str:
        """Wait."""
        self.reached.set()
        assert self._go.wait(10)
        return "through"

    def open(self) -> None:
        """Let it go."""
        self._go.set()


async def blocked(counter: Counter) -> tuple[Gate, asyncio.Task[str]]:
    """The writer is busy from here on."""
    gate = Gate()
    task = asyncio.create_task(counter.do(gate))
    await asyncio.to_thread(gate.reached.wait, 10)
    return gate, task


def bills(family: Town, *ids: str) -> list[SettlementRequest]:
    """Bills of 10 yuan."""
    return [family.bill("child", "clinic", 10_00, id=id) for id in ids]


def test_the_same_id_four_times_at_the_same_instant_is_settled_once(family: Town) -> None:
    """One answer for all four, three of them marked as repeated."""
    (bill,) = bills(family, "b1")

    async def ask() -> list[Answered | Refusal]:
        with counter_of(family) as counter:
            return list(await asyncio.gather(*(counter.settle(bill) for _ in range(4))))

    found = asyncio.run(ask())
    answers = [one for one in found if isinstance(one, Answered)]
    assert len(answers) == 4
    assert sorted(one.repeated for one in answers) == [False, True, True, True]
    assert len({one.answer for one in answers}) == 1
    assert family.balance("father").carried == 990_00


def test_the_same_id_in_different_batches_is_settled_once(family: Town) -> None:
    """One a batch, as if each had come a moment later."""
    (bill,) = bills(family, "b1")

    async def ask() -> list[Answered | Refusal]:
        with counter_of(family, batch=1) as counter:
            return list(await asyncio.gather(*(counter.settle(bill) for _ in range(4))))

    found = asyncio.run(ask())
    assert [one.repeated for one in found if isinstance(one, Answered)] == [
        False,
        True,
        True,
        True,
    ]
    assert family.balance("father").carried == 990_00


def test_a_busy_counter_gives_those_who_are_about_to_come_a_moment(
    family: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a batch of two one alone is waited with, once; on an idle counter nobody is."""
    waits: list[float] = []
    monkeypatch.setattr("gongji.desk.counter.sleep", waits.append)
    first, *pair, fourth, fifth = bills(family, "b1", "b2", "b3", "b4", "b5")
    told: list[int] = []

    async def ask() -> None:
        with counter_of(family) as counter:
            await counter.settle(first)
            gate, waiting = await blocked(counter)
            queued = [asyncio.create_task(counter.settle(bill)) for bill in pair]
            await asyncio.sleep(0)
            gate.open()
            await asyncio.gather(waiting, *queued)
            told.append(len(waits))
            for bill in (fourth, fifth):
                await counter.settle(bill)
                told.append(len(waits))

    asyncio.run(ask())
    assert told == [0, 1, 1]
    assert family.balance("father").carried == 950_00


def test_requests_are_served_in_the_order_of_arrival(family: Town) -> None:
    """Settlements and other acts alike: the credit between two bills is there for the second."""
    more = people.Credit(id="c1", person=family.id("father"), purse=Purse.CARRIED, amount_fen=5_00)
    first = family.bill("child", "clinic", 1000_00)
    second = family.bill("child", "clinic", 1000_00)

    async def ask() -> list[object]:
        with counter_of(family) as counter:
            gate, waiting = await blocked(counter)
            queued = [
                asyncio.create_task(counter.settle(first)),
                asyncio.create_task(counter.do(lambda session: people.credit(session, more))),
                asyncio.create_task(counter.settle(second)),
            ]
            await asyncio.sleep(0)
            gate.open()
            assert await waiting == "through"
            return list(await asyncio.gather(*queued))

    one, credited, other = asyncio.run(ask())
    assert isinstance(one, Answered)
    assert isinstance(other, Answered)
    assert credited is False
    assert (one.decision.pooled_fen, other.decision.pooled_fen) == (1000_00, 5_00)


def test_who_pays_and_then_unbinds_in_one_unit_of_work_has_paid_before(family: Town) -> None:
    """The bond was in force at the moment of the payment before, and not at that of the one after."""
    first, second = bills(family, "before", "after")
    father, child = family.id("father"), family.id("child")
    asked = Asking(family.caller("father"))

    async def ask() -> list[object]:
        with counter_of(family) as counter:
            gate, waiting = await blocked(counter)
            queued = [
                asyncio.create_task(counter.settle(first)),
                asyncio.create_task(
                    counter.do(lambda session: pooling.unbind(session, father, child, asked))
                ),
                asyncio.create_task(counter.settle(second)),
            ]
            await asyncio.sleep(0)
            gate.open()
            await waiting
            return list(await asyncio.gather(*queued))

    paid, _, unpaid = asyncio.run(ask())
    assert isinstance(paid, Answered)
    assert isinstance(unpaid, Answered)
    assert (paid.decision.pooled_fen, unpaid.decision.pooled_fen) == (10_00, 0)
    (bond,) = family.ask(lambda session: session.unit.bonds_of_member(child))
    assert bond.in_force(paid.answer.happened_at)
    assert not bond.in_force(unpaid.answer.happened_at)


def test_beyond_the_queue_a_request_is_turned_away_at_once(family: Town) -> None:
    """Busy: nothing is known of it, and the same id may be sent again."""
    a, b, c = bills(family, "a", "b", "c")

    async def ask() -> None:
        with counter_of(family, longest=2) as counter:
            gate, waiting = await blocked(counter)
            queued = [asyncio.create_task(counter.settle(bill)) for bill in (a, b)]
            await asyncio.sleep(0)
            with pytest.raises(Busy, match="2 requests are waiting"):
                await counter.settle(c)
            gate.open()
            await asyncio.gather(waiting, *queued)
            again = await counter.settle(c)
            assert isinstance(again, Answered)
            assert not again.repeated

    asyncio.run(ask())
    assert family.balance("father").carried == 970_00


class Mistake(Exception):
    """Ours."""


def test_a_use_case_that_raises_does_not_touch_its_neighbours(family: Town) -> None:
    """Only its own asker is told; what it had written is gone, the others are settled."""

    def fails(session: Session) -> None:
        father = session.unit.people([family.id("father")])[family.id("father")]

        people.book_credit(session, father, Purse.CARRIED, 1, local_day(session.now), "x")
        raise Mistake("a mistake of ours")

    a, b = bills(family, "a", "b")

    async def ask() -> list[object]:
        with counter_of(family) as counter:
            gate, waiting = await blocked(counter)
            queued: list[asyncio.Task[object]] = [
                asyncio.create_task(counter.settle(a)),
                asyncio.create_task(counter.do(fails)),
                asyncio.create_task(counter.settle(b)),
            ]
            await asyncio.sleep(0)
            gate.open()
            await waiting
            return list(await asyncio.gather(*queued, return_exceptions=True))

    one, failed, other = asyncio.run(ask())
    assert isinstance(one, Answered)
    assert isinstance(failed, Mistake)
    assert isinstance(other, Answered)
    assert not one.repeated
    assert not other.repeated
    assert family.balance("father").carried == 980_00
    family.proof()


def test_when_the_store_is_gone_everybody_in_the_batch_is_told(
    family: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was kept; the same ids are settled once the store is back."""
    a, b = bills(family, "a", "b")

    @contextmanager
    def gone(**_: object) -> Iterator[None]:
        raise StoreUnavailable("the disk is full")
        yield

    async def ask() -> list[object]:
        with counter_of(family) as counter:
            with monkeypatch.context() as patch:
                patch.setattr(family.office.store, "begin", gone)
                wanted = [counter.settle(a), counter.settle(b)]
                lost = await asyncio.gather(*wanted, return_exceptions=True)
            assert all(isinstance(one, StoreUnavailable) for one in lost)
            return list(await asyncio.gather(counter.settle(a), counter.settle(b)))

    found = asyncio.run(ask())
    assert [one.repeated for one in found if isinstance(one, Answered)] == [False, False]


def test_an_asker_who_goes_away_does_not_stop_the_counter(family: Town) -> None:
    """What was queued is settled all the same, and the answer waits for the same id."""
    a, b = bills(family, "a", "b")

    async def ask() -> tuple[Answered | Refusal, Answered | Refusal]:
        with counter_of(family) as counter:
            gate, waiting = await blocked(counter)
            gone = asyncio.create_task(counter.settle(a))
            stays = asyncio.create_task(counter.settle(b))
            await asyncio.sleep(0)
            gone.cancel()
            gate.open()
            await waiting
            return await stays, await counter.settle(a)

    stayed, again = asyncio.run(ask())
    assert isinstance(stayed, Answered)
    assert isinstance(again, Answered)
    assert again.repeated


def test_reading_goes_beside_the_queue(family: Town) -> None:
    """A view is answered while the writer is busy, from what is committed."""

    async def ask() -> list[str]:
        with counter_of(family) as counter:
            gate, waiting = await blocked(counter)
            found = await counter.ask(
                lambda session: sorted(session.unit.people([family.id("child")]))
            )
            gate.open()
            await waiting
            return found

    assert asyncio.run(ask()) == [family.id("child")]


def test_stopping_serves_whoever_is_in_the_queue_and_then_closes(family: Town) -> None:
    """Afterwards nobody is taken in."""
    (bill,) = bills(family, "a")

    async def ask() -> Answered | Refusal:
        counter = Counter(family.office)
        counter.start()
        gate, waiting = await blocked(counter)
        task = asyncio.create_task(counter.settle(bill))
        await asyncio.sleep(0)
        stopped = asyncio.create_task(asyncio.to_thread(counter.stop))
        await asyncio.sleep(0)
        gate.open()
        await stopped
        with pytest.raises(StoreUnavailable, match="closed"):
            await counter.do(lambda session: None)
        await waiting
        return await task

    assert isinstance(asyncio.run(ask()), Answered)


def test_many_at_once_from_one_pool_spend_it_exactly(family: Town) -> None:
    """150 bills of 10 yuan on 1000 yuan: a hundred are pooled, the rest find the pool empty."""
    wanted = bills(family, *(f"b{n}" for n in range(150)))

    async def ask() -> list[Answered | Refusal]:
        with counter_of(family, batch=16) as counter:
            return list(await asyncio.gather(*(counter.settle(bill) for bill in wanted)))

    found = [one for one in asyncio.run(ask()) if isinstance(one, Answered)]
    outcomes = [str(one.decision.outcome) for one in found]
    assert outcomes == ["pooled"] * 100 + ["pool_empty"] * 50
    assert family.balance("father").carried == 0
    family.proof()


def test_neighbours_of_a_kind_are_served_together_and_none_twice(family: Town) -> None:
    """Whoever has something in common with one of the batch waits for the next one."""
    batches: list[list[str]] = []

    def together(session: Session, asked: Sequence[str], hand: Hand) -> list[str]:
        batches.append(list(asked))
        hand.claims({})
        return [one.upper() for one in asked]

    async def ask() -> list[object]:
        with counter_of(family) as counter:
            gate, waiting = await blocked(counter)
            queued = [
                asyncio.create_task(counter.settle_by(together, one, [one[0]], SHANGHAI))
                for one in ("a1", "b1", "a2", "c1", "a3")
            ]
            await asyncio.sleep(0)
            gate.open()
            assert await waiting == "through"
            return list(await asyncio.gather(*queued))

    assert asyncio.run(ask()) == ["A1", "B1", "A2", "C1", "A3"]
    assert batches == [["a1", "b1"], ["a2", "c1"], ["a3"]]
