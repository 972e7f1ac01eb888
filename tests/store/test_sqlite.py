"""SQLite's own: look-ups instead of walks, and the machine's failures with nothing half-written."""

import gc
import re
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongji.desk.office import Office, Session
from gongji.desk.ports import StoreUnavailable
from gongji.desk.settling import Answered, settle_batch
from gongji.lab.rooms import mounted
from gongji.store.sqlite import SqliteStore
from gongji.wiring import shipped_packs
from store.stores import VAULT, sqlite_file
from town import Town, office_on


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A family in a file."""

    opened = Town(open_office=lambda clock: office_on(sqlite_file(tmp_path, VAULT), clock))
    opened.person("father", carried=9000_00)
    opened.person("child", "resident")
    opened.hospital("clinic")
    opened.pool("father", {"child": "child"})
    yield opened
    opened.close()


def writer_of(town: Town) -> sqlite3.Connection:
    """The store's own connection, to make it impatient or poor."""
    store = town.office.store
    assert isinstance(store, SqliteStore)
    return store._writer


def state(town: Town) -> tuple[int, int, int]:
    """What a half-written settlement would change."""
    with town.office.store.read() as unit:
        entries = len(list(unit.entry_rows()))
        answers = len(unit.answers_of_asker(town.place("clinic"), limit=999, before=2**62))
    return town.balance("father").carried, entries, answers


def test_a_settlement_walks_through_no_table(town: Town) -> None:
    """Neither the people's nor any other: a million people are looked up as four are."""
    writer = writer_of(town)
    said: list[str] = []
    writer.set_trace_callback(said.append)
    town.settled("child", "clinic", 1_00)
    writer.set_trace_callback(None)

    asked = [one for one in said if one.startswith("SELECT")]
    plans = [
        row[3]
        for statement in asked
        for row in writer.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    ]
    # A virtual table is the list of what is asked for. A search by the region alone is a walk.
    walks = [plan for plan in plans if plan.startswith("SCAN") and "VIRTUAL TABLE" not in plan]
    walks += [plan for plan in plans if re.search(r"\(region=\?\)$", plan)]
    assert (len(asked) >= 5, walks) == (True, [])


def test_a_full_disk_is_said_and_nothing_is_half_written(town: Town) -> None:
    """Not one of the batch; when there is room again, the same ids settle."""
    (pages,) = writer_of(town).execute("PRAGMA page_count").fetchone()
    writer_of(town).execute(f"PRAGMA max_page_count = {pages}")
    bills = [town.bill("child", "clinic", 1_00, id=f"b{n}") for n in range(200)]
    before = state(town)
    with pytest.raises(StoreUnavailable, match="full"):
        town.do(lambda session: settle_batch(session, bills))
    assert state(town) == before
    town.proof()
    writer_of(town).execute("PRAGMA max_page_count = 1000000")
    found = town.do(lambda session: settle_batch(session, bills))
    assert all(isinstance(one, Answered) and not one.repeated for one in found)
    town.proof()


def test_a_locked_file_is_said_and_reading_goes_on(town: Town, tmp_path: Path) -> None:
    """Another process holds the lock: writers are told, readers are not disturbed."""
    writer_of(town).execute("PRAGMA busy_timeout = 20")
    before = state(town)
    other = sqlite3.connect(tmp_path / "gongji.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        town.settle("child", "clinic", 1_00, id="b1")
    assert state(town) == before
    other.execute("ROLLBACK")
    other.close()
    assert isinstance(town.settle("child", "clinic", 1_00, id="b1"), Answered)


def test_a_file_that_is_no_store_is_said(tmp_path: Path) -> None:
    """Somebody gave the wrong name."""
    file = tmp_path / "letter.db"
    file.write_bytes(b"Dear Sir or Madam, " * 100)
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        SqliteStore(str(file), VAULT)


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    """Nor is a path below a file."""
    with pytest.raises(StoreUnavailable):
        SqliteStore(str(tmp_path), VAULT)


def test_two_processes_on_one_file_settle_an_id_once(town: Town, tmp_path: Path) -> None:
    """The second finds what the first has committed, and answers with it."""
    second = Office(
        SqliteStore(str(tmp_path / "gongji.db"), VAULT), shipped_packs(), town.office.clock
    )
    bill = town.bill("child", "clinic", 80_00, id="b1")
    first = town.settle_bill(bill)
    (again,) = second.do(lambda session: settle_batch(session, [bill]))
    assert isinstance(first, Answered)
    assert isinstance(again, Answered)
    assert again.repeated
    assert again.answer == first.answer
    second.store.close()
    assert town.balance("father").carried == 8920_00


def test_readers_see_the_last_commit_and_wait_for_nobody(town: Town) -> None:
    """While a unit of work is open, a reader finds the balance of before."""
    seen: list[int] = []

    def look() -> None:
        seen.append(town.balance("father").carried)

    def settle_and_let_look(session: Session) -> None:
        settle_batch(session, [town.bill("child", "clinic", 80_00)])
        reader = threading.Thread(target=look)
        reader.start()
        reader.join(5)
        assert not reader.is_alive()

    town.do(settle_and_let_look)
    look()
    assert seen == [9000_00, 8920_00]


def test_many_readers_at_once_each_get_an_answer(town: Town) -> None:
    """Connections are handed out and taken back under way."""
    found: list[int] = []

    def look() -> None:
        for _ in range(30):
            found.append(town.balance("father").carried)

    readers = [threading.Thread(target=look) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert found == [9000_00] * 240


class Greedy(list[sqlite3.Connection]):
    """A shelf from which another reader always takes the last connection first."""

    def __len__(self) -> int:
        return 1

    def __bool__(self) -> bool:
        return True


def test_a_reader_whose_connection_was_taken_by_another_opens_its_own(town: Town) -> None:
    """Between looking at the shelf and reaching for it, the shelf may have become empty."""
    store = town.office.store
    assert isinstance(store, SqliteStore)
    store._readers = Greedy()
    assert town.balance("father").carried == 9000_00


@pytest.mark.parametrize("table", ["entries", "answers"])
@pytest.mark.parametrize("act", ["UPDATE {} SET region = '999999'", "DELETE FROM {}"])
def test_what_is_appended_is_never_changed(town: Town, table: str, act: str) -> None:
    """The database itself refuses, whoever asks: the books are append-only."""
    town.settled("child", "clinic", 1_00)
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} are appended"):
        writer_of(town).execute(act.format(table))


def test_a_log_that_fills_the_disk_gives_its_room_back(tmp_path: Path) -> None:
    """Where it alone is what fills it: some are told, and the next are served."""
    with mounted(tmp_path / "disk", 4 << 20) as disk:
        if disk is None:
            pytest.skip("no right to mount a small disk")
        store = SqliteStore(f"{tmp_path}/disk/gongji.db", VAULT)
        store.create()
        store._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store._writer.execute("PRAGMA wal_autocheckpoint = 16384")
        told = 0
        for n in range(4_000):
            try:
                with store.begin():
                    store._writer.execute(f"PRAGMA user_version = {n}")
            except StoreUnavailable:
                told += 1
        store.close()
    assert 0 < told < 40


def test_a_store_that_nobody_holds_closes_its_file(tmp_path: Path) -> None:
    """Who forgets to close one leaves no open file behind; newer Pythons complain of it."""
    store = sqlite_file(tmp_path, VAULT)
    with store.read() as unit:
        assert unit.people([]) == {}
    opened = [*store._opened]
    del store, unit
    gc.collect()
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")
