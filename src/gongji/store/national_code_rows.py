"""Rows of what the wire calls things: institutions' codes, their access keys, items' codes."""

from collections.abc import Iterable, Sequence

from gongji.desk.national_ports import AccessKey, WireItem
from gongji.store.rows import IN, Found, Rows, Sent, all_of, as_json, by_region

_ITEM = ", ".join(WireItem._fields)


class NationalCodeRows(Rows):
    """The part of a unit that knows codes on the wire."""

    # Institutions by their codes on the wire, and their keys

    def institution_of_code(self, code: str) -> str | None:
        return self.institutions_of_codes([code]).get(code)

    def institutions_of_codes(self, codes: Iterable[str]) -> dict[str, str]:
        return dict(all_of(self._codes(codes)))

    def _codes(self, codes: Iterable[str]) -> Sent:
        select = f"SELECT code, institution FROM national_codes WHERE region = ? AND code IN {IN}"
        return [self._db.execute(select, pair) for pair in by_region(codes)]

    def connect_code(self, code: str, institution: str, at: int) -> None:
        self._db.execute(
            "INSERT INTO national_codes (region, code, institution, connected_at)"
            " VALUES (?, ?, ?, ?)"
            " ON CONFLICT (region, code) DO UPDATE SET institution = excluded.institution",
            (code[1:7], code, institution, at),
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
            (key.code[1:7], *key),
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
