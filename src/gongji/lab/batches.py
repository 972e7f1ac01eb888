"""The batches of the year, timed beside the bare SQL that writes the same rows, in one run."""

import resource
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import msgspec

from gongji.desk.office import Office
from gongji.desk.rollover import CHUNK, turn_year
from gongji.desk.runs import RunReport
from gongji.ledger.proof import Disagreement, prove
from gongji.policy.refusal import Refusal
from gongji.terms import LOCAL_TIME

OfficeAt = Callable[[Path, datetime], Office]
"""Opens the office of a folder with a clock that stands at this moment."""

_REGION = "310000"
_YEAR_ENDS = date(2026, 6, 30)


class Batch(msgspec.Struct, frozen=True):
    """One batch: how long it took, how long its rows take by bare SQL, and the largest memory."""

    name: str
    items: int
    seconds: float
    bare_seconds: float
    memory_mb: int

    @property
    def times(self) -> float:
        """How many times the bare SQL."""
        return self.seconds / self.bare_seconds


def year_turn(
    office_at: OfficeAt, database_at: Callable[[Path], Path], root: Path, accounts: int
) -> Batch:
    """Turn a year of so many accounts; then write the same rows by bare SQL into a copy."""
    folder = root / "turn"
    folder.mkdir()
    office = office_at(folder, datetime(2026, 7, 1, 1, tzinfo=LOCAL_TIME))
    database = database_at(folder)
    with closing(bare(database)) as db:
        _fill(db, accounts)
    copy = root / "turn-bare.db"
    shutil.copy(database, copy)
    report, seconds, memory = timed(office, lambda: turn_year(office, _REGION, _YEAR_ENDS))
    assert report.done_now == accounts
    bare_s = _write_again(copy, database, "rollover/%")
    return Batch("year turn", accounts, seconds, bare_s, memory)


def timed(office: Office, batch: Callable[[], RunReport | Refusal]) -> tuple[RunReport, float, int]:
    """Run a batch, prove its books and close the office: its report, its seconds, and the largest
    memory of the process so far in MB."""
    begun = time.perf_counter()
    report = batch()
    seconds = time.perf_counter() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    assert isinstance(report, RunReport), report
    with office.store.read() as unit:
        found = prove(unit.entry_rows(), unit.balance_rows())
        wrong = [each for each in found if isinstance(each, Disagreement)]
    assert not wrong, wrong[:3]
    office.store.close()
    return report, seconds, memory


def bare(database: Path) -> sqlite3.Connection:
    """A connection with the same care for durability as the store's own."""
    db = sqlite3.connect(database, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA cache_size = -65536")
    db.execute("PRAGMA wal_autocheckpoint = 16384")
    return db


def _fill(db: sqlite3.Connection, accounts: int) -> None:
    """So many accounts with current money, and the entries it came by."""
    db.execute("BEGIN")
    db.execute(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)"
        " INSERT INTO accounts (region, owner, kind, fen, version)"
        " SELECT ?, printf('P%s-%012d', ?, i), 'current', 1 + i % 100000, 1 FROM n",
        (accounts, _REGION, _REGION),
    )
    columns = (
        "(region, owner, kind, version, act, voucher, amount_fen, before_fen, after_fen,"
        " happened_on, recorded_at)"
    )
    db.execute(
        f"INSERT INTO entries {columns} SELECT region, owner, kind, 1, 'credit', 'opening', fen, 0,"
        " fen, '2026-06-01', 0 FROM accounts",
    )
    db.execute(
        f"INSERT INTO entries {columns} SELECT ?, 'agency', 'inflow', 1, 'credit', 'opening',"
        " -sum(fen), 0, -sum(fen), '2026-06-01', 0 FROM accounts",
        (_REGION,),
    )
    db.execute(
        "INSERT INTO accounts (region, owner, kind, fen, version)"
        " SELECT ?, 'agency', 'inflow', -sum(fen), 1 FROM accounts",
        (_REGION,),
    )
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _write_again(copy: Path, done: Path, vouchers: str) -> float:
    """Write a run's rows into a copy made before it, chunk by chunk as the run did, and nothing
    else: what is left when nobody asks whether the rows are right."""
    with closing(bare(copy)) as db:
        db.execute("ATTACH ? AS done", (str(done),))
        begun = time.perf_counter()
        for first, last in list(_chunks(db)):
            db.execute("BEGIN")
            for kind in ("carried", "current"):
                within = (_REGION, first, last, kind)
                db.execute(
                    "INSERT INTO entries SELECT * FROM done.entries WHERE region = ?"
                    " AND owner BETWEEN ? AND ? AND kind = ? AND voucher LIKE ?",
                    (*within, vouchers),
                )
                db.execute(
                    "INSERT INTO accounts SELECT * FROM done.accounts WHERE region = ?"
                    " AND owner BETWEEN ? AND ? AND kind = ? ON CONFLICT (region, owner, kind)"
                    " DO UPDATE SET fen = excluded.fen, version = excluded.version",
                    within,
                )
            db.execute("COMMIT")
        return time.perf_counter() - begun


def _chunks(db: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """First and last owner of each chunk."""
    after = ""
    while True:
        rows = db.execute(
            "SELECT owner FROM accounts WHERE region = ? AND kind = 'current' AND owner > ?"
            " ORDER BY owner LIMIT ?",
            (_REGION, after, CHUNK),
        ).fetchall()
        if not rows:
            return
        yield rows[0][0], rows[-1][0]
        after = rows[-1][0]
