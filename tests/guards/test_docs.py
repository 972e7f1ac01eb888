"""The documents say what the program is: every command, setting, question and code, and no other.

When one of these fails, its message has the line that the document needs. The comparison goes both
ways, so that a document does not go on naming what has been taken away.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import rich_click as click

import gongji.lab.scenarios  # noqa: F401 - registers the verbs
from gongji.cli.main import cli
from gongji.lab.folk import institutions_of, keys_of, li_ming
from gongji.lab.verbs import VERBS
from gongji.policy.reading import QUESTIONS, describe, read_law
from gongji.policy.refusal import Code
from gongji.settlement.bill import SettlementRequest
from gongji.settlement.outcome import Outcome
from gongji.store.tables import metadata
from gongji.web.statuses import STATUS_OF, TITLES
from gongji.wiring import Settings, shipped_packs
from gongji.words import OUTCOMES, REFUSALS, Saying

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
MARKDOWN = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])

_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def prose(file: Path) -> str:
    """A document without its blocks of code."""
    return _FENCE.sub("", file.read_text("utf-8"))


def sections(text: str, level: str) -> dict[str, str]:
    """The text below each heading of a level, by the heading, up to the next heading of any."""
    found = re.split(r"^(#+ .*)$", text, flags=re.MULTILINE)
    return {
        head.removeprefix(f"{level} "): body
        for head, body in zip(found[1::2], found[2::2], strict=True)
        if head.startswith(f"{level} ")
    }


def rows(text: str) -> dict[str, list[str]]:
    """The rows of a document's tables that begin with a name in code, cell by cell."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and re.fullmatch(r"`[^`]+`", cells[0]):
            found[cells[0].strip("`")] = cells[1:]
    return found


def row(*cells: str) -> str:
    """A row as the document should have it."""
    return f"| {' | '.join(cells)} |"


# Commands and settings ───────────────────────────────────────────────────────────────────────────


def commands(group: click.Group, before: str = "gongji") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its full name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}", command


COMMANDS = dict(commands(cli))


def options_of(command: click.Command) -> set[str]:
    """A command's options by their long names."""
    return {
        opt
        for param in command.params
        if isinstance(param, click.Option)
        for opt in (*param.opts, *param.secondary_opts)
        if opt.startswith("--")
    }


def documented_commands() -> dict[str, str]:
    """What commands.md says of each command, by its name without the arguments."""
    found = {}
    for head, body in sections((REFERENCE / "commands.md").read_text("utf-8"), "###").items():
        words = [word for word in head.strip("`").split() if not re.match(r"[\[A-Z]", word)]
        found[" ".join(words)] = body
    return found


def test_every_command_has_its_section() -> None:
    """commands.md has a heading for each command, and none for a command that is not there."""
    assert documented_commands().keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_named(name: str) -> None:
    """A command's section names its options, and no other."""
    documented = set(re.findall(r"^\| `(--[a-z-]+)`", documented_commands()[name], re.MULTILINE))
    assert documented == options_of(COMMANDS[name]), f"the options of `{name}` in commands.md"


def test_every_setting_is_named_with_its_default() -> None:
    """settings.md has a row for each GONGJI_ variable, with the default that the code has."""
    documented = rows((REFERENCE / "settings.md").read_text("utf-8"))
    defaults = {
        f"GONGJI_{field.name.upper()}": field.default for field in msgspec.structs.fields(Settings)
    }
    assert documented.keys() == defaults.keys()
    for name, default in defaults.items():
        if default is not None:
            assert f"`{default}`" in documented[name][1], f"{name}: its default is {default}"


# The law ─────────────────────────────────────────────────────────────────────────────────────────


def test_every_question_stands_in_the_format_of_a_pack() -> None:
    """pack-format.md has each question's words and form as the code has them."""
    text = sections((REFERENCE / "pack-format.md").read_text("utf-8"), "###")
    documented = {}
    for head, body in text.items():
        if head != "A venue":
            documented.update(rows(body))
    wrong = []
    for question in QUESTIONS.values():
        form = describe(question.form).replace("|", "\\|")
        required = "yes" if question.required else "no"
        cells = [question.asks.en, question.asks.zh, form, required]
        if documented.get(question.name) != cells:
            wrong.append(row(f"`{question.name}`", *cells))
    assert not wrong, "pack-format.md needs:\n" + "\n".join(wrong)
    assert documented.keys() == QUESTIONS.keys(), "pack-format.md names what is no question"


LAW = read_law(shipped_packs())


@pytest.mark.parametrize("region", LAW.packs)
def test_every_reading_is_listed(region: str) -> None:
    """readings.md has every reading of a pack with its question and day, and no other."""
    text = sections((DOCS / "explanation" / "readings.md").read_text("utf-8"), "##")
    bodies = [body for head, body in text.items() if head.endswith(region)]
    assert len(bodies) == 1, f"readings.md has one heading that ends in {region}"
    heads = re.findall(r"^\*\*`(\w+)`\*\* from ([0-9-]+) ", bodies[0], re.MULTILINE)
    provisions = [
        provision
        for answers in LAW.packs[region].answers.values()
        for provision in answers
        if provision.reading_en
    ]
    assert sorted(heads) == sorted((p.question, p.day.isoformat()) for p in provisions)
    listed = set(bodies[0].splitlines())
    missing = [
        f"{p.question} from {p.day}: {' '.join(p.reading_en.split())}"
        for p in provisions
        if " ".join(p.reading_en.split()) not in listed or f"「{p.quote}」" not in bodies[0]
    ]
    assert not missing, "readings.md needs, with quote and reading:\n" + "\n".join(missing)


# Codes ───────────────────────────────────────────────────────────────────────────────────────────


def codes_in(heading: str) -> dict[str, list[str]]:
    """The rows of one table of codes.md."""
    text = sections((REFERENCE / "codes.md").read_text("utf-8"), "##")
    return rows(text[heading])


def said(saying: Saying) -> list[str]:
    """The sentences of a code as the tables have them."""
    return [saying.says.en, saying.says.zh, saying.remedy.en]


def test_every_outcome_is_explained_in_order() -> None:
    """codes.md has each outcome with its rule and its sentences, in the order of precedence."""
    documented = codes_in("Outcomes of a settlement")
    wrong = [
        row(f"`{outcome}`", "RULE", *said(OUTCOMES[outcome]))
        for outcome in Outcome
        if documented.get(outcome, [])[1:] != said(OUTCOMES[outcome])
    ]
    assert not wrong, "codes.md needs:\n" + "\n".join(wrong)
    assert list(documented) == [outcome.value for outcome in Outcome]


def test_every_refusal_is_explained_in_order() -> None:
    """codes.md has each refusal with its status, rule and sentences, in the order of precedence."""
    documented = codes_in("Refusals")
    wrong = []
    for code in Code:
        cells = [str(STATUS_OF[code]), *said(REFUSALS[code])]
        found = documented.get(code, [""])
        if [found[0], *found[2:]] != cells:
            wrong.append(row(f"`{code}`", cells[0], "RULE", *cells[1:]))
    assert not wrong, "codes.md needs:\n" + "\n".join(wrong)
    assert list(documented) == [code.value for code in Code]


def test_every_problem_is_explained() -> None:
    """codes.md has the problems that are no refusals, with their titles."""
    documented = codes_in("Problems that are no refusals")
    assert documented == {code: [title.en, title.zh] for code, title in TITLES.items()}


# Tables, verbs, decisions, links ─────────────────────────────────────────────────────────────────


def test_every_table_has_its_meaning() -> None:
    """data-model.md has each table with its key, and no other."""
    documented = {
        name: cells[0]
        for name, cells in rows((REFERENCE / "data-model.md").read_text("utf-8")).items()
    }
    assert documented == {
        table.name: ", ".join(column.name for column in table.primary_key)
        for table in metadata.sorted_tables
    }


def test_every_verb_of_a_scenario_is_named() -> None:
    """write-a-scenario.md names each verb."""
    text = (DOCS / "howto" / "write-a-scenario.md").read_text("utf-8")
    assert not [verb for verb in VERBS if f"`{verb}`" not in text]


def test_decisions_are_numbered_without_gaps() -> None:
    """0001 and on, each with its number in its title and the four parts of a decision."""
    files = sorted((DOCS / "decisions").glob("*.md"))
    assert [file.name[:5] for file in files] == [f"{n:04d}-" for n in range(1, len(files) + 1)]
    for file in files:
        text = file.read_text("utf-8")
        assert text.startswith(f"# {file.name[:4]} "), f"{file.name}: its title has its number"
        for part in ("Context", "Options", "Choice", "What would change our mind"):
            assert f"**{part}.**" in text, f"{file.name}: it has a part **{part}.**"


def anchors(file: Path) -> set[str]:
    """The anchors of a document's headings, as they are made where it is shown."""
    heads = re.findall(r"^#+ (.*)$", prose(file), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("file", MARKDOWN, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_leads_somewhere(file: Path) -> None:
    """Relative links lead to files of the repository, and their anchors to headings."""
    broken = []
    for link in _LINK.findall(prose(file)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_first_bill_can_be_sent(name: str) -> None:
    """The bill in the README is one that the API takes, from the sample city, with its key."""
    text = (ROOT / name).read_text("utf-8")
    assert len(text.splitlines()) <= 200, "a README is read to its end"
    sent = re.search(r"Bearer (\S+)'.*?-d '(\{.*?\})'", text, re.DOTALL)
    assert sent is not None
    request = msgspec.json.decode(sent[2], type=SettlementRequest)
    assert request.patient in {person.id for person in li_ming("310000").people}
    keys = {one.key: one.caller.subject for one in keys_of(institutions_of("310000"))}
    assert keys[sent[1]] == request.institution
