"""What a provision lays down reaches a reader in words, never in the program's own."""

import re
import typing
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

from gongji.faces.law_words import CHOICES, PARTS, told
from gongji.policy.questions.benefits import BenefitPlan
from gongji.policy.questions.forms import Months, Venue
from gongji.policy.reading import QUESTIONS, read_law
from gongji.terms import Care, InstitutionKind, Kinship, Level, Scheme
from gongji.wiring import shipped_packs

LAW = read_law(shipped_packs())
ANSWERS = [
    pytest.param(one, id=f"{region}-{name}-{one.day}")
    for region, pack in LAW.packs.items()
    for name, answers in pack.answers.items()
    for one in answers
]


def parts_of(form: Any) -> Iterator[Any]:
    """A form, and every form within it."""
    yield form
    if get_origin(form) is typing.Literal:
        return
    for inner in get_args(form):
        yield from parts_of(inner)
    if isinstance(form, type) and issubclass(form, msgspec.Struct):
        for inner in get_type_hints(form, include_extras=True).values():
            yield from parts_of(inner)


FORMS = [form for question in QUESTIONS.values() for form in parts_of(question.form)]


def test_every_choice_and_every_part_has_its_words() -> None:
    """A new question cannot bring an answer that no page can say."""
    choices = {
        choice
        for form in FORMS
        if get_origin(form) is typing.Literal
        for choice in get_args(form)
        if choice is not True  # said as every yes is
    }
    parts = {
        name
        for form in FORMS
        if isinstance(form, type) and issubclass(form, msgspec.Struct)
        for name in form.__struct_fields__
    }
    assert choices == set(CHOICES)
    assert parts == set(PARTS)


@pytest.mark.parametrize("one", ANSWERS)
def test_every_answer_of_every_pack_can_be_read_aloud(one: Any) -> None:
    for lang in ("zh", "en"):
        said = told(one.value, lang, one.question)
        assert said
        assert not re.search(r"[a-z]_[a-z]|[{}\[\]]|None|frozenset", said)


@pytest.mark.parametrize(
    ("value", "part", "zh", "en"),
    [
        (True, "two_way", "是", "yes"),
        (None, "class_shares", "–", "–"),
        ("at_once", "bind_effect", "即时", "at once"),
        ("07-01", "year_turn", "07-01", "07-01"),
        (40_000, "member_limit_fen", "¥400.00", "¥400.00"),
        (6, "max_members", "6", "6"),
        (date(2025, 12, 15), "day", "2025年12月15日", "15 Dec 2025"),
        (
            datetime.fromisoformat("2025-12-15T17:00"),
            "at",
            "2025年12月15日 17:00",
            "15 Dec 2025 17:00",
        ),
        (frozenset(), "kin_excluded", "–", "–"),
        (
            frozenset({Kinship.CHILD, Kinship.SPOUSE}),
            "kin_allowed",
            "配偶、子女",
            "spouse, child",
        ),
        (("身份证", "社保卡"), "window_claim", "身份证、社保卡", "身份证, 社保卡"),
        (("情况真实；", "承担责任。"), "commitment_words", "情况真实；\n承担责任。", None),
        (
            Months(at_least=3, at_most=12),
            "suspension_months",
            "至少（月）：3；至多（月）：12",
            "months at least: 3; months at most: 12",
        ),
        (
            (Venue(kind=InstitutionKind.PHARMACY), Venue(kind=InstitutionKind.HOSPITAL)),
            "venues",
            "种类：零售药店\n种类：医疗机构",
            "kind: pharmacy\nkind: medical institution",
        ),
        (
            BenefitPlan(
                scheme=Scheme.RESIDENT,
                care=frozenset({Care.OUTPATIENT}),
                deductible_fen=30_000,
                ratio_bp={Level.PRIMARY: 6_550},
                from_age=60,
            ),
            "benefit_plans",
            "险种：居民医保；就医类别：门诊；起付标准：¥300.00；支付比例：一级（基层）：65.5%；"
            "年满（岁）：60",
            None,
        ),
    ],
)
def test_a_value_in_words(value: object, part: str, zh: str, en: str | None) -> None:
    assert told(value, "zh", part) == zh
    if en is not None:
        assert told(value, "en", part) == en


def test_what_no_provision_holds_is_our_mistake() -> None:
    with pytest.raises(AssertionError):
        told(object(), "zh")
