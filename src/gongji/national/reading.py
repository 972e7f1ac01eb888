"""读取: a tree and the field tables → values of known form, or the one field that is wrong.

Read tolerantly: strings and numbers alike, `"null"` and `""` for what is left out, one row where
many are meant and many where one is, a payload in a string, fields that no table knows.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import cache
from typing import Any, NamedTuple

import msgspec

from gongji.national.schema import Field, Kind, Node, Transaction, dictionaries
from gongji.national.wire import Tree, bytes_of

Values = dict[str, Any]
"""One row: text as str, numbers as Decimal, files as bytes; None for what is empty."""


class Wrong(NamedTuple):
    """错误: a sentence in Chinese that names the field, the form of its value and the remedy."""

    says: str


class Rules(NamedTuple):
    """What a profile changes about the tables: fields not asked for, and further codes."""

    waived: Mapping[str, frozenset[str]] = {}
    extra_codes: Mapping[str, frozenset[str]] = {}


_EMPTY = {"", "null", "NULL", "undefined", "None"}
_MOST_ROWS = 2000
_WIDE = Context(prec=160, rounding=ROUND_HALF_UP)
"""Wide enough for whatever sixty characters and an exponent can say."""
_NOISE = Decimal("0.0000001")
_TEXT = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*")
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def read_node(
    infno: str, node: Node, given: object, rules: Rules, *, where: str | None = None
) -> Values | list[Values] | Wrong:
    """The rows of one node as the table has them."""
    name = node.name if where is None else where
    given = _unwrapped(given)
    if node.many:
        rows = given if isinstance(given, list) else [] if given is None else [given]
        if len(rows) > _MOST_ROWS:
            return Wrong(f"节点{name}：一次至多{_MOST_ROWS}行，收到{len(rows)}行；请分次上传")
        found = []
        for number, row in enumerate(rows, start=1):
            read = _read_row(infno, node, row, rules, f"{name}[{number}]")
            if isinstance(read, Wrong):
                return read
            found.append(read)
        return found
    if isinstance(given, list):
        if len(given) > 1:
            return Wrong(f"节点{name}：只能有一行，收到{len(given)}行；请分次发送")
        given = _unwrapped(given[0]) if given else None
    return _read_row(infno, node, given, rules, name)


def read_input(transaction: Transaction, given: object, rules: Rules) -> dict[str, Any] | Wrong:
    """Every node of a transaction's input; a node that is left out is read as an empty one."""
    given = _unwrapped(given)
    if isinstance(given, list):
        given = given[0] if len(given) == 1 else {}
    payload = given if isinstance(given, dict) else {}
    found: dict[str, Any] = {}
    first = transaction.inputs[0].name if transaction.inputs else ""
    for node in transaction.inputs:
        inside = payload.get(node.name)
        if inside is None:
            inside = _elsewhere(payload, node, first)
        if inside is None and not node.many:
            return Wrong(f"缺少节点input.{node.name}；{transaction.infno}的输入须放在此节点中")
        read = read_node(transaction.infno, node, inside, rules)
        if isinstance(read, Wrong):
            return read
        if not read and not node.optional and any(field.required for field in node.fields):
            return Wrong(f"缺少节点input.{node.name}；须为一行或多行的数组")
        if _card_unread(read) and "card_sn" not in rules.waived.get(transaction.infno, ()):
            return Wrong(f"{node.name}.card_sn（卡识别码）必填：就诊凭证类型为03社会保障卡时填写")
        found[node.name] = read
    return found


def _card_unread(read: Values | list[Values]) -> bool:
    """「就诊凭证类型为“03”时必填」: a card was shown, and not what identifies it."""
    if not isinstance(read, dict) or read.get("mdtrt_cert_type") != "03":
        return False
    return read.get("card_sn", "") is None


def _elsewhere(payload: Tree, node: Node, first: str) -> object:
    """A node's name may be in capitals; lists may stand inside the first node, and a single node's
    fields in the payload itself."""
    plain = _plain(node.name)
    if (
        named := next((payload[name] for name in payload if _plain(name) == plain), None)
    ) is not None:
        return named
    if node.many:
        outer = _unwrapped(payload.get(first))
        return outer.get(node.name) if isinstance(outer, dict) else None
    if node.name == first and any(field.name in payload for field in node.fields):
        return payload
    return None


def _as_printed(node: Node, row: Tree) -> Tree | None:
    """A row under the names of the table, None where it has them: a client may write them in
    capitals, or `psnNo` for `psn_no`."""
    printed = {_plain(field.name): field.name for field in node.fields}
    found = {printed.get(_plain(name), name): value for name, value in row.items()}
    return None if found.keys() == row.keys() else found


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _unwrapped(given: object) -> object:
    """A payload that was put into a string once more."""
    if isinstance(given, str):
        if given.strip() in _EMPTY:
            return None
        try:
            return _decode(given)
        except (msgspec.DecodeError, RecursionError, ValueError, ArithmeticError):
            return given
    return given


def _read_row(infno: str, node: Node, row: object, rules: Rules, where: str) -> Values | Wrong:
    if row is None:
        row = {}
    if not isinstance(row, dict):
        return Wrong(f"节点{where}：须为一个JSON对象")
    waived = rules.waived.get(infno, frozenset())
    found: Values = {}
    for name, longest, known, optional, field in _columns_of(node):
        value = row.get(name)
        if value is None:
            if name == "exp_content":
                value = row.get("expContent")
            if value is None and optional:
                found[name] = None
                continue
        if type(value) is str:
            # Most values are a short text or one of a few codes, and need no second look.
            if value in known:
                found[name] = value
                continue
            text = value.strip()
            if len(text) <= longest and text.isprintable() and text not in _EMPTY:
                found[name] = text
                continue
        read = None if value is None else read_value(field, value, rules.extra_codes)
        if read is None and field.required and name not in waived:
            if (printed := _as_printed(node, row)) is not None:
                return _read_row(infno, node, printed, rules, where)
            return Wrong(f"{where}.{name}（{field.zh}）必填；{field.form}")
        if isinstance(read, Wrong):
            return Wrong(f"{where}.{name}（{field.zh}）{read.says}")
        found[name] = read
    return found


@cache
def _columns_of(node: Node) -> tuple[tuple[str, int, frozenset[str], bool, Field], ...]:
    """Each field with its name, how long a text in it may be that needs no second look, which
    codes need none, and whether it may be left out."""
    return tuple(
        (
            field.name,
            field.length if field.kind is Kind.TEXT and not _codes_of(field) else -1,
            frozenset(code for code in _codes_of(field) if _text(field, code, {}) == code),
            not field.required,
            field,
        )
        for field in node.fields
    )


def _codes_of(field: Field) -> Mapping[str, str]:
    """The codes of a coded text; none where its values are not listed."""
    return dictionaries().get(field.name, {}) if field.coded and field.kind is Kind.TEXT else {}


def read_value(field: Field, value: object, extra: Mapping[str, frozenset[str]]) -> Any:
    """One value in the form of its field, None for an empty one, or Wrong."""
    if field.kind is Kind.BYTES:
        return _bytes(field, value)
    if isinstance(value, dict | list) and field.kind is Kind.TEXT and not field.coded:
        value = msgspec.json.encode(value).decode()  # an exp_content that was not put into a string
    if isinstance(value, str):
        value = value.strip()
        if value in _EMPTY or (field.kind in _TIMES and value.startswith(_NO_TIME)):
            return None
    elif value is None:
        return None
    elif isinstance(value, bool) or not isinstance(value, int | Decimal):
        return Wrong(f"须为{field.form}")
    return _READERS[field.kind](field, value, extra)


def _bytes(field: Field, value: object) -> bytes | Wrong | None:
    if value is None or (isinstance(value, str) and value.strip() in _EMPTY):
        return None
    found = bytes_of(value)
    return Wrong(f"须为{field.form}") if found is None else found


def _text(field: Field, value: object, extra: Mapping[str, frozenset[str]]) -> str | Wrong:
    text = str(value).strip()
    if len(text) > field.length:
        return Wrong(f"须为{field.form}，收到{len(text)}位")
    if not text.isprintable() and not _TEXT.fullmatch(text):
        return Wrong("含有控制字符，请去掉后重发")
    known = dictionaries().get(field.name) if field.coded else None
    if known is not None and text not in known and text not in extra.get(field.name, ()):
        return Wrong(f"没有代码“{text[:20]}”；可用{_some(known)}")
    return text


def _some(known: Mapping[str, str]) -> str:
    shown = "、".join(f"{code}{label}" for code, label in list(known.items())[:6])
    return f"{shown}等{len(known)}种" if len(known) > 6 else shown


def _number(field: Field, value: object, extra: Mapping[str, frozenset[str]]) -> Decimal | Wrong:
    text = str(value).strip()
    if len(text) > 60 or "_" in text:
        return Wrong(f"须为{field.form}")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return Wrong(f"须为{field.form}，收到“{text[:20]}”")
    if not number.is_finite() or abs(number.adjusted()) > 60:
        return Wrong(f"须为{field.form}，收到“{text[:20]}”")
    rounded = _WIDE.quantize(number, Decimal(1).scaleb(-field.scale)) if number else number
    if abs(rounded - number) > _NOISE:  # a client's binary floats are forgiven their last digits
        return Wrong(f"须为{field.form}，收到“{text[:20]}”")
    if rounded and rounded.adjusted() >= field.length - field.scale:
        return Wrong(f"须为{field.form}，收到“{text[:20]}”")
    return rounded


_TIMES = (Kind.DAY, Kind.MOMENT)
_NO_TIME = ("0001-01-01", "0001/1/1", "0001/01/01")
"""What C# prints of a time that nobody has set."""
_YEARS, _NO_END = range(1900, 3000), 9999
_FROM_GREENWICH = timedelta(hours=8)
_PRINTED = re.compile(r"(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_MOMENT = re.compile(
    r"([0-9]{4})[-/]?([0-9]{1,2})[-/]?([0-9]{1,2})"
    r"(?:[ T]?([0-9]{1,2}):?([0-9]{2})(?::?([0-9]{2})(?:\.[0-9]+)?)?(Z|\+0?8:?00)?)?"
)


def _moment(field: Field, value: object, extra: Mapping[str, frozenset[str]]) -> str | Wrong:
    """The printed form, and what else is plainly the same: `/`, `T`, no separators at all; `Z` is
    Greenwich's time, as JavaScript prints it, and the year 9999 no end."""
    if field.kind is Kind.MOMENT and type(value) is str and _PRINTED.fullmatch(value):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return Wrong(f"须为{field.form}，收到“{value[:20]}”")
        return value
    found = _MOMENT.fullmatch(str(value).strip())
    parts = [int(part) for part in found.groups("0")[:6]] if found else []
    try:
        moment = datetime(*parts) if parts else None  # type: ignore[arg-type]  # noqa: DTZ001
        if moment is not None and found is not None and found[7] == "Z":
            moment += _FROM_GREENWICH
    except (ValueError, OverflowError):
        moment = None
    if moment is not None and moment.year == _NO_END:
        moment = moment.replace(year=_YEARS[-1])
    if moment is None or moment.year not in _YEARS:
        return Wrong(f"须为{field.form}，收到“{str(value)[:20]}”")
    return f"{moment:%Y-%m-%d}" if field.kind is Kind.DAY else f"{moment:%Y-%m-%d %H:%M:%S}"


_READERS: Mapping[Kind, Callable[[Field, object, Mapping[str, frozenset[str]]], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DAY: _moment,
    Kind.MOMENT: _moment,
}
