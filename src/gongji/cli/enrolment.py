"""Commands for lasting enrolment: how long one waits, from when benefits start, which ceiling."""

import re
from datetime import date
from typing import Any

import rich_click as click

from gongji.cli.forms import DAY, LANG, YEAR
from gongji.cli.telling import quote, told


@click.command()
@click.argument("region")
@click.option(
    "--for",
    "enrolled_for",
    type=YEAR,
    required=True,
    help="The year enrolled for.",
)
@click.option("--paid-on", type=DAY, required=True, help="The day of payment.")
@click.option("--in-period", is_flag=True, help="Paid within the collection period.")
@click.option("--missed", type=int, multiple=True, help="A year without insurance; repeatable.")
@click.option(
    "--back-paid", type=int, default=0, help="Missed years that were paid for afterwards."
)
@LANG
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
        raise click.BadParameter(wrong[1].say(lang))  # type: ignore[arg-type]  # zh or en
    office = office_in_memory(local_clock, packs_of(settings()))
    found = waiting_of(asked, office.law.on(region, local_day(office.clock())))
    if isinstance(found, Refusal):
        told(found, office)
    _say(found, office, lang)


class _Years(click.ParamType[frozenset[int]]):
    """One year, or the years from one to another."""

    name = "YEARS"

    def convert(self, value: Any, param: Any, ctx: Any) -> frozenset[int]:
        found = re.fullmatch(r"(20[0-9]{2})(?:-(20[0-9]{2}))?", str(value))
        if not found:
            self.fail(f"{value!r} is neither a year such as 2025 nor years such as 2025-2029",
                      param, ctx)  # fmt: skip
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            self.fail(f"{value!r} ends before it begins", param, ctx)
        return frozenset(range(first, last + 1))


_YEARS = _Years()


@click.command()
@click.argument("region")
@click.option("--year", type=YEAR, required=True, help="Whose ceiling.")
@click.option("--enrolled", type=_YEARS, multiple=True, required=True,
              help="Years enrolled as a resident, 2025-2029 or 2025; repeatable.")  # fmt: skip
@click.option("--missed", type=_YEARS, multiple=True, help="Years without insurance; repeatable.")
@click.option("--zero-claim", type=_YEARS, multiple=True,
              help="Years without any reimbursement; repeatable.")  # fmt: skip
@click.option("--raised-used-in", type=int, help="The last year that drew on the raised part.")
@LANG
def ceiling(
    region: str,
    year: int,
    enrolled: tuple[frozenset[int], ...],
    missed: tuple[frozenset[int], ...],
    zero_claim: tuple[frozenset[int], ...],
    raised_used_in: int | None,
    lang: str,
) -> None:
    """The steps by which a resident's ceiling of serious-illness insurance is raised and lowered."""
    from gongji.policy.enrolment import History
    from gongji.policy.enrolment import ceiling as ceiling_of
    from gongji.policy.refusal import Refusal
    from gongji.terms import local_day
    from gongji.wiring import local_clock, office_in_memory, packs_of, settings

    history = History(
        enrolled=frozenset().union(*enrolled),
        missed=frozenset().union(*missed),
        zero_claim=frozenset().union(*zero_claim),
        raised_used_in=raised_used_in,
    )
    office = office_in_memory(local_clock, packs_of(settings()))
    found = ceiling_of(history, year, office.law.on(region, local_day(office.clock())))
    if isinstance(found, Refusal):
        told(found, office)
    _say(found, office, lang)


def _say(found: Any, office: Any, lang: str) -> None:
    """The arithmetic line by line, then the words of the rules."""
    for line in found.lines:
        click.echo(line.say(lang))
    quote(found.cites, office)
