"""Who sees which pool and which payments (NET-13)."""

import pytest

from gongji.desk import looking
from gongji.desk.ports import Answer, AnswerKind
from gongji.policy.refusal import Refusal
from town import LINYI, REGIONS, SHANGHAI, OpenTown, Town, code, rules_of


@pytest.fixture
def family(town: OpenTown) -> Town:
    """A father, two members, one payment of the child's."""
    opened: Town = town(SHANGHAI)
    opened.person("father", carried=900_00)
    opened.person("stranger", carried=900_00)
    opened.person("child", "resident")
    opened.person("grandpa", "resident")
    opened.hospital("clinic")
    opened.pool("father", {"child": "child", "grandpa": "parent"})
    opened.settled("child", "clinic", 80_00, id="b1")
    return opened


@pytest.mark.parametrize(
    ("who", "members"),
    [
        ("father", ["child", "grandpa"]),
        ("child", ["child"]),
        ("grandpa", ["grandpa"]),
        ("the clerk", ["child", "grandpa"]),
        ("the auditor", ["child", "grandpa"]),
    ],
)
def test_who_sees_which_members(family: Town, who: str, members: list[str]) -> None:
    """The sponsor every member, a member itself; the clerk and the auditor stand in."""
    by = {"the clerk": family.clerk(), "the auditor": family.auditor()}.get(who)
    found = family.view("father", by or family.caller(who))
    assert isinstance(found, looking.PoolView)
    assert found.sponsor == family.id("father")
    assert sorted(bond.member.partition("-")[2] for bond in found.bonds) == members


@pytest.mark.parametrize("who", ["stranger", "ghost", "clerk elsewhere", "clinic"])
def test_nobody_else_sees_the_pool_or_its_payments(family: Town, who: str) -> None:
    """A relative who is not bound, a clerk of another region, an institution."""
    by = {
        "clerk elsewhere": family.clerk(LINYI),
        "clinic": family.institution("clinic"),
    }.get(who) or family.caller(who)
    for found in (family.view("father", by), family.payments("father", by)):
        assert isinstance(found, Refusal)
        assert (found.code, "NET-13" in rules_of(found.cites)) == ("forbidden", True)


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_a_member_never_sees_the_others_in_any_region(town: OpenTown, region: str) -> None:
    """Where a text is silent the narrow reading is taken."""
    family = town(REGIONS[region], "2026-03-02T09:00")
    family.person("father", current=9_00, carried=9_00)
    for name in ("child", "baby"):
        family.person(name, "resident")
    family.pool("father", {"child": "child", "baby": "child"})
    assert family.members("father", "child") == ["child"]


def test_payments_are_the_sponsors_to_see_and_each_members_own(family: Town) -> None:
    """With their reversals, newest first, and without what own money paid."""
    family.at("2025-11-11T09:00")
    family.settled("grandpa", "clinic", 30_00, id="b2")
    family.at("2025-11-12T09:00")
    family.reverse("b1", "clinic", 5_00, id="r1")
    family.settled("father", "clinic", 5_00, id="own")

    def ids(who: str) -> list[str]:
        found = family.payments("father", who)
        assert isinstance(found, list)
        return [answer.key.id for answer in found]

    assert ids("father") == ["r1", "b2", "b1"]
    assert ids("child") == ["r1", "b1"]
    assert ids("grandpa") == ["b2"]


def test_after_leaving_ones_own_past_payments_can_still_be_seen(family: Town) -> None:
    """The pool itself no longer."""
    family.at("2025-11-12T09:00")
    family.leave("child")
    found = family.payments("father", "child")
    assert isinstance(found, list)
    assert len(found) == 1
    assert code(family.view("father", "child")) == "forbidden"
    then = family.view("father", "child", "2025-11-11T09:00")
    assert isinstance(then, looking.PoolView)


def test_a_person_sees_its_own_bills_pooled_or_not(family: Town) -> None:
    """Settlements and reversals, not credits; nobody else's eyes but the window's and auditor's."""
    family.settled("father", "clinic", 5_00, id="own")
    family.credit("father", "carried", 1_00)

    def bills(who: str, of: str) -> object:
        callers = {"clerk": family.clerk(), "auditor": family.auditor()}
        by = callers.get(who) or family.caller(who)
        found = family.ask(lambda s: looking.own_bills(s, family.id(of), by))
        return found.code if isinstance(found, Refusal) else [a.key.id for a in found]

    assert bills("father", "father") == ["own"]
    assert bills("child", "child") == ["b1"]
    assert bills("clerk", "child") == ["b1"]
    assert bills("auditor", "child") == ["b1"]
    assert bills("father", "child") == "forbidden"
    assert bills("clerk", "ghost") == "unknown_person"


def test_payments_come_in_pages(family: Town) -> None:
    """Newest first; the moment of the last one seen begins the next page."""
    for minute in range(1, 6):
        family.at(f"2025-11-10T10:0{minute}")
        family.settled("child", "clinic", 1_00, id=f"p{minute}")
    father = family.caller("father")

    def page(before: int | None = None) -> list[str]:
        more = {} if before is None else {"before": before}
        found = family.ask(
            lambda s: looking.pooled_payments(s, family.id("father"), father, limit=2, **more)
        )
        assert not isinstance(found, Refusal)
        seen.extend(found)
        return [answer.key.id for answer in found]

    seen: list[Answer] = []
    assert page() == ["p5", "p4"]
    assert page(seen[-1].recorded_at) == ["p3", "p2"]
    assert page(seen[-1].recorded_at) == ["p1", "b1"]
    assert page(seen[-1].recorded_at) == []
    assert {answer.kind for answer in seen} == {AnswerKind.SETTLEMENT}


def test_an_open_pool_without_members_is_seen_by_its_sponsor(town: OpenTown) -> None:
    """It is open; there is nobody in it."""
    family = town()
    family.person("father", carried=1_00)
    assert code(family.view("father", "father")) == "no_pool"
    family.pool("father", uses="pay")
    found = family.view("father", "father")
    assert isinstance(found, looking.PoolView)
    assert (found.bonds, [str(use) for use in found.uses]) == ((), ["pay"])
