"""目录答复: the forms of look-ups and searches in the catalogue."""

from datetime import date

import msgspec

from gongji.catalogue.item import Agreement, Kind, ListClass
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
    """搜索结果, the best first, twenty at most."""

    text: str
    region: str
    on: date
    hits: tuple[HitShown, ...]
