"""Putting the service together: the sample city, the faces, and what is said at the start."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import httpx2
from rich.console import Console

from gongji.cli.catalogue import sample_editions
from gongji.cli.interface import connect_sample
from gongji.cli.players import players
from gongji.desk.editions import import_edition
from gongji.desk.office import Office
from gongji.faces.app import shared
from gongji.faces.demo_provider import LOOPBACK, DemoProvider
from gongji.faces.house import House
from gongji.faces.oidc import Provider, RelyingParty
from gongji.faces.sample import SampleInfo, SampleInstitution, SamplePerson
from gongji.lab.city import City, build_city
from gongji.lab.folk import institutions_of, li_ming
from gongji.terms import local_day
from gongji.web.access import make_token
from gongji.wiring import BadSetting, Settings, open_vault

_SHOWN = "310000"  # the sample family of the first page lives in Shanghai's pack


def refuse_sample_abroad(chosen: Settings) -> None:
    """The sample's keys are printed for everyone to see: they never leave this machine."""
    if chosen.host not in LOOPBACK:
        raise BadSetting(
            f"GONGJI_HOST: {chosen.host} is not this machine; the sample city with its published "
            f"keys is served on {', '.join(sorted(LOOPBACK))} only"
        )


def sample_city(office: Office) -> City:
    """The sample city with its catalogue; made once, found again the next time."""
    city = build_city(office)
    if city.fresh:
        for head, content in sample_editions(_SHOWN):
            office.do(partial(import_edition, head=head, content=content, by="sample"))
        office.do(partial(connect_sample, institutions=city.institutions))
    return city


def dressed(
    office: Office, chosen: Settings, secret: bytes, city: City | None
) -> tuple[House, Mapping[str, Any]]:
    """The faces' hall, and what the application keeps for their pages. `secret` seals cookies."""
    demo = (
        None
        if city is None
        else DemoProvider(players(city, _SHOWN, _with_claims(office)), chosen.host, secret)
    )
    house = House(
        secret,
        provider=_relying_party(chosen, demo),
        demo=demo,
        public_address=chosen.public_address,
    )
    return house, shared(house, None if city is None else _sample_of(city, chosen))


def connect_demo(house: House, app: Any) -> None:
    """Let the service ask the demo provider, which is part of itself, without a socket."""
    if house.demo is not None and house.provider is not None:
        house.provider.reached_by(httpx2.ASGITransport(app=app))


def _with_claims(office: Office) -> str:
    """A region that has claims at the window, for the demonstration's reviewer."""
    today = local_day(office.clock())
    regions = (region for region in office.law.packs if office.law.on(region, today).window_claim)
    return next(regions, _SHOWN)


def _relying_party(chosen: Settings, demo: DemoProvider | None) -> RelyingParty | None:
    """The identity provider of the settings, or that of the demonstration."""
    if demo is not None:
        return RelyingParty(demo.provider)
    if chosen.oidc_issuer is None:
        return None
    # The settings have them together or not at all.
    assert chosen.oidc_client is not None
    assert chosen.oidc_secret is not None
    return RelyingParty(
        Provider(
            issuer=chosen.oidc_issuer,
            client_id=chosen.oidc_client,
            client_secret=chosen.oidc_secret,
        )
    )


def _sample_of(city: City, chosen: Settings) -> SampleInfo:
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
    console.print(f"a family's bill, settled before your eyes  {at}/example", soft_wrap=True)
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
