"""The figures of a run as a picture: a bar of ours, and beneath it those of its yardsticks."""

from html import escape
from itertools import groupby

from gongji.lab.bench import Bench
from gongji.lab.figures import API, BARE, FEWER, FIRST, OFFERED, PGBENCH, Line, lines
from gongji.words import Words

_WIDTH, _EDGE, _LEFT, _RIGHT, _TOP = 860, 8, 290, 100, 78
_THICK, _THIN, _GAP, _HEAD = 16, 7, 16, 34

_STYLE = """
text { font-family: system-ui, sans-serif; font-size: 13px; fill: #1f2328 }
.small { font-size: 11px; fill: #59636e }
.head { font-size: 14px; font-weight: 600 }
.ours { fill: #0969da } .pgbench { fill: #bc4c00 } .bare { fill: #818b98 } .first { fill: #54aeff }
.offered { fill: #afb8c1 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .small { fill: #9198a1 }
  .ours { fill: #4493f8 } .pgbench { fill: #db6d28 } .bare { fill: #656c76 } .first { fill: #1f6feb }
  .offered { fill: #3d444d }
}
"""

_CLASS = {
    PGBENCH: "pgbench",
    BARE: "bare",
    FIRST: "first",
    FEWER: "first",
    API: "first",
    OFFERED: "offered",
}


def draw(found: Bench) -> str:
    """An SVG that says in its title what it shows, and can be read on a light and a dark page."""
    body, y = [], float(_TOP)
    for group, of_group in groupby(lines(found), key=lambda line: line.group):
        some = list(of_group)
        largest = max(max(line.figure, *(b.figure for b in line.beside), 1) for line in some)
        body.append(_text(_EDGE, y + 14, "head", f"{group.zh} · {group.en}"))
        y += _HEAD
        for line in some:
            drawn, tall = _bars(line, y, (_WIDTH - _LEFT - _RIGHT) / largest)
            body += drawn
            y += tall + _GAP
    told = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    title = f"Gongji 共济, {found.day}: {found.processors} cores of {found.processor}; {told}"
    height = round(y)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
            f' width="{_WIDTH}" height="{height}" role="img" aria-labelledby="title">',
            f'<title id="title">{escape(title)}</title>',
            f"<style>{_STYLE}</style>",
            _text(_EDGE, 16, "small", title),
            *_legend(found),
            *body,
            "</svg>\n",
        ]
    )


def _bars(line: Line, y: float, scale: float) -> tuple[list[str], float]:
    """The bars of one figure below each other, its names to their left, and how tall they are."""
    drawn = [
        _text(_EDGE, y + 12, "", line.label.zh),
        _text(_EDGE, y + 27, "small", line.label.en),
        _bar(y, _THICK, line.figure * scale, "ours"),
        _text(_LEFT + line.figure * scale + 6, y + 13, "", f"{line.figure:,.0f}{_wait(line)}"),
    ]
    below = y + _THICK + 2
    for each in line.beside:
        drawn.append(_bar(below, _THIN, each.figure * scale, _CLASS[each.name]))
        at = _LEFT + each.figure * scale + 6
        drawn.append(_text(at, below + 7, "small", f"{each.figure:,.0f}"))
        below += _THIN + 3
    return drawn, max(below - y, 28)


def _wait(line: Line) -> str:
    return "" if line.p99_ms is None else f" · p99 {line.p99_ms:,.0f} ms"


def _legend(found: Bench) -> list[str]:
    shown = {each.name for line in lines(found) for each in line.beside}
    named = [("ours", Words("共济", "ours"))]
    named += [(_CLASS[name], name) for name in _CLASS if name in shown]
    drawn, x, y = [], float(_EDGE), 30.0
    for kind, name in named:
        said = name.en if name.zh == name.en else f"{name.zh} · {name.en}"
        wide = 40 + sum(11 if ord(letter) > 255 else 6.2 for letter in said)
        if x + wide > _WIDTH:
            x, y = float(_EDGE), y + 18
        drawn.append(
            f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="10" height="10" rx="2"/>'
        )
        drawn.append(_text(x + 15, y + 9, "small", said))
        x += wide
    return drawn


def _bar(y: float, tall: float, wide: float, kind: str) -> str:
    shape = f'y="{y:.1f}" width="{max(wide, 1):.1f}" height="{tall}" rx="2"'
    return f'<rect class="{kind}" x="{_LEFT}" {shape}/>'


def _text(x: float, y: float, kind: str, said: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(said)}</text>'
