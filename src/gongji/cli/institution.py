"""`gongji simulate-institution`: its options, its files, and the table at its end."""

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

if TYPE_CHECKING:
    from rich.console import Console

    from gongji.lab.institution import Count, Institution, Keys, Manner
    from gongji.lab.institution_books import Difference
    from gongji.lab.institution_day import Day, Patient
    from gongji.lab.institution_window import Shelf

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHARE = click.FloatRange(0, 1)


@click.command("simulate-institution")
@click.option(
    "--url",
    default="http://127.0.0.1:8000/fsi/api/rsfComIfsService/callService",
    show_default=True,
    help="Where the centre listens.",
)
@click.option("--profile", default="baseline", show_default=True, help="Signature and codes.")
@click.option(
    "--style",
    type=click.Choice(["one", "infno", "service", "form"]),
    default="one",
    show_default=True,
    help="One address; the infno at its end; one address per service; form data.",
)
@click.option(
    "--institution",
    "codes",
    multiple=True,
    help="Who plays, H… or P…; repeatable.  [the sandbox's hospital and pharmacy]",
)
@click.option("--keys", "keys_file", type=_FILE, help="CSV: fixmedins_code,access_key,secret.")
@click.option(
    "--patients",
    default="sample",
    show_default=True,
    metavar="FILE|sample",
    help="CSV: certno,psn_name; or the sandbox's family and invented people.",
)
@click.option("--items", "items_file", type=_FILE, help="CSV: med_list_codg,list_type.  [by 1312]")
@click.option("--seed", default=1, show_default=True, help="The same day again.")
@click.option("--rate", default=60.0, show_default=True, help="Arrivals an hour.")
@click.option("--hours", default=8.0, show_default=True, help="How long the day is.")
@click.option("--seconds", default=60.0, show_default=True, help="How long it takes here.")
@click.option("--trouble", type=_SHARE, default=0.1, show_default=True, help="Writes that break.")
@click.option(
    "--forgotten",
    type=_SHARE,
    default=0.01,
    show_default=True,
    help="Settlements whose lost answer is left for the day's end.",
)
def simulate_institution(
    url: str,
    profile: str,
    style: str,
    codes: tuple[str, ...],
    keys_file: Path | None,
    patients: str,
    items_file: Path | None,
    seed: int,
    **plan: float,
) -> None:
    """Play a hospital's and a pharmacy's day against a server of the national interface.

    Exit code 1 where anything is wrong: an identity broken, a refusal that should not be, books
    that do not agree at the day's end.
    """
    from rich.console import Console

    from gongji.lab import sandbox
    from gongji.lab.institution import Institution
    from gongji.lab.institution_day import Plan, play

    console = Console()
    keys = _keys(keys_file)
    manner = _manner(profile, style)
    chosen = codes or (sandbox.PLACES[0].code, sandbox.PLACES[2].code)
    given = Plan(seed, **plan)
    institutions = [Institution(url, code, manner, keys.get(code)) for code in chosen]
    day = play(institutions, _patients(patients, seed), _shelf(items_file), given, console.print)
    show(console, institutions, day)
    sys.exit(1 if day.checks.wrong else 0)


def _manner(name: str, style: str) -> "Manner":
    from gongji.lab.institution import Manner
    from gongji.national.profiles import profiles

    known = profiles()
    if name not in known:
        raise click.BadParameter(f"{name}; known are {', '.join(known)}", param_hint="--profile")
    profile = known[name]
    receiver = profile.recer_sys_code[0] if profile.recer_sys_code else "99"
    services = {infno: end for end, infno in profile.services.items() if infno}
    return Manner(style, profile.gateway.value, receiver, services)


def _rows(file: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """A CSV's rows; a column that is missing is named with its form."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened)
        if missing := [one for one in columns if one not in (reader.fieldnames or ())]:
            raise click.BadParameter(
                f"{file}: 缺少列 missing column {missing[0]}；首行 first line {','.join(columns)}"
            )
        return list(reader)


def _keys(file: Path | None) -> "dict[str, Keys]":
    from gongji.lab.institution import Keys

    rows = _rows(file, ("fixmedins_code", "access_key", "secret")) if file else []
    return {row["fixmedins_code"]: Keys(row["access_key"], row["secret"]) for row in rows}


def _patients(given: str, seed: int) -> "list[Patient]":
    from gongji.lab import sandbox
    from gongji.lab.institution_day import Patient, sample_patients

    if given == "sample":
        families = [Patient(guest.number, guest.name) for guest in sandbox.everybody()]
        return sample_patients(seed, 200, families)
    file = Path(given)
    if not file.is_file():
        raise click.BadParameter(f"{given} is no file, nor sample", param_hint="--patients")
    found = [Patient(row["certno"], row["psn_name"]) for row in _rows(file, ("certno", "psn_name"))]
    if not found:
        raise click.BadParameter(f"{given} names nobody", param_hint="--patients")
    return found


def _shelf(file: Path | None) -> "Shelf | None":
    from gongji.lab.institution_window import Shelf

    if file is None:
        return None
    by_list: defaultdict[str, list[str]] = defaultdict(list)
    for row in _rows(file, ("med_list_codg", "list_type")):
        by_list["201" if row["list_type"] == "201" else "101"].append(row["med_list_codg"])
    if not by_list["101"] or not by_list["201"]:
        raise click.BadParameter(
            f"{file} needs drugs (list_type 101) and services (201)", param_hint="--items"
        )
    return Shelf(by_list["101"], by_list["201"])


def show(console: "Console", institutions: "Sequence[Institution]", day: "Day") -> None:
    """Transactions, identities, reconciliation; examples of what is wrong."""
    from rich.table import Table

    table = Table(title=f"{day.arrivals}人次 arrivals")
    for head in (
        "交易 infno",
        "成功 0",
        "拒绝 -1",
        "重发 repeats",
        "丢失 lost",
        "p50 ms",
        "p99 ms",
    ):
        table.add_column(head, justify="right")
    for infno, count in sorted(merged(institutions).items()):
        numbers = (count.good, count.refused, count.repeated, count.lost)
        waits = (f"{_share(count.times_ms, part):.1f}" for part in (0.5, 0.99))
        table.add_row(infno, *map(str, numbers), *waits)
    console.print(table)

    table = Table(title="须成立 what must hold")
    for head in ("", "成立 held", "不成立 broken"):
        table.add_column(head, justify="right" if head else "left")
    checks = day.checks
    for name in dict.fromkeys([*checks.held, *checks.broken]):
        table.add_row(name, str(checks.held.get(name, 0)), str(checks.broken.get(name, 0)))
    console.print(table)

    _show_differences(console, day.differences)
    for example in checks.examples:
        console.print(f"[red]{example}", soft_wrap=True)
    console.print(f"不成立 broken: {checks.wrong}", highlight=False)


def _show_differences(console: "Console", differences: "Sequence[Difference]") -> None:
    """Alike ones in one row; what is not explained by its message."""
    from rich.table import Table

    alike = Counter(
        (one.clr_type, "" if one.settled else one.msgid, one.memo, one.became)
        for one in differences
    )
    if not alike:
        return
    table = Table(title="对账差异 differences of 3202")
    for head in ("清算类别 clr_type", "msgid", "原因 memo", "处理 became"):
        table.add_column(head, overflow="fold")
    table.add_column("行 rows", justify="right")
    for texts, number in alike.items():
        table.add_row(*texts, str(number))
    console.print(table)


def merged(institutions: "Sequence[Institution]") -> "Mapping[str, Count]":
    """The counts of all institutions together."""
    from gongji.lab.institution import Count

    found: defaultdict[str, Count] = defaultdict(Count)
    for one in institutions:
        for infno, count in one.counts.items():
            into = found[infno]
            for name in ("sent", "good", "refused", "repeated", "lost"):
                setattr(into, name, getattr(into, name) + getattr(count, name))
            into.times_ms += count.times_ms
    return found


def _share(values: list[float], part: float) -> float:
    from gongji.lab.load import share

    return share(sorted(values), part)
