"""缴费证明: what a certificate says, its PDF, and the token by which anybody can verify it.

The certificate is made of what is in the store and of nothing else, so that it comes out the same
byte for byte whenever it is asked for. The token names the certificate and seals what it says; it
opens nothing and carries no name and no number.
"""

import hmac
import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import NamedTuple

import msgspec

from gongji.desk.identity import mask_name, mask_number
from gongji.desk.office import Session
from gongji.desk.papers import set_in_type
from gongji.desk.ports import Caller
from gongji.desk.premium_ports import Premium
from gongji.desk.premiums import may_see, premium_of
from gongji.desk.working_days import notices_of
from gongji.policy.contributions import PremiumState, certificate_day
from gongji.policy.refusal import Code, Refusal, keys, refuse
from gongji.policy.working_days import UnknownYear
from gongji.terms import local_day, midnight, moment, region_of, yuan_text

_SEAL = 16
"""Bytes of the seal in a token: as much as can be typed from a print, and 2^128 to guess."""

_TOKEN = re.compile(
    "(?P<number>(?P<region>[1-9][0-9]{5})-(?P<year>[0-9]{4})-(?P<order>[0-9]{8,15}))"
    r"\.(?P<seal>[0-9a-f]{32})"
)


class Certificate(msgspec.Struct, frozen=True):
    """缴费证明: one premium that was deducted. Names and numbers are masked where it is printed."""

    number: str  # region, year and order of registration, such as 310000-2026-00000001
    person: str
    sponsor: str
    year: int
    amount_fen: int
    deducted_on: date
    available_from: date
    cites: tuple[str, ...]


class Printed(NamedTuple):
    """What stands on the paper beside the facts: masked name and number, and the region's name."""

    person_name: str
    person_number: str
    sponsor_name: str
    region_name: str
    region_name_en: str


def certificate_of(
    session: Session, person: str, year: int, asked_by: Caller
) -> Certificate | Refusal:
    """A premium's certificate, once the region's working days since the deduction are over (CON-7).

    Refused as `certificate_not_ready`, with the day where it is known; as `forbidden` to whoever
    may not see the premium.
    """
    premium = premium_of(session, person, year)
    if isinstance(premium, Refusal):
        return premium
    law = session.law.on(premium.region, local_day(session.now))
    if not may_see(session, premium, asked_by):
        return refuse(Code.FORBIDDEN, law.member_sees, law.sponsor_sees)
    return _ready(session, premium)


def _ready(session: Session, premium: Premium) -> Certificate | Refusal:
    today = local_day(session.now)
    law = session.law.on(premium.region, today)
    if premium.state is not PremiumState.DEDUCTED:
        return refuse(Code.CERTIFICATE_NOT_READY, law.certificate_working_days)
    assert premium.decided_at is not None and premium.sponsor is not None
    try:
        ready = certificate_day(premium.decided_at, law, notices_of(session))
    except UnknownYear as unknown:
        return refuse(Code.NOT_CONFIGURED, law.certificate_working_days, year=unknown.year)
    if isinstance(ready, Refusal):
        return ready
    if today < ready:
        return refuse(
            Code.CERTIFICATE_NOT_READY, law.certificate_working_days, succeeds_at=midnight(ready)
        )
    return Certificate(
        number=f"{premium.region}-{premium.year}-{premium.number:08d}",
        person=premium.person,
        sponsor=premium.sponsor,
        year=premium.year,
        amount_fen=premium.amount_fen,
        deducted_on=local_day(moment(premium.decided_at)),
        available_from=ready,
        cites=(*keys([law.certificate_working_days]), *premium.cites),
    )


def printed(session: Session, certificate: Certificate) -> Printed:
    """The masked words of a certificate."""
    known = session.unit.identities([certificate.person, certificate.sponsor])
    person, sponsor = known[certificate.person], known[certificate.sponsor]
    pack = session.law.pack(region_of(certificate.person))
    return Printed(
        mask_name(person.name),
        mask_number(person.number),
        mask_name(sponsor.name),
        pack.name,
        pack.name_en,
    )


# ── The token, and who verifies ──────────────────────────────────────────────────────────────────


def token_of(certificate: Certificate, key: bytes) -> str:
    """The signed token of a certificate: its number and a seal over everything that it says."""
    return f"{certificate.number}.{_seal(certificate, key)}"


def verify(session: Session, token: str, key: bytes) -> tuple[Certificate, Printed] | None:
    """The certificate that a token names, if it is ours and the store still says the same."""
    parts = _TOKEN.fullmatch(token)
    if parts is None or parts["region"] not in session.law.packs:
        return None
    number, seal = parts["number"], parts["seal"]
    premium = session.unit.premium_by_number(
        parts["region"], int(parts["year"]), int(parts["order"])
    )
    if premium is None:
        return None
    found = _ready(session, premium)
    if isinstance(found, Refusal) or found.number != number:
        return None
    if not hmac.compare_digest(_seal(found, key), seal):
        return None
    return found, printed(session, found)


def _seal(certificate: Certificate, key: bytes) -> str:
    said = (
        certificate.number,
        certificate.person,
        certificate.sponsor,
        str(certificate.year),
        str(certificate.amount_fen),
        certificate.deducted_on.isoformat(),
    )
    mac = hmac.digest(key, "\0".join(("premium certificate", *said)).encode(), "sha256")
    return mac[:_SEAL].hex()


# ── The paper ────────────────────────────────────────────────────────────────────────────────────


def pdf_of(certificate: Certificate, words: Printed, verify_url: str) -> bytes:
    """The certificate as a PDF. `verify_url` has the token in it and is what the QR code says."""
    said = {
        "number": certificate.number,
        "region": words.region_name,
        "region_en": words.region_name_en,
        "person": words.person_name,
        "person_number": words.person_number,
        "sponsor": words.sponsor_name,
        "year": str(certificate.year),
        "amount": yuan_text(certificate.amount_fen, ","),
        "deducted_on": _zh(certificate.deducted_on),
        "available_from": _zh(certificate.available_from),
        "verify_url": verify_url,
    }
    # The paper's own day: a clock here would make two prints of one certificate differ.
    return set_in_type(
        "premium_certificate.typ", said, certificate.available_from, qr=_qr(verify_url)
    )


def _qr(text: str) -> str:
    import segno

    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False)
    return out.getvalue().decode()


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


Sign = Callable[[Certificate], str]
"""Makes a verify URL; the address and the key are the caller's."""


def signer(base_url: str, key: bytes) -> Sign:
    """The verify page's address for any certificate."""
    base = base_url.rstrip("/")
    return lambda certificate: f"{base}/verify/premium/{token_of(certificate, key)}"
