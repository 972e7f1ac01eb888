"""The batches of the year, timed beside the bare SQL that writes the same rows, in one run."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from functools import partial

import msgspec

from gongji.desk.deducting import deduct
from gongji.desk.identity import Identity
from gongji.desk.office import Office, Session
from gongji.desk.ports import Filing, Pool
from gongji.desk.premium_ports import Premium
from gongji.desk.proving import walk
from gongji.desk.rollover import turn_year
from gongji.desk.runs import RunReport
from gongji.lab.crowd import REGION
from gongji.lab.grounds import Bare, Ground, over_rows, transaction
from gongji.lab.processes import forget_peak, peak_mb
from gongji.ledger.book import Book, Posting, Voucher
from gongji.policy.bonds import Bond
from gongji.policy.contributions import Via
from gongji.policy.refusal import Refusal
from gongji.policy.standing import Person
from gongji.settlement.booking import agency, purse_of
from gongji.terms import (
    LOCAL_TIME,
    NEVER,
    FilingChannel,
    Kinship,
    Purse,
    Scheme,
    Use,
    local_day,
    micros,
)

OfficeThen = Callable[[str, Callable[[], datetime]], Office]
"""Opens the office of a database with a clock of ours."""

_YEAR_ENDS = date(2026, 6, 30)
_TURNED = datetime(2026, 7, 1, 1, tzinfo=LOCAL_TIME)
_YEAR = 2026
_CHOSEN = datetime(2025, 11, 10, 9, tzinfo=LOCAL_TIME)
_DEDUCTED = datetime(2025, 12, 16, 8, tzinfo=LOCAL_TIME)
_PREMIUM_FEN = 400_00
_CHUNK = 20_000


class Batch(msgspec.Struct, frozen=True):
    """One batch: how long it took, how long its rows take by bare SQL, and the largest memory."""

    store: str
    name: str
    items: int
    seconds: float
    bare_seconds: float
    memory_mb: int | None

    @property
    def times(self) -> float:
        """How many times the bare SQL."""
        return self.seconds / self.bare_seconds


class _Ticking:
    """A clock that is a second later whenever it is asked, so that no two chunks share a moment."""

    def __init__(self, starts: datetime) -> None:
        self.told = [starts]

    def __call__(self) -> datetime:
        self.told.append(self.told[-1] + timedelta(seconds=1))
        return self.told[-1]


def year_turn(office_then: OfficeThen, ground: Ground, accounts: int) -> Batch:
    """Turn a year of so many accounts; then write the same rows by bare SQL into a copy."""

    def fill(office: Office) -> None:
        for some in _chunks(accounts):
            office.do(partial(_open_accounts, some=some))

    def turn(office: Office) -> RunReport | Refusal:
        return turn_year(office, REGION, _YEAR_ENDS)

    return _measured(office_then, ground, "year turn", accounts, (_TURNED, fill, turn))


def deduction(office_then: OfficeThen, ground: Ground, premiums: int) -> Batch:
    """Deduct so many premiums; then write the same rows by bare SQL into a copy.

    One in eight fails: the balance is not above the premium, or `contribute` is not chosen. One in
    ten sponsors has two children. People lie in another order than the premiums.
    """

    def fill(office: Office) -> None:
        for some in _chunks(premiums):
            office.do(partial(_register, some=some))

    def take(office: Office) -> RunReport | Refusal:
        return deduct(office, REGION, _YEAR)

    return _measured(office_then, ground, "deduction", premiums, (_DEDUCTED, fill, take))


def _measured(
    office_then: OfficeThen,
    ground: Ground,
    name: str,
    items: int,
    work: tuple[datetime, Callable[[Office], None], Callable[[Office], RunReport | Refusal]],
) -> Batch:
    """Fill a database, copy it, run the batch on the one, prove its books, and write what it has
    written by bare SQL into the other."""
    day, fill, batch = work
    url, clock = ground.fresh(), _Ticking(day)
    office = office_then(url, lambda: _CHOSEN)
    fill(office)
    office.store.close()
    ground.settle(url)
    copy = ground.copy(url)
    office = office_then(url, clock)
    forget_peak()
    begun = time.perf_counter()
    report = batch(office)
    seconds = time.perf_counter() - begun
    memory = peak_mb(os.getpid())
    assert isinstance(report, RunReport), report
    assert report.done_now + report.failed_now == items, report
    proved = office.ask(walk)
    assert not proved.failed, proved.wrong[:3]
    office.store.close()
    with closing(ground.bare(copy)) as bare:
        bare_s = write_again(bare, url, [micros(told) for told in clock.told])
    for each in (url, copy):
        ground.drop(each)
    return Batch(ground.name, name, items, seconds, bare_s, memory)


def write_again(bare: Bare, done: str, moments: Sequence[int]) -> float:
    """Seconds it takes to write a run's rows into a copy made before it, chunk by chunk as the run
    did, and nothing else: what is left when nobody asks whether the rows are right."""
    by = _noted_by(bare)
    bare.stage(done, by)
    recorded = [*bare.execute("SELECT DISTINCT recorded_at FROM done.entries").fetchall()]
    decided = [*bare.execute("SELECT DISTINCT decided_at FROM done.premiums").fetchall()]
    chunks = sorted({row[0] for row in recorded + decided} & set(moments))
    begun = time.perf_counter()
    for last, at in zip([False] * (len(chunks) - 1) + [True], chunks, strict=True):
        with transaction(bare):
            for table, column in by.items():
                bare.execute(
                    f"INSERT INTO {table} SELECT * FROM done.{table} WHERE {column} = ?"
                    + (over_rows(bare.columns(table)) if column != "recorded_at" else ""),
                    at,
                )
            bare.execute(
                "INSERT INTO accounts SELECT * FROM done.accounts WHERE (region, owner, kind) IN"
                " (SELECT region, owner, kind FROM done.entries WHERE recorded_at = ?)"
                + over_rows(bare.columns("accounts")),
                at,
            )
            if last:
                bare.execute("INSERT INTO run_failures SELECT * FROM done.run_failures")
    return time.perf_counter() - begun


def _noted_by(bare: Bare) -> Mapping[str, str]:
    """The tables whose rows say at which moment a chunk has written them, and in which column."""
    found = {}
    for table in bare.tables():
        names = {column.name for column in bare.columns(table)}
        for column in ("recorded_at", "decided_at"):
            if column in names:
                found[table] = column
    return found


def _chunks(items: int) -> Iterator[range]:
    for first in range(0, items, _CHUNK):
        yield range(first, min(first + _CHUNK, items))


def _open_accounts(session: Session, some: range) -> None:
    """Accounts with current money, from the agency."""
    credited = {f"P{REGION}-{n:012d}": 1 + n % 100_000 for n in some}
    _credit(session, credited, Purse.CURRENT, f"opening-{some.start}")


def _register(session: Session, some: range) -> None:
    """Sponsors with carried money and an open pool, children bound to them, and premiums due."""
    unit, at = session.unit, session.at
    # The tenth child has the ninth's sponsor, and both are in one chunk.
    sponsor_of = {n: f"P{REGION}-s{_spread(n - (n % 10 == 9))}" for n in some}
    child_of = {n: f"P{REGION}-c{_spread(n)}" for n in some}
    first = {n: sponsor for n, sponsor in sponsor_of.items() if n % 10 < 9}
    unit.add_people(
        [_person(id, Scheme.EMPLOYEE) for id in sorted(first.values())]
        + [_person(id, Scheme.RESIDENT) for id in sorted(child_of.values())],
        at,
        "bench",
    )
    pools = [
        Pool(_pool_of(id), id, at, NEVER, frozenset(Use if n % 16 != 5 else {Use.PAY}), at)
        for n, id in first.items()
    ]
    unit.add_pools([(pool, Filing(FilingChannel.APP, pool.sponsor)) for pool in pools])
    unit.add_bonds(
        [
            (
                Bond(f"B{child[1:]}", _pool_of(id), id, child, Kinship.CHILD, at, NEVER),
                Filing(FilingChannel.APP, id),
            )
            for id, child in zip(sponsor_of.values(), child_of.values(), strict=True)
        ]
    )
    funds = {id: _PREMIUM_FEN if n % 16 == 3 else 900_00 for n, id in first.items()}
    _credit(session, dict(sorted(funds.items())), Purse.CARRIED, f"opening-{some.start}")
    unit.add_premiums(
        [
            Premium(REGION, _YEAR, n + 1, child, Via.SCHOOL, _PREMIUM_FEN, at, "bench")
            for n, child in child_of.items()
        ]
    )


def _credit(session: Session, credited: Mapping[str, int], purse: Purse, voucher: str) -> None:
    inflow = agency(REGION)
    purses = {purse_of(id, purse): fen for id, fen in credited.items()}
    book = Book(session.unit.balances([inflow, *purses]))
    postings = tuple(Posting(inflow, account, fen) for account, fen in purses.items())
    id = f"A{REGION}-agency/{voucher}"
    book.post(Voucher(REGION, id, "credit", local_day(session.now), postings))
    session.unit.write_book(book, session.at)


def _person(id: str, scheme: Scheme) -> tuple[Person, Identity]:
    return Person(id, REGION, scheme), Identity("示范", id[8:])


def _pool_of(sponsor: str) -> str:
    return f"N{sponsor[1:]}"


def _spread(n: int) -> str:
    """A multiplier without a common factor spreads neighbours over the whole of the tables."""
    return f"{n * 2654435761 % 2**48:012x}"
