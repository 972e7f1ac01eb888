"""Rows of the catalogues: the national list in tables without a region, a region's in its own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from gongji.catalogue.item import CatalogueList, Edition, Item, Kind, ListClass
from gongji.store import catalogue_tables  # noqa: F401 - its tables belong to the schema
from gongji.store.rows import Found, Rows, day_of, iso
from gongji.terms import NATIONAL, Level, Scheme

_EDITION = "list, edition, starts, ends, digest, items"
_ITEM = (
    "code, name, form, class, kind, part, category_code, category, restriction, price_words,"
    " starts, ends, repeats, shares_bp, ceilings_fen, registration"
)
_shares = msgspec.json.Decoder(dict[Scheme, int]).decode
_ceilings = msgspec.json.Decoder(dict[Level, int]).decode


class _Place(NamedTuple):
    """Where a region's rows are: its tables, and the leading column where they have one."""

    editions: str
    items: str
    lead: str
    values: tuple[str, ...]

    @property
    def where(self) -> str:
        return "region = ? AND " if self.values else ""


def _place(region: str) -> _Place:
    if region == NATIONAL:
        return _Place("catalogue_editions", "catalogue_items", "", ())
    return _Place("regional_editions", "regional_items", "region, ", (region,))


class CatalogueRows(Rows):
    """The part of a unit that keeps catalogues."""

    def editions(self, region: str | None = None) -> list[Edition]:
        if region == NATIONAL:
            return [_edition((NATIONAL, *row)) for row in self._national().fetchall()]
        if region is not None:
            return [_edition(row) for row in self._regional(region).fetchall()]
        rows = self._rows(
            f"SELECT region, {_EDITION} FROM regional_editions ORDER BY region, list, starts"
        )
        return self.editions(NATIONAL) + [_edition(row) for row in rows]

    def editions_for(self, region: str) -> list[Edition]:
        return editions_of(self._editions_for([region]))[region]

    def _editions_for(self, regions: Iterable[str]) -> dict[str, Found]:
        return {
            region: self._db.execute(
                f"SELECT '{NATIONAL}' AS region, {_EDITION} FROM catalogue_editions"
                f" UNION ALL SELECT region, {_EDITION} FROM regional_editions WHERE region = ?"
                " ORDER BY list, starts",
                (region,),
            )
            for region in regions
        }

    def _national(self) -> Found:
        return self._db.execute(
            f"SELECT {_EDITION} FROM catalogue_editions ORDER BY list, starts", ()
        )

    def _regional(self, region: str) -> Found:
        return self._db.execute(
            f"SELECT region, {_EDITION} FROM regional_editions WHERE region = ?"
            " ORDER BY list, starts",
            (region,),
        )

    def edition_items(self, edition: Edition) -> list[Item]:
        place = _place(edition.region)
        rows = self._rows(
            f"SELECT {_ITEM} FROM {place.items}"
            f" WHERE {place.where}list = ? AND edition = ? ORDER BY position",
            *place.values,
            edition.list,
            edition.name,
        )
        return [_item(row) for row in rows]

    def add_edition(self, edition: Edition, items: Sequence[Item], at: int, by: str) -> None:
        place = _place(edition.region)
        marks = "?, " * len(place.values)
        self._db.execute(
            f"INSERT INTO {place.editions} ({place.lead}{_EDITION}, imported_at, imported_by)"
            f" VALUES ({marks}?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *place.values,
                edition.list,
                edition.name,
                edition.starts.isoformat(),
                iso(edition.ends),
                edition.digest,
                edition.count,
                at,
                by,
            ),
        )
        self._db.executemany(
            f"INSERT INTO {place.items} ({place.lead}list, edition, position, {_ITEM})"
            f" VALUES ({marks}?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (*place.values, edition.list, edition.name, position, *_row(item))
                for position, item in enumerate(items, start=1)
            ],
        )


def _edition(row: Sequence[Any]) -> Edition:
    return Edition(
        region=row[0],
        list=CatalogueList(row[1]),
        name=row[2],
        starts=date.fromisoformat(row[3]),
        ends=day_of(row[4]),
        digest=row[5],
        count=row[6],
    )


def _row(item: Item) -> tuple[object, ...]:
    return (
        item.code,
        item.name,
        item.form,
        item.listed,
        item.kind,
        item.part,
        item.category_code,
        item.category,
        item.restriction,
        item.price_words,
        iso(item.starts),
        iso(item.ends),
        item.repeats,
        msgspec.json.encode(item.shares_bp, order="sorted").decode(),
        msgspec.json.encode(item.ceilings_fen, order="sorted").decode(),
        item.registration,
    )


def _item(row: Sequence[Any]) -> Item:
    return Item(
        code=row[0],
        name=row[1],
        form=row[2],
        listed=ListClass(row[3]),
        kind=Kind(row[4]),
        part=row[5],
        category_code=row[6],
        category=row[7],
        restriction=row[8],
        price_words=row[9],
        starts=day_of(row[10]),
        ends=day_of(row[11]),
        repeats=bool(row[12]),
        shares_bp=_shares(row[13]) if row[13] != "{}" else {},
        ceilings_fen=_ceilings(row[14]) if row[14] != "{}" else {},
        registration=row[15],
    )


def editions_of(sent: Mapping[str, Found]) -> dict[str, list[Edition]]:
    """The national editions and each region's own behind them."""
    return {
        region: [_edition(row) for row in sorted(found, key=lambda row: row[0] != NATIONAL)]
        for region, found in sent.items()
    }
