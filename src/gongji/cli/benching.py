"""The benchmark and the long storm, wired to stores of their own in a temporary folder."""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console

from gongji.desk.office import Office
from gongji.wiring import Settings, build, calm_the_collector

_DATABASE, _KEY = "gongji.db", "gongji.key"


def office_at(folder: Path) -> Office:
    """The office of a folder, with its schema in place; also called in processes of its own."""
    return build(_settings(folder))


def _calm_office_at(folder: Path) -> Office:
    """As the service has it: see `gongji serve`."""
    office = office_at(folder)
    calm_the_collector()
    return office


def run(*, people: int, seconds: float, json_file: Path | None) -> None:
    """See `gongji bench`."""
    from gongji.lab.bench import Workshop, run_bench

    shop = Workshop(_calm_office_at, lambda folder: folder / _DATABASE, _serve)
    run_bench(shop, Console(), people=people, seconds=seconds, json_to=json_file)


def run_batches(items: int, *, json_file: Path | None) -> None:
    """See `gongji bench --batches`."""
    import msgspec
    from rich.table import Table

    from gongji.lab.batches import year_turn
    from gongji.lab.premium_batch import deduction

    def office_then(folder: Path, now: datetime) -> Office:
        return build(_settings(folder), lambda: now)

    found = []
    for batch in (year_turn, deduction):
        with tempfile.TemporaryDirectory(prefix="gongji-batch-") as made:
            found.append(batch(office_then, lambda folder: folder / _DATABASE, Path(made), items))
    table = Table("batch", "items", "seconds", "bare SQL", "times", "memory")
    for one in found:
        table.add_row(
            one.name,
            f"{one.items:,}",
            f"{one.seconds:.1f}",
            f"{one.bare_seconds:.1f}",
            f"{one.times:.2f}",
            f"{one.memory_mb} MB",
        )
    Console().print(table)
    if json_file is not None:
        json_file.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")


def kill_storm(*, kills: int, seed: int | None) -> None:
    """See `gongji storm`."""
    import secrets

    from gongji.lab.kills import run_kills
    from gongji.lab.storm import run_storm

    console = Console()
    chosen = secrets.randbelow(10**9) if seed is None else seed
    console.print(f"seed {chosen}")
    with tempfile.TemporaryDirectory(prefix="gongji-storm-") as made:
        office = office_at(Path(made) / "weather")
        weather = run_storm(office, seed=chosen)
        office.store.close()
        console.print(f"{weather.acts} acts, {weather.broken_off} broken off, {weather.done}")
        found = run_kills(
            office_at, Path(made) / "kills", rounds=kills, seed=chosen, say=console.print
        )
    wrong = [*weather.wrong, *found.wrong]
    for one in wrong:
        console.print(f"[red]{one}")
    told = f"{found.told} answers told before a kill, {found.kept} kept"
    console.print(f"{told}: {'nothing lost, the books agree' if not wrong else 'WRONG'}")
    sys.exit(1 if wrong else 0)


def _settings(folder: Path) -> Settings:
    return Settings(database=f"sqlite:///{folder / _DATABASE}", key_file=folder / _KEY)


def _serve(folder: Path, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
    command = [sys.executable, "-m", "gongji", "serve", "--port", str(port)]
    environment = {
        "GONGJI_DATABASE": f"sqlite:///{folder / _DATABASE}",
        "GONGJI_KEY_FILE": str(folder / _KEY),
    }
    return command, environment
