"""Questions on the catalogue and on benefits (CAT, and the plans behind a bill's three parts)."""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from gongji.policy.pack import Provision
from gongji.policy.questions.forms import Asks, Stated
from gongji.terms import LARGEST_FEN, Care, Level, Scheme

BasisPoints = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
"""Of ten thousand: a share of 10 % is 1000."""

Fen = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_FEN)]
Age = Annotated[int, msgspec.Meta(ge=0, le=150)]


class ExcludedKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """不予纳入的一类药品: a kind that is never listed, in the words of the text.

    The words by which a name is known to be of this kind are ours, since the text names kinds and
    no medicines: `ends` and `contains` look at the name, `forms` at the dosage form, `english` at
    whole English words. They only explain why something unlisted is unlisted; what the list has is
    listed, whatever its name.
    """

    kind: str
    quote: str
    ends: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    english: tuple[str, ...] = ()

    def fits(self, name: str, form: str) -> bool:
        """Whether a name or a form speaks for this kind."""
        words = name.casefold().replace("_", " ").replace("-", " ").split()
        return (
            name.endswith(self.ends)
            or any(part in name for part in self.contains)
            or any(part in form for part in self.forms)
            or any(word in words for word in self.english)
        )


class ClassShare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """先行自付比例 of a class in a region, where an entry has none of its own."""

    listed: Literal["B", "unclassed"]
    schemes: frozenset[Scheme]
    share_bp: BasisPoints


class BenefitPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """待遇: for whom and what care, how much is paid before the fund pays, and the fund's ratio.

    `from_age` and `below_age` are whole years, the second no longer in it; `retired` None is both.
    """

    scheme: Scheme
    care: frozenset[Care]
    deductible_fen: Fen
    ratio_bp: dict[Level, BasisPoints]
    retired: bool | None = None
    from_age: Age = 0
    below_age: Age = 150

    @property
    def asks_age(self) -> bool:
        """Whether somebody's age decides if the plan holds."""
        return (self.from_age, self.below_age) != (0, 150)


class BenefitLaw(msgspec.Struct, frozen=True, kw_only=True):
    """目录与待遇."""

    class_a_enters: Annotated[
        Provision[Stated],
        Asks("What enters reimbursement of a class A medicine?", "甲类药品如何纳入报销？"),
    ]
    class_b_enters: Annotated[
        Provision[Stated],
        Asks("What enters reimbursement of a class B medicine?", "乙类药品如何纳入报销？"),
    ]
    first_share_is: Annotated[
        Provision[Literal["self_paid", "uncovered"]],
        Asks(
            "Is the share paid first self-paid, or uncovered?",
            "先行自付部分算自付还是自费？",
        ),
    ]
    unlisted_is: Annotated[
        Provision[Literal["uncovered"]],
        Asks("What is a medicine that is not listed?", "目录外药品如何处理？"),
    ]
    over_ceiling_is: Annotated[
        Provision[Literal["uncovered"]],
        Asks("What is the part above a price ceiling?", "超过限价的部分如何处理？"),
    ]
    no_fund_care: Annotated[
        Provision[frozenset[Care]],
        Asks("For which kinds of care does the fund pay nothing?", "哪些就医类别基金不予支付？"),
    ]
    never_listed: Annotated[
        Provision[tuple[ExcludedKind, ...]],
        Asks("Which kinds are never listed?", "哪些药品不纳入目录？"),
    ]
    look_up_shows: Annotated[
        Provision[frozenset[Literal["listed", "class", "category", "restriction", "first_share"]]],
        Asks("What does a look-up by name show?", "按名称查询可以了解什么？"),
    ]
    class_shares: Annotated[
        Provision[tuple[ClassShare, ...]] | None,
        Asks("Which share is paid first, by class and scheme?", "各类药品先行自付多少？"),
    ] = None
    benefit_plans: Annotated[
        Provision[tuple[BenefitPlan, ...]] | None,
        Asks(
            "What does the fund pay, by scheme, care, level and age?",
            "各险种、等级、年龄的起付标准与支付比例是多少？",
        ),
    ] = None


def plans_for(
    plans: Iterable[BenefitPlan], scheme: Scheme, care: Care, *, retired: bool
) -> tuple[BenefitPlan, ...]:
    """The plans of a scheme and a kind of care; where there are several, the age decides."""
    return tuple(
        plan
        for plan in plans
        if plan.scheme is scheme and care in plan.care and plan.retired in (None, retired)
    )


def class_share_bp(shares: Iterable[ClassShare], listed: str, scheme: Scheme) -> int | None:
    """The share of a class for a scheme, None where none is configured."""
    found = (one.share_bp for one in shares if one.listed == listed and scheme in one.schemes)
    return next(found, None)
