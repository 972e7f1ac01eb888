"""Who is insured, whose account works, who is in force; and who may see whom."""

from datetime import date
from typing import Any

import msgspec
import pytest

from gongji.policy.refusal import Code, Refusal
from gongji.policy.sight import sees_members, sees_payments
from gongji.policy.standing import (
    Person,
    account_works,
    bars_sponsoring,
    is_employee,
    is_insured,
)
from gongji.terms import Scheme, Status
from town import LAW, REGIONS, rules_of

TODAY = date(2026, 3, 2)
LAWS = {region: LAW.on(code, TODAY) for region, code in REGIONS.items()}


def person(words: str) -> Person:
    """`employee sealed`, `resident`, `employee dead`."""
    scheme, _, rest = words.partition(" ")
    found = Person("P310000-x", "310000", Scheme(scheme))
    if rest == "dead":
        return msgspec.structs.replace(found, died=TODAY)
    return msgspec.structs.replace(found, status=Status(rest or "active"))


@pytest.mark.parametrize(
    ("region", "words", "insured", "account", "employee", "sponsors"),
    [
        # region, who, is insured, account works, counts as employee, in force as sponsor
        ("SH", "employee", 1, 1, 1, 1),
        ("SH", "employee sealed", 1, 0, 1, 0),
        ("SH", "employee suspended", 0, 1, 1, 0),
        ("SH", "employee moved", 0, 1, 1, 0),
        ("SH", "employee remote", 1, 1, 1, 1),
        ("SH", "employee dead", 0, 1, 1, 0),
        ("SH", "resident", 1, 0, 0, 0),
        ("SH", "mutual_aid", 1, 0, 0, 0),
        ("SH", "retired_cadre", 1, 0, 0, 0),
        ("SH", "none", 0, 0, 0, 0),
        ("LY", "employee remote", 1, 1, 1, 0),
        ("LY", "retired_cadre", 1, 1, 1, 0),
        ("LY", "employee suspended", 0, 1, 1, 0),
        ("BI", "employee remote", 1, 1, 1, 1),
        ("NA", "employee", 1, 1, 1, 1),
        ("NA", "retired_cadre", 1, 0, 0, 0),
    ],
)
def test_standing(
    region: str, words: str, insured: int, account: int, employee: int, sponsors: int
) -> None:
    """A line of the table."""
    law, who = LAWS[region], person(words)
    came = (
        is_insured(who, law, TODAY),
        account_works(who, law),
        is_employee(who, law),
        not bars_sponsoring(who, law, TODAY),
    )
    assert came == tuple(map(bool, (insured, account, employee, sponsors)))


@pytest.mark.parametrize(
    ("region", "words", "rules"),
    [
        ("SH", "employee sealed", {"NET-1"}),
        ("SH", "employee dead", {"NET-1", "ACC-7"}),
        ("LY", "retired_cadre", {"NET-2", "NET-1"}),
        ("LY", "employee remote", {"NET-2", "NET-1"}),
        ("NA", "employee moved", {"NET-1"}),
    ],
)
def test_what_bars_a_sponsor_is_cited(region: str, words: str, rules: set[str]) -> None:
    """The bar itself, and the condition that it breaks."""
    barred = bars_sponsoring(person(words), LAWS[region], TODAY)
    assert rules <= rules_of(tuple(provision.key for provision in barred))


def test_all_that_bars_a_sponsor_is_found() -> None:
    """Not the first bar alone."""
    who = msgspec.structs.replace(person("retired_cadre remote"), died=TODAY)
    barred = bars_sponsoring(who, LAWS["LY"], TODAY)
    assert [provision.question for provision in barred] == [
        "sponsor_schemes_barred",
        "sponsor_barred",
        "money_stays_sponsors",
        "sponsor_schemes",
    ]


@pytest.mark.parametrize(
    ("from_", "until", "suspended"),
    [
        (None, None, False),
        (date(2026, 3, 2), None, True),
        (date(2026, 3, 3), None, False),
        (date(2026, 1, 1), date(2026, 3, 1), False),
        (date(2026, 1, 1), date(2026, 3, 2), True),
    ],
)
def test_a_suspension_of_online_settlement(
    from_: date | None, until: date | None, suspended: bool
) -> None:
    """Both its days are included."""
    who = msgspec.structs.replace(person("resident"), suspended_from=from_, suspended_until=until)
    assert who.online_suspended_on(TODAY) is suspended


# ── Sight ────────────────────────────────────────────────────────────────────────────────────────

MEMBERS = frozenset({"child", "grandpa"})


@pytest.mark.parametrize("region", sorted(REGIONS))
@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("father", {"child", "grandpa"}),
        ("child", {"child"}),
        ("stranger", None),
    ],
)
def test_who_sees_which_members_and_whose_payments(
    region: str, who: str, seen: set[str] | None
) -> None:
    """NET-13, the same for members and payments."""
    law = LAWS[region]
    asked: dict[str, Any] = {"who": who, "sponsor": "father", "law": law}
    for found in (
        sees_members(members=MEMBERS, **asked),
        sees_payments(ever_members=MEMBERS, **asked),
    ):
        if seen is None:
            assert isinstance(found, Refusal)
            assert found.code is Code.FORBIDDEN
            assert rules_of(found.cites) == {"NET-13"}
        else:
            assert found == frozenset(seen)


def test_the_law_can_take_sight_away() -> None:
    """Sight is asked of the law, not built in."""
    law = LAWS["SH"]
    blind = msgspec.structs.replace(
        law,
        sponsor_sees=msgspec.structs.replace(law.sponsor_sees, value=frozenset()),
        member_sees=msgspec.structs.replace(law.member_sees, value=frozenset({"sponsor"})),
    )
    for who in ("father", "child"):
        asked: dict[str, Any] = {"who": who, "sponsor": "father", "law": blind}
        assert isinstance(sees_members(members=MEMBERS, **asked), Refusal)
        assert isinstance(sees_payments(ever_members=MEMBERS, **asked), Refusal)
