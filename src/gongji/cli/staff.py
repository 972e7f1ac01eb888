"""The command for local staff accounts."""

import rich_click as click

from gongji.cli.forms import REGION
from gongji.cli.opening import opened


@click.group()
def staff() -> None:
    """Local accounts of staff, where there is no identity provider for them."""


@staff.command()
@click.argument("login")
@REGION
@click.option("--role", type=click.Choice(["clerk", "reviewer", "auditor"]), required=True)
@click.password_option(help="Asked for when it is left out.")
def add(login: str, region: str, role: str, password: str) -> None:
    """Add the account LOGIN, or give it a new password and role. It is unlocked by this."""
    from gongji.desk.faces_ports import Role, StaffAccount
    from gongji.desk.office import Session
    from gongji.faces.signing_in import hashed

    if len(password) < SHORTEST:
        raise click.UsageError(f"a password has {SHORTEST} characters at least")

    def kept(session: Session) -> None:
        account = StaffAccount(region, login, Role(role), hashed(password), session.at)
        session.unit.keep_staff(account)

    with opened(region) as office:
        office.do(kept)
    click.echo(f"{login} is a {role} of {region}")


SHORTEST = 12
"""Characters of a password, at least (ASVS 2.1.1)."""
