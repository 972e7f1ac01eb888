"""Columns as PostgreSQL's binary arrays.

A batch of settlements sends some forty values each; the driver would look at the type of every one
of them. Here a column has one type, so that an array is little more than a join of bytes.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from typing import Any, cast

from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

_HEAD = struct.Struct(
    ">iiiii"
).pack  # dimensions, whether there are nulls, type, length, lower bound
_LENGTH = struct.Struct(">i").pack
_LENGTHS = tuple(map(_LENGTH, range(4096)))
_NULL = _LENGTH(-1)


class Column(list[Any]):
    """One column of some rows, all values of the type that the subclass names."""


class Texts(Column):
    """TEXT; None is NULL."""


class Bigs(Column):
    """BIGINT, never NULL."""


class Blobs(Column):
    """BYTEA, never NULL."""


class Flags(Column):
    """BOOLEAN, never NULL."""


def columns(kinds: Sequence[type[Column]], rows: Iterable[Iterable[object]]) -> list[Column]:
    """The rows turned on their side: one array a column."""
    return [kind(column) for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)]


def unnest(kinds: Sequence[type[Column]]) -> str:
    """The rows again, as a statement reads them."""
    return f"unnest({', '.join(f'?::{_SQL[kind]}[]' for kind in kinds)})"


_SQL = {Texts: "text", Bigs: "bigint", Blobs: "bytea", Flags: "boolean"}


def _texts(values: Sequence[str | None]) -> Iterable[bytes]:
    if None not in values:
        return _blobs(list(map(str.encode, cast(Sequence[str], values))))
    blobs = ((_NULL,) if value is None else _blobs([value.encode()]) for value in values)
    return chain.from_iterable(blobs)


def _blobs(values: Sequence[bytes]) -> Iterable[bytes]:
    sizes = list(map(len, values))
    if max(sizes) < len(_LENGTHS):
        lengths = map(_LENGTHS.__getitem__, sizes)
    else:
        lengths = map(_LENGTH, sizes)
    return chain.from_iterable(zip(lengths, values, strict=True))


def _bigs(values: Sequence[int]) -> Iterable[bytes]:
    lengths_and_values = chain.from_iterable(zip(repeat(8), values))
    return (struct.pack(">" + "iq" * len(values), *lengths_and_values),)


def _flags(values: Sequence[bool]) -> Iterable[bytes]:
    return (b"\0\0\0\x01" + (b"\x01" if value else b"\0") for value in values)


def _dumper(oid: int, array_oid: int, body: Callable[[Any], Iterable[bytes]]) -> type[Dumper]:
    class ColumnDumper(Dumper):
        format = Format.BINARY

        def dump(self, obj: Column) -> Buffer:
            if not obj:
                return _HEAD(0, 0, oid, 0, 0)[:12]
            return b"".join([_HEAD(1, 1 if None in obj else 0, oid, len(obj), 1), *body(obj)])

    ColumnDumper.oid = array_oid
    return ColumnDumper


DUMPERS = {
    Texts: _dumper(25, 1009, _texts),
    Bigs: _dumper(20, 1016, _bigs),
    Blobs: _dumper(17, 1001, _blobs),
    Flags: _dumper(16, 1000, _flags),
}
"""How the driver sends each kind of column: the oids of the type and of its array."""
