"""字段表: what each transaction takes and gives, read once from messages/*.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple


class Kind(StrEnum):
    """The types of the specification."""

    TEXT = "C"  # 字符型
    NUMBER = "N"  # 数值型
    DAY = "D"  # yyyy-MM-dd
    MOMENT = "DT"  # yyyy-MM-dd HH:mm:ss
    BYTES = "B"  # 字节数组
    TRUTH = "L"  # 布尔, of answers alone


class Field(NamedTuple):
    """字段: one line of a table. `scale` is the number of decimals, 0 for whole numbers."""

    name: str
    kind: Kind
    length: int
    scale: int
    required: bool
    coded: bool
    zh: str

    @property
    def is_sum(self) -> bool:
        """Whether it is an amount of money."""
        return self.kind is Kind.NUMBER and self.scale == 2

    @property
    def form(self) -> str:
        """The form of a value, as a sentence says it to a vendor."""
        match self.kind:
            case Kind.TEXT:
                return f"字符，至多{self.length}位"
            case Kind.NUMBER if self.scale:
                return f"数值，整数至多{self.length - self.scale}位、小数至多{self.scale}位"
            case Kind.NUMBER:
                return f"整数，至多{self.length}位"
            case Kind.DAY:
                return "日期，格式 yyyy-MM-dd"
            case Kind.MOMENT:
                return "日期时间，格式 yyyy-MM-dd HH:mm:ss"
            case Kind.BYTES:
                return "文件内容，Base64文本或字节数组"
            case Kind.TRUTH:
                return "布尔，true或false"


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """节点: a named group of fields, one row or many. The empty name is the payload itself. There
    is one of each, which is equal to itself alone."""

    name: str
    many: bool
    optional: bool
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """The field of this name; asking for another is our mistake."""
        return next(field for field in self.fields if field.name == name)


class Transaction(NamedTuple):
    """交易: its number, name and nodes. `upload` and `result` are the columns of its files."""

    infno: str
    name: str
    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]
    upload: Node | None
    result: Node | None


HEAD = "request"
"""The pseudo-transaction whose one node is the envelope of every request."""


@lru_cache(maxsize=1)
def transactions() -> Mapping[str, Transaction]:
    """Every transaction by its number."""
    trees: dict[str, Any] = {}
    for file in sorted((resources.files("gongji.national") / "messages").iterdir(), key=str):
        if file.name not in _NOT_MESSAGES and file.name.endswith(".toml"):
            trees.update(tomllib.loads(file.read_text("utf-8")))
    nodes: dict[str, Node] = {}
    found = {}
    for infno in sorted(trees):
        found[infno] = _transaction(infno, trees, nodes)
    return found


@lru_cache(maxsize=1)
def head() -> Node:
    """The envelope of a request."""
    (node,) = transactions()[HEAD].inputs
    return node


@lru_cache(maxsize=1)
def dictionaries() -> Mapping[str, Mapping[str, str]]:
    """代码表: the values of coded fields with their labels."""
    trees = _data("dictionaries.toml")
    return {name: trees[tree.get("same_as", name)]["values"] for name, tree in trees.items()}


@lru_cache(maxsize=1)
def codes() -> Mapping[str, Mapping[str, str]]:
    """What codes on the wire are in our own words, and the other way round."""
    return _data("codes.toml")


_NOT_MESSAGES = {"dictionaries.toml", "codes.toml"}


def _data(name: str) -> dict[str, Any]:
    file = resources.files("gongji.national") / "messages" / name
    return tomllib.loads(file.read_text("utf-8"))


def _transaction(infno: str, trees: Mapping[str, Any], nodes: dict[str, Node]) -> Transaction:
    tree = trees[infno]

    def read(way: str) -> tuple[Node, ...]:
        return tuple(_node(infno, way, one["node"], trees, nodes) for one in tree.get(way, ()))

    upload, result = read("upload"), read("result")
    return Transaction(
        infno,
        tree["name"],
        read("input"),
        read("output"),
        upload[0] if upload else None,
        result[0] if result else None,
    )


def _node(
    infno: str, way: str, name: str, trees: Mapping[str, Any], nodes: dict[str, Node]
) -> Node:
    """A node, with the fields of the one that it is like before its own."""
    key = f"{infno}.{way}.{name}"
    if key in nodes:
        return nodes[key]
    (tree,) = (one for one in trees[infno][way] if one["node"] == name)
    fields: dict[str, Field] = {}
    if "like" in tree:
        of, of_way, of_name = tree["like"].split(".")
        like = _node(of, of_way, of_name, trees, nodes)
        fields = {
            field.name: field for field in like.fields if field.name not in tree.get("without", ())
        }
    for line in tree.get("fields", "").strip().splitlines():
        field = _field(line)
        fields[field.name] = field
    nodes[key] = Node(
        name, tree.get("list", False), tree.get("optional", False), tuple(fields.values())
    )
    return nodes[key]


def _field(line: str) -> Field:
    name, form, marks, zh = line.split()
    kind = Kind(form.rstrip("0123456789,"))
    whole, _, scale = form.removeprefix(kind).partition(",")
    return Field(name, kind, int(whole or 0), int(scale or 0), "!" in marks, "*" in marks, zh)
