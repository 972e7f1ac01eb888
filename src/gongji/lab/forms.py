"""Reading a scenario's text values: each form says what is allowed when it refuses."""

import re
from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from gongji.settlement.bill import AskerId
from gongji.terms import LARGEST_FEN, LOCAL_TIME, RegionCode

E = TypeVar("E", bound=StrEnum)
Fields = dict[str, Any]


class BadScenario(Exception):
    """A scenario that cannot be read: file, scenario, step, key, and what is allowed."""

    def __init__(self, file: str, scenario: str, step: int | None, key: str, wrong: str) -> None:
        self.file, self.scenario, self.step, self.key, self.wrong = file, scenario, step, key, wrong
        parts = [file]
        if scenario:
            parts.append(f"scenario {scenario!r}")
        if step is not None:
            parts.append(f"step {step}")
        if key:
            parts.append(f"key {key}")
        super().__init__(f"{', '.join(parts)}: {wrong}")

    @classmethod
    def at(cls, file: str, scenario: str = "", step: int | None = None) -> "Place":
        """Errors of this place."""
        return Place(file, scenario, step, "")


class Place:
    """Where in a file we are: file, scenario, step and key, as an error names them."""

    def __init__(self, file: str, scenario: str, step: int | None, key: str) -> None:
        self.file, self.scenario, self.step, self.key = file, scenario, step, key

    def of(self, key: str) -> "Place":
        """The place of one key."""
        inner = f"{self.key}.{key}" if self.key else key
        return Place(self.file, self.scenario, self.step, inner)

    def wrong(self, wrong: str) -> BadScenario:
        """The error for this place."""
        return BadScenario(self.file, self.scenario, self.step, self.key, wrong)


def table(raw: object, at: Place) -> Fields:
    """A mapping."""
    if not isinstance(raw, dict):
        raise at.wrong(f"a table of keys and values is needed, found {raw!r}")
    return raw


def fields(
    raw: object, at: Place, *, required: Collection[str], optional: Collection[str] = ()
) -> Fields:
    """A mapping with these keys and no others."""
    found = table(raw, at)
    known = {*required, *optional}
    for key in found:
        if key not in known:
            raise at.of(key).wrong(f"unknown key; known are {', '.join(sorted(known))}")
    for key in sorted(required):
        if key not in found:
            raise at.of(key).wrong(f"missing; needed are {', '.join(sorted(required))}")
    return found


def text(raw: object, at: Place) -> str:
    """One word or sentence."""
    if not isinstance(raw, str) or not raw:
        raise at.wrong(f"a word is needed, found {raw!r}")
    return raw


def own_id(raw: object, at: Place) -> str:
    """An id as an institution makes it."""
    try:
        return msgspec.convert(raw, AskerId)
    except msgspec.ValidationError:
        wrong = f"an id of 1 to 64 letters, digits and . _ : -, such as b1; found {raw!r}"
        raise at.wrong(wrong) from None


def yuan(raw: object, at: Place) -> int:
    """Yuan with at most two decimals, as fen."""
    found = re.fullmatch(r"([0-9]{1,11})(?:\.([0-9]{1,2}))?", raw) if isinstance(raw, str) else None
    if found is None:
        raise at.wrong(f"yuan with at most two decimals, such as 12.50; found {raw!r}")
    fen = int(found.group(1)) * 100 + int((found.group(2) or "0").ljust(2, "0"))
    if fen > LARGEST_FEN:
        raise at.wrong("more than ten billion yuan")
    return fen


def some_yuan(raw: object, at: Place) -> int:
    """Yuan as `yuan` reads them, and more than nothing."""
    fen = yuan(raw, at)
    if not fen:
        raise at.wrong("a sum is more than nothing")
    return fen


def share(raw: object, at: Place) -> int:
    """A share from 0 to 1 with at most four decimals, as basis points."""
    found = re.fullmatch(r"([01])(?:\.([0-9]{1,4}))?", raw) if isinstance(raw, str) else None
    basis_points = int(found[1] + (found[2] or "").ljust(4, "0")) if found else 10_001
    if basis_points > 10_000:
        raise at.wrong(f"a share from 0 to 1, such as 0.60; found {raw!r}")
    return basis_points


def boolean(raw: object, at: Place) -> bool:
    """true or false, in small letters or as YAML also writes them."""
    if not isinstance(raw, str) or raw.lower() not in ("true", "false"):
        raise at.wrong(f"true or false; found {raw!r}")
    return raw.lower() == "true"


def choice(kind: type[E], raw: object, at: Place) -> E:
    """One of the words of an enum."""
    if not isinstance(raw, str) or raw not in list(kind):
        raise at.wrong(f"one of {', '.join(kind)}; found {raw!r}")
    return kind(raw)


def choices(kind: type[E], raw: object, at: Place) -> frozenset[E]:
    """A list of words of an enum."""
    if not isinstance(raw, list):
        raise at.wrong(f"a list of ({', '.join(kind)}); found {raw!r}")
    return frozenset(choice(kind, one, at) for one in raw)


def whole(raw: object, at: Place) -> int:
    """A whole number of at most nine digits."""
    if not isinstance(raw, str) or not re.fullmatch(r"[0-9]{1,9}", raw):
        raise at.wrong(f"a whole number; found {raw!r}")
    return int(raw)


def code6(raw: object, at: Place) -> str:
    """A region's code."""
    try:
        return msgspec.convert(raw, RegionCode)
    except msgspec.ValidationError:
        raise at.wrong(f'six digits such as "310000"; found {raw!r}') from None


def day(raw: object, at: Place) -> date:
    """A calendar day."""
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        raise at.wrong(f"a day such as 2025-11-10; found {raw!r}") from None


def day_of_death(raw: object, today: date, at: Place) -> date:
    """A calendar day, or `true` for a death of today."""
    return today if raw == "true" else day(raw, at)


def local_time(raw: object, at: Place) -> datetime:
    """A local time, to the minute or the second."""
    try:
        found = datetime.fromisoformat(str(raw))
    except ValueError:
        raise at.wrong(f"a local time such as 2025-11-10T09:00; found {raw!r}") from None
    if found.tzinfo is not None:
        raise at.wrong("a local time has no offset: all of China keeps one")
    if not 2000 <= found.year < 2100:
        raise at.wrong(f"a time of this century; found {raw!r}")
    return found.replace(tzinfo=LOCAL_TIME)
