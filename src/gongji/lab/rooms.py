"""磁盘: a disk of a storm's own that can be filled up and made room on again.

Root mounts a small tmpfs. Elsewhere a limit on the size of files stands for it: whoever would write
beyond it is told by the system that it cannot.
"""

import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol


class Room(Protocol):
    """A disk that can be full."""

    def fill(self) -> None:
        """Leave next to no space."""

    def clear(self) -> None:
        """Make space."""


class Mounted:
    """A tmpfs, filled by a file that stands for everybody else's."""

    def __init__(self, folder: Path, leaves: int) -> None:
        self._folder, self._ballast, self._leaves = folder, folder / "ballast", leaves

    def fill(self) -> None:
        """Take all but a little."""
        with self._ballast.open("wb") as file:
            for _ in range(50):  # others write meanwhile, and may be quicker
                size = max(shutil.disk_usage(self._folder).free - self._leaves, 1)
                with contextlib.suppress(OSError):
                    os.posix_fallocate(file.fileno(), 0, size)
                    return

    def clear(self) -> None:
        """Give it back."""
        self._ballast.unlink()


class Limited:
    """A limit on the size of the files that these processes write."""

    def __init__(self, processes: Callable[[], Iterable[int]], size: int) -> None:
        self._processes, self._size = processes, size

    def fill(self) -> None:
        """No file grows beyond the size."""
        self._limit(self._size)

    def clear(self) -> None:
        """They grow again."""
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        for pid in self._processes():
            with contextlib.suppress(ProcessLookupError):
                _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


@contextmanager
def mounted(folder: Path, size: int, leaves: int = 1 << 20) -> Iterator[Mounted | None]:
    """A tmpfs of so many bytes in this folder; None where we may not mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - the system's own
    except (OSError, subprocess.CalledProcessError):
        yield None
        return
    try:
        yield Mounted(folder, leaves)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)  # noqa: S603, S607
