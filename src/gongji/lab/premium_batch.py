"""The deduction of a year's premiums, timed beside the bare SQL that writes the same rows."""

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from gongji.desk.deducting import CHUNK, deduct
from gongji.desk.office import Office
from gongji.lab.batches import Batch, bare, timed
from gongji.terms import LOCAL_TIME, NEVER, micros

OfficeAt = Callable[[Path, datetime], Office]
"""Opens the office of a folder with a clock that stands at this moment."""

_REGION, _YEAR = "310000", 2026
_CHOSEN = micros(datetime(2025, 11, 10, 9, tzinfo=LOCAL_TIME))
_DAY = datetime(2025, 12, 16, 8, tzinfo=LOCAL_TIME)


def deduction(
    office_at: OfficeAt, database_at: Callable[[Path], Path], root: Path, premiums: int
) -> Batch:
    """Deduct so many premiums; then write the same rows by bare SQL into a copy.

    One in eight fails: the balance is not above the premium, or `contribute` is not chosen. One in
    ten sponsors has two children. People lie in another order than the premiums.
    """
    folder = root / "premiums"
    folder.mkdir()
    office = office_at(folder, _DAY)
    database = database_at(folder)
    with closing(bare(database)) as db:
        _fill(db, premiums)
    copy = root / "premiums-bare.db"
    shutil.copy(database, copy)
    report, seconds, memory = timed(office, lambda: deduct(office, _REGION, _YEAR))
    assert report.done_now + report.failed_now == premiums
    return Batch("deduction", premiums, seconds, _write_again(copy, database, premiums), memory)


def _fill(db: sqlite3.Connection, premiums: int) -> None:
    """Sponsors with carried money and an open pool, children bound to them, and premiums due."""
    db.execute("BEGIN")
    # A multiplier without a common factor spreads neighbours over the whole of the tables.
    db.execute(
        "CREATE TEMP TABLE folk AS WITH RECURSIVE n(i) AS"
        " (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1) SELECT i,"
        " printf('%012x', i * 2654435761 % 281474976710656) AS child,"
        " printf('%012x', (i - CASE WHEN i % 10 = 9 THEN 1 ELSE 0 END) * 40503 % 281474976710656)"
        " AS sponsor FROM n",
        (premiums,),
    )
    people = (
        "INSERT INTO people (region, id, scheme, status, ecode, since, version, number_hash,"
        " sealed) SELECT ?, 'P' || ? || '-{0}' || {1}, '{2}', 'active', 1, 0, 1,"
        " CAST('{0}' || {1} AS BLOB), x'00' FROM (SELECT DISTINCT {1} FROM folk) ORDER BY {1}"
    )
    db.execute(people.format("s", "sponsor", "employee"), (_REGION, _REGION))
    db.execute(people.format("c", "child", "resident"), (_REGION, _REGION))
    db.execute(
        "INSERT INTO accounts (region, owner, kind, fen, version)"
        " SELECT ?, 'P' || ? || '-s' || sponsor, 'carried',"
        " CASE WHEN i % 16 = 3 THEN 40000 ELSE 90000 END, 1 FROM folk WHERE i % 10 < 9"
        " ORDER BY sponsor",
        (_REGION, _REGION),
    )
    columns = (
        "(region, owner, kind, version, act, voucher, amount_fen, before_fen, after_fen,"
        " happened_on, recorded_at)"
    )
    db.execute(
        f"INSERT INTO entries {columns} SELECT region, owner, kind, 1, 'credit', 'opening', fen, 0,"
        " fen, '2025-11-01', 0 FROM accounts"
    )
    db.execute(
        f"INSERT INTO entries {columns} SELECT region, 'agency', 'inflow', 1, 'credit', 'opening',"
        " -sum(fen), 0, -sum(fen), '2025-11-01', 0 FROM accounts GROUP BY region"
    )
    db.execute(
        "INSERT INTO accounts SELECT region, 'agency', 'inflow', -sum(fen), 1 FROM accounts"
        " GROUP BY region"
    )
    _bind(db)
    db.execute(
        "INSERT INTO premiums (region, year, number, person, via, amount_fen, registered_at,"
        " registered_by, state) SELECT ?, ?, i + 1, 'P' || ? || '-c' || child, 'school', 40000, 0,"
        " 'bench', 'due' FROM folk ORDER BY i",
        (_REGION, _YEAR, _REGION),
    )
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _bind(db: sqlite3.Connection) -> None:
    """A pool for each sponsor, and a bond for each child."""
    db.execute(
        "INSERT INTO pools (region, id, sponsor, opened, closed, uses, uses_since, filing)"
        " SELECT ?, 'N' || ? || '-' || sponsor, 'P' || ? || '-s' || sponsor, ?, ?,"
        " CASE WHEN i % 16 = 5 THEN 'pay' ELSE 'contribute pay' END, ?, x'00'"
        " FROM folk WHERE i % 10 < 9 ORDER BY sponsor",
        (_REGION, _REGION, _REGION, _CHOSEN, NEVER, _CHOSEN),
    )
    db.execute(
        "INSERT INTO bonds (region, id, pool, sponsor, member, kinship, starts, ends, filing)"
        " SELECT ?, 'B' || ? || '-' || child, 'N' || ? || '-' || sponsor,"
        " 'P' || ? || '-s' || sponsor, 'P' || ? || '-c' || child, 'child', ?, ?, x'00'"
        " FROM folk ORDER BY child",
        (*(_REGION,) * 5, _CHOSEN, NEVER),
    )


def _write_again(copy: Path, done: Path, premiums: int) -> float:
    """Write the deduction's rows into a copy made before it, chunk by chunk as the run did, from
    lists that are ready: what is left when nobody asks whether the rows are right."""
    seconds = 0.0
    with closing(bare(copy)) as db, closing(sqlite3.connect(done)) as source:
        for first in range(1, premiums + 1, CHUNK):
            chunk = _rows(source, first, first + CHUNK - 1)
            begun = time.perf_counter()
            db.execute("BEGIN IMMEDIATE")
            for statement, rows in chunk:
                db.executemany(statement, rows)
            db.execute("COMMIT")
            seconds += time.perf_counter() - begun
    return seconds


_WRITTEN = (
    (
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "SELECT e.* FROM {paid}",
        "p.number",
    ),
    (
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "SELECT p.region, 'tax-2026', 'premium', p.number, e.act, e.voucher, p.amount_fen, 0,"
        " p.amount_fen, e.happened_on, e.recorded_at FROM {paid}",
        "p.number",
    ),
    (
        "INSERT INTO accounts VALUES (?, ?, ?, ?, ?) ON CONFLICT (region, owner, kind)"
        " DO UPDATE SET fen = excluded.fen, version = excluded.version",
        "SELECT a.* FROM {paid} JOIN accounts a ON a.region = p.region"
        " AND a.owner = p.sponsor AND a.kind = 'carried'",
        "p.number",
    ),
)


def _rows(source: sqlite3.Connection, first: int, last: int) -> list[tuple[str, list[tuple]]]:  # type: ignore[type-arg]  # rows as they come
    """What one chunk of the run has written, statement by statement."""
    region_year = (_REGION, _YEAR, first, last)
    where = " WHERE p.region = ? AND p.year = ? AND p.number BETWEEN ? AND ?"
    paid = (
        "premiums p JOIN entries e ON e.region = p.region AND e.owner = p.sponsor"
        f" AND e.kind = 'carried' AND e.voucher = 'premium/{_YEAR}/' || p.person"
    )
    found = [
        (
            statement,
            source.execute(
                f"{select.format(paid=paid)}{where} ORDER BY {order}", region_year
            ).fetchall(),
        )
        for statement, select, order in _WRITTEN
    ]
    changed = "state, code, sponsor, bond, decided_at, law, cites"
    found.append(
        (
            f"UPDATE premiums SET {changed.replace(', ', ' = ?, ')} = ?"
            " WHERE region = ? AND year = ? AND number = ?",
            source.execute(
                f"SELECT {changed}, region, year, number FROM premiums p{where} ORDER BY number",
                region_year,
            ).fetchall(),
        )
    )
    found.append(
        (
            "INSERT INTO run_failures VALUES (?, ?, ?, ?, ?)",
            source.execute(
                "SELECT p.region, 'premiums/2026/1', p.person, p.code, p.amount_fen"
                f" FROM premiums p{where} AND p.state <> 'deducted' ORDER BY p.person",
                region_year,
            ).fetchall(),
        )
    )
    return found
