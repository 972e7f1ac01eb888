"""What changed from one edition to another."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from gongji.catalogue.item import Item, Kind
from gongji.catalogue.names import fold

_Place = tuple[str, Kind, str, int]
"""Name, kind, form, and the how-manieth of them."""

_FIELDS = (
    "listed", "category", "restriction", "price_words", "starts", "ends", "shares_bp",
    "ceilings_fen", "registration", "part",
)  # fmt: skip


class Change(NamedTuple):
    """One entry of both editions: each field that changed, with what it was and is."""

    before: Item
    after: Item
    fields: tuple[str, ...]


class Changes(NamedTuple):
    """What a newer edition adds, leaves out and says differently.

    An entry is the same by name, form and kind. A name that has lost one form and gained one has
    changed its form, and stands under `changed`.
    """

    added: tuple[Item, ...]
    removed: tuple[Item, ...]
    changed: tuple[Change, ...]

    @property
    def none(self) -> bool:
        """Whether the two editions say the same."""
        return not (self.added or self.removed or self.changed)

    def count(self, field: str) -> int:
        """How many entries changed in one field."""
        return sum(field in change.fields for change in self.changed)


def changes_between(before: Iterable[Item], after: Iterable[Item]) -> Changes:
    """Compare two editions' entries."""
    old, new = _by_place(before), _by_place(after)
    changed = []
    for place in old.keys() & new.keys():
        fields = _differing(old[place], new[place])
        if fields:
            changed.append(Change(old[place], new[place], fields))
    gone = {place: item for place, item in old.items() if place not in new}
    come = {place: item for place, item in new.items() if place not in old}
    arrived = _single_by_name(come)
    for name, item in _single_by_name(gone).items():
        other = arrived.get(name)
        if other is not None:
            changed.append(Change(item, other, ("form", *_differing(item, other))))
    moved = {id(item) for change in changed for item in change[:2]}
    return Changes(
        tuple(sorted((i for i in come.values() if id(i) not in moved), key=_order)),
        tuple(sorted((i for i in gone.values() if id(i) not in moved), key=_order)),
        tuple(sorted(changed, key=lambda change: _order(change.after))),
    )


def _differing(before: Item, after: Item) -> tuple[str, ...]:
    return tuple(f for f in _FIELDS if getattr(before, f) != getattr(after, f))


def _by_place(items: Iterable[Item]) -> dict[_Place, Item]:
    found: dict[_Place, Item] = {}
    for item in sorted(items, key=lambda item: item.starts or date.min):
        # A negotiated entry may stand twice, on days that follow each other.
        name, form, nth = fold("".join(item.names)), fold(item.form), 0
        while (name, item.kind, form, nth) in found:
            nth += 1
        found[name, item.kind, form, nth] = item
    return found


def _single_by_name(items: dict[_Place, Item]) -> dict[tuple[str, Kind], Item]:
    found: dict[tuple[str, Kind], list[Item]] = {}
    for (name, kind, _, _), item in items.items():
        found.setdefault((name, kind), []).append(item)
    return {place: some[0] for place, some in found.items() if len(some) == 1}


def _order(item: Item) -> tuple[int, str]:
    return (int(item.code) if item.code.isdigit() else 0, item.code)
