"""Commands for the operator: keys for institutions, clerks and auditors."""

import secrets

import rich_click as click

from gongji.cli.forms import REGION
from gongji.cli.opening import opened


@click.group()
def keys() -> None:
    """API keys: who may call, as whom."""


@keys.command()
@click.argument("kind", type=click.Choice(["institution", "clerk", "auditor"]))
@click.argument("subject")
@REGION
def add(kind: str, subject: str, region: str) -> None:
    """Make a key and print it once. SUBJECT is an institution's id, or a clerk's or auditor's name.

    The store keeps a keyed hash of it only: a key that is lost is replaced, never read again.
    """
    from gongji.desk.office import Session
    from gongji.desk.ports import Caller, CallerKind

    key = f"gj_{secrets.token_urlsafe(32)}"

    def enter(session: Session) -> bool:
        if kind == "institution" and subject not in session.unit.institutions([subject]):
            return False
        caller = Caller(secrets.token_hex(6), region, CallerKind(kind), subject)
        session.unit.add_caller(caller, key, session.at)
        return True

    with opened(region) as office:
        known = office.do(enter)
    if not known:
        raise click.BadParameter(f"no institution {subject} is registered", param_hint="SUBJECT")
    click.echo(key)
