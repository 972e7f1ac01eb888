"""Settlements over HTTP: a service of its own processes, asked from this one."""

import contextlib
import gc
import http.client
import random
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from gongji.desk.office import Office
from gongji.lab.crowd import Crowd, requests
from gongji.lab.grounds import Ground
from gongji.lab.load import Load, NoAnswer, Place, closed_loop, open_loop, post
from gongji.lab.processes import Meter, family, listeners, peak_mb, server_mb
from gongji.settlement.bill import SettlementRequest


class Workshop(NamedTuple):
    """What the switchboard lends the lab, which may not look into the store or the web itself.

    `office_at` opens the office of a database, with its schema in place. `serve` is the command
    that serves it at a port with so many workers, and its environment. `messages` prepares bills to
    be settled over the national interface, and has the bodies that settle them.
    """

    office_at: Callable[[str], Office]
    serve: Callable[[str, int, int], tuple[Sequence[str], Mapping[str, str]]]
    messages: Callable[[Office, Crowd, Sequence[SettlementRequest]], Sequence[bytes]]
    path: str = "/v1/settlements"
    body: Callable[[SettlementRequest], bytes] = msgspec.json.encode
    headers: Callable[[str], Mapping[str, str]] = lambda key: {"Authorization": f"Bearer {key}"}


INTERFACE = "/fsi/api/rsfComIfsService/callService"
TURNS = 3
"""How often two that are compared take turns."""


class Http(msgspec.Struct, frozen=True):
    """One measurement over HTTP, with the processor time of one settlement by part.

    `cpu_us`: `http` is the workers' first threads, `decision and client` all their others, `server`
    the database's processes, `load` what asking has cost. `memory_mb`: the largest worker at its
    peak, and the database's processes together. A part that cannot be seen is left out.
    """

    part: str
    store: str
    people: int
    workers: int
    load: Load
    cpu_us: Mapping[str, float]
    memory_mb: Mapping[str, int]


class Service:
    """A running service on one database, and everyday bills for it."""

    def __init__(
        self,
        shop: Workshop,
        ground: Ground,
        url: str,
        crowd: Crowd,
        workers: int,
        place: Place,
        pid: int,
    ) -> None:
        self.shop, self.ground, self.url = shop, ground, url
        self.crowd, self.workers, self.place, self.pid = crowd, workers, place, pid
        self._runs = 0

    def closed(
        self, part: str, connections: int, seconds: float, *, one_sponsor: bool = False
    ) -> Http:
        """As many as it answers over so many connections."""
        wire = self._wire(int(seconds * 10_000), one_sponsor)
        return self._watched(
            part, lambda: closed_loop(self.place, iter(wire), connections, seconds)
        )

    def open(self, part: str, connections: int, a_second: float, seconds: float) -> Http:
        """So many a second, whether or not it keeps up. What the runs before have left to be
        cleared away is cleared away first: the waits are the service's, not the autovacuum's."""
        self.ground.settle(self.url)
        wire = self._wire(int(seconds * a_second * 1.2) + 100, False)
        return self._watched(
            part, lambda: open_loop(self.place, iter(wire), connections, a_second, seconds)
        )

    def interface(self, connections: int, seconds: float, most: int) -> tuple[Http, Http]:
        """As many as it settles by the API and by 2207 of the national interface over so many
        connections: by turns, so that a machine that grows slower does so for both; of each the run
        in the middle. There are so many 2207s at the most."""
        bills = list(requests(self.crowd, random.Random(7), "2207", most))  # noqa: S311 - as above
        office = self.shop.office_at(self.url)
        bodies = self.shop.messages(office, self.crowd, bills)
        office.store.close()
        self.ground.settle(self.url)
        wire = iter([post(self.place, INTERFACE, {}, body) for body in bodies[1:]])
        _settles(self.place, bodies[0])
        both: list[tuple[Http, Http]] = []
        for _ in range(TURNS):
            beside = self.closed("beside", connections, seconds)
            measure = partial(closed_loop, self.place, wire, connections, seconds)
            both.append((beside, self._watched("interface", measure)))
        first, second = zip(*both, strict=True)
        return middle(first), middle(second)

    def _wire(self, count: int, one_sponsor: bool) -> list[bytes]:
        """Requests as they go over the wire, ready before anything is timed."""
        self._runs += 1
        rng = random.Random(self._runs)  # noqa: S311 - a measurement wants repetition
        shop, crowd = self.shop, self.crowd
        headers = {place: shop.headers(key) for place, key in crowd.keys.items()}
        bills = requests(crowd, rng, f"w{self._runs}", count, one_sponsor=one_sponsor)
        return [
            post(self.place, shop.path, headers[bill.institution], shop.body(bill))
            for bill in bills
        ]

    def _watched(self, part: str, measure: Callable[[], Load]) -> Http:
        ours, theirs = family(self.pid), self.ground.processes(self.url)
        meter = Meter({"ours": ours, **theirs})
        gc.collect()
        gc.freeze()  # the requests need not be walked by the collector while they are sent
        load = measure()
        gc.unfreeze()
        spent = meter.read()
        each = 1e6 / max(load.answers, 1)
        cpu: dict[str, float] = {}
        if (own := spent.pop("ours", None)) is not None:
            cpu |= {"http": own.first_s * each, "decision and client": own.others_s * each}
        cpu |= {name: (group.first_s + group.others_s) * each for name, group in spent.items()}
        cpu["load"] = load.own_cpu_us
        largest = max((peak_mb(pid) or 0 for pid in ours), default=0)
        server = server_mb([pid for group in theirs.values() for pid in group])
        memory = {"worker": largest, "server": server or 0}
        return Http(
            part,
            self.ground.name,
            self.crowd.people,
            self.workers,
            load,
            cpu,
            {name: mb for name, mb in memory.items() if mb},
        )


def middle(runs: Sequence[Http]) -> Http:
    """The run of which as many were faster as were slower."""
    return sorted(runs, key=lambda run: run.load.a_second)[len(runs) // 2]


def _settles(place: Place, body: bytes) -> None:
    """One of them, looked at: a refusal would be answered with HTTP 200 as well, and faster."""
    with closing(http.client.HTTPConnection(*place, timeout=30)) as line:
        line.request("POST", INTERFACE, body)
        answer = line.getresponse().read()
    assert b'"infcode":0' in answer, answer.decode("utf-8", "replace")


@contextmanager
def served(
    shop: Workshop, ground: Ground, url: str, crowd: Crowd, workers: int, log: Path
) -> Iterator[Service]:
    """A service of its own processes on this database."""
    with running(shop, url, workers, log) as (place, pid):
        yield Service(shop, ground, url, crowd, workers, place, pid)


@contextmanager
def running(shop: Workshop, url: str, workers: int, log: Path) -> Iterator[tuple[Place, int]]:
    """Where a service of its own processes listens that serves this database, and its process."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        place = Place(*free.getsockname())
    command, environment = shop.serve(url, place.port, workers)
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 - it is the switchboard's own command
            command, env=environment, stdout=said, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(place, workers, process, log)
        yield place, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(place: Place, workers: int, service: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        if service.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(place, timeout=1):
            # Each worker has a socket of its own; a connection goes to those that listen by then.
            if listeners(place.port) in {None, workers}:
                return
        time.sleep(0.1)
    said = log.read_text("utf-8", "replace")[-2000:]
    raise NoAnswer(f"the service does not listen at {place.host}:{place.port}; it said:\n{said}")
