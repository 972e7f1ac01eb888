"""Who may form a pool and who may be bound, cause by cause, in the order of `Code`."""

from datetime import UTC, date, datetime
from itertools import combinations
from typing import Any

import msgspec
import pytest

from gongji.policy.bonds import (
    Binding,
    Bond,
    Sponsoring,
    may_bind,
    may_form,
    may_sponsor,
    takes_effect,
)
from gongji.policy.refusal import Code, Refusal
from gongji.policy.standing import Person
from gongji.terms import LOCAL_TIME, NEVER, Kinship, Scheme, Status, micros
from town import LAW, REGIONS, local

DAYS = {"SH": "2025-11-10", "LY": "2023-03-01", "BI": "2022-07-01", "NA": "2024-10-08"}


def moment_of(region: str) -> datetime:
    """Ten in the morning on a day of the region's law."""
    return local(f"{DAYS[region]}T10:00")


def person(region: str, name: str, **more: Any) -> Person:
    """Somebody in force in the employee scheme."""
    code = REGIONS[region]
    return msgspec.structs.replace(Person(f"P{code}-{name}", code, Scheme.EMPLOYEE), **more)


def bond(region: str, sponsor: str, member: str, starts: str, ends: str = "") -> Bond:
    """A bond between two by name; without an end it is open."""
    code = REGIONS[region]
    return Bond(
        f"B{code}-{sponsor}-{member}",
        "pool",
        f"P{code}-{sponsor}",
        f"P{code}-{member}",
        Kinship.CHILD,
        micros(local(starts)),
        micros(local(ends)) if ends else NEVER,
    )


# ── Forming ──────────────────────────────────────────────────────────────────────────────────────

FORM: dict[Code, dict[str, Any]] = {
    Code.SPONSOR_NOT_EMPLOYEE: {"scheme": Scheme.RESIDENT},
    Code.SPONSOR_NOT_IN_FORCE: {"status": Status.SEALED},
    Code.NOTHING_CARRIED: {"carried_fen": 0},
    Code.COMMITMENT_MISSING: {"committed": False},
    Code.SPONSOR_IS_MEMBER: {"is_member": True},
    Code.SPONSOR_HAS_POOL: {"has_pool": True},
}
"""What makes each refusal of a sponsor hold, in the order in which they are given."""


def form(changes: dict[str, Any]) -> Refusal | None:
    """Whether a Shanghai sponsor with these changes may form a pool."""
    standing = {key: changes.pop(key) for key in ("scheme", "status") if key in changes}
    asked = {
        "person": person("SH", "father", **standing),
        "carried_fen": 1,
        "committed": True,
        "is_member": False,
        "has_pool": False,
        **changes,
    }
    now = moment_of("SH")
    return may_form(Sponsoring(**asked), LAW.on(REGIONS["SH"], now.date()), now)


def test_a_sponsor_in_force_with_one_fen_carried_may_form_a_pool() -> None:
    """Nothing more is asked."""
    assert form({}) is None


@pytest.mark.parametrize("causes", [c for n in (1, 2) for c in combinations(FORM, n)])
def test_of_the_causes_against_a_sponsor_the_first_in_the_order_of_code_is_given(
    causes: tuple[Code, ...],
) -> None:
    """Each alone, and each pair: the one that stands first in `Code`."""
    found = form({key: value for cause in causes for key, value in FORM[cause].items()})
    assert found is not None
    assert found.code is causes[0]
    assert list(FORM) == [code for code in Code if code in FORM]


@pytest.mark.parametrize("died", [date(2025, 11, 9), date(2025, 11, 10)])
def test_the_dead_do_not_sponsor(died: date) -> None:
    """From the day of death on; a day that lies ahead is a slip and bars nobody yet."""
    now = moment_of("SH")
    law = LAW.on(REGIONS["SH"], now.date())
    found = may_sponsor(person("SH", "father", died=died), law, now)
    assert found is not None
    assert found.code is Code.SPONSOR_NOT_IN_FORCE
    assert may_sponsor(person("SH", "father", died=date(2025, 11, 11)), law, now) is None


# ── Binding ──────────────────────────────────────────────────────────────────────────────────────

Change = dict[str, Any]

BIND: list[tuple[str, Code, Change]] = [
    ("SH", Code.OWN_SELF, {"member": "father"}),
    ("SH", Code.MEMBER_NOT_INSURED, {"scheme": Scheme.NONE}),
    ("SH", Code.MEMBER_NOT_INSURED, {"status": Status.SUSPENDED}),
    ("SH", Code.MEMBER_NOT_INSURED, {"status": Status.MOVED}),
    ("SH", Code.MEMBER_NOT_INSURED, {"died": date(2025, 11, 10)}),
    ("SH", Code.MEMBER_NOT_HERE, {"region": "990000"}),
    ("LY", Code.ECODE_INACTIVE, {"ecode": False}),
    ("SH", Code.KINSHIP_NOT_ALLOWED, {"kinship": Kinship.OTHER}),
    ("SH", Code.KINSHIP_NOT_ALLOWED, {"kinship": Kinship.SPOUSE_PARENT}),
    ("SH", Code.MEMBER_IS_SPONSOR, {"member_sponsors": True}),
    ("SH", Code.ALREADY_IN_A_POOL, {"member_bonds": [("mother", "child", "2025-01-01T09:00")]}),
    ("SH", Code.ALREADY_IN_A_POOL, {"member_bonds": [("father", "child", "2025-01-01T09:00")]}),
    ("NA", Code.ALREADY_IN_A_POOL, {"member_bonds": [("father", "child", "2024-01-01T09:00")]}),
    ("NA", Code.TWO_WAY_NOT_ALLOWED, {"sponsored_by_member": True}),
    ("NA", Code.TOO_MANY_MEMBERS,
     {"sponsor_bonds": [("father", f"c{n}", "2024-01-01T09:00") for n in range(6)]}),
    ("BI", Code.REBIND_TOMORROW,
     {"member_bonds": [("father", "child", "2022-01-01T09:00", "2022-07-02T00:00")]}),
]  # fmt: skip
"""One change that makes each refusal of a member hold, by region."""


def bind(region: str, change: Change) -> Refusal | None:
    """Whether the father may bind the child, with changes."""
    change = dict(change)
    standing = {
        key: change.pop(key)
        for key in ("scheme", "status", "region", "ecode", "died")
        if key in change
    }
    name = change.pop("member", "child")
    for key in ("member_bonds", "sponsor_bonds"):
        change[key] = [bond(region, *one) for one in change.get(key, [])]
    asked = {
        "sponsor": person(region, "father"),
        "member": msgspec.structs.replace(
            person(region, name), **{"scheme": Scheme.RESIDENT, **standing}
        ),
        "kinship": Kinship.CHILD,
        "member_sponsors": False,
        "sponsored_by_member": False,
        **change,
    }
    now = moment_of(region)
    return may_bind(Binding(**asked), LAW.on(REGIONS[region], now.date()), now)


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_a_resident_child_may_be_bound(region: str) -> None:
    """Nothing more is asked, anywhere."""
    assert bind(region, {}) is None


@pytest.mark.parametrize(("region", "code", "change"), BIND)
def test_each_cause_alone(region: str, code: Code, change: Change) -> None:
    """One change, one refusal, and it cites a provision."""
    found = bind(region, change)
    assert found is not None
    assert found.code is code
    assert found.cites


def pairs() -> list[tuple[str, Code, Change]]:
    """Two causes at once where one region knows both: the first is expected."""
    order = list(Code)
    found = []
    for (region, one, change), (other_region, other, more) in combinations(BIND, 2):
        if region == other_region and not set(change) & set(more) and one is not other:
            found.append((region, min(one, other, key=order.index), {**change, **more}))
    return found


@pytest.mark.parametrize(("region", "first", "change"), pairs())
def test_of_two_causes_the_first_in_the_order_of_code_is_given(
    region: str, first: Code, change: Change
) -> None:
    """Whichever two hold together."""
    found = bind(region, change)
    assert found is not None
    assert found.code is first


def test_every_refusal_of_a_member_stands_in_the_table() -> None:
    """From `own_self` to `rebind_tomorrow`, none left out."""
    codes = list(Code)
    first, last = codes.index(Code.OWN_SELF), codes.index(Code.REBIND_TOMORROW)
    assert [code for code in codes if code in {c for _, c, _ in BIND}] == codes[first : last + 1]


@pytest.mark.parametrize(
    ("region", "change"),
    [
        # What looks like a cause and is none.
        ("SH", {"status": Status.SEALED}),
        ("SH", {"status": Status.REMOTE}),
        ("SH", {"ecode": False}),
        ("SH", {"kinship": Kinship.GRANDPARENT}),
        ("SH", {"member_bonds": [("mother", "child", "2025-01-01T09:00", "2025-11-10T10:00")]}),
        ("SH", {"member_bonds": [("father", "child", "2025-01-01T09:00", "2025-11-10T10:00")]}),
        ("BI", {"kinship": Kinship.SPOUSE_PARENT}),
        ("BI", {"member_sponsors": True, "sponsored_by_member": True}),
        ("BI", {"member_bonds": [("mother", "child", "2022-01-01T09:00")]}),
        ("BI", {"member_bonds": [("mother", "child", "2022-01-01T09:00", "2022-07-02T00:00")]}),
        ("BI", {"member_bonds": [("father", "child", "2022-01-01T09:00", "2022-07-01T00:00")]}),
        ("NA", {"member_bonds": [("mother", "child", "2024-01-01T09:00")]}),
        ("NA", {"member_sponsors": True}),
        ("NA", {"sponsor_bonds": [("father", f"c{n}", "2024-01-01T09:00") for n in range(5)]}),
        ("NA", {"sponsor_bonds": [
            ("father", f"c{n}", "2024-01-01T09:00", "2024-10-08T10:00") for n in range(6)]}),
    ],
)  # fmt: skip
def test_what_does_not_stand_in_the_way(region: str, change: Change) -> None:
    """A bond that has ended, another sponsor where several are allowed, five members."""
    assert bind(region, change) is None


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (Code.ALREADY_IN_A_POOL, {"member_bonds": [("father", "child", "2024-10-09T00:00")]}),
        (Code.TOO_MANY_MEMBERS, {
            "sponsor_bonds": [("father", f"c{n}", "2024-10-09T00:00") for n in range(6)]}),
        (Code.TOO_MANY_MEMBERS, {"sponsor_bonds": [
            ("father", f"c{n}", "2024-01-01T09:00", "2024-10-09T00:00") for n in range(6)]}),
    ],
)  # fmt: skip
def test_a_bond_takes_its_place_from_when_it_is_made_until_its_end(
    code: Code, change: Change
) -> None:
    """Also one that works from tomorrow, as a region may have it, and one until midnight."""
    found = bind("NA", change)
    assert found is not None and found.code is code


def test_a_refusal_says_the_numbers_and_when_it_would_succeed() -> None:
    """Six already of six; tomorrow at midnight."""
    six = bind("NA", dict(BIND[-2][2]))
    assert six is not None
    assert six.numbers == {"at_most": 6, "already": 6}
    tomorrow = bind("BI", dict(BIND[-1][2]))
    assert tomorrow is not None
    assert tomorrow.succeeds_at == local("2022-07-02T00:00")


# ── When it takes effect ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("effect", "now", "from_"),
    [
        ("at_once", "2022-07-01T10:00", "2022-07-01T10:00"),
        ("next_day", "2022-07-01T00:00", "2022-07-02T00:00"),
        ("next_day", "2022-07-01T23:59", "2022-07-02T00:00"),
        ("next_day", "2022-12-31T12:00", "2023-01-01T00:00"),
        ("next_day", "2024-02-28T12:00", "2024-02-29T00:00"),
    ],
)
def test_an_act_takes_effect(effect: Any, now: str, from_: str) -> None:
    """At once, or at the first instant of the next local day."""
    assert takes_effect(effect, local(now)) == local(from_)


def test_the_next_day_begins_at_midnight_in_china() -> None:
    """Whatever zone the clock was read in."""

    late_utc = datetime(2022, 7, 1, 17, 0, tzinfo=UTC)  # one in the morning of 2 July
    assert takes_effect("next_day", late_utc) == datetime(2022, 7, 3, tzinfo=LOCAL_TIME)


def test_a_bond_is_in_force_from_its_first_instant_to_just_before_its_end() -> None:
    """The end itself is no longer in force."""
    one = bond("SH", "father", "child", "2025-11-10T10:00", "2025-11-11T00:00")
    assert [one.in_force(at) for at in (one.starts - 1, one.starts, one.ends - 1, one.ends)] == [
        False,
        True,
        True,
        False,
    ]
    assert not one.is_open
