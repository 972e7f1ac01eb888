"""Putting the national interface together: keys, the sandbox, and the sample city's codes."""

import hmac
import re
from collections.abc import Sequence
from datetime import date
from functools import partial
from importlib import resources
from pathlib import Path

import msgspec
from rich.console import Console

from gongji.cli.catalogue import sample_editions
from gongji.desk.counter import Counter
from gongji.desk.editions import EditionHead, import_edition
from gongji.desk.national_ports import AccessKey
from gongji.desk.office import Office, Session
from gongji.lab import sandbox
from gongji.lab.folk import SampleInstitution
from gongji.national.exchange import Asked
from gongji.national.gateway import LOOPBACK, Interface
from gongji.national.items import read_items
from gongji.store.cipher import Vault
from gongji.terms import InstitutionKind
from gongji.wiring import SANDBOX, Settings, sandbox_packs

_CODE = re.compile(r"[HP][0-9]{11}")


def access_secret(vault: Vault, id: str) -> str:
    """The secret of an access key: derived, so that nobody can read it from the store."""
    return hmac.digest(vault.derive("national gateway"), id.encode(), "sha256").hex()


def interface_of(
    counter: Counter, vault: Vault, chosen: Settings, *, in_sandbox: bool = False
) -> Interface:
    """The interface of a service. Only a service that listens on this machine alone is open."""
    return Interface(
        counter,
        partial(access_secret, vault),
        open_door=chosen.host in LOOPBACK,
        adopt=adopt if in_sandbox else None,
    )


def adopt(session: Session, asked: Asked) -> None:
    """Make the institution and the person of a message known."""
    if _CODE.fullmatch(asked.code):
        name = asked.head["fixmedins_name"]
        sandbox.welcome_institution(session, SANDBOX, asked.code, name)
    if asked.transaction.infno == "1101":
        given = asked.input["data"]
        number = given["certno"] or given["mdtrt_cert_no"]
        sandbox.welcome_person(session, SANDBOX, number, given["psn_name"] or "沙箱人员")


def furnish_sandbox(office: Office) -> None:
    """Editions, item codes, institutions and people of the sandbox, once."""
    if office.ask(lambda session: session.unit.institution_of_code(sandbox.PLACES[0].code)):
        return
    for head, content in (*sample_editions(SANDBOX), _services()):
        office.do(partial(import_edition, head=head, content=content, by="sandbox"))
    office.do(put_sample_items)
    office.do(lambda session: sandbox.furnish(session, SANDBOX))
    office.do(_make_keys)


def _services() -> tuple[EditionHead, bytes]:
    folder = resources.files("gongji") / "samples" / "sandbox"
    head = EditionHead(region=SANDBOX, name="services", starts=date(2024, 1, 1))
    return head, (folder / "services.csv").read_bytes()


def put_sample_items(session: Session) -> None:
    """The sample's codes of items."""
    found = read_items((resources.files("gongji") / "samples" / "national-items.csv").read_bytes())
    assert isinstance(found, list), found
    session.unit.put_wire_items(found)


def connect_sample(session: Session, institutions: Sequence[SampleInstitution]) -> None:
    """Codes on the wire for the sample city's institutions: H310000-001 is H31000000001."""
    for place in institutions:
        letter = "P" if place.kind is InstitutionKind.PHARMACY else "H"
        code = f"{letter}{place.region}{place.id[-3:]:0>5}"
        session.unit.connect_code(code, place.id, session.at)
    put_sample_items(session)


def _make_keys(session: Session) -> None:
    for place in sandbox.PLACES:
        session.unit.add_access_key(AccessKey(f"AK{place.code}", place.code, session.at))


def in_a_folder(chosen: Settings, folder: Path) -> Settings:
    """The sandbox's settings: a store, packs and a key of its own, gone when the folder is.

    The key is the same at every start, so that a vendor's configuration keeps working.
    """
    packs = folder / "packs"
    for name, files in sandbox_packs().items():
        (packs / name).mkdir(parents=True)
        for file, text in files.items():
            (packs / name / file).write_text(text, encoding="utf-8")
    return msgspec.structs.replace(
        chosen,
        database=f"sqlite:///{folder / 'sandbox.db'}",
        key="5a" * 32,
        key_file=None,
        packs=packs,
    )


def announce_sandbox(console: Console, vault: Vault, chosen: Settings) -> None:
    """Where to call, as whom, for whom."""
    at = f"http://{chosen.host}:{chosen.port}/fsi/api/rsfComIfsService/callService"
    console.print(f"[bold]沙箱 sandbox[/]  POST {at}", soft_wrap=True)
    for place in sandbox.PLACES:
        key = f"AK{place.code}"
        console.print(f"  {place.code} {place.name}", highlight=False)
        console.print(
            f"    _api_access_key {key}  SK {access_secret(vault, key)}",
            highlight=False,
            soft_wrap=True,
        )
    for guest in sandbox.everybody():
        role = (
            "出资人"
            if guest in (sandbox.SPONSOR, sandbox.RICH)
            else "共济成员"
            if guest.kinship
            else "未组网"
        )
        console.print(f"  {guest.name} {guest.number} {guest.scheme} {role}", highlight=False)
