"""表单: what a browser sends, read with care; and what is wrong, said at the field.

Nothing that is typed is trusted or thrown away: it is cut to a length, cleaned of what no field may
hold, and put back into the page beside the sentence that says what is wrong with it.
"""

import hmac
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from litestar.datastructures import FormMultiDict, UploadFile

from gongji.desk.identity import wrong_number
from gongji.faces.money import NoSum, fen_of

LONGEST = 500
"""No field of ours holds more characters; the rest is cut off."""

LARGEST_FILE = 10 * 1024 * 1024
"""Bytes of a file, at most."""


class Upload(NamedTuple):
    """A file that was sent."""

    name: str
    content: bytes


class Form(Mapping[str, str]):
    """What was sent: a text for each field, "" where there is none; and the files."""

    def __init__(
        self,
        fields: Mapping[str, str],
        chosen: Mapping[str, tuple[str, ...]] | None = None,
        files: Mapping[str, Upload] | None = None,
    ) -> None:
        self._fields, self._chosen, self.files = fields, chosen or {}, files or {}

    def __getitem__(self, name: str) -> str:
        return self._fields.get(name, "")

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may be chosen several times."""
        return self._chosen.get(name, ())

    @property
    def id(self) -> str:
        """The form's own id: by it a repeat is known."""
        found = self["id"]
        return found if re.fullmatch(r"[0-9a-f]{24}", found) else "none"

    def has_token(self, token: str) -> bool:
        """Whether the form is one of this sign-in's."""
        return hmac.compare_digest(self["token"].encode(), token.encode())

    def typed(self) -> dict[str, str]:
        """What a person has typed, without what the page has put in."""
        return {name: text for name, text in self._fields.items() if name not in ("token", "id")}


async def read_form(data: FormMultiDict) -> Form:
    """The form of a request, urlencoded or with files."""
    fields: dict[str, str] = {}
    chosen: dict[str, tuple[str, ...]] = {}
    files: dict[str, Upload] = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read(LARGEST_FILE + 1)
            if content:
                files[name[:50]] = Upload((value.filename or "")[:200], content)
            continue
        text = clean(str(value))
        fields.setdefault(name[:50], text)
        chosen[name[:50]] = (*chosen.get(name[:50], ()), text)
    return Form(fields, chosen, files)


def clean(text: str) -> str:
    """Text without control characters and lone surrogates, cut to a length."""
    kept = (c for c in text[: LONGEST * 2] if unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).strip()[:LONGEST]


# What is typed, as it is meant ───────────────────────────────────────────────────────────────────

_PERMIT = re.compile(r"[A-Z]{3}[0-9]{12}")


def number_of(text: str) -> str:
    """An identity number as it is meant: full-width digits, spaces and a small x are understood."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def is_number(number: str, today: date) -> bool:
    """Whether it can be an identity number, a residence permit's, or a foreigner's permit's of the
    older form (three letters and twelve digits)."""
    return bool(_PERMIT.fullmatch(number)) or wrong_number(number, today) is None


def sum_of(text: str) -> int | None:
    """Yuan as people write them, in fen; None for what is no sum."""
    try:
        return fen_of(text)
    except NoSum:
        return None


def no_sum(say: Callable[..., str]) -> str:
    """What is said beside a field that `sum_of` cannot read."""
    return say("请填写元，最多两位小数，不超过 25 亿，如 100 或 99.50")


def day_typed(text: str) -> date | None:
    """A day as a date field sends it; None for what is none, or lies beyond anybody's life."""
    try:
        found = date.fromisoformat(unicodedata.normalize("NFKC", text))
    except ValueError:
        return None
    return found if 1900 <= found.year < 2200 else None
