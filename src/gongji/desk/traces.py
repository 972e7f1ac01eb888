"""留痕: lines of the trail on their way to the disk, together with those that came meanwhile."""

import asyncio

from gongji.desk.applications import Act, look_of, region_of_act
from gongji.desk.counter import Counter
from gongji.desk.faces_ports import Looker
from gongji.desk.office import Session


class Traces:
    """The way of all looks to the trail. One unit of work is under way at a time; whoever looks
    meanwhile shares the next one, and no settlement waits for it."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._turn = asyncio.Lock()
        self._gathered: list[tuple[Looker, Act]] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, by: Looker, act: Act) -> None:
        """Put a look on the trail; it is on the disk when this returns. Raises
        StoreUnavailable; then what was read must not be shown."""
        self._gathered.append((by, act))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await asyncio.shield(self._writing)  # the others' lines stay where one asker goes away

    async def _write(self) -> None:
        async with self._turn:
            looks, self._gathered, self._writing = self._gathered, [], None

            def written(session: Session) -> None:
                session.unit.keep_looks([look_of(session, by, act) for by, act in looks])

            await self._counter.beside(written, *{region_of_act(by, act) for by, act in looks})
