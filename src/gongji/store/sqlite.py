"""The embedded store: one SQLite file, one writer at a time, durable at every commit.

Statements take arrays (`json_each`) and a region, one statement for a whole batch: the form that
PostgreSQL and a cluster sharded by region will want as well.
"""

import shutil
import sqlite3
import threading
import weakref
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from sqlalchemy.dialects import sqlite as dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from gongji.desk.ports import StoreUnavailable
from gongji.store.cipher import Vault
from gongji.store.schema import append_only
from gongji.store.tables import metadata
from gongji.store.unit import SqlUnit


class SqliteStore:
    """A store in one file, or in memory (`:memory:`) for a scenario.

    Writers wait for each other; readers see the last commit and wait for nobody. Several processes
    may open one file: SQLite's own lock keeps them apart. `to_read`: nothing is written, and the
    right to read the file is enough. A store that nobody holds any more closes what it has opened.
    """

    dialect = "sqlite"
    hands = 1  # a file has one writer

    def __init__(self, path: str, vault: Vault, *, to_read: bool = False) -> None:
        if sqlite3.sqlite_version_info < (3, 35):
            raise StoreUnavailable(
                f"SQLite 3.35 or later is needed, this Python has {sqlite3.sqlite_version}"
            )
        self._path, self._vault, self._to_read = path, vault, to_read
        self._in_memory = path == ":memory:"
        self._writing = threading.RLock()
        self._readers: list[sqlite3.Connection] = []
        self._opened: list[sqlite3.Connection] = []
        # Not at the interpreter's end as well: a forked child would close what is not its own.
        weakref.finalize(self, _close_all, self._opened).atexit = False
        if to_read:
            _must_be_there(Path(path))
        elif not self._in_memory:
            _make_folder(Path(path).parent)
        with _unavailable_on_failure():
            self._writer = self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = self.raw_connection()
        self._opened.append(connection)
        connection.execute("PRAGMA busy_timeout = 5000")
        if self._to_read:
            connection.execute("PRAGMA schema_version")  # reads: what is no store is said at once
        elif not self._in_memory:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA cache_size = -65536")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_log_pages(self._path)}")
        return connection

    def raw_connection(self) -> sqlite3.Connection:
        """A connection of its own on the same file, for migrations, which begin and commit it."""
        name = f"{Path(self._path).absolute().as_uri()}?mode=ro" if self._to_read else self._path
        return sqlite3.connect(
            name,
            uri=self._to_read,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )

    def create(self) -> None:
        """Make all tables of today's schema: for a store that lives as long as a scenario."""
        for statement in schema_statements():
            self._writer.execute(statement)

    def check_key(self) -> None:
        """Mark a new store with the key's check value; raise WrongKey where another is marked."""
        with self.begin() as unit:
            unit.check_key()

    @contextmanager
    def begin(
        self, *, regions: Collection[str] | None = None, shared: bool = False
    ) -> Iterator[SqlUnit]:
        """See the port. One writer at a time is stronger than any of its locks."""
        with self._writing, _unavailable_on_failure():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield SqlUnit(self._writer, self._vault)
                self._writer.execute("COMMIT")
            except BaseException as error:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                    self._give_back()
                raise

    def _give_back(self) -> None:
        """The log may be what fills the disk: merge it into the file, and give up its space.

        It would be merged by itself only once it is full, which on such a disk it never is.
        """
        with suppress(sqlite3.DatabaseError):  # the next failure tries it again
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    @contextmanager
    def read(self) -> Iterator[SqlUnit]:
        if self._in_memory:
            with self._writing:
                yield SqlUnit(self._writer, self._vault)
            return
        with _unavailable_on_failure():
            try:
                connection = self._readers.pop()
            except IndexError:  # asked, not looked at before: another reader may take the last one
                connection = self._connect()
            connection.execute("BEGIN")
            try:
                yield SqlUnit(connection, self._vault)
            finally:
                connection.execute("ROLLBACK")
                self._readers.append(connection)

    def changes(self) -> int:
        """How many rows this store's writer has written so far."""
        return self._writer.total_changes

    def close(self) -> None:
        self._readers.clear()
        _close_all(self._opened)


def _close_all(connections: list[sqlite3.Connection]) -> None:
    while connections:
        connections.pop().close()


def _must_be_there(file: Path) -> None:
    if not file.is_file():
        raise StoreUnavailable(
            f"the store cannot be used: there is no file {file}; name another one in"
            " GONGJI_DATABASE, or make it with: gongji migrate"
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"the store cannot be used: {folder} cannot be made: {error.strerror}; name a folder"
            " that this user may write in"
        ) from error


def _log_pages(path: str) -> int:
    """After how many pages of 4 KiB the log is merged into the file.

    A merge writes each page once, however often it was changed since the last one: 64 MiB of log
    between two of them halves what a busy store writes. But a log must never be what fills a small
    disk, for merging it needs room as well: an eighth of what is free is the most it takes.
    """
    free = shutil.disk_usage(Path(path).parent).free
    return max(min(16_384, free // 8 // 4_096), 64)


_REMEDIES = {
    sqlite3.SQLITE_BUSY: "another program holds the file; wait until it is done, or end it",
    sqlite3.SQLITE_CANTOPEN: "look whether this user may read and write the file and its folder",
    sqlite3.SQLITE_CORRUPT: "restore the last backup, as docs/howto/back-up-and-restore.md says",
    sqlite3.SQLITE_FULL: "make room on the disk; what was answered before is kept",
    sqlite3.SQLITE_NOTADB: "the file is something else; name another one in GONGJI_DATABASE",
    sqlite3.SQLITE_READONLY: "let this user write the file and its folder; who only reads may take a"
    " copy, made as docs/howto/back-up-and-restore.md says",
}
"""What an operator can do, by the primary result code."""


@contextmanager
def _unavailable_on_failure() -> Iterator[None]:
    """A full disk and a locked file are the machine's failures; a wrong statement is ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        ours = (sqlite3.IntegrityError, sqlite3.ProgrammingError)
        code = getattr(error, "sqlite_errorcode", None)
        if isinstance(error, ours) or code == sqlite3.SQLITE_ERROR:
            raise
        # The low byte is the primary code, the others say more about it.
        remedy = _REMEDIES.get((code or 0) & 0xFF)
        said = f"{error}; {remedy}" if remedy else str(error)
        raise StoreUnavailable(f"the store cannot be used: {said}") from error


@lru_cache(maxsize=1)
def schema_statements() -> tuple[str, ...]:
    """The DDL of today's schema, compiled once."""
    statements = []
    for table in metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect.dialect())))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            statements.append(str(CreateIndex(index).compile(dialect=dialect.dialect())))
    return (*statements, *append_only("sqlite"))
