"""One transaction on PostgreSQL: the hot statements once more, with arrays; all others as they are.

Each names its region, so that a cluster sends it to one shard. LATERAL with OFFSET 0 makes the plan
one look-up a key whatever the statistics say: a plan that was made while the tables were empty
stays right when they hold millions of rows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from gongji.desk.ports import Answer, AnswerKey
from gongji.ledger.book import Book
from gongji.store.answer_rows import ANSWER, answer_of
from gongji.store.cipher import Vault
from gongji.store.pool_rows import BOND
from gongji.store.postgres_link import Link, postgres
from gongji.store.unit import SqlUnit

T = TypeVar("T")

_ANSWERED = postgres(
    f"SELECT {ANSWER} FROM unnest(?::text[], ?::text[]) k(of_asker, of_id) CROSS JOIN LATERAL"
    " (SELECT * FROM answers WHERE region = ? AND asker = k.of_asker AND id = k.of_id OFFSET 0) a"
)
_WRITE_ACCOUNTS = postgres(
    "INSERT INTO accounts (region, owner, kind, fen, version)"
    " SELECT ?, * FROM unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[])"
    " ON CONFLICT (region, owner, kind) DO UPDATE SET fen = excluded.fen,"
    " version = excluded.version"
)
_WRITE_ENTRIES = postgres(
    "INSERT INTO entries (region, owner, kind, version, act, voucher, amount_fen, before_fen,"
    " after_fen, happened_on, recorded_at)"
    " SELECT ?, e.*, ? FROM unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[],"
    " ?::bigint[], ?::bigint[], ?::bigint[], ?::text[]) e"
)
_WRITE_ANSWERS = postgres(
    f"INSERT INTO answers (region, {ANSWER}) SELECT ?, * FROM unnest(?::text[], ?::text[],"
    " ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::text[],"
    " ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::boolean[], ?::bytea[], ?::bytea[],"
    " ?::bytea[])"
)


class PostgresUnit(SqlUnit):
    """What only reads."""

    BONDS_OF_MEMBERS = (
        f"SELECT {BOND}, p.uses FROM jsonb_array_elements_text(?::jsonb) m(id)"
        " CROSS JOIN LATERAL (SELECT * FROM bonds"
        "   WHERE region = ? AND member = m.id AND ends > ? OFFSET 0) b"
        " CROSS JOIN LATERAL (SELECT uses FROM pools"
        "   WHERE region = ? AND id = b.pool OFFSET 0) p"
        " ORDER BY b.starts, b.id"
    )

    def __init__(self, link: Link, vault: Vault) -> None:
        super().__init__(link, vault)
        self._link = link

    def written(self) -> int:
        """How many rows it has written, known after the commit."""
        return self._link.written()

    def _stream(self, statement: str) -> Iterator[Any]:
        return self._link.stream(statement)

    def answered(self, keys: Iterable[AnswerKey]) -> dict[AnswerKey, Answer]:
        return {
            AnswerKey(row[0], row[1]): answer_of(row)
            for region, some in _by_region(keys, lambda key: key.asker[1:7])
            for row in self._link.send(_ANSWERED, (*_columns(some), region)).fetchall()
        }


class PostgresWriter(PostgresUnit):
    """What writes: the accounts that it looks at are its own until the commit."""

    LOCKING = " ORDER BY owner, kind FOR UPDATE"

    def write_book(self, book: Book, recorded_at: int) -> None:
        # Accounts go first and in the order of their keys: of two that make the same new account
        # one waits here, and neither waits for the other.
        changed = [(*key, *balance) for key, balance in sorted(book.changed().items())]
        for region, accounts in _by_region(changed, lambda row: row[0]):
            self._link.send(_WRITE_ACCOUNTS, (region, *_columns(accounts)[1:]))
        days = {entry.happened_on: entry.happened_on.isoformat() for entry in book.entries}
        rows = [(*entry.account, *entry[1:7], days[entry.happened_on]) for entry in book.entries]
        for region, entries in _by_region(rows, lambda row: row[0]):
            self._link.send(_WRITE_ENTRIES, (region, recorded_at, *_columns(entries)[1:]))

    def write_answers(self, answers: Sequence[Answer]) -> None:
        rows = [
            (*answer.key, answer.kind.value, *answer[2:12], answer.whole, *answer[13:])
            for answer in sorted(answers, key=attrgetter("key"))
        ]
        for region, some in _by_region(rows, lambda row: row[0][1:7]):
            self._link.send(_WRITE_ANSWERS, (region, *_columns(some)))


def _by_region(rows: Iterable[T], region_of: Callable[[T], str]) -> Iterable[tuple[str, list[T]]]:
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(region_of(row), []).append(row)
    return found.items()


def _columns(rows: Iterable[Iterable[object]]) -> list[list[object]]:
    """The rows turned on their side: one array a column."""
    return [list(column) for column in zip(*rows, strict=True)]
