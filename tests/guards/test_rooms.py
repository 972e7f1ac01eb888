"""The rooms: which may import which, and what the pure ones never touch."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from guards.sources import PACKAGE, ROOT, Source, package

LINT = (
    "import sys; from importlinter.cli import lint_imports;"
    "sys.exit(lint_imports(config_filename='.importlinter', no_cache=True))"
)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Hold the package below this folder against the contracts."""
    return subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, to be spoilt."""
    folder = tmp_path_factory.mktemp("rooms")
    shutil.copytree(PACKAGE, folder / "gongji", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


def test_the_contracts_hold(copied: Path) -> None:
    """Outer rooms look inward, never the other way; the pure rooms touch no machine."""
    found = lint(copied)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("terms.py", "import gongji.desk.office", "Outer rooms may look inward"),
        ("ledger/book.py", "import gongji.policy.pack", "Outer rooms may look inward"),
        ("web/__init__.py", "import gongji.store.tables", "Outer rooms may look inward"),
        ("settlement/outcome.py", "import sqlite3", "The pure rooms touch no database"),
        ("policy/sight.py", "import time", "The pure rooms touch no database"),
        ("attic.py", "", "Outer rooms may look inward"),
    ],
)
def test_a_forbidden_import_or_an_unlisted_room_breaks_them(
    copied: Path, file: str, line: str, broken: str
) -> None:
    """The guard has been seen to fail, each kind once."""
    spoilt = copied / "gongji" / file
    before = spoilt.read_text("utf-8") if spoilt.exists() else None
    spoilt.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        found = lint(copied)
    finally:
        if before is None:
            spoilt.unlink()
        else:
            spoilt.write_text(before, encoding="utf-8")
    assert found.returncode == 1
    assert re.search(f"{broken}.* BROKEN", found.stdout), found.stdout


# ── No clock but the one that is handed in ───────────────────────────────────────────────────────

CLOCK = re.compile(r"\.(?:today|now|utcnow|fromtimestamp|localtime|time_ns)\(")
MAY_ASK = {
    "wiring",  # the clock is built here, once
    "cli",  # a command's own default is the day on which it is typed
    "lab",  # weather, load and bench measure the machine
}


def clocks(sources: list[Source]) -> list[str]:
    """Every line outside the outermost rooms that asks a clock of its own."""
    return [
        f"{source.path}:{number}: {line.strip()}"
        for source in sources
        if source.room not in MAY_ASK
        for number, line in enumerate(source.text.splitlines(), start=1)
        if CLOCK.search(line)
    ]


def test_no_room_asks_a_clock_of_its_own() -> None:
    """The day is passed in, so that any day can be asked about and replayed."""
    assert clocks(package()) == []


@pytest.mark.parametrize("line", ["date.today()", "datetime.now(LOCAL_TIME)", "x = dt.utcnow()"])
def test_a_clock_in_a_pure_room_is_found(line: str) -> None:
    """Seen to fail."""
    assert clocks([Source("policy/bonds.py", line)]) == [f"policy/bonds.py:1: {line}"]


# ── Our mistakes are assertions ──────────────────────────────────────────────────────────────────


def test_the_package_refuses_to_start_without_assertions() -> None:
    """`python -O` would let a wrong posting through in silence."""
    found = subprocess.run(
        [sys.executable, "-O", "-c", "import gongji"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 1
    assert "refuses to start under `python -O`" in found.stderr
    good = subprocess.run(
        [sys.executable, "-c", "import gongji"], capture_output=True, text=True, check=False
    )
    assert (good.returncode, good.stderr) == (0, "")
