"""Names: how two spellings are one name, and under which other names an entry is known."""

import re
import unicodedata
from functools import lru_cache

from gongji.catalogue.item import Item, Kind

FORM_WORDS = (
    "口服乳液", "肠溶胶囊", "口服液", "软胶囊", "肠溶片", "分散片", "注射液", "喷雾剂", "气雾剂",
    "巴布膏", "胶囊", "颗粒", "滴丸", "合剂", "软膏", "乳膏", "贴膏", "煎膏", "糖浆", "凝胶",
    "丸", "片", "散", "膏", "液", "酊", "栓", "茶", "酒",
)  # fmt: skip
"""剂型 at the end of a Chinese patent medicine's name, the longer ones first."""

_NO_NAME = re.compile(
    r"^指|除外$|细胞$|酵母$|杆菌$|胞菌$|[人党]参方$|注射$|输注$|结合型$"
    r"|^(冻干|局方|蜜炼|改进型|含儿童型|软化膏|预充式)$"
)
"""What stands in brackets and is no other name of the medicine: how it is made, or for whom."""


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """A name as it is compared: without width, case, white space and kind of bracket."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = plain.translate(_BRACKETS)
    return "".join(plain.split())


_BRACKETS = str.maketrans("[]{}〔〕【】", "()()()()")  # noqa: RUF001 - as lists print them


def own_keys(item: Item) -> tuple[str, ...]:
    """The entry's own names, folded: the whole of it and each of its lines."""
    return tuple(dict.fromkeys(fold(name) for name in ("".join(item.names), *item.names)))


def other_keys(item: Item) -> tuple[str, ...]:
    """Further names, folded: without the brackets, what the brackets say, and each form they list.

    `参苓白术丸(散、颗粒)` is also 参苓白术散 and 参苓白术颗粒; `开塞露(甘油)` is also 开塞露 and
    甘油. They answer where no entry has the name itself.
    """
    found: dict[str, None] = {}
    for name in (part for line in item.names for part in _apart(fold(line), item.kind)):
        found[name] = None
        base, inside = _brackets(name)
        if base:
            found[base] = None
        for group in inside:
            words = group.split("、")
            if item.kind is Kind.DRUG and all(word in FORM_WORDS for word in words):
                stem = _without_form(base)
                found.update((stem + word, None) for word in words if stem)
                continue
            # One letter or a number in brackets (30R, 18AA) tells entries apart and is no name.
            words = [word.removeprefix("又称:") for word in words]
            found.update((word, None) for word in words if _is_name(word))
    return tuple(key for key in found if key not in own_keys(item))


def _apart(name: str, kind: Kind) -> list[str]:
    """`虎力散、虎力散片(胶囊)` are two names; a list inside of brackets stays together."""
    if kind is not Kind.DRUG:
        return [name]
    parts, depth = [""], 0
    for letter in name:
        depth += (letter == "(") - (letter == ")")
        if letter == "、" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in parts if part]


def _is_name(word: str) -> bool:
    chinese = sum("\u3400" <= letter <= "\u9fff" for letter in word)
    return chinese >= 2 and word not in FORM_WORDS and _NO_NAME.search(word) is None


def _without_form(base: str) -> str:
    for word in FORM_WORDS:
        if base.endswith(word):
            return base.removesuffix(word)
    return ""


def _brackets(text: str) -> tuple[str, list[str]]:
    """The text outside of all brackets, and each outermost bracket's contents."""
    outside, inside, depth = "", [], 0
    for letter in text:
        if letter == "(":
            depth += 1
            if depth == 1:
                inside.append("")
                continue
        elif letter == ")" and depth:
            depth -= 1
            if depth == 0:
                continue
        if depth:
            inside[-1] += letter
        else:
            outside += letter
    return outside, inside
