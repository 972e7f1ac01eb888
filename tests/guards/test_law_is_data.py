"""The law stands in the packs: no region, day or number of it in the code."""

import ast
import re

import pytest

from guards.sources import Source, package
from town import LAW, NATIONAL

REGIONS = sorted(set(LAW.packs) - {NATIONAL})
SHORT = re.compile("[市省]$|（.*")
NAMES = {SHORT.sub("", pack.name) for code, pack in LAW.packs.items() if code != NATIONAL} | {
    pack.name_en.partition(" (")[0] for code, pack in LAW.packs.items() if code != NATIONAL
}

REGION = re.compile(
    r"(?<![0-9A-Z])(?:" + "|".join(REGIONS) + r")(?!-?[0-9a-z])"  # an id, P310000-3f2a, names none
    r"|(?<!Asia/)(?:" + "|".join(sorted(map(re.escape, NAMES))) + ")"
)

OUTSIDE = ("packs/", "lab/")
"""The packs are the law; the lab plays with it."""

MAY_NAME_A_REGION = {
    "web/example_story.py": "the examples of the API's documentation are of one family",
    "web/examples.py": "the examples of the API's documentation are of one family",
    "cli/serving.py": "the sample family of the first page lives somewhere",
}


def code(sources: list[Source]) -> list[Source]:
    """The files in which the law has no business."""
    return [source for source in sources if not source.path.startswith(OUTSIDE)]


def regions(sources: list[Source]) -> list[str]:
    """Every line that names a region; what a message gives as an example (such as, 如) may."""
    return [
        f"{source.path}:{number}: {line.strip()}"
        for source in code(sources)
        if source.path not in MAY_NAME_A_REGION
        for number, line in enumerate(source.text.splitlines(), start=1)
        if REGION.search(line) and not re.search(r"such as|given as|如 ", line)
    ]


def test_no_code_names_a_region() -> None:
    """A new region is a folder of data."""
    assert regions(package()) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('if region == "310000":', True),
        ("LINYI = 371300", True),
        ("# 上海的规则", True),
        ("# as in Linyi", True),
        ('LOCAL_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")', False),
        ("`P310000-…`: an id carries its region", False),
        ('NATIONAL = "100000"', False),
        ("six digits such as 310000", False),
    ],
)
def test_a_region_in_the_code_is_found(line: str, found: bool) -> None:
    """Seen to fail, and not to cry out at an id or a time zone."""
    assert bool(regions([Source("desk/pooling.py", line)])) is found


# ── Days ─────────────────────────────────────────────────────────────────────────────────────────

MAY_NAME_A_DAY = {
    "terms.py": "the epoch of all instants, and NEVER",
    "web/parameters.py": "the last moment that can be asked for",
    "web/reading.py": "no day before it is anybody's day of birth or standing in a scheme",
    "web/example_story.py": "the examples of the API's documentation happen on a day",
    "web/examples.py": "the examples of the API's documentation happen on a day",
    "cli/catalogue.py": "the day from which the sample catalogue counts",
    "cli/interface.py": "the day from which the sandbox's services count",
}


def days(sources: list[Source]) -> list[str]:
    """Every call of `date(…)` or `datetime(…)` with a year written out."""
    return [
        f"{source.path}:{node.lineno}: {source.line(node)}"
        for source in code(sources)
        if source.path not in MAY_NAME_A_DAY
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in {"date", "datetime"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


def test_no_code_names_a_day_of_the_law() -> None:
    """A provision carries its day."""
    assert days(package()) == []


@pytest.mark.parametrize("line", ["date(2025, 11, 1)", "datetime.datetime(2022, 8, 1, 9)"])
def test_a_day_in_the_code_is_found(line: str) -> None:
    """Seen to fail."""
    assert days([Source("policy/bonds.py", f"since = {line}")])


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────

ROOMS_THAT_DECIDE = {"policy", "settlement", "desk"}
MAY_COMPARE = {
    "desk/identity.py": "the form of an identity number is GB 11643, not the law of a region",
    "policy/questions/benefits.py": "no age lies beyond it: it stands for no limit at all",
}


def numbers(sources: list[Source]) -> list[str]:
    """Every comparison with, and every limit by, a number other than 0 and 1 in a deciding room."""
    return [
        f"{source.path}:{node.lineno}: {source.line(node)}"
        for source in sources
        if source.room in ROOMS_THAT_DECIDE and source.path not in MAY_COMPARE
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Compare)
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"min", "max"})
        for part in [*ast.iter_child_nodes(node)]
        if isinstance(part, ast.Constant)
        and type(part.value) in (int, float)
        and part.value not in (0, 1)
    ]


def test_no_decision_compares_with_a_number_of_the_law() -> None:
    """How many members, how many months, how much: the pack says."""
    assert numbers(package()) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("if len(members) >= 6: pass", True),
        ("left = min(left, 400_00)", True),
        ("if balance <= 0: pass", False),
        ("tax = total * 6", False),
    ],
)
def test_a_number_in_a_decision_is_found(line: str, found: bool) -> None:
    """Seen to fail; an ordinary zero is no law."""
    assert bool(numbers([Source("desk/pooling.py", line)])) is found
