"""断电: a service that is killed in the middle of its work, again and again, and what is left.

A process of its own serves two hundred settlements at once and tells each answer through a pipe
the moment it is given. It is killed (SIGKILL) at a random point. Then the store is opened again:
every answer that was told is there and is the same, none is half there, and the books prove.
"""

import asyncio
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from gongji.desk.counter import Counter
from gongji.desk.office import Office, Session
from gongji.desk.ports import Answer, AnswerKey, AnswerKind
from gongji.desk.proving import walk
from gongji.desk.settling import Answered, settle_batch
from gongji.lab.crowd import Crowd, build_crowd, requests
from gongji.ledger.proof import EntryRow
from gongji.settlement.bill import SettlementRequest

OfficeAt = Callable[[Path], Office]
"""Opens the office of a folder. It is called in another process as well, so it stands by itself at
the top of a module."""

IN_FLIGHT = 200


class Kills(msgspec.Struct, frozen=True):
    """What happened. `wrong` says what must not have happened; empty is good."""

    seed: int
    rounds: int
    told: int  # answers that were given before a kill
    kept: int  # settlements in the store at the end; some were kept and not told any more
    wrong: tuple[str, ...]


def run_kills(
    office_at: OfficeAt,
    folder: Path,
    *,
    rounds: int = 20,
    seed: int = 1,
    people: int = 400,
    most: int = 1_500,
    say: Callable[[str], None] = lambda _: None,
) -> Kills:
    """Kill a service so many times, on one store, and judge the store after each.

    `most`: a round is killed after so many answers at the latest. `say` hears of each round.
    """
    rng = random.Random(seed)  # noqa: S311 - a storm wants repetition, not secrecy
    office = office_at(folder)
    crowd = build_crowd(office, people)
    office.store.close()
    told: dict[AnswerKey, bytes] = {}
    wrong: list[str] = []
    kept = 0
    for n in range(1, rounds + 1):
        pause_s = rng.random() / 50  # so that it strikes in any part of a unit of work
        this = _round(office_at, folder, crowd, n, rng.randrange(1, most), pause_s)
        told.update(this)
        office = office_at(folder)
        found, kept = _judge(office, told, _bills(crowd, n), this)
        office.store.close()
        wrong += [f"round {n}: {each}" for each in found]
        say(f"round {n}: {len(this)} answers told, then killed; {kept} kept; {len(found)} wrong")
    return Kills(seed, rounds, len(told), kept, tuple(wrong))


def _bills(crowd: Crowd, n: int) -> Iterator[SettlementRequest]:
    """The bills of one round, the same in the service and in the judge."""
    return requests(crowd, random.Random(n), f"k{n}", 100_000)  # noqa: S311 - wants repetition


def _round(
    office_at: OfficeAt, folder: Path, crowd: Crowd, n: int, after: int, pause_s: float
) -> dict[AnswerKey, bytes]:
    """One service, killed after so many answers. Returns what it has told."""
    # A process that begins anew, not a fork: a fork would share the parent's locks and files.
    context = multiprocessing.get_context("spawn")
    ear, mouth = context.Pipe(duplex=False)
    service = context.Process(target=_serve, args=(office_at, folder, crowd, n, mouth))
    service.start()
    mouth.close()
    assert service.pid is not None
    told: dict[AnswerKey, bytes] = {}
    killed = False
    while True:
        try:
            asker, own, decision = msgspec.msgpack.decode(
                ear.recv_bytes(), type=tuple[str, str, bytes]
            )
        except EOFError:
            break
        told[AnswerKey(asker, own)] = decision
        if len(told) >= after and not killed:
            killed = True
            time.sleep(pause_s)
            os.kill(service.pid, signal.SIGKILL)
    service.join()
    assert killed, f"the service of round {n} ended by itself (exit code {service.exitcode})"
    return told


def _serve(office_at: OfficeAt, folder: Path, crowd: Crowd, n: int, mouth: Connection) -> None:
    """Serve until killed: so many askers, each with its next bill as soon as it has its answer."""
    counter = Counter(office_at(folder))
    counter.start()
    bills = _bills(crowd, n)

    async def asker() -> None:
        for bill in bills:
            result = await counter.settle(bill)
            assert isinstance(result, Answered), result
            told = (*result.answer.key, result.answer.decision)
            mouth.send_bytes(msgspec.msgpack.encode(told))

    async def all_askers() -> None:
        await asyncio.gather(*(asker() for _ in range(IN_FLIGHT)))

    asyncio.run(all_askers())


def _judge(
    office: Office,
    told: dict[AnswerKey, bytes],
    bills: Iterable[SettlementRequest],
    this: dict[AnswerKey, bytes],
) -> tuple[list[str], int]:
    """Everything that is wrong with the store, and how many settlements it has."""
    wrong = [f"proof: {account}: {what}" for account, what in office.ask(walk).wrong]
    answers = office.ask(_all_answers)
    for key, decision in told.items():
        if key not in answers:
            wrong.append(f"{key.asker}/{key.id} was answered, and it is not there")
        elif answers[key].decision != decision:
            wrong.append(f"{key.asker}/{key.id} was answered otherwise")
    wrong += _halves(answers, office.ask(lambda s: list(s.unit.entry_rows())))
    again = [bill for bill in bills if AnswerKey(bill.institution, bill.id) in this][:500]
    results = office.do(partial(settle_batch, requests=again)) if again else []
    for bill, result in zip(again, results, strict=True):
        if not (isinstance(result, Answered) and result.repeated):
            wrong.append(f"{bill.institution}/{bill.id}, asked again, was settled again")
    return wrong, len(answers)


def _halves(answers: dict[AnswerKey, Answer], entries: Iterable[EntryRow]) -> list[str]:
    """Settlements that were answered and not booked to the last fen, or booked and not answered."""
    paid_fen: dict[str, int] = {}
    for entry in entries:
        if entry.kind == "payable":
            paid_fen[entry.voucher] = paid_fen.get(entry.voucher, 0) + entry.amount_fen
    wrong = []
    for key, answer in answers.items():
        booked = paid_fen.pop(f"{key.asker}/{key.id}", 0)
        if booked != answer.own_fen + answer.pooled_fen:
            wrong.append(f"{key.asker}/{key.id}: {booked} fen booked of another sum answered")
    return wrong + [f"{voucher} was booked and not answered" for voucher in paid_fen]


def _all_answers(session: Session) -> dict[AnswerKey, Answer]:
    askers = {
        row.owner.partition("/")[0] for row in session.unit.entry_rows() if row.kind == "payable"
    }
    return {
        answer.key: answer
        for asker in askers
        for answer in session.unit.answers_of_asker(asker, limit=10**9, before=10**18)
        if answer.kind is AnswerKind.SETTLEMENT
    }
