"""The sample city: the same for a seed, nobody in it could be real, and it is built once."""

from datetime import date, timedelta

import pytest
from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent

from gongji.desk.identity import birth_date, wrong_number
from gongji.desk.office import Office
from gongji.desk.ports import CallerKind
from gongji.desk.settling import Answered, settle_batch
from gongji.lab.city import City, build_city
from gongji.lab.folk import REGIONS, SamplePerson
from gongji.ledger.proof import Sums, prove
from gongji.settlement.outcome import Outcome
from gongji.wiring import office_in_memory
from town import local

NOW = local("2026-11-20T10:00")
SMALL = 24


def everybody(city: City) -> list[SamplePerson]:
    return [person for some in city.families for person in some.people]


@pytest.fixture(scope="module")
def office() -> Office:
    return office_in_memory(lambda: NOW)


@pytest.fixture(scope="module")
def city(office: Office) -> City:
    return build_city(office)


def test_the_same_seed_builds_the_same_city(city: City) -> None:
    """Whoever writes down what is seen in the sample can be followed by somebody else."""
    again = build_city(office_in_memory(lambda: NOW))

    assert again == city


def test_another_seed_builds_another_city() -> None:
    """Only 李明 and the institutions are always there."""
    one = build_city(office_in_memory(lambda: NOW), seed=1, families=SMALL)
    other = build_city(office_in_memory(lambda: NOW), seed=2, families=SMALL)

    shared = {person.id for person in everybody(one)} & {person.id for person in everybody(other)}
    assert shared == {
        f"P{region}-{name}" for region in REGIONS for name in ("liming", "zhouguilan", "lixiaoming")
    }


def test_the_clock_moves_the_bills_and_not_the_people(city: City) -> None:
    """Numbers that somebody has written down stay right tomorrow."""
    later = build_city(office_in_memory(lambda: NOW + timedelta(days=90)))

    assert everybody(later) == everybody(city)


def test_numbers_have_right_check_digits_in_counties_that_nobody_has(city: City) -> None:
    """They pass every check of ours; a list of counties does not know them, so nobody is meant."""
    people = everybody(city)
    assert len({person.number for person in people}) == len(people)
    for person in people:
        assert wrong_number(person.number, date(2026, 1, 1)) is None, person
        assert birth_date(person.number) == person.born
        assert ric.calc_check_digit(person.number) == person.number[-1]
        with pytest.raises((InvalidComponent, KeyError)):  # that library knows every real county
            ric.get_birth_place(person.number)


def test_phones_come_from_a_range_that_is_not_given_out(city: City) -> None:
    """199 0000 xxxx."""
    for person in everybody(city):
        assert person.phone.startswith("1990000")
        assert len(person.phone) == 11


def test_every_outcome_can_be_looked_at(city: City) -> None:
    """`own_funds_left` stands beside `own_funds` and is never an outcome by itself; that a pool is
    not asked for happens over the national interface only."""
    elsewhere = {Outcome.OWN_FUNDS_LEFT.value, Outcome.POOL_NOT_ASKED.value}
    assert set(city.outcomes) == {o.value for o in Outcome} - elsewhere
    assert set(city.shown) == set(city.outcomes)
    assert sum(city.outcomes.values()) > 200
    assert city.turned_away > 10
    assert city.reversals > 5


def test_the_books_of_the_city_prove(office: Office, city: City) -> None:
    """Nothing was written past the desk."""
    assert city.fresh
    found = office.ask(lambda s: list(prove(s.unit.entry_rows(), s.unit.balance_rows())))

    assert len(found) == 1, found
    assert isinstance(found[0], Sums)


def test_a_second_building_writes_nothing(office: Office, city: City) -> None:
    """A service that starts again finds its city as it left it."""
    before = office.ask(lambda s: list(s.unit.entry_rows()))

    again = build_city(office)

    assert not again.fresh
    assert again.outcomes == city.outcomes
    assert office.ask(lambda s: list(s.unit.entry_rows())) == before


def test_another_seed_on_a_city_that_stands_shows_only_who_is_there(
    office: Office, city: City
) -> None:
    """The city is not mixed with a second one."""
    assert city.families
    other = build_city(office, seed=5)

    assert not other.fresh
    assert {some.story for some in other.families} == {"li_ming"}


def test_keys_say_that_they_are_samples_and_open_the_door(office: Office, city: City) -> None:
    """One an institution, a clerk a region, an auditor."""
    kinds = [each.caller.kind for each in city.keys]
    assert kinds.count(CallerKind.INSTITUTION) == len(city.institutions)
    assert kinds.count(CallerKind.CLERK) == len(REGIONS)
    assert kinds.count(CallerKind.AUDITOR) == 1
    for each in city.keys:
        assert each.key.startswith("sample-")
        assert office.ask(lambda s, key=each.key: s.unit.caller(key)) == each.caller  # type: ignore[misc]


@pytest.mark.parametrize("region", REGIONS)
def test_the_son_of_li_ming_is_settled_from_his_fathers_account(region: str) -> None:
    """「李小明就可以使用李明职工医保个人账户里的钱支付这100元」."""
    office = office_in_memory(lambda: NOW)
    city = build_city(office, families=4)
    (bill,) = [each for each in city.examples if each.region == region]

    (settled,) = office.do(lambda s: settle_batch(s, [bill.request]))

    assert isinstance(settled, Answered)
    assert not settled.repeated
    assert settled.decision.outcome is Outcome.POOLED
    assert settled.decision.pooled_fen == 100_00
    assert settled.decision.sponsor == bill.sponsor
