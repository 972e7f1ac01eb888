"""场地: the databases that a measurement is made on, and bare SQL on them without any of ours.

The bare side knows no table by name. It asks the database for columns and keys, so that a yardstick
writes what a run really wrote, whatever the schema is by then.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit, urlunsplit

Rows = Sequence[tuple[Any, ...]]


class Column(NamedTuple):
    """A column as the database has it; `key` says whether it is of the primary key."""

    name: str
    kind: str
    key: bool


class Bare(Protocol):
    """A connection as durable as the store's own. Statements have `?` for their values."""

    def execute(self, statement: str, *values: object) -> Any:
        """A cursor with the rows, if there are any."""

    def columns(self, table: str) -> Sequence[Column]:
        """The columns of a table in their order."""

    def tables(self) -> Sequence[str]:
        """The store's tables by name."""

    def insert(self, table: str, rows: Rows, *, over: bool = False) -> None:
        """Whole rows; `over` those that are there with the same key."""

    def stage(self, source: str, by: Mapping[str, str]) -> None:
        """Have the tables of another database as `done.…`, before anything is timed; each of those
        named can be searched by its column."""

    def close(self) -> None:
        """Done with it."""


class Ground(Protocol):
    """Where databases are made and thrown away. A database is named by its URL."""

    name: str
    version: str

    def fresh(self) -> str:
        """A database without tables."""

    def copy(self, url: str) -> str:
        """A database once more, as it stands; nobody may have it open."""

    def drop(self, url: str) -> None:
        """Throw a database away."""

    def bare(self, url: str) -> Bare:
        """A connection to it."""

    def processes(self, url: str) -> Mapping[str, Sequence[int]]:
        """The database's own processes on this machine by what they do, to be watched."""

    def settle(self, url: str) -> None:
        """Write down what a bulk load has left over, so that no measurement pays for it."""


@contextmanager
def transaction(bare: Bare) -> Iterator[None]:
    """One durable unit of bare SQL."""
    bare.execute("BEGIN")
    yield
    bare.execute("COMMIT")


class SqliteGround:
    """SQLite files in one folder."""

    name = "SQLite"
    version = sqlite3.sqlite_version

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, count(1)

    def fresh(self) -> str:
        """A name for a new file."""
        return f"sqlite:///{self._folder}/{next(self._numbers)}.db"

    def copy(self, url: str) -> str:
        """The file once more, as it stands; nobody may have it open."""
        found = self.fresh()
        shutil.copy(_path(url), _path(found))
        return found

    def drop(self, url: str) -> None:
        """Throw the file away."""
        for ending in ("", "-wal", "-shm"):
            Path(_path(url) + ending).unlink(missing_ok=True)

    def bare(self, url: str) -> "BareSqlite":
        """A connection."""
        return BareSqlite(_path(url))

    def processes(self, url: str) -> Mapping[str, Sequence[int]]:
        """SQLite has none of its own."""
        return {}

    def settle(self, url: str) -> None:
        """Write down what a bulk load has left over, so that no measurement pays for it."""
        with closing(self.bare(url)) as bare:
            bare.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class BareSqlite:
    """See Bare."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self.close = self._db.close
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "cache_size = -65536",
            "wal_autocheckpoint = 16384",
        ):
            self._db.execute(f"PRAGMA {pragma}")

    def execute(self, statement: str, *values: object) -> Any:
        """A cursor with the rows, if there are any."""
        return self._db.execute(statement, values)

    @lru_cache  # noqa: B019 - a handful of tables, for the life of a measurement
    def columns(self, table: str) -> Sequence[Column]:
        """The columns in their order."""
        found = self.execute(f"PRAGMA table_info({table})").fetchall()
        return [Column(row[1], row[2], bool(row[5])) for row in found]

    def tables(self) -> Sequence[str]:
        """The tables by name."""
        found = self.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return [row[0] for row in found.fetchall()]

    def insert(self, table: str, rows: Rows, *, over: bool = False) -> None:
        """Whole rows; `over` those that are there with the same key."""
        places = ", ".join("?" * len(self.columns(table)))
        settled = over_rows(self.columns(table)) if over else ""
        self._db.executemany(f"INSERT INTO {table} VALUES ({places}){settled}", rows)

    def stage(self, source: str, by: Mapping[str, str]) -> None:
        """Have the tables of another file as `done.…`, each of these found by this column."""
        self._db.execute("ATTACH ? AS done", (_path(source),))
        for table, column in by.items():
            self._db.execute(f"CREATE INDEX done.{table}_by_{column} ON {table} ({column})")


class PostgresGround:
    """Databases on a PostgreSQL server, made from its own DSN and named gongji_bench_…"""

    name = "PostgreSQL"

    def __init__(self, dsn: str) -> None:
        self.dsn, self._numbers = dsn, count(1)
        with closing(BarePostgres(dsn)) as bare:
            self.version = str(bare.execute("SHOW server_version").fetchone()[0]).split()[0]

    def fresh(self) -> str:
        """A new database without tables."""
        return self._make("")

    def copy(self, url: str) -> str:
        """The database once more, as it stands; nobody may be connected to it."""
        return self._make(f" TEMPLATE {_name(url)} STRATEGY file_copy")

    def drop(self, url: str) -> None:
        """Throw the database away."""
        self._say(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    def bare(self, url: str) -> "BarePostgres":
        """A connection."""
        return BarePostgres(url)

    def processes(self, url: str) -> Mapping[str, Sequence[int]]:
        """The server's processes: those that serve this database, and its own."""
        with closing(self.bare(url)) as bare:
            found = bare.execute(
                "SELECT pid, datname IS NOT NULL FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND (datname = current_database() OR datname IS NULL)"
            ).fetchall()
        return {
            "server": [pid for pid, serves in found if serves],
            "server's log and pages": [pid for pid, serves in found if not serves],
        }

    def settle(self, url: str) -> None:
        """Write down what a bulk load has left over, so that no measurement pays for it."""
        with closing(self.bare(url)) as bare:
            bare.execute("VACUUM ANALYZE")
            bare.execute("CHECKPOINT")

    def _make(self, like: str) -> str:
        name = f"gongji_bench_{os.getpid()}_{next(self._numbers)}"
        self._say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._say(f"CREATE DATABASE {name}{like}")
        return urlunsplit(urlsplit(self.dsn)._replace(path=f"/{name}"))

    def _say(self, statement: str) -> None:
        with closing(BarePostgres(self.dsn)) as bare:
            bare.execute(statement)


class BarePostgres:
    """See Bare. Arrays in, one statement for all the rows of a table, prepared."""

    def __init__(self, url: str) -> None:
        import psycopg

        self._db = psycopg.connect(url, autocommit=True, prepare_threshold=0)
        self.close = self._db.close

    def execute(self, statement: str, *values: object) -> Any:
        """A cursor with the rows, if there are any."""
        return self._db.execute(statement.replace("?", "%s").encode(), values or None)

    @lru_cache  # noqa: B019 - a handful of tables, for the life of a measurement
    def columns(self, table: str) -> Sequence[Column]:
        """The columns in their order."""
        return [
            Column(*row)
            for row in self.execute(
                "SELECT a.attname, format_type(a.atttypid, NULL), coalesce(a.attnum = ANY(i.indkey),"
                " false) FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND"
                " i.indisprimary WHERE a.attrelid = ?::regclass AND a.attnum > 0 ORDER BY a.attnum",
                table,
            ).fetchall()
        ]

    def tables(self) -> Sequence[str]:
        """The tables by name, of the schema that the store uses."""
        found = self.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        )
        return [row[0] for row in found.fetchall()]

    def insert(self, table: str, rows: Rows, *, over: bool = False) -> None:
        """Whole rows; `over` those that are there with the same key."""
        if not rows:
            return
        columns = self.columns(table)
        arrays = ", ".join(f"?::{column.kind}[]" for column in columns)
        settled = over_rows(columns) if over else ""
        statement = f"INSERT INTO {table} SELECT * FROM unnest({arrays}){settled}"
        self.execute(statement, *(list(values) for values in zip(*rows, strict=True)))

    def stage(self, source: str, by: Mapping[str, str]) -> None:
        """Have the tables of another database as `done.…`, each of these found by this column; read
        over before anything is timed."""
        self.execute("CREATE SCHEMA done")
        with closing(BarePostgres(source)) as other:
            for table in self.tables():
                self.execute(f"CREATE UNLOGGED TABLE done.{table} (LIKE {table})")
                read, write = f"COPY {table} TO STDOUT", f"COPY done.{table} FROM STDIN"
                with (
                    other._db.cursor().copy(read.encode()) as out,
                    self._db.cursor().copy(write.encode()) as into,
                ):
                    for block in out:
                        into.write(block)
                if table in by:
                    self.execute(f"CREATE INDEX ON done.{table} ({by[table]})")
                self.execute(f"ANALYZE done.{table}")


def over_rows(columns: Sequence[Column]) -> str:
    """The end of an INSERT that puts the new row in the place of the one with its key."""
    keys = ", ".join(column.name for column in columns if column.key)
    rest = ", ".join(f"{c.name} = excluded.{c.name}" for c in columns if not c.key)
    return f" ON CONFLICT ({keys}) DO UPDATE SET {rest}"


def _path(url: str) -> str:
    return url.removeprefix("sqlite:///")


def _name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")
