"""Which provision is in force on which day."""

from datetime import date, timedelta

import msgspec
import pytest

from gongji.policy.pack import NoProvision, UnknownRegion
from gongji.policy.reading import read_law
from gongji.wiring import shipped_packs
from town import LAW, LINYI, NATIONAL, SHANGHAI, TWO_WAY

ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("region", "question", "day"),
    [
        (SHANGHAI, "kin_allowed", date(2025, 11, 1)),
        (SHANGHAI, "member_schemes", date(2025, 11, 1)),
        (SHANGHAI, "uses_open", date(2022, 8, 1)),
        (SHANGHAI, "uses_open", date(2022, 10, 1)),
        (SHANGHAI, "prescription_asked", date(2025, 11, 1)),
        (NATIONAL, "kin_allowed", date(2024, 8, 1)),
    ],
)
def test_a_provision_is_in_force_from_its_day_on_and_not_before(
    region: str, question: str, day: date
) -> None:
    """Midnight is the edge: the day before has the earlier answer, the day itself the new one."""
    before = getattr(LAW.on(region, day - ONE_DAY), question)
    after = getattr(LAW.on(region, day), question)
    assert after.day == day
    assert before.day < day
    assert before.value != after.value
    assert getattr(LAW.on(region, date(2099, 1, 1)), question).day >= day


@pytest.mark.parametrize("region", [SHANGHAI, LINYI, TWO_WAY, NATIONAL])
def test_on_every_first_of_a_month_every_answer_is_one_that_has_begun(region: str) -> None:
    """No answer comes from the future, and none is passed over for an older one."""
    day = date(2021, 1, 1)
    while day < date(2027, 1, 1):
        law = LAW.on(region, day)
        for question, own in LAW.pack(region).answers.items():
            begun = [provision for provision in own if provision.day <= day]
            if begun:
                assert getattr(law, question) is begun[-1]
            else:
                found = getattr(law, question)
                assert found is None or found.region == NATIONAL
        day = (day + timedelta(days=31)).replace(day=1)


def test_before_the_first_answer_nothing_is_guessed() -> None:
    """NoProvision names region, question, day, and from when there is an answer."""
    with pytest.raises(NoProvision) as found:
        LAW.on(SHANGHAI, date(2020, 12, 31))
    error = found.value
    assert (error.region, error.day, error.earliest) == (
        SHANGHAI,
        date(2020, 12, 31),
        date(2021, 1, 1),
    )
    assert error.question in str(error)
    assert "the first answer starts on 2021-01-01" in str(error)


def test_a_region_without_a_pack_is_unknown() -> None:
    """And the message says which are loaded and what to do."""
    with pytest.raises(UnknownRegion, match=f"110000; loaded are {NATIONAL}, {SHANGHAI}"):
        LAW.on("110000", date(2026, 1, 1))


def test_a_key_leads_back_to_its_provision_and_its_text() -> None:
    """As a stored decision names it."""
    kin = LAW.on(SHANGHAI, date(2026, 1, 1)).kin_allowed
    assert kin.key == f"{SHANGHAI}/kin_allowed@2025-11-01"
    assert LAW.provision(kin.key) is kin
    assert LAW.text(kin).title


@pytest.mark.parametrize(
    "key", [f"{SHANGHAI}/kin_allowed@2025-11-02", f"{LINYI}/purses@2021-01-01"]
)
def test_a_key_that_no_provision_has_is_our_mistake(key: str) -> None:
    """A day between two provisions names neither, and the baseline's is not the region's."""
    with pytest.raises(AssertionError):
        LAW.provision(key)


def test_the_law_of_a_day_is_read_once() -> None:
    """A decision asks for it every time."""
    assert LAW.on(SHANGHAI, date(2026, 1, 1)) is LAW.on(SHANGHAI, date(2026, 1, 1))


def test_one_regions_change_leaves_the_others_as_they_are() -> None:
    """A pack overrides the baseline for itself alone."""
    shipped = shipped_packs()
    without = read_law({k: v for k, v in shipped.items() if not k.startswith(SHANGHAI)})
    day = date(2026, 1, 1)
    for region in (LINYI, TWO_WAY, NATIONAL):
        one, other = (msgspec.to_builtins(law.on(region, day)) for law in (without, LAW))
        assert one == other
