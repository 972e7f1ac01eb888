"""The embedded store: one SQLite file, one writer at a time, durable at every commit.

Statements take arrays (`json_each`) and a region, one statement for a whole batch: the form that
PostgreSQL and a cluster sharded by region will want as well.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.dialects import sqlite as dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from gongji.desk.ports import (
    Answer,
    AnswerKey,
    AnswerKind,
    BondWithUses,
    Caller,
    CallerKind,
    Filing,
    Identity,
    Pool,
    StoreUnavailable,
    WrongKey,
)
from gongji.ledger.book import NOTHING, AccountKey, Balance, Book
from gongji.ledger.proof import BalanceRow, EntryRow
from gongji.policy.bonds import Bond
from gongji.policy.standing import Person
from gongji.settlement.bill import Institution
from gongji.store.calendar_rows import CalendarRows
from gongji.store.cipher import Vault
from gongji.store.tables import metadata
from gongji.terms import InstitutionKind, Kinship, Level, Scheme, Status, Use

_PERSON = "id, region, scheme, status, ecode, born, died, suspended_from, suspended_until"
_ANSWER = (
    "asker, id, kind, reverses, patient, sponsor, happened_at, recorded_at, law,"
    " own_fen, pooled_fen, cash_fen, self_paid_fen, whole, request, facts, decision"
)
_BOND = "b.id, b.pool, b.sponsor, b.member, b.kinship, b.starts, b.ends"
_IN = "(SELECT value FROM json_each(?))"


class SqliteStore:
    """A store in one file, or in memory (`:memory:`) for a scenario.

    Writers wait for each other; readers see the last commit and wait for nobody. Several processes
    may open one file: SQLite's own lock keeps them apart.
    """

    def __init__(self, path: str, vault: Vault) -> None:
        if sqlite3.sqlite_version_info < (3, 35):
            raise StoreUnavailable(
                f"SQLite 3.35 or later is needed, this Python has {sqlite3.sqlite_version}"
            )
        self._path, self._vault = path, vault
        self._in_memory = path == ":memory:"
        self._writing = threading.RLock()
        self._readers: list[sqlite3.Connection] = []
        if not self._in_memory:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        with _unavailable_on_failure():
            self._writer = self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        connection.execute("PRAGMA busy_timeout = 5000")
        if not self._in_memory:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA cache_size = -65536")
            # A checkpoint writes each page once, however often it was changed since the last one:
            # 64 MiB of log between two of them halves what a busy store writes.
            connection.execute("PRAGMA wal_autocheckpoint = 16384")
        return connection

    def raw_connection(self) -> sqlite3.Connection:
        """A connection of its own on the same file, for migrations."""
        return sqlite3.connect(self._path, check_same_thread=False)

    def create(self) -> None:
        """Make all tables of today's schema: for a store that lives as long as a scenario."""
        for statement in schema_statements():
            self._writer.execute(statement)

    def check_key(self) -> None:
        """Mark a new store with the key's check value; raise WrongKey where another is marked."""
        with self.begin() as unit:
            assert isinstance(unit, SqliteUnit)
            unit.check_key()

    @contextmanager
    def begin(self) -> Iterator["SqliteUnit"]:
        with self._writing, _unavailable_on_failure():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield SqliteUnit(self._writer, self._vault)
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def read(self) -> Iterator["SqliteUnit"]:
        if self._in_memory:
            with self._writing:
                yield SqliteUnit(self._writer, self._vault)
            return
        with _unavailable_on_failure():
            connection = self._readers.pop() if self._readers else self._connect()
            connection.execute("BEGIN")
            try:
                yield SqliteUnit(connection, self._vault)
            finally:
                connection.execute("ROLLBACK")
                self._readers.append(connection)

    def changes(self) -> int:
        """How many rows this store's writer has written so far."""
        return self._writer.total_changes

    def close(self) -> None:
        for connection in [*self._readers, self._writer]:
            connection.close()
        self._readers.clear()


@contextmanager
def _unavailable_on_failure() -> Iterator[None]:
    """A full disk and a locked file are the machine's failures, whatever SQLite calls them."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError)):
            raise
        raise StoreUnavailable(f"the store cannot be used: {error}") from error


@lru_cache(maxsize=1)
def schema_statements() -> tuple[str, ...]:
    """The DDL of today's schema, compiled once."""
    statements = []
    for table in metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect.dialect())))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            statements.append(str(CreateIndex(index).compile(dialect=dialect.dialect())))
    return tuple(statements)


class SqliteUnit(CalendarRows):
    """One transaction's work on a connection."""

    def __init__(self, connection: sqlite3.Connection, vault: Vault) -> None:
        self._db, self._vault = connection, vault

    def _rows(self, statement: str, *values: object) -> list[Any]:
        return self._db.execute(statement, values).fetchall()

    def _row(self, statement: str, *values: object) -> Any:
        return self._db.execute(statement, values).fetchone()

    def check_key(self) -> None:
        """See SqliteStore.check_key."""
        row = self._row("SELECT value FROM marks WHERE name = 'key'")
        if row is None:
            self._db.execute("INSERT INTO marks VALUES ('key', ?)", (self._vault.check,))
        elif row[0] != self._vault.check:
            raise WrongKey("this store was made with another key; set GONGJI_KEY to that one")

    # People

    def people(self, ids: Iterable[str]) -> dict[str, Person]:
        return {
            row[0]: _person(row)
            for region, some in _by_region(ids)
            for row in self._rows(
                f"SELECT {_PERSON} FROM people WHERE region = ? AND id IN {_IN}", region, some
            )
        }

    def person_at(self, id: str, at: int) -> Person | None:
        row = self._row(
            "SELECT s.person, s.region, s.scheme, s.status, s.ecode, p.born, s.died,"
            " s.suspended_from, s.suspended_until"
            " FROM standings s JOIN people p ON p.region = s.region AND p.id = s.person"
            " WHERE s.region = ? AND s.person = ? AND s.since <= ?"
            " ORDER BY s.version DESC LIMIT 1",
            id[1:7],
            id,
            at,
        )
        return _person(row) if row else None

    def add_person(self, person: Person, identity: Identity, since: int, by: str) -> None:
        self._db.execute(
            "INSERT INTO people (region, id, scheme, status, ecode, died, suspended_from,"
            " suspended_until, born, since, version, number_hash, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
            (
                person.region,
                person.id,
                *_standing(person),
                _iso(person.born),
                since,
                self._vault.hash(identity.number),
                self._vault.seal(msgspec.json.encode(identity), person.id),
            ),
        )
        self._keep_standing(person, 1, since, by)

    def set_standing(self, person: Person, since: int, by: str) -> None:
        (version,) = self._row(
            "UPDATE people SET scheme = ?, status = ?, ecode = ?, died = ?, suspended_from = ?,"
            " suspended_until = ?, since = ?, version = version + 1"
            " WHERE region = ? AND id = ? RETURNING version",
            *_standing(person),
            since,
            person.region,
            person.id,
        )
        self._keep_standing(person, version, since, by)

    def _keep_standing(self, person: Person, version: int, since: int, by: str) -> None:
        self._db.execute(
            "INSERT INTO standings (region, person, version, scheme, status, ecode, died,"
            " suspended_from, suspended_until, since, filed_by)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (person.region, person.id, version, *_standing(person), since, by),
        )

    def standings(self, id: str) -> list[tuple[int, Person, str]]:
        rows = self._rows(
            "SELECT s.person, s.region, s.scheme, s.status, s.ecode, p.born, s.died,"
            " s.suspended_from, s.suspended_until, s.since, s.filed_by"
            " FROM standings s JOIN people p ON p.region = s.region AND p.id = s.person"
            " WHERE s.region = ? AND s.person = ? ORDER BY s.version",
            id[1:7],
            id,
        )
        return [(row[9], _person(row[:9]), row[10]) for row in rows]

    def find_person(self, region: str, number: str) -> str | None:
        row = self._row(
            "SELECT id FROM people WHERE region = ? AND number_hash = ?",
            region,
            self._vault.hash(number),
        )
        return row[0] if row else None

    def identities(self, ids: Iterable[str]) -> dict[str, Identity]:
        return {
            row[0]: msgspec.json.decode(self._vault.open(row[1], row[0]), type=Identity)
            for region, some in _by_region(ids)
            for row in self._rows(
                f"SELECT id, sealed FROM people WHERE region = ? AND id IN {_IN}", region, some
            )
        }

    # Institutions and callers

    def institutions(self, ids: Iterable[str]) -> dict[str, Institution]:
        return {
            row[0]: Institution(
                row[0],
                row[1],
                InstitutionKind(row[2]),
                Level(row[3]) if row[3] else None,
                bool(row[4]),
                bool(row[5]),
            )
            for region, some in _by_region(ids)
            for row in self._rows(
                "SELECT id, region, kind, level, designated, one_card FROM institutions"
                f" WHERE region = ? AND id IN {_IN}",
                region,
                some,
            )
        }

    def add_institution(self, institution: Institution, name: str) -> None:
        self._db.execute(
            "INSERT INTO institutions (region, id, name, kind, level, designated, one_card)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (region, id) DO UPDATE SET name = excluded.name, kind = excluded.kind,"
            " level = excluded.level, designated = excluded.designated,"
            " one_card = excluded.one_card",
            (
                institution.region,
                institution.id,
                name,
                institution.kind,
                institution.level,
                institution.designated,
                institution.one_card,
            ),
        )

    def institution_names(self, ids: Iterable[str]) -> dict[str, str]:
        return {
            row[0]: row[1]
            for region, some in _by_region(ids)
            for row in self._rows(
                f"SELECT id, name FROM institutions WHERE region = ? AND id IN {_IN}", region, some
            )
        }

    def add_caller(self, caller: Caller, key: str, at: int) -> None:
        self._db.execute(
            "INSERT INTO callers (region, id, kind, subject, key_hash, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                caller.region,
                caller.id,
                caller.kind,
                caller.subject,
                self._vault.hash(key),
                at,
            ),
        )

    def caller(self, key: str) -> Caller | None:
        row = self._row(
            "SELECT id, region, kind, subject FROM callers WHERE key_hash = ?",
            self._vault.hash(key),
        )
        return Caller(row[0], row[1], CallerKind(row[2]), row[3]) if row else None

    # Pools, bonds, uses, family codes

    def open_pool(self, sponsor: str) -> Pool | None:
        row = self._row(
            "SELECT id, sponsor, opened, closed, uses, uses_since FROM pools"
            " WHERE region = ? AND sponsor = ? ORDER BY closed DESC LIMIT 1",
            sponsor[1:7],
            sponsor,
        )
        found = _pool(row) if row else None
        return found if found is not None and found.is_open else None

    def pool(self, id: str) -> Pool | None:
        row = self._row(
            "SELECT id, sponsor, opened, closed, uses, uses_since FROM pools"
            " WHERE region = ? AND id = ?",
            id[1:7],
            id,
        )
        return _pool(row) if row else None

    def add_pool(self, pool: Pool, filing: Filing) -> None:
        self._db.execute(
            "INSERT INTO pools (region, id, sponsor, opened, closed, uses, uses_since, filing)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                pool.id[1:7],
                pool.id,
                pool.sponsor,
                pool.opened,
                pool.closed,
                _uses_text(pool.uses),
                pool.uses_since,
                self._file(filing, pool.id),
            ),
        )
        self._keep_uses(pool.id, pool.uses, pool.uses_since, filing)

    def close_pool(self, id: str, at: int, filing: Filing) -> None:
        self._db.execute(
            "UPDATE pools SET closed = ?, closed_filing = ? WHERE region = ? AND id = ?",
            (at, self._file(filing, id), id[1:7], id),
        )

    def set_uses(self, pool: str, uses: frozenset[Use], since: int, filing: Filing) -> None:
        self._db.execute(
            "UPDATE pools SET uses = ?, uses_since = ? WHERE region = ? AND id = ?",
            (_uses_text(uses), since, pool[1:7], pool),
        )
        self._keep_uses(pool, uses, since, filing)

    def _keep_uses(self, pool: str, uses: frozenset[Use], since: int, filing: Filing) -> None:
        self._db.execute(
            "INSERT INTO uses (region, pool, version, uses, since, filing)"
            " SELECT ?, ?, 1 + count(*), ?, ?, ? FROM uses WHERE region = ? AND pool = ?",
            (
                pool[1:7],
                pool,
                _uses_text(uses),
                since,
                self._file(filing, pool),
                pool[1:7],
                pool,
            ),
        )

    def uses_at(self, pool: str, at: int) -> frozenset[Use]:
        row = self._row(
            "SELECT uses FROM uses WHERE region = ? AND pool = ? AND since <= ?"
            " ORDER BY version DESC LIMIT 1",
            pool[1:7],
            pool,
            at,
        )
        return _uses(row[0]) if row else frozenset()

    def bonds_of_members(
        self, ids: Iterable[str], not_ended_by: int
    ) -> dict[str, list[BondWithUses]]:
        found: dict[str, list[BondWithUses]] = {}
        for region, some in _by_region(ids):
            for row in self._rows(
                f"SELECT {_BOND}, p.uses FROM bonds b"
                " JOIN pools p ON p.region = b.region AND p.id = b.pool"
                f" WHERE b.region = ? AND b.member IN {_IN} AND b.ends > ?"
                " ORDER BY b.starts, b.id",
                region,
                some,
                not_ended_by,
            ):
                known = BondWithUses(_bond(row), _uses(row[7]))
                found.setdefault(known.bond.member, []).append(known)
        return found

    def bonds_of_sponsor(self, id: str) -> list[Bond]:
        return [
            _bond(row)
            for row in self._rows(
                f"SELECT {_BOND} FROM bonds b WHERE b.region = ? AND b.sponsor = ?"
                " ORDER BY b.starts, b.id",
                id[1:7],
                id,
            )
        ]

    def bonds_of_member(self, id: str) -> list[Bond]:
        return [
            _bond(row)
            for row in self._rows(
                f"SELECT {_BOND} FROM bonds b WHERE b.region = ? AND b.member = ?"
                " ORDER BY b.starts, b.id",
                id[1:7],
                id,
            )
        ]

    def add_bond(self, bond: Bond, filing: Filing) -> None:
        self._db.execute(
            "INSERT INTO bonds (region, id, pool, sponsor, member, kinship, starts, ends, filing)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                bond.id[1:7],
                bond.id,
                bond.pool,
                bond.sponsor,
                bond.member,
                bond.kinship,
                bond.starts,
                bond.ends,
                self._file(filing, bond.id),
            ),
        )

    def end_bond(self, bond: Bond, ends: int, filing: Filing) -> None:
        self._db.execute(
            "UPDATE bonds SET ends = ?, end_filing = ? WHERE region = ? AND id = ?",
            (ends, self._file(filing, bond.id), bond.id[1:7], bond.id),
        )

    def codes_held(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        return {
            pair
            for pair in pairs
            if self._row(
                "SELECT 1 FROM family_codes WHERE region = ? AND holder = ? AND relative = ?",
                pair[0][1:7],
                *pair,
            )
        }

    def codes_of(self, holder: str) -> list[str]:
        return [
            row[0]
            for row in self._rows(
                "SELECT relative FROM family_codes WHERE region = ? AND holder = ?"
                " ORDER BY since, relative",
                holder[1:7],
                holder,
            )
        ]

    def add_code(self, holder: str, relative: str, at: int) -> None:
        self._db.execute(
            "INSERT INTO family_codes (region, holder, relative, since) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (holder[1:7], holder, relative, at),
        )

    def _file(self, filing: Filing, where: str) -> bytes:
        return self._vault.seal(msgspec.json.encode(filing), where)

    # The book

    def balances(self, accounts: Iterable[AccountKey]) -> dict[AccountKey, Balance]:
        wanted = dict.fromkeys(accounts, NOTHING)
        owners: dict[str, set[str]] = {}
        for account in wanted:
            owners.setdefault(account.region, set()).add(account.owner)
        for region, some in owners.items():
            for row in self._rows(
                "SELECT owner, kind, fen, version FROM accounts"
                f" WHERE region = ? AND owner IN {_IN}",
                region,
                _json(some),
            ):
                account = AccountKey(region, row[0], row[1])
                if account in wanted:
                    wanted[account] = Balance(row[2], row[3])
        return wanted

    def write_book(self, book: Book, recorded_at: int) -> None:
        days = {voucher.happened_on: voucher.happened_on.isoformat() for voucher in book.vouchers}
        self._db.executemany(
            "INSERT INTO vouchers (region, id, kind, happened_on, recorded_at)"
            " VALUES (?, ?, ?, ?, ?)",
            [(v.region, v.id, v.kind, days[v.happened_on], recorded_at) for v in book.vouchers],
        )
        self._db.executemany(
            "INSERT INTO entries (region, owner, kind, version, voucher_region, voucher,"
            " amount_fen, before_fen, after_fen, happened_on, recorded_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *entry[0],
                    *entry[1:7],
                    days[entry.happened_on],
                    recorded_at,
                )
                for entry in book.entries
            ],
        )
        self._db.executemany(
            "INSERT INTO accounts (region, owner, kind, fen, version) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (region, owner, kind)"
            " DO UPDATE SET fen = excluded.fen, version = excluded.version",
            [(*account, *balance) for account, balance in book.changed().items()],
        )

    def entry_rows(self) -> Iterator[EntryRow]:
        for row in self._db.execute(
            "SELECT region, owner, kind, version, voucher, amount_fen, before_fen, after_fen"
            " FROM entries ORDER BY region, owner, kind, version"
        ):
            yield EntryRow(*row)

    def balance_rows(self) -> Iterator[BalanceRow]:
        for row in self._db.execute(
            "SELECT region, owner, kind, fen, version FROM accounts ORDER BY region, owner, kind"
        ):
            yield BalanceRow(*row)

    # Answers

    def answered(self, keys: Iterable[AnswerKey]) -> dict[AnswerKey, Answer]:
        wanted: dict[str, list[str]] = {}
        for key in keys:
            wanted.setdefault(key.asker, []).append(key.id)
        return {
            AnswerKey(row[0], row[1]): _answer(row)
            for asker, ids in wanted.items()
            for row in self._rows(
                f"SELECT {_ANSWER} FROM answers WHERE region = ? AND asker = ? AND id IN {_IN}",
                asker[1:7],
                asker,
                _json(ids),
            )
        }

    def write_answers(self, answers: Sequence[Answer]) -> None:
        self._db.executemany(
            f"INSERT INTO answers (region, {_ANSWER})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(answer[0][0][1:7], *answer[0], *answer[1:]) for answer in answers],
        )

    def reversals_of(self, key: AnswerKey) -> list[Answer]:
        return [
            _answer(row)
            for row in self._rows(
                f"SELECT {_ANSWER} FROM answers"
                " WHERE region = ? AND asker = ? AND reverses = ? ORDER BY recorded_at, id",
                key.asker[1:7],
                *key,
            )
        ]

    def answers_by_id(self, id: str) -> list[Answer]:
        return [
            _answer(row)
            for row in self._rows(
                f"SELECT {_ANSWER} FROM answers WHERE id = ? ORDER BY asker LIMIT 20", id
            )
        ]

    def answers_of_patients(
        self, ids: Iterable[str], *, sponsor: str | None = None, limit: int, before: int
    ) -> list[Answer]:
        return [
            _answer(row)
            for row in self._rows(
                f"SELECT {_ANSWER} FROM answers WHERE patient IN {_IN} AND recorded_at < ?"
                " AND (? IS NULL OR sponsor = ?) ORDER BY recorded_at DESC, asker, id LIMIT ?",
                _json(ids),
                before,
                sponsor,
                sponsor,
                limit,
            )
        ]

    def answers_of_asker(self, asker: str, *, limit: int, before: int) -> list[Answer]:
        return [
            _answer(row)
            for row in self._rows(
                f"SELECT {_ANSWER} FROM answers WHERE region = ? AND asker = ?"
                " AND recorded_at < ? ORDER BY recorded_at DESC, id DESC LIMIT ?",
                asker[1:7],
                asker,
                before,
                limit,
            )
        ]

    # Law and calendar

    def keep_law(self, version: str, packs: Mapping[str, Mapping[str, str]]) -> None:
        self._db.execute(
            "INSERT INTO laws (version, packs) VALUES (?, ?) ON CONFLICT (version) DO NOTHING",
            (version, msgspec.json.encode(packs)),
        )

    def law_texts(self, version: str) -> Mapping[str, Mapping[str, str]] | None:
        row = self._row("SELECT packs FROM laws WHERE version = ?", version)
        return msgspec.json.decode(row[0], type=dict[str, dict[str, str]]) if row else None


def _by_region(ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The ids by the region that each carries, as a JSON array for `json_each`."""
    found: dict[str, set[str]] = {}
    for id in ids:
        found.setdefault(id[1:7], set()).add(id)
    for region, some in found.items():
        yield region, _json(some)


def _json(values: Iterable[str]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _standing(person: Person) -> tuple[object, ...]:
    return (
        person.scheme,
        person.status,
        person.ecode,
        _iso(person.died),
        _iso(person.suspended_from),
        _iso(person.suspended_until),
    )


# A look-up is a fifth of what calling the enum costs, on every row of the hot path.
_SCHEMES = {scheme.value: scheme for scheme in Scheme}
_STATUSES = {status.value: status for status in Status}
_KINSHIPS = {kinship.value: kinship for kinship in Kinship}


def _person(row: Sequence[Any]) -> Person:
    return Person(
        row[0],
        row[1],
        _SCHEMES[row[2]],
        _STATUSES[row[3]],
        bool(row[4]),
        _day(row[5]),
        _day(row[6]),
        _day(row[7]),
        _day(row[8]),
    )


def _bond(row: Sequence[Any]) -> Bond:
    return Bond(row[0], row[1], row[2], row[3], _KINSHIPS[row[4]], row[5], row[6])


def _pool(row: Sequence[Any]) -> Pool:
    return Pool(row[0], row[1], row[2], row[3], _uses(row[4]), row[5])


@lru_cache(maxsize=8)
def _uses(text: str) -> frozenset[Use]:
    return frozenset(Use(use) for use in text.split())


def _uses_text(uses: frozenset[Use]) -> str:
    return " ".join(sorted(uses))


def _answer(row: Sequence[Any]) -> Answer:
    key = AnswerKey(row[0], row[1])
    return Answer._make((key, AnswerKind(row[2]), *row[3:13], bool(row[13]), *row[14:]))
