"""Putting the service together: the sample city, and what is said at the start."""

from functools import partial

from rich.console import Console

from gongji.cli.catalogue import sample_editions
from gongji.cli.interface import connect_sample
from gongji.desk.editions import import_edition
from gongji.desk.office import Office
from gongji.lab.city import City, build_city
from gongji.lab.folk import institutions_of, li_ming
from gongji.web.access import make_token
from gongji.web.sample import SampleInfo, SampleInstitution, SamplePerson
from gongji.wiring import BadSetting, Settings, open_vault

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
        office.do(partial(connect_sample, institutions=city.institutions))
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
