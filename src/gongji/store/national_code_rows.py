"""Rows of what the wire calls things: institutions' codes, their access keys, items' codes."""

from collections.abc import Iterable, Sequence

from gongji.desk.national_ports import AccessKey, WireItem
from gongji.settlement.bill import Institution
from gongji.store.people_rows import INSTITUTION, PeopleRows, institution_of
from gongji.store.rows import IN, Found, Sent, all_of, as_json, by_region, of_table
from gongji.terms import region_of

_ITEM = ", ".join(WireItem._fields)


class NationalCodeRows(PeopleRows):
    """The part of a unit that knows codes on the wire."""

    # Institutions by their codes on the wire, and their keys

    def institution_of_code(self, code: str) -> str | None:
        return self.institutions_of_codes([code]).get(code)

    def institutions_of_codes(self, codes: Iterable[str]) -> dict[str, str]:
        return dict(all_of(self._codes(codes)))

    def _codes(self, codes: Iterable[str]) -> Sent:
        select = f"SELECT code, institution FROM national_codes WHERE region = ? AND code IN {IN}"
        return [self._db.execute(select, pair) for pair in by_region(codes)]

    def _places(self, codes: Iterable[str]) -> Sent:
        select = (
            f"SELECT c.code, c.institution, {of_table('i', INSTITUTION)} FROM national_codes c"
            " LEFT JOIN institutions i ON i.region = ? AND i.id = c.institution"
            f" WHERE c.region = ? AND c.code IN {IN}"
        )
        return [
            self._db.execute(select, (region, region, some)) for region, some in by_region(codes)
        ]

    def _places_of(self, sent: Sent) -> dict[str, Institution]:
        rows = list(all_of(sent))
        # An institution of another region than its code is the exception, and costs a second look.
        far = self.institutions({row[1] for row in rows if row[2] is None})
        found = {row[0]: institution_of(row[2:]) if row[2] else far.get(row[1]) for row in rows}
        return {code: place for code, place in found.items() if place is not None}

    def connect_code(self, code: str, institution: str, at: int) -> None:
        self._db.execute(
            "INSERT INTO national_codes (region, code, institution, connected_at)"
            " VALUES (?, ?, ?, ?)"
            " ON CONFLICT (region, code) DO UPDATE SET institution = excluded.institution",
            (region_of(code), code, institution, at),
        )

    def access_key(self, id: str) -> AccessKey | None:
        row = self._row(
            "SELECT id, code, made_at, ended_at, public_key FROM national_keys WHERE id = ?", id
        )
        return AccessKey(*row) if row else None

    def add_access_key(self, key: AccessKey) -> None:
        self._db.execute(
            "INSERT INTO national_keys (region, id, code, made_at, ended_at, public_key)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (region_of(key.code), *key),
        )

    def end_access_key(self, id: str, at: int) -> None:
        self._db.execute("UPDATE national_keys SET ended_at = ? WHERE id = ?", (at, id))

    def wire_items(self, codes: Iterable[str]) -> dict[str, WireItem]:
        return {row[0]: WireItem(*row) for row in self._items(codes).fetchall()}

    def _items(self, codes: Iterable[str]) -> Found:
        select = f"SELECT {_ITEM} FROM national_items WHERE code IN {IN}"
        return self._db.execute(select, (as_json(codes),))

    def wire_items_after(self, code: str, limit: int) -> list[WireItem]:
        return [
            WireItem(*row)
            for row in self._rows(
                f"SELECT {_ITEM} FROM national_items WHERE code > ? ORDER BY code LIMIT ?",
                code,
                limit,
            )
        ]

    def put_wire_items(self, items: Sequence[WireItem]) -> None:
        self._db.executemany(
            f"INSERT INTO national_items ({_ITEM}) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (code) DO UPDATE SET name = excluded.name, form = excluded.form,"
            " spec = excluded.spec, list = excluded.list, list_type = excluded.list_type,"
            " charge_type = excluded.charge_type",
            [tuple(item) for item in items],
        )
