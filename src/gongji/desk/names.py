"""姓名: whether two names are the same, however they were typed."""

import re
import unicodedata

_DOTS = dict.fromkeys(map(ord, "\u2022\u2027\u30fb\u2219\u22c5\uff65."), "·")


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same, whichever dot a minority's name was typed with."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).translate(_DOTS)
    return re.sub(r"\s*·\s*", "·", " ".join(folded.split())).casefold()
