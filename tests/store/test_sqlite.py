"""SQLite's own: whatever a settlement asks is looked up, never walked to."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongji.desk.office import Office
from gongji.desk.ports import Clock
from gongji.store.sqlite import SqliteStore
from gongji.wiring import shipped_packs
from store.stores import VAULT, sqlite_file
from town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A family in a file."""

    def open_office(clock: Clock) -> Office:
        office = Office(sqlite_file(tmp_path, VAULT), shipped_packs(), clock)
        office.open()
        return office

    opened = Town(open_office=open_office)
    opened.person("father", carried=9000_00)
    opened.person("child", "resident")
    opened.hospital("clinic")
    opened.pool("father", {"child": "child"})
    yield opened
    opened.close()


def test_a_settlement_walks_through_no_table(town: Town) -> None:
    """Neither the people's nor any other: a million people are looked up as four are."""
    store = town.office.store
    assert isinstance(store, SqliteStore)
    said: list[str] = []
    store._writer.set_trace_callback(said.append)
    town.settled("child", "clinic", 1_00)
    store._writer.set_trace_callback(None)

    asked = [one for one in said if one.startswith("SELECT")]
    plans = [
        row[3]
        for statement in asked
        for row in store._writer.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    ]
    # A virtual table is the list of what is asked for. A search by the region alone is a walk.
    walks = [plan for plan in plans if plan.startswith("SCAN") and "VIRTUAL TABLE" not in plan]
    walks += [plan for plan in plans if re.search(r"\(region=\?\)$", plan)]
    assert (len(asked) >= 5, walks) == (True, [])
