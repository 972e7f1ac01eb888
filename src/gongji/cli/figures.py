"""The figures of pooling, for the policy officer."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from gongji.cli.forms import DAY, OUTPUT, today
from gongji.cli.opening import opened
from gongji.terms import yuan_text

if TYPE_CHECKING:
    from gongji.desk.figures import Figures, Paid


@click.command()
@click.argument("regions", nargs=-1)
@click.option("--from", "first", type=DAY, help="The first day; left out, that of the month.")
@click.option("--to", "last", type=DAY, help="The last day; left out, it is today.")
@click.option("--json", "json_file", type=OUTPUT, help="Write the figures here as well, in fen.")
def figures(
    regions: tuple[str, ...], first: date | None, last: date | None, json_file: Path | None
) -> None:
    """Pools, members and what pools have paid, by day, channel, institution and region.

    REGIONS: those with a pack, all of them where none is named. What the accounts of one region owe
    the institutions of another stands beneath.
    """
    import msgspec

    from gongji.desk.figures import LONGEST_DAYS
    from gongji.desk.figures import figures as figures_of

    last = last or today()
    first = first or last.replace(day=1)
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise click.BadParameter(
            f"{first} to {last} cannot be counted: the first day is not after the last, and a year"
            " is the most",
            param_hint="--from",
        )
    with opened(to_read=True) as office:
        chosen = [office.law.pack(region).region for region in regions] or [*office.law.packs]
        found = office.ask(lambda session: figures_of(session, chosen, first, last))
    if json_file is not None:
        json_file.write_bytes(msgspec.json.format(msgspec.json.encode(_plain(found)) + b"\n"))
    _print(found)


def _plain(found: "Figures") -> dict[str, Any]:
    """The figures by the names of their parts."""
    sums = ("pools", "by_region", "by_day", "by_channel", "by_place", "contributed")
    return {
        "first": found.first,
        "last": found.last,
        **{
            name: {str(key): one._asdict() for key, one in getattr(found, name).items()}
            for name in sums
        },
        "between": [one._asdict() for one in found.between],
    }


def _print(found: "Figures") -> None:
    from gongji.words import name_of

    pools = [
        (region, one.pools, one.members, one.new_pools, one.new_members)
        for region, one in found.pools.items()
    ]
    _table(
        f"{found.first} – {found.last}  共济网与成员 pools and members",
        ("", "共济网 pools", "成员 members", "新建 new pools", "新增 new members"),
        pools,
    )
    heads = ("", "笔数 bills", "退回 back", "净额 net, yuan")
    days = [(day, one) for day, one in found.by_day.items() if any(one)]
    places = [(f"{found.names.get(id, '')} {id}", one) for id, one in found.by_place.items()]
    channels = [(f"{name_of(one).zh} {one}", paid) for one, paid in found.by_channel.items()]
    for title, sums in (
        ("共济支付 pooled payments: 统筹区 by region", found.by_region.items()),
        ("日 by day", days),
        ("渠道 by channel", channels),
        ("机构 by institution", places),
        ("共济缴费 premiums deducted", found.contributed.items()),
    ):
        _table(title, heads, _rows(sums))
    _table(
        "地区间往来 between regions",
        ("参保地 insured in", "就医地 treated in", "笔数 bills", "个人账户 account", "共济 pool"),
        [
            (
                one.payer,
                one.receiver,
                one.bills,
                yuan_text(one.own_fen, ","),
                yuan_text(one.pooled_fen, ","),
            )
            for one in found.between
        ],
    )


def _rows(sums: Iterable[tuple[object, "Paid"]]) -> list[tuple[object, ...]]:
    return [(key, one.bills, one.back, yuan_text(one.fen, ",")) for key, one in sums]


def _table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """A table with its title; none at all where there is nothing in it."""
    from rich.console import Console
    from rich.table import Column, Table

    columns = [Column(head, justify="left" if not n else "right") for n, head in enumerate(heads)]
    table = Table(*columns, title=title, title_justify="left", box=None)
    for row in rows:
        table.add_row(*(f"{one:,}" if isinstance(one, int) else str(one) for one in row))
    if table.row_count:
        Console().print(table, "")
