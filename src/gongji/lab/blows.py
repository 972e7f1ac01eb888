"""打击: what befalls a service and its database while clients are at it.

Each blow waits until the service has come back by itself. A database is started again by whoever
keeps it, which is us here; nobody touches the service.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from gongji.lab.lines import Line, Reply, unclear
from gongji.lab.load import NoAnswer, Place
from gongji.lab.pgserver import PgServer
from gongji.lab.processes import family, listeners
from gongji.lab.rooms import Room

BACK_IN_S = 90.0
"""How long the service may take to come back before it counts as gone."""


class Blow(msgspec.Struct, frozen=True):
    """One blow, and how long after its end the service was whole again."""

    what: str
    back_s: float


class Site:
    """A running service that may be struck. `wrong` says what it must not have answered."""

    def __init__(
        self,
        place: Place,
        pid: int,
        workers: int,
        server: PgServer | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.server, self._place, self._pid, self._workers = server, place, pid, workers
        self._say = say
        self.blows: list[Blow] = []
        self.not_ready = 0
        self.wrong: list[str] = []

    async def kills(self, count: int, seed: int) -> None:
        """Kill a worker or the database, so many times, each at a random moment under load."""
        rng = random.Random(seed)  # noqa: S311 - a storm wants repetition, not secrecy
        for _ in range(count):
            await asyncio.sleep(rng.uniform(0.1, 1.0))
            if self.server is not None and rng.random() < 0.5:
                await self._strike("the database killed", self._kill_database)
            else:
                await self._strike("a worker killed", lambda: self._kill_worker(rng))

    async def outage(self, seconds: float) -> None:
        """The database is gone for so long; meanwhile `/ready` has to say so."""
        server = self.server
        assert server is not None

        async def gone() -> None:
            await asyncio.to_thread(server.stop)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                await self._expect_not_ready()
                await asyncio.sleep(0.5)
            await asyncio.to_thread(server.start)

        await asyncio.sleep(1.0)
        await self._strike(f"the database gone for {seconds:g} seconds", gone)
        await asyncio.sleep(1.0)

    async def full_disk(self, room: Room, seconds: float) -> None:
        """The disk fills up, stays full for so long, and is made room on."""

        async def full() -> None:
            room.fill()
            until = time.monotonic() + BACK_IN_S
            while await self._ready():
                assert time.monotonic() < until, "the disk is full, and nobody has noticed"
                await asyncio.sleep(0.05)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                await self._expect_not_ready(perhaps=True)
                await asyncio.sleep(0.2)
            room.clear()

        await asyncio.sleep(1.0)
        await self._strike(f"the disk full for {seconds:g} seconds", full)
        await asyncio.sleep(1.0)

    async def _strike(self, what: str, blow: Callable[[], Awaitable[None]]) -> None:
        await blow()
        begun = time.monotonic()
        while not await self._whole():
            if self.server is not None and not self.server.runs:
                # It gave up while it could not write its log: whoever keeps it starts it again.
                await asyncio.to_thread(self.server.start)
            if time.monotonic() > begun + BACK_IN_S:
                raise NoAnswer(f"{what}: the service is not back in {BACK_IN_S:.0f} seconds")
            await asyncio.sleep(0.05)
        self.blows.append(Blow(what, time.monotonic() - begun))
        self._say(f"{len(self.blows)}: {what}; whole again after {self.blows[-1].back_s:.1f} s")

    async def _kill_worker(self, rng: random.Random) -> None:
        victim = rng.choice(self.workers())
        os.kill(victim, signal.SIGKILL)
        while Path(f"/proc/{victim}").exists():  # until the supervisor has seen it
            await asyncio.sleep(0.01)

    async def _kill_database(self) -> None:
        assert self.server is not None
        await asyncio.to_thread(self.server.kill9)
        await asyncio.to_thread(self.server.start)

    def workers(self) -> list[int]:
        """The processes that serve."""
        if self._workers == 1:
            return [self._pid]
        return [pid for pid in family(self._pid) if b"spawn_main" in _command(pid)]

    async def _whole(self) -> bool:
        """All workers listen, and so many asked one after the other are ready."""
        if listeners(self._place.port) not in {None, self._workers}:
            return False
        return all([await self._ready() for _ in range(2 * self._workers)])

    async def _ready(self) -> bool:
        reply = await self._asked("/ready")
        return reply is not None and reply.status == 200

    async def _expect_not_ready(self, *, perhaps: bool = False) -> None:
        reply = await self._asked("/ready")
        if reply is None:
            self.wrong.append("/ready was not answered while the database was gone")
        elif reply.status == 503:
            self.not_ready += 1
            self.wrong += unclear(reply)
        elif not perhaps:
            self.wrong.append(f"/ready said {reply.status} while the database was gone")

    async def _asked(self, path: str) -> Reply | None:
        """Over a new connection, so that any worker may be the one."""
        line = Line(self._place)
        try:
            return await line.ask("GET", path)
        except NoAnswer:
            return None
        finally:
            line.close()


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""  # it has just ended
