"""Rows of the national interface: messages, visits, fee lines, settlements, files."""

from collections.abc import Sequence
from typing import Any

from gongji.desk.national_ports import (
    Clearing,
    FeeRow,
    KeptFile,
    Message,
    MessageKey,
    Order,
    Settled,
    SignIn,
    Visit,
    VisitKey,
)
from gongji.store import national_tables  # noqa: F401 - its tables belong to the schema
from gongji.store.national_batch_rows import (
    FEE,
    SETTLED,
    VISIT,
    WITHDRAWN,
    NationalBatchRows,
    columns,
)
from gongji.terms import moment, region_of

_SIGN_IN, _FILE, _CLEARING = columns(SignIn), columns(KeptFile), columns(Clearing)
_ORDER = columns(Order)


def _of_period(institution: str, since: int, before: int) -> tuple[object, ...]:
    """Between which ids the settlements of a period lie, and its moments: an id begins with its
    region and its second, so that the key finds them."""
    region = region_of(institution)
    first, last = (f"{region}{moment(at):%Y%m%d%H%M%S}" for at in (since, before))
    return region, institution, first, f"{last}~", since, before


class NationalRows(NationalBatchRows):
    """The part of a unit that keeps the national interface's records."""

    # Messages

    def message(self, key: MessageKey) -> Message | None:
        return self.messages([key]).get(key)

    def add_message(self, message: Message) -> None:
        self.add_messages([message])

    def undo_message(self, key: MessageKey, answer: bytes) -> None:
        self._db.execute(
            "UPDATE national_messages SET undone = ?"
            " WHERE region = ? AND institution = ? AND infno = ? AND msgid = ?",
            (answer, region_of(key.institution), *key),
        )

    # Sign-ins

    def add_sign_in(self, sign_in: SignIn) -> None:
        self._add("national_signins", _SIGN_IN, sign_in)

    def national_sign_in(self, institution: str, sign_no: str) -> SignIn | None:
        row = self._of(f"SELECT {_SIGN_IN} FROM national_signins", "sign_no", institution, sign_no)
        return SignIn(*row) if row else None

    def sign_out(self, institution: str, sign_no: str, at: int) -> None:
        self._db.execute(
            "UPDATE national_signins SET out_at = ?"
            " WHERE region = ? AND institution = ? AND sign_no = ?",
            (at, region_of(institution), institution, sign_no),
        )

    # Visits and fee lines

    def visit(self, institution: str, id: str) -> Visit | None:
        key = VisitKey(institution, id)
        return self.visits([key]).get(key)

    def visits_of(self, institution: str, person: str, since: int, before: int) -> list[Visit]:
        return [
            self._visit_of(row)
            for row in self._rows(
                f"SELECT {VISIT} FROM national_visits WHERE region = ? AND institution = ?"
                " AND person = ? AND began_at >= ? AND began_at < ? ORDER BY began_at, id",
                region_of(institution),
                institution,
                person,
                since,
                before,
            )
        ]

    def put_visit(self, visit: Visit) -> None:
        self._db.execute(
            f"INSERT INTO national_visits (region, {VISIT})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (region, institution, id) DO UPDATE SET number = excluded.number,"
            " med_type = excluded.med_type, began_at = excluded.began_at,"
            " ended_at = excluded.ended_at, cancelled = excluded.cancelled, told = excluded.told,"
            " diagnoses = excluded.diagnoses",
            (
                region_of(visit.institution),
                *visit[:3],
                visit.kind.value,
                *visit[4:10],
                self._apart(visit.told, *visit[:2]),
                visit.diagnoses,
            ),
        )

    def fees_of(self, institution: str, visit: str) -> list[FeeRow]:
        key = VisitKey(institution, visit)
        return self.fees_of_visits([key]).get(key, [])

    def add_fees(self, rows: Sequence[FeeRow]) -> None:
        # A line that was withdrawn may come again under its number.
        self._db.executemany(
            f"INSERT INTO national_fees (region, {FEE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (region, institution, visit, sn) DO UPDATE SET batch = excluded.batch,"
            " settled = excluded.settled, total_fen = excluded.total_fen,"
            " charged_at = excluded.charged_at, told = excluded.told, decided = excluded.decided",
            [(region_of(row.institution), *row) for row in rows],
        )

    def withdraw_fees(
        self, institution: str, visit: str, *, batch: str | None = None, sn: str | None = None
    ) -> int:
        return len(
            self._rows(
                "UPDATE national_fees SET settled = ? WHERE region = ? AND institution = ?"
                " AND visit = ? AND (CAST(? AS TEXT) IS NULL OR batch = ?)"
                " AND (CAST(? AS TEXT) IS NULL OR sn = ?) AND settled = '' RETURNING sn",
                WITHDRAWN,
                region_of(institution),
                institution,
                visit,
                batch,
                batch,
                sn,
                sn,
            )
        )

    def unsettle_fees(self, institution: str, visit: str, settled: str) -> None:
        self._db.execute(
            "UPDATE national_fees SET settled = '' WHERE region = ? AND institution = ?"
            " AND visit = ? AND settled = ?",
            (region_of(institution), institution, visit, settled),
        )

    # Settlements

    def add_settled(self, settled: Settled) -> None:
        self.add_settlements([settled])

    def settled(self, institution: str, id: str) -> Settled | None:
        row = self._of(f"SELECT {SETTLED} FROM national_settlements", "id", institution, id)
        return self._settled_of(row) if row else None

    def _settled_of(self, row: Sequence[Any]) -> Settled:
        return Settled._make((*row[:-1], self._opened(row[-1], *row[:2])))

    def settled_of_visit(self, institution: str, visit: str, person: str) -> list[Settled]:
        return [
            self._settled_of(row)
            for row in self._rows(
                f"SELECT {SETTLED} FROM national_settlements WHERE person = ?"
                " AND institution = ? AND visit = ? ORDER BY at, id",
                person,
                institution,
                visit,
            )
        ]

    def settled_between(self, institution: str, since: int, before: int) -> list[Settled]:
        return [
            self._settled_of(row)
            for row in self._rows(
                f"SELECT {SETTLED} FROM national_settlements WHERE region = ?"
                " AND institution = ? AND id >= ? AND id < ? AND at >= ? AND at < ?"
                " ORDER BY at, id",
                *_of_period(institution, since, before),
            )
        ]

    def settled_of_person(self, person: str, since: int, before: int) -> list[Settled]:
        return [
            self._settled_of(row)
            for row in self._rows(
                f"SELECT {SETTLED} FROM national_settlements WHERE person = ?"
                " AND at >= ? AND at < ? ORDER BY at, id",
                person,
                since,
                before,
            )
        ]

    def mark_reversed(self, institution: str, id: str, by: str, clearing: str) -> None:
        self._db.execute(
            "UPDATE national_settlements SET reversed_by = ?, clearing = ?"
            " WHERE region = ? AND institution = ? AND id = ?",
            (by, clearing, region_of(institution), institution, id),
        )

    def mark_cleared(
        self, institution: str, clr_type: str, since: int, before: int, clearing: str
    ) -> None:
        self._db.execute(
            "UPDATE national_settlements SET clearing = ? WHERE region = ? AND institution = ?"
            " AND id >= ? AND id < ? AND at >= ? AND at < ? AND clr_type = ? AND clearing = ''",
            (clearing, *_of_period(institution, since, before), clr_type),
        )

    def mark_uncleared(self, institution: str, clearing: str) -> None:
        self._db.execute(
            "UPDATE national_settlements SET clearing = ''"
            " WHERE region = ? AND institution = ? AND clearing = ?",
            (region_of(institution), institution, clearing),
        )

    # Files, clearings, orders

    def add_file(self, file: KeptFile) -> None:
        self._add("national_files", _FILE, file)

    def file(self, institution: str, id: str) -> KeptFile | None:
        row = self._of(f"SELECT {_FILE} FROM national_files", "id", institution, id)
        return KeptFile(*row) if row else None

    def put_clearing(self, clearing: Clearing) -> None:
        self._db.execute(
            f"INSERT INTO national_clearings (region, {_CLEARING})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (region, institution, id) DO UPDATE SET cancelled = excluded.cancelled",
            (region_of(clearing.institution), *clearing),
        )

    def clearing(self, institution: str, id: str) -> Clearing | None:
        row = self._of(f"SELECT {_CLEARING} FROM national_clearings", "id", institution, id)
        return _clearing(row) if row else None

    def put_order(self, order: Order) -> None:
        self._db.execute(
            f"INSERT INTO national_orders (region, {_ORDER})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (region, institution, id) DO UPDATE SET state = excluded.state,"
            " visit = excluded.visit, settled = excluded.settled",
            (region_of(order.institution), *order[:-1], self._apart(order.told, *order[:2])),
        )

    def order(self, institution: str, id: str) -> Order | None:
        row = self._of(f"SELECT {_ORDER} FROM national_orders", "id", institution, id)
        if row is None:
            return None
        return Order._make((*row[:-1], self._opened(row[-1], *row[:2])))

    def _add(self, table: str, columns: str, record: tuple[Any, ...]) -> None:
        """A row of an institution, whose id stands first."""
        marks = ", ".join("?" * len(record))
        self._db.execute(
            f"INSERT INTO {table} (region, {columns}) VALUES (?, {marks})",
            (region_of(record[0]), *record),
        )

    def _of(self, select: str, column: str, institution: str, id: str) -> Any:
        """An institution's row by its own id."""
        return self._row(
            f"{select} WHERE region = ? AND institution = ? AND {column} = ?",
            region_of(institution),
            institution,
            id,
        )


def _clearing(row: Sequence[Any]) -> Clearing:
    return Clearing._make((*row[:5], bool(row[5]), *row[6:]))
