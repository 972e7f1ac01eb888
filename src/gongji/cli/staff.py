"""The command for local staff accounts."""

import rich_click as click


@click.group()
def staff() -> None:
    """Local accounts of staff, where there is no identity provider for them."""


@staff.command()
@click.argument("login")
@click.option("--region", required=True, help="Six digits, such as 310000.")
@click.option("--role", type=click.Choice(["clerk", "reviewer", "auditor"]), required=True)
@click.password_option(help="Asked for when it is left out.")
def add(login: str, region: str, role: str, password: str) -> None:
    """Add the account LOGIN, or give it a new password and role. It is unlocked by this."""
    from gongji.desk.faces_ports import Role, StaffAccount
    from gongji.desk.office import Session
    from gongji.faces.signing_in import hashed
    from gongji.wiring import BadSetting, build, settings

    if len(password) < SHORTEST:
        raise click.UsageError(f"a password has {SHORTEST} characters at least")
    office = build(settings())
    if region not in office.law.packs:
        raise BadSetting(f"--region: there is no pack for {region}")

    def kept(session: Session) -> None:
        account = StaffAccount(region, login, Role(role), hashed(password), session.at)
        session.unit.keep_staff(account)

    office.do(kept)
    office.store.close()
    click.echo(f"{login} is a {role} of {region}")


SHORTEST = 12
"""Characters of a password, at least (ASVS 2.1.1)."""
