"""Chinese first, English whole: every sentence of the faces has its English, and none is left over."""

import re

import pytest
from babel.messages.extract import extract_from_dir

from gongji.faces.language import english, translate, written_day
from gongji.faces.trail_words import TRAIL
from guards.sources import PACKAGE

FACES = PACKAGE / "faces"
_VALUE = re.compile(r"%\(\w+\)s")


def sentences() -> set[str]:
    """Every sentence that a page may say."""
    found = extract_from_dir(
        FACES,
        method_map=[("**.py", "python"), ("**.html", "jinja2")],
        options_map={"**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}},
        keywords={"_": None, "say": None, "N_": None},
    )
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


def test_every_sentence_has_its_english_and_none_is_left_over() -> None:
    known = english()
    assert sentences() - {zh for zh, en in known.items() if en} == set(), "en.po needs these"
    assert known.keys() - sentences() == set(), "en.po has these to no use"


def test_what_is_put_into_a_sentence_is_put_into_both() -> None:
    for zh, en in english().items():
        assert sorted(_VALUE.findall(zh)) == sorted(_VALUE.findall(en)), zh
        assert not re.search("[\u4e00-\u9fff]", re.sub(r"[(（].*?[)）]", "", en)), en


def test_a_sentence_that_is_missing_would_be_found() -> None:
    """Seen to fail."""
    assert translate("en", "没有这一句") == "没有这一句"
    assert "没有这一句" not in english()


def test_every_word_of_the_trail_is_explained() -> None:
    used = set()
    for file in FACES.rglob("*.py"):
        text = file.read_text("utf-8")
        used |= set(re.findall(r"\.look\(\s*\"(\w+)\"", text))
        used |= set(re.findall(r"\.act\(\s*[\w.]+,\s*\"(\w+)\"", text))
        used |= set(re.findall(r'family\(request, on, "(\w+)"\)', text))
        used |= set(re.findall(r'Act\("(\w+)"', text))
    for file in (PACKAGE / "web").glob("*_routes.py"):
        used |= set(re.findall(r'look="(\w+)"', file.read_text("utf-8")))
    assert used <= TRAIL.keys()
    assert {"unbind", "leave", "dissolve", "bind"} <= TRAIL.keys()


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "2025年11月1日"), ("en", "1 Nov 2025")]
)  # fmt: skip
def test_days_are_written_as_each_language_has_it(lang: str, said: str) -> None:
    assert written_day("2025-11-01", "en" if lang == "en" else "zh") == said
