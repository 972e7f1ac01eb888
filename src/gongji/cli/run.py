"""Running the service, the demonstration and the long tests."""

from pathlib import Path

import rich_click as click


@click.command()
@click.option("--sample", is_flag=True, help="Fill an empty store with the sample city first.")
@click.option("--sandbox", is_flag=True, help="An invented city for a vendor, made anew.")
@click.option("--abroad", is_flag=True, help="Let the sandbox listen beyond this machine.")
@click.option("--host", help="Address to listen on (GONGJI_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (GONGJI_PORT).")
def serve(sample: bool, sandbox: bool, abroad: bool, host: str | None, port: int | None) -> None:
    """Start the service: the API, its documentation and the pages."""
    import logging

    import msgspec
    import uvicorn
    from rich.console import Console

    from gongji.cli.sandbox import serve_sandbox
    from gongji.cli.serving import announce, application, refuse_sample_abroad
    from gongji.wiring import build, calm_the_collector, settings

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
        refuse_sample_abroad(chosen)
    office = build(chosen)
    console = Console()
    app, city = application(office, chosen, sample=sample)
    announce(console, office, chosen, city)
    calm_the_collector()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    uvicorn.run(
        app,
        host=chosen.host,
        port=chosen.port,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=75,  # an institution keeps its connections over a quiet minute
        timeout_graceful_shutdown=10,
    )
    office.store.close()


@click.command()
def migrate() -> None:
    """Bring the store's schema up to date."""
    from gongji.store.migrate import upgrade
    from gongji.wiring import open_store, settings

    store = open_store(settings())
    upgrade(store)
    store.check_key()
    store.close()
    click.echo("the schema is up to date")


@click.command()
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def demo(lang: str) -> None:
    """Settle the bill of Li Ming's son in the terminal, and one that is not pooled."""
    from rich.console import Console

    from gongji.lab.demo import run_demo
    from gongji.wiring import local_clock, office_in_memory

    run_demo(office_in_memory(local_clock), Console(), lang)


@click.command()
@click.option("--people", default=20_000, show_default=True, help="People in the city.")
@click.option("--seconds", default=5.0, show_default=True, help="How long each measure runs.")
@click.option("--batches", type=int, help="Instead: a year turn and a deduction of so many items.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Write the figures here."
)
def bench(people: int, seconds: float, batches: int | None, json_file: Path | None) -> None:
    """Measure settlements a second, or the year's batches, beside their yardstick in one run."""
    from gongji.cli.benching import run, run_batches

    if batches is not None:
        run_batches(batches, json_file=json_file)
    else:
        run(people=people, seconds=seconds, json_file=json_file)


@click.command()
@click.option("--kills", default=20, show_default=True, help="How often the service is killed.")
@click.option("--seed", type=int, help="Repeat the storm of this seed.")
def storm(kills: int, seed: int | None) -> None:
    """Kill the service in the middle of its work, again and again, and audit what is left."""
    from gongji.cli.benching import kill_storm

    kill_storm(kills=kills, seed=seed)
