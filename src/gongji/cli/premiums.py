"""Commands for contributions: lists in, deductions, the tax authority's file, results, notices."""

import sys
from pathlib import Path
from typing import Any

import rich_click as click

from gongji.cli.forms import ADDRESS, FILE, LANG, OUTPUT, REGION, YEAR
from gongji.cli.opening import clerk_for, opened
from gongji.cli.telling import batch_told, progress_of, rules_of, told
from gongji.terms import yuan_text


@click.group()
def premiums() -> None:
    """Premiums: register lists, deduct, hand over, and prove."""


@premiums.command("import")
@click.argument("file", type=FILE)
@REGION
@click.option("--year", type=YEAR, required=True, help="The enrolment year.")
@click.option("--via", type=click.Choice(["school", "community"]), required=True)
@click.option("--all-or-nothing", is_flag=True, help="Take no row when one of them is bad.")
@LANG
def import_list(
    file: Path, region: str, year: int, via: str, all_or_nothing: bool, lang: str
) -> None:
    """Register the premiums of a CSV or Excel FILE with the columns 姓名, 身份证号, 金额, 年度.

    Bad rows are told with row, column and remedy, the good ones are taken. The same file again
    changes nothing. Exit code 1 when a row was bad.
    """
    from gongji.desk.premium_lists import register_list, report
    from gongji.desk.premium_sheets import BadList, read_sheet
    from gongji.policy.contributions import Via

    try:
        rows = read_sheet(file.read_bytes(), file.name)
    except BadList as error:
        click.echo(f"gongji: {error.wrong.say(lang)}", err=True)  # type: ignore[arg-type]  # zh or en
        sys.exit(2)
    with opened(region) as office:
        found = office.do(
            lambda session: register_list(
                session, region, year, Via(via), rows, "cli", all_or_nothing=all_or_nothing
            )
        )
    for line in report(found.bad, lang):
        click.echo(line)
    taken_fen = sum(premium.amount_fen for premium in found.taken)
    click.echo(
        f"{len(found.taken)} taken ({yuan_text(taken_fen, ',')} yuan), {found.known} known already, "
        f"{len(found.bad)} bad"
    )
    sys.exit(1 if found.bad else 0)


@premiums.command()
@click.argument("year", type=YEAR)
@REGION
@click.option("--batch", default="1", show_default=True, help="Its name; a later one tries again.")
@click.option("--dry-run", is_flag=True, help="Say what would be deducted, and keep nothing.")
def deduct(year: int, region: str, batch: str, dry_run: bool) -> None:
    """Deduct a YEAR's premiums in the order of registration.

    Safe to start twice, and to start again after it was stopped; payments go on meanwhile.
    """
    from gongji.desk.deducting import deduct as deduct_premiums

    with opened(region) as office:
        counts = office.ask(lambda session: session.unit.count_premiums(region, year))
        total = sum(count for count, _ in counts.values())
        with progress_of("premiums", total) as progress:
            found = deduct_premiums(office, region, year, batch, progress=progress, dry_run=dry_run)
        batch_told(found, office, region, "would deduct" if dry_run else "deducted", "premiums")


@premiums.command()
@click.argument("year", type=YEAR)
@REGION
@click.option("--out", type=OUTPUT, required=True, help="Where to write it.")
def collection(year: int, region: str, out: Path) -> None:
    """Write the file that hands a YEAR's deducted premiums to the tax authority.

    It has full names and numbers in it. Beside it FILE.sums has count, sum and digests.
    """
    from gongji.desk.collection import DoesNotAgree, write_collection

    part = out.with_name(f"{out.name}.part")
    try:
        with opened(region, to_read=True) as office, part.open("wb") as file:
            found = office.ask(lambda session: write_collection(session, region, year, file))
        part.replace(out)
    except DoesNotAgree as error:
        click.echo(f"gongji: {error}", err=True)
        sys.exit(2)
    finally:
        part.unlink(missing_ok=True)  # names and numbers that nobody is to have
    out.with_name(f"{out.name}.sums").write_text(found.sums(out.name), "utf-8")
    click.echo(
        f"{found.premiums:,} premiums, {yuan_text(found.total_fen, ',')} yuan; sm3 {found.sm3}"
    )


@premiums.command()
@click.argument("person")
@click.argument("year", type=YEAR)
def result(person: str, year: int) -> None:
    """What became of a PERSON's premium of a YEAR, and until when the choice could be withdrawn."""
    from gongji.desk.premiums import result as result_of
    from gongji.policy.refusal import Refusal

    with opened(to_read=True) as office:
        found = office.ask(lambda session: result_of(session, person, year, clerk_for(person)))
    if isinstance(found, Refusal):
        told(found, office)
    click.echo(found.state.value + (f": {found.code}" if found.code else ""))
    if found.withdrawal is not None:
        click.echo(
            f"can be withdrawn until {found.withdrawal.until:%Y-%m-%d %H:%M}"
            f" ({', '.join(rules_of(found.withdrawal.cites, office))})"
        )
    if found.certificate_from is not None:
        click.echo(f"certificate from {found.certificate_from}")
    if found.unknown_year is not None:
        click.echo(f"certificate: the working days of {found.unknown_year} are not known yet")


@premiums.command()
@click.argument("person")
@click.argument("year", type=YEAR)
@click.option("--out", type=OUTPUT, required=True, help="The PDF to write.")
@click.option(
    "--base-url", type=ADDRESS, required=True, help="The service that the QR code leads to."
)
def certificate(person: str, year: int, out: Path, base_url: str) -> None:
    """Write the payment certificate of a PERSON's premium as a PDF."""
    from gongji.desk.certificates import certificate_of, pdf_of, printed, signer
    from gongji.policy.refusal import Refusal
    from gongji.wiring import open_vault, settings

    sign = signer(base_url, open_vault(settings()).derive("certificates"))

    def make(session: Any) -> Any:
        made = certificate_of(session, person, year, clerk_for(person))
        if isinstance(made, Refusal):
            return made
        return pdf_of(made, printed(session, made), sign(made))

    with opened(to_read=True) as office:
        found = office.ask(make)
    if isinstance(found, Refusal):
        told(found, office)
    out.write_bytes(found)
    click.echo(f"{out}: {len(found):,} bytes")


@click.group()
def notices() -> None:
    """The State Council's yearly notices, by which working days are counted."""


@notices.command("load")
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Put it in the place of the one loaded before.")
def load_notice_file(file: Path, replace: bool) -> None:
    """Load a notice from a TOML FILE: year, number (文号), dated, holidays and workdays."""
    from gongji.desk.working_days import BadNotice, load_notice, read_notice
    from gongji.policy.refusal import Refusal

    try:
        notice = read_notice(file.read_text("utf-8"))
    except (BadNotice, UnicodeDecodeError) as error:
        click.echo(f"gongji: {file}: {error}", err=True)
        sys.exit(2)
    with opened() as office:
        found = office.do(lambda session: load_notice(session, notice, "cli", replace=replace))
    if isinstance(found, Refusal):
        click.echo(
            f"gongji: another notice for {notice.year} is loaded; use --replace to put this one "
            f"in its place",
            err=True,
        )
        sys.exit(2)
    say = "loaded" if found else "is loaded already"
    click.echo(
        f"{notice.number} for {notice.year} {say}: {len(notice.holidays)} days off, "
        f"{len(notice.workdays)} weekend days at work"
    )


@notices.command("list")
def list_notices() -> None:
    """The years that are known, and by what."""
    from gongji.desk.working_days import notices_of

    with opened(to_read=True) as office:
        known = office.ask(notices_of)
    for year, notice in sorted(known.items()):
        dated = f", {notice.dated}" if notice.dated else ""
        click.echo(f"{year}  {notice.number}{dated}  {len(notice.holidays)} days off")
