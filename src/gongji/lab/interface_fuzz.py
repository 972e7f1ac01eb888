"""乱报文: messages made from the field tables, right but for one thing, or not even that.

Whatever comes, the answer must be one of the interface's own: `infcode` 0 or -1, and for a field
that is wrong its name in `err_msg`. The tables are handed in.
"""

import random
import string
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec


class FuzzField(NamedTuple):
    """A field: `kind` is C, N, D, DT or B; `values` those of its dictionary, None for any."""

    name: str
    kind: str
    length: int
    scale: int
    required: bool
    values: tuple[str, ...] | None


class FuzzNode(NamedTuple):
    """A node of a transaction's input."""

    name: str
    many: bool
    fields: tuple[FuzzField, ...]


class FuzzTable(NamedTuple):
    """A transaction's input."""

    infno: str
    nodes: tuple[FuzzNode, ...]


class Sent(NamedTuple):
    """A message with what is wrong in it; `field` is empty where nothing need be."""

    infno: str
    body: bytes
    content_type: str
    done: str
    field: str


class Found(NamedTuple):
    """What came of it: how many of each kind, answers by infcode, and whatever was wrong."""

    kinds: Mapping[str, int]
    infcodes: Mapping[str, int]
    wrong: tuple[str, ...]


Answer = Callable[[Sent], bytes]
"""Sends a message; raises for anything that would be a 5xx."""

_MOST_TOLD = 20


def fuzz(
    tables: Sequence[FuzzTable],
    head: Mapping[str, str],
    answer: Answer,
    *,
    known: Mapping[str, Sequence[str]],
    messages: int,
    seed: int,
    progress: Callable[[int], None] = lambda done: None,
) -> Found:
    """Send so many messages and hold every answer against what it must be.

    `known` are values of fields that lead further in: people, institutions, items that are there.
    """
    rng = random.Random(seed)  # noqa: S311 - the same seed sends the same messages
    kinds: Counter[str] = Counter()
    infcodes: Counter[str] = Counter()
    wrong: list[str] = []
    for number in range(messages):
        sent = _message(rng, rng.choice(tables), head, known, f"F{seed % 10**9:09d}{number:020d}")
        kinds[sent.done] += 1
        infcode, says = _judged(sent, answer)
        infcodes[infcode] += 1
        if says and len(wrong) < _MOST_TOLD:
            wrong.append(f"{sent.infno} {sent.done} {sent.field}: {says}")
        progress(number + 1)
    return Found(dict(kinds.most_common()), dict(infcodes), tuple(wrong))


def _judged(sent: Sent, answer: Answer) -> tuple[str, str]:
    """The infcode of an answer, and what is wrong with it, if anything."""
    try:
        body = answer(sent)
    except Exception as error:
        return "raised", f"{type(error).__name__}: {error}"
    try:
        tree = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return "file", ""  # 9102 sends the file itself
    infcode, says = tree.get("infcode"), tree.get("err_msg", "")
    if infcode not in (0, -1):
        return str(infcode), f"answered {body[:80]!r}"
    if sent.field and (infcode == 0 or sent.field not in says):
        return str(infcode), f"err_msg {says!r} does not name the field"
    if infcode == -1 and not any("一" <= letter <= "鿿" for letter in says):
        return str(infcode), f"err_msg {says!r} is not Chinese"
    return str(infcode), "" if len(says) <= 200 else "err_msg is longer than 200"


def _message(
    rng: random.Random,
    table: FuzzTable,
    head: Mapping[str, str],
    known: Mapping[str, Sequence[str]],
    msgid: str,
) -> Sent:
    """A message that fits its table, with one thing done to it."""
    payload: dict[str, Any] = {}
    for node in table.nodes:
        rows = [_row(rng, node, known) for _ in range(rng.randint(1, 3) if node.many else 1)]
        payload[node.name] = rows if node.many else rows[0]
    tree = {**head, "infno": table.infno, "msgid": msgid[:30], "input": payload}
    does = rng.choice(_SPOILS if rng.random() < _BAD else _HARMLESS)
    return does(rng, table, tree)


_BAD, _KNOWN = 0.6, 0.9


def _row(rng: random.Random, node: FuzzNode, known: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        field.name: rng.choice(known[field.name])
        if field.name in known and rng.random() < _KNOWN
        else _value(rng, field)
        for field in node.fields
        if field.required or rng.random() < 0.5
    }


def _value(rng: random.Random, field: FuzzField) -> Any:
    """A value that fits: text and numbers in every way that clients write them."""
    match field.kind:
        case "N":
            whole = rng.randint(1, 10 ** min(field.length - field.scale, 5) - 1)
            if not field.scale:
                return whole if rng.random() < 0.5 else str(whole)
            cents = f"{rng.randint(0, 10 ** min(field.scale, 2) - 1):0{min(field.scale, 2)}d}"
            text = f"{whole}.{cents}"
            return float(text) if rng.random() < 0.5 else text
        case "D":
            return f"20{rng.randint(20, 29)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        case "DT":
            return f"2026-03-{rng.randint(1, 28):02d} {rng.randint(0, 23):02d}:00:00"
        case "B":
            return "UEsDBA=="
    if field.values is not None:
        return rng.choice(field.values)
    return "".join(
        rng.choices(string.ascii_letters + "医保共济", k=rng.randint(1, min(field.length, 12)))
    )


# ── What is done to a message ────────────────────────────────────────────────────────────────────


def _encoded(tree: Any, charset: str = "utf-8", **more: Any) -> bytes:
    return msgspec.json.encode(tree).decode().encode(charset, **more)


def _sent(tree: Mapping[str, Any], done: str, field: str = "", charset: str = "utf-8") -> Sent:
    return Sent(str(tree["infno"]), _encoded(tree, charset), "application/json", done, field)


def _as_it_is(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    return _sent(tree, "as it is")


def _in_gbk(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    return _sent(tree, "GBK, no charset", charset="gb18030")._replace(content_type="text/plain")


def _with_a_mark(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    return _sent(tree, "byte order mark", charset="utf-8-sig")


def _with_more_fields(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    rows = tree["input"][table.nodes[0].name]
    (rows[0] if isinstance(rows, list) else rows)["unknown_field"] = {"a": [1, None, "x"]}
    return _sent({**tree, "another": 1}, "extra fields")


def _with_null_words(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    """The string `null` in every field that may be left out."""
    for node in table.nodes:
        rows = tree["input"][node.name]
        for row in rows if isinstance(rows, list) else [rows]:
            for field in node.fields:
                if not field.required:
                    row[field.name] = rng.choice(["null", "", None])
    return _sent(tree, "the word null")


def _as_text(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    return _sent({**tree, "input": _encoded(tree["input"]).decode()}, "input as a string")


def _torn(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    body = bytearray(_encoded(tree))
    for _ in range(rng.randint(1, 5)):
        body[rng.randrange(len(body))] = rng.randrange(256)
    return Sent(table.infno, bytes(body[: rng.randint(1, len(body))]), "", "torn", "")


def _another_shape(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    odd: Any = rng.choice([[], "", None, 7, "null", [[]], {"data": []}, [1], {"data": "x"}])
    if rng.random() < 0.5:
        return _sent({**tree, "input": odd}, "input of another shape")
    name = rng.choice(table.nodes).name
    return _sent({**tree, "input": {**tree["input"], name: odd}}, "a node of another shape")


def _spoilt(
    rng: random.Random,
    table: FuzzTable,
    tree: dict[str, Any],
    done: str,
    fits: Callable[[FuzzField], bool],
    value: Callable[[FuzzField], Any],
) -> Sent:
    """One field that fits gets a value that does not, or the message goes as it is."""
    some = [(node, field) for node in table.nodes for field in node.fields if fits(field)]
    if not some:
        return _as_it_is(rng, table, tree)
    node, field = rng.choice(some)
    rows = tree["input"][node.name]
    row = rng.choice(rows) if isinstance(rows, list) else rows
    spoilt = value(field)
    if spoilt is _GONE:
        row.pop(field.name, None)
    else:
        row[field.name] = spoilt
    return _sent(tree, done, field.name)


_GONE = object()


def _missing(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    empty = rng.choice([_GONE, "", None, "null"])
    return _spoilt(rng, table, tree, "missing", lambda f: f.required, lambda f: empty)


def _too_long(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    return _spoilt(
        rng,
        table,
        tree,
        "too long",
        lambda f: f.kind == "C",
        lambda f: "长" * (f.length + rng.randint(1, 3)),
    )


def _no_number(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    odd = rng.choice(["一百", "1,000", "NaN", "1e400", "--1", "0x10", True, [1], {"a": 1}])
    return _spoilt(rng, table, tree, "no number", lambda f: f.kind == "N", lambda f: odd)


def _too_large(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    return _spoilt(
        rng,
        table,
        tree,
        "too large",
        lambda f: f.kind == "N",
        lambda f: rng.choice([str, int])("9" * (f.length - f.scale + 1)),
    )


def _too_fine(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    return _spoilt(
        rng,
        table,
        tree,
        "too many decimals",
        lambda f: f.kind == "N" and f.length < 20,
        lambda f: f"1.{'0' * f.scale}5",
    )


def _no_day(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    odd = rng.choice(["2026-02-30", "昨天", "2026-13-01 00:00:00", "20261", 5, "0000-00-00"])
    return _spoilt(rng, table, tree, "no day", lambda f: f.kind in ("D", "DT"), lambda f: odd)


def _no_code(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    odd = "§"
    return _spoilt(rng, table, tree, "no such code", lambda f: f.values is not None, lambda f: odd)


def _control(rng: random.Random, table: FuzzTable, tree: dict[str, Any]) -> Sent:
    return _spoilt(
        rng,
        table,
        tree,
        "control character",
        lambda f: f.kind == "C" and f.values is None and f.length > 1,
        lambda f: "a" + rng.choice("\x00\x01\x1b\x7f"),
    )


_HARMLESS = (
    _as_it_is,
    _in_gbk,
    _with_a_mark,
    _with_more_fields,
    _with_null_words,
    _as_text,
    _torn,
    _another_shape,
)
_SPOILS = (_missing, _too_long, _no_number, _too_large, _too_fine, _no_day, _no_code, _control)
