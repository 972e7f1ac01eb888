"""Commands of the catalogue: editions in, medicines looked up and searched, editions compared."""

import sys
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import rich_click as click

from gongji.cli.law import DAY

REGION = click.option(
    "--region", default="100000", show_default=True, metavar="CODE",
    help="The region: its own list stands on the national one.",
)  # fmt: skip
LIST = click.option(
    "--list", "which", type=click.Choice(["drug", "device"]), default="drug", show_default=True,
    help="Medicines, or what a pharmacy may sell for account money.",
)  # fmt: skip
ON = click.option("--on", "on", type=DAY, default=None, help="As of this day; today if left out.")
_MOST_SHOWN = 40


@click.group()
def catalogue() -> None:
    """The catalogue of medicines: which class, on which day, on which terms."""


@catalogue.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
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
        region=_region(region), name=edition, starts=starts, ends=ends, list=CatalogueList(which)
    )
    found = _office_do(head, file.read_bytes(), dry_run)
    sys.exit(_tell_import(found))


@catalogue.command()
@click.option("--region", default="310000", show_default=True, metavar="CODE",
              help="The region whose sample of pharmacy devices it is.")  # fmt: skip
def sample(region: str) -> None:
    """Bring in the small sample that comes with the program: some sixty medicines, some devices."""
    from gongji.catalogue.item import CatalogueList
    from gongji.desk.editions import EditionHead

    folder = resources.files("gongji") / "samples"
    heads = (
        ("medicines.csv", EditionHead(region="100000", name="sample", starts=date(2025, 1, 1))),
        (
            "pharmacy-devices.csv",
            EditionHead(
                region=_region(region),
                name="sample",
                starts=date(2025, 1, 1),
                list=CatalogueList.DEVICE,
            ),
        ),
    )
    codes = [
        _tell_import(_office_do(head, (folder / name).read_bytes(), False)) for name, head in heads
    ]
    sys.exit(max(codes))


@catalogue.command()
@click.argument("name")
@click.option("--form", default=None, help="The dosage form (剂型); left out, every form.")
@ON
@REGION
@LIST
def show(name: str, form: str | None, on: date | None, region: str, which: str) -> None:
    """Whether a medicine is listed, its class, category, restriction and share paid first."""
    from gongji.catalogue.item import CatalogueList
    from gongji.desk.catalogue import look_up, search

    day, code = on or _today(), _region(region)
    looked, near = _ask(
        lambda session: (
            look_up(session, name, form, region=code, on=day, which=CatalogueList(which)),
            search(session, name, region=code, on=day, limit=5) if which == "drug" else [],
        )
    )
    _print_looked(looked, near)
    sys.exit(0 if looked.entries else 1)


@catalogue.command("search")
@click.argument("text")
@ON
@REGION
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
def search_(text: str, on: date | None, region: str, limit: int) -> None:
    """Names by part, pinyin or initials; typing mistakes are forgiven."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from gongji.desk.catalogue import search

    code = _region(region)
    hits = _ask(lambda s: search(s, text, region=code, on=on or _today(), limit=limit))
    table = Table("name", "class by form", "found by", box=None)
    for hit in hits:
        forms = "  ".join(f"{_class(item.listed)} {item.form}".strip() for item in hit.items)
        how = hit.how.name.lower().replace("_", " ")
        mistakes = f", {hit.mistakes} off" if hit.mistakes else ""
        table.add_row(escape(hit.name), escape(forms), how + mistakes)
    Console().print(table if hits else f"nothing like {escape(repr(text))}")
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
    _tell_changes(changes, most=None)


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


def _office_do(head: Any, content: bytes, dry_run: bool) -> Any:
    from gongji.desk.editions import import_edition
    from gongji.wiring import build, settings

    office = build(settings())
    try:
        return office.do(
            lambda session: import_edition(session, head, content, "command line", dry_run=dry_run)
        )
    finally:
        office.store.close()


def _ask(use_case: Any) -> Any:
    """Run a use-case that reads; what is not there becomes one sentence."""
    from gongji.desk.catalogue import NoEdition
    from gongji.desk.editions import UnknownEdition
    from gongji.wiring import build, settings

    office = build(settings())
    try:
        return office.ask(use_case)
    except (NoEdition, UnknownEdition) as error:
        click.echo(f"gongji: {error}", err=True)
        sys.exit(2)
    finally:
        office.store.close()


def _tell_import(found: Any) -> int:
    from gongji.catalogue.item import Kind
    from gongji.desk.editions import Outcome

    for problem in found.problems[:_MOST_SHOWN]:
        where = f"row {problem.row}" if problem.row else "the file"
        column = f", column {problem.column}" if problem.column else ""
        cell = f" ({problem.found})" if problem.found else ""
        click.echo(
            f"{problem.weight.upper()} {where}{column}{cell}: {problem.wrong}; {problem.remedy}"
        )
    if (more := len(found.problems) - _MOST_SHOWN) > 0:
        click.echo(f"… and {more:,} more")
    if found.outcome is Outcome.REFUSED:
        click.echo("refused; nothing was kept")
    elif found.outcome is Outcome.UNCHANGED:
        click.echo(f"{found.edition.key} is here already, entry by entry; nothing was changed")
    else:
        say = "would be kept" if found.outcome is Outcome.WOULD_IMPORT else "kept"
        kinds = ", ".join(
            f"{count:,} {kind}"
            for kind in Kind
            if (count := sum(i.kind is kind for i in found.items))
        )
        click.echo(f"{found.edition.key} {say}: {found.edition.count:,} entries ({kinds})")
        if repeats := sum(item.repeats for item in found.items):
            click.echo(f"{repeats:,} of them repeat a medicine in another form")
    if found.changes is not None:
        click.echo(f"against {found.before.key}:")
        _tell_changes(found.changes, most=_MOST_SHOWN)
    return 1 if found.outcome is Outcome.REFUSED else 0


def _tell_changes(changes: Any, most: int | None) -> None:
    counted = ", ".join(
        f"{count} in {field}"
        for field in ("listed", "form", "price_words", "starts", "ends", "restriction")
        if (count := changes.count(field))
    )
    click.echo(
        f"{len(changes.added):,} added, {len(changes.removed):,} removed,"
        f" {len(changes.changed):,} changed{f' ({counted})' if counted else ''}"
    )
    lines = [f"+ {_class(i.listed)} {i.title} {i.form}" for i in changes.added]
    lines += [f"- {_class(i.listed)} {i.title} {i.form}" for i in changes.removed]
    for change in changes.changed:
        said = "; ".join(
            f"{f}: {_plain(getattr(change.before, f))} → {_plain(getattr(change.after, f))}"
            for f in change.fields
        )
        lines.append(f"~ {change.after.title} {change.after.form}: {said}")
    for line in lines[:most]:
        click.echo(line.rstrip())
    if most is not None and len(lines) > most:
        click.echo(f"… and {len(lines) - most:,} more; `gongji catalogue diff` tells them all")


def _print_looked(looked: Any, near: list[Any]) -> None:
    from gongji.catalogue.item import ListClass

    form = f"（{looked.form}）" if looked.form else ""
    listed = "目录内 listed" if looked.listed else "目录外 not listed"
    click.echo(f"{looked.name}{form} {looked.day} {looked.region}: {listed}")
    for entry in looked.entries:
        head = [" / ".join(entry.names), entry.form or "–", _class(entry.listed), entry.category]
        click.echo("  " + " · ".join(head))
        if entry.ends is not None:
            click.echo(f"    协议期 {entry.starts} – {entry.ends}: {entry.agreement}")
        if entry.only_under:
            click.echo(f"    only under another insurance: {entry.only_under}")
        if entry.restriction:
            click.echo(f"    {entry.restriction}")
        if entry.price_words:
            click.echo(f"    支付标准 {' '.join(entry.price_words.split())}")
        if entry.listed in (ListClass.B, ListClass.UNCLASSED) and entry.payable:
            click.echo(f"    先行自付 {_shares(entry.shares_bp)}")
    if looked.other_forms:
        click.echo(f"  listed in other forms: {', '.join(looked.other_forms)}")
    if looked.excluded_quote:
        click.echo(f"  CAT-2 「{looked.excluded_quote}」")
    if not looked.entries and near:
        click.echo(f"  near: {', '.join(hit.name for hit in near)}")
    click.echo(f"  {', '.join(looked.editions)}")


def _shares(shares: dict[Any, int | None]) -> str:
    known = {scheme: bp for scheme, bp in shares.items() if bp is not None}
    if not known:
        return "not configured 未配置"
    if len(set(known.values())) == 1 and len(known) == len(shares):
        return f"{next(iter(known.values())) / 100:g} %"
    return ", ".join(f"{scheme} {bp / 100:g} %" for scheme, bp in known.items())


def _class(listed: Any) -> str:
    return {
        "A": "甲", "B": "乙", "unclassed": "不分类", "account": "个人账户", "excluded": "不得支付",
    }.get(listed.value, "–")  # fmt: skip


def _plain(value: Any) -> str:
    text = (
        value.value if hasattr(value, "value") else str(value if value not in (None, {}) else "–")
    )
    return " ".join(text.split())[:60] or "–"


def _region(code: str) -> str:
    import re

    if not re.fullmatch("[1-9][0-9]{5}", code):
        raise click.BadParameter(f"{code!r} is no region such as 310000", param_hint="--region")
    return code


def _today() -> date:
    from gongji.terms import local_day
    from gongji.wiring import local_clock

    return local_day(local_clock())
