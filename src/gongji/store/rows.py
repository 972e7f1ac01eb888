"""What every group of rows needs: the connection, and arrays for a statement."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar

import msgspec

from gongji.store.cipher import Vault
from gongji.terms import region_of

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

IN = "(SELECT value FROM json_each(?))"
"""An array parameter, as SQLite has it. For PostgreSQL it is translated (postgres_link.py)."""


KEYS = (
    "(SELECT json_extract(value, '$[0]') a, json_extract(value, '$[1]') b,"
    " json_extract(value, '$[2]') c FROM json_each(?)) k"
)
"""Up to three columns of text of many rows, `k.a` to `k.c`. `FROM {KEYS} CROSS JOIN table WHERE …`
looks up every one of them, however many there are in the table."""


class Found(Protocol):
    """What a statement has found."""

    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


Sent = Sequence[Found]
"""Statements that were sent, region by region; what they find is fetched when all are."""


def all_of(sent: Sent) -> Iterator[Any]:
    """The rows that they have found."""
    return (row for found in sent for row in found.fetchall())


class Connection(Protocol):
    """What the rows need of a driver's connection; `sqlite3.Connection` is one as it is."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Found: ...
    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> Any: ...


class Rows:
    """One transaction's work on a connection."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db, self._vault = connection, vault

    def _rows(self, statement: str, *values: object) -> list[Any]:
        return self._db.execute(statement, values).fetchall()

    def _row(self, statement: str, *values: object) -> Any:
        return self._db.execute(statement, values).fetchone()

    def _stream(self, statement: str) -> Iterator[Any]:
        """Rows of which there may be too many to be held at once."""
        yield from self._db.execute(statement)


def parted(rows: Iterable[T], by: Callable[[T], K]) -> Iterable[tuple[K, list[T]]]:
    """The rows by their region, and what else they may share, in the order in which they came."""
    found: dict[K, list[T]] = {}
    for row in rows:
        found.setdefault(by(row), []).append(row)
    return found.items()


def by_region(ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The ids by the region that each carries, as a JSON array for `json_each`."""
    found: dict[str, set[str]] = {}
    for one in ids:
        found.setdefault(region_of(one), set()).add(one)
    for region, some in found.items():
        yield region, as_json(some)


def people_between(region: str, after: str) -> tuple[str, str]:
    """What the ids of a region's people behind this one lie between: a key begins with the id, and
    the people of other regions need not be walked."""
    return max(after, f"P{region}-"), f"P{region}."


def as_json(values: Iterable[str | tuple[str, ...]]) -> str:
    """A JSON array, of texts or of rows of texts (`KEYS`)."""
    return msgspec.json.encode(list(values)).decode()


def of_table(table: str, names: str) -> str:
    """The columns, as those of this table where a statement names several."""
    return ", ".join(f"{table}.{name}" for name in names.split(", "))


def iso(day: date | None) -> str | None:
    """A day as the store keeps it."""
    return None if day is None else day.isoformat()


def day_of(text: str | None) -> date | None:
    """The inverse of `iso`."""
    return None if text is None else date.fromisoformat(text)
