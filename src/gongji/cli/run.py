"""Running the service, the demonstration and the long tests."""

from pathlib import Path

import rich_click as click

from gongji.cli.forms import LANG, OUTPUT

PARTS = ("process", "http", "sponsor", "latency", "interface", "tenfold", "year")
"""What `gongji bench` can measure; told here, so that no other command waits for the lab."""

STORMS = ("weather", "kills", "bank", "blows", "outage", "disk")
"""What `gongji storm` can raise."""


@click.command()
@click.option("--sample", is_flag=True, help="Fill an empty store with the sample city first.")
@click.option("--sandbox", is_flag=True, help="An invented city for a vendor, made anew.")
@click.option("--abroad", is_flag=True, help="Let the sandbox listen beyond this machine.")
@click.option("--host", help="Address to listen on (GONGJI_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (GONGJI_PORT).")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that serve; for PostgreSQL, about one a core.",
)
def serve(
    sample: bool, sandbox: bool, abroad: bool, host: str | None, port: int | None, workers: int
) -> None:
    """Start the service: the API, the national interface, the documentation and the pages."""

    import msgspec
    from rich.console import Console

    from gongji.cli import serving
    from gongji.cli.sandbox import serve_sandbox
    from gongji.cli.workers import check_port, run_service
    from gongji.wiring import build, settings

    chosen = settings()
    given = {name: value for name, value in (("host", host), ("port", port)) if value}
    chosen = msgspec.structs.replace(chosen, **given)
    if sample and sandbox:
        raise click.UsageError("--sample and --sandbox are two cities; choose one")
    if abroad and not sandbox:
        raise click.UsageError("--abroad is for --sandbox")
    if sandbox:
        serve_sandbox(chosen, abroad=abroad)
        return
    if sample:
        serving.refuse_sample_abroad(chosen)
    if workers > 1 and chosen.database.startswith("sqlite:"):
        click.echo(
            "gongji: SQLite lets one process write at a time; --workers 1 is faster there", err=True
        )
    check_port(chosen)
    office = build(chosen)
    city = serving.sample_city(office) if sample else None
    serving.announce(Console(), office, chosen, city)
    office.store.close()
    run_service(chosen, city, workers)


@click.command()
@click.option("--sql", is_flag=True, help="Print the SQL for PostgreSQL instead of running it.")
@click.option("--distribute", is_flag=True, help="Distribute the tables of a Citus cluster.")
def migrate(sql: bool, distribute: bool) -> None:
    """Bring the store's schema up to date; on PostgreSQL its roles and rights as well."""
    from gongji.store.migrate import as_sql, bring_up, upgrade
    from gongji.store.sqlite import SqliteStore
    from gongji.wiring import BadSetting, open_store, settings

    if sql:
        click.echo(as_sql(distribute=distribute))
        return
    store = open_store(settings())
    if isinstance(store, SqliteStore):
        if distribute:
            raise BadSetting("GONGJI_DATABASE: only a PostgreSQL database can be distributed")
        upgrade(store)
        said = ["the schema is up to date"]
    else:
        said = bring_up(store, distribute=distribute)
    store.check_key()
    store.close()
    for sentence in said:
        click.echo(sentence)


@click.command()
@LANG
def demo(lang: str) -> None:
    """Settle the bill of Li Ming's son in the terminal, and one that is not pooled."""
    from rich.console import Console

    from gongji.lab.demo import run_demo
    from gongji.wiring import local_clock, office_in_memory

    run_demo(office_in_memory(local_clock), Console(), lang)


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--quick", is_flag=True, help="A short run: whether all works, and roughly how fast.")
@click.option("--people", type=click.IntRange(4), help="People in the city.  [100000]")
@click.option("--seconds", type=click.FloatRange(0.1), help="How long each measure runs.  [8]")
@click.option("--workers", type=click.IntRange(1), help="Processes of the service.  [2]")
@click.option("--items", type=click.IntRange(20), help="Items of a batch of the year.  [100000]")
@click.option(
    "--database",
    "databases",
    multiple=True,
    metavar="sqlite|postgresql|URL",
    help="Where to measure; repeatable.  [sqlite and a PostgreSQL server of its own]",
)
@click.option("--markdown", is_flag=True, help="Print Markdown instead of tables.")
@click.option("--svg", "svg_file", type=OUTPUT, help="Draw a picture here.")
@click.option("--json", "json_file", type=OUTPUT, help="Write figures here.")
def bench(
    parts: tuple[str, ...],
    quick: bool,
    databases: tuple[str, ...],
    markdown: bool,
    svg_file: Path | None,
    json_file: Path | None,
    **given: float | None,
) -> None:
    """Measure what this machine does, each figure beside its yardstick of the same run.

    PARTS: process, http, sponsor, latency, interface, tenfold, year; all of them where none is named.
    """
    import msgspec

    from gongji.cli.benching import run
    from gongji.lab.bench import QUICK, Plan

    chosen = {name: value for name, value in given.items() if value is not None}
    plan = msgspec.structs.replace(QUICK if quick else Plan(), parts=parts or PARTS, **chosen)
    run(
        plan,
        databases or ("sqlite", "postgresql"),
        json_file=json_file,
        svg_file=svg_file,
        markdown=markdown,
    )


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(STORMS))
@click.option("--seconds", type=click.FloatRange(1), help="How long the bank test runs.  [60]")
@click.option("--clients", type=click.IntRange(1), help="Clients of the bank test.  [64]")
@click.option("--kills", default=50, show_default=True, help="How often something is killed.")
@click.option(
    "--outage", default=30.0, show_default=True, help="For how many seconds the database is gone."
)
@click.option("--seed", type=int, help="Repeat the chances of this seed.  [random]")
def storm(parts: tuple[str, ...], kills: int, outage: float, **given: float | None) -> None:
    """Strike the service in the middle of its work, and audit what is left.

    PARTS: weather, kills, bank, blows, outage, disk; all of them where none is named.
    """
    import msgspec

    from gongji.cli import storming
    from gongji.lab.storms import Storm

    chosen = {name: value for name, value in given.items() if value is not None}
    plan = msgspec.structs.replace(Storm(seed=storming.any_seed()), **chosen)
    storming.run(parts or STORMS, plan, kills=kills, outage=outage)
