"""Scenarios: a policy officer writes what must happen to a family, and this says if it does.

A file is read without guessing: every value is text until a verb's form says what it is, so that
`2025-11-10T09:00`, `500.00` and `no` mean what they say. An unknown key or verb, or a value of the
wrong form, is an error that names file, scenario, step and key.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from gongji.desk.identity import Identity, check_digit
from gongji.desk.office import Office
from gongji.desk.people import book_credit, register_institution, register_person
from gongji.desk.ports import Clock
from gongji.lab import (  # noqa: F401 - each registers its verbs
    bill_verbs,
    calendar_verbs,
    family_verbs,
    item_verbs,
    premium_verbs,
)
from gongji.lab.forms import (
    BadScenario,
    Fields,
    Place,
    boolean,
    choice,
    code6,
    day,
    day_of_death,
    fields,
    local_time,
    table,
    text,
    yuan,
)
from gongji.lab.verbs import EXPECTED, VERBS, CatalogueItem, Money, Split, Stage
from gongji.policy.pack import NoProvision, UnknownRegion
from gongji.policy.standing import Person
from gongji.terms import InstitutionKind, Level, Purse, Scheme, Status, local_day

Open = Callable[[Clock], Office]
"""A fresh embedded office with this clock; how it is stored is not the lab's business."""


class Result(NamedTuple):
    """What came of one scenario. `failure` is empty where it passed."""

    file: str
    scenario: str
    failure: Mapping[str, Any]

    @property
    def passed(self) -> bool:
        """Whether everything came as it was expected."""
        return not self.failure


def run_paths(paths: Iterable[Path], open_office: Open) -> Iterator[Result]:
    """Run every scenario of the files, and of the *.yaml files of the folders.

    A scenario that cannot be read is a failure with its error, and keeps no other from being run;
    so is one that meets a defect of ours.
    """
    for path in paths:
        files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        if not files:
            raise BadScenario(str(path), "", None, "", "a folder without any *.yaml file")
        for file in files:
            for scenario in read_file(file):
                name = _name(scenario) or "?"
                try:
                    yield run_scenario(str(file), scenario, open_office)
                except BadScenario as error:
                    yield Result(str(file), name, {"error": str(error)})
                except Exception as defect:
                    said = f"{file}, scenario {name!r}: a defect of ours, {defect!r}"
                    yield Result(str(file), name, {"error": said})


class _Strict(yaml.BaseLoader):
    """YAML with every scalar as text, and no key twice."""


def _mapping(loader: yaml.BaseLoader, node: yaml.MappingNode) -> dict[str, object]:
    found: dict[str, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node)
        if not isinstance(key, str):
            line = key_node.start_mark.line + 1
            raise yaml.MarkedYAMLError(problem=f"a key is a word (line {line})")
        if key in found:
            line = key_node.start_mark.line + 1
            raise yaml.MarkedYAMLError(problem=f"{key!r} stands twice (line {line})")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Strict.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_file(file: Path) -> list[Fields]:
    """The scenarios of a file as text, or BadScenario."""
    where = str(file)
    try:
        tree = yaml.load(file.read_text("utf-8"), Loader=_Strict)  # noqa: S506 - makes text only
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadScenario(where, "", None, "", " ".join(str(error).split())) from None
    except RecursionError:
        raise BadScenario(where, "", None, "", "nested too deeply") from None
    if not isinstance(tree, list):
        raise BadScenario(where, "", None, "", "a list of scenarios is needed")
    return [table(entry, BadScenario.at(where)) for entry in tree]


def run_scenario(file: str, scenario: Fields, open_office: Open) -> Result:
    """Run one scenario on a fresh store."""
    name = _name(scenario)
    at = BadScenario.at(file, name)
    given = fields(
        scenario,
        at,
        required={"scenario", "region", "clock", "steps"},
        optional={"people", "institutions", "catalogue"},
    )
    text(given["scenario"], at.of("scenario"))
    region = code6(given["region"], at.of("region"))
    stage = _set_the_stage(given, region, open_office, at)
    steps = given["steps"]
    if not isinstance(steps, list):
        raise at.of("steps").wrong("a list of steps is needed")
    for number, step in enumerate(steps, start=1):
        failure = _run_step(stage, step, BadScenario.at(file, name, number))
        if failure:
            stage.office.store.close()
            return Result(file, name, {"step": number, **failure})
    stage.office.store.close()
    return Result(file, name, {})


def _name(scenario: Fields) -> str:
    """What a scenario is called, as far as it says so."""
    name = scenario.get("scenario", "")
    return name if isinstance(name, str) else ""


def _set_the_stage(given: Fields, region: str, open_office: Open, at: Place) -> Stage:
    now = [local_time(given["clock"], at.of("clock"))]
    stage = Stage(open_office(lambda: now[0]), region, now)
    opened = date(now[0].year - 1, 1, 1)
    for number, (name, person) in enumerate(
        table(given.get("people", {}), at.of("people")).items()
    ):
        _add_person(stage, number, name, person, opened, at.of(f"people.{name}"))
    for name, place in table(given.get("institutions", {}), at.of("institutions")).items():
        _add_institution(stage, name, place, at.of(f"institutions.{name}"))
    for name, item in table(given.get("catalogue", {}), at.of("catalogue")).items():
        stage.catalogue[name] = CatalogueItem.read(item, at.of(f"catalogue.{name}"))
    return stage


def _add_person(stage: Stage, number: int, name: str, raw: object, opened: date, at: Place) -> None:
    """Register a person; the money that the story begins with came long before it."""
    given = fields(
        raw,
        at,
        required={"scheme"},
        optional={"status", "region", "current", "carried", "born", "ecode", "died"},
    )
    region = code6(given.get("region", stage.region), at.of("region"))
    born = day(given["born"], at.of("born")) if "born" in given else None
    today = local_day(stage.now[0])
    person = Person(
        f"P{region}-{number:06d}",
        region,
        choice(Scheme, given["scheme"], at.of("scheme")),
        choice(Status, given.get("status", "active"), at.of("status")),
        boolean(given.get("ecode", "true"), at.of("ecode")),
        born=born,
        died=day_of_death(given["died"], today, at.of("died")) if "died" in given else None,
    )
    first_17 = f"{region[:2]}0199{born or date(1980, 1, 1):%Y%m%d}{number + 1:03d}"
    identity = Identity(name, first_17 + check_digit(first_17))
    amounts = {purse: yuan(given.get(purse, "0"), at.of(purse)) for purse in Purse}

    def enter(session: Any) -> None:
        register_person(session, person, identity, "scenario")
        for purse, amount_fen in amounts.items():
            if amount_fen:
                book_credit(
                    session, person, purse, amount_fen, opened, f"opening/{person.id}/{purse}"
                )

    stage.office.do(enter)
    stage.add_person(name, person.id)


def _add_institution(stage: Stage, name: str, raw: object, at: Place) -> None:
    given = fields(
        raw, at, required={"kind"}, optional={"level", "region", "designated", "one_card"}
    )
    kind = choice(InstitutionKind, given["kind"], at.of("kind"))
    region = code6(given.get("region", stage.region), at.of("region"))
    letter = "H" if kind is InstitutionKind.HOSPITAL else "Y"
    institution = stage.office.do(
        lambda session: register_institution(
            session,
            region,
            kind,
            name,
            id=f"{letter}{region}-{len(stage.institutions):05d}",
            level=choice(Level, given["level"], at.of("level")) if "level" in given else None,
            designated=boolean(given.get("designated", "true"), at.of("designated")),
            one_card=boolean(given.get("one_card", "true"), at.of("one_card")),
        )
    )
    stage.institutions[name] = institution.id


def _run_step(stage: Stage, raw: object, at: Place) -> dict[str, Any]:
    """Run a step; what was wrong with it, or nothing."""
    step = table(raw, at)
    verbs = [key for key in step if key not in {"as", "expect"}]
    if len(verbs) != 1:
        beside = "one verb a step is needed, and beside it nothing but as and expect"
        raise at.wrong(f"{beside}; found {', '.join(step) or 'nothing'}")
    verb = verbs[0]
    if verb not in VERBS:
        raise at.of(verb).wrong(f"no such verb; known are {', '.join(sorted(VERBS))}")
    expected = table(step["expect"], at.of("expect")) if "expect" in step else {}
    for key in expected.keys() - EXPECTED:
        known = ", ".join(sorted(EXPECTED))
        raise at.of(f"expect.{key}").wrong(f"no answer has such a key; known are {known}")
    asked_by = text(step["as"], at.of("as")) if "as" in step else None
    stage.nobody.clear()
    changes = stage.office.store.changes()
    try:
        answer = VERBS[verb](stage, step[verb], asked_by, at)
    except BadScenario as error:
        # What a verb says of its value as a whole is said of the verb's own key.
        raise error if error.key else at.of(verb).wrong(error.wrong) from None
    except (NoProvision, UnknownRegion) as silent:
        no_law = {"law": {"expected": "a provision", "came": str(silent)}}
        return {"verb": verb, "wrong": no_law, "cites": [], "answer": {}}
    wrong = {
        key: {"expected": value, "came": answer.get(key)}
        for key, value in expected.items()
        if not _found(key, value, answer.get(key))
    }
    asked_why = verb == "why" and "reasons" in expected  # a refusal is one of the reasons
    if "refused" in answer and "refused" not in expected and not asked_why:
        wrong["refused"] = {"expected": None, "came": answer["refused"]}
    if not expected and answer.get("nothing_done"):
        wrong["nothing_done"] = {"expected": None, "came": answer.get("not_bound")}
    if "refused" in answer and stage.office.store.changes() != changes:
        wrong["changed"] = {"expected": "nothing changed", "came": "something was written"}
    if not wrong:
        return {}
    if stage.nobody:
        there = f"one of {', '.join([*stage.people, *stage.institutions])}"
        wrong["names"] = {"expected": there, "came": ", ".join(stage.nobody)}
    return {"verb": verb, "wrong": wrong, "cites": answer.get("cites", []), "answer": answer}


def _found(key: str, expected: object, came: object) -> bool:
    """Whether what is expected is found in what came.

    Cites and reasons must be contained, other lists are equal as sets; of a table the keys named
    are compared.
    """
    if isinstance(expected, dict):
        if isinstance(came, Split):
            came = {"current": came.current, "carried": came.carried}
        return isinstance(came, Mapping) and all(
            _found(inner, value, came.get(inner)) for inner, value in expected.items()
        )
    if isinstance(expected, list):
        if not isinstance(came, (list, tuple, set, frozenset)):
            return False
        if any(isinstance(one, dict) for one in expected):
            return all(any(_found(key, one, other) for other in came) for one in expected)
        names, other = {str(one) for one in expected}, {str(one) for one in came}
        return names <= other if key in {"cites", "reasons"} else names == other
    return _same(str(expected), came)


def _same(expected: str, came: object) -> bool:
    match came:
        case None:
            return expected in {"", "null", "~"}
        case bool():
            return expected.lower() == str(came).lower()
        case Split():
            return _same(expected, Money(came.current + came.carried))
        case Money():
            number = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", expected)
            return number is not None and Decimal(expected) * 100 == came
        case datetime():
            # An end at midnight is the last day in force, and the day from which it is over.
            last = came - timedelta(microseconds=1)
            midnight = came.hour == came.minute == came.second == 0
            days = {came.date().isoformat()} | ({last.date().isoformat()} if midnight else set())
            times = {came.strftime(f"%Y-%m-%d{t}%H:%M{s}") for t in "T " for s in ("", ":%S")}
            return expected in days | times
        case date():
            return expected == came.isoformat()
    return expected == str(came)
