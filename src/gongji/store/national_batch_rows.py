"""Rows of many messages of the national interface at once: read by arrays, written by arrays."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from gongji.desk.identity import Identity
from gongji.desk.line import ALONE, Hand
from gongji.desk.national_ports import (
    FeeRow,
    Message,
    MessageKey,
    Settled,
    ToAnswer,
    Visit,
    VisitKey,
    VisitKind,
    Years,
)
from gongji.ledger.book import AccountKey, Balance
from gongji.policy.standing import Person
from gongji.store.book_rows import BookRows
from gongji.store.catalogue_rows import CatalogueRows, editions_of
from gongji.store.national_code_rows import NationalCodeRows
from gongji.store.personal import opened_whole, sealed_apart
from gongji.store.pool_rows import Bonds, PoolRows, families_by
from gongji.store.rows import IN, KEYS, Sent, all_of, as_json
from gongji.terms import region_of

MESSAGE = "institution, infno, msgid, received_at, digest, about, answer, undone"
WITHDRAWN = "withdrawn"
"""In place of a setl_id: 2205 and 2302 took the line back. Nothing is removed from the store."""


def columns(record: type[NamedTuple]) -> str:
    """A record's fields are its table's columns, but for the region."""
    return ", ".join(record._fields)


_KINDS = {kind.value: kind for kind in VisitKind}
VISIT, FEE, SETTLED = columns(Visit), columns(FeeRow), columns(Settled)


People = dict[str, tuple[Person, Identity]]
Purses = dict[AccountKey, Balance]


class Families(NamedTuple):
    """Families as they were found: by patient who is of them, and how all about them is read."""

    of: Mapping[str, set[str]]
    read: Callable[[], tuple[People, Bonds]]


class NationalBatchRows(NationalCodeRows, CatalogueRows, PoolRows, BookRows):
    """The part of a unit in which messages that arrived together meet."""

    def to_answer(
        self,
        patients: Collection[str],
        codes: Iterable[str],
        messages: Collection[MessageKey],
        visits: Collection[VisitKey],
        *,
        years: Years,
        not_ended_by: int,
        hand: Hand = ALONE,
    ) -> ToAnswer:
        asked = self._families(patients, not_ended_by)  # first: it holds the patients
        places = self._places(codes)
        answered, visited = self._messages(messages), self._visits(visits)
        charged, used = self._fees(visits), self._used(years)
        regions = {region_of(id) for people in years.values() for id in people}
        editions = self._editions_for(regions)
        families = asked()
        away = hand.claims(families.of)
        purses = self._purses(frozenset().union(*families.of.values()).difference(away))
        people, bonds = families.read()
        return ToAnswer(
            people,
            bonds,
            self._places_of(places),
            self._messages_of(answered),
            self._visits_of(visited),
            _fees_of(charged),
            {(person, care): int(fen) for person, care, fen in all_of(used)},
            editions_of(editions),
            purses(),
            away,
        )

    def _families(self, patients: Collection[str], not_ended_by: int) -> Callable[[], Families]:
        """Ask for the patients, their bonds and sponsors, and say how to wait for them; nobody else
        settles for the patients until the commit."""
        bonds = self.bonds_of_members(patients, not_ended_by)
        of = families_by(patients, bonds)
        sent = self._patients(set().union(*of.values()))
        return lambda: Families(of, lambda: (self._named(sent), bonds))

    def _used(self, years: Years) -> Sent:
        return [
            self._db.execute(
                "SELECT person, care, SUM(deductible_fen) FROM national_settlements"
                f" WHERE person IN {IN} AND at >= ? AND at < ? GROUP BY person, care",
                (as_json(people), *year),
            )
            for year, people in years.items()
        ]

    def _purses(self, people: Collection[str]) -> Callable[[], Purses]:
        """Ask for the accounts of these people, and say how what is found is read."""
        purses = self.purses(people)
        return lambda: purses

    def messages(self, keys: Iterable[MessageKey]) -> dict[MessageKey, Message]:
        return self._messages_of(self._messages(keys))

    def _messages_of(self, sent: Sent) -> dict[MessageKey, Message]:
        found = ((MessageKey(*row[:3]), row) for row in all_of(sent))
        return {
            key: Message._make((key, *row[3:6], self._opened(row[6], *key), row[7]))
            for key, row in found
        }

    def _messages(self, keys: Iterable[MessageKey]) -> Sent:
        return self._of_keys(
            f"SELECT {MESSAGE} FROM {KEYS} CROSS JOIN national_messages"
            " WHERE region = ? AND institution = k.a AND infno = k.b AND msgid = k.c",
            keys,
        )

    def add_messages(self, messages: Sequence[Message]) -> None:
        self._db.executemany(
            f"INSERT INTO national_messages (region, {MESSAGE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    region_of(one.key.institution),
                    *one.key,
                    *one[1:4],
                    self._apart(one.answer, *one.key),
                    one.undone,
                )
                for one in messages
            ],
        )

    def visits(self, keys: Iterable[VisitKey]) -> dict[VisitKey, Visit]:
        return self._visits_of(self._visits(keys))

    def _visits_of(self, sent: Sent) -> dict[VisitKey, Visit]:
        return {VisitKey(row[0], row[1]): self._visit_of(row) for row in all_of(sent)}

    def _visit_of(self, row: Sequence[Any]) -> Visit:
        """A visit of a row with the columns of VISIT."""
        told = self._opened(row[10], *row[:2])
        return Visit._make((*row[:3], _KINDS[row[3]], *row[4:9], bool(row[9]), told, row[11]))

    def _visits(self, keys: Iterable[VisitKey]) -> Sent:
        return self._of_keys(
            f"SELECT {VISIT} FROM {KEYS} CROSS JOIN national_visits"
            " WHERE region = ? AND institution = k.a AND id = k.b",
            keys,
        )

    def fees_of_visits(self, keys: Iterable[VisitKey]) -> dict[VisitKey, list[FeeRow]]:
        return _fees_of(self._fees(keys))

    def _fees(self, keys: Iterable[VisitKey]) -> Sent:
        return self._of_keys(
            f"SELECT {FEE} FROM {KEYS} CROSS JOIN national_fees"
            f" WHERE region = ? AND institution = k.a AND visit = k.b AND settled <> '{WITHDRAWN}'",
            keys,
        )

    def settle_fees(self, rows: Iterable[tuple[FeeRow, str]]) -> None:
        self._db.executemany(
            "UPDATE national_fees SET settled = ?"
            " WHERE region = ? AND institution = ? AND visit = ? AND sn = ?",
            [(settled, region_of(row[0]), *row[:3]) for row, settled in rows],
        )

    def add_settlements(self, settled: Sequence[Settled]) -> None:
        marks = ", ".join("?" * (len(Settled._fields) + 1))
        self._db.executemany(
            f"INSERT INTO national_settlements (region, {SETTLED}) VALUES ({marks})",
            [(region_of(one.institution), *one[:-1], self._shown_apart(one)) for one in settled],
        )

    def _shown_apart(self, settled: Settled) -> bytes:
        return self._apart(settled.shown, settled.institution, settled.id)

    def _apart(self, document: bytes, *where: str) -> bytes:
        """As it is kept, with the people's names and numbers sealed; `where` is the row's own key."""
        return sealed_apart(self._vault, document, "/".join(where))

    def _opened(self, kept: bytes, *where: str) -> bytes:
        """The inverse of `_apart`."""
        return opened_whole(self._vault, kept, "/".join(where))

    def _of_keys(self, select: str, keys: Iterable[tuple[str, ...]]) -> Sent:
        """Rows of institutions by keys that begin with the institution, region by region."""
        some: dict[str, list[tuple[str, ...]]] = {}
        for key in keys:
            some.setdefault(region_of(key[0]), []).append(key)
        return [
            self._db.execute(select, (as_json(wanted), region)) for region, wanted in some.items()
        ]


def _fees_of(sent: Sent) -> dict[VisitKey, list[FeeRow]]:
    rows: dict[VisitKey, list[FeeRow]] = {}
    for row in all_of(sent):
        rows.setdefault(VisitKey(row[0], row[1]), []).append(FeeRow._make(row))
    for some in rows.values():
        if len(some) > 1:
            some.sort(key=_CHARGED)
    return rows


_CHARGED = attrgetter("charged_at", "sn")
