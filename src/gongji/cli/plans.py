"""Commands for the city's commercial plan: the collection of a year's orders, and an order."""

import rich_click as click

from gongji.cli.forms import REGION, YEAR
from gongji.cli.opening import clerk_for, opened
from gongji.cli.telling import batch_told, progress_of, told
from gongji.terms import yuan_text


@click.group()
def plans() -> None:
    """The city's commercial plan: what was ordered and paid."""


@plans.command()
@click.argument("year", type=YEAR)
@REGION
@click.option("--batch", default="1", show_default=True, help="Its name; a later one tries again.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken, and keep nothing.")
def collect(year: int, region: str, batch: str, dry_run: bool) -> None:
    """Take the orders of a YEAR in one collection, in the order in which they came.

    Safe to start twice, and to start again after it was stopped; payments go on meanwhile.
    """
    from gongji.desk.plans import collect_plans

    with opened(region) as office:
        with progress_of("plans") as progress:
            found = collect_plans(office, region, year, batch, progress=progress, dry_run=dry_run)
        batch_told(found, office, region, "would take" if dry_run else "took", "orders")


@plans.command()
@click.argument("buyer")
@click.argument("id")
def show(buyer: str, id: str) -> None:
    """What became of the order that a BUYER gave an ID."""
    from gongji.desk.plans import order_of
    from gongji.policy.refusal import Refusal

    with opened(to_read=True) as office:
        found = office.ask(lambda session: order_of(session, buyer, id, clerk_for(buyer)))
    if isinstance(found, Refusal):
        told(found, office)
    click.echo(
        f"{found.plan} {found.year} for {found.insured}: {yuan_text(found.amount_fen, ',')} yuan, "
        f"{found.state}" + (f": {found.code}" if found.code else "")
    )
    for draw in found.draws:
        click.echo(f"  {draw.purse} {yuan_text(draw.amount_fen, ',')}")
    if found.refunded_fen:
        click.echo(f"  refunded {yuan_text(found.refunded_fen, ',')}")
