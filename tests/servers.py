"""PostgreSQL for the tests: one server a test process, a database of its own for each test.

The server is the one that `GONGJI_TEST_POSTGRES` names, else one that the launcher starts when the
first test asks for it. The schema is migrated once, into a template; a database is a copy of that.
"""

import atexit
import os
from contextlib import ExitStack
from functools import cache
from itertools import count

import psycopg
import pytest

from gongji.lab.pgserver import NoPostgres, PgServer, pg_server
from gongji.store.cipher import Vault
from gongji.store.migrate import upgrade
from gongji.store.postgres import PostgresStore

_NUMBERS = count(1)
_OWNER = f"gongji_test_{os.getpid()}"


def fresh_database() -> str:
    """An empty database of today's schema: its connection string."""
    name = f"{_OWNER}_{next(_NUMBERS)}"
    _run(f"CREATE DATABASE {name} TEMPLATE {_template()} STRATEGY FILE_COPY")
    return named(name)


def named(database: str) -> str:
    """The connection string of a database of the server."""
    return psycopg.conninfo.make_conninfo(_dsn(), dbname=database)


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
def _dsn() -> str:
    return os.environ.get("GONGJI_TEST_POSTGRES") or server().dsn()


@cache
def _template() -> str:
    name = f"{_OWNER}_template"
    _run(f"CREATE DATABASE {name}")
    store = PostgresStore(named(name), Vault(bytes(32)))
    upgrade(store)
    store.close()
    return name


def _run(statement: str) -> None:
    with psycopg.connect(_dsn(), autocommit=True) as connection:
        connection.execute(statement.encode())
