"""Commands for the agency's calendar: the turn of the year, and statements."""

import sys
from datetime import date
from typing import Any, NoReturn

import rich_click as click

from gongji.cli.law import DAY


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
    from gongji.wiring import build, settings

    office = build(settings())
    total = office.ask(lambda session: session.unit.count_accounts(region, "current"))
    with progress_of("rollover", total) as report:
        found = turn_year(office, region, year_ends, progress=report, dry_run=dry_run)
    office.store.close()
    if isinstance(found, Refusal):
        told(found, office)
    say = "would move" if dry_run else "moved"
    click.echo(
        f"{say} {found.amount_now_fen / 100:,.2f} yuan of {found.done_now:,} accounts"
        f" (the whole run: {found.state.amount_fen / 100:,.2f} yuan of {found.state.done:,})"
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
    from gongji.wiring import build, settings

    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
        raise click.BadParameter(f"{month!r} is no month such as 2025-11", param_hint="MONTH")
    office = build(settings())
    found = office.ask(lambda session: statement_of(session, person, month))
    office.store.close()
    if isinstance(found, Refusal):
        told(found, office)
    table = Table("医保金月度对账单", month, "", box=None)
    table.add_row("", "当年 current", "历年 carried")
    for name, at in (("期初 opening", found.opening), ("期末 closing", found.closing)):
        table.add_row(name, f"{at.current / 100:,.2f}", f"{at.carried / 100:,.2f}")
    for name, fen in (
        ("划入 credited", found.credited_fen),
        ("本人支出 spent", found.spent_fen),
        ("共济支出 pooled out", found.pooled_out_fen),
        ("年度结转 turned", found.turned_fen),
        ("其他 other", found.other_fen),
    ):
        table.add_row(name, f"{fen / 100:,.2f}", "")
    Console().print(table)


def told(refusal: Any, office: Any) -> NoReturn:
    """Say why not, with the rules, and end with exit code 2."""
    rules = rules_of(refusal.cites, office)
    when = f"; from {refusal.succeeds_at:%Y-%m-%d %H:%M} on" if refusal.succeeds_at else ""
    cited = f" ({', '.join(rules)})" if rules else ""
    click.echo(f"gongji: {refusal.code}{cited}{when}", err=True)
    sys.exit(2)


def rules_of(cites: Any, office: Any) -> list[str]:
    """The rules behind the provisions that an answer cites."""
    return sorted({rule for key in cites for rule in office.law.provision(key).rules})


class progress_of:  # noqa: N801 - used as a verb: `with progress_of(name) as report`
    """A bar in the terminal with rate and time, fed by a run's journal."""

    def __init__(self, name: str, total: int | None = None) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}/s"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            transient=True,
        )
        self._task = self._progress.add_task(name, total=total, rate="–")

    def __enter__(self) -> Any:
        self._progress.__enter__()

        def report(state: Any) -> None:
            speed = self._progress.tasks[0].speed
            self._progress.update(
                self._task,
                completed=state.done + state.failed,
                rate=f"{speed:,.0f}" if speed else "–",
            )

        return report

    def __exit__(self, *raised: Any) -> None:
        self._progress.__exit__(*raised)
