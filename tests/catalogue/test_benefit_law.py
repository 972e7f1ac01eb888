"""The catalogue's questions in the packs: answers, words, and the marks of a weak source."""

import re
from datetime import date
from pathlib import Path

import pytest

from gongji.policy.pack import Provision
from gongji.policy.questions.benefits import (
    BenefitPlan,
    ClassShare,
    ExcludedKind,
    class_share_bp,
    plans_for,
)
from gongji.terms import Care, Level, Scheme
from town import LAW, LINYI, NATIONAL, SHANGHAI

SHARED = Path(__file__).parents[3] / "shared"
COPY_OF = {
    "na-list-2024": "seeds/004_58d5a426805cb6fc.txt",
    "interface-notes": "interface.md",
    "policy-notes": "policy-facts.md",
}
DAY = date(2026, 3, 1)
NAMES = (
    "class_a_enters", "class_b_enters", "first_share_is", "unlisted_is", "over_ceiling_is",
    "never_listed", "look_up_shows", "benefit_plans",
)  # fmt: skip


def folded(words: str) -> str:
    """The letters alone."""
    return re.sub(r"\s+", "", words)


def copy_of(text: str) -> str:
    """The folded copy of a text, or a skip that says what is missing."""
    path = SHARED / COPY_OF[text]
    if not path.is_file():
        pytest.skip(f"the documents that the packs quote are not beside the project: {path.name}")
    return folded(path.read_text(encoding="utf-8"))


def provisions() -> list[Provision[object]]:
    """Every answer to a question of this group."""
    return [
        provision
        for pack in LAW.packs.values()
        for name in NAMES
        for provision in pack.answers.get(name, ())
    ]


@pytest.mark.parametrize("provision", provisions(), ids=lambda provision: provision.key)
def test_every_quote_stands_in_its_text(provision: Provision[object]) -> None:
    """By the letter, white space aside."""
    assert folded(provision.quote) in copy_of(provision.text)


def test_every_kind_that_is_never_listed_is_in_the_words_of_the_text() -> None:
    """All seven, each quoted; together with its head the sentence is whole (CAT-2)."""
    provision = LAW.on(NATIONAL, DAY).never_listed
    copy = copy_of(provision.text)
    assert len(provision.value) == 7
    for kind in provision.value:
        assert folded(kind.quote) in copy, kind.kind


def test_a_weak_source_is_marked() -> None:
    """In the text's note, in the reading, and in its English."""
    for provision in provisions():
        note = LAW.text(provision).note
        weak = not COPY_OF[provision.text].startswith("seeds/")
        assert note.startswith("弱来源") is weak, provision.key
        assert provision.reading.startswith("弱来源") is weak, provision.key
        assert provision.reading_en.startswith("Weak") is weak, provision.key


@pytest.mark.parametrize(
    ("name", "form", "kind"),
    [
        ("人参酒", "", "form"),
        ("ginseng_wine", "", "form"),
        ("某某茶", "", "form"),
        ("西瓜霜含片", "", "form"),
        ("某药", "泡腾片", "form"),
        ("流感疫苗", "", "vaccine_or_contraceptive"),
        ("燕窝", "", "tonic"),
        ("虎骨膏", "", "rare_species"),
        ("米诺地尔", "外用液体剂", "lifestyle"),
        ("茶碱", "缓释控释剂型", None),
        ("wineglass", "", None),
        ("阿莫西林", "口服常释剂型", None),
    ],
)
def test_a_name_speaks_for_a_kind(name: str, form: str, kind: str | None) -> None:
    """The end of a name, a part of it, the form, or a whole English word."""
    kinds = LAW.on(NATIONAL, DAY).never_listed.value
    assert next((k.kind for k in kinds if k.fits(name, form)), None) == kind


def test_a_kind_without_words_of_ours_fits_nothing() -> None:
    """What cannot be charged by itself is not known by its name."""
    assert not ExcludedKind("x", "y").fits("任何药", "片")


def test_plans_are_shanghais_alone_and_only_from_the_day_we_can_prove() -> None:
    """Elsewhere and before, the answer is silence and not zero."""
    assert LAW.on(SHANGHAI, date(2026, 1, 1)).benefit_plans is not None
    assert LAW.on(SHANGHAI, date(2025, 12, 31)).benefit_plans is None
    for region in (LINYI, NATIONAL, "450000"):
        assert LAW.on(region, DAY).benefit_plans is None
        assert LAW.on(region, DAY).class_shares is None


def test_shanghais_plans() -> None:
    """Policy facts 5.1, number by number; one plan for every age."""
    found = LAW.on(SHANGHAI, DAY).benefit_plans
    assert found is not None

    def ratios(plan: BenefitPlan) -> list[int]:
        return [plan.ratio_bp[level] // 100 for level in Level]

    (working,) = plans_for(found.value, Scheme.EMPLOYEE, Care.OUTPATIENT, retired=False)
    (retired,) = plans_for(found.value, Scheme.EMPLOYEE, Care.OUTPATIENT, retired=True)
    assert (working.deductible_fen, ratios(working)) == (500_00, [80, 75, 70])
    assert (retired.deductible_fen, ratios(retired)) == (300_00, [85, 80, 75])
    residents = plans_for(found.value, Scheme.RESIDENT, Care.OUTPATIENT, retired=False)
    for age in range(120):
        (plan,) = (p for p in residents if p.from_age <= age < p.below_age)
        assert plan.deductible_fen == (500_00 if 19 <= age < 60 else 300_00)
        assert ratios(plan) == [70, 60, 50]
    assert plans_for(found.value, Scheme.EMPLOYEE, Care.INPATIENT, retired=False) == ()
    assert plans_for(found.value, Scheme.MUTUAL_AID, Care.OUTPATIENT, retired=False) == ()


def test_a_class_share_is_by_class_and_scheme() -> None:
    """None where nobody configured one."""
    shares = [ClassShare("B", frozenset({Scheme.EMPLOYEE}), 1000)]
    assert class_share_bp(shares, "B", Scheme.EMPLOYEE) == 1000
    assert class_share_bp(shares, "B", Scheme.RESIDENT) is None
    assert class_share_bp(shares, "unclassed", Scheme.EMPLOYEE) is None
