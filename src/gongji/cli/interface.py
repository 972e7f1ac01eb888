"""Putting the national interface together: keys, the sandbox's furniture, the sample city's codes."""

import hmac
import re
from collections.abc import Sequence
from datetime import date
from functools import partial
from importlib import resources

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
from gongji.wiring import SANDBOX, Settings

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
