"""Commands of the national interface: connect institutions, and send it nonsense."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from gongji.cli.forms import FILE
from gongji.cli.opening import opened

if TYPE_CHECKING:
    from datetime import datetime


@click.group()
def national() -> None:
    """The national interface: institutions, their keys, and the codes of items."""


@national.command()
@click.argument("code")
@click.argument("institution")
@click.option("--public-key", default="", help="Its SM2 key, 64 bytes in hexadecimal digits.")
def connect(code: str, institution: str, public_key: str) -> None:
    """Connect an institution's system: CODE is its 12 characters on the wire, INSTITUTION our id.

    Prints the access key and its secret once. The secret is derived, never stored.
    """
    import re
    import secrets

    from gongji.cli.interface import access_secret
    from gongji.desk.national_ports import AccessKey
    from gongji.desk.office import Session
    from gongji.wiring import open_vault, settings

    if not re.fullmatch("[HP][0-9]{11}", code):
        raise click.BadParameter(f"{code!r} is no code such as H31010100001", param_hint="CODE")
    if not re.fullmatch("(04)?([0-9a-fA-F]{128})?", public_key):
        say = "128 hexadecimal digits are needed, with or without 04 before them"
        raise click.BadParameter(say, param_hint="--public-key")
    id = f"AK{secrets.token_hex(10)}"

    def enter(session: Session) -> bool:
        if institution not in session.unit.institutions([institution]):
            return False
        session.unit.connect_code(code, institution, session.at)
        session.unit.add_access_key(AccessKey(id, code, session.at, None, public_key))
        return True

    with opened() as office:
        known = office.do(enter)
    if not known:
        say = f"no institution {institution} is registered"
        raise click.BadParameter(say, param_hint="INSTITUTION")
    click.echo(f"_api_access_key {id}\nSK {access_secret(open_vault(settings()), id)}")


@national.command("end-key")
@click.argument("key")
def end_key(key: str) -> None:
    """End an access key from now on."""
    from gongji.desk.office import Session

    def end(session: Session) -> bool:
        known = session.unit.access_key(key) is not None
        session.unit.end_access_key(key, session.at)
        return known

    with opened() as office:
        known = office.do(end)
    if not known:
        raise click.BadParameter(f"no access key {key}", param_hint="KEY")
    click.echo(f"{key} has ended")


@national.command()
@click.argument("file", type=FILE)
def items(file: Path) -> None:
    """Bring in the national codes of items from a CSV: which catalogue entry each stands for."""
    from gongji.national.items import read_items
    from gongji.national.reading import Wrong

    found = read_items(file.read_bytes())
    if isinstance(found, Wrong):
        click.echo(f"gongji: {file}: {found.says}", err=True)
        sys.exit(2)
    with opened() as office:
        office.do(lambda session: session.unit.put_wire_items(found))
    click.echo(f"{len(found):,} codes kept")


@national.command()
@click.argument("code")
@click.argument("month", metavar="MONTH", type=click.DateTime(["%Y%m", "%Y-%m"]))
@click.option("--apply", is_flag=True, help="Apply for what no application covers yet.")
def clear(code: str, month: "datetime", apply: bool) -> None:
    """The month's clearing of an institution: CODE is its 12 characters, MONTH such as 202611.

    A row for each clearing type and application (3203), and one for what none covers yet.
    """
    from gongji.desk.office import Session
    from gongji.national.clearing import Share, apply_for_rest, shares_of
    from gongji.national.writing import yuan

    def cleared(session: Session) -> list[Share] | None:
        place = session.unit.institution_of_code(code)
        if place is None:
            return None
        if apply:
            apply_for_rest(session, place, month.date())
        return shares_of(session, place, month.date())

    with opened(to_read=not apply) as office:
        shares = office.do(cleared) if apply else office.ask(cleared)
    if shares is None:
        raise click.BadParameter(f"{code} is not connected", param_hint="CODE")
    click.echo("clr_type\tclr_appy_evt_id\tsettlements\ttotal\tfund\taccounts\tpooled\tcash\tdue")
    for one in shares:
        sums = (one.total_fen, one.fund_fen, one.acct_fen, one.mulaid_fen, one.cash_fen)
        told = "\t".join(str(yuan(fen)) for fen in (*sums, one.due_fen))
        click.echo(f"{one.clr_type}\t{one.event or '-'}\t{one.settlements}\t{told}")
    click.echo(f"due for {month:%Y-%m}: {yuan(sum(one.due_fen for one in shares))} yuan")


@national.command()
def profiles() -> None:
    """The gateway profiles that are loaded."""
    from gongji.national.profiles import profiles as loaded

    for profile in loaded().values():
        areas = " ".join(profile.areas) or "everywhere else"
        click.echo(f"{profile.name:<12} {profile.title}  {areas}  {profile.gateway}")


@click.command("fuzz-interface")
@click.option("--messages", default=100_000, show_default=True, help="How many.")
@click.option("--seed", default=1, show_default=True, help="The same seed sends the same.")
def fuzz_interface(messages: int, seed: int) -> None:
    """Send messages made from the field tables, right but for one thing, to a sandbox in memory."""
    from rich.console import Console
    from rich.progress import Progress

    from gongji.cli.fuzzing import fuzz_sandbox

    console = Console()
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("fuzz", total=messages)
        found = fuzz_sandbox(messages, seed, lambda done: bar.update(task, completed=done))
    console.print(", ".join(f"{count:,} {kind}" for kind, count in found.kinds.items()))
    console.print(f"answers by infcode: {_told(found.infcodes)}")
    for one in found.wrong:
        console.print(f"[red]{one}", markup=True)
    console.print("[green]every answer was one of the interface's" if not found.wrong else "WRONG")
    sys.exit(1 if found.wrong else 0)


def _told(counts: Any) -> str:
    return ", ".join(f"{infcode}: {count:,}" for infcode, count in counts.items())
