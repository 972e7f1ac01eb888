"""Forming and keeping a pool, rule by rule (NET-1 to NET-18), as a family meets them."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gongji.desk import looking, pooling
from gongji.desk.ports import Caller, CallerKind, Filing
from gongji.policy.bonds import Bond
from gongji.policy.refusal import Refusal
from gongji.terms import NEVER, FilingChannel, Use, micros, moment
from town import LINYI, NATIONAL, REGIONS, SHANGHAI, TWO_WAY, OpenTown, Town, code, local, rules_of

NOW = {
    "SH": "2025-11-10T09:00",
    "LY": "2023-03-01T09:00",
    "BI": "2022-07-01T09:00",
    "NA": "2024-10-08T09:00",
}
MONEY: dict[str, Any] = {"current": 900_00, "carried": 900_00}


def formed(found: pooling.Formed | Refusal) -> pooling.Formed:
    """A pool that was formed."""
    assert isinstance(found, pooling.Formed), found
    return found


def refusals(found: pooling.Formed | Refusal) -> dict[str, str]:
    """Who was not bound, by name, and why."""
    return {
        member.partition("-")[2]: str(refusal.code)
        for member, refusal in formed(found).not_bound.items()
    }


# ── Who may sponsor whom, region by region ───────────────────────────────────────────────────────

WHO_MAY: list[tuple[str, str, str, str, str]] = [
    # region, sponsor, kinship, member, then; rules in brackets
    ("SH", "employee", "child", "resident", "bound"),
    ("SH", "employee", "spouse", "employee", "bound"),
    ("SH", "resident", "child", "resident", "sponsor_not_employee ACC-1 NET-1"),
    ("SH", "retired_cadre", "child", "resident", "sponsor_not_employee NET-1"),
    ("SH", "none", "child", "resident", "sponsor_not_employee NET-1"),
    ("SH", "employee sealed", "child", "resident", "sponsor_not_in_force NET-1"),
    ("SH", "employee suspended", "child", "resident", "sponsor_not_in_force NET-1"),
    ("SH", "employee moved", "child", "resident", "sponsor_not_in_force NET-1"),
    ("SH", "employee remote", "child", "resident", "bound"),
    ("SH", "employee", "child", "none", "member_not_insured NET-3"),
    ("SH", "employee", "child", "mutual_aid", "member_not_insured NET-3"),
    ("SH", "employee", "child", "resident suspended", "member_not_insured NET-3"),
    ("SH", "employee", "child", "resident moved", "member_not_insured NET-3"),
    ("SH", "employee", "spouse", "employee sealed", "bound"),
    ("SH", "employee", "sibling", "resident", "bound"),
    ("SH", "employee", "grandparent", "resident", "bound"),
    ("SH", "employee", "grandchild", "resident", "bound"),
    ("SH", "employee", "spouse_parent", "resident", "kinship_not_allowed NET-5 NET-6"),
    ("SH", "employee", "other", "resident", "kinship_not_allowed NET-5"),
    ("LY", "employee", "parent", "resident", "bound"),
    ("LY", "employee", "sibling", "resident", "kinship_not_allowed NET-4"),
    ("LY", "employee", "spouse_parent", "resident", "kinship_not_allowed NET-6"),
    ("LY", "employee remote", "child", "resident", "sponsor_not_in_force NET-2"),
    ("LY", "employee suspended", "child", "resident", "sponsor_not_in_force NET-2"),
    ("LY", "employee moved", "child", "resident", "sponsor_not_in_force NET-2"),
    ("LY", "retired_cadre", "child", "resident", "sponsor_not_in_force NET-2"),
    ("LY", "resident", "child", "resident", "sponsor_not_employee ACC-1"),
    ("LY", "employee", "parent", "resident remote", "bound"),
    ("LY", "employee", "parent", "resident no-ecode", "ecode_inactive NET-15"),
    ("LY", "employee no-ecode", "parent", "resident", "ecode_inactive NET-15"),
    ("LY", "employee", "parent", "retired_cadre", "member_not_insured NET-3"),
    ("BI", "employee", "spouse_parent", "resident", "bound"),
    ("BI", "employee", "sibling", "resident", "kinship_not_allowed NET-6"),
    ("BI", "employee", "child_in_law", "resident", "kinship_not_allowed NET-6"),
    ("NA", "employee", "sibling", "resident", "bound"),
    ("NA", "employee", "spouse_parent", "resident", "kinship_not_allowed NET-6"),
    ("NA", "employee", "child_in_law", "resident", "kinship_not_allowed NET-6"),
    ("NA", "employee", "parent", "resident no-ecode", "bound"),
]


def enter(town: Town, name: str, words: str) -> None:
    """A person from words: a scheme, then a standing or `no-ecode`."""
    scheme, _, rest = words.partition(" ")
    standing = "active" if rest in ("", "no-ecode") else rest
    town.person(name, scheme, status=standing, ecode=rest != "no-ecode", **MONEY)


@pytest.mark.parametrize(("region", "sponsor", "kinship", "member", "then"), WHO_MAY)
def test_who_may_sponsor_whom(
    town: OpenTown, region: str, sponsor: str, kinship: str, member: str, then: str
) -> None:
    """A line of the table: both sides' standing and the kinship decide; the rules are cited."""
    family = town(REGIONS[region], NOW[region])
    enter(family, "sponsor", sponsor)
    enter(family, "member", member)
    found = family.pool("sponsor", {"member": kinship})
    if then == "bound":
        assert formed(found).bound == (family.id("member"),)
        return
    expected, *rules = then.split()
    if isinstance(found, pooling.Formed):
        (found,) = found.not_bound.values()
    assert code(found) == expected
    assert set(rules) <= rules_of(found.cites)


def test_each_member_has_a_result_of_its_own(town: OpenTown) -> None:
    """One who cannot be bound does not keep the others out, and the results name each."""
    family = town()
    family.person("father", **MONEY)
    family.person("mother", **MONEY)
    family.person("child", "resident")
    family.person("friend", "resident")
    family.person("visitor", "resident", region=LINYI)
    visitor = family.id(f"P{LINYI}-visitor")
    found = formed(
        family.pool(
            "father",
            {"child": "child", "mother": "spouse", "friend": "other", visitor: "child",
             "ghost": "child", "father": "spouse"},
        )
    )  # fmt: skip
    assert {id.partition("-")[2] for id in found.bound} == {"child", "mother"}
    assert refusals(found) == {
        "friend": "kinship_not_allowed",
        "visitor": "member_not_here",
        "ghost": "unknown_person",
        "father": "own_self",
    }


def test_no_pool_is_formed_when_none_of_those_named_can_be_bound(town: OpenTown) -> None:
    """The results say why, and the sponsor may try again."""
    family = town()
    family.person("father", **MONEY)
    family.person("friend", "resident")
    changes = family.office.store.changes()
    found = formed(family.pool("father", {"friend": "other"}))
    assert found.pool is None
    assert refusals(found) == {"friend": "kinship_not_allowed"}
    assert family.office.store.changes() == changes
    assert formed(family.pool("father")).pool is not None


def test_a_pool_may_be_formed_without_members_and_bonds_come_later(town: OpenTown) -> None:
    """It is open at once; a second is refused, and a bond without a pool as well."""
    family = town()
    family.person("father", **MONEY)
    family.person("child", "resident")
    assert code(family.bind("father", "child", "child")) == "no_pool"
    found = formed(family.pool("father"))
    assert (found.bound, found.not_bound) == ((), {})
    assert code(family.pool("father")) == "sponsor_has_pool"
    assert isinstance(family.bind("father", "child", "child"), Bond)
    assert family.members("father") == ["child"]


def test_shanghai_wants_carried_money_when_the_pool_is_formed_and_not_later(
    town: OpenTown,
) -> None:
    """NET-1 at the forming; the pool goes on when the money is used up (ACC-3)."""
    family = town()
    family.person("father", current=900_00)
    family.person("child", "resident")
    family.person("mother", "resident")
    found = family.pool("father", {"child": "child"})
    assert isinstance(found, Refusal)
    assert (found.code, found.numbers) == (
        "nothing_carried",
        {"needed_fen": 1, "available_fen": 0},
    )
    assert rules_of(found.cites) == {"NET-1"}
    family.credit("father", "carried", 50_00)
    formed(family.pool("father", {"child": "child"}))
    family.hospital("clinic")
    assert family.settled("child", "clinic", 80_00).pooled_fen == 50_00
    assert isinstance(family.bind("father", "mother", "spouse"), Bond)


@pytest.mark.parametrize("region", ["LY", "BI", "NA"])
def test_elsewhere_a_pool_may_be_formed_with_an_empty_account(town: OpenTown, region: str) -> None:
    """No other text asks for a balance."""
    family = town(REGIONS[region], NOW[region])
    family.person("father")
    family.person("child", "resident")
    assert formed(family.pool("father", {"child": "child"})).bound


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_the_commitment_comes_before_the_first_bond(town: OpenTown, region: str) -> None:
    """NET-14: without it nothing is formed."""
    family = town(REGIONS[region], NOW[region])
    family.person("father", **MONEY)
    family.person("child", "resident")
    found = family.pool("father", {"child": "child"}, committed=False)
    assert isinstance(found, Refusal)
    assert found.code == "commitment_missing"
    assert "NET-14" in rules_of(found.cites)


# ── One pool or many ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("region", ["SH", "LY"])
def test_in_shanghai_and_linyi_a_person_is_in_one_pool_at_a_time(
    town: OpenTown, region: str
) -> None:
    """NET-7: as sponsor or as member; to change, leave first."""
    family = town(REGIONS[region], NOW[region])
    for name in ("father", "mother"):
        family.person(name, **MONEY)
    family.person("child", "resident")
    formed(family.pool("father", {"mother": "spouse"}))
    found = family.pool("mother", {"child": "child"})
    assert isinstance(found, Refusal)
    assert (found.code, rules_of(found.cites)) == ("sponsor_is_member", {"NET-7"})
    bound = family.bind("mother", "child", "child")
    assert isinstance(bound, Refusal)
    assert (bound.code, rules_of(bound.cites)) == ("sponsor_is_member", {"NET-7"})
    family.leave("mother")
    assert code(family.bind("mother", "child", "child")) == "no_pool"
    formed(family.pool("mother", {"child": "child"}))
    assert code(family.bind("father", "mother", "spouse")) == "member_is_sponsor"
    assert code(family.bind("father", "child", "child")) == "already_in_a_pool"
    family.unbind("mother", "child")
    assert isinstance(family.bind("father", "child", "child"), Bond)


def test_in_the_two_way_region_bonds_run_both_ways_and_a_child_has_both_parents(
    town: OpenTown,
) -> None:
    """NET-8: several members a sponsor, several sponsors a member; the same two only once."""
    family = town(TWO_WAY, NOW["BI"])
    for name in ("father", "mother"):
        family.person(name, **MONEY)
    family.person("child", "resident")
    formed(family.pool("father", {"mother": "spouse", "child": "child"}))
    assert len(formed(family.pool("mother", {"father": "spouse", "child": "child"})).bound) == 2
    assert code(family.bind("father", "child", "child")) == "already_in_a_pool"
    assert isinstance(family.leave("child", "father"), pooling.Ended)
    family.at("2022-07-02T00:00")
    assert family.members("father") == ["mother"]
    assert family.members("mother") == ["child", "father"]


def test_the_baseline_allows_several_sponsors_and_not_both_ways(town: OpenTown) -> None:
    """NET-9: whoever is my member cannot have me as a member."""
    family = town(NATIONAL, NOW["NA"])
    for name in ("father", "mother"):
        family.person(name, **MONEY)
    family.person("child", "resident")
    formed(family.pool("father", {"mother": "spouse", "child": "child"}))
    found = formed(family.pool("mother", {"father": "spouse", "child": "child"}))
    assert refusals(found) == {"father": "two_way_not_allowed"}
    assert found.bound == (family.id("child"),)


@pytest.mark.parametrize("sponsors", [("father", "mother"), ("mother", "father")])
def test_of_two_bonds_of_one_instant_the_one_filed_first_is_the_older(
    town: OpenTown, sponsors: tuple[str, str]
) -> None:
    """All that begin the next day begin at once; the oldest that can pay is still one of them."""
    family = town(NATIONAL, NOW["NA"])
    for name in ("father", "mother"):
        family.person(name, **MONEY)
    children = [f"child{n}" for n in range(5)]
    for child in children:
        family.person(child, "resident")
    for sponsor in sponsors:
        formed(family.pool(sponsor, dict.fromkeys(children, "child")))
    known = family.ask(lambda s: s.unit.bonds_of_members(map(family.id, children), s.at))
    asked = [family.id(sponsor) for sponsor in sponsors]
    assert [[one.bond.sponsor for one in bonds] for bonds in known.values()] == [asked] * 5


def test_six_members_and_no_more(town: OpenTown) -> None:
    """NET-9: the refusal says how many there may be and are; a place that is left can be taken."""
    family = town(NATIONAL, NOW["NA"])
    family.person("father", **MONEY)
    names = [f"child{n}" for n in range(8)]
    for name in names:
        family.person(name, "resident")
    found = formed(family.pool("father", dict.fromkeys(names[:7], "child")))
    assert len(found.bound) == 6
    assert refusals(found) == {"child6": "too_many_members"}
    refused = family.bind("father", "child7", "child")
    assert isinstance(refused, Refusal)
    assert refused.numbers == {"at_most": 6, "already": 6}
    family.unbind("father", "child0")
    assert isinstance(family.bind("father", "child7", "child"), Bond)


def test_kin_allowed_follows_the_day(town: OpenTown) -> None:
    """NET-4 before November 2025, NET-5 from then on."""
    family = town(SHANGHAI, "2025-10-31T23:59")
    family.person("sister", **MONEY)
    family.person("brother", "resident")
    found = formed(family.pool("sister", {"brother": "sibling"}))
    assert refusals(found) == {"brother": "kinship_not_allowed"}
    family.at("2025-11-01T00:00")
    assert formed(family.pool("sister", {"brother": "sibling"})).bound


def test_in_2022_the_mutual_aid_plan_counts_as_insured(town: OpenTown) -> None:
    """NET-3 as Shanghai had it in 2022; who was bound then stays bound."""
    family = town(SHANGHAI, "2022-08-02T09:00")
    family.person("son", **MONEY)
    family.person("father", "mutual_aid")
    assert formed(family.pool("son", {"father": "parent"})).bound
    family.at("2026-01-05T09:00")
    assert family.members("son") == ["father"]


# ── When it bites ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("region", ["SH", "LY", "NA"])
def test_binding_and_unbinding_work_at_once(town: OpenTown, region: str) -> None:
    """NET-12 elsewhere: in force the moment it is made, over the moment it ends, and again."""
    family = town(REGIONS[region], NOW[region])
    family.person("father", **MONEY)
    family.person("child", "resident")
    family.hospital("clinic")
    formed(family.pool("father", {"child": "child"}))
    assert family.settled("child", "clinic", 10_00).outcome == "pooled"
    found = family.unbind("father", "child")
    assert isinstance(found, pooling.Ended)
    assert found.ends == family.now
    assert family.settled("child", "clinic", 10_00).outcome == "not_in_a_pool"
    assert isinstance(family.bind("father", "child", "child"), Bond)
    assert family.settled("child", "clinic", 10_00).outcome == "pooled"


@pytest.mark.parametrize("how", ["unbind", "leave", "dissolve"])
def test_in_the_two_way_region_a_bond_works_until_the_end_of_the_day(
    town: OpenTown, how: str
) -> None:
    """NET-12: until midnight nothing changes, and the two are bound again from the next day."""
    family = town(TWO_WAY, NOW["BI"])
    family.person("father", **MONEY)
    family.person("child", "resident")
    family.hospital("clinic")
    formed(family.pool("father", {"child": "child"}))
    found = {
        "unbind": lambda: family.unbind("father", "child"),
        "leave": lambda: family.leave("child"),
        "dissolve": lambda: family.dissolve("father"),
    }[how]()
    assert isinstance(found, pooling.Ended)
    assert found.ends == local("2022-07-02T00:00")
    if how == "dissolve":
        again = formed(family.pool("father", {"child": "child"}))
        refused = again.not_bound[family.id("child")]
    else:
        answer = family.bind("father", "child", "child")
        assert isinstance(answer, Refusal)
        refused = answer
    assert (refused.code, refused.succeeds_at) == ("rebind_tomorrow", local("2022-07-02T00:00"))
    assert "NET-12" in rules_of(refused.cites)
    assert code(family.unbind("father", "child")) == (
        "no_pool" if how == "dissolve" else "not_bound"
    )

    family.at("2022-07-01T23:59")
    assert family.settled("child", "clinic", 10_00, sponsor="father").outcome == "pooled"
    family.at("2022-07-02T00:00")
    assert family.settled("child", "clinic", 10_00, sponsor="father").outcome == "not_in_a_pool"
    if how == "dissolve":
        formed(family.pool("father", {"child": "child"}))
    else:
        assert isinstance(family.bind("father", "child", "child"), Bond)
    assert family.settled("child", "clinic", 10_00, sponsor="father").outcome == "pooled"


def test_maintenance_has_no_limit(town: OpenTown) -> None:
    """NET-11: ten times in and out on one morning."""
    family = town()
    family.person("father", **MONEY)
    family.person("child", "resident")
    formed(family.pool("father"))
    for _ in range(10):
        assert isinstance(family.bind("father", "child", "child"), Bond)
        assert isinstance(family.leave("child"), pooling.Ended)
        assert isinstance(family.uses("father", "contribute"), object)
    assert family.members("father") == []


def test_dissolving_ends_every_bond_and_frees_everyone(town: OpenTown) -> None:
    """NET-11: afterwards sponsor and members may be in another pool."""
    family = town()
    for name in ("father", "mother"):
        family.person(name, **MONEY)
    family.person("child", "resident")
    formed(family.pool("father", {"child": "child", "mother": "spouse"}))
    found = family.dissolve("father")
    assert isinstance(found, pooling.Ended)
    assert len(found.bonds) == 2
    assert code(family.dissolve("father")) == "no_pool"
    assert code(family.unbind("father", "child")) == "no_pool"
    assert code(family.leave("child")) == "not_bound"
    assert code(family.uses("father", "pay")) == "no_pool"
    formed(family.pool("mother", {"father": "spouse", "child": "child"}))


def test_an_empty_pool_is_dissolved_at_once(town: OpenTown) -> None:
    """Nothing was bound, so nothing waits for midnight."""
    family = town(TWO_WAY, NOW["BI"])
    family.person("father", **MONEY)
    formed(family.pool("father"))
    found = family.dissolve("father")
    assert found == pooling.Ended(family.now, ())


# ── Uses ─────────────────────────────────────────────────────────────────────────────────────────


def test_in_shanghai_nothing_can_be_used_until_a_use_is_chosen(town: OpenTown) -> None:
    """NET-10: pay, contribute or both; changed at any time."""
    family = town()
    family.person("father", **MONEY)
    family.person("child", "resident")
    family.hospital("clinic")
    formed(family.pool("father", {"child": "child"}, uses=""))
    outcomes = []
    for uses in ("", "contribute", "pay", "pay contribute", "contribute"):
        family.uses("father", uses)
        outcomes.append(str(family.settled("child", "clinic", 10_00).outcome))
    assert outcomes == ["use_not_chosen", "use_not_chosen", "pooled", "pooled", "use_not_chosen"]


@pytest.mark.parametrize("region", ["LY", "BI", "NA"])
def test_elsewhere_no_choice_is_asked_for(town: OpenTown, region: str) -> None:
    """NET-10: both uses are open."""
    family = town(REGIONS[region], NOW[region])
    family.person("father", **MONEY)
    family.person("child", "resident")
    family.hospital("clinic")
    formed(family.pool("father", {"child": "child"}, uses=""))
    assert family.settled("child", "clinic", 10_00, sponsor="father").outcome == "pooled"


# ── Who asks ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["child", "mother", "stranger", "clerk elsewhere", "clinic"])
def test_only_the_sponsor_changes_a_pool(town: OpenTown, who: str) -> None:
    """NET-11, NET-13: anyone else is forbidden, a clerk of another region included."""
    family = town()
    for name in ("father", "mother"):
        family.person(name, **MONEY)
    family.person("child", "resident")
    callers = {
        "clerk elsewhere": family.clerk(LINYI),
        "clinic": family.institution("clinic"),
    }
    by = callers.get(who) or family.caller(who)
    assert code(family.pool("father", {"child": "child"}, by=by)) == "forbidden"
    formed(family.pool("father", {"child": "child"}))
    before = family.office.store.changes()
    for found in (
        family.bind("father", "mother", "spouse", by=by),
        family.unbind("father", "child", by=by),
        family.dissolve("father", by=by),
        family.uses("father", "", by=by),
        family.hold_code("father", "child", by=by),
    ):
        assert code(found) == "forbidden"
    if who != "child":
        assert code(family.leave("child", by=by)) == "forbidden"
    assert family.office.store.changes() == before
    assert family.members("father") == ["child"]


def test_the_sponsor_removes_and_does_not_leave_for_the_member(town: OpenTown) -> None:
    """`leave` is the member's own act."""
    family = town()
    family.person("father", **MONEY)
    family.person("child", "resident")
    formed(family.pool("father", {"child": "child"}))
    assert code(family.leave("child", by=family.caller("father"))) == "forbidden"


def test_the_window_acts_for_those_who_cannot_and_the_agent_is_on_record(town: OpenTown) -> None:
    """NET-17: the clerk of the region, with channel and agent kept beside the act, sealed."""
    family = town()
    family.person("grandpa", **MONEY)
    family.person("child", "resident")
    found = formed(
        family.pool(
            "grandpa",
            {"child": "grandchild"},
            by=family.clerk(),
            channel="window",
            agent="daughter, 310101197501010000",
        )
    )
    assert found.pool is not None
    store = family.office.store
    with store.read() as unit:
        raw = unit._db.execute("SELECT id, filing FROM pools").fetchall()  # type: ignore[attr-defined]  # the filing has no reader yet
    ((id, sealed),) = raw
    assert b"daughter" not in sealed
    opened = store._vault.open(sealed, id)  # type: ignore[attr-defined]  # as above
    filing = msgspec.json.decode(opened, type=Filing)
    assert filing == Filing(FilingChannel.WINDOW, "clerk", "daughter, 310101197501010000")


@pytest.mark.parametrize("act", ["pool", "bind", "unbind", "leave", "dissolve", "uses", "view"])
def test_nobody_of_that_name(town: OpenTown, act: str) -> None:
    """A person who is not registered is unknown, whoever asks."""
    family = town()
    asked: dict[str, Callable[[], object]] = {
        "pool": lambda: family.pool("ghost"),
        "bind": lambda: family.bind("ghost", "ghost", "child"),
        "unbind": lambda: family.unbind("ghost", "ghost"),
        "leave": lambda: family.leave("ghost"),
        "dissolve": lambda: family.dissolve("ghost"),
        "uses": lambda: family.uses("ghost", "pay"),
        "view": lambda: family.view("ghost", "ghost"),
    }
    assert code(asked[act]()) == "unknown_person"


def test_a_sponsor_who_no_longer_qualifies_cannot_bind_more(town: OpenTown) -> None:
    """NET-1 is asked at every bond; those that stand stay, and the money is shut meanwhile."""
    family = town()
    family.person("father", **MONEY)
    for name in ("child", "baby"):
        family.person(name, "resident")
    family.hospital("clinic")
    formed(family.pool("father", {"child": "child"}))
    family.standing("father", status="sealed")
    assert code(family.bind("father", "baby", "child")) == "sponsor_not_in_force"
    assert family.settled("child", "clinic", 10_00).outcome == "sponsor_not_in_force"
    family.standing("father", status="active")
    assert family.settled("child", "clinic", 10_00).outcome == "pooled"
    assert isinstance(family.bind("father", "baby", "child"), Bond)


# ── Moving away ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["father", "child"])
def test_in_linyi_the_bond_ends_before_either_side_moves_away(town: OpenTown, who: str) -> None:
    """NET-16: a move is refused while a bond is open, for sponsor and member alike."""
    family = town(LINYI, NOW["LY"])
    family.person("father", **MONEY)
    family.person("child", "resident")
    formed(family.pool("father", {"child": "child"}))
    found = family.standing(who, status="moved")
    assert isinstance(found, Refusal)
    assert (found.code, found.numbers) == ("unbind_first", {"open_bonds": 1})
    assert "NET-16" in rules_of(found.cites)
    assert not isinstance(family.standing(who, status="suspended"), Refusal)
    family.standing(who, status="active")
    family.unbind("father", "child")
    assert not isinstance(family.standing(who, status="moved"), Refusal)


@pytest.mark.parametrize("region", ["SH", "BI", "NA"])
def test_elsewhere_a_move_is_not_refused_and_shuts_the_pool(town: OpenTown, region: str) -> None:
    """No other text makes it a condition; afterwards the sponsor is not in force."""
    family = town(REGIONS[region], NOW[region])
    family.person("father", **MONEY)
    family.person("child", "resident")
    family.hospital("clinic")
    formed(family.pool("father", {"child": "child"}))
    assert not isinstance(family.standing("father", status="moved"), Refusal)
    decision = family.settled("child", "clinic", 10_00, sponsor="father")
    assert decision.outcome == "sponsor_not_in_force"


# ── The past ─────────────────────────────────────────────────────────────────────────────────────


def test_any_past_day_can_be_asked_about(town: OpenTown) -> None:
    """Members, uses and standing as they were at each moment, after everything has changed."""
    family = town(SHANGHAI, "2025-11-10T09:00")
    family.person("father", **MONEY)
    family.person("mother", "resident")
    family.person("child", "resident")
    formed(family.pool("father", {"child": "child"}, uses=""))
    family.at("2025-11-11T09:00")
    family.bind("father", "mother", "spouse")
    family.uses("father", "pay")
    family.at("2025-11-12T09:00")
    family.unbind("father", "child")
    family.standing("father", status="sealed")
    family.at("2025-11-13T09:00")
    family.dissolve("father")
    family.at("2025-12-01T09:00")

    def seen(at: str) -> tuple[list[str], list[str]]:
        view = family.view("father", "father", at)
        assert isinstance(view, looking.PoolView)
        names = sorted(bond.member.partition("-")[2] for bond in view.bonds)
        return names, sorted(view.uses)

    assert seen("2025-11-10T09:00") == (["child"], [])
    assert seen("2025-11-11T08:59") == (["child"], [])
    assert seen("2025-11-11T09:00") == (["child", "mother"], ["pay"])
    assert seen("2025-11-12T08:59") == (["child", "mother"], ["pay"])
    assert seen("2025-11-12T09:00") == (["mother"], ["pay"])
    assert code(family.view("father", "father", "2025-11-13T09:00")) == "no_pool"
    assert code(family.view("father", "father", "2025-11-10T08:59")) == "no_pool"
    assert code(family.view("father", "father")) == "no_pool"

    def status(at: str) -> str:
        with family.office.store.read() as unit:
            person = unit.person_at(family.id("father"), micros(local(at)))
        assert person is not None
        return str(person.status)

    assert [status(f"2025-11-{day}T09:00") for day in (10, 11, 12, 13)] == [
        "active",
        "active",
        "sealed",
        "sealed",
    ]


def test_a_bond_says_when_it_began_and_that_nobody_has_ended_it(town: OpenTown) -> None:
    """`ends` is NEVER until somebody ends it; then it is the first moment out of force."""
    family = town()
    family.person("father", **MONEY)
    family.person("child", "resident")
    formed(family.pool("father"))
    bond = family.bind("father", "child", "child")
    assert isinstance(bond, Bond)
    assert (moment(bond.starts), bond.ends, bond.is_open) == (family.now, NEVER, True)
    assert bond.id.startswith(f"B{SHANGHAI}-")
    family.at("2025-11-10T10:00")
    family.leave("child")
    with family.office.store.read() as unit:
        (kept,) = unit.bonds_of_member(family.id("child"))
    assert (moment(kept.ends), kept.is_open) == (local("2025-11-10T10:00"), False)
    assert kept.in_force(micros(local("2025-11-10T09:59")))
    assert not kept.in_force(kept.ends)


def test_uses_are_kept_as_a_set(town: OpenTown) -> None:
    """Choosing what is chosen already writes nothing."""
    family = town()
    family.person("father", **MONEY)
    formed(family.pool("father", uses="pay"))
    before = family.office.store.changes()
    found = family.uses("father", "pay")
    assert family.office.store.changes() == before
    assert found.uses == frozenset({Use.PAY})


def test_a_choice_of_uses_says_since_when_it_holds(town: OpenTown) -> None:
    """What is answered is the pool as it now stands, and as it is found again."""
    family = town()
    family.person("father", **MONEY)
    formed(family.pool("father", uses="pay"))
    family.at("2025-11-20T09:00")
    found = family.uses("father", "pay contribute")
    assert found == family.ask(lambda session: session.unit.open_pool(family.id("father")))


def test_a_caller_acts_for_itself_a_clerk_for_the_region(town: OpenTown) -> None:
    """The rule of access that every route asks."""
    family = town()
    father = family.id("father")
    assert Caller("k", SHANGHAI, CallerKind.PERSON, father).may_act_for(father)
    assert not Caller("k", SHANGHAI, CallerKind.PERSON, "P310000-x").may_act_for(father)
    assert family.clerk().may_act_for(father)
    assert not family.clerk(LINYI).may_act_for(father)
    assert not family.auditor().may_act_for(father)
    assert not Caller("k", SHANGHAI, CallerKind.INSTITUTION, father).may_act_for(father)
