"""姓名: whether two names are the same, however they were typed."""

import re
import unicodedata

_DOTS = dict.fromkeys(map(ord, "\u2022\u2027\u30fb\u2219\u22c5\uff65."), "·")


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same, whichever dot a minority's name was typed with."""
    return plain_name(one) == plain_name(other)


def plain_name(name: str) -> str:
    """The name as it is compared and looked up: one form for every way of typing it."""
    folded = unicodedata.normalize("NFKC", name).translate(_DOTS)
    return re.sub(r"\s*·\s*", "·", " ".join(folded.split())).casefold()
