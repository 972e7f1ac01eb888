"""Premiums in a test town: the verbs that every test here uses, and a season for other regions."""

from collections.abc import Mapping

from gongji.desk import deducting, premiums
from gongji.desk.office import Office
from gongji.desk.ports import Clock
from gongji.desk.premium_ports import Premium
from gongji.desk.runs import ItemResult, RunReport
from gongji.policy.contributions import PaidBy, PremiumState, Via
from gongji.policy.refusal import Refusal
from gongji.wiring import shipped_packs
from town import Town, an_office

YEAR = 2026
CUT_OFF = "2025-12-15T17:00"
DEDUCTED = "2025-12-16T08:00"

_SEASON = """
[[premium_choose_by]]
day = {day}
basis = "rounded"
rule = "CON-3"
text = "{text}"
place = "test"
quote = "test"
value = {{ year = 2026, at = 2025-12-15T17:00:00 }}

[[premium_deducted_from]]
day = {day}
basis = "rounded"
rule = "CON-5"
text = "{text}"
place = "test"
quote = "test"
value = {{ year = 2026, day = 2025-12-16 }}

[[premium_results_from]]
day = {day}
basis = "rounded"
rule = "CON-6"
text = "{text}"
place = "test"
quote = "test"
value = {{ year = 2026, day = 2025-12-29 }}
"""


def with_a_season(folder: str, text: str) -> dict[str, dict[str, str]]:
    """The shipped packs, and a season of 2026 in a region whose own text names none."""
    folders = {name: dict(files) for name, files in shipped_packs().items()}
    folders[folder]["season.toml"] = _SEASON.format(day="2025-01-01", text=text)
    return folders


def two_way_office(clock: Clock) -> Office:
    """The two-way region with a season: one purse, no choice, several sponsors a member."""
    return an_office(clock, with_a_season("450000-two-way", "two-way-qa"))


def national_office(clock: Clock) -> Office:
    """The baseline with a season: both purses are pooled."""
    return an_office(clock, with_a_season("100000-national", "na-qa-2024"))


def register(
    town: Town, name: str, fen: int = 400_00, via: str = "school", year: int = YEAR
) -> Premium | Refusal:
    """Register a premium."""
    due = premiums.PremiumDue(person=town.id(name), year=year, via=Via(via), amount_fen=fen)
    return town.do(lambda s: premiums.register_premium(s, due, "test"))


def paid(town: Town, name: str, by: str = "cash", year: int = YEAR) -> Premium | Refusal:
    """Note another way of paying."""
    return town.do(lambda s: premiums.paid_otherwise(s, town.id(name), year, PaidBy(by)))


def deduct(
    town: Town, batch: str = "1", *, chunk: int = 100, year: int = YEAR
) -> dict[str, str] | Refusal:
    """Deduct a batch: name → "deducted" or why not. Nothing for a batch that is finished."""
    items: list[ItemResult] = []
    found = deducting.deduct(
        town.office, town.region, year, batch, chunk=chunk, noting=items.extend
    )
    if isinstance(found, Refusal):
        return found
    assert isinstance(found, RunReport)
    assert found.done_now == sum(item.ok for item in items)
    assert found.failed_now == sum(not item.ok for item in items)
    assert found.amount_now_fen == sum(item.amount_fen for item in items if item.ok)
    return {item.item.partition("-")[2]: "deducted" if item.ok else item.code for item in items}


def states(town: Town, names: list[str]) -> Mapping[str, PremiumState]:
    """What has become of the premiums, by name."""
    ids = {town.id(name): name for name in names}
    found = town.ask(lambda s: s.unit.premiums_of(town.region, YEAR, ids))
    return {ids[id]: premium.state for id, premium in found.items()}


def handed_over(town: Town) -> int:
    """What the book holds for the tax authority, in fen."""
    tax = deducting.tax_account(town.region, YEAR)
    return town.ask(lambda s: s.unit.balances([tax])[tax].fen)
