"""A bill's lines through catalogue, law and plan; what is not configured is said, not guessed."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from catalogue.goods import entry
from gongji.catalogue.item import CatalogueList, Item, Kind
from gongji.catalogue.shelf import Shelf
from gongji.catalogue.treatment import Approval, Lack, Unclear, Why
from gongji.desk.adjudicating import Decided, FeeBill, FeeLine, GivenPlan, adjudicate
from gongji.desk.editions import EditionHead, import_edition
from gongji.desk.identity import Identity
from gongji.desk.office import Session
from gongji.desk.people import register_person
from gongji.policy.refusal import Code, Refusal
from gongji.policy.standing import Person
from gongji.terms import Care, Scheme, Status
from town import SHANGHAI, OpenTown, Town, local, rules_of

EVERY = dict.fromkeys(Scheme, 1000)
GOODS: list[Item] = [
    entry("阿莫西林", "A"),
    entry("头孢地尼", "B", shares_bp=EVERY),
    entry("无份额", "B"),
    entry("二线药", "A", restriction="限二线用药。"),
    entry("布洛芬", "A", "口服常释剂型"),
    entry("布洛芬", "B", "颗粒剂", shares_bp=EVERY),
    entry("限价药", "A", price_words="10.00元(1片)"),
    entry("血糖仪", "account", kind=Kind.DEVICE),
]
PLAN = GivenPlan(deductible_left_fen=2000, ratio_bp=6000)


@pytest.fixture
def clinic(town: OpenTown) -> Town:
    """Shanghai in 2026: a clinic, an employee, and residents of three ages."""
    found = town(SHANGHAI, "2026-03-01T09:00")
    found.hospital("clinic", "primary")
    found.hospital("tertiary", "tertiary")
    found.person("worker", "employee")
    for name, born in (("pupil", 2016), ("adult", 1990), ("elder", 1950)):
        person = Person(f"P{SHANGHAI}-{name}", SHANGHAI, Scheme.RESIDENT, born=date(born, 3, 2))

        def enter(session: Session, person: Person = person) -> str:
            number = f"31019919800101{person.id[-4:]}"
            return register_person(session, person, Identity(person.id, number), "test")

        found.do(enter)
    return found


def bill(
    town: Town, *lines: FeeLine, who: str = "worker", at: str = "clinic", **more: Any
) -> FeeBill:
    """A bill."""
    return FeeBill(patient=town.id(who), institution=town.place(at), lines=lines, **more)


def line(name: str, fen: int = 10_000, **more: Any) -> FeeLine:
    """A line."""
    return FeeLine(name=name, total_fen=fen, **more)


def decide(town: Town, asked: FeeBill, shelf: Shelf | None = None) -> Decided | Refusal | Unclear:
    """Decide it with the goods above."""
    return town.ask(lambda s: adjudicate(s, asked, shelf or Shelf(GOODS)))


def decided(town: Town, asked: FeeBill) -> Decided:
    """The decision, which has to be one."""
    found = decide(town, asked)
    assert isinstance(found, Decided), found
    return found


def test_a_bill_with_a_plan_that_was_given(clinic: Town) -> None:
    """The shared scenario's bill, with the rules that it rests on."""
    lines = (line("阿莫西林", 3000), line("头孢地尼", 10_000), line("人参酒", 8800))
    found = decided(clinic, bill(clinic, *lines, plan=PLAN))
    total = found.result.bill
    assert (total.fund_paid_fen, total.self_paid_fen, total.uncovered_fen) == (6000, 7000, 8800)
    assert found.excluded_kinds == (None, None, "form")
    assert rules_of(found.cites) == {"CAT-1", "CAT-2"}
    assert [rules_of(cites) for cites in found.line_cites] == [
        {"CAT-1"},
        {"CAT-1"},
        {"CAT-1", "CAT-2"},
    ]


@pytest.mark.parametrize("name", ["阿莫西林", "头孢地尼", "没有这种药"])
def test_every_decision_cites_the_class_rule(clinic: Town, name: str) -> None:
    """Whatever the only line is."""
    found = decided(clinic, bill(clinic, line(name), plan=PLAN))
    assert rules_of(found.cites) == {"CAT-1"}


@pytest.mark.parametrize(
    ("who", "at", "retired", "used", "fund"),
    [
        # Policy facts 5.1: in work 500 first, then 80/75/70 % by level; retired 300 and 5 more.
        ("worker", "clinic", False, 0, 40_000),
        ("worker", "tertiary", False, 0, 35_000),
        ("worker", "clinic", True, 0, 59_500),
        ("worker", "clinic", False, 30_000, 64_000),
        ("worker", "clinic", False, 90_000, 80_000),
        # Residents: 300 under 19 and from 60 on, 500 between; 70/60/50 %.
        ("pupil", "clinic", False, 0, 49_000),
        ("adult", "clinic", False, 0, 35_000),
        ("elder", "tertiary", False, 0, 35_000),
    ],
)
def test_shanghais_outpatient_plans(
    clinic: Town, who: str, at: str, retired: bool, used: int, fund: int
) -> None:
    """1000 yuan of a class A medicine under the region's own plan, which is cited."""
    asked = bill(
        clinic, line("阿莫西林", 100_000), who=who, at=at, retired=retired, deductible_used_fen=used
    )
    found = decided(clinic, asked)
    assert found.result.bill.fund_paid_fen == fund
    assert f"{SHANGHAI}/benefit_plans@2026-01-01" in found.cites


def test_what_the_fund_has_left_is_its_limit(clinic: Town) -> None:
    """The ceiling of the fund comes from whoever keeps the accumulator."""
    found = decided(clinic, bill(clinic, line("阿莫西林", 100_000), fund_left_fen=123))
    assert found.result.bill.fund_paid_fen == 123


@pytest.mark.parametrize(
    ("more", "lack"),
    [
        ({"care": Care.INPATIENT}, Lack.PLAN),
        ({"happened_on": date(2025, 12, 31)}, Lack.PLAN),
        ({"who": "unborn"}, Lack.AGE),
    ],
)
def test_a_plan_that_is_not_configured(clinic: Town, more: dict[str, Any], lack: Lack) -> None:
    """No other care, no earlier day, no resident without a birthday; nothing is guessed."""
    clinic.person("unborn", "resident")
    found = decide(clinic, bill(clinic, line("阿莫西林"), **more))
    assert isinstance(found, Unclear)
    assert found.lack is lack


def test_at_a_pharmacy_the_fund_pays_nothing(clinic: Town) -> None:
    """No plan is needed: what is listed is self-paid, and the provision says so."""
    clinic.pharmacy("shop")
    asked = bill(clinic, line("阿莫西林"), at=f"Y{SHANGHAI}-shop", care=Care.PHARMACY)
    found = decided(clinic, asked)
    assert (found.result.bill.fund_paid_fen, found.result.bill.self_paid_fen) == (0, 100_00)
    assert "100000/no_fund_care@2021-01-01" in found.cites


def test_elsewhere_no_plan_is_configured(town: OpenTown) -> None:
    """Linyi's figures are in no text that we hold."""
    linyi = town("371300", "2026-03-01T09:00")
    linyi.hospital("clinic")
    linyi.person("worker")
    found = decide(linyi, bill(linyi, line("阿莫西林")))
    assert isinstance(found, Unclear)
    assert found.lack is Lack.PLAN


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("阿莫西林", "无份额"), Unclear(Lack.SHARE, "无份额", line=2)),
        (("布洛芬",), Unclear(Lack.FORM, "布洛芬", ("口服常释剂型", "颗粒剂"), 1)),
    ],
)
def test_a_line_that_is_unclear_is_named(
    clinic: Town, lines: tuple[str, ...], expected: Unclear
) -> None:
    """By its number, with what can be said instead."""
    asked = bill(clinic, *(line(name) for name in lines), plan=PLAN)
    assert decide(clinic, asked) == expected


def test_form_approval_and_ceiling_of_a_line(clinic: Town) -> None:
    """Each says what the line alone cannot."""
    lines = (
        line("布洛芬", form="颗粒"),
        line("二线药"),
        line("二线药", approval=Approval.MET),
        line("限价药", 2500, count_e4=20_000),
        line("血糖仪", list=CatalogueList.DEVICE),
    )
    found = decided(clinic, bill(clinic, *lines, plan=GivenPlan(deductible_left_fen=0, ratio_bp=0)))
    assert [part.treatment.why for part in found.result.lines] == [
        Why.CLASS_B,
        Why.RESTRICTION_NOT_MET,
        Why.CLASS_A,
        Why.CLASS_A,
        Why.ACCOUNT_ONLY,
    ]
    assert [part.uncovered_fen for part in found.result.lines] == [0, 10_000, 0, 500, 0]
    assert found.result.lines[4].self_paid_fen == 10_000
    assert "SET-7" in rules_of(found.cites)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"who": "nobody"}, Code.UNKNOWN_PERSON),
        ({"at": "nowhere"}, Code.UNKNOWN_INSTITUTION),
        ({"at": "private"}, Code.NOT_DESIGNATED),
        ({"who": "stranger"}, Code.PATIENT_NOT_INSURED),
        ({"who": "moved"}, Code.PATIENT_NOT_INSURED),
    ],
)
def test_a_bill_without_benefits_is_refused(
    clinic: Town, change: dict[str, str], code: Code
) -> None:
    """As a settlement refuses it."""
    clinic.hospital("private", designated=False)
    clinic.person("stranger", "none")
    clinic.person("moved", status=Status.MOVED)
    found = decide(clinic, bill(clinic, line("阿莫西林"), plan=PLAN, **change))
    assert isinstance(found, Refusal)
    assert found.code is code


def test_the_catalogue_in_force_on_the_day(clinic: Town) -> None:
    """Without a shelf of its own the bill looks into the editions of its day."""

    def bring(region: str, content: str, which: CatalogueList = CatalogueList.DRUG) -> None:
        head = EditionHead(region=region, name="x", starts=date(2025, 1, 1), list=which)
        clinic.do(lambda s: import_edition(s, head, content.encode(), "test"))

    bring("100000", "name,class,starts,ends\n阿莫西林,A,,\n新药,A,2024-01-01,2025-12-31\n")
    bring(SHANGHAI, "name,class,kind\n血糖仪,account,device\n", CatalogueList.DEVICE)
    lines = (line("阿莫西林"), line("新药"), line("血糖仪", list=CatalogueList.DEVICE))
    for day, why in ((date(2025, 12, 31), Why.CLASS_A), (date(2026, 1, 1), Why.AGREEMENT_ENDED)):
        asked = bill(clinic, *lines, happened_on=day, plan=PLAN)
        found = clinic.ask(partial(adjudicate, asked=asked))
        assert isinstance(found, Decided)
        assert found.result.lines[1].treatment.why is why
        assert found.editions == ("100000/drug/x", f"{SHANGHAI}/device/x")


def test_a_birthday_decides_the_plan(clinic: Town) -> None:
    """The day before the 60th birthday is the younger plan's, the day itself the older one's."""
    person = Person(f"P{SHANGHAI}-sixty", SHANGHAI, Scheme.RESIDENT, born=date(1966, 3, 2))
    number = "310199196603020010"
    clinic.do(lambda s: register_person(s, person, Identity("sixty", number), "test"))
    asked = bill(clinic, line("阿莫西林", 100_000), who="sixty")
    assert decided(clinic, asked).result.bill.fund_paid_fen == 35_000
    clinic.now = local("2026-03-02T00:00")
    assert decided(clinic, asked).result.bill.fund_paid_fen == 49_000
