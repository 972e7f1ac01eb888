"""Bringing a store's schema up to date with Alembic; on PostgreSQL its roles and rights as well."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from io import StringIO

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import StaticPool

from gongji.desk.ports import StoreUnavailable
from gongji.store.citus import distribution
from gongji.store.postgres import ADVICE, PostgresStore
from gongji.store.rights import BECOME_MIGRATOR, MIGRATOR, OWN_SCHEMA, ROLES, create_role, rights
from gongji.store.sqlite import SqliteStore


def config() -> Config:
    """Alembic's configuration; there is no ini file to find."""
    found = Config()
    found.set_main_option("script_location", str(resources.files("gongji.store") / "migrations"))
    return found


def upgrade(store: SqliteStore | PostgresStore, revision: str = "head") -> None:
    """Apply every migration that the store has not seen."""
    with _connected(store) as connection:
        _upgrade(connection, revision)


def check_schema(store: SqliteStore | PostgresStore) -> None:
    """StoreUnavailable where the schema is not today's. Nothing is written."""
    with _connected(store, writes=False) as connection:
        current, head = _revisions(connection)
    if current != head:
        raise StoreUnavailable(
            f"the schema is not up to date, it is {current or 'not there'} in place of {head};"
            " run gongji migrate as a user that may"
        )


def bring_up(store: PostgresStore, *, distribute: bool = False) -> list[str]:
    """Roles, schema and rights, as far as this user may; what was done, a sentence each."""
    with _connected(store) as connection:
        on_citus = _has_citus(connection)
        if distribute and not on_citus:
            raise StoreUnavailable(
                "this database has no extension citus; as a superuser of the coordinator run"
                " CREATE EXTENSION citus, and add the workers with citus_add_node"
            )
        said = list(_roles(connection))
        if not on_citus:  # its nodes talk to each other as the user, and a role cannot sign in
            said += _as_owner(connection)
        _upgrade(connection, "head")
        said.append("the schema is up to date")
        if distribute:
            for statement in distribution():
                connection.exec_driver_sql(statement)
            said.append("every table is distributed by region, or whole on every node")
        if _known_roles(connection) == set(ROLES):
            for statement in rights():
                connection.exec_driver_sql(statement)
            said.append("application and auditor have their rights")
    return said


def as_sql(*, distribute: bool = False) -> str:
    """What `bring_up` would run on an empty PostgreSQL database, for a DBA to read and to run. Other
    databases of the same server may have been brought up before."""
    settings = config()
    settings.output_buffer = StringIO()
    command.upgrade(settings, "head", sql=True)
    before = [*map(create_role, ROLES), OWN_SCHEMA, *BECOME_MIGRATOR]
    after = [*(distribution() if distribute else ()), *rights()]
    return "\n".join(
        [
            *(f"{statement};" for statement in before),
            settings.output_buffer.getvalue(),
            *(f"{statement};" for statement in after),
        ]
    )


@contextmanager
def _connected(store: SqliteStore | PostgresStore, *, writes: bool = True) -> Iterator[Connection]:
    """One transaction on a connection of its own; what the user may not do is said."""
    engine = create_engine(
        f"{store.dialect}://", creator=store.raw_connection, poolclass=StaticPool
    )
    if store.dialect == "sqlite" and writes:
        # Python's driver begins a transaction before rows are written, and none before a table is
        # made: a schema that was broken off would stay half there, and never be whole again.
        event.listen(engine, "begin", lambda opened: opened.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            yield connection
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != "42501":
            raise
        raise StoreUnavailable(
            f"the schema is not up to date, and this user may not change it: {error.orig};"
            " run gongji migrate as a user that may"
        ) from error
    except OperationalError as error:
        raise StoreUnavailable(f"the database cannot be used: {error.orig}") from error
    finally:
        engine.dispose()


def _upgrade(connection: Connection, revision: str) -> None:
    if connection.dialect.name == "postgresql":  # processes that start at once take turns
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVICE}, -1)")
    current, head = _revisions(connection)
    if revision == "head" and current == head:
        return
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, revision)


def _revisions(connection: Connection) -> tuple[str | None, str | None]:
    """The schema that the store has and the one of today. A store that is not ours, or no longer
    this program's, is said."""
    scripts = ScriptDirectory.from_config(config())
    current, head = (
        MigrationContext.configure(connection).get_current_revision(),
        scripts.get_current_head(),
    )
    if current is None:
        _check_empty(connection)
    elif current not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreUnavailable(
            f"a newer program has brought this store to schema {current}, this one knows schema"
            f" {head}; run that program, or restore a backup from before"
        )
    return current, head


def _check_empty(connection: Connection) -> None:
    """A file with somebody else's tables in it is not made ours by a slip of the pen."""
    if connection.dialect.name != "sqlite":
        return  # a database has been named and granted to us; it may have extensions' tables
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name LIMIT 1"
    found = connection.exec_driver_sql(query).scalar()
    if found is not None:
        raise StoreUnavailable(
            f"this file is another program's: it has the table {found} and no schema of ours; name"
            " another file in GONGJI_DATABASE"
        )


def _has_citus(connection: Connection) -> bool:
    found = connection.exec_driver_sql("SELECT FROM pg_extension WHERE extname = 'citus'")
    return found.first() is not None


def _known_roles(connection: Connection) -> set[str]:
    names = ", ".join(f"'{role}'" for role in ROLES)
    rows = connection.exec_driver_sql(f"SELECT rolname FROM pg_roles WHERE rolname IN ({names})")
    return {row[0] for row in rows}


def _roles(connection: Connection) -> Iterator[str]:
    """Make the roles that are missing, where this user may."""
    missing = [role for role in ROLES if role not in _known_roles(connection)]
    if not missing:
        return
    may = connection.exec_driver_sql(
        "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
    ).scalar_one()
    if not may:
        yield f"this user may not create roles; missing are {', '.join(missing)}"
        return
    for role in missing:
        connection.exec_driver_sql(create_role(role))
    yield f"roles created: {', '.join(missing)}"


def _as_owner(connection: Connection) -> Iterator[str]:
    """Go on as the migrator, so that it owns what is made; where this user may not, as itself."""
    if MIGRATOR not in _known_roles(connection):
        return
    if connection.exec_driver_sql(_MAY_GRANT).scalar_one():
        connection.exec_driver_sql(OWN_SCHEMA)
        connection.exec_driver_sql(f"GRANT {MIGRATOR} TO CURRENT_USER")
    if connection.exec_driver_sql(
        f"SELECT pg_has_role(current_user, '{MIGRATOR}', 'MEMBER')"
    ).scalar_one():
        connection.exec_driver_sql(f"SET LOCAL ROLE {MIGRATOR}")
        yield f"what is made now belongs to {MIGRATOR}"


_MAY_GRANT = (
    "SELECT rolsuper OR (rolcreaterole AND pg_has_role(n.nspowner, 'USAGE'))"
    " FROM pg_roles, pg_namespace n WHERE rolname = current_user AND n.nspname = 'public'"
)
