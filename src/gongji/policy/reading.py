"""TOML text → packs, and packs → the law of a day.

A pack with a mistake does not load. The message names file, line, key, and what is allowed, because
the person who reads it is a policy officer with the file open, not a programmer with a debugger.
"""

import hashlib
import re
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from gongji.policy.pack import Attribution, Basis, NoProvision, Pack, Provision, Text, UnknownRegion
from gongji.policy.questions import Asks, DayLaw
from gongji.terms import NATIONAL

_RULE = re.compile(r"^[A-Z]{3}-[1-9][0-9]?$")
_HEAD_KEYS = {"region", "name", "name_en", "attribution", "note", "note_en", "texts"}
_PROVISION_KEYS = {
    "day", "basis", "rule", "text", "place", "quote", "value", "reading", "reading_en",
}  # fmt: skip
_MUST_HAVE = _PROVISION_KEYS - {"reading", "reading_en"}


class BadPack(Exception):
    """A pack that does not load: file, line where known, key, what is wrong and what is allowed."""

    def __init__(self, file: str, line: int | None, key: str, wrong: str) -> None:
        self.file, self.line, self.key, self.wrong = file, line, key, wrong
        where = f"{file}, line {line}" if line else file
        super().__init__(f"{where}: {key}: {wrong}" if key else f"{where}: {wrong}")


class Question(msgspec.Struct, frozen=True):
    """条款: one field of DayLaw, taken apart once: name, form of an answer, and words."""

    name: str
    form: Any
    required: bool
    asks: Asks


def _questions() -> dict[str, Question]:
    found = {}
    for name, hint in get_type_hints(DayLaw, include_extras=True).items():
        if get_origin(hint) is not typing.Annotated:
            continue  # region and day are no questions
        provision, asks = get_args(hint)
        required = True
        if get_origin(provision) in (types.UnionType, typing.Union):
            required = False
            (provision,) = (part for part in get_args(provision) if part is not type(None))
        (form,) = get_args(provision)
        found[name] = Question(name, form, required, asks)
    return found


QUESTIONS: Mapping[str, Question] = _questions()
"""Every question that a pack may answer, by name."""


def read_pack(files: Mapping[str, str]) -> Pack:
    """One region's pack from its files (name → TOML text), or BadPack for the first mistake.

    One of the files carries the head (`region`, `name`, …, `[texts.…]`); the answers may stand in
    any of them, each question in one.
    """
    head: dict[str, Any] = {}
    stands: dict[str, str] = {}  # in which file a key of the head stands
    raw: dict[str, tuple[str, list[dict[str, Any]]]] = {}
    for file, text in sorted(files.items()):
        try:
            tree = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadPack(file, _line_in(error), "", f"not TOML: {error}") from None
        for key, value in tree.items():
            if key in _HEAD_KEYS:
                if key in head:
                    raise BadPack(file, _line(text, key), key, "stands in two files of the pack")
                head[key], stands[key] = value, file
            elif key not in QUESTIONS:
                near = _nearest(key, QUESTIONS)
                raise BadPack(file, _line(text, key), key, f"no such question; {near}")
            elif key in raw:
                raise BadPack(file, _line(text, key), key, f"already answered in {raw[key][0]}")
            elif not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
                wrong = f"write each provision as a table [[{key}]] with {_list(_MUST_HAVE)}"
                raise BadPack(file, _line(text, key), key, wrong)
            else:
                raw[key] = (file, value)

    texts = _head(head, stands, files)
    answers = {
        name: _clause(name, entries, head["region"], texts, file, files[file])
        for name, (file, entries) in raw.items()
    }
    return Pack(
        region=head["region"],
        name=head["name"],
        name_en=head["name_en"],
        attribution=Attribution(head.get("attribution", "stated")),
        note=head.get("note", ""),
        note_en=head.get("note_en", ""),
        texts=texts,
        answers=answers,
    )


def _head(
    head: Mapping[str, Any], stands: Mapping[str, str], files: Mapping[str, str]
) -> dict[str, Text]:
    """Hold the head of a pack against its form; the texts that the pack quotes."""

    def refuse(key: str, wrong: str) -> typing.NoReturn:
        file = stands[key]
        raise BadPack(file, _line(files[file], key), key, wrong)

    for key in ("region", "name", "name_en", "texts"):
        if key not in head:
            file = next(iter(stands.values()), min(files))
            raise BadPack(file, None, key, "missing from the head of the pack")
    for key in ("region", "name", "name_en", "note", "note_en", "attribution"):
        if not isinstance(head.get(key, ""), str):
            refuse(key, f"words in quotes; found {head[key]!r}")
    if not re.fullmatch("[1-9][0-9]{5}", head["region"]):
        refuse("region", f"six digits in quotes; found {head['region']!r}")
    if head.get("attribution", "stated") not in list(Attribution):
        refuse("attribution", f"one of {_list(Attribution)}; found {head['attribution']!r}")
    try:
        return msgspec.convert(head["texts"], dict[str, Text])
    except msgspec.ValidationError as error:
        refuse("texts", str(error))


_Refuse = typing.Callable[[str, str], typing.NoReturn]
"""Refuses a key of one provision, with what is wrong."""


def _clause(
    name: str,
    entries: list[dict[str, Any]],
    region: str,
    texts: Mapping[str, Text],
    file: str,
    source: str,
) -> tuple[Provision[object], ...]:
    found = []
    for index, entry in enumerate(entries):
        line = _line(source, name, index)

        def refuse(key: str, wrong: str, line: int | None = line) -> typing.NoReturn:
            raise BadPack(file, line, f"{name}.{key}", wrong)

        found.append(
            Provision(
                region=region,
                question=name,
                rules=_checked(entry, texts, refuse),
                day=entry["day"],
                basis=Basis(entry["basis"]),
                text=entry["text"],
                place=entry["place"],
                quote=entry["quote"],
                value=_value(entry["value"], QUESTIONS[name].form, refuse),
                reading=entry.get("reading", "").strip(),
                reading_en=entry.get("reading_en", "").strip(),
            )
        )
    found.sort(key=lambda provision: provision.day)
    for earlier, later in pairwise(found):
        if earlier.day == later.day:
            index = [n for n, entry in enumerate(entries) if entry["day"] == later.day][1]
            line = _line(source, name, index)
            raise BadPack(file, line, name, f"two provisions on {later.day}; a day has one answer")
    return tuple(found)


def _checked(entry: dict[str, Any], texts: Mapping[str, Text], refuse: _Refuse) -> tuple[str, ...]:
    """Hold a provision's keys, but for the value, against their forms; its rules as a tuple."""
    for key in entry:
        if key not in _PROVISION_KEYS:
            refuse(key, f"unknown key; {_nearest(key, _PROVISION_KEYS)}")
    for key in sorted(_MUST_HAVE):
        if key not in entry:
            refuse(key, "missing; a provision without day, rule and quoted words has no authority")
    if type(entry["day"]) is not date:
        refuse("day", f"a day such as 2022-07-01, without quotes; found {entry['day']!r}")
    if entry["basis"] not in list(Basis):
        refuse("basis", f"one of {_list(Basis)}; found {entry['basis']!r}")
    rules = entry["rule"] if isinstance(entry["rule"], list) else [entry["rule"]]
    if not rules or not all(isinstance(r, str) and _RULE.fullmatch(r) for r in rules):
        refuse("rule", f'rule identifiers such as "NET-5"; found {entry["rule"]!r}')
    if not isinstance(entry["text"], str) or entry["text"] not in texts:
        refuse("text", f"one of the pack's texts: {_list(texts)}; found {entry['text']!r}")
    for key in ("place", "quote"):
        if not isinstance(entry[key], str) or not entry[key].strip():
            refuse(key, "words in quotes, not empty")
    for key in ("reading", "reading_en"):
        if not isinstance(entry.get(key, ""), str):
            refuse(key, f"words in quotes; found {entry[key]!r}")
    if bool(entry.get("reading")) != bool(entry.get("reading_en")):
        refuse("reading", "a reading is given in Chinese and in English, or not at all")
    return tuple(rules)


def _value(raw: object, form: Any, refuse: _Refuse) -> object:
    try:
        value: object = msgspec.convert(raw, form)
    except msgspec.ValidationError as error:
        refuse("value", f"{error}; allowed: {describe(form)}")
    if get_origin(form) is dict:
        kind = get_args(form)[0]
        missing = [member for member in kind if member not in typing.cast(dict[Any, Any], value)]
        if missing:
            refuse("value", f"no answer for {_list(missing)}")
    return value


def describe(form: Any) -> str:
    """What a value may be, in words for the person who edits the pack."""
    origin, parts = get_origin(form), get_args(form)
    if origin is typing.Annotated:
        pattern = getattr(parts[1], "pattern", None)
        return f"{describe(parts[0])} of the form {pattern}" if pattern else describe(parts[0])
    if origin in (frozenset, tuple):
        return f"a list of ({describe(parts[0])})"
    if origin is dict:
        return f"a table from ({describe(parts[0])}) to ({describe(parts[1])})"
    if origin is typing.Literal:
        return " | ".join("true" if part is True else repr(part) for part in parts)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(describe(part) for part in parts)
    if isinstance(form, type) and issubclass(form, StrEnum):
        return " | ".join(form)
    if isinstance(form, type) and issubclass(form, msgspec.Struct):
        return f"a table with {_list(form.__struct_fields__)}"
    return {bool: "true or false", int: "a whole number", str: "words"}.get(form, str(form))


class Law:
    """全部政策包的一个版本: who is asked for the law of a region and a day.

    `version` is the digest of the packs' texts. A stored decision names it, so that the decision
    can be replayed by the law it was made under, whatever the packs say today.
    """

    def __init__(self, packs: Iterable[Pack], version: str) -> None:
        self.packs = {pack.region: pack for pack in packs}
        self.version = version
        if NATIONAL not in self.packs:
            raise BadPack("packs", None, NATIONAL, "the national baseline is missing")
        for region, pack in sorted(self.packs.items()):
            for question in QUESTIONS.values():
                if question.required and not (
                    question.name in pack.answers or question.name in self.packs[NATIONAL].answers
                ):
                    wrong = "a required question that neither this pack nor the baseline answers"
                    raise BadPack(region, None, question.name, wrong)
        self.on = lru_cache(maxsize=4096)(self._on)

    def pack(self, region: str) -> Pack:
        """The region's own pack."""
        try:
            return self.packs[region]
        except KeyError:
            raise UnknownRegion(region, sorted(self.packs)) from None

    def _on(self, region: str, day: date) -> DayLaw:
        """The law of one region on one day, question by question: its own text, else the baseline.

        Raises UnknownRegion, or NoProvision for a required question that is silent on that day.
        """
        own, national = self.pack(region), self.packs[NATIONAL]
        answers: dict[str, Any] = {}
        for question in QUESTIONS.values():
            provision = own.on(question.name, day) or national.on(question.name, day)
            if provision is None and question.required:
                known = [
                    *own.answers.get(question.name, ()),
                    *national.answers.get(question.name, ()),
                ]
                earliest = min((p.day for p in known), default=None)
                raise NoProvision(region, question.name, day, earliest)
            answers[question.name] = provision
        return DayLaw(region=region, day=day, **answers)

    def provision(self, key: str) -> Provision[object]:
        """The provision that a stored decision names by `region/question@day`."""
        head, _, day = key.partition("@")
        region, _, question = head.partition("/")
        found = self.pack(region).on(question, date.fromisoformat(day))
        assert found is not None and found.key == key, key
        return found

    def text(self, provision: Provision[Any]) -> Text:
        """The document that a provision quotes."""
        return self.packs[provision.region].texts[provision.text]


def read_law(folders: Mapping[str, Mapping[str, str]]) -> Law:
    """All packs, from folder name → file name → TOML text. A process reads the same texts once."""
    return _read_law(tuple((name, tuple(files.items())) for name, files in folders.items()))


@lru_cache(maxsize=4)
def _read_law(folders: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> Law:
    digest = hashlib.sha256()
    packs = []
    for folder, files in sorted(folders):
        for name, text in sorted(files):
            digest.update(f"{folder}/{name}\0{len(text)}\0{text}".encode())
        packs.append(read_pack({f"{folder}/{name}": text for name, text in files}))
    regions = [pack.region for pack in packs]
    for region in regions:
        if regions.count(region) > 1:
            raise BadPack("packs", None, region, "two packs claim this region")
    return Law(packs, digest.hexdigest()[:16])


def _line_in(error: tomllib.TOMLDecodeError) -> int | None:
    found = re.search(r"at line (\d+)", str(error))
    return int(found.group(1)) if found else None


def _line(source: str, key: str, index: int = 0) -> int | None:
    """Where `[[key]]`, `[key]` or `key =` stands in the text for the (index+1)th time."""
    pattern = re.compile(rf"^\s*(?:\[\[?{re.escape(key)}[\].]|{re.escape(key)}\s*=)")
    lines = [n for n, line in enumerate(source.splitlines(), start=1) if pattern.match(line)]
    return lines[min(index, len(lines) - 1)] if lines else None


def _nearest(key: str, known: Iterable[str]) -> str:
    import difflib

    names = sorted(known)
    near = difflib.get_close_matches(key, names, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(str(name) for name in sorted(names))
