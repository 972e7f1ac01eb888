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
from psycopg.types.numeric import Int8BinaryDumper, NumericBinaryLoader
from sqlalchemy.dialects import postgresql

from gongji.store.postgres_arrays import DUMPERS
from gongji.store.rows import IN, KEYS
from gongji.store.tables import metadata

_ARRAY = "(SELECT jsonb_array_elements_text(?::jsonb))"
_KEYS = "(SELECT value->>0 a, value->>1 b, value->>2 c FROM jsonb_array_elements(?::jsonb)) k"
_LOOKED_UP = re.compile(rf"FROM {re.escape(KEYS)} CROSS JOIN (\w+) WHERE (.*?)( ORDER BY .*)?$")
_LATERAL = rf"FROM {_KEYS} CROSS JOIN LATERAL (SELECT * FROM \1 WHERE \2 OFFSET 0) t\3"
"""Key by key, by the table's index: what the planner knows of a table may be of yesterday."""
_MOST_UNCOUNTED = 500
_AT_ONCE = 5_000


@lru_cache(maxsize=512)
def postgres(statement: str) -> bytes:
    """The statement as PostgreSQL has it, with values sent in binary form.

    A temporary table sorts by bytes as the other tables do, and is emptied by TRUNCATE, because
    nobody sweeps up after DELETE in it.
    """
    said = statement.replace("%", "%%").replace(f"IN {IN}", f"= ANY (ARRAY{_ARRAY})")
    said = _LOOKED_UP.sub(_LATERAL, said)
    if said.startswith("CREATE TEMP TABLE"):
        said = re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', said)
    elif said.startswith("DELETE FROM") and " WHERE " not in said:
        said = said.replace("DELETE FROM", "TRUNCATE")
    return said.replace("?", "%b").encode()


@lru_cache(maxsize=512)
def as_arrays(statement: str) -> bytes | None:
    """The statement that adds many rows, one array a column; None where it does more than add."""
    plain = _ADDS.fullmatch(statement)
    if plain is None:
        return None
    columns = metadata.tables[plain[1]].columns
    types = [columns[name].type.compile(dialect=_DIALECT) for name in plain[2].split(", ")]
    # An array has no collation of its own; the column it goes into has.
    arrays = ", ".join(f"%b::{type.split()[0]}[]" for type in types)
    return f"INSERT INTO {plain[1]} ({plain[2]}) SELECT * FROM unnest({arrays})".encode()


_ADDS = re.compile(r"INSERT INTO (\w+) \(([\w, ]+)\) VALUES \(\?(?:, \?)*\)")
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@lru_cache(maxsize=64)
def as_changes(statement: str) -> bytes | None:
    """The statement that sets one column of many rows of a region, one array a column; None where
    it does something else."""
    plain = _CHANGES.fullmatch(statement)
    if plain is None:
        return None
    table, changed = metadata.tables[plain[1]], plain[2]
    names = [changed, *re.findall(r"AND (\w+) =", plain[3])]
    types = [table.columns[name].type.compile(dialect=_DIALECT).split()[0] for name in names]
    arrays = ", ".join(f"%b::{type}[]" for type in types)
    same = " AND ".join(f"t.{name} = k.{name}" for name in names[1:])
    return (
        f"UPDATE {plain[1]} t SET {changed} = k.{changed}"
        f" FROM unnest({arrays}) k({', '.join(names)}) WHERE t.region = %b AND {same}"
    ).encode()


_CHANGES = re.compile(r"UPDATE (\w+) SET (\w+) = \? WHERE region = \?((?: AND \w+ = \?)+)")


class _WholeLoader(NumericBinaryLoader):
    """A sum of BIGINT comes as `numeric`; nothing that we keep has a fraction."""

    def load(self, data: Buffer) -> int:  # type: ignore[override]  # whole numbers only
        return int(super().load(data))


class _Types:
    """How values are sent and read: psycopg's own ways but for two."""

    adapters = AdaptersMap(psycopg.adapters)
    connection = None


CONTEXT = _Types()
CONTEXT.adapters.register_dumper(int, Int8BinaryDumper)  # one width: a statement is prepared once
CONTEXT.adapters.register_loader("numeric", _WholeLoader)
for column, dumper in DUMPERS.items():
    CONTEXT.adapters.register_dumper(column, dumper)

_STREAMS = count()
Found = psycopg.Cursor[tuple[Any, ...]]


class Link:
    """A connection in pipeline mode as the rows use it: statements go out, and only reading waits.

    An error of a writing statement is raised by the next read, or at the commit.
    """

    def __init__(self, connection: psycopg.Connection, pipeline: psycopg.Pipeline) -> None:
        self._connection, self._pipeline = connection, pipeline
        self._writing: list[Found] = []
        self._written = 0

    def execute(self, statement: str, values: Sequence[object] = ()) -> Found:
        """Send a statement in the portable form."""
        return self.send(postgres(statement), values)

    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Send a statement for each of the rows; rows that are only added go as arrays, thousands
        in one statement, and so do changes of one column."""
        said, adding, changing = postgres(statement), as_arrays(statement), as_changes(statement)
        if changing is not None:
            by_region: dict[object, list[Sequence[object]]] = {}
            for value, region, *key in rows:
                by_region.setdefault(region, []).append((value, *key))
            for region, changes in by_region.items():
                columns = [list(values) for values in zip(*changes, strict=True)]
                self.send(changing, [*columns, region])
            return
        if adding is None:
            for row in rows:
                self.send(said, row)
            return
        coming = iter(rows)
        while some := list(islice(coming, _AT_ONCE)):
            self.send(adding, [list(values) for values in zip(*some, strict=True)])

    def send(self, statement: bytes, values: Sequence[object] = ()) -> Found:
        """Send a statement of PostgreSQL's own."""
        cursor: Found = self._connection.cursor(binary=True)
        cursor.execute(statement, values)
        if not statement.startswith(b"SELECT"):
            self._writing.append(cursor)
            if len(self._writing) > _MOST_UNCOUNTED:
                self._pipeline.sync()
                self._count()
        return cursor

    def stream(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """Read what is too much to be held at once, some thousand rows at a time."""
        cursor = self._connection.cursor(binary=True)
        name = f"stream_{next(_STREAMS)}".encode()
        cursor.execute(b"DECLARE " + name + b" CURSOR FOR " + postgres(statement), prepare=False)
        while rows := cursor.execute(b"FETCH 5000 FROM " + name, prepare=False).fetchall():
            yield from rows
        cursor.execute(b"CLOSE " + name, prepare=False)

    def written(self) -> int:
        """How many rows have been written, once the pipeline has ended."""
        self._count()
        return self._written

    def _count(self) -> None:
        self._written += sum(max(0, cursor.rowcount) for cursor in self._writing)
        self._writing.clear()
