"""身份: what a person is called and known by, which numbers are possible (GB 11643), and masks."""

from datetime import date
from enum import StrEnum

import msgspec


class Identity(msgspec.Struct, frozen=True):
    """身份: what a person is called. Kept sealed, shown masked."""

    name: str
    number: str  # 身份证号
    phone: str = ""
    card: str = ""  # 社会保障卡号


class KnownBy(StrEnum):
    """凭什么找人: by what else than the identity number somebody is looked up."""

    NAME = "name"  # the whole name
    CARD = "card"  # 社会保障卡号


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PROVINCES = frozenset(
    [
        "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37",
        "41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65",
        "71", "81", "82", "83",
    ]
)  # fmt: skip
"""GB/T 2260: the first two digits, 81 to 83 for residents from Hong Kong, Macao and Taiwan."""

_FOREIGNER = "9"
"""外国人永久居留身份证: a 9, the province, the nationality, then as in every other number."""


def wrong_number(number: str, today: date) -> str | None:
    """What is wrong with an identity number, and what to do; None for a number that can be one.

    The county code is not held against a list: it says where somebody was first registered, and
    lists of counties change (a library that checked it would turn real people away).
    """
    if len(number) != 18 or not (number.isascii() and number[:17].isdigit()):
        return "18 characters are needed: 17 digits, then a digit or X"
    if number[17] not in "0123456789X":
        return "the last character is a digit or a capital X"
    province = number[1:3] if number[0] == _FOREIGNER else number[:2]
    if province not in _PROVINCES:
        return f"no province has the code {province}; read the first digits again"
    born = birth_date(number)
    if born is None:
        return f"{number[6:14]} is no date of birth (YYYYMMDD); read digits 7 to 14 again"
    if born > today:
        return f"the date of birth {born} lies ahead; read digits 7 to 14 again"
    if number[17] != check_digit(number[:17]):
        return "the check digit does not fit the other 17; one of the digits is misread"
    return None


def check_digit(first_17: str) -> str:
    """The 18th character for the first 17 (ISO 7064, MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def birth_date(number: str) -> date | None:
    """The date of birth in a number, or None where its digits are no date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def mask_number(number: str) -> str:
    """The first three and last two characters only: 310*************12."""
    return number[:3] + "*" * max(len(number) - 5, 0) + number[-2:]


def mask_name(name: str) -> str:
    """The first character only: 李**. How long a long name is, is nobody's business either."""
    return name[:1] + "*" * min(max(len(name) - 1, 0), 3)


def mask_phone(phone: str) -> str:
    """Three digits, stars, four digits: 138****0000."""
    return phone[:3] + "*" * max(len(phone) - 7, 0) + phone[-4:] if phone else ""
