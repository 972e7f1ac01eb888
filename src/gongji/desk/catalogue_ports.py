"""What the desk needs of a store to keep catalogues. `Unit` has these methods among its own."""

from collections.abc import Sequence
from typing import Protocol

from gongji.catalogue.item import Edition, Item


class CatalogueUnit(Protocol):
    """The part of a unit that keeps editions of catalogues; an edition is written once, whole."""

    def editions(self, region: str | None = None) -> list[Edition]:
        """All editions, or those of one region; by region, list and first day."""

    def editions_for(self, region: str) -> list[Edition]:
        """The national editions and the region's own, asked for at once."""

    def edition_items(self, edition: Edition) -> list[Item]:
        """Every entry of an edition, in its order."""

    def add_edition(self, edition: Edition, items: Sequence[Item], at: int, by: str) -> None:
        """Keep an edition with its entries. `at` is micros, `by` who brought it in."""
