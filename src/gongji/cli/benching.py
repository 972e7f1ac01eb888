"""The benchmark and the long storm, wired to a store of their own in a temporary folder."""

from pathlib import Path


def run(*, people: int, seconds: float, json_file: Path | None) -> None:
    """See `gongji bench`."""
    raise NotImplementedError


def kill_storm(*, kills: int, seed: int | None) -> None:
    """See `gongji storm`."""
    raise NotImplementedError
