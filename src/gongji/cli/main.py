"""The commands by name; a mistake of the caller's is a sentence and exit code 2, never a trace."""

import io
import sys

import rich_click as click

from gongji import __version__
from gongji.cli import (
    books,
    calendar,
    catalogue,
    enrolment,
    figures,
    institution,
    keys,
    law,
    national,
    plans,
    premiums,
    run,
    staff,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gongji")
def cli() -> None:
    """Gongji 共济: the open system for family sharing of a medical-insurance personal account."""


for command in (
    run.serve,
    run.migrate,
    run.demo,
    run.bench,
    run.storm,
    law.packs,
    law.scenarios,
    catalogue.catalogue,
    books.verify,
    books.explain,
    figures.figures,
    calendar.rollover,
    calendar.statement,
    premiums.premiums,
    plans.plans,
    enrolment.waiting,
    enrolment.ceiling,
    premiums.notices,
    keys.keys,
    national.national,
    institution.simulate_institution,
    national.fuzz_interface,
    staff.staff,
):
    cli.add_command(command)


def main() -> None:
    """The entry point: expected failures become one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may not know Chinese
    try:
        " ".join(sys.argv).encode()
        cli()
    except UnicodeEncodeError:
        click.echo("gongji: a word of the command is not in UTF-8; type it in UTF-8", err=True)
        sys.exit(2)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"gongji: {where}{error.strerror or error}", err=True)
        sys.exit(2)
    except Exception as error:
        if not isinstance(error, _expected()):
            raise
        click.echo(f"gongji: {error}", err=True)
        sys.exit(2)


def _expected() -> tuple[type[Exception], ...]:
    """What may go wrong without a mistake of ours. Looked up when it has: these rooms take a second
    to import, and `gongji --help` need not wait for them."""
    from gongji.desk.ports import StoreUnavailable, WrongKey
    from gongji.lab.forms import BadScenario
    from gongji.lab.institution import NoCentre
    from gongji.policy.pack import NoProvision, UnknownRegion
    from gongji.policy.reading import BadPack
    from gongji.wiring import BadSetting

    return (
        BadPack,
        BadScenario,
        BadSetting,
        NoCentre,
        NoProvision,
        StoreUnavailable,
        UnknownRegion,
        WrongKey,
    )
