"""What commands say: why not, how far a run is, and what came of a batch."""

import sys
from collections import Counter
from typing import Any, NoReturn

import rich_click as click

from gongji.terms import yuan_text


def told(refusal: Any, office: Any) -> NoReturn:
    """Say why not and what would succeed, with the rules, and end with exit code 2."""
    from gongji.words import refusal as words_of

    rules = rules_of(refusal.cites, office)
    when = f"; from {refusal.succeeds_at:%Y-%m-%d %H:%M} on" if refusal.succeeds_at else ""
    cited = f" ({', '.join(rules)})" if rules else ""
    click.echo(f"gongji: {refusal.code}{cited}{when}", err=True)
    says, remedy = words_of(refusal.code)
    click.echo(f"  {says.zh}{remedy.zh}\n  {says.en} {remedy.en}", err=True)
    quote(refusal.cites, office, err=True)
    sys.exit(2)


def quote(cites: Any, office: Any, *, err: bool = False) -> None:
    """The words of the provisions that an answer cites."""
    for provision in map(office.law.provision, cites):
        rules = " ".join(provision.rules)
        click.echo(f"  {rules}  {provision.day}  「{provision.quote}」", err=err)


def rules_of(cites: Any, office: Any) -> list[str]:
    """The rules behind the provisions that an answer cites."""
    return sorted({rule for key in cites for rule in office.law.provision(key).rules})


class progress_of:  # noqa: N801 - used as a verb: `with progress_of(name) as report`
    """A bar in the terminal with rate and time, fed by a run's journal; elsewhere it says nothing."""

    def __init__(self, name: str, total: int | None = None) -> None:
        from rich.console import Console
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
            console=(console := Console(stderr=True)),
            disable=not console.is_terminal,
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


def batch_told(found: Any, office: Any, region: str, did: str, items: str) -> None:
    """Say what a batch has taken and how many failed, each cause with its count. `did` is the verb,
    such as "deducted"; `items` what was taken. Ends the command on a refusal."""
    from gongji.policy.refusal import Refusal

    if isinstance(found, Refusal):
        told(found, office)
    click.echo(
        f"{did} {yuan_text(found.amount_now_fen, ',')} yuan for {found.done_now:,} {items}, "
        f"{found.failed_now:,} failed (the whole batch: {yuan_text(found.state.amount_fen, ',')} yuan "
        f"for {found.state.done:,}, {found.state.failed:,} failed)"
    )
    if not found.done_now and not found.failed_now:
        click.echo(
            "  nothing is left in this batch; another one, such as --batch 2, takes what is registered"
            " later and tries again what failed"
        )
    failures = office.ask(lambda session: session.unit.run_failures(region, found.state.name))
    for code, count in sorted(Counter(code for _, code, _ in failures).items()):
        click.echo(f"  {code}: {count:,}")
