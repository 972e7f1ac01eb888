"""Putting the service together: application, sample city, and what is said at the start."""

from typing import Any

from litestar import Litestar
from rich.console import Console

from gongji.desk.counter import Counter
from gongji.desk.office import Office
from gongji.lab.city import City, build_city
from gongji.web.app import create_app
from gongji.wiring import BadSetting, Settings, open_vault

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def refuse_sample_abroad(chosen: Settings) -> None:
    """The sample's keys are printed for everyone to see: they never leave this machine."""
    if chosen.host not in _LOOPBACK:
        raise BadSetting(
            f"GONGJI_HOST: {chosen.host} is not this machine; the sample city with its published "
            f"keys is served on {', '.join(sorted(_LOOPBACK))} only"
        )


def application(office: Office, chosen: Settings, *, sample: bool) -> tuple[Litestar, City | None]:
    """The web application over a counter, with the sample city where it is asked for."""
    city = build_city(office) if sample else None
    counter = Counter(office)
    secret = open_vault(chosen).derive("tokens")
    return create_app(counter, token_secret=secret, sample=_shown(city)), city


def _shown(city: City | None) -> Any:
    """What the first page may show of the sample city."""
    return None if city is None else city


def announce(console: Console, chosen: Settings, city: City | None) -> None:
    """Say where to look."""
    at = f"http://{chosen.host}:{chosen.port}"
    console.print(f"[bold]Gongji 共济[/] [link={at}/]{at}/[/]   API {at}/docs")
    if city is not None:
        console.print(f"sample city: {len(city.families)} families; keys are for this sample only")
