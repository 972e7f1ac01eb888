"""图: how a bill is paid, as a picture. Parts of the bill on the left, who pays on the right.

Only numbers and places are worked out here; the template draws them. Every bar is tall enough for
its two lines of words, so a small sum can be read; the table beneath the picture has the exact ones.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gongji.words import Words

WIDTH = 360
LEFT, RIGHT, THICK = 84, 208, 12
"""Where the bars stand and how wide they are, in the picture's own units."""

_TALL, _LEAST, _GAP, _TOP = 150, 42, 12, 6


class Flow(NamedTuple):
    """支付流向: so much of one part of the bill is paid by one payer."""

    part: str
    payer: str
    fen: int


class Bar(NamedTuple):
    """One part or payer: where it stands, and what is written beside it."""

    key: str
    label: str
    fen: int
    y: float
    height: float

    @property
    def middle(self) -> float:
        """Half-way down."""
        return self.y + self.height / 2


class Ribbon(NamedTuple):
    """A flow as a shape: an SVG path from a part to a payer."""

    key: str
    path: str
    label: str
    fen: int


class Picture(NamedTuple):
    """The whole, with its height."""

    parts: tuple[Bar, ...]
    payers: tuple[Bar, ...]
    ribbons: tuple[Ribbon, ...]
    height: float


PARTS = {
    "fund_paid": Words("统筹支付", "Fund-paid"),
    "self_paid": Words("个人自负", "Self-paid"),
    "uncovered": Words("自费", "Uncovered"),
}


def draw(flows: Sequence[Flow], part_names: dict[str, str], payer_names: dict[str, str]) -> Picture:
    """The picture of these flows. Nothing is drawn for a sum of zero."""
    flows = [flow for flow in flows if flow.fen > 0]
    total = sum(flow.fen for flow in flows)
    parts = _bars([(flow.part, flow.fen) for flow in flows], part_names, total)
    payers = _bars([(flow.payer, flow.fen) for flow in flows], payer_names, total)
    height = max([bar.y + bar.height for bar in (*parts, *payers)], default=0) + _TOP
    left = {bar.key: bar for bar in _centred(parts, height)}
    right = {bar.key: bar for bar in _centred(payers, height)}
    ribbons, used_left, used_right = [], dict.fromkeys(left, 0.0), dict.fromkeys(right, 0.0)
    for flow in flows:
        one, other = left[flow.part], right[flow.payer]
        tall_left = one.height * flow.fen / one.fen
        tall_right = other.height * flow.fen / other.fen
        y1, y2 = one.y + used_left[flow.part], other.y + used_right[flow.payer]
        used_left[flow.part] += tall_left
        used_right[flow.payer] += tall_right
        label = f"{one.label} → {other.label}"
        path = _path(y1, tall_left, y2, tall_right)
        ribbons.append(Ribbon(flow.payer, path, label, flow.fen))
    return Picture(tuple(left.values()), tuple(right.values()), tuple(ribbons), round(height, 1))


def _bars(sums_of: Sequence[tuple[str, int]], names: dict[str, str], total: int) -> list[Bar]:
    sums: dict[str, int] = {}
    for key, fen in sums_of:
        sums[key] = sums.get(key, 0) + fen
    bars, y = [], float(_TOP)
    for key in (key for key in names if key in sums):
        height = max(_LEAST, _TALL * sums[key] / total)
        bars.append(Bar(key, names[key], sums[key], y, height))
        y += height + _GAP
    return bars


def _centred(bars: Sequence[Bar], height: float) -> list[Bar]:
    if not bars:
        return []
    spare = (height - _TOP - bars[-1].y - bars[-1].height) / 2
    return [bar._replace(y=round(bar.y + spare, 1), height=round(bar.height, 1)) for bar in bars]


def _path(y1: float, tall1: float, y2: float, tall2: float) -> str:
    x1, x2 = LEFT + THICK, RIGHT
    bend = (x1 + x2) / 2
    return (
        f"M{x1} {y1:.1f} C{bend} {y1:.1f} {bend} {y2:.1f} {x2} {y2:.1f}"
        f" L{x2} {y2 + tall2:.1f} C{bend} {y2 + tall2:.1f} {bend} {y1 + tall1:.1f}"
        f" {x1} {y1 + tall1:.1f} Z"
    )
