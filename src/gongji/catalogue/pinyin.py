"""拼音: how a name may be typed without Chinese letters, in full and by initials."""

import unicodedata
from functools import lru_cache
from itertools import product

_MOST_READINGS = 8
"""Beyond this many readings of one name, letters with several readings vary one at a time."""


class Typed(tuple[str, ...]):
    """One name's syllables, one a letter; a letter that is not Chinese stands for itself."""

    @property
    def full(self) -> str:
        """`a mo xi lin` → amoxilin."""
        return "".join(self)

    @property
    def initials(self) -> str:
        """`a mo xi lin` → amxl."""
        return "".join(syllable[:1] for syllable in self)


def readings(name: str) -> list[Typed]:
    """Every way to read a folded name that is worth an index entry, the likeliest first."""
    choices = [_syllables(letter) for letter in name]
    ways = 1
    for choice in choices:
        ways *= len(choice)
    if ways <= _MOST_READINGS:
        return [Typed(way) for way in product(*choices)]
    first = [choice[0] for choice in choices]
    found = [Typed(first)]
    for at, choice in enumerate(choices):
        for other in choice[1:]:
            found.append(Typed([*first[:at], other, *first[at + 1 :]]))
    return found


def spelled(text: str) -> str:
    """A folded text in its likeliest pinyin; what is typed in Latin letters already stays."""
    return "".join(_syllables(letter)[0] for letter in text)


@lru_cache(maxsize=16384)
def _syllables(letter: str) -> tuple[str, ...]:
    if ord(letter) < 0x2E80:
        return (letter,)
    # Imported here: the table takes a fifth of a second to load, and only a search needs it.
    from pypinyin.constants import PINYIN_DICT

    marked = PINYIN_DICT.get(ord(letter), letter)
    return tuple(dict.fromkeys(_without_tone(one) for one in marked.split(",")))


def _without_tone(syllable: str) -> str:
    # ü is typed as v; take it before the marks are dropped, since it is written with one.
    apart = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
