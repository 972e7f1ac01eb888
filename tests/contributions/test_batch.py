"""The measured batch is a real one: it deducts what it says, and its copy gets the same rows."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from gongji.desk import deducting
from gongji.desk.office import Office
from gongji.lab import premium_batch
from gongji.store.cipher import Vault
from gongji.store.sqlite import SqliteStore
from gongji.wiring import shipped_packs


def office_at(folder: Path, now: datetime) -> Office:
    """An office on a file of its own."""
    store = SqliteStore(str(database_at(folder)), Vault(b"k" * 32))
    store.create()
    office = Office(store, shipped_packs(), lambda: now)
    office.open()
    return office


def database_at(folder: Path) -> Path:
    """Where its file is."""
    return folder / "gongji.db"


def test_the_batch_and_its_yardstick_write_the_same_rows(tmp_path: Path) -> None:
    """All but what the clock says: the same premiums, balances and entries."""
    found = premium_batch.deduction(office_at, database_at, tmp_path, 400)
    assert (found.name, found.items) == ("deduction", 400)
    assert found.times > 0
    assert deducting.CHUNK > 400, "one chunk"
    read = (
        "SELECT number, state, code, sponsor, bond, cites FROM premiums ORDER BY number",
        "SELECT owner, kind, fen, version FROM accounts WHERE kind = 'carried' ORDER BY owner",
        "SELECT owner, version, act, voucher, amount_fen, happened_on FROM entries"
        " WHERE kind = 'carried' ORDER BY owner, version",
        "SELECT item, code, amount_fen FROM run_failures ORDER BY item",
    )
    with (
        closing(sqlite3.connect(database_at(tmp_path / "premiums"))) as ours,
        closing(sqlite3.connect(tmp_path / "premiums-bare.db")) as bare,
    ):
        for statement in read:
            assert ours.execute(statement).fetchall() == bare.execute(statement).fetchall()
        states = dict(ours.execute("SELECT state, count(*) FROM premiums GROUP BY state"))
    assert states["deducted"] > 200
    assert states["failed"] > 20
