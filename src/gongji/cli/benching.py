"""The benchmark and the long storm, wired to stores of their own in a temporary folder."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from gongji.desk.office import Office
from gongji.wiring import BadSetting, Settings, build, calm_the_collector, local_clock

if TYPE_CHECKING:
    from gongji.lab.bench import Plan, Tools
    from gongji.lab.grounds import Ground
    from gongji.lab.served import Workshop

_DATABASE, _KEY = "gongji.db", "gongji.key"

# As an operator would set a server of this size; durable in every respect, as it comes.
_TUNED = {
    "shared_buffers": "2GB",
    "min_wal_size": "4GB",  # the log's files are used again, as on a server that has run for a day
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "wal_buffers": "64MB",
    "jit": "off",
    "max_connections": "200",
}
_DURABLE = ("fsync", "synchronous_commit", "full_page_writes", "wal_compression")


def office_at(folder: Path) -> Office:
    """The office of a folder, with its schema in place; also called in processes of its own."""
    return build(_settings(f"sqlite:///{folder / _DATABASE}", folder))


def run(
    plan: "Plan",
    databases: Sequence[str],
    *,
    json_file: Path | None,
    svg_file: Path | None,
    markdown: bool,
) -> None:
    """See `gongji bench`."""
    import msgspec

    from gongji.lab import bench_shown
    from gongji.lab.bench import run_bench
    from gongji.lab.bench_picture import draw

    with _tools(databases) as tools:
        found = run_bench(tools, plan, f"{local_clock():%Y-%m-%d}")
    if markdown:
        print(bench_shown.markdown(found), end="")
    else:
        bench_shown.show(found, Console())
    if json_file is not None:
        json_file.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    if svg_file is not None:
        svg_file.write_text(draw(found), "utf-8")


@contextmanager
def _tools(databases: Sequence[str]) -> Iterator["Tools"]:
    """Stores, servers and a folder for a run, all gone at its end."""
    from gongji.lab.bench import Tools
    from gongji.lab.grounds import SqliteGround
    from gongji.lab.pgbench import find_pgbench

    console = Console(stderr=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gongji-bench-")))
        grounds: list[Ground] = []
        settings: Mapping[str, str] = {}
        beside = None
        for database in databases:
            if database == "sqlite":
                grounds.append(SqliteGround(folder))
            elif (found := _postgres(stack, database, console.print)) is not None:
                ground, beside, settings = found
                grounds.append(ground)
        if not grounds:
            raise BadSetting("--database: nothing is left to measure on; name sqlite as well")

        def office_then(url: str, clock: Callable[[], datetime]) -> Office:
            return build(_settings(url, folder), clock)

        yield Tools(
            workshop(folder),
            office_then,
            grounds,
            find_pgbench(beside),
            settings,
            folder,
            lambda said: console.print(f"[dim]{said}", highlight=False),
        )


def workshop(folder: Path) -> "Workshop":
    """How the lab opens an office and serves it, with the key of this folder."""
    from gongji.cli.interface_bench import settling_messages
    from gongji.lab.served import Workshop

    def office_at(url: str) -> Office:
        office = build(_settings(url, folder))
        calm_the_collector()  # as the service has it: see `gongji serve`
        return office

    def serve(url: str, port: int, workers: int) -> tuple[Sequence[str], Mapping[str, str]]:
        command = [sys.executable, "-m", "gongji", "serve", "--port", str(port)]
        command += ["--host", "127.0.0.1", "--workers", str(workers)]
        # Settings that the machine has for a service of its own are not this one's.
        kept = {name: of for name, of in os.environ.items() if not name.startswith("GONGJI_")}
        ours = {"GONGJI_DATABASE": url, "GONGJI_KEY_FILE": str(folder / _KEY)}
        return command, kept | ours

    return Workshop(office_at, serve, settling_messages)


def _postgres(
    stack: ExitStack, database: str, say: Callable[[str], None]
) -> tuple["Ground", Path | None, Mapping[str, str]] | None:
    """The server named, or one of our own; None, and a sentence, where there is none."""
    import psycopg

    from gongji.lab.grounds import PostgresGround
    from gongji.lab.pgserver import NoPostgres, pg_server

    beside = None
    if "://" not in database:
        try:
            server = stack.enter_context(pg_server(settings=_TUNED))
        except NoPostgres as error:
            say(f"PostgreSQL is left out: {error}")
            return None
        database, beside = server.dsn(), server.binaries
    try:
        ground = PostgresGround(database)
    except psycopg.OperationalError as error:
        raise BadSetting(f"--database: the server cannot be used: {error}") from None
    with closing(ground.bare(database)) as bare:
        told = {name: bare.execute(f"SHOW {name}").fetchone()[0] for name in (*_DURABLE, *_TUNED)}
    return ground, beside, told


def _settings(url: str, folder: Path) -> Settings:
    return Settings(database=url, key_file=folder / _KEY)
