"""坏输入: script, SQL, control characters and far too much, in every field of every form and query."""

import re
from collections.abc import Iterator

import pytest

from faces.test_matrix import FILLED, GET, visitors
from faces.visitors import Visitor
from gongji.faces.limits import Turnstile
from web.over_http import Web, opened

HOSTILE = {
    "script": "\"'><script>alert(1)</script><img src=x onerror=alert(1)>",
    "SQL": "'; DROP TABLE people; --",
    "template": "{{ 71*73 }}${71*73}<%= 71*73 %>%s%n\\x00",
    "control": "a\x00b\x1b[31m\u202e\ud7ff\ufeff",
    "rare": "𬭎䶮·艾则孜👨‍👩‍👧",
    "far too much": "9" * 9000,
}


@pytest.fixture(scope="module")
def town() -> Iterator[Web]:
    """One town for all of them: whatever is sent, no money moves."""
    with opened() as web:
        web.settle("b1", 150_00, fund_paid=77_00)
        web.town.hold_code("father", "child")
        yield web


def openers(web: Web) -> Iterator[tuple[str, Visitor]]:
    """Every page, with the first of those who may open it."""
    known = visitors(web)
    for path, letters in GET.items():
        yield path.format(**FILLED), known[letters[0]]


def forms(page: str) -> Iterator[tuple[str, str, set[str]]]:
    """The forms of a page: method, address, names of what can be filled in."""
    for head, body in re.findall(r"<form\b([^>]*)>(.*?)</form>", page, re.DOTALL):
        method = re.search(r'method="(\w+)"', head)
        action = re.search(r'action="([^"]*)"', head)
        names = set(re.findall(r'<(?:input|select|textarea|button)\b[^>]*\bname="(\w+)"', body))
        where = action[1].replace("&amp;", "&") if action else ""
        yield (method[1] if method else "get").lower(), where, names - {"token"}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_typed_is_only_words(town: Web, value: str) -> None:
    """Answered calmly, never as markup, and the books stay as they are."""
    before, sent = town.written(), 0
    for path, who in openers(town):
        for method, action, names in forms(who.get(path).text):
            if action == "/sign-out" or action.startswith("/demo-provider"):
                continue
            town.client.app.state.house.turnstile = Turnstile()  # else the limit answers first
            fields = dict.fromkeys(names, value)
            where = action or path
            found = who.post(where, fields) if method == "post" else who.get(where, **fields)
            sent += 1
            assert found.status_code < 500, (where, names, found.text[:300])
            for markup in ("<script>alert", "<img src=x", "DROP TABLE people; --<"):
                assert markup not in found.text.replace("--</", ""), where
            assert ">5183<" not in found.text, where
    assert sent > 30
    assert town.written() == before


def test_every_page_says_which_methods_it_takes(town: Web) -> None:
    """Whoever asks with OPTIONS is told the methods, signed in or not, and shown nothing."""
    for path in GET:
        found = town.client.options(path.format(**FILLED))
        assert (found.status_code, found.content) == (204, b""), path
        assert "GET" in found.headers["allow"], path
