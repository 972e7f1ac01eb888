"""How a line is treated: class, day, scheme, level, restriction, ceiling; nothing is guessed."""

from datetime import date
from typing import Any

import pytest

from catalogue.goods import entry
from gongji.catalogue.item import Item, Kind
from gongji.catalogue.shelf import Found, Shelf
from gongji.catalogue.treatment import (
    SAYS,
    Approval,
    Asked,
    Lack,
    Treatment,
    Unclear,
    Why,
    treat,
)
from gongji.terms import Level, Scheme


def asked(**more: Any) -> Asked:
    """An employee at a secondary hospital in March 2026."""
    return Asked(
        **{"day": date(2026, 3, 1), "scheme": Scheme.EMPLOYEE, "level": Level.SECONDARY, **more}
    )


def treated(*items: Item, **more: Any) -> Treatment | Unclear:
    """The treatment of a line that leads to these entries."""
    return treat(Found(items), asked(**more))


SHARES = {Scheme.EMPLOYEE: 1000, Scheme.RESIDENT: 2000}


@pytest.mark.parametrize(
    ("item", "why", "share"),
    [
        (entry("药"), Why.CLASS_A, 0),
        (entry("药", "B", shares_bp=SHARES), Why.CLASS_B, 1000),
        (entry("饮片", "unclassed", kind=Kind.PIECE, shares_bp=SHARES), Why.UNCLASSED, 1000),
        (entry("血糖仪", "account", kind=Kind.DEVICE), Why.ACCOUNT_ONLY, 10_000),
    ],
)
def test_what_is_covered(item: Item, why: Why, share: int) -> None:
    """A enters whole, B after its share; what only an account may buy brings the fund nothing."""
    found = treated(item)
    assert isinstance(found, Treatment)
    assert (found.why, found.covered, found.share_bp, found.item) == (why, True, share, item.code)


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (entry("燕窝", "excluded", kind=Kind.PIECE), Why.EXCLUDED),
        (entry("药", "B", ends=date(2025, 12, 31)), Why.AGREEMENT_ENDED),
        (entry("药", "B", starts=date(2026, 7, 1)), Why.AGREEMENT_NOT_BEGUN),
        (entry("氢醌", "B", restriction="限工伤保险。"), Why.WORK_INJURY_ONLY),
        (entry("地诺前列酮", "B", restriction="限生育保险。"), Why.MATERNITY_ONLY),
        (entry("药", restriction="限二线用药。"), Why.RESTRICTION_NOT_MET),
    ],
)
def test_what_is_not(item: Item, why: Why) -> None:
    """Uncovered as a whole, and the cause is named."""
    found = treated(item)
    assert isinstance(found, Treatment)
    assert (found.why, found.covered) == (why, False)


def test_what_is_not_listed() -> None:
    """Neither at all, nor in this form."""
    shelf = Shelf([entry("布洛芬", "A", "颗粒剂")])
    for name, form, why in (
        ("人参酒", None, Why.NOT_LISTED),
        ("布洛芬", "栓剂", Why.NOT_IN_THIS_FORM),
    ):
        found = treat(shelf.find(name, form), asked())
        assert isinstance(found, Treatment)
        assert (found.why, found.covered, found.listed) == (why, False, None)


def test_what_is_said_of_a_prescription_needs_no_approval() -> None:
    """The bill itself shows it; an indication beside it still asks for approval."""
    alone = "单独使用时不予支付，且全部由这些饮片组成的处方也不予支付"
    for more, covered in (("。", True), ("；限临床危重患者抢救。", False)):
        piece = entry(
            "饮片", "unclassed", kind=Kind.PIECE, restriction=alone + more, shares_bp=SHARES
        )
        found = treated(piece)
        assert isinstance(found, Treatment)
        assert found.covered is covered


@pytest.mark.parametrize(
    ("restriction", "approval", "covered"),
    [
        ("限二线用药。", Approval.NONE, False),
        ("限二线用药。", Approval.NOT_MET, False),
        ("限二线用药。", Approval.MET, True),
        ("", Approval.NONE, True),
        ("", Approval.MET, True),
        ("", Approval.NOT_MET, False),
        ("◇", Approval.NONE, True),
    ],
)
def test_a_restriction_asks_for_approval(
    restriction: str, approval: Approval, covered: bool
) -> None:
    """As the national interface has it: restricted and not approved is self-paid as a whole, and so
    is whatever the institution itself turns down."""
    found = treated(entry("药", restriction=restriction), approval=approval)
    assert isinstance(found, Treatment)
    assert found.covered is covered


def test_a_share_that_nobody_configured_is_unclear() -> None:
    """The region's law answers where the entry does not; where neither does, nothing is guessed."""
    item = entry("药", "B")
    assert treated(item) == Unclear(Lack.SHARE, "药")
    found = treated(item, b_share_bp=500)
    assert isinstance(found, Treatment)
    assert found.share_bp == 500
    piece = entry("大蓟", "unclassed", kind=Kind.PIECE)
    assert treated(piece, b_share_bp=500) == Unclear(Lack.SHARE, "大蓟")


def test_forms_that_are_treated_differently_are_unclear() -> None:
    """A name alone is enough only where all its forms come to the same."""
    a, b = entry("布洛芬", "A", "口服常释剂型"), entry("布洛芬", "B", "颗粒剂", shares_bp=SHARES)
    assert treated(a, b) == Unclear(Lack.FORM, "布洛芬", ("口服常释剂型", "颗粒剂"))
    assert isinstance(treated(a, entry("布洛芬", "A", "颗粒剂")), Treatment)


def test_last_years_agreement_beside_this_years_does_not_matter() -> None:
    """Of one medicine that stands twice, the entry of the day answers."""
    old = entry("药", "B", ends=date(2025, 12, 31), shares_bp={Scheme.EMPLOYEE: 3000})
    new = entry("药", "B", starts=date(2026, 1, 1), shares_bp=SHARES)
    found = treated(old, new)
    assert isinstance(found, Treatment)
    assert found.share_bp == 1000


def test_the_ceiling() -> None:
    """The region's by level; else the payment standard, of the specification that the line names;
    a confidential price is none."""

    def ceiling(item: Item, **more: Any) -> object:
        found = treated(item, **more)
        return found.ceiling_fen if isinstance(found, Treatment) else found

    by_level = entry("药", ceilings_fen={Level.SECONDARY: 900, Level.TERTIARY: 1000})
    assert ceiling(by_level) == 900
    assert ceiling(by_level, level=Level.PRIMARY) is None
    assert ceiling(by_level, level=None) == Unclear(Lack.LEVEL, "药")
    assert ceiling(entry("药", price_words="3.50元(20mg/片)")) == 350
    assert ceiling(entry("药", price_words="企业申请价格保密")) is None
    two = entry("药", price_words="1.00元(1ml/支)；2.00元(2ml/支)")
    assert ceiling(two) == Unclear(Lack.SPEC, "药", ("1ml/支", "2ml/支"))
    assert ceiling(two, spec="２ml/支") == 200  # noqa: RUF001 - full width
    assert ceiling(entry("药", price_words="1元(1ml/支)；1.00元(2ml/支)")) == 100


def test_every_reason_has_its_words() -> None:
    """In Chinese and in English."""
    assert set(SAYS) == set(Why)
    assert all(zh and en for zh, en in SAYS.values())
