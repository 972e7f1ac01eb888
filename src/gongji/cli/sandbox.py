"""`gongji serve --sandbox`: an invented city of its own, begun anew at each start and at midnight."""

import contextlib
import json
import secrets
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from rich.console import Console

from gongji.cli.interface import access_secret, furnish_sandbox, interface_of
from gongji.cli.workers import bound
from gongji.desk.counter import Counter
from gongji.lab import sandbox
from gongji.national.gateway import LOOPBACK, route
from gongji.store.cipher import Vault
from gongji.terms import LOCAL_TIME, Scheme
from gongji.web.app import create_app
from gongji.web.lane import Lane
from gongji.web.protocol import Http11
from gongji.web.sandbox_page import SandboxInfo, SandboxPerson, SandboxPlace, Step, routes
from gongji.wiring import (
    SANDBOX,
    BadSetting,
    Settings,
    build,
    calm_the_collector,
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


class SandboxService:
    """A service that can begin anew: another store, another application, the same port and keys.

    `chosen` says where to listen and nothing else: the store and the key of the environment are
    never opened. Beyond this machine its key is drawn, and every request must be signed.
    """

    def __init__(self, chosen: Settings, *, abroad: bool = False) -> None:
        here = chosen.host in LOOPBACK
        if not here and not abroad:
            raise BadSetting(
                f"GONGJI_HOST: {chosen.host} is not this machine; the sandbox is served on "
                f"{', '.join(sorted(LOOPBACK - {'testclient'}))} unless --abroad is given"
            )
        self._listening = bound(chosen, shared=False)
        self._listening.listen()  # from now on nobody is turned away, also while it begins anew
        port: int = self._listening.getsockname()[1]
        self._at = Settings(
            host=chosen.host,
            port=port,
            key=_KEY if here else secrets.token_hex(32),
            key_file=None,
        )
        self._again = False
        self._server: uvicorn.Server | None = None
        self.info = info_of(self._at, open_vault(self._at), signed=not here)
        self._reset = self.begin_anew if here else None

    def begin_anew(self) -> None:
        """Answer what was asked, then throw the store away and make another."""
        self._again = True
        self.stop()

    def stop(self) -> None:
        """Answer what was asked, then end."""
        if self._server is not None:
            self._server.should_exit = True

    def run(self) -> None:
        """Serve until stopped. Connections that come while it begins anew wait at the port."""
        with contextlib.closing(self._listening):
            self._again = True
            while self._again:
                self._again = False
                self._run_once()

    def _run_once(self) -> None:
        with tempfile.TemporaryDirectory(prefix="gongji-sandbox-") as folder:
            app = self._application(Path(folder))
            self._server = uvicorn.Server(
                uvicorn.Config(
                    app,
                    http=Http11,
                    log_level="warning",
                    access_log=False,
                    timeout_keep_alive=75,  # an institution keeps its connections over a minute
                    timeout_graceful_shutdown=2,
                )
            )
            night = threading.Timer(_until_midnight(datetime.now(LOCAL_TIME)), self.begin_anew)
            night.daemon = True
            night.start()
            try:
                self._server.run([self._listening.dup()])
            finally:
                night.cancel()

    def _application(self, folder: Path) -> Lane:
        import msgspec

        database = f"sqlite:///{folder / 'sandbox.db'}"
        chosen = msgspec.structs.replace(self._at, database=database)
        office, vault = build(chosen, folders=sandbox_packs()), open_vault(chosen)
        furnish_sandbox(office)
        counter = Counter(office)
        app = create_app(
            counter,
            token_secret=vault.derive("tokens"),
            certificate_key=vault.derive("certificates"),
            more_routes=[
                route(interface_of(counter, vault, chosen, in_sandbox=True)),
                *routes(self.info, self._reset),
            ],
        )
        app.on_shutdown.append(office.store.close)
        calm_the_collector()
        return Lane(app)


def serve_sandbox(chosen: Settings, *, abroad: bool) -> None:
    """See `gongji serve --sandbox`."""
    service = SandboxService(chosen, abroad=abroad)
    announce(Console(), service.info)
    # Whoever ends it lets the temporary folder be taken away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.suppress(KeyboardInterrupt):
        service.run()


def _until_midnight(now: datetime) -> float:
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()


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
        "mdtrtarea_admvs": place.code[1:7],
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
