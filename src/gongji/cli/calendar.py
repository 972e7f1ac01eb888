"""Commands for the agency's calendar: the turn of the year, and statements."""

from datetime import date

import rich_click as click

from gongji.cli.forms import DAY
from gongji.cli.opening import opened
from gongji.cli.telling import progress_of, told
from gongji.terms import yuan_text


@click.command()
@click.argument("region")
@click.option("--year-ends", type=DAY, required=True, help="The last day of the benefit year.")
@click.option("--dry-run", is_flag=True, help="Say what would be moved, and keep nothing.")
def rollover(region: str, year_ends: date, dry_run: bool) -> None:
    """Turn the benefit year of a region: what is left of `current` becomes `carried`.

    Safe to start twice, and to start again after it was stopped; payments go on meanwhile.
    """
    from gongji.desk.rollover import turn_year
    from gongji.policy.refusal import Refusal

    with opened(region) as office:
        total = office.ask(lambda session: session.unit.count_accounts(region, "current"))
        with progress_of("rollover", total) as report:
            found = turn_year(office, region, year_ends, progress=report, dry_run=dry_run)
    if isinstance(found, Refusal):
        told(found, office)
    say = "would move" if dry_run else "moved"
    click.echo(
        f"{say} {yuan_text(found.amount_now_fen, ',')} yuan of {found.done_now:,} accounts"
        f" (the whole run: {yuan_text(found.state.amount_fen, ',')} yuan of {found.state.done:,})"
    )


@click.command()
@click.argument("person")
@click.argument("month")
def statement(person: str, month: str) -> None:
    """The statement of a person's account for a month, YYYY-MM."""
    import re

    from rich.console import Console
    from rich.table import Table

    from gongji.desk.statements import statement as statement_of
    from gongji.policy.refusal import Refusal

    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
        raise click.BadParameter(f"{month!r} is no month such as 2025-11", param_hint="MONTH")
    with opened(to_read=True) as office:
        found = office.ask(lambda session: statement_of(session, person, month))
    if isinstance(found, Refusal):
        told(found, office)
    table = Table("医保金月度对账单", month, "", box=None)
    table.add_row("", "当年 current", "历年 carried")
    for name, at in (("期初 opening", found.opening), ("期末 closing", found.closing)):
        table.add_row(name, yuan_text(at.current, ","), yuan_text(at.carried, ","))
    for name, fen in (
        ("划入 credited", found.credited_fen),
        ("本人支出 spent", found.spent_fen),
        ("共济支出 pooled out", found.pooled_out_fen),
        ("年度结转 turned", found.turned_fen),
        ("其他 other", found.other_fen),
    ):
        table.add_row(name, yuan_text(fen, ","), "")
    Console().print(table)
