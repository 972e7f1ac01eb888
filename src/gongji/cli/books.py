"""Commands for the auditor: the books' proof, and a decision explained."""

import sys
from typing import Any

import rich_click as click

from gongji.cli.forms import LANG
from gongji.cli.opening import opened


@click.command()
def verify() -> None:
    """Compute every balance again from the entries, and name the first entry that disagrees."""
    from gongji.ledger.proof import Sums, prove

    wrong = 0
    with opened(to_read=True) as office, office.store.read() as unit:
        for found in prove(unit.entry_rows(), unit.balance_rows()):
            if isinstance(found, Sums):
                click.echo(f"{found.accounts} accounts, {found.entries} entries walked")
                continue
            wrong += 1
            account = "/".join(part for part in found[:3] if part) or "the whole book"
            entry = f" entry {found.version} ({found.voucher})" if found.voucher else ""
            click.echo(f"DISAGREES {account}{entry}: {found.wrong}")
    click.echo("the books agree" if not wrong else f"{wrong} disagreements")
    sys.exit(1 if wrong else 0)


@click.command()
@click.argument("id")
@LANG
def explain(id: str, lang: str) -> None:
    """Replay a stored decision and print its reasons. ID is INSTITUTION/ID, or the asker's ID alone
    where only one institution used it."""
    from gongji.desk.ports import AnswerKind
    from gongji.desk.settling import replay

    asker, _, own = id.rpartition("/")
    with opened(to_read=True) as office:
        with office.store.read() as unit:
            found = [a for a in unit.answers_by_id(own) if a.kind is AnswerKind.SETTLEMENT]
        answers = [a for a in found if asker in ("", a.key.asker)]
        if len(answers) != 1:
            choices = ", ".join(f"{a.key.asker}/{a.key.id}" for a in answers)
            say = (
                f"several settlements have this id: {choices}" if answers else f"no settlement {id}"
            )
            click.echo(f"gongji: {say}", err=True)
            sys.exit(2)
        replayed = replay(office, answers[0])
        _print(office, replayed, lang)
    sys.exit(0 if replayed.same else 1)


def _print(office: Any, replayed: Any, lang: str) -> None:
    from rich.console import Console

    from gongji.lab.demo import print_decision

    console = Console()
    print_decision(console, office, replayed, lang)
    same = {
        "zh": ("复核一致：按当时的事实与政策版本重新裁定，结果相同。", "复核不一致！"),
        "en": ("Replayed from the stored facts and law: the same decision.", "It does not replay!"),
    }[lang]
    console.print(same[0] if replayed.same else f"[bold red]{same[1]}[/]")
