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

from gongji.store.postgres_arrays import KINDS, Column, columns, in_step, unnest
from gongji.store.postgres_wire import Sent, Wire
from gongji.store.rows import IN, KEYS, parted
from gongji.store.tables import metadata

_ARRAY = "(SELECT jsonb_array_elements_text(?::jsonb))"
_KEYS = "(SELECT value->>0 a, value->>1 b, value->>2 c FROM jsonb_array_elements(?::jsonb)) k"
_LOOKED_UP = re.compile(rf"FROM {re.escape(KEYS)} CROSS JOIN (\w+) WHERE (.*?)( ORDER BY .*)?$")
_LATERAL = rf"FROM {_KEYS} CROSS JOIN LATERAL (SELECT * FROM \1 WHERE \2 OFFSET 0) t\3"
"""Key by key, by the table's index: what the planner knows of a table may be of yesterday."""
_AT_ONCE = 5_000


@lru_cache(maxsize=512)
def postgres(statement: str) -> bytes:
    """The statement as PostgreSQL has it, with its values numbered.

    A temporary table sorts by bytes as the other tables do, and is emptied by TRUNCATE, because
    nobody sweeps up after DELETE in it.
    """
    said = statement.replace(f"IN {IN}", f"= ANY (ARRAY{_ARRAY})")
    said = _LOOKED_UP.sub(_LATERAL, said)
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


@lru_cache(maxsize=64)
def as_changes(statement: str) -> tuple[bytes, tuple[type[Column], ...]] | None:
    """The statement that sets one column of many rows of a region, and its arrays, one a column and
    the region behind them; None where it does something else."""
    plain = _CHANGES.fullmatch(statement)
    if plain is None:
        return None
    names = [plain[2], *re.findall(r"AND (\w+) =", plain[3])]
    kinds = kinds_of(plain[1], names)
    same = " AND ".join(f"t.{name} = k.{name}" for name in names[1:])
    said = (
        f"UPDATE {plain[1]} t SET {names[0]} = k.{names[0]}"
        f" FROM {unnest(kinds)} k({', '.join(names)}) WHERE t.region = ? AND {same}"
    )
    return numbered(said), kinds


def kinds_of(table: str, names: Iterable[str]) -> tuple[type[Column], ...]:
    """How these columns of a table are sent."""
    # An array has no collation of its own; the column it goes into has.
    types = (metadata.tables[table].columns[name].type for name in names)
    return tuple(KINDS[type.compile(dialect=_DIALECT).split()[0]] for type in types)


_CHANGES = re.compile(r"UPDATE (\w+) SET (\w+) = \? WHERE region = \?((?: AND \w+ = \?)+)")


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
        in one statement, and so do changes of one column."""
        adding, changing = as_arrays(statement), as_changes(statement)
        if changing is not None:
            for region, some in parted(rows, lambda row: str(row[1])):
                changes = [(value, *key) for value, _, *key in some]
                self.send(changing[0], [*columns(changing[1], changes), region])
            return
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
