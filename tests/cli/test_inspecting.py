"""An inspector has the right to read and no other: what only reads writes nothing, not even at its
start."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo

from gongji.cli.main import cli
from gongji.store.migrate import upgrade
from gongji.store.rights import AUDITOR
from gongji.wiring import build, open_store, settings
from servers import fresh_database
from store.test_postgres_schema import url_of
from town import Town

KEY = "ab" * 32
READS = (
    *("verify", "explain b1", "statement {father} 2025-11", "figures --to 2025-11-30"),
    *("catalogue editions", "notices list"),
)


def furnished(database: str) -> str:
    """A store with a family's bill in it, made by who may; the father's id."""
    chosen = settings({"GONGJI_DATABASE": database, "GONGJI_KEY": KEY})
    town = Town(open_office=lambda clock: build(chosen, clock))
    town.person("father", carried=90_00)
    town.person("child", "resident")
    town.hospital("clinic")
    town.pool("father", {"child": "child"})
    town.settled("child", "clinic", 10_00, id="b1")
    town.close()
    return town.id("father")


def typed(words: str, database: str, **more: str) -> tuple[int, str]:
    """The exit code of a command on this store, and what it has said or why it could not."""
    given = {"GONGJI_DATABASE": database, "GONGJI_KEY": KEY, **more}
    found = CliRunner().invoke(cli, words.split(), env=given)
    return found.exit_code, found.output + str(found.exception or "")


@pytest.fixture
def inspected() -> Iterator[tuple[str, str]]:
    """A database as a real user in the auditor's role reaches it, and the father's id."""
    owner = fresh_database()
    father = furnished(url_of(owner))
    user = f"inspector_{os.getpid()}"
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"CREATE USER {user} PASSWORD 'looks' IN ROLE {AUDITOR}".encode())
        yield url_of(make_conninfo(owner, user=user, password="looks")), father
        connection.execute(f"DROP USER {user}".encode())


def test_an_inspector_of_postgresql_runs_whatever_only_reads(inspected: tuple[str, str]) -> None:
    """The tables stay as they were; what writes is refused by the database."""
    database, father = inspected
    for words in READS:
        code, said = typed(words.format(father=father), database)
        assert code == 0, (words, said)
    assert "the books agree" in typed("verify", database)[1]
    code, said = typed("rollover 310000 --year-ends 2026-06-30", database)
    assert (code, "permission denied" in said) == (1, True)
    code, said = typed("verify", database, GONGJI_KEY="cd" * 32)
    assert "made with another key" in said


def test_what_reads_leaves_a_file_as_it_was(tmp_path: Path) -> None:
    """A copy that was made for looking at: not a byte of it, nor a file beside it."""
    father = furnished(f"sqlite:///{tmp_path}/gongji.db")
    folder = tmp_path / "copies"
    folder.mkdir()
    copy = folder / "copy.db"
    original = open_store(
        settings({"GONGJI_DATABASE": f"sqlite:///{tmp_path}/gongji.db", "GONGJI_KEY": KEY})
    )
    with closing(original.raw_connection()) as connection:
        connection.execute(f"VACUUM INTO '{copy}'")
    original.close()
    before = sha256(copy.read_bytes()).digest()
    for words in READS:
        code, said = typed(words.format(father=father), f"sqlite:///{copy}")
        assert code == 0, (words, said)
    assert sha256(copy.read_bytes()).digest() == before
    assert [*folder.iterdir()] == [copy]


def test_the_figures_are_kept_for_a_program_as_well(tmp_path: Path) -> None:
    """Beside the tables; a payment by day, channel, institution and region, in fen."""
    database, file = f"sqlite:///{tmp_path}/gongji.db", tmp_path / "figures.json"
    furnished(database)
    code, said = typed(f"figures 310000 --to 2025-11-30 --json {file}", database)
    assert code == 0 and "clinic H310000-clinic" in said and "10.00" in said
    found = json.loads(file.read_text("utf-8"))
    assert found["pools"] == {
        "310000": {"pools": 1, "members": 1, "new_pools": 1, "new_members": 1}
    }
    once = {"bills": 1, "back": 0, "fen": 10_00}
    assert found["by_place"] == {"H310000-clinic": once} and found["by_channel"]["window"] == once
    assert found["by_region"] == {"310000": once} and found["between"] == []


def test_what_reads_makes_neither_a_store_nor_a_key(tmp_path: Path) -> None:
    """A wrong name is said, and no empty store whose books agree is found in its place."""
    code, said = typed("verify", f"sqlite:///{tmp_path}/wrong.db")
    assert (code, f"there is no file {tmp_path}/wrong.db" in said) == (1, True)
    furnished(f"sqlite:///{tmp_path}/gongji.db")
    lost = {"GONGJI_KEY": "", "GONGJI_KEY_FILE": str(tmp_path / "lost.key")}
    assert "GONGJI_KEY_FILE" in typed("verify", f"sqlite:///{tmp_path}/gongji.db", **lost)[1]
    assert {file.name for file in tmp_path.iterdir()} == {"gongji.db"}


def test_what_reads_brings_no_schema_up_to_date(tmp_path: Path) -> None:
    """A store of an older program is said, and stays one."""
    database = f"sqlite:///{tmp_path}/gongji.db"
    store = open_store(settings({"GONGJI_DATABASE": database, "GONGJI_KEY": KEY}))
    upgrade(store, "0007")
    store.close()
    for _ in range(2):
        assert "it is 0007 in place of" in typed("verify", database)[1]
