"""The forms that an answer may have, beside plain numbers, words and lists."""

from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

import msgspec

from gongji.terms import Care, InstitutionKind, Level, Scheme


class Asks(NamedTuple):
    """条款的问题: what is asked, in English and in Chinese."""

    en: str
    zh: str


class Venue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """可用场所: a kind of place and care where pooled money pays. A bill needs to fit one.

    A field that is left out does not restrict. `in_region`: the institution lies in the region.
    """

    kind: InstitutionKind
    schemes: frozenset[Scheme] | None = None
    care: frozenset[Care] | None = None
    levels: frozenset[Level] | None = None
    in_region: bool = False


class AccountFlag(StrEnum):
    """个人账户使用标志 as the national interface prints it; a value beside these is refused."""

    UNUSED = "0"
    OWN = "1"
    POOLED = "2"


class Activation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """医保电子凭证激活: from which age by real name, and for how many relatives at most."""

    real_name_from_age: int
    relatives_at_most: int


class Months(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A span of months, both ends included."""

    at_least: int
    at_most: int


Stated = Literal["stated"]
"""A principle: the text lays it down, and there is nothing to choose."""

NoLimit = Literal["none"]

YearTurn = Annotated[str, msgspec.Meta(pattern="^(none|(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))$")]
"""MM-DD, the day on which a benefit year starts, or `none` where nothing is carried."""

Effect = Literal["at_once", "next_day"]
"""生效时间: `next_day` leaves everything as it is until the end of the day."""
