"""方言: what PostgreSQL wants said otherwise than SQLite, and a connection that says it.

The rows of every subject write their statements once, in the subset that both databases understand:
`?` for a value, `IN` of rows.py for an array, upserts by `ON CONFLICT`, sums in whole numbers. What
differs is translated here, once for each text of a statement.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count, islice
from typing import Any

import psycopg
from psycopg.adapt import AdaptersMap, Buffer
from psycopg.types.numeric import NumericBinaryLoader
from sqlalchemy.dialects import postgresql

from gongji.store.postgres_arrays import KINDS, Column, columns, in_step
from gongji.store.postgres_wire import Sent, Wire
from gongji.store.rows import IN
from gongji.store.tables import metadata

_ARRAY = "(SELECT jsonb_array_elements_text(?::jsonb))"
_AT_ONCE = 5_000


@lru_cache(maxsize=512)
def postgres(statement: str) -> bytes:
    """The statement as PostgreSQL has it, with its values numbered.

    A temporary table sorts by bytes as the other tables do, and is emptied by TRUNCATE, because
    nobody sweeps up after DELETE in it.
    """
    said = statement.replace(f"IN {IN}", f"= ANY (ARRAY{_ARRAY})")
    if said.startswith("CREATE TEMP TABLE"):
        said = re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', said)
    elif said.startswith("DELETE FROM") and " WHERE " not in said:
        said = said.replace("DELETE FROM", "TRUNCATE")
    return numbered(said)


def numbered(statement: str) -> bytes:
    """`$1`, `$2` and so on in the place of each `?`."""
    numbers = count(1)
    return re.sub(r"\?", lambda _: f"${next(numbers)}", statement).encode()


@lru_cache(maxsize=512)
def as_arrays(statement: str) -> tuple[bytes, tuple[type[Column], ...]] | None:
    """The statement that adds many rows, and its arrays, one a column; None where it does more than
    add."""
    plain = _ADDS.fullmatch(statement)
    if plain is None:
        return None
    kinds = kinds_of(plain[1], plain[2].split(", "))
    said = f"INSERT INTO {plain[1]} ({plain[2]}) SELECT {in_step(kinds)}"
    return numbered(said + (plain[3] or "")), kinds


_ADDS = re.compile(
    r"INSERT INTO (\w+) \(([\w, ]+)\) VALUES \(\?(?:, \?)*\)( ON CONFLICT DO NOTHING)?"
)
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def kinds_of(table: str, names: Iterable[str]) -> tuple[type[Column], ...]:
    """How these columns of a table are sent."""
    # An array has no collation of its own; the column it goes into has.
    types = (metadata.tables[table].columns[name].type for name in names)
    return tuple(KINDS[type.compile(dialect=_DIALECT).split()[0]] for type in types)


class _WholeLoader(NumericBinaryLoader):
    """A sum of BIGINT comes as `numeric`; nothing that we keep has a fraction."""

    def load(self, data: Buffer) -> int:  # type: ignore[override]  # whole numbers only
        return int(super().load(data))


class _Types:
    """How values are read: psycopg's own ways but for one."""

    adapters = AdaptersMap(psycopg.adapters)
    connection = None


CONTEXT = _Types()
CONTEXT.adapters.register_loader("numeric", _WholeLoader)

_STREAMS = count()


class Link:
    """A wire as the rows use it: statements go out, and only reading waits.

    An error of a writing statement is raised by the next read, or at the commit.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def execute(self, statement: str, values: Sequence[object] = ()) -> Sent:
        """Send a statement in the portable form."""
        return self._wire.send(postgres(statement), values)

    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Send a statement for each of the rows; rows that are only added go as arrays, thousands
        in one statement."""
        adding = as_arrays(statement)
        if adding is None:
            said = postgres(statement)
            for row in rows:
                self.send(said, row)
            return
        coming = iter(rows)
        while some := list(islice(coming, _AT_ONCE)):
            self.send(adding[0], columns(adding[1], some))

    def send(self, statement: bytes, values: Sequence[object] = ()) -> Sent:
        """Send a statement of PostgreSQL's own."""
        return self._wire.send(statement, values)

    def push(self) -> None:
        """Let what was sent go out, so that the server begins with it."""
        self._wire.push()

    def stream(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """Read what is too much to be held at once, some thousand rows at a time."""
        name = f"stream_{next(_STREAMS)}".encode()
        self._wire.send(b"DECLARE " + name + b" CURSOR FOR " + postgres(statement), once=True)
        while rows := self._wire.send(b"FETCH 5000 FROM " + name, once=True).fetchall():
            yield from rows
        self._wire.send(b"CLOSE " + name, once=True)
