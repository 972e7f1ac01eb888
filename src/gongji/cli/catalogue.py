"""Commands of the catalogue: editions in, medicines looked up and searched, editions compared."""

import re
import sys
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import rich_click as click

from gongji.cli.catalogue_words import class_of, tell_changes, tell_import, tell_looked
from gongji.cli.forms import DAY, FILE, ON
from gongji.cli.opening import opened
from gongji.terms import NATIONAL


class _Region(click.ParamType[str]):
    """A region's code."""

    name = "CODE"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        if not re.fullmatch("[1-9][0-9]{5}", str(value)):
            self.fail(f"{value!r} is no region such as 310000", param, ctx)
        return str(value)


REGION = click.option(
    "--region", type=_Region(), default="100000", show_default=True,
    help="The region: its own list stands on the national one.",
)  # fmt: skip
LIST = click.option(
    "--list", "which", type=click.Choice(["drug", "device"]), default="drug", show_default=True,
    help="Medicines, or what a pharmacy may sell for account money.",
)  # fmt: skip


@click.group()
def catalogue() -> None:
    """The catalogue of medicines: which class, on which day, on which terms."""


@catalogue.command("import")
@click.argument("file", type=FILE)
@REGION
@LIST
@click.option("--edition", required=True, help="The edition's name, such as 2024.")
@click.option("--starts", type=DAY, required=True, help="The first day on which it holds.")
@click.option("--ends", type=DAY, default=None, help="The last one; left out, until the next.")
@click.option("--dry-run", is_flag=True, help="Say what would come of it, and keep nothing.")
def import_(
    file: Path,
    region: str,
    which: str,
    edition: str,
    starts: date,
    ends: date | None,
    dry_run: bool,
) -> None:
    """Bring in an edition from a CSV, whole or not at all. A second time nothing is written."""
    from gongji.catalogue.item import CatalogueList
    from gongji.desk.editions import EditionHead

    head = EditionHead(
        region=region, name=edition, starts=starts, ends=ends, list=CatalogueList(which)
    )
    found = _office_do(head, file.read_bytes(), dry_run)
    sys.exit(tell_import(found))


@catalogue.command()
@REGION
def sample(region: str) -> None:
    """Bring in the small sample that comes with the program: some sixty medicines, some devices."""
    codes = [
        tell_import(_office_do(head, content, False)) for head, content in sample_editions(region)
    ]
    sys.exit(max(codes))


def sample_editions(region: str) -> list[tuple[Any, bytes]]:
    """The sample's editions with their content: medicines for all, a device list for one region.

    They start a year before the first national list that an operator brings in, and give way to it.
    """
    from gongji.catalogue.item import CatalogueList
    from gongji.desk.editions import EditionHead

    folder = resources.files("gongji") / "samples"
    starts = date(2024, 1, 1)
    medicines = EditionHead(region=NATIONAL, name="sample", starts=starts)
    devices = EditionHead(region=region, name="sample", starts=starts, list=CatalogueList.DEVICE)
    return [
        (medicines, (folder / "medicines.csv").read_bytes()),
        (devices, (folder / "pharmacy-devices.csv").read_bytes()),
    ]


@catalogue.command()
@click.argument("name")
@click.option("--form", default=None, help="The dosage form (剂型); left out, every form.")
@ON
@REGION
@LIST
def show(name: str, form: str | None, on: date, region: str, which: str) -> None:
    """Whether a medicine is listed, its class, category, restriction and share paid first."""
    from gongji.catalogue.item import CatalogueList
    from gongji.desk.catalogue import look_up, search

    looked, near = _ask(
        lambda session: (
            look_up(session, name, form, region=region, on=on, which=CatalogueList(which)),
            search(session, name, region=region, on=on, limit=5).hits if which == "drug" else [],
        )
    )
    tell_looked(looked, near)
    sys.exit(0 if looked.entries else 1)


@catalogue.command("search")
@click.argument("text")
@ON
@REGION
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
def search_(text: str, on: date, region: str, limit: int) -> None:
    """Names by part, pinyin or initials; typing mistakes are forgiven."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from gongji.desk.catalogue import search

    hits, searched = _ask(lambda s: search(s, text, region=region, on=on, limit=limit))
    table = Table("name", "class by form", "found by", box=None)
    for hit in hits:
        forms = "  ".join(f"{class_of(item.listed)} {item.form}".strip() for item in hit.items)
        how = hit.how.name.lower().replace("_", " ")
        mistakes = f", {hit.mistakes} off" if hit.mistakes else ""
        table.add_row(escape(hit.name), escape(forms), how + mistakes)
    Console().print(table if hits else f"nothing like {escape(repr(text))}")
    click.echo(f"  {', '.join(searched)}")
    sys.exit(0 if hits else 1)


@catalogue.command()
@click.argument("a")
@click.argument("b")
def diff(a: str, b: str) -> None:
    """What edition B adds to A, leaves out and says differently. An edition is named REGION/LIST/NAME,
    or by its name alone."""
    from gongji.desk.editions import diff_editions

    before, after, changes = _ask(lambda session: diff_editions(session, a, b))
    click.echo(f"{before.key} ({before.starts}) → {after.key} ({after.starts})")
    tell_changes(changes, most=None)


@catalogue.command()
def editions() -> None:
    """The editions that are here."""
    from rich.console import Console
    from rich.table import Table

    table = Table("edition", "from", "to", "entries", "digest", box=None)
    for edition in _ask(lambda session: session.unit.editions()):
        ends = str(edition.ends or "")
        table.add_row(edition.key, str(edition.starts), ends, f"{edition.count:,}", edition.digest)
    Console().print(table)


@catalogue.command()
@click.argument("file", type=FILE)
def adjudicate(file: Path) -> None:
    """Decide the lines of the bill in a JSON FILE: what the fund pays, what is self-paid, what is
    uncovered. Nothing is written. Exit code 1 when something is missing that is not guessed."""
    import msgspec

    from gongji.catalogue.treatment import Unclear
    from gongji.cli.catalogue_words import tell_lines, tell_unclear
    from gongji.cli.telling import rules_of, told
    from gongji.desk.adjudicating import FeeBill
    from gongji.desk.adjudicating import adjudicate as decide
    from gongji.policy.refusal import Refusal

    try:
        bill = msgspec.json.decode(file.read_bytes(), type=FeeBill)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        click.echo(f"gongji: {file}: {error}", err=True)
        sys.exit(2)
    found, session = _ask(lambda session: (decide(session, bill), session))
    if isinstance(found, Unclear):
        tell_unclear(found)
        sys.exit(1)
    if isinstance(found, Refusal):
        told(found, session)
    tell_lines(found)
    click.echo(f"  {' '.join((*found.editions, *rules_of(found.cites, session)))}")


def _office_do(head: Any, content: bytes, dry_run: bool) -> Any:
    from gongji.desk.editions import import_edition

    with opened(head.region) as office:
        return office.do(
            lambda session: import_edition(session, head, content, "command line", dry_run=dry_run)
        )


def _ask(use_case: Any) -> Any:
    """Run a use-case that reads; what is not there becomes one sentence."""
    from gongji.desk.catalogue import NoEdition
    from gongji.desk.editions import UnknownEdition

    with opened(to_read=True) as office:
        try:
            return office.ask(use_case)
        except (NoEdition, UnknownEdition) as error:
            click.echo(f"gongji: {error}", err=True)
            sys.exit(2)
