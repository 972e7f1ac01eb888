"""Rows of many messages of the national interface at once: read by arrays, written by arrays."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from gongji.desk.national_ports import (
    FeeRow,
    Message,
    MessageKey,
    Settled,
    Visit,
    VisitKey,
    VisitKind,
)
from gongji.store.national_code_rows import NationalCodeRows
from gongji.store.rows import IN, KEYS, as_json

MESSAGE = "institution, infno, msgid, received_at, digest, about, answer, undone"
WITHDRAWN = "withdrawn"
"""In place of a setl_id: 2205 and 2302 took the line back. Nothing is removed from the store."""


def columns(record: type[NamedTuple]) -> str:
    """A record's fields are its table's columns, but for the region."""
    return ", ".join(record._fields)


VISIT, FEE, SETTLED = columns(Visit), columns(FeeRow), columns(Settled)


class NationalBatchRows(NationalCodeRows):
    """The part of a unit in which messages that arrived together meet."""

    def messages(self, keys: Iterable[MessageKey]) -> dict[MessageKey, Message]:
        found = (
            (MessageKey(*row[:3]), row[3:])
            for row in self._of_keys(
                f"SELECT {MESSAGE} FROM {KEYS} CROSS JOIN national_messages"
                " WHERE region = ? AND institution = k.a AND infno = k.b AND msgid = k.c",
                keys,
            )
        )
        return {key: Message(key, *rest) for key, rest in found}

    def add_messages(self, messages: Sequence[Message]) -> None:
        self._db.executemany(
            f"INSERT INTO national_messages (region, {MESSAGE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(one.key.institution[1:7], *one.key, *one[1:]) for one in messages],
        )

    def visits(self, keys: Iterable[VisitKey]) -> dict[VisitKey, Visit]:
        found = self._of_keys(
            f"SELECT {VISIT} FROM {KEYS} CROSS JOIN national_visits"
            " WHERE region = ? AND institution = k.a AND id = k.b",
            keys,
        )
        return {VisitKey(row[0], row[1]): visit_of(row) for row in found}

    def fees_of_visits(self, keys: Iterable[VisitKey]) -> dict[VisitKey, list[FeeRow]]:
        rows: dict[VisitKey, list[FeeRow]] = {}
        for row in self._of_keys(
            f"SELECT {FEE} FROM {KEYS} CROSS JOIN national_fees"
            f" WHERE region = ? AND institution = k.a AND visit = k.b AND settled <> '{WITHDRAWN}'"
            " ORDER BY charged_at, sn",
            keys,
        ):
            rows.setdefault(VisitKey(row[0], row[1]), []).append(FeeRow(*row))
        return rows

    def settle_fees(self, rows: Iterable[FeeRow]) -> None:
        self._db.executemany(
            "UPDATE national_fees SET settled = ?"
            " WHERE region = ? AND institution = ? AND visit = ? AND sn = ?",
            [(row.settled, row.institution[1:7], *row[:3]) for row in rows],
        )

    def add_settlements(self, settled: Sequence[Settled]) -> None:
        marks = ", ".join("?" * (len(Settled._fields) + 1))
        self._db.executemany(
            f"INSERT INTO national_settlements (region, {SETTLED}) VALUES ({marks})",
            [(one.institution[1:7], *one) for one in settled],
        )

    def deductibles_used(
        self, people: Iterable[str], since: int, before: int
    ) -> dict[tuple[str, str], int]:
        rows = self._rows(
            "SELECT person, care, SUM(deductible_fen) FROM national_settlements"
            f" WHERE person IN {IN} AND at >= ? AND at < ? GROUP BY person, care",
            as_json(people),
            since,
            before,
        )
        return {(person, care): int(fen) for person, care, fen in rows}

    def _of_keys(self, select: str, keys: Iterable[tuple[str, ...]]) -> Iterable[Any]:
        """Rows of institutions by keys that begin with the institution, region by region."""
        some: dict[str, list[tuple[str, ...]]] = {}
        for key in keys:
            some.setdefault(key[0][1:7], []).append(key)
        for region, wanted in some.items():
            yield from self._rows(select, as_json(wanted), region)


def visit_of(row: Sequence[Any]) -> Visit:
    """A visit of a row with the columns of VISIT."""
    return Visit._make((*row[:3], VisitKind(row[3]), *row[4:9], bool(row[9]), *row[10:]))
