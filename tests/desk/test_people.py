"""Registering people, their accounts' credits, family codes, and numbers that cannot be one."""

from datetime import date

import pytest
from stdnum.cn import ric

from gongji.desk import people
from gongji.desk.identity import (
    Identity,
    birth_date,
    check_digit,
    mask_name,
    mask_number,
    mask_phone,
    wrong_number,
)
from gongji.policy.refusal import Refusal
from gongji.policy.standing import Person
from gongji.settlement.bill import Balances
from gongji.terms import Scheme
from town import LINYI, SHANGHAI, OpenTown, code, rules_of

TODAY = date(2026, 3, 2)
FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in "310101198001010018")


def test_whoever_is_registered_already_keeps_the_id(town: OpenTown) -> None:
    """The identity number is the same person, under whatever id it is sent again."""
    family = town()
    identity = Identity("李明", "310101198001010018")

    def register(name: str) -> str:
        person = Person(f"P310000-{name}", SHANGHAI, Scheme.RESIDENT)
        return family.do(lambda s: people.register_person(s, person, identity, "test"))

    ids = [register("first"), register("second")]
    assert ids == ["P310000-first", "P310000-first"]
    with family.office.store.read() as unit:
        assert unit.identities(ids) == {"P310000-first": identity}
        assert unit.people(["P310000-second"]) == {}


def test_an_id_carries_its_region_and_nothing_of_the_person() -> None:
    """Fresh every time."""
    ids = {people.new_id("P", SHANGHAI) for _ in range(100)}
    assert len(ids) == 100
    assert all(id.startswith("P310000-") for id in ids)


def test_a_credit_is_booked_once_for_an_id(town: OpenTown) -> None:
    """A repeat says so, also after the person has changed schemes; another sum is refused."""
    family = town()
    family.person("father")
    assert family.credit("father", "carried", 10_00, id="c1") is False
    family.standing("father", scheme="resident")
    assert family.credit("father", "carried", 10_00, id="c1") is True
    assert code(family.credit("father", "carried", 11_00, id="c1")) == "id_reused"
    assert code(family.credit("father", "current", 10_00, id="c1")) == "id_reused"
    assert family.balance("father") == Balances(0, 10_00)
    family.proof()


def test_residents_have_no_account(town: OpenTown) -> None:
    """ACC-1: there is nothing to credit; Linyi's retired cadres have one."""
    family = town()
    family.person("child", "resident")
    found = family.credit("child", "current", 10_00)
    assert isinstance(found, Refusal)
    assert (found.code, rules_of(found.cites)) == ("no_account", {"ACC-1"})
    assert code(family.credit("ghost", "current", 10_00)) == "unknown_person"
    assert family.balance("child") == Balances(0, 0)
    linyi = town(LINYI, "2023-03-01T09:00")
    linyi.person("cadre", "retired_cadre")
    assert linyi.credit("cadre", "current", 10_00) is False


def test_balances_of_nobody(town: OpenTown) -> None:
    """Whoever is not registered has no balance, not an empty one."""
    family = town()
    found = family.ask(lambda s: people.balances_of(s, family.id("ghost")))
    assert code(found) == "unknown_person"


def test_a_standing_is_changed_in_what_is_named_and_kept_with_its_history(town: OpenTown) -> None:
    """What is left out stays; a change that changes nothing is not written."""
    family = town()
    family.person("father")
    family.at("2025-11-11T09:00")
    family.standing("father", status="sealed")
    family.at("2025-11-12T09:00")
    family.standing("father", scheme="resident", ecode=False)
    before = family.office.store.changes()
    family.standing("father", scheme="resident")
    assert family.office.store.changes() == before
    with family.office.store.read() as unit:
        history = [
            (str(p.scheme), str(p.status), p.ecode, by)
            for _, p, by in unit.standings(family.id("father"))
        ]
    assert history == [
        ("employee", "active", True, "test"),
        ("employee", "sealed", True, "test"),
        ("resident", "sealed", False, "test"),
    ]
    assert code(family.standing("ghost", status="sealed")) == "unknown_person"


def test_family_codes(town: OpenTown) -> None:
    """FAM-2: up to six relatives, both ways, across regions; one code held by several."""
    family = town()
    for name in ("father", "mother"):
        family.person(name)
    names = [f"child{n}" for n in range(6)]
    for name in names:
        family.person(name, "resident")
    family.person("cousin", "resident", region=LINYI)
    cousin = f"P{LINYI}-cousin"
    for held in ("mother", cousin, *names[:4]):
        assert not isinstance(family.hold_code("father", held), Refusal), held
    assert len(family.hold_code("father", "mother")) == 6, "held already"
    found = family.hold_code("father", names[4])
    assert isinstance(found, Refusal)
    assert (found.code, found.numbers) == ("too_many_relatives", {"at_most": 6, "already": 6})
    assert rules_of(found.cites) == {"FAM-2"}
    assert family.hold_code("mother", "father") == (family.id("father"),)
    assert family.hold_code(cousin, names[0], by=family.caller(cousin)) == (family.id(names[0]),)
    assert code(family.hold_code("mother", "mother")) == "own_self"
    assert code(family.hold_code("mother", "ghost")) == "unknown_person"
    assert code(family.hold_code("mother", names[0], by=family.caller("father"))) == "forbidden"


def test_a_family_code_is_given_up_or_taken_back(town: OpenTown) -> None:
    """By the holder or by the relative, by nobody else; twice is once."""
    family = town()
    for name in ("father", "mother", "child"):
        family.person(name)
    father, mother, child = map(family.id, ("father", "mother", "child"))

    def drop(relative: str, by: str) -> Refusal | None:
        caller = family.caller(by)
        return family.do(lambda s: people.drop_code(s, father, relative, caller))

    family.hold_code("father", "mother")
    family.hold_code("father", "child")
    assert code(drop(mother, "child")) == "forbidden"
    assert drop(mother, "mother") is None
    assert family.hold_code("father", "child") == (child,)
    assert drop(child, "father") is None and drop(child, "father") is None
    assert family.ask(lambda s: s.unit.codes_of(father)) == []


# ── Identity numbers ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        ("31010119800101001", "18 characters"),
        ("3101011980010100188", "18 characters"),
        ("", "18 characters"),
        (FULL_WIDTH, "18 characters"),
        ("310101198001010018\n", "18 characters"),
        ("31010119800101001x", "capital X"),
        ("3101011980010100 8", "18 characters"),
        (
            "990101198001010018",
            "no province has the code 90",
        ),  # a foreigner's: 9, then the province
        ("310101198013010018", "19801301 is no date"),
        ("310101202603030018", "lies ahead"),
        ("310101198001010017", "check digit"),
        ("310101198001100018", "check digit"),
    ],
)
def test_a_number_that_cannot_be_one_is_told_what_is_wrong(number: str, wrong: str) -> None:
    """The first thing that is wrong, and what to look at again."""
    found = wrong_number(number, TODAY)
    assert found is not None
    assert wrong in found


@pytest.mark.parametrize(
    "county",
    [
        "310101", "371302", "310151", "110114", "330113", "810000", "820000", "830000", "650102",
    ],
)  # fmt: skip
def test_a_county_is_not_held_against_a_list(county: str) -> None:
    """A code says where somebody was first registered; libraries that check it reject people."""
    for born in ("19500101", "19801231", "20240229"):
        first = f"{county}{born}001"
        assert wrong_number(first + check_digit(first), TODAY) is None


def test_the_check_digit_agrees_with_another_library() -> None:
    """On numbers with a county that the library knows."""
    for n in range(200):
        first = f"31010119{60 + n % 40}010{1 + n % 9}{n:03d}"
        assert check_digit(first) == ric.calc_check_digit(first + "0")


def test_the_date_of_birth_in_a_number() -> None:
    """Digits 7 to 14."""
    assert birth_date("310101198001010018") == date(1980, 1, 1)
    assert birth_date("310101198002300018") is None


@pytest.mark.parametrize(
    ("mask", "plain", "masked"),
    [
        (mask_number, "310101198001010018", "310*************18"),
        (mask_name, "李明", "李*"),
        (mask_name, "欧阳娜娜", "欧***"),
        (mask_name, "阿卜杜热依木·买买提明", "阿***"),
        (mask_name, "", ""),
        (mask_phone, "13800000000", "138****0000"),
        (mask_phone, "", ""),
    ],
)
def test_what_identifies_a_person_is_shown_masked(mask: object, plain: str, masked: str) -> None:
    """The first character of a name; region and end of a number; both ends of a phone."""
    assert callable(mask)
    assert mask(plain) == masked
