"""Every code has words in both languages, and every word belongs to a code."""

from enum import StrEnum

import pytest

from gongji import terms, words
from gongji.policy.refusal import Code
from gongji.settlement.outcome import Outcome
from gongji.words import NAMES, OUTCOMES, REFUSALS, Saying

KINDS = [
    terms.Scheme,
    terms.Status,
    terms.Kinship,
    terms.Use,
    terms.Purse,
    terms.InstitutionKind,
    terms.Level,
    terms.Care,
    terms.Category,
    terms.Channel,
    terms.Credential,
    terms.FilingChannel,
    terms.AccountUse,
]


def test_every_outcome_has_words_and_no_words_are_left_over() -> None:
    assert set(OUTCOMES) == {outcome.value for outcome in Outcome}


def test_every_refusal_has_words_and_no_words_are_left_over() -> None:
    assert set(REFUSALS) == {code.value for code in Code}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_has_display_names(kind: type[StrEnum]) -> None:
    assert set(NAMES[kind]) == {member.value for member in kind}


@pytest.mark.parametrize(
    "saying",
    [
        pytest.param(saying, id=f"{table}.{code}")
        for table, found in (("outcome", OUTCOMES), ("refusal", REFUSALS))
        for code, saying in found.items()
    ],
)
def test_a_saying_is_a_sentence_in_each_language_with_a_remedy(saying: Saying) -> None:
    for said in saying:
        assert said.zh.endswith("。")
        assert any("一" <= character <= "鿿" for character in said.zh)
        assert said.en.endswith(".")
        assert said.en[0].isupper()
        assert "。" not in said.en


def test_a_name_is_found_by_its_member() -> None:
    assert words.name_of(terms.Care.INPATIENT) == ("住院", "inpatient")
    assert words.name_of(terms.Purse.CARRIED).say("zh") == "历年结余"
    assert words.outcome("pool_empty").remedy.say("en").startswith("It can be used again")
    assert words.refusal("forbidden").says.say("zh") == "您无权查看或办理。"
