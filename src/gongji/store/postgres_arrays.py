"""Columns as PostgreSQL's binary arrays.

A batch of settlements sends some forty values each. A column has one type, so that nobody looks at
the type of every value, and an array is little more than a join of bytes.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

# Dimensions, whether there are nulls, type, length, lower bound.
_HEAD = struct.Struct(">iiiii").pack
_LENGTH = struct.Struct(">i").pack
_LENGTHS = tuple(map(_LENGTH, range(4096)))
_NULL = _LENGTH(-1)


class Column(list[Any]):
    """One column of some rows, all values of the type that the subclass names; None is NULL."""


class Texts(Column):
    """TEXT."""


class Words(Column):
    """TEXT of ids and codes, which are never empty and have no control characters. They go as one
    text that the server takes apart: a tenth of our time, and no more of its own."""


class Bigs(Column):
    """BIGINT."""


class Blobs(Column):
    """BYTEA."""


class Flags(Column):
    """BOOLEAN."""


def columns(kinds: Sequence[type[Column]], rows: Iterable[Iterable[object]]) -> list[Column]:
    """The rows turned on their side: one array a column."""
    return of_kinds(kinds, zip(*rows, strict=True))


def of_kinds(kinds: Sequence[type[Column]], lists: Iterable[Iterable[object]]) -> list[Column]:
    """Lists that lie on their side already."""
    return [kind(column) for kind, column in zip(kinds, lists, strict=True)]


def unnest(kinds: Sequence[type[Column]]) -> str:
    """The rows again, as a statement reads them."""
    return f"unnest({', '.join(map(given, kinds))})"


def in_step(kinds: Sequence[type[Column]]) -> str:
    """The same rows as a list of what is selected, which the server need not keep before it
    inserts them: a fifth less of its time."""
    return ", ".join(f"unnest({given(kind)})" for kind in kinds)


def given(kind: type[Column]) -> str:
    """A column as a statement receives it: an array."""
    return "string_to_array(?, chr(31), chr(30))" if kind is Words else f"?::{_SQL[kind]}[]"


_SQL: dict[type[Column], str] = {Texts: "text", Bigs: "bigint", Blobs: "bytea", Flags: "boolean"}


def _words(column: Words) -> bytes:
    try:
        joined = _BETWEEN.join(column)
    except TypeError:
        joined = _BETWEEN.join(_NO_WORD if word is None else word for word in column)
    assert joined.count(_BETWEEN) == max(len(column) - 1, 0), "a control character in a word"
    assert "" not in column, "a word without a letter"
    return joined.encode()


_BETWEEN, _NO_WORD = chr(31), chr(30)


def _texts(values: Sequence[str]) -> bytes:
    return _blobs(list(map(str.encode, values)))


def _blobs(values: Sequence[bytes]) -> bytes:
    """Each behind its length: put in step by slices, which no loop of Python's comes near to."""
    parts = [b""] * (2 * len(values))
    try:
        parts[::2] = map(_LENGTHS.__getitem__, map(len, values))
    except IndexError:
        parts[::2] = map(_LENGTH, map(len, values))
    parts[1::2] = values
    return b"".join(parts)


def _bigs(values: Sequence[int]) -> bytes:
    parts = [8] * (2 * len(values))
    parts[1::2] = values
    return _packed(len(values))(*parts)


@lru_cache(maxsize=1024)  # reading such a format takes longer than packing by it
def _packed(count: int) -> Callable[..., bytes]:
    return struct.Struct(">" + "iq" * count).pack


def _flags(values: Sequence[bool]) -> bytes:
    return b"".join(map(_FLAGS.__getitem__, values))


_FLAGS = {True: b"\0\0\0\x01\x01", False: b"\0\0\0\x01\0"}


def _dump(oid: int, body: Callable[[Any], bytes]) -> Callable[[Column], bytes]:
    def dump(column: Column) -> bytes:
        if not column:
            return _HEAD(0, 0, oid, 0, 0)[:12]
        try:
            return _HEAD(1, 0, oid, len(column), 1) + body(column)
        except (TypeError, KeyError, struct.error):
            assert None in column  # to look for it in every column takes as long as to send it
        head = _HEAD(1, 1, oid, len(column), 1)
        if column.count(None) == len(column):
            return head + _NULL * len(column)
        return head + b"".join(_NULL if value is None else body([value]) for value in column)

    return dump


Dumper = Callable[[Any], bytes | None]
"""How a value is sent in binary form; None is NULL."""

ARRAYS: dict[type, tuple[int, Dumper]] = {
    Texts: (1009, _dump(25, _texts)),
    Words: (25, _words),
    Bigs: (1016, _dump(20, _bigs)),
    Blobs: (1001, _dump(17, _blobs)),
    Flags: (1000, _dump(16, _flags)),
}
"""How each kind of column is sent: the number of its array's type, and its bytes."""

KINDS: dict[str, type[Column]] = {sql.upper(): kind for kind, sql in _SQL.items()}
"""The kind of a column in the words of a table's definition."""
