"""就绪: a balancer is told when nothing can be kept, and that it can be again, though nobody writes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from httpx import Response

from gongji.desk.ports import Store
from gongji.desk.readiness import APART_S, Readiness
from gongji.lab.rooms import Mounted, mounted
from servers import BorrowedStore
from store.stores import VAULT, sqlite_file
from town import Town, office_on
from web.over_http import Web, opened

WRITES = {
    "sqlite": lambda folder: sqlite_file(folder, VAULT),
    "postgres": lambda _: BorrowedStore(VAULT),
}


class Watch:
    """The seconds by which writing is tried again."""

    def __init__(self, web: Web) -> None:
        self.now = 0.0
        state = web.client.app.state
        state.readiness = Readiness(state.counter, lambda: self.now)

    def later(self) -> None:
        """Writing may be tried again."""
        self.now += APART_S


def on(store: Store) -> Town:
    """A town whose store is this one."""
    return Town(open_office=lambda clock: office_on(store, clock))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Mounted]:
    """A small disk."""
    with mounted(tmp_path / "disk", 12 << 20, leaves=0) as found:
        if found is None:
            pytest.skip("no right to mount a small disk")
        yield found


def not_ready(found: Response) -> bool:
    """Whether it is said so, with what to do and with nothing of what is inside."""
    if found.status_code == 200:
        return False
    problem = found.json()
    assert (found.status_code, problem["code"]) == (503, "store_unavailable")
    assert "日志" in problem["succeeds"]["how"]
    assert "SQLITE" not in found.text and "/disk" not in found.text
    return True


def test_a_full_disk_is_not_ready_until_there_is_room(disk: Mounted, tmp_path: Path) -> None:
    """It shows at a request, and no request is needed to see that it is over."""
    with opened(on(sqlite_file(tmp_path / "disk", VAULT))) as web:
        watch = Watch(web)
        assert not not_ready(web.get("/ready"))
        disk.fill()
        told = [web.settle(f"b{n}", 1).status_code for n in range(20)]
        assert told[-1] == 503
        for _ in range(3):
            assert not_ready(web.get("/ready"))
            watch.later()
        assert web.get("/healthz").status_code == 200, "what only reads goes on"
        disk.clear()
        assert not not_ready(web.get("/ready"))
        assert web.settle("b19", 1).status_code == 200


@pytest.mark.parametrize("store", WRITES.values(), ids=WRITES.keys())
def test_one_write_that_succeeds_is_enough_and_an_empty_one_is_not(
    store: Callable[[Path], Store], tmp_path: Path
) -> None:
    """A repeat writes nothing, and a disk that is full would have taken it as well."""
    with opened(on(store(tmp_path))) as web:
        watch, office = Watch(web), web.town.office
        assert web.settle("b1").status_code == 200
        office.failure = "the disk is full"
        watch.later()
        assert not not_ready(web.get("/ready")), "writing was tried"
        office.failure = "the disk is full"
        assert web.settle("b1").json()["repeated"]
        assert not_ready(web.get("/ready")), "it was tried a moment ago"
        assert web.settle("b2").status_code == 200
        assert not not_ready(web.get("/ready")), "a request was kept"
        assert office.failure is None


def test_trying_goes_to_the_disk(tmp_path: Path) -> None:
    """Though nothing changes: the log grows by a page."""
    store = sqlite_file(tmp_path, VAULT)
    log = tmp_path / "gongji.db-wal"
    sizes = []
    for _ in range(2):
        sizes.append(log.stat().st_size)
        with store.begin() as unit:
            unit.try_writing()
    assert log.stat().st_size > sizes[1] > sizes[0]
    store.close()
