"""Every code has words in both languages, and every word belongs to a code."""

from enum import StrEnum

import pytest

from gongji import terms, words
from gongji.policy.refusal import Code, Refusal
from gongji.settlement.outcome import Outcome
from gongji.words import NAMES, OUTCOMES, REFUSALS, Saying
from settlement.given_then import decided

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
    assert words.outcome("pool_empty").remedy.say("en").startswith("It works again")
    assert words.refusal("forbidden").says.say("zh") == "您无权查看或办理。"


BILLS = [
    # The pool had less than was left, and the patient pays the rest.
    ("SH", "pool=40 uncovered=9", "pooled", "has paid the self-paid part", "支付了本次"),
    # Nobody has registered the patient: no pool will ever pay by itself.
    ("SH", "who=employee current=500", "own_funds", "pays by itself", "自动使用"),
    ("SH", "who=employee current=500", "own_funds_left", "pays by itself", "自动使用"),
    # The patient has a bond, and somebody else's credential was shown.
    ("BI", "pool=500 shown=stranger", "not_in_a_pool", "No bond was in force;", "没有生效的"),
    # The sponsor did choose, in the month before payments were opened.
    ("SH", "pool=500 day=2022-07-31", "use_not_chosen", "has not chosen", "共济支付”，共济资金不能"),
    # The insurance is in force; filed for elsewhere, retired as a cadre, or dead.
    ("LY", "pool=500 sponsor-is=remote", "sponsor_not_in_force", "not in force", "恢复正常"),
    ("SH", "pool=500 sponsor-dead=y", "sponsor_not_in_force", "again when", "恢复正常"),
    # The funds have paid all of it: there is no uncovered part to pay.
    ("SH", "pool=500 self=0", "nothing_self_paid", "Pay the uncovered", "自费部分由本人"),
    # The money that was never carried is not used up, and a credit does not open it.
    ("SH", "pool=0 held=900", "pool_empty", "used up", "用完"),
    ("SH", "who=employee current=100 pool=0", "pool_empty", "this bill is paid", "本次由本人"),
    # It was the patient's own code, on the phone of somebody who is not registered.
    ("SH", "credential=family_code code=n", "not_own_credential", "the patient's own;", "凭证；"),
    # The day of the care does not change by waiting.
    ("SH", "status=suspended", "patient_not_insured", "Settle when", "再结算"),
]  # fmt: skip


@pytest.mark.parametrize(("region", "given", "code", "en", "zh"), BILLS)
def test_what_a_bill_is_told_is_true_of_every_bill_that_is_told_it(
    region: str, given: str, code: str, en: str, zh: str
) -> None:
    """Each bill comes to the code, and would make these words of it untrue."""
    came = decided(region, given)
    if isinstance(came, Refusal):
        assert came.code == code
        saying = words.refusal(code)
    else:
        assert code in (came.outcome, *came.reasons)
        saying = words.outcome(code)
    assert en not in f"{saying.says.en} {saying.remedy.en}"
    assert zh not in f"{saying.says.zh}{saying.remedy.zh}"


SITUATIONS = [
    ("heirs' sums do not come to the balance", "amounts_do_not_add_up", "Fund-paid", "统筹支付"),
    ("a bond that ends at midnight is ended again", "not_bound", "is no bond between the two.", "之间没有共济关系。"),
    ("a pool that is gone is dissolved", "no_pool", "The sponsor forms a pool first.", "请组建人先组建家庭共济网。"),
    ("the two are bound already", "already_in_a_pool", "The member leaves", "请成员先退出"),
    ("a member of a scheme that is not named", "member_not_insured", "insurance is in force", "恢复正常"),
    ("the bond began after the cut-off", "chosen_too_late", "The use `contribute` was", "选择得太晚"),
    ("the region has not opened contributions", "contribute_not_chosen", "The sponsor has not", "组建人没有选择“"),
    ("the insured is in another's pool", "not_in_a_pool", "No bond of this person", "没有生效的"),
    ("a resident who has moved away", "not_a_resident", "not one for the resident", "不参加"),
    ("a region of one purse", "no_year_turn", "Name the last day", "条款，填写"),
    ("the whole has been refunded", "more_than_paid", "what was paid.", "尚未退回的金额。"),
    ("another region's list of papers", "papers_missing", "the card", "社会保障卡"),
    ("paid is noted before the review", "claim_decided", "already", "已经处理"),
]  # fmt: skip


@pytest.mark.parametrize(("situation", "code", "en", "zh"), SITUATIONS)
def test_what_a_refusal_says_is_true_in_every_situation_in_which_it_is_given(
    situation: str, code: str, en: str, zh: str
) -> None:
    """In the situation the code is given, and these words would not be true."""
    saying = words.refusal(code)
    assert en not in f"{saying.says.en} {saying.remedy.en}", situation
    assert zh not in f"{saying.says.zh}{saying.remedy.zh}", situation


def test_the_kind_of_an_institution_does_not_say_that_it_is_designated() -> None:
    assert all("定点" not in name.zh for name in NAMES[terms.InstitutionKind].values())
