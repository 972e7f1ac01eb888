"""Commands for lasting enrolment: how long one waits, and from when benefits start."""

from datetime import date

import rich_click as click

from gongji.cli.calendar import told
from gongji.cli.law import DAY


@click.command()
@click.argument("region")
@click.option("--for", "enrolled_for", type=int, required=True, help="The year enrolled for.")
@click.option("--paid-on", type=DAY, required=True, help="The day of payment.")
@click.option("--in-period", is_flag=True, help="Paid within the collection period.")
@click.option("--missed", type=int, multiple=True, help="A year without insurance; repeatable.")
@click.option(
    "--back-paid", type=int, default=0, help="Missed years that were paid for afterwards."
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def waiting(
    region: str,
    enrolled_for: int,
    paid_on: date,
    in_period: bool,
    missed: tuple[int, ...],
    back_paid: int,
    lang: str,
) -> None:
    """The waiting months of a resident with the arithmetic written out, and the day benefits start."""
    from gongji.policy.enrolment import Enrolling
    from gongji.policy.enrolment import waiting as waiting_of
    from gongji.policy.refusal import Refusal
    from gongji.terms import local_day
    from gongji.wiring import local_clock, office_in_memory, packs_of, settings

    asked = Enrolling(
        missed=frozenset(missed),
        enrolled_for=enrolled_for,
        paid_on=paid_on,
        in_period=in_period,
        back_paid=back_paid,
    )
    if wrong := asked.wrong():
        raise click.BadParameter(wrong)
    office = office_in_memory(local_clock, packs_of(settings()))
    found = waiting_of(asked, office.law.on(region, local_day(office.clock())))
    if isinstance(found, Refusal):
        told(found, office)
    for line in found.lines:
        click.echo(line.zh if lang == "zh" else line.en)
    for provision in map(office.law.provision, found.cites):
        rules = " ".join(provision.rules)
        click.echo(f"  {rules}  {provision.day}  「{provision.quote}」")
