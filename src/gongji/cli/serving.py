"""Putting the service together: sample city, what is said at the start, and the workers.

Every worker is a process with an office, a counter and caches of its own. What they share is the
database, and the socket on which they listen.
"""

import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import threading
from functools import partial

import uvicorn
from rich.console import Console
from uvicorn.supervisors import Multiprocess

from gongji.cli.catalogue import sample_editions
from gongji.desk.counter import Counter
from gongji.desk.editions import import_edition
from gongji.desk.office import Office
from gongji.lab.city import City, build_city
from gongji.lab.folk import institutions_of, li_ming
from gongji.web.access import make_token
from gongji.web.app import create_app
from gongji.web.lane import Lane
from gongji.web.sample import SampleInfo, SampleInstitution, SamplePerson
from gongji.wiring import BadSetting, Settings, build, calm_the_collector, open_vault

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_SHOWN = "310000"  # the sample family of the first page lives in Shanghai's pack


def refuse_sample_abroad(chosen: Settings) -> None:
    """The sample's keys are printed for everyone to see: they never leave this machine."""
    if chosen.host not in _LOOPBACK:
        raise BadSetting(
            f"GONGJI_HOST: {chosen.host} is not this machine; the sample city with its published "
            f"keys is served on {', '.join(sorted(_LOOPBACK))} only"
        )


def sample_city(office: Office) -> City:
    """The sample city with its catalogue; made once, found again the next time."""
    city = build_city(office)
    if city.fresh:
        for head, content in sample_editions(_SHOWN):
            office.do(partial(import_edition, head=head, content=content, by="sample"))
    return city


def sample_of(city: City, chosen: Settings) -> SampleInfo:
    """李明's family, and where it goes when it is ill."""
    keys = {key.caller.subject: key.key for key in city.keys}
    father, mother, son = li_ming(_SHOWN).people
    hospital, pharmacy = (
        SampleInstitution(id=place.id, name=place.name, key=keys[place.id])
        for place in institutions_of(_SHOWN)
        if place.id.endswith("-001")
    )
    return SampleInfo(
        sponsor=SamplePerson(id=father.id, name=father.name, role_zh="组建人", role_en="sponsor"),
        patients=(
            SamplePerson(id=son.id, name=son.name, role_zh="儿子", role_en="son"),
            SamplePerson(
                id=mother.id,
                name=mother.name,
                role_zh="母亲（未绑定）",
                role_en="mother (not bound)",
            ),
        ),
        hospital=hospital,
        pharmacy=pharmacy,
        address=f"{chosen.host}:{chosen.port}",
    )


def announce(console: Console, office: Office, chosen: Settings, city: City | None) -> None:
    """Say where to look, and with which keys."""
    at = f"http://{chosen.host}:{chosen.port}"
    console.print(f"[bold]Gongji 共济[/]  {at}/  ·  API {at}/docs", soft_wrap=True)
    if city is None:
        return
    people = sum(len(family.people) for family in city.families)
    bills = sum(city.outcomes.values())
    console.print(
        f"sample city: {people} people in {len(city.families)} families of four regions,"
        f" {len(city.institutions)} institutions, {bills} bills",
        soft_wrap=True,
    )
    secret = open_vault(chosen).derive("tokens")
    for key in city.keys:
        if key.caller.region == _SHOWN:
            console.print(f"  {key.key:<24} {key.name}", highlight=False)
    sponsor = li_ming(_SHOWN).sponsor
    token = make_token(sponsor.id, secret, office.clock())
    console.print(f"  {sponsor.name} {sponsor.id}\n  {token}", highlight=False, soft_wrap=True)


# The workers ─────────────────────────────────────────────────────────────────────────────────────


def run_service(chosen: Settings, sample: SampleInfo | None, workers: int) -> None:
    """Serve until told to stop. Whoever is in a queue then is served first.

    Several workers are watched by a process that serves nobody: one that dies or hangs is started
    again. The socket is bound here, so that a port in use is known at once, and listened to by the
    workers, so that nobody is let in before there is somebody to serve.
    """
    config = uvicorn.Config(
        partial(worker, chosen, sample),
        factory=True,
        workers=workers,
        http="httptools",
        log_level="warning",
        access_log=False,
        server_header=False,
        backlog=2048,
        timeout_keep_alive=75,  # an institution keeps its connections over a quiet minute
        timeout_graceful_shutdown=10,
    )
    with contextlib.closing(_bound(chosen)) as listening, contextlib.suppress(KeyboardInterrupt):
        if workers == 1:
            uvicorn.Server(config).run([listening])
        else:
            Multiprocess(config, [listening]).run()


def worker(chosen: Settings, sample: SampleInfo | None) -> Lane:
    """The application of one worker, in the process that calls it."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    _leave_with_the_supervisor()
    office = build(chosen)
    vault = open_vault(chosen)
    app = create_app(
        Counter(office, longest=chosen.queue),
        token_secret=vault.derive("tokens"),
        sample=sample,
        certificate_key=vault.derive("certificates"),
    )
    app.on_shutdown.append(office.store.close)
    calm_the_collector()
    return Lane(app)


def _bound(chosen: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
    found = socket.socket(family)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((chosen.host, chosen.port))
    except OSError as error:
        found.close()
        raise BadSetting(
            f"GONGJI_HOST, GONGJI_PORT: cannot listen at {chosen.host}:{chosen.port} "
            f"({error.strerror or error}); name an address of this machine and a free port"
        ) from None
    return found


def _leave_with_the_supervisor() -> None:
    """A worker whose supervisor was killed stops as well: nobody would start it again, and it would
    keep the port from the next service."""
    supervisor = multiprocessing.parent_process()
    if supervisor is None:
        return

    def watch() -> None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="watch", daemon=True).start()
