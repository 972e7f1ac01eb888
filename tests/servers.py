"""PostgreSQL for the tests: one server a test process, a database to itself for each test.

The server is the one that `GONGJI_TEST_POSTGRES` names, else one that the launcher starts when the
first test asks for it. A database is made by the migrations once, and emptied for the next test.
`GONGJI_CITUS` names a database of a Citus coordinator: whatever is in it is removed, and the test
processes take turns on it.
"""

import atexit
import os
from contextlib import ExitStack
from functools import cache
from itertools import count

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from gongji.lab.pgserver import NoPostgres, PgServer, pg_server
from gongji.store.cipher import Vault
from gongji.store.migrate import bring_up
from gongji.store.postgres import ADVICE, PostgresStore
from gongji.store.rights import APPLICATION
from gongji.store.tables import metadata

_NUMBERS = count(1)
_FREE: list[str] = []
_LENT: list[PostgresStore] = []

_TABLES = ", ".join(metadata.tables)
_DROP = f"DROP TABLE IF EXISTS alembic_version, {_TABLES}; DROP FUNCTION IF EXISTS stays".encode()
_EMPTY = (  # without the triggers, which would have the books stay
    "SET session_replication_role = replica; "
    + "; ".join(f"DELETE FROM {name}" for name in metadata.tables)
).encode()


class BorrowedStore(PostgresStore):
    """A store that gives its database back when it is closed. It has the application's rights."""

    def __init__(self, vault: Vault) -> None:
        self.owner = _FREE.pop() if _FREE else fresh_database()
        super().__init__(make_conninfo(self.owner, options=f"-c role={APPLICATION}"), vault)
        _LENT.append(self)

    def close(self) -> None:
        """The next test finds it empty."""
        super().close()
        if self not in _LENT:
            return
        _LENT.remove(self)
        with psycopg.connect(self.owner, autocommit=True) as connection:
            connection.execute(_EMPTY)
        _FREE.append(self.owner)


class CitusStore(PostgresStore):
    """A store on the cluster that `GONGJI_CITUS` names, for one test at a time."""

    def __init__(self, vault: Vault) -> None:
        dsn = os.environ.get("GONGJI_CITUS")
        if dsn is None:
            pytest.skip("no Citus: GONGJI_CITUS names no database of a coordinator")
        if any(isinstance(other, CitusStore) and not other.closed for other in _LENT):
            pytest.skip("Citus: this test wants two stores at once, and the cluster is one")
        super().__init__(dsn, vault)
        self._turn = psycopg.connect(dsn, autocommit=True)
        self._turn.execute(f"SELECT pg_advisory_lock({ADVICE}, -2)".encode())
        try:
            _distribute(dsn)
            self._turn.execute(_EMPTY)
        except BaseException:
            self._turn.close()
            raise
        _LENT.append(self)

    @property
    def closed(self) -> bool:
        """Whether another may have the cluster."""
        return bool(self._turn.closed)

    def close(self) -> None:
        """The next process may have it."""
        super().close()
        self._turn.close()


def take_back() -> None:
    """Close what a test has left open."""
    for store in [*_LENT]:
        store.close()
    _LENT.clear()


@cache
def _distribute(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_DROP)
    bring_up(PostgresStore(dsn, Vault(bytes(32))), distribute=True)


def fresh_database() -> str:
    """An empty database of today's schema: its connection string. It is gone with the process."""
    dsn = bare_database()
    bring_up(PostgresStore(dsn, Vault(bytes(32))))
    return dsn


def bare_database() -> str:
    """A database without a table: its connection string."""
    name = f"gongji_test_{os.getpid()}_{next(_NUMBERS)}"
    _run(f"CREATE DATABASE {name}")
    atexit.register(_run, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    return make_conninfo(server_dsn(), dbname=name)


@cache
def server() -> PgServer:
    """The server of this test process, with what a test process may lose."""
    running = ExitStack()
    atexit.register(running.close)
    try:
        return running.enter_context(pg_server(fsync=False, settings={"max_connections": "200"}))
    except NoPostgres as error:
        pytest.skip(f"no PostgreSQL: {error}")


@cache
def server_dsn() -> str:
    """The server that the tests use; the test is skipped where none can be had."""
    return os.environ.get("GONGJI_TEST_POSTGRES") or server().dsn()


def _run(statement: str) -> None:
    with psycopg.connect(server_dsn(), autocommit=True) as connection:
        connection.execute(statement.encode())
