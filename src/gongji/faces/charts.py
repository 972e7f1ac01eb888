"""图表: numbers made into places for SVG. The template draws them, with a table beneath each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gongji.desk.ports import AnswerKind, HourSums
from gongji.words import Lang, Words

PAYERS = {
    "own": Words("个人账户", "account"),
    "pooled": Words("共济", "pool"),
    "cash": Words("现金", "cash"),
}
"""Who pays the patient's share, by the colour that it has in every picture."""

HEIGHT, LEFT, WIDTH = 120, 8, 344
"""The drawing of a column chart, in the picture's own units."""

WIDEST = 48
"""A column that stands alone is still a column."""


def payers(lang: Lang) -> dict[str, str]:
    """The payers' names."""
    return {key: words.say(lang) for key, words in PAYERS.items()}


class Segment(NamedTuple):
    """One colour of one column."""

    key: str
    y: float
    height: float


class Column(NamedTuple):
    """One column, with its words for whoever points at it."""

    label: str
    x: float
    width: float
    segments: tuple[Segment, ...]
    total: int
    named: bool  # whether its label stands beneath it


class Columns(NamedTuple):
    """柱状图: stacked columns. `top` is what the tallest one comes to."""

    columns: tuple[Column, ...]
    top: int


class Bar(NamedTuple):
    """条形图: one bar of several."""

    label: str
    value: int
    width: float


def hourly(sums: Iterable[HourSums]) -> dict[int, dict[str, int]]:
    """What was paid in each hour of a day by whom, in fen, without what went back."""
    hours = {hour: {"own": 0, "pooled": 0, "cash": 0} for hour in range(24)}
    for one in sums:
        if one.kind is AnswerKind.SETTLEMENT:
            for key in hours[one.hour]:
                hours[one.hour][key] += getattr(one, f"{key}_fen")
    return hours


def stacked(rows: Sequence[tuple[str, Mapping[str, int]]], each: int = 1) -> Columns:
    """Columns from labels and their values by colour; every `each`-th label is written."""
    top = max((sum(values.values()) for _, values in rows), default=0)
    step = WIDTH / max(len(rows), 1)
    width = round(min(step * 0.72, WIDEST), 1)
    columns = []
    for at, (label, values) in enumerate(rows):
        y, segments = float(HEIGHT), []
        for key, value in values.items():
            height = HEIGHT * value / top if top else 0.0
            y -= height
            if value:
                segments.append(Segment(key, round(y, 1), round(height, 1)))
        x = round(LEFT + at * step + (step - width) / 2, 1)
        columns.append(
            Column(label, x, width, tuple(segments), sum(values.values()), at % each == 0)
        )
    return Columns(tuple(columns), top)


def bars(rows: Sequence[tuple[str, int]], widest: float = 120) -> tuple[Bar, ...]:
    """Bars beside each other, the largest value the widest. What is there is no thinner than a hair,
    what is not, or below zero, has no bar."""
    top = max((value for _, value in rows), default=0)
    return tuple(
        Bar(label, value, round(max(widest * value / top, 2.0), 1) if value > 0 else 0.0)
        for label, value in rows
    )
