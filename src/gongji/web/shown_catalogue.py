"""目录答复: the forms of look-ups and searches in the catalogue."""

from datetime import date

import msgspec

from gongji.catalogue.item import Agreement, Kind, ListClass
from gongji.catalogue.treatment import Why
from gongji.settlement.bill import Bill
from gongji.terms import Scheme
from gongji.web.shown import Cite


class PriceShown(msgspec.Struct, frozen=True, kw_only=True):
    """支付标准 of one specification: fen for one unit of it."""

    fen: int
    spec: str


class EntryShown(msgspec.Struct, frozen=True, kw_only=True):
    """目录条目 (CAT-3): class, category, restriction, and the share paid first.

    `payable`: the basic insurance's fund can pay for it on that day. `shares_bp` are basis points
    by scheme, null where no text of the region gives one. `price_words` is the payment standard as
    printed, which may be words.
    """

    code: str
    names: tuple[str, ...]
    form: str
    kind: Kind
    list_class: ListClass
    payable: bool
    category: str
    restriction: str
    shares_bp: dict[Scheme, int | None]
    prices: tuple[PriceShown, ...]
    price_words: str
    agreement: Agreement
    starts: date | None
    ends: date | None
    only_under: str | None


class LookedUp(msgspec.Struct, frozen=True, kw_only=True):
    """查询结果. `listed` is the first answer. `other_forms` are the forms in which the name is listed
    where it is not in the one asked for; `excluded_kind` the kind that is never listed (CAT-2)."""

    name: str
    form: str | None
    region: str
    on: date
    listed: bool
    entries: tuple[EntryShown, ...]
    other_forms: tuple[str, ...]
    excluded_kind: str | None
    excluded_quote: str | None
    editions: tuple[str, ...]
    cites: tuple[Cite, ...]


class FormShown(msgspec.Struct, frozen=True, kw_only=True):
    """One entry under a name that was found: its form and its class."""

    code: str
    form: str
    list_class: ListClass


class HitShown(msgspec.Struct, frozen=True, kw_only=True):
    """A name that was found: how (`exact`, `pinyin`, `near` …), and with how many typing mistakes."""

    name: str
    how: str
    mistakes: int
    forms: tuple[FormShown, ...]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """搜索结果, the best first, twenty at most, of these editions."""

    text: str
    region: str
    on: date
    hits: tuple[HitShown, ...]
    editions: tuple[str, ...]


class PartShown(msgspec.Struct, frozen=True, kw_only=True):
    """费用分解. `total` = `own_whole` + `over_ceiling` + `paid_first` + `entering` (全自费, 超限价自费,
    先行自付, 符合范围), and `total` = `fund_paid` + `self_paid` + `uncovered`."""

    total_fen: int
    own_whole_fen: int
    over_ceiling_fen: int
    paid_first_fen: int
    entering_fen: int
    fund_paid_fen: int
    self_paid_fen: int
    uncovered_fen: int


class LineShown(PartShown, frozen=True, kw_only=True):
    """一条明细, by its place in the bill, with why it is treated so and the rules that say it.

    `share_bp` is the share paid first in basis points, null where the line is uncovered as a whole;
    above `ceiling_fen` a unit is uncovered. `excluded_kind` is a kind that is never listed (CAT-2).
    """

    line: int
    name: str
    item: str | None
    list_class: ListClass | None
    why: Why
    zh: str
    en: str
    share_bp: int | None
    ceiling_fen: int | None
    excluded_kind: str | None
    rules: tuple[str, ...]


class Adjudicated(msgspec.Struct, frozen=True, kw_only=True):
    """裁定结果. `bill` has the totals in the form that /v1/quotes takes, and /v1/settlements with an
    id. `deductible_used_fen` is what this bill takes of the deductible."""

    bill: Bill
    totals: PartShown
    deductible_used_fen: int
    ratio_bp: int
    lines: tuple[LineShown, ...]
    editions: tuple[str, ...]
    cites: tuple[Cite, ...]
