"""Pages load nothing from outside, no file names somebody's machine, every setting is documented."""

import re

import pytest

from gongji.wiring import _FOR_TESTS, Settings
from guards.sources import ROOT, files

ADDRESS = re.compile(r"(?:https?:)?//[a-z0-9-]+\.[a-z0-9./-]+|https?://|@import", re.IGNORECASE)
NAMESPACE = re.compile(r'xmlns(?::\w+)?="http://www\.w3\.org/[^"]*"')


def addresses(text: str) -> list[str]:
    """What a page or a style would load from elsewhere; a namespace loads nothing."""
    return ADDRESS.findall(NAMESPACE.sub("", text))


def test_no_page_and_no_style_has_a_source_outside() -> None:
    """A page works on a network without a way out, and tells nobody that it was opened."""
    looked_at = list(files("src/gongji/faces", endings=(".html", ".css", ".js", ".svg", ".txt")))
    assert len(looked_at) > 3
    found = {str(file.relative_to(ROOT)): addresses(file.read_text("utf-8")) for file in looked_at}
    assert {name: where for name, where in found.items() if where} == {}


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ('<script src="https://cdn.example.org/x.js">', True),
        ('<link href="//fonts.example.org/css">', True),
        ("@import url(other.css);", True),
        ('<svg xmlns="http://www.w3.org/2000/svg">', False),
        ('<link href="/static/gongji.css">', False),
        ("a // b", False),
    ],
)
def test_a_source_outside_is_found(text: str, outside: bool) -> None:
    """Seen to fail."""
    assert bool(addresses(text)) is outside


# ── No machine's paths ───────────────────────────────────────────────────────────────────────────

MACHINE = re.compile("(?<![A-Za-z0-9._-])/(?:" + "work|root|home|Users|tmp|private" + ")/[A-Za-z]")
TEXTS = (".py", ".md", ".toml", ".yaml", ".yml", ".html", ".css", ".js", ".txt", ".csv", ".mako")


def paths(text: str) -> list[str]:
    """The lines that name an absolute path of somebody's machine."""
    return [line.strip() for line in text.splitlines() if MACHINE.search(line)]


def test_no_file_names_a_machines_paths() -> None:
    """What is written here is true on every machine."""
    looked_at = [
        *files("src", "tests", "docs", ".ci", endings=TEXTS),
        *(file for file in sorted(ROOT.iterdir()) if file.suffix in TEXTS),
        ROOT / "Makefile",
    ]
    assert len(looked_at) > 100
    found = {
        str(file.relative_to(ROOT)): paths(file.read_text("utf-8", errors="replace"))
        for file in looked_at
        if file.is_file()
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("folder", "found"), [("home", True), ("root", True), ("srv", False), ("v1", False)]
)
def test_a_machines_path_is_found(folder: str, found: bool) -> None:
    """Seen to fail."""
    assert bool(paths(f"see /{folder}/somebody/notes.txt")) is found


# ── Settings ─────────────────────────────────────────────────────────────────────────────────────

NAME = re.compile(r"GONGJI_[A-Z_]*[A-Z]")


def undocumented(page: str) -> set[str]:
    """The settings that a page leaves out, and those that it invents."""
    ours = {f"GONGJI_{field.upper()}" for field in Settings.__struct_fields__}
    for_tests = {f"GONGJI_{field.upper()}" for field in _FOR_TESTS}
    named = set(NAME.findall(page))
    return (ours - named) | (named - ours - for_tests)


def test_every_setting_is_documented_and_none_is_invented() -> None:
    """docs/reference/settings.md lists what the environment may say."""
    page = ROOT / "docs" / "reference" / "settings.md"
    assert undocumented(page.read_text("utf-8")) == set()


def test_a_setting_that_is_left_out_or_invented_is_found() -> None:
    """Seen to fail, both ways."""
    page = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    assert undocumented(page.replace("GONGJI_PORT", "the port")) == {"GONGJI_PORT"}
    assert undocumented(page + " GONGJI_COLOUR") == {"GONGJI_COLOUR"}


def test_the_code_reads_no_setting_besides() -> None:
    """A name of ours in the code that is no setting would never be read."""
    known = {*Settings.__struct_fields__, *_FOR_TESTS}
    for file in files("src/gongji", endings=(".py",)):
        for name in NAME.findall(file.read_text("utf-8")):
            assert name.removeprefix("GONGJI_").lower() in known, f"{file.name}: {name}"
