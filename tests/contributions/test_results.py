"""Premiums before and after the deduction: registering, results, who sees them, warnings."""

from collections.abc import Callable

import pytest

from contributions.season import DEDUCTED, YEAR, deduct, paid, register
from gongji.desk import premiums
from gongji.desk.ports import Caller
from gongji.desk.premium_ports import Premium
from gongji.desk.premiums import Result
from gongji.policy.contributions import Season, Via, season_of, withdraw_until
from gongji.policy.refusal import Refusal
from gongji.terms import Use, local_day, micros
from town import LINYI, SHANGHAI, Town, code, local, rules_of

OpenTown = Callable[..., Town]


def result(town: Town, name: str, by: Caller | None = None, year: int = YEAR) -> Result | Refusal:
    """The result as somebody asks for it."""
    caller = by or town.caller(name)
    return town.ask(lambda s: premiums.result(s, town.id(name), year, caller))


def family(town: Town) -> Town:
    """Father and child in Shanghai, the premium registered and `contribute` chosen."""
    town.person("father", carried=1_000_00)
    town.person("mother", carried=1_000_00)
    town.person("child", "resident")
    register(town, "child")
    town.pool("father", {"child": "child"}, "contribute")
    return town


# ── Registering ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("scheme", "status", "expected"),
    [
        ("resident", "active", None),
        ("none", "active", None),  # a newborn before the first enrolment
        ("resident", "suspended", None),  # who missed a year pays to come back
        ("employee", "active", "not_a_resident"),
        ("retired_cadre", "active", "not_a_resident"),
        ("mutual_aid", "active", "not_a_resident"),
        ("resident", "moved", "not_a_resident"),
    ],
)
def test_who_may_owe_a_premium(
    town: OpenTown, scheme: str, status: str, expected: str | None
) -> None:
    """A premium is a resident's, or of somebody who is about to be one."""
    here = town()
    here.person("one", scheme, status=status)
    found = register(here, "one")
    if expected is None:
        assert isinstance(found, Premium)
    else:
        assert code(found) == expected


def test_registering_twice_is_once(town: OpenTown) -> None:
    """The same again is the first; another sum for the same year is not taken for it."""
    here = town()
    here.person("child", "resident")
    here.person("other", "resident")
    first = register(here, "child")
    assert register(here, "child") == first
    assert code(register(here, "child", 380_00)) == "already_registered"
    assert code(register(here, "child", via="community")) == "already_registered"
    second = register(here, "other")
    assert isinstance(first, Premium) and isinstance(second, Premium)
    assert (first.number, second.number) == (1, 2)
    following = register(here, "child", year=2027)
    assert isinstance(following, Premium) and following.number == 1


def test_what_is_not_there(town: OpenTown) -> None:
    """Nobody, and nothing registered, are told apart."""
    here = town()
    here.person("child", "resident")
    assert code(register(here, "nobody")) == "unknown_person"
    assert code(paid(here, "nobody")) == "unknown_person"
    assert code(paid(here, "child")) == "no_such_premium"
    assert code(result(here, "child")) == "no_such_premium"


def test_paid_otherwise_twice_keeps_the_first(town: OpenTown) -> None:
    """The school reports what the parent has paid by scan: the first report stands."""
    here = town()
    here.person("child", "resident")
    register(here, "child")
    first = paid(here, "child", "scan")
    assert paid(here, "child", "school") == first


# ── Results ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("prepare", "state", "told"),
    [
        ("deduct", "deducted", None),
        ("short", "failed", "balance_not_above_premium"),
        ("unchosen", "not_chosen", "contribute_not_chosen"),
        ("late", "failed", "chosen_too_late"),
        ("cash before", "paid_otherwise", "paid_otherwise"),
        ("cash after", "paid_otherwise", None),
        ("no run", "not_published", None),
    ],
)
def test_results_from_their_day(town: OpenTown, prepare: str, state: str, told: str | None) -> None:
    """CON-6: nothing is shown before 29 December; then what came of it, and why."""
    here = town(SHANGHAI, "2025-12-01T09:00")
    here.person("father", carried=1_00 if prepare in {"short", "cash after"} else 1_000_00)
    here.person("child", "resident")
    register(here, "child")
    uses = "pay" if prepare in {"unchosen", "late"} else "contribute"
    here.pool("father", {"child": "child"}, uses)
    if prepare == "cash before":
        paid(here, "child")
    here.at("2025-12-15T18:00")
    if prepare == "late":
        here.uses("father", "contribute")
    here.at(DEDUCTED)
    if prepare != "no run":
        deduct(here)
    if prepare == "cash after":
        paid(here, "child")
    here.at("2025-12-28T23:59")
    before = result(here, "child")
    assert isinstance(before, Result) and before.state == "not_published"
    assert rules_of(before.cites) == {"CON-6"}
    here.at("2025-12-29T00:00")
    found = result(here, "child")
    assert isinstance(found, Result)
    assert (found.state.value, found.code) == (state, told)
    assert (found.certificate_from is not None) == (state == "deducted")


def test_the_certificate_day_stands_beside_the_result(town: OpenTown) -> None:
    """CON-7: 10 working days after 16 December 2025."""
    here = family(town(SHANGHAI, "2025-12-01T09:00"))
    here.at(DEDUCTED)
    deduct(here)
    here.at("2026-11-01T09:00")
    found = result(here, "child")
    assert isinstance(found, Result)
    assert str(found.certificate_from) == "2025-12-30"


def test_a_year_nobody_knows_hides_the_day_and_not_the_result(town: OpenTown) -> None:
    """Deducted late in 2026, the tenth working day lies in a year without a notice."""
    here = family(town(SHANGHAI, "2025-12-01T09:00"))
    here.at("2026-12-23T09:00")
    assert deduct(here) == {"child": "deducted"}
    found = result(here, "child")
    assert isinstance(found, Result)
    assert (found.state, found.certificate_from, found.unknown_year) == ("deducted", None, 2027)


def test_a_year_without_a_rule_has_no_result(town: OpenTown) -> None:
    """The refusal names the year."""
    here = town()
    here.person("child", "resident")
    register(here, "child", year=2027)
    found = result(here, "child", year=2027)
    assert isinstance(found, Refusal)
    assert (found.code.value, found.numbers) == ("not_configured", {"year": 2027})


def test_who_sees_a_result(town: OpenTown) -> None:
    """The child, the sponsor, the window and the auditor; the other parent does not."""
    here = family(town(SHANGHAI, "2025-12-01T09:00"))
    for caller in (here.caller("child"), here.caller("father"), here.clerk(), here.auditor()):
        assert isinstance(result(here, "child", caller), Result)
    assert code(result(here, "child", here.caller("mother"))) == "forbidden"
    assert code(result(here, "child", here.clerk(LINYI))) == "forbidden"
    here.at(DEDUCTED)
    deduct(here)
    here.leave("child")  # whoever has paid goes on seeing what was paid for
    assert isinstance(result(here, "child", here.caller("father")), Result)


# ── Withdrawing and warnings ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("via", "until"),
    [(Via.SCHOOL, "2025-12-15T17:00"), (Via.COMMUNITY, "2025-11-21T00:00")],
)
def test_until_when_it_may_be_withdrawn(town: OpenTown, via: Via, until: str) -> None:
    """CON-8: the season's cut-off at a school, the day of application at a community centre."""
    here = town(SHANGHAI, "2025-11-20T15:00")
    season = season_of(here.office.law, SHANGHAI, YEAR, local_day(here.now))
    assert isinstance(season, Season)
    found = withdraw_until(via, micros(here.now), season, here.law())
    assert found is not None
    assert (found.until, "CON-8" in rules_of(found.cites)) == (local(until), True)


def test_without_a_season_only_the_day_of_application_is_known(town: OpenTown) -> None:
    """A cut-off that nobody has set is none."""
    here = town(SHANGHAI, "2025-11-20T15:00")
    assert withdraw_until(Via.SCHOOL, micros(here.now), None, here.law()) is None
    found = withdraw_until(Via.COMMUNITY, micros(here.now), None, here.law())
    assert found is not None and found.until == local("2025-11-21T00:00")


def test_a_region_that_sets_no_day_has_none(town: OpenTown) -> None:
    """No deadline is made up for Linyi."""
    shanghai, linyi = town(SHANGHAI), town(LINYI)
    season = season_of(shanghai.office.law, SHANGHAI, YEAR, local_day(shanghai.now))
    assert isinstance(season, Season)
    assert withdraw_until(Via.SCHOOL, 0, season, linyi.law()) is None


@pytest.mark.parametrize(
    ("region", "before", "after", "expected"),
    [
        (SHANGHAI, "", "contribute", ["employer_refund"]),
        (SHANGHAI, "pay", "pay contribute", ["employer_refund"]),
        (SHANGHAI, "contribute", "contribute pay", []),
        (SHANGHAI, "contribute", "pay", ["pay_another_way"]),
        (SHANGHAI, "pay contribute", "", ["pay_another_way"]),
        (SHANGHAI, "pay", "", []),
        (LINYI, "pay", "pay contribute", []),  # CON-9 is Shanghai's
        (LINYI, "contribute", "pay", []),  # no choice is asked for, so it is deducted all the same
    ],
)
def test_warnings(
    town: OpenTown, region: str, before: str, after: str, expected: list[str]
) -> None:
    """What a sponsor is told; nothing is hindered."""
    here = town(region)
    here.person("father", carried=1_000_00, current=1_000_00)
    here.person("child", "resident")
    here.pool("father", {"child": "child"}, before)
    found = warned(here, before, after)
    assert [name for name, _ in found] == expected
    for name, cites in found:
        rule = {"employer_refund": "CON-9", "pay_another_way": "CON-8"}[name]
        assert rule in rules_of(cites)


def warned(town: Town, before: str, after: str) -> list[tuple[str, tuple[str, ...]]]:
    """The warnings of a change of uses."""
    was, now = frozenset(map(Use, before.split())), frozenset(map(Use, after.split()))
    found = town.ask(lambda s: premiums.warnings_of(s, town.id("father"), was, now))
    return [(name.value, cites) for name, cites in found]


def test_no_other_way_is_owed_when_everything_is_paid(town: OpenTown) -> None:
    """CON-8: what is deducted or paid otherwise is not owed once more."""
    here = family(town(SHANGHAI, "2025-12-01T09:00"))
    assert warned(here, "contribute", "pay")
    here.at(DEDUCTED)
    deduct(here)
    assert warned(here, "contribute", "pay") == []
    here.person("second", "resident")
    here.bind("father", "second", "child")
    register(here, "second")
    assert warned(here, "contribute", "pay")
    paid(here, "second", "school")
    assert warned(here, "contribute", "pay") == []


def test_the_season_of_2026_is_whats_written(town: OpenTown) -> None:
    """CON-2, CON-3, CON-5 and CON-6, each with its rule."""
    here = town()
    season = season_of(here.office.law, SHANGHAI, YEAR, local_day(here.now))
    assert isinstance(season, Season) and season.amount is not None
    assert season.choose_by is not None
    assert season.deducted_from is not None and season.results_from is not None
    assert (season.amount.value.fen, season.amount.rules) == (400_00, ("CON-2",))
    assert (season.choose_by.value.at.isoformat(), season.choose_by.rules) == (
        "2025-12-15T17:00:00",
        ("CON-3",),
    )
    assert (str(season.deducted_from.value.day), season.deducted_from.rules) == (
        "2025-12-16",
        ("CON-5",),
    )
    assert (str(season.results_from.value.day), season.results_from.rules) == (
        "2025-12-29",
        ("CON-6",),
    )
    assert code(season_of(here.office.law, SHANGHAI, YEAR, local("2025-10-31T09:00").date())) == (
        "not_configured"  # nobody could know it before it was said
    )
