"""应答: our answers in the words of the field tables, every field in its place and form."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

import msgspec

from gongji.national.schema import Field, Kind, Node, Transaction
from gongji.terms import yuan_text

_encode = msgspec.json.Encoder(decimal_format="number").encode
_Raw = msgspec.Raw
_MOST = 200
"""err_msg is C200."""


def output_of(transaction: Transaction, given: Mapping[str, Any]) -> Any:
    """The payload: a node without a name is the payload itself, `rows` a bare array."""
    found: dict[str, Any] = {}
    for node in transaction.outputs:
        rows = given.get(node.name)
        if node.name == "":
            found.update(row_of(node, given))
        elif node.name == "rows":
            return [row_of(node, row) for row in rows or ()]
        elif node.many:
            found[node.name] = [row_of(node, row) for row in rows or ()]
        else:
            found[node.name] = row_of(node, rows or {})
    found.update((name, given[name]) for name in _PAGES if name in given)
    return found


_PAGES = (
    "recordCounts",
    "pages",
    "pageNum",
    "pageSize",
    "size",
    "startRow",
    "endRow",
    "firstPage",
    "lastPage",
)


def row_of(node: Node, values: Mapping[str, Any]) -> dict[str, Any]:
    """One row with every field of the node, in the order of the table, to be encoded."""
    blank, texts, sums, fields = _form_of(node)
    row = blank.copy()
    for name, value in values.items():
        # Nine of ten values are text or fen, and need no second look; half of the sums are nothing.
        kind = type(value)
        if kind is str and name in texts:
            row[name] = value
        elif kind is int and name in sums:
            if value > 0:
                row[name] = _Raw(b"%d.%02d" % divmod(value, 100))
            elif value:
                row[name] = cents(value)
        elif value is not None and (field := fields.get(name)) is not None:
            row[name] = written(field, value)
    return row


class _Form(NamedTuple):
    """A row with nothing in it, which of its fields are text and which sums, and all by name."""

    blank: dict[str, Any]
    texts: frozenset[str]
    sums: frozenset[str]
    fields: Mapping[str, Field]


@cache
def _form_of(node: Node) -> _Form:
    return _Form(
        {field.name: _Raw(_encode(empty(field))) for field in node.fields},
        frozenset(field.name for field in node.fields if field.kind is Kind.TEXT),
        frozenset(field.name for field in node.fields if field.is_sum),
        {field.name: field for field in node.fields},
    )


def empty(field: Field) -> Any:
    """An empty number is 0, with its decimals; another empty value the empty text."""
    return number(field, 0) if field.kind is Kind.NUMBER else ""


def cents(fen: int) -> msgspec.Raw:
    """分 → 元 as it is written: half of an answer is sums, and a Decimal costs thrice as much."""
    return _Raw(yuan_text(fen).encode())


def written(field: Field, value: Any) -> Any:
    """One value as the specification prints it. With two decimals a whole number is fen; a Decimal
    is itself."""
    if field.kind is Kind.NUMBER:
        return number(field, value)
    if field.kind is Kind.TRUTH:
        return bool(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)


@lru_cache(maxsize=4096, typed=True)
def number(field: Field, value: Any) -> Decimal | int:
    """A number with exactly the decimals of its field."""
    if field.scale == 0:
        return int(value)
    if isinstance(value, int) and field.scale == 2:
        return yuan(value)
    return Decimal(value).quantize(Decimal(1).scaleb(-field.scale))


def yuan(fen: int) -> Decimal:
    """分 → 元, with two decimals."""
    return Decimal(fen).scaleb(-2)


def fen_of(amount: Decimal | None) -> int:
    """元 → 分: what was read from a field with two decimals."""
    return 0 if amount is None else int(amount.scaleb(2))


def success(output: Any, *, refmsgid: str, now: datetime) -> bytes:
    """A whole answer: infcode 0."""
    return _envelope(0, refmsgid, now, "", output)


def failure(says: str, *, refmsgid: str, now: datetime) -> bytes:
    """A whole answer: infcode -1, with a sentence of at most 200 characters."""
    return _envelope(-1, refmsgid, now, short(says), {})


def short(says: str) -> str:
    """A sentence that fits into err_msg."""
    return says if len(says) <= _MOST else says[: _MOST - 1] + "…"


def _envelope(infcode: int, refmsgid: str, now: datetime, err_msg: str, output: Any) -> bytes:
    """A message is asked and answered at one moment, that of its unit of work."""
    at = _stamp(now)
    return _encode(
        {
            "infcode": infcode,
            "inf_refmsgid": refmsgid,
            "refmsg_time": at,
            "respond_time": at,
            "err_msg": err_msg,
            "output": output,
        }
    )


def _stamp(moment: datetime) -> str:
    """yyyyMMddHHmmssSSS: 17 digits."""
    return (
        f"{moment.year:04d}{moment.month:02d}{moment.day:02d}{moment.hour:02d}"
        f"{moment.minute:02d}{moment.second:02d}{moment.microsecond // 1000:03d}"
    )
