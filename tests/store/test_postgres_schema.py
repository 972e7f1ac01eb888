"""On PostgreSQL as on SQLite the schema is what the migrations make; and `gongji migrate` there."""

import re
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner, Result
from psycopg.conninfo import conninfo_to_dict

from gongji.cli.main import cli
from gongji.desk.ports import StoreUnavailable
from gongji.store import unit
from gongji.store.citus import ANCHOR, distribution, is_reference
from gongji.store.migrate import as_sql, bring_up, upgrade
from gongji.store.postgres import PostgresStore
from gongji.store.rights import CHANGED, MIGRATOR, ROLES
from gongji.store.schema import append_only
from gongji.store.tables import metadata
from servers import bare_database
from store.stores import VAULT
from store.test_schema import KEY, REFERENCE

_CATALOGUE = """
SELECT c.relname || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN 'not null' END, l.collname,
    col_description(a.attrelid, a.attnum))
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  LEFT JOIN pg_collation l ON l.oid = a.attcollation
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
UNION ALL SELECT conrelid::regclass || ': ' || conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT relname || ' has', array_to_string(reloptions, ' ')
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL
"""


def schema(dsn: str) -> dict[str, str]:
    """Columns, constraints, indexes, triggers and functions of a database, by name."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(_CATALOGUE.encode()).fetchall()
    return {name: said for name, said in rows if not name.startswith("alembic_version")}


def engine_of(dsn: str) -> sa.Engine:
    """SQLAlchemy's way in."""
    return sa.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=sa.NullPool
    )


@pytest.fixture(scope="module")
def migrated() -> str:
    """A database with every migration applied: its connection string."""
    dsn = bare_database()
    upgrade(PostgresStore(dsn, VAULT))
    return dsn


def test_the_migrations_make_the_schema_of_today(migrated: str) -> None:
    """Column by column, with keys, checks, indexes, comments and triggers; and not by chance."""
    dsn = bare_database()
    with engine_of(dsn).begin() as connection:
        metadata.create_all(connection)
        for statement in append_only("postgresql"):
            connection.exec_driver_sql(statement)
    today = schema(dsn)
    assert schema(migrated) == today
    assert len(today) > 200
    with psycopg.connect(dsn) as owner:
        owner.execute("ALTER TABLE people ALTER COLUMN born TYPE text")  # and so no longer "C"
    assert schema(migrated) != schema(dsn)


def test_alembic_finds_nothing_to_add(migrated: str) -> None:
    """What `revision --autogenerate` would write is empty."""
    with engine_of(migrated).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_what_a_dba_reads_makes_the_same_schema_in_every_database(migrated: str) -> None:
    """`gongji migrate --sql`, run as it is printed. Roles belong to the whole server: the second
    database finds them there."""
    for _ in range(2):
        dsn = bare_database()
        with psycopg.connect(dsn, autocommit=True) as owner:
            owner.execute(as_sql().encode())
        assert schema(dsn) == schema(migrated)
        with psycopg.connect(dsn) as owner:
            found = owner.execute(
                "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
            )
            assert found.fetchall() == [(MIGRATOR,)]


# ── The command ──────────────────────────────────────────────────────────────────────────────────


def url_of(dsn: str) -> str:
    """A connection string as the setting has it."""
    if "://" in dsn:
        return dsn
    parts = conninfo_to_dict(dsn)
    user = ":".join(str(parts.pop(name)) for name in ("user", "password") if name in parts)
    return f"postgresql://{user}@/{parts.pop('dbname')}?{urlencode(parts)}"


def run(dsn: str, *words: str) -> Result:
    """The command on a database."""
    environment = {"GONGJI_DATABASE": url_of(dsn), "GONGJI_KEY": KEY}
    return CliRunner().invoke(cli, ["migrate", *words], env=environment)


def test_migrate_says_what_it_has_done_and_again_that_all_is_well() -> None:
    """Roles, schema, rights."""
    dsn = bare_database()
    for _ in range(2):
        said = run(dsn)
        assert said.exit_code == 0, said.output
        assert "the schema is up to date\napplication and auditor have their rights" in said.output


def test_a_database_without_the_extension_is_not_distributed() -> None:
    """The sentence names what is missing, and nothing was made."""
    dsn = bare_database()
    with pytest.raises(StoreUnavailable, match="CREATE EXTENSION citus"):
        bring_up(PostgresStore(dsn, VAULT), distribute=True)
    assert schema(dsn) == {}


def test_a_file_is_not_distributed(tmp_path: object) -> None:
    """SQLite stays in one place."""
    said = run(f"sqlite:///{tmp_path}/gongji.db", "--distribute")
    assert "only a PostgreSQL database can be distributed" in str(said.exception)


def test_the_sql_of_a_cluster_is_printed() -> None:
    """Roles, tables, distribution, rights, in this order."""
    said = run("sqlite:///nowhere.db", "--sql", "--distribute").output
    places = [
        said.index(text)
        for text in (ROLES[0], "CREATE TABLE accounts", f"table('{ANCHOR}'", "GRANT SELECT")
    ]
    assert places == sorted(places)


# ── Distribution ─────────────────────────────────────────────────────────────────────────────────


def test_every_table_is_distributed_or_whole_on_every_node() -> None:
    """By region and beside the accounts, which go first; none twice, and none left out."""
    calls = [
        found
        for said in distribution()
        for found in re.findall(r"SELECT (create_\w+)\(([^)]*)\)", said)
    ]
    assert calls[0] == (
        "create_distributed_table",
        f"'{ANCHOR}', 'region', colocate_with => 'none'",
    )
    names = [arguments.split("'")[1] for _, arguments in calls]
    assert sorted(names) == sorted(metadata.tables)
    for (call, arguments), name in zip(calls[1:], names[1:], strict=True):
        if call == "create_reference_table":
            assert is_reference(name)
        else:
            assert arguments == f"'{name}', 'region', colocate_with => '{ANCHOR}'"


def test_what_is_whole_everywhere_is_what_has_no_region_and_the_keys() -> None:
    """A key is looked up before anybody knows whose it is."""
    assert {name for name in metadata.tables if is_reference(name)} == REFERENCE | {
        "callers",
        "national_keys",
    }


def test_every_statement_of_a_distribution_can_be_run_again() -> None:
    """Each asks first whether it is still to be done."""
    assert all("EXISTS" in statement for statement in distribution())


# ── Rights ───────────────────────────────────────────────────────────────────────────────────────

_CHANGES = re.compile(
    r"UPDATE (\w+) SET|INSERT INTO (\w+)(?:(?!INSERT INTO).){0,700}?DO UPDATE", re.S
)
TEMPORARY = {"deducting", "turning"}


def test_the_application_may_change_what_our_statements_change_and_no_more() -> None:
    """A statement that changes a table's rows needs the table's name in rights.py."""
    sources = [file.read_text("utf-8") for file in Path(unit.__file__).parent.glob("*.py")]
    changed = {name for text in sources for pair in _CHANGES.findall(text) for name in pair if name}
    assert changed - TEMPORARY == set(CHANGED)
