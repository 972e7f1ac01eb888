"""A line's treatment: what entry, day, scheme and the institution's level make of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import msgspec

from gongji.catalogue.item import (
    WHOLE_BP,
    Agreement,
    Item,
    ListClass,
    OtherInsurance,
    Price,
)
from gongji.catalogue.names import fold
from gongji.catalogue.shelf import Found
from gongji.terms import Level, Scheme
from gongji.words import Words


class Approval(StrEnum):
    """医院审批标志: whether the institution says that an entry's restriction is met."""

    NONE = "none"  # 0 无需审批
    MET = "met"  # 1 审批通过
    NOT_MET = "not_met"  # 2 审批不通过


class Why(StrEnum):
    """Why a line is treated as it is."""

    CLASS_A = "class_a"
    CLASS_B = "class_b"
    UNCLASSED = "unclassed"
    ACCOUNT_ONLY = "account_only"
    NOT_LISTED = "not_listed"
    NOT_IN_THIS_FORM = "not_in_this_form"
    EXCLUDED = "excluded"
    AGREEMENT_NOT_BEGUN = "agreement_not_begun"
    AGREEMENT_ENDED = "agreement_ended"
    WORK_INJURY_ONLY = "work_injury_only"
    MATERNITY_ONLY = "maternity_only"
    RESTRICTION_NOT_MET = "restriction_not_met"
    NOT_PAID_ALONE = "not_paid_alone"


SAYS: Mapping[Why, tuple[str, str]] = {
    Why.CLASS_A: ("甲类，全额纳入报销范围。", "Class A: the whole price enters reimbursement."),
    Why.CLASS_B: ("乙类，先自付一定比例，其余纳入。", "Class B: a share is paid first, the rest enters."),
    Why.UNCLASSED: ("基金予以支付，不分甲乙类。", "The fund pays for it; it has no class."),
    Why.ACCOUNT_ONLY: ("可用个人账户购买，基金不支付。", "A personal account may buy it; the fund pays nothing."),
    Why.NOT_LISTED: ("不在目录内，全部自费。", "Not in the catalogue: uncovered."),
    Why.NOT_IN_THIS_FORM: ("目录内没有这一剂型，全部自费。", "The catalogue has the name, not in this form: uncovered."),
    Why.EXCLUDED: ("目录写明不得纳入基金支付范围。", "The catalogue names it as one that the fund may not pay."),
    Why.AGREEMENT_NOT_BEGUN: ("协议期尚未开始。", "Its agreement has not begun on this day."),
    Why.AGREEMENT_ENDED: ("协议期已届满。", "Its agreement has ended by this day."),
    Why.WORK_INJURY_ONLY: ("限工伤保险支付。", "Only work-injury insurance pays for it."),
    Why.MATERNITY_ONLY: ("限生育保险支付。", "Only maternity insurance pays for it."),
    Why.RESTRICTION_NOT_MET: ("未经审批符合限定支付范围。", "Nobody has said that its restriction is met."),
    Why.NOT_PAID_ALONE: ("全部由此类饮片组成的处方不予支付。", "A prescription of such pieces alone is not paid."),
}  # fmt: skip


class Asked(NamedTuple):
    """What a line's treatment depends on besides its entry.

    `b_share_bp` and `unclassed_share_bp` are the region's general shares, None where its law has
    none. `spec` says which of several payment standards the line's price belongs to.
    """

    day: date
    scheme: Scheme
    level: Level | None
    approval: Approval = Approval.NONE
    spec: str = ""
    b_share_bp: int | None = None
    unclassed_share_bp: int | None = None


class Treatment(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one line is treated. `share_bp` is paid first; above `ceiling_fen` a unit is uncovered.

    `listed` is None for what the catalogue does not have. A line that is not `covered` is uncovered
    as a whole. `restricted`: somebody has to say that the entry's restriction is met.
    """

    why: Why
    covered: bool
    listed: ListClass | None = None
    share_bp: int = 0
    ceiling_fen: int | None = None
    item: str = ""  # the entry's number
    restricted: bool = False


class Lack(StrEnum):
    """What is missing before a line or a bill can be decided; none of it is guessed."""

    FORM = "form"  # the forms of this name are treated differently
    SPEC = "spec"  # several payment standards, and the line does not say which
    SHARE = "first_share"  # no text of the region gives the share
    PLAN = "plan"  # no benefit plan is configured
    AGE = "age"  # the plan depends on the age, which is not known
    LEVEL = "level"  # the plan depends on the institution's level, which is not known


LACKS: Mapping[Lack, Words] = {
    Lack.FORM: Words("同名不同剂型的待遇不同，须写明剂型。", "The forms of this name are treated differently; name the form."),
    Lack.SPEC: Words("有多个支付标准，须写明规格。", "There are several payment standards; name the specification."),
    Lack.SHARE: Words("先行自付比例未配置。", "The share paid first is not configured."),
    Lack.PLAN: Words("待遇（起付线、支付比例）未配置。", "No benefit plan (deductible and ratio) is configured."),
    Lack.AGE: Words("待遇与年龄有关，而出生日期不详。", "The plan depends on the age, and the date of birth is not known."),
    Lack.LEVEL: Words("待遇与机构等级有关，而等级不详。", "The plan depends on the institution's level, which is not known."),
}  # fmt: skip


class Unclear(msgspec.Struct, frozen=True, omit_defaults=True):
    """未配置或不明: what is missing, at which line, and what can be said instead."""

    lack: Lack
    name: str = ""
    choices: tuple[str, ...] = ()
    line: int | None = None  # counted from 1


def treat(found: Found, asked: Asked) -> Treatment | Unclear:
    """The treatment of a line whose name and form led to these entries.

    Where several entries answer and all are treated alike, it does not matter which one was meant.
    """
    if not found.items:
        why = Why.NOT_IN_THIS_FORM if found.other_forms else Why.NOT_LISTED
        return Treatment(why, covered=False)
    results = [(item, _treat_one(item, asked)) for item in found.items]
    # An entry beside one that holds today is last year's agreement of the same medicine.
    holding = [(i, r) for i, r in results if i.agreement(asked.day) is Agreement.IN_FORCE]
    results = holding or results
    alike = {
        msgspec.structs.replace(r, item="", restricted=False) if isinstance(r, Treatment) else r
        for _, r in results
    }
    if len(alike) == 1:
        return results[0][1]
    forms = tuple(dict.fromkeys(item.form or item.title for item, _ in results))
    return Unclear(Lack.FORM, results[0][0].title, forms)


def _treat_one(item: Item, asked: Asked) -> Treatment | Unclear:
    """The order of these lines is from what bars the entry as such to what bars it here and now."""

    restricted = restricts(item)

    def barred(why: Why) -> Treatment:
        return Treatment(
            why, covered=False, listed=item.listed, item=item.code, restricted=restricted
        )

    if item.listed is ListClass.EXCLUDED:
        return barred(Why.EXCLUDED)
    match item.agreement(asked.day):
        case Agreement.NOT_BEGUN:
            return barred(Why.AGREEMENT_NOT_BEGUN)
        case Agreement.ENDED:
            return barred(Why.AGREEMENT_ENDED)
        case Agreement.IN_FORCE:
            pass
    match item.only_under:
        case OtherInsurance.WORK_INJURY:
            return barred(Why.WORK_INJURY_ONLY)
        case OtherInsurance.MATERNITY:
            return barred(Why.MATERNITY_ONLY)
        case None:
            pass
    if item.listed is ListClass.ACCOUNT:
        highest = item.ceilings_fen.get(asked.level) if asked.level else None
        return Treatment(Why.ACCOUNT_ONLY, True, item.listed, WHOLE_BP, highest, item.code)
    if asked.approval is Approval.NOT_MET or (restricted and asked.approval is not Approval.MET):
        return barred(Why.RESTRICTION_NOT_MET)

    by_class = asked.b_share_bp if item.listed is ListClass.B else asked.unclassed_share_bp
    share = share_of(item, asked.scheme, by_class)
    if share is None:
        return Unclear(Lack.SHARE, item.title)
    ceiling = ceiling_of(item, asked)
    if isinstance(ceiling, Unclear):
        return ceiling
    why = {ListClass.A: Why.CLASS_A, ListClass.B: Why.CLASS_B}.get(item.listed, Why.UNCLASSED)
    return Treatment(why, True, item.listed, share, ceiling, item.code, restricted)


def restricts(item: Item) -> bool:
    """限制使用标志: whether somebody has to say that the entry's restriction is met.

    A mark without words (◇) restricts nothing that an institution could confirm, and what is said
    of pieces in a prescription is checked on the bill itself.
    """
    if item.pays_not_alone:
        return "限" in item.restriction
    return len(item.restriction) > 1


def share_of(item: Item, scheme: Scheme, class_share_bp: int | None) -> int | None:
    """先行自付比例: the entry's own for the scheme, else what the region's law says for its class.

    Class A has none by its definition (CAT-1): 「可以全额纳入报销范围」. None is "not configured".
    """
    if item.listed is ListClass.A:
        return 0
    return item.shares_bp.get(scheme, class_share_bp)


def ceiling_of(item: Item, asked: Asked) -> int | Unclear | None:
    """The highest price of one unit: the region's by level, else the payment standard.

    A confidential price (企业申请价格保密) is no ceiling here: the agency settles it itself.
    """
    if item.ceilings_fen:
        if asked.level is not None:
            return item.ceilings_fen.get(asked.level)
        if len(set(item.ceilings_fen.values())) == 1:
            return next(iter(item.ceilings_fen.values()))
        return Unclear(Lack.LEVEL, item.title)
    prices: Sequence[Price] = item.prices
    if len({price.fen for price in prices}) > 1:
        prices = [price for price in prices if fold(price.spec) == fold(asked.spec)]
        if len(prices) != 1:
            return Unclear(Lack.SPEC, item.title, tuple(price.spec for price in item.prices))
    return prices[0].fen if prices else None
