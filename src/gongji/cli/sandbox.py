"""`gongji serve --sandbox`: an invented city of its own, begun anew at each start and each day."""

import asyncio
import contextlib
import json
import secrets
import signal
import sys
import tempfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import uvicorn
from litestar.types import Receive, Scope, Send
from rich.console import Console

from gongji.cli.interface import access_secret, furnish_sandbox, interface_of
from gongji.cli.workers import DRAINS_S, bound, check_port
from gongji.desk.counter import Counter
from gongji.desk.office import Office
from gongji.desk.ports import Clock
from gongji.faces.app import pages, shared
from gongji.faces.house import House
from gongji.faces.sandbox_page import SandboxInfo, SandboxPerson, SandboxPlace, Step, routes
from gongji.faces.troubles import stray
from gongji.lab import sandbox
from gongji.national.doors import Gate, route
from gongji.national.gateway import LOOPBACK
from gongji.store.cipher import Vault
from gongji.terms import LOCAL_TIME, Scheme, local_day, region_of
from gongji.web.app import NOT_KEPT, PROTECTION, create_app
from gongji.web.lane import Lane
from gongji.web.protocol import Http11
from gongji.wiring import (
    SANDBOX,
    BadSetting,
    Settings,
    build,
    calm_the_collector,
    local_clock,
    open_vault,
    sandbox_packs,
)
from gongji.words import Words

_KEY = "5a" * 32
"""On this machine the same at every start, so that a vendor's configuration keeps working."""

_PATH = "/fsi/api/rsfComIfsService/callService"
_FIRST = "XJ01CAA040A001010100001"
_INSUTYPES = {Scheme.EMPLOYEE: "310", Scheme.RESIDENT: "390"}
_SPONSOR, _MEMBER, _ALONE = (
    Words("出资人", "sponsor"),
    Words("共济成员", "member of the pool"),
    Words("未组网", "in no pool"),
)


class _Standing(NamedTuple):
    """A store with everything that serves it, for one day."""

    day: date
    folder: "tempfile.TemporaryDirectory[str]"
    office: Office
    counter: Counter
    app: Gate


class Sandbox:
    """The application of a sandbox: in front of one that is thrown away and made again.

    `chosen` says where to listen and nothing else: the store and the key of the environment are
    never opened. Beyond this machine its key is drawn, and every request must be signed.
    """

    def __init__(
        self, chosen: Settings, *, abroad: bool = False, clock: Clock = local_clock
    ) -> None:
        here = chosen.host in LOOPBACK
        if not here and not abroad:
            raise BadSetting(
                f"GONGJI_HOST: {chosen.host} is not this machine; the sandbox is served on "
                f"{', '.join(sorted(LOOPBACK - {'testclient'}))} unless --abroad is given"
            )
        key = _KEY if here else secrets.token_hex(32)
        self.settings = Settings(host=chosen.host, port=chosen.port, key=key, key_file=None)
        self.info = info_of(self.settings, open_vault(self.settings), signed=not here)
        self._clock = clock
        self._renewing = asyncio.Lock()
        self._standing = self._made()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The first request of a new day finds a new city."""
        if self._standing.day != local_day(self._clock()):
            async with self._renewing:
                if self._standing.day != local_day(self._clock()):
                    await self._renew()
        await self._standing.app(scope, receive, send)

    async def begin_anew(self) -> None:
        """Another store; whoever asks afterwards asks that one."""
        async with self._renewing:
            await self._renew()

    def close(self) -> None:
        """Answer who is in the queue, and leave nothing behind."""
        _close(self._standing)

    async def _renew(self) -> None:
        old, self._standing = self._standing, await asyncio.to_thread(self._made)
        await asyncio.to_thread(_close, old)

    def _made(self) -> _Standing:
        folder = tempfile.TemporaryDirectory(prefix="gongji-sandbox-")
        database = f"sqlite:///{Path(folder.name) / 'sandbox.db'}"
        chosen = msgspec.structs.replace(self.settings, database=database)
        office = build(chosen, self._clock, sandbox_packs())
        furnish_sandbox(office)
        counter, vault = Counter(office), open_vault(chosen)
        interface = interface_of(counter, vault, chosen, in_sandbox=True)
        app = create_app(
            counter,
            token_secret=vault.derive("tokens"),
            certificate_key=vault.derive("certificates"),
            pages=[
                route(interface),
                *pages(*routes(self.info, None if self.info.signed else self.begin_anew)),
            ],
            shared=shared(House(vault.derive("pages"))),
            stray=stray,
        )
        counter.start()
        front = Gate(Lane(app), interface, [*PROTECTION, NOT_KEPT])
        return _Standing(local_day(self._clock()), folder, office, counter, front)


def _close(standing: _Standing) -> None:
    standing.counter.stop()
    standing.office.store.close()
    standing.folder.cleanup()


def serve_sandbox(chosen: Settings, *, abroad: bool) -> None:
    """See `gongji serve --sandbox`."""
    check_port(chosen)
    with contextlib.closing(Sandbox(chosen, abroad=abroad)) as app:
        announce(Console(), app.info)
        calm_the_collector()
        # Whoever ends it lets the temporary folder be taken away.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with contextlib.suppress(KeyboardInterrupt), bound(chosen, shared=False) as listening:
            server_of(app).run([listening])


def server_of(app: Sandbox) -> uvicorn.Server:
    """As the service is served, but that the application opens and closes itself."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=Http11,
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,  # an institution keeps its connections over a quiet minute
            timeout_graceful_shutdown=DRAINS_S,
        )
    )


# ── What is published of it ──────────────────────────────────────────────────────────────────────


def info_of(chosen: Settings, vault: Vault, *, signed: bool) -> SandboxInfo:
    """Where to call, as whom, for whom, and what first."""
    address = f"http://{chosen.host}:{chosen.port}{_PATH}"
    places = [
        SandboxPlace(place.code, place.name, key, access_secret(vault, key))
        for place in sandbox.PLACES
        for key in (f"AK{place.code}",)
    ]
    people = [
        SandboxPerson(guest.name, guest.number, _INSUTYPES[guest.scheme], _role(guest))
        for guest in sandbox.everybody()
    ]
    return SandboxInfo(address, places, people, _steps(address), signed)


def _role(guest: sandbox.Guest) -> Words:
    if guest.kinship is not None:
        return _MEMBER
    return _ALONE if guest == sandbox.STRANGER else _SPONSOR


def _steps(address: str) -> list[Step]:
    """A person, and a purchase of 48 yuan: 20 of her own, 28 from the pool."""
    shop, member = sandbox.PLACES[2], sandbox.GUESTS[0]
    now = f"{datetime.now(LOCAL_TIME):%Y-%m-%d %H:%M:%S}"
    credential = {"mdtrt_cert_type": "02", "mdtrt_cert_no": member.number}
    bill = {
        "psn_no": sandbox.id_of(SANDBOX, member.number),
        **credential,
        "begntime": now,
        "medfee_sumamt": "48.00",
        "insutype": "310",
        "acct_used_flag": "2",
        "med_type": "41",
    }
    line = {
        "feedetl_sn": "1",
        "rx_circ_flag": "0",
        "fee_ocur_time": now,
        "med_list_codg": _FIRST,
        "medins_list_codg": "Y0001",
        "det_item_fee_sumamt": "48.00",
        "cnt": "2",
        "pric": "24.00",
    }
    given: list[tuple[str, Words, Mapping[str, Any]]] = [
        ("1101", Words("人员信息获取", "who is it"), {"data": credential}),
        (
            "2102",
            Words("药店结算（48元：本人20元，共济28元）", "48 yuan: 20 of her own, 28 pooled"),
            {"druginfo": bill, "drugdetail": [line]},
        ),
    ]
    return [
        Step(infno, name, curl(address, message(shop, infno, n, nodes, now)))
        for n, (infno, name, nodes) in enumerate(given, start=1)
    ]


def message(
    place: sandbox.Place, infno: str, number: int, nodes: Mapping[str, Any], now: str
) -> dict[str, Any]:
    """A whole message of one of the sandbox's institutions."""
    stamp = "".join(one for one in now if one.isdigit())
    return {
        "infno": infno,
        "msgid": f"{place.code}{stamp}{number:04d}",
        "mdtrtarea_admvs": region_of(place.code),
        "insuplc_admdvs": SANDBOX,
        "recer_sys_code": "99",
        "infver": "1.0.0",
        "opter_type": "1",
        "opter": "0001",
        "opter_name": "操作员",
        "inf_time": now,
        "fixmedins_code": place.code,
        "fixmedins_name": place.name,
        "sign_no": "",
        "input": nodes,
    }


def curl(address: str, sent: Mapping[str, Any]) -> str:
    """The command of a shell that sends a message."""
    body = json.dumps(sent, ensure_ascii=False)
    return f"curl -s {address} \\\n  -H 'Content-Type: application/json' -d '{body}'"


def announce(console: Console, info: SandboxInfo) -> None:
    """The page's contents in short."""
    page = info.address.partition("/fsi")[0]
    console.print(f"[bold]沙箱 sandbox[/]  POST {info.address}", soft_wrap=True)
    console.print(f"先发什么 what to send first: {page}/sandbox", soft_wrap=True)
    for place in info.places:
        console.print(f"  {place.code} {place.name}", highlight=False)
        keys = f"    _api_access_key {place.access_key}  SK {place.secret}"
        console.print(keys, highlight=False, soft_wrap=True)
    for person in info.people:
        role = f"{person.role.zh} {person.role.en}"
        console.print(f"  {person.name} {person.number} {person.insutype} {role}", highlight=False)
