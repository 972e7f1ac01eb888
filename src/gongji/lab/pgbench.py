"""The yardstick that everybody knows: PostgreSQL's own `pgbench`, TPC-B, on the server measured."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from gongji.lab.grounds import PostgresGround

_A_SECOND = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
_LATENCY = re.compile(r"^latency average = ([\d.]+) ms", re.MULTILINE)


class PgBench(msgspec.Struct, frozen=True):
    """`pgbench -M prepared` with so many clients."""

    clients: int
    a_second: float
    latency_ms: float


def find_pgbench(beside: Path | None = None) -> Path | None:
    """The program: beside the server's binaries, or on the PATH; None where there is none."""
    if beside is not None and (beside / "pgbench").is_file():
        return beside / "pgbench"
    found = shutil.which("pgbench")
    return Path(found) if found else None


def run_pgbench(
    program: Path, ground: PostgresGround, clients: Sequence[int], scale: int, seconds: float
) -> tuple[PgBench, ...]:
    """TPC-B on a database of its own, warmed first, once for each number of clients."""
    url = ground.fresh()
    _say(program, "-i", "-q", "-s", scale, url)
    ground.settle(url)
    _measure(program, url, clients[-1], min(seconds, 2))
    found = tuple(_measure(program, url, number, seconds) for number in clients)
    ground.drop(url)
    return found


def _measure(program: Path, url: str, clients: int, seconds: float) -> PgBench:
    threads = min(clients, os.cpu_count() or 1)
    options = ("-M", "prepared", "-n", "-c", clients, "-j", threads, "-T", max(round(seconds), 1))
    said = _say(program, *options, url)
    found = [float(match[1]) if (match := form.search(said)) else 0.0 for form in _FORMS]
    return PgBench(clients, *found)


_FORMS = (_A_SECOND, _LATENCY)


def _say(program: Path, *options: object) -> str:
    done = subprocess.run(  # noqa: S603 - the program that was found
        [program, *map(str, options)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout
