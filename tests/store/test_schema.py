"""The schema is what the migrations make, and a service starts on it."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from gongji.desk.national_ports import Message, MessageKey
from gongji.desk.ports import StoreUnavailable, WrongKey
from gongji.store.migrate import upgrade
from gongji.store.sqlite import SqliteStore
from gongji.store.tables import metadata
from gongji.wiring import (
    BadSetting,
    Settings,
    build,
    local_clock,
    open_store,
    open_vault,
    packs_of,
    settings,
    shipped_packs,
)
from store.stores import VAULT, sqlite_file


def schema(file: Path) -> dict[str, str]:
    """The DDL of a file by name, without white space and quotes that say nothing."""
    connection = sqlite3.connect(file)
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'"
    ).fetchall()
    connection.close()
    return {name: parts(sql) for name, sql in rows}


def parts(sql: str) -> str:
    """A statement with its columns and constraints in an order of their own."""
    flat = re.sub(r"\s+", " ", sql.replace('"', "")).strip()
    head, _, rest = flat.partition("(")
    body, _, tail = rest.rpartition(")")
    pieces = sorted(piece.strip() for piece in re.split(r",(?![^(]*\))", body))
    return f"{head.strip()} ({'; '.join(pieces)}) {tail.strip()}"


@pytest.fixture
def migrated(tmp_path: Path) -> SqliteStore:
    """A fresh file with every migration applied."""
    store = SqliteStore(str(tmp_path / "migrated.db"), VAULT)
    upgrade(store)
    return store


def test_the_migrations_make_the_schema_of_today(migrated: SqliteStore, tmp_path: Path) -> None:
    """Table by table, with keys, checks, indexes and the way rows lie."""
    (tmp_path / "fresh").mkdir()
    sqlite_file(tmp_path / "fresh", VAULT).close()
    migrated.close()
    today = schema(tmp_path / "fresh" / "gongji.db")
    assert schema(tmp_path / "migrated.db") == today
    assert len(today) > len(metadata.tables)


def test_alembic_finds_nothing_to_add(migrated: SqliteStore, tmp_path: Path) -> None:
    """What `revision --autogenerate` would write is empty."""
    migrated.close()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []


def test_a_difference_would_be_found(migrated: SqliteStore, tmp_path: Path) -> None:
    """Both ways of comparing have been seen to fail."""
    migrated._writer.execute("ALTER TABLE people ADD COLUMN colour TEXT")
    migrated.close()
    (tmp_path / "fresh").mkdir()
    sqlite_file(tmp_path / "fresh", VAULT).close()
    assert schema(tmp_path / "migrated.db") != schema(tmp_path / "fresh" / "gongji.db")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()


def test_upgrading_again_changes_nothing(migrated: SqliteStore, tmp_path: Path) -> None:
    """Every start does it."""
    before = schema(tmp_path / "migrated.db")
    upgrade(migrated)
    migrated.close()
    assert schema(tmp_path / "migrated.db") == before


def test_rows_of_an_older_file_are_kept_and_cannot_be_changed(tmp_path: Path) -> None:
    """Tables that are laid anew take their rows with them, and what watches over these."""
    store = SqliteStore(str(tmp_path / "older.db"), VAULT)
    upgrade(store, "0006")
    entry = ("310000", "agency", "inflow", 1, "credit", "v1", -1, 0, -1, "2026-01-01", 1)
    store._writer.execute(f"INSERT INTO entries VALUES ({', '.join('?' * len(entry))})", entry)
    upgrade(store)
    assert store._writer.execute("SELECT * FROM entries").fetchall() == [entry]
    for change in ("UPDATE entries SET amount_fen = 0", "DELETE FROM entries"):
        with pytest.raises(sqlite3.IntegrityError, match="appended, never changed"):
            store._writer.execute(change)
    store.close()


def test_messages_of_an_older_file_are_found_by_their_new_key(tmp_path: Path) -> None:
    """And changed in their place, as 2601 does."""
    store = SqliteStore(str(tmp_path / "older.db"), VAULT)
    upgrade(store, "0006")
    message = Message(MessageKey("H310000-001", "2207", "m1"), 1, "digest", "about", b"answer")
    row = ("310000", *message.key, *message[1:])
    store._writer.execute(f"INSERT INTO national_messages VALUES ({', '.join('?' * 9)})", row)
    upgrade(store)
    with store.begin() as unit:
        assert unit.message(message.key) == message
        unit.undo_message(message.key, b"undone")
        assert unit.message(message.key) == message._replace(undone=b"undone")
    store.close()


REFERENCE = {"laws", "marks", "catalogue_editions", "catalogue_items", "national_items"}
"""Tables of what belongs to no region; every node of a cluster has them whole."""


def test_the_regions_code_is_part_of_every_primary_key() -> None:
    """So that a cluster can be sharded by it without moving a table."""
    without = {name for name, table in metadata.tables.items() if "region" not in table.primary_key}
    assert without == REFERENCE


# ── The switchboard ──────────────────────────────────────────────────────────────────────────────


def test_a_migration_that_was_broken_off_has_left_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables are made in one transaction as well: the next start finds nothing, and makes them."""
    store = SqliteStore(str(tmp_path / "gongji.db"), VAULT)

    def broken(settings: object, revision: str) -> None:
        migrated = settings.attributes["connection"]  # type: ignore[attr-defined]
        migrated.exec_driver_sql("CREATE TABLE people (half INTEGER)")
        raise StoreUnavailable("the lights went out")

    with monkeypatch.context() as patched, pytest.raises(StoreUnavailable, match="lights"):
        patched.setattr("gongji.store.migrate.command.upgrade", broken)
        upgrade(store)
    upgrade(store)
    store.check_key()
    store.close()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE alembic_version SET version_num = '9999'",
            "a newer program has brought this store to schema 9999, this one knows schema",
        ),
        ("DROP TABLE alembic_version", "this file is another program's: it has the table accounts"),
    ],
)
def test_a_store_that_is_not_this_programs_is_left_alone(
    tmp_path: Path, statement: str, said: str
) -> None:
    """A newer schema, or no schema of ours: a sentence, and nothing is changed."""
    file = tmp_path / "gongji.db"
    store = SqliteStore(str(file), VAULT)
    upgrade(store)
    with closing(sqlite3.connect(file)) as other:
        other.execute(statement)
        other.commit()
    with pytest.raises(StoreUnavailable, match=said):
        upgrade(store)
    store.close()


KEY = "ab" * 32


def test_a_service_builds_its_office_on_a_fresh_file_and_again_on_the_same(tmp_path: Path) -> None:
    """Schema, key and law are seen to at every start."""
    chosen = Settings(database=f"sqlite:///{tmp_path}/deep/gongji.db", key=KEY)
    for _ in range(2):
        office = build(chosen)
        with office.store.read() as unit:
            assert unit.law_texts(office.law.version) is not None
        office.store.close()
    with pytest.raises(WrongKey):
        build(Settings(database=chosen.database, key="cd" * 32))


def test_the_clock_is_aware_and_local() -> None:
    """All of China keeps one time."""
    assert str(local_clock().tzinfo) == "Asia/Shanghai"


def test_settings_come_from_the_environment() -> None:
    """Only those with our prefix; what is left out has its default."""
    found = settings(
        {"GONGJI_PORT": "8080", "GONGJI_KEY": KEY, "GONGJI_PACKS": "packs", "HOME": "x"}
    )
    assert (found.port, found.key, found.packs) == (8080, KEY, Path("packs"))
    assert found.host == Settings().host


@pytest.mark.parametrize(
    ("environment", "wrong"),
    [
        ({"GONGJI_PROT": "8080"}, "GONGJI_PROT is no setting of ours; known are GONGJI_DATABASE,"),
        ({"GONGJI_PORT": "eighty"}, "GONGJI_PORT: 'eighty' is not a number from 1 to 65535"),
        ({"GONGJI_PORT": "65536"}, "GONGJI_PORT: '65536' is not a number from 1 to 65535"),
        ({"GONGJI_PORT": ""}, "GONGJI_PORT: '' is not a number from 1 to 65535"),
        ({"GONGJI_QUEUE": "0"}, "GONGJI_QUEUE: '0' is not a whole number above 0"),
        ({"GONGJI_PUBLIC_ADDRESS": "gongji.example"}, "GONGJI_PUBLIC_ADDRESS: 'gongji.example' is"),
        (
            {"GONGJI_OIDC_ISSUER": "https://id.example", "GONGJI_OIDC_CLIENT": "gongji"},
            "GONGJI_OIDC_SECRET: needed beside the others",
        ),
        (
            {"GONGJI_OIDC_SECRET": "hush"},
            "GONGJI_OIDC_ISSUER and GONGJI_OIDC_CLIENT: needed beside the others",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(environment: dict[str, str], wrong: str) -> None:
    """A slip of the pen does not go by in silence."""
    with pytest.raises(BadSetting) as found:
        settings(environment)
    assert str(found.value).startswith(wrong)


@pytest.mark.parametrize(
    "database",
    ["mysql://localhost/gongji", "gongji.db", "sqlite:///", "sqlite://x", "sqlite:///:memory:", ""],
)
def test_a_database_that_is_not_ours_to_open_is_named(database: str) -> None:
    """With the form that is."""
    with pytest.raises(BadSetting, match="GONGJI_DATABASE"):
        open_store(Settings(database=database, key=KEY))


@pytest.mark.parametrize(
    "database", ["postgresql://me:secret@[host/x", "postgresql://me:secret%@host/x"]
)
def test_a_mistake_in_a_connection_string_does_not_show_the_password(database: str) -> None:
    """The form is named, and how to write what means something in it."""
    with pytest.raises(BadSetting, match="postgresql://USER:PASSWORD@HOST:PORT/NAME") as found:
        open_store(Settings(database=database, key=KEY))
    assert "secret" not in str(found.value)


@pytest.mark.parametrize("key_file", ["", "letter/key", "no such folder"])
def test_a_key_file_that_cannot_be_used_is_named(tmp_path: Path, key_file: str) -> None:
    """A folder, a path below a file, a folder that nobody can make: with the setting's name."""
    (tmp_path / "letter").write_text("Dear Sir or Madam")
    at = tmp_path / key_file if key_file != "no such folder" else Path("/proc/gongji/key")
    with pytest.raises(BadSetting, match=f"^GONGJI_KEY_FILE: {at}: .*that this user may read"):
        open_vault(Settings(key_file=at))


def test_a_server_that_refuses_is_said_without_the_password(tmp_path: Path) -> None:
    """Nobody listens there."""
    chosen = Settings(database="postgresql://me:secret@127.0.0.1:1/gongji", key=KEY)
    with pytest.raises(StoreUnavailable, match="the database cannot be used") as found:
        build(chosen)
    assert "secret" not in str(found.value)


def test_packs_of_ones_own(tmp_path: Path) -> None:
    """GONGJI_PACKS names a folder of folders; one that is not there is named."""
    with pytest.raises(BadSetting, match=r"GONGJI_PACKS: .*nowhere is no folder"):
        packs_of(Settings(packs=tmp_path / "nowhere"))
    for folder, files in shipped_packs().items():
        (tmp_path / folder).mkdir()
        for name, text in files.items():
            (tmp_path / folder / name).write_text(text, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not a pack")
    (tmp_path / "empty").mkdir()
    assert packs_of(Settings(packs=tmp_path)) == shipped_packs() == packs_of(Settings())


def test_a_pack_is_utf_8_and_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    """As editors on Windows write it; another encoding is told with the file's name."""
    file = tmp_path / "440100-somewhere" / "pack.toml"
    file.parent.mkdir()
    file.write_text('name = "广州市"', encoding="utf-8-sig")
    assert packs_of(Settings(packs=tmp_path)) == {file.parent.name: {file.name: 'name = "广州市"'}}
    file.write_text('name = "广州市"', encoding="gbk")
    with pytest.raises(BadSetting, match=r"pack\.toml: this is not UTF-8; save the file as UTF-8"):
        packs_of(Settings(packs=tmp_path))
