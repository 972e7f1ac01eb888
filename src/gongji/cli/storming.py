"""The storms, wired to stores and servers of their own in a temporary folder."""

import secrets
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from gongji.cli.benching import office_at, workshop

if TYPE_CHECKING:
    from gongji.lab.blows import Site
    from gongji.lab.pgserver import PgServer
    from gongji.lab.storms import Storm, Weathered

_SMALL_DISK = 220 << 20  # room for a new cluster and its first log
_SMALL_FILE = 12 << 20


def run(parts: Sequence[str], storm: "Storm", *, kills: int, outage: float) -> None:
    """See `gongji storm`. The exit code is 1 where anything is wrong."""
    from gongji.lab.pgserver import NoPostgres

    console = Console(highlight=False)
    console.print(f"seed {storm.seed}")
    with tempfile.TemporaryDirectory(prefix="gongji-storm-") as made:
        Path(made).chmod(0o711)  # the user of a server has to come through
        storms = _Storms(storm, kills, outage, Path(made), console)
        wrong: list[str] = []
        for part in parts:
            console.rule(part)
            try:
                wrong += getattr(storms, part)()
            except NoPostgres as error:
                console.print(f"left out: {error}")
        for one in wrong[:50]:
            console.print(f"[red]{one}", markup=True)
        _keep_logs(Path(made), bool(wrong), console)
    console.print("nothing lost, the books agree" if not wrong else f"{len(wrong)} WRONG")
    sys.exit(1 if wrong else 0)


def any_seed() -> int:
    """A seed by chance."""
    return secrets.randbelow(10**9)


class _Storms:
    """One method a part; each says what happened and returns what is wrong."""

    def __init__(
        self, storm: "Storm", kills: int, outage: float, folder: Path, console: Console
    ) -> None:
        self._storm, self._kills, self._outage = storm, kills, outage
        self._folder, self._console = folder, console

    def weather(self) -> Sequence[str]:
        """Seeded acts in process on SQLite, some units of work broken off."""
        from gongji.lab.storm import run_storm

        office = office_at(self._folder / "weather")
        with closing(office.store):
            found = run_storm(office, seed=self._storm.seed)
        self._console.print(f"{found.acts} acts, {found.broken_off} broken off, {found.done}")
        return found.wrong

    def kills(self) -> Sequence[str]:
        """A service in process on SQLite, killed with two hundred settlements in flight."""
        from gongji.lab.kills import run_kills

        found = run_kills(
            office_at,
            self._folder / "kills",
            rounds=self._kills,
            seed=self._storm.seed,
            say=self._console.print,
        )
        self._console.print(f"{found.told} answers told before a kill, {found.kept} kept")
        return found.wrong

    def bank(self) -> Sequence[str]:
        """The bank test on PostgreSQL, undisturbed."""
        return self._on_postgres("bank", None)

    def blows(self) -> Sequence[str]:
        """The bank test while workers and the database are killed."""
        return self._on_postgres("blows", lambda site: site.kills(self._kills, self._storm.seed))

    def outage(self) -> Sequence[str]:
        """The bank test while the database is stopped, and started again."""
        return self._on_postgres("outage", lambda site: site.outage(self._outage))

    def disk(self) -> Sequence[str]:
        """The bank test while the disk fills up: SQLite's, then PostgreSQL's."""
        return [*self._sqlite_on_a_full_disk(), *self._postgres_on_a_full_disk()]

    def _on_postgres(
        self, name: str, chaos: "Callable[[Site], Awaitable[None]] | None"
    ) -> Sequence[str]:
        with _database(self._folder / name) as (server, url):
            return self._raise(name, url, self._storm, chaos, server)

    def _sqlite_on_a_full_disk(self) -> Sequence[str]:
        import msgspec

        from gongji.lab.rooms import Limited, mounted

        alone = msgspec.structs.replace(self._storm, workers=1)
        with mounted(self._folder / "disk-sqlite", _SMALL_DISK) as disk:
            url = f"sqlite:///{self._folder}/disk-sqlite/gongji.db"
            return self._raise(
                "disk-sqlite",
                url,
                alone,
                lambda site: site.full_disk(
                    disk or Limited(site.workers, _SMALL_FILE), self._outage / 6
                ),
            )

    def _postgres_on_a_full_disk(self) -> Sequence[str]:
        from gongji.lab.rooms import mounted

        with mounted(self._folder / "disk", _SMALL_DISK) as disk:
            if disk is None:
                self._console.print("PostgreSQL is left out: only root mounts a disk of its own")
                return []
            with _database(self._folder / "disk" / "pg") as (server, url):
                return self._raise(
                    "disk-postgres",
                    url,
                    self._storm,
                    lambda site: site.full_disk(disk, self._outage / 6),
                    server,
                )

    def _raise(
        self,
        name: str,
        url: str,
        storm: "Storm",
        chaos: "Callable[[Site], Awaitable[None]] | None",
        server: "PgServer | None" = None,
    ) -> Sequence[str]:
        from gongji.lab.storms import raise_storm

        log = self._folder / f"{name}.log"
        found = raise_storm(
            workshop(self._folder), url, log, storm,
            chaos=chaos, server=server, say=self._console.print,
        )  # fmt: skip
        _show(found, self._console)
        return found.wrong


@contextmanager
def _database(folder: Path) -> "Iterator[tuple[PgServer, str]]":
    """A durable server of our own in this folder, and an empty database on it."""
    from gongji.lab.grounds import PostgresGround
    from gongji.lab.pgserver import pg_server

    with pg_server(folder, settings={"max_connections": "100"}) as server:
        yield server, PostgresGround(server.dsn()).fresh()


def _show(found: "Weathered", console: Console) -> None:
    bank, audit = found.bank, found.audit
    for act, count in sorted(bank.done.items()):
        console.print(f"  {act}: {count}")
    console.print(
        f"{bank.seconds:.0f} s, {bank.requests} requests, {bank.unavailable} told to come later,"
        f" {bank.broken} broken off, {found.not_ready} times not ready"
    )
    console.print(
        f"{bank.answers} answers told, {audit.kept} kept; {bank.repeats} repeats, {bank.reads} reads,"
        f" {audit.replayed} decisions replayed, {len(found.wrong)} wrong"
    )
    backs = sorted(blow.back_s for blow in found.blows)
    if backs:
        console.print(
            f"{len(backs)} blows; back after {backs[len(backs) // 2]:.1f} s in the middle,"
            f" {backs[-1]:.1f} s at the longest"
        )


def _keep_logs(folder: Path, wrong: bool, console: Console) -> None:
    """What the services said stays to be read where something was wrong."""
    if not wrong:
        return
    kept = Path(tempfile.mkdtemp(prefix="gongji-storm-logs-"))
    for log in folder.glob("*.log"):
        (kept / log.name).write_bytes(log.read_bytes())
    console.print(f"the services' logs are kept in {kept}")
