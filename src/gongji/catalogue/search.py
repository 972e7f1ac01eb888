"""查找: by name, part of it, pinyin or initials, with typing mistakes tolerated.

Names lie end to end in one long text, the shorter first, so that the interpreter's own substring
search walks over all of them in a fraction of a millisecond. Only when that finds too little are
mistakes allowed for, on the few names that share most letters with the query.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from heapq import nlargest
from itertools import chain
from typing import NamedTuple

from gongji.catalogue.edits import distance_within, masks
from gongji.catalogue.item import Item
from gongji.catalogue.names import fold, other_keys, own_keys
from gongji.catalogue.pinyin import readings, spelled

LONGEST_QUERY = 60
_CANDIDATES = 40
_END = "\n"


class How(IntEnum):
    """How a query found a name, the best first."""

    EXACT = 0  # the name itself
    BEGINS = 1  # the name begins with it
    PART = 2  # it is part of the name
    WITHIN = 3  # the name is part of what was typed: 阿莫西林胶囊 for 阿莫西林
    PINYIN = 4  # the name sounds so, or is typed so
    INITIALS = 5  # 首字母
    NEAR = 6  # with typing mistakes
    NEAR_PINYIN = 7  # the sound with typing mistakes


class Hit(NamedTuple):
    """One name with the entries that bear it, in whatever forms."""

    name: str
    items: tuple[Item, ...]
    how: How
    mistakes: int


_Ranked = tuple[int, How, int]
"""A name's number, how it was found, and with how many mistakes."""


class _Run:
    """Spellings end to end, each with the names that it stands for."""

    def __init__(self, spellings: dict[str, list[int]]) -> None:
        ordered = sorted(spellings, key=lambda text: (len(text), text))
        self.spellings = ordered
        self.names = [spellings[text] for text in ordered]
        self._starts: list[int] = []
        at = 1
        for text in ordered:
            self._starts.append(at)
            at += len(text) + 1
        self._text = _END + _END.join(ordered) + _END
        self._exact = {text: number for number, text in enumerate(ordered)}

    def exact(self, query: str) -> Iterator[int]:
        number = self._exact.get(query)
        if number is not None:
            yield number

    def holding(self, query: str, most: int) -> Iterator[int]:
        """The spellings that hold the query, the shorter first; `_END` before it asks for those
        that begin with it."""
        at, seen = self._text.find(query), -1
        while at >= 0 and most:
            number = bisect_right(self._starts, at + query.startswith(_END)) - 1
            if number != seen:
                yield number
                seen, most = number, most - 1
            at = self._text.find(query, at + 1)

    def within(self, query: str) -> Iterator[int]:
        """The spellings that make up half of the query or more, the longer first."""
        for size in range(len(query) - 1, max(1, (len(query) - 1) // 2), -1):
            for start in range(len(query) - size + 1):
                yield from self.exact(query[start : start + size])


class _Grams:
    """Which spellings hold which letters next to each other."""

    def __init__(self, spellings: Sequence[str], size: int) -> None:
        self._size = size
        self._holding: dict[str, list[int]] = {}
        for number, text in enumerate(spellings):
            for gram in self._of(text):
                self._holding.setdefault(gram, []).append(number)
        self._common = len(spellings) // 12

    def _of(self, text: str) -> set[str]:
        size = min(self._size, len(text))
        return {text[at : at + size] for at in range(len(text) - size + 1)}

    def nearest(self, query: str, mistakes: int) -> list[int]:
        """The spellings that share the most grams with the query.

        One mistake spoils at most as many grams as a gram has letters, and one more where two
        letters are swapped: who shares fewer cannot be within so many mistakes.
        """
        grams = self._of(query)
        lists = sorted((self._holding.get(gram, ()) for gram in grams), key=len)
        while len(lists) > 4 and len(lists[-1]) > self._common:
            lists.pop()  # a gram that every other name has tells them little apart, and costs most
        shared = Counter(chain.from_iterable(lists))
        spoilt = mistakes * (1 if self._size == 1 else self._size + 1)
        least = max(1, len(lists) - spoilt)
        near = [number for number, count in shared.items() if count >= least]
        if len(near) <= _CANDIDATES:
            return near
        # Of equals the shorter spelling first: it has less that the query does not ask for.
        return nlargest(_CANDIDATES, near, key=lambda number: (shared[number], -number))


class Index:
    """Everything that a search needs, built once for a shelf."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._names: list[str] = []
        self._items: list[list[Item]] = []
        numbers: dict[str, int] = {}
        spelt: dict[str, list[int]] = {}
        sound: dict[str, list[int]] = {}
        letters: dict[str, list[int]] = {}
        likely: dict[str, list[int]] = {}
        for item in items:
            known = item.title in numbers
            number = numbers.setdefault(item.title, len(numbers))
            if known:
                self._items[number].append(item)
                continue
            self._names.append(item.title)
            self._items.append([item])
            for key in (*own_keys(item), *other_keys(item)):
                _add(spelt, key, number)
                for nth, typed in enumerate(readings(key)):
                    _add(sound, typed.full, number)
                    _add(letters, typed.initials, number)
                    if nth == 0:
                        _add(likely, typed.full, number)
        self._spelt, self._sound, self._letters = _Run(spelt), _Run(sound), _Run(letters)
        self._likely = _Run(likely)
        self._spelt_grams = _Grams(self._spelt.spellings, 1)
        self._likely_grams = _Grams(self._likely.spellings, 3)

    def search(self, text: str, limit: int) -> list[Hit]:
        """The best names for a query, at most `limit`; none for an empty one."""
        query = fold(text)[:LONGEST_QUERY]
        found: dict[int, tuple[How, int]] = {}
        stages = self._stages(query, 4 * limit) if query else ()
        for stage in stages:
            for number, how, mistakes in stage:
                found.setdefault(number, (how, mistakes))
                if len(found) >= limit:
                    break
            # A looser way of reading the query is tried only where the stricter ones say nothing.
            if any(how is not How.WITHIN for how, _ in found.values()):
                break
        return [
            Hit(self._names[number], tuple(self._items[number]), how, mistakes)
            for number, (how, mistakes) in found.items()
        ]

    def _stages(self, query: str, most: int) -> Iterator[Iterator[_Ranked]]:
        """Names in stages from strict to loose, and best first in each; one may come again."""
        sound = spelled(query)
        if sound != query:
            yield self._by_name(query, most)
            yield chain(
                self._by(self._spelt, self._spelt.within(query), How.WITHIN),
                self._by_sound(sound, most),
            )
        else:
            # Latin letters may be part of a name, its sound or its initials: all are looked at.
            yield chain(self._by_name(query, most), self._by_letters(query, most))
        yield _near(self._spelt, self._spelt_grams, query, _allowed(query, 3, 5), How.NEAR)
        allowed = _allowed(sound, 4, 7)
        yield _near(self._likely, self._likely_grams, sound, allowed, How.NEAR_PINYIN)

    def _by_name(self, query: str, most: int) -> Iterator[_Ranked]:
        yield from self._by(self._spelt, self._spelt.exact(query), How.EXACT)
        yield from self._by(self._spelt, self._spelt.holding(_END + query, most), How.BEGINS)
        yield from self._by(self._spelt, self._spelt.holding(query, most), How.PART)

    def _by_sound(self, sound: str, most: int) -> Iterator[_Ranked]:
        yield from self._by(self._sound, self._sound.exact(sound), How.PINYIN)
        yield from self._by(self._sound, self._sound.holding(_END + sound, most), How.PINYIN)
        yield from self._by(self._sound, self._sound.holding(sound, most), How.PINYIN)

    def _by_letters(self, query: str, most: int) -> Iterator[_Ranked]:
        sound, letters = self._sound, self._letters
        yield from self._by(sound, sound.exact(query), How.PINYIN)
        yield from self._by(letters, letters.exact(query), How.INITIALS)
        yield from self._by(sound, sound.holding(_END + query, most), How.PINYIN)
        yield from self._by(letters, letters.holding(_END + query, most), How.INITIALS)
        if len(query) > 1:
            yield from self._by(sound, sound.holding(query, most), How.PINYIN)
            yield from self._by(letters, letters.holding(query, most), How.INITIALS)

    @staticmethod
    def _by(run: _Run, numbers: Iterator[int], how: How) -> Iterator[_Ranked]:
        for number in numbers:
            for name in run.names[number]:
                yield name, how, 0


def _near(run: _Run, grams: _Grams, query: str, allowed: int, how: How) -> Iterator[_Ranked]:
    """Names within so many mistakes, the fewest first."""
    if not allowed:
        return
    where = masks(query)
    scored = []
    for number in grams.nearest(query, allowed):
        text = run.spellings[number]
        mistakes = distance_within(query, where, text)
        if mistakes <= allowed:
            scored.append((mistakes, abs(len(text) - len(query)), number))
    for mistakes, _, number in sorted(scored):
        for name in run.names[number]:
            yield name, how, mistakes


def _allowed(query: str, one: int, two: int) -> int:
    """How many mistakes a query of this length may hold."""
    return 0 if len(query) < one else 1 if len(query) < two else 2


def _add(spellings: dict[str, list[int]], text: str, number: int) -> None:
    numbers = spellings.setdefault(text, [])
    if not numbers or numbers[-1] != number:
        numbers.append(number)
