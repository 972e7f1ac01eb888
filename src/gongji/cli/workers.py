"""工作进程: one process that serves, or several that are watched.

Every worker has an office, a counter and caches of its own; what they share is the database. Each
listens on a socket of its own at the same port, and the kernel spreads the connections evenly. One
shared socket would not do: whichever worker wakes first takes a whole burst of connections, and an
institution keeps its connections for hours.
"""

import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial

import uvicorn

from gongji.cli.interface import interface_of
from gongji.cli.serving import connect_demo, dressed
from gongji.desk.counter import Counter
from gongji.desk.ports import StoreUnavailable
from gongji.faces.app import pages
from gongji.faces.troubles import stray
from gongji.lab.city import City
from gongji.national.doors import Gate, route
from gongji.web.app import NOT_KEPT, PROTECTION, create_app
from gongji.web.lane import Lane
from gongji.web.protocol import speaking
from gongji.wiring import (
    BadSetting,
    Settings,
    build,
    calm_the_collector,
    never_back,
    open_vault,
)

log = logging.getLogger("gongji.workers")

DRAINS_S = 10
"""How long a worker that is told to stop waits for the answers that it owes."""


def check_port(chosen: Settings) -> None:
    """BadSetting for an address that is not ours or a port in use, told once and before any work:
    a shared port would let a second service onto it in silence."""
    bound(chosen, shared=False).close()


def run_service(chosen: Settings, city: City | None, workers: int) -> None:
    """Serve until told to stop. Whoever is in a queue then is served first."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    if workers == 1:
        serve(chosen, city, shared=False)
    elif not hasattr(socket, "SO_REUSEPORT"):
        raise BadSetting("--workers: this system cannot share a port; leave it at 1")
    else:
        supervise(partial(serve, chosen, city, shared=True), workers)


def supervise(serves: Callable[[], None], workers: int) -> None:
    """Keep so many processes at it. One that ends is started again; SIGTERM and SIGINT end all."""
    told = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: told.set())
    # Processes that begin anew, not forks: a fork would share locks and files with its parent.
    context = multiprocessing.get_context("spawn")

    def start() -> multiprocessing.process.BaseProcess:
        process = context.Process(target=_watched, args=(serves,), name="worker")
        process.start()
        return process

    running = [start() for _ in range(workers)]
    while not told.wait(0.5):
        for place, process in enumerate(running):
            if not process.is_alive():
                log.error("a worker ended with %s and is started again", process.exitcode)
                running[place] = start()
    for process in running:
        process.terminate()
    for process in running:
        process.join(2 * DRAINS_S)
        if process.is_alive():
            log.error("a worker did not stop and is killed; what it had answered is kept")
            process.kill()
            process.join()


def serve(chosen: Settings, city: City | None, *, shared: bool) -> None:
    """Serve in this process until told to stop. `shared`: others may listen at the port as well."""
    app, lane = application(chosen, city)
    config = uvicorn.Config(
        app,
        http=speaking(lane, app),
        log_level="warning",
        access_log=False,
        server_header=False,
        backlog=2048,
        timeout_keep_alive=75,  # an institution keeps its connections over a quiet minute
        timeout_graceful_shutdown=DRAINS_S,
    )
    listening = bound(chosen, shared=shared)
    with contextlib.closing(listening), contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run([listening])


def application(chosen: Settings, city: City | None) -> tuple[Gate, Lane]:
    """The API, the faces and the national interface of this process, over one counter, and the lane
    behind its gate. It closes its store when it stops."""
    office = build(chosen, never_back())
    vault = open_vault(chosen)
    counter = Counter(office, longest=chosen.queue)
    interface = interface_of(counter, vault, chosen)
    house, kept = dressed(office, chosen, vault.derive("pages"), city)
    app = create_app(
        counter,
        token_secret=vault.derive("tokens"),
        certificate_key=vault.derive("certificates"),
        public_address=chosen.public_address,
        pages=[route(interface), *pages()],
        shared=kept,
        stray=stray,
    )
    connect_demo(house, app)
    app.on_shutdown.append(office.store.close)
    calm_the_collector()
    lane = Lane(app)
    return Gate(lane, interface, [*PROTECTION, NOT_KEPT]), lane


def bound(chosen: Settings, *, shared: bool) -> socket.socket:
    """A socket at the address to listen at; BadSetting where that cannot be."""
    found = socket.socket(socket.AF_INET6 if ":" in chosen.host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        found.bind((chosen.host, chosen.port))
    except OSError as error:
        found.close()
        raise BadSetting(
            f"GONGJI_HOST, GONGJI_PORT: cannot listen at {chosen.host}:{chosen.port} "
            f"({error.strerror or error}); name an address of this machine and a free port"
        ) from None
    return found


def _watched(serves: Callable[[], None]) -> None:
    """Serve in a process of one's own. A worker whose supervisor was killed stops as well: nobody
    would start it again, and it would keep the port from the next service."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    supervisor = multiprocessing.parent_process()
    assert supervisor is not None

    def watch() -> None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="watch", daemon=True).start()
    try:
        serves()
    except (BadSetting, StoreUnavailable) as error:
        log.error("a worker cannot begin: %s", error)
        sys.exit(2)
