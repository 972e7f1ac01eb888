"""What stands in a catalogue: one entry with its class, its own dates and its payment standard."""

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import msgspec

from gongji.terms import Level, Scheme

WHOLE_BP = 10_000
"""Shares and ratios are basis points: 10,000 are the whole. A float never touches money."""


class CatalogueList(StrEnum):
    """目录种类: the catalogues are kept apart, because a pharmacy's devices are no medicines."""

    DRUG = "drug"  # 医保药品目录, and a region's additions to it
    DEVICE = "device"  # 定点零售药店可用个人账户购买的医疗器械、医用耗材范围


class ListClass(StrEnum):
    """甲乙类, or what stands in its place where an entry has none."""

    A = "A"  # 甲类: the whole price enters reimbursement
    B = "B"  # 乙类: a share is paid first, the rest enters
    UNCLASSED = "unclassed"  # 基金予以支付的中药饮片: payable, without a class
    ACCOUNT = "account"  # a personal account may buy it; the fund pays nothing
    EXCLUDED = "excluded"  # 不得纳入基金支付范围
    AS_LISTED = (
        "as_listed"  # a region's row that only adds a share or a ceiling to the national one
    )


class Kind(StrEnum):
    """What an entry is."""

    DRUG = "drug"  # 西药、中成药
    PIECE = "piece"  # 中药饮片
    DEVICE = "device"  # 医疗器械
    CONSUMABLE = "consumable"  # 医用耗材
    SERVICE = "service"  # 诊疗项目、医疗服务设施, on a region's own list


class OtherInsurance(StrEnum):
    """限其他保险: the entry pays under this insurance only, and never under the basic one."""

    WORK_INJURY = "work_injury"  # 限工伤保险
    MATERNITY = "maternity"  # 限生育保险


class Agreement(StrEnum):
    """协议期 of a negotiated entry, seen from a day."""

    IN_FORCE = "in_force"
    NOT_BEGUN = "not_begun"
    ENDED = "ended"


class Price(NamedTuple):
    """支付标准 of one specification: fen for one unit of it."""

    fen: int
    spec: str


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """目录条目.

    `code` is the entry's number in its edition. `name` is as printed; where one entry carries
    several names they stand on lines of their own. `form` is empty where the name says the form.
    `starts` and `ends` (its last day) are a negotiated entry's own. `price_words` is the payment
    standard as printed, which may be words (企业申请价格保密). `shares_bp` is the share paid first
    by scheme and `ceilings_fen` the highest price by level of institution, where a region sets
    them.
    """

    code: str
    name: str
    listed: ListClass
    form: str = ""
    kind: Kind = Kind.DRUG
    part: str = ""  # 目录部分
    category_code: str = ""
    category: str = ""
    restriction: str = ""  # 限定支付范围, 备注
    price_words: str = ""
    starts: date | None = None
    ends: date | None = None
    repeats: bool = False  # the medicine is counted under another form already
    shares_bp: dict[Scheme, int] = {}
    ceilings_fen: dict[Level, int] = {}
    registration: str = ""  # 医疗器械注册证或备案类别

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the entry carries, as printed."""
        return tuple(self.name.split("\n"))

    @property
    def title(self) -> str:
        """The names on one line."""
        return " / ".join(self.names)

    @property
    def prices(self) -> tuple[Price, ...]:
        """The payment standards by specification; empty where there is none or it is words."""
        return prices_in(self.price_words)

    @property
    def only_under(self) -> OtherInsurance | None:
        """The other insurance that this entry is kept for, if any."""
        return only_under(self.restriction)

    @property
    def pays_not_alone(self) -> bool:
        """Whether a prescription made of such pieces alone is not paid.

        「全部由这些饮片组成的处方也不予支付」
        """
        return self.kind is Kind.PIECE and "组成的处方也不予支付" in self.restriction

    def agreement(self, day: date) -> Agreement:
        """Whether the entry's own dates hold on a day; an entry without dates always holds."""
        if self.starts is not None and day < self.starts:
            return Agreement.NOT_BEGUN
        if self.ends is not None and day > self.ends:
            return Agreement.ENDED
        return Agreement.IN_FORCE


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """目录版本: one dated edition of one region's list. `ends` is its last day, None while open.

    `digest` covers the dates and every entry: two editions with one digest say the same.
    """

    region: str
    list: CatalogueList
    name: str
    starts: date
    ends: date | None
    digest: str
    count: int

    @property
    def key(self) -> str:
        """`region/list/name`: how an answer names the edition it relied on."""
        return f"{self.region}/{self.list}/{self.name}"

    def in_force(self, day: date) -> bool:
        """Whether the edition holds on a day."""
        return self.starts <= day and (self.ends is None or day <= self.ends)


def in_force(
    editions: list[Edition], region: str, which: CatalogueList, day: date
) -> Edition | None:
    """The edition of a region's list on a day: of those that hold, the one that started last."""
    found = [e for e in editions if e.region == region and e.list is which and e.in_force(day)]
    return max(found, key=lambda edition: edition.starts, default=None)


_ONLY_UNDER = {"工伤": OtherInsurance.WORK_INJURY, "生育": OtherInsurance.MATERNITY}


@lru_cache(maxsize=4096)
def only_under(restriction: str) -> OtherInsurance | None:
    """「限工伤保险。」 alone keeps an entry from the basic insurance; beside an indication
    (「限子宫肌瘤患者或生育保险。」) it does not."""
    found = re.fullmatch(r"限(工伤|生育)保险[。.]?", restriction.strip())
    return _ONLY_UNDER[found[1]] if found else None


_PRICE = re.compile(
    r"([0-9]{1,9})(?:\.([0-9]{1,2}))?元(?:/[^()（）]{1,4})?(?:[(（](.+)[)）])?", re.DOTALL
)


@lru_cache(maxsize=4096)
def prices_in(words: str) -> tuple[Price, ...]:
    """The prices of a payment standard, one a specification: `13.60元(1ml:12.5mg/支)；…`.

    All or nothing: where one part is no price, the words as a whole are words.
    """
    found = []
    for part in _parts(words):
        price = _PRICE.fullmatch(part)
        if price is None:
            return ()
        fen = int(price[1]) * 100 + int((price[2] or "0").ljust(2, "0"))
        found.append(Price(fen, (price[3] or "").strip()))
    return tuple(found)


def _parts(words: str) -> list[str]:
    """The words cut at `；`, `;` and line ends, but not inside brackets."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(words):
        if letter in "(（[【":
            depth += 1
        elif letter in ")）]】":
            depth = max(0, depth - 1)
        elif letter in "；;\n" and depth == 0:
            parts.append(words[start:at])
            start = at + 1
    parts.append(words[start:])
    return [part.strip() for part in parts if part.strip()]
