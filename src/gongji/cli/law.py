"""Commands for the policy officer: packs and scenarios."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from gongji.cli.forms import DAY, ON

if TYPE_CHECKING:
    from gongji.policy.pack import Provision


@click.group()
def packs() -> None:
    """The policy packs: what they say, on which day, in whose words."""


@packs.command("list")
def list_packs() -> None:
    """The regions that have a pack."""
    from rich.console import Console
    from rich.table import Table

    law = _law()
    table = Table("region", "name", "", "texts", "provisions", "attribution", box=None)
    for region, pack in sorted(law.packs.items()):
        count = sum(len(found) for found in pack.answers.values())
        table.add_row(
            region, pack.name, pack.name_en, str(len(pack.texts)), str(count), pack.attribution
        )
    Console().print(table)
    click.echo(f"law version {law.version}")


@packs.command()
@click.argument("region")
@ON
def show(region: str, on: date) -> None:
    """Every question of one region with its answer, rule, day, document and words."""
    from rich.console import Console

    from gongji.policy.reading import QUESTIONS
    from gongji.terms import NATIONAL

    law = _law()
    day_law = law.on(region, on)
    table = _wrapped("question", "answer", "rule", "since", "words")
    for question in QUESTIONS.values():
        provision = getattr(day_law, question.name)
        if provision is None:
            table.add_row(question.name, "not configured 未配置", "", "", "")
            continue
        title = law.text(provision).title
        from_baseline = " (baseline 基线)" if provision.region == NATIONAL != region else ""
        words = f"「{provision.quote}」\n{title} · {provision.place}{from_baseline}"
        if provision.reading:
            words += f"\n{provision.reading}"
        since = f"{provision.day}\n{provision.basis}"
        table.add_row(
            f"{question.name}\n{question.asks.zh}",
            _plain(provision.value),
            "\n".join(provision.rules),
            since,
            words,
        )
    pack = law.pack(region)
    console = Console()
    console.print(f"[bold]{pack.name}[/] {pack.name_en} {region} · {day_law.day}")
    if pack.note:
        console.print(pack.note)
    console.print(table)


@packs.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True), required=False)
def lint(folder: Path | None) -> None:
    """Load all packs of a folder (or the ones in use) and say what is wrong, or that nothing is."""
    from gongji.policy.reading import read_law
    from gongji.wiring import folders_in

    law = read_law(folders_in(folder)) if folder else _law()
    count = sum(len(found) for pack in law.packs.values() for found in pack.answers.values())
    click.echo(f"{len(law.packs)} packs, {count} provisions, each with its citation")


@packs.command()
@click.argument("a")
@click.argument("b")
@ON
def diff(a: str, b: str, on: date) -> None:
    """Where two regions differ. A region and a day may be given as 310000@2022-08-01."""
    from rich.console import Console

    from gongji.policy.differences import differences

    law = _law()
    sides = [_side(a, on), _side(b, on)]
    one, other = (law.on(region, day) for region, day in sides)
    table = _wrapped("question", *(f"{region} {day}" for region, day in sides))
    for question, left, right in differences(one, other):
        table.add_row(f"{question.name}\n{question.asks.zh}", _answer(left), _answer(right))
    Console().print(table)


def _wrapped(*columns: str) -> Any:
    """A table that folds what is too long for a column: the words of the law are never cut."""
    from rich.table import Table

    table = Table(show_lines=True)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _side(text: str, on: date) -> tuple[str, date]:
    region, _, day = text.partition("@")
    return region, DAY.convert(day, None, None) if day else on


def _answer(provision: "Provision[Any] | None") -> str:
    if provision is None:
        return "not configured 未配置"
    rules = " ".join(provision.rules)
    return f"{_plain(provision.value)}\n{rules} · {provision.day}\n「{provision.quote}」"


def _plain(value: object) -> str:
    import msgspec

    found = msgspec.to_builtins(value, order="sorted")
    if isinstance(found, (list, tuple)):
        return "\n".join(_plain(one) for one in found) or "–"
    if isinstance(found, dict):
        return "\n".join(
            f"{key}: {_plain(one).replace(chr(10), ', ')}" for key, one in found.items()
        )
    return str(found)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--json", "as_json", is_flag=True, help="The same for a machine.")
def scenarios(paths: tuple[Path, ...], as_json: bool) -> None:
    """Run scenario files and folders: a line a scenario, then `N passed, M failed`."""
    import msgspec

    from gongji.lab.scenarios import run_paths
    from gongji.wiring import office_in_memory, packs_of, settings

    folders = packs_of(settings())
    passed = failed = 0
    results = []
    for result in run_paths(paths, lambda clock: office_in_memory(clock, folders)):
        passed += result.passed
        failed += not result.passed
        if as_json:
            results.append(
                {
                    "file": result.file,
                    "scenario": result.scenario,
                    "passed": result.passed,
                    "failure": dict(result.failure),
                }
            )
            continue
        click.echo(f"{'ok    ' if result.passed else 'FAILED'} {result.scenario}")
        if not result.passed:
            _tell(result.file, result.failure)
    if as_json:
        report = {"passed": passed, "failed": failed, "scenarios": results}
        click.echo(msgspec.json.encode(report, enc_hook=str))
    else:
        click.echo(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def _tell(file: str, failure: Any) -> None:
    if "error" in failure:
        click.echo(f"       {failure['error']}")
        return
    click.echo(f"       {file}, step {failure['step']}, {failure['verb']}")
    for key, wrong in failure["wrong"].items():
        click.echo(f"       {key}: expected {wrong['expected']}, came {wrong['came']}")
    click.echo(f"       rules cited: {', '.join(failure['cites']) or 'none'}")


def _law() -> Any:
    from gongji.policy.reading import read_law
    from gongji.wiring import packs_of, settings

    return read_law(packs_of(settings()))
