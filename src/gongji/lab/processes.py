"""What processes have used: processor time and memory, as Linux tells it in /proc.

Where there is no /proc nothing is found, and a measurement says so instead of guessing.
"""

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")


class Used(NamedTuple):
    """Processor seconds so far: of the first thread, and of all the others."""

    first_s: float
    others_s: float


def used(pid: int) -> Used | None:
    """What a process has used so far; None where it is gone or cannot be seen."""
    tick = os.sysconf("SC_CLK_TCK")
    try:
        whole = _ticks(_PROC / str(pid) / "stat")
        first = _ticks(_PROC / str(pid) / "task" / str(pid) / "stat")
    except OSError:
        return None
    return Used(first / tick, (whole - first) / tick)


def _ticks(stat: Path) -> int:
    # The name in parentheses may have spaces; the fields are counted from behind it.
    fields = stat.read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def family(pid: int) -> list[int]:
    """A process and all that it has started, and they."""
    found = [pid]
    for one in found:  # it grows while it is walked
        for task in (_PROC / str(one) / "task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                continue  # it has just ended
    return found


def peak_mb(pid: int) -> int | None:
    """The largest memory a process has had resident."""
    return _status(pid, "VmHWM")


def forget_peak() -> None:
    """Let this process's own peak count from now on, where the system lets it."""
    with contextlib.suppress(OSError):
        (_PROC / "self" / "clear_refs").write_text("5")


def server_mb(pids: Iterable[int]) -> int | None:
    """Memory of processes that share some: what each has alone, and once what they share."""
    alone, shared = 0, 0
    for pid in pids:
        alone += _status(pid, "RssAnon") or 0
        shared = max(shared, _status(pid, "RssShmem") or 0)
    return alone + shared or None


def _status(pid: int, field: str) -> int | None:
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith(field + ":"):
            return int(line.split()[1]) // 1024
    return None


def listeners(port: int) -> int | None:
    """How many sockets listen at a port of this machine; None where that cannot be seen."""
    try:
        lines = (_PROC / "net" / "tcp").read_text().splitlines()[1:]
    except OSError:
        return None
    at = [line.split()[1:4] for line in lines]
    return sum(where.endswith(f":{port:04X}") and state == "0A" for where, _, state in at)


class Meter:
    """Processor time of named groups of processes from one moment to another."""

    def __init__(self, groups: Mapping[str, Iterable[int]]) -> None:
        self._groups = {name: list(pids) for name, pids in groups.items()}
        self._before = {pid: used(pid) for pids in self._groups.values() for pid in pids}

    def read(self) -> dict[str, Used]:
        """Seconds since the meter was made, by group; a group that cannot be seen is left out."""
        found = {}
        for name, pids in self._groups.items():
            pairs = [(self._before[pid], used(pid)) for pid in pids]
            seen = [(before, now) for before, now in pairs if before and now]
            if seen:
                found[name] = Used(
                    sum(now.first_s - before.first_s for before, now in seen),
                    sum(now.others_s - before.others_s for before, now in seen),
                )
        return found
