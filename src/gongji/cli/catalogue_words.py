"""What the commands of the catalogue say."""

from typing import Any

import rich_click as click

from gongji.terms import yuan_text

_MOST_SHOWN = 40


def tell_import(found: Any) -> int:
    """Problems, outcome and changes of an import; the exit code."""
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
        tell_changes(found.changes, most=_MOST_SHOWN)
    return 1 if found.outcome is Outcome.REFUSED else 0


def tell_changes(changes: Any, most: int | None) -> None:
    """The counts, then a line an entry, at most so many."""
    counted = ", ".join(
        f"{count} in {field}"
        for field in ("listed", "form", "price_words", "starts", "ends", "restriction")
        if (count := changes.count(field))
    )
    click.echo(
        f"{len(changes.added):,} added, {len(changes.removed):,} removed,"
        f" {len(changes.changed):,} changed{f' ({counted})' if counted else ''}"
    )
    lines = [f"+ {class_of(i.listed)} {i.title} {i.form}" for i in changes.added]
    lines += [f"- {class_of(i.listed)} {i.title} {i.form}" for i in changes.removed]
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


def tell_looked(looked: Any, near: list[Any]) -> None:
    """A look-up, entry by entry; where there is none, the names that are near."""
    from gongji.catalogue.item import ListClass

    form = f"（{looked.form}）" if looked.form else ""
    listed = "目录内 listed" if looked.listed else "目录外 not listed"
    click.echo(f"{looked.name}{form} {looked.day} {looked.region}: {listed}")
    for entry in looked.entries:
        head = [" / ".join(entry.names), entry.form or "–", class_of(entry.listed), entry.category]
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


def class_of(listed: Any) -> str:
    """甲, 乙, or what stands in its place."""
    return {
        "A": "甲", "B": "乙", "unclassed": "不分类", "account": "个人账户", "excluded": "不得支付",
    }.get(listed.value, "–")  # fmt: skip


def _plain(value: Any) -> str:
    text = (
        value.value if hasattr(value, "value") else str(value if value not in (None, {}) else "–")
    )
    return " ".join(text.split())[:60] or "–"


def tell_lines(found: Any) -> None:
    """A line for each line of a bill, then the totals, in yuan."""
    from rich.console import Console
    from rich.table import Column, Table

    from gongji.catalogue.treatment import SAYS

    sums = ("total_fen", "fund_paid_fen", "self_paid_fen", "uncovered_fen")
    heads = ("金额 total", "基金 fund", "自负 self-paid", "自费 uncovered")
    table = Table("", "名称 name", "类别", *heads, Column(overflow="fold"), box=None)
    for number, part in enumerate(found.result.lines, start=1):
        treatment = part.treatment
        table.add_row(
            str(number),
            part.name,
            class_of(treatment.listed) if treatment.listed else "–",
            *(yuan_text(getattr(part, name), ",") for name in sums),
            SAYS[treatment.why][0],
        )
    bill = found.result.bill
    table.add_row("", "合计", "", *(yuan_text(getattr(bill, name), ",") for name in sums), "")
    Console().print(table)


def tell_unclear(found: Any) -> None:
    """What is missing, at which line, and what can be said instead."""
    from gongji.catalogue.treatment import LACKS

    said = LACKS[found.lack]
    where = f"line {found.line}: " if found.line else ""
    of = f" ({found.name})" if found.name else ""
    click.echo(f"{where}{said.zh} {said.en}{of}")
    if found.choices:
        click.echo(f"  {'、'.join(found.choices)}")
