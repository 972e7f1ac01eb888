"""元角分: money as families write it, in and out."""

import re
import unicodedata

from gongji.terms import LARGEST_FEN, yuan_text


class NoSum(Exception):
    """What was written is no sum of money."""


_YUAN = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?")


def fen_of(text: str) -> int:
    """Yuan as people write them → fen. Full-width digits and commas are understood."""
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("¥").replace(",", "").strip() or "0"
    if not _YUAN.fullmatch(plain):
        raise NoSum
    whole, _, part = plain.partition(".")
    fen = int(whole) * 100 + int(part.ljust(2, "0") or "0")
    if fen > LARGEST_FEN // 4:
        raise NoSum  # the three together may not pass the largest sum there is
    return fen


def yuan(fen: int) -> str:
    """Money as a family writes it: ¥1,200.00."""
    return f"{'-' if fen < 0 else ''}¥{yuan_text(abs(fen), ',')}"
