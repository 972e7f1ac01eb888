"""A shelf: the entries that one region has on one list, ready to be looked up by name and form."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec

from gongji.catalogue.forms import same_form, takes_in
from gongji.catalogue.item import Item, ListClass
from gongji.catalogue.names import fold, other_keys, own_keys
from gongji.catalogue.search import Hit, Index


class Found(NamedTuple):
    """What a name (and form) leads to.

    `items` are the entries that answer; none where the name is not listed, or not in this form:
    then `other_forms` are the entries of the same name. `by_family` says that the list has the form
    as part of a wider one (胶囊 in 口服常释剂型), `by_other_name` that the name is not the entry's
    own.
    """

    items: tuple[Item, ...]
    other_forms: tuple[Item, ...] = ()
    by_family: bool = False
    by_other_name: bool = False


class Shelf:
    """Look-up over the entries of a national list and of a region's additions to it."""

    def __init__(self, national: Iterable[Item], regional: Iterable[Item] = ()) -> None:
        self.items: tuple[Item, ...] = tuple(_merged(national, regional))
        self._own: dict[str, list[Item]] = {}
        self._other: dict[str, list[Item]] = {}
        for item in self.items:
            for key in own_keys(item):
                self._own.setdefault(key, []).append(item)
            for key in other_keys(item):
                self._other.setdefault(key, []).append(item)

    def find(self, name: str, form: str | None = None) -> Found:
        """The entries of a name; with a form, those of that form.

        `form` None asks for every form, the empty form for entries whose name says the form.
        """
        key = fold(name)
        if key in self._own:
            return _in_form(tuple(self._own[key]), form)
        if key in self._other:
            return _in_form(tuple(self._other[key]), form)._replace(by_other_name=True)
        if form and (whole := key + fold(form)) in self._own | self._other:
            # 参苓白术 in 颗粒 is what the list calls 参苓白术颗粒.
            return self.find(whole)
        return Found(())

    def search(self, text: str, limit: int = 20) -> list[Hit]:
        """Entries by name, part of it, pinyin or initials, with mistakes; the best first."""
        return self._index.search(text, limit)

    @cached_property
    def _index(self) -> Index:
        return Index(self.items)


def _in_form(items: tuple[Item, ...], form: str | None) -> Found:
    if form is None:
        return Found(items)
    exact = tuple(item for item in items if same_form(form, item.form))
    if exact:
        return Found(exact)
    if form:
        wider = tuple(item for item in items if item.form and takes_in(item.form, form))
        if wider:
            return Found(wider, by_family=True)
        named = tuple(item for item in items if not item.form)
        if named:
            return Found(named)  # the entry's name says its form; the list has no column for it
    return Found((), other_forms=items)


def _merged(national: Iterable[Item], regional: Iterable[Item]) -> Sequence[Item]:
    """The national entries as the region has them.

    A region's row under `as_listed` adds its share, ceiling or restriction to the entries of that
    name (in that form, where it names one). Any other row of the region stands in place of the
    national entry of the same name, form and kind, or beside the others where there is none.
    """
    found = list(national)
    added: list[Item] = []
    overlays: list[Item] = []
    for item in regional:
        (overlays if item.listed is ListClass.AS_LISTED else added).append(item)
    places = {_place(item): at for at, item in enumerate(found)}
    for item in added:
        at = places.get(_place(item))
        if at is None:
            found.append(item)
        else:
            found[at] = item
    if not overlays:
        return found
    by_name: dict[str, list[int]] = {}
    for at, item in enumerate(found):
        for key in own_keys(item):
            by_name.setdefault(key, []).append(at)
    for overlay in overlays:
        for at in by_name.get(fold(overlay.name), ()):
            if not overlay.form or same_form(overlay.form, found[at].form):
                found[at] = _overlaid(found[at], overlay)
    return found


def _place(item: Item) -> tuple[str, str, str]:
    return fold("".join(item.names)), fold(item.form), item.kind


def _overlaid(item: Item, overlay: Item) -> Item:
    return msgspec.structs.replace(
        item,
        shares_bp=overlay.shares_bp or item.shares_bp,
        ceilings_fen=overlay.ceilings_fen or item.ceilings_fen,
        restriction=overlay.restriction or item.restriction,
        price_words=overlay.price_words or item.price_words,
    )
