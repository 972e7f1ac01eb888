"""The lines of a bill over HTTP: decided, and then quoted and settled as the answer has them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from gongji.desk.editions import EditionHead, import_edition
from gongji.terms import LARGEST_FEN
from web.over_http import Web, opened

PLAN = {"deductible_left_fen": 20_00, "ratio_bp": 6000}

TOO_MUCH = [{"name": "阿莫西林", "total_fen": LARGEST_FEN}, {"name": "阿莫西林", "total_fen": 1}]
"""No bill takes their sum."""


@pytest.fixture
def stocked() -> Iterator[Web]:
    """The town of the other tests with a small catalogue."""
    with opened() as web:
        head = EditionHead(region="100000", name="x", starts=date(2025, 1, 1))
        content = "name,form,class\n阿莫西林,,A\n布洛芬,片剂,A\n布洛芬,颗粒剂,B\n".encode()
        web.town.do(lambda s: import_edition(s, head, content, "test"))
        yield web


def bill(*names: str, **more: Any) -> dict[str, Any]:
    """A bill of the child's: 100 yuan for each name."""
    lines = [{"name": name, "total_fen": 100_00} for name in names]
    base = {"patient": "P310000-child", "institution": "H310000-clinic", "plan": PLAN}
    return {**base, "lines": lines, **more}


def test_each_line_says_what_it_comes_to_and_by_which_rule(stocked: Web) -> None:
    said = stocked.post("/v1/adjudications", bill("阿莫西林", "人参酒"), as_="key-clinic").json()
    covered, wine = said["lines"]
    assert (covered["list_class"], covered["share_bp"], covered["why"]) == ("A", 0, "class_a")
    assert (covered["fund_paid_fen"], covered["self_paid_fen"]) == (48_00, 52_00)
    assert (wine["uncovered_fen"], wine["share_bp"], wine["line"]) == (100_00, None, 2)
    assert covered["rules"] == ["CAT-1"] and "CAT-2" in wine["rules"] and wine["excluded_kind"]
    assert {"CAT-1", "CAT-2"} <= {rule for cite in said["cites"] for rule in cite["rules"]}
    assert (said["totals"]["total_fen"], said["deductible_used_fen"]) == (200_00, 20_00)
    assert said["editions"] == ["100000/drug/x"]


def test_the_answer_can_be_quoted_and_settled_as_it_is(stocked: Web) -> None:
    """The self-paid part is then paid from the father's pool, the wine in cash."""
    said = stocked.post("/v1/adjudications", bill("阿莫西林", "人参酒"), as_="key-clinic").json()
    quote = stocked.post("/v1/quotes", said["bill"], as_="key-clinic").json()
    assert (quote["pooled_fen"], quote["cash_fen"]) == (52_00, 100_00)
    settled = stocked.post("/v1/settlements", {**said["bill"], "id": "b1"}, as_="key-clinic")
    assert settled.json()["pooled_fen"] == 52_00


def test_nothing_is_written(stocked: Web) -> None:
    before = stocked.written()
    assert stocked.post("/v1/adjudications", bill("阿莫西林"), as_="child").status_code == 200
    assert stocked.written() == before


@pytest.mark.parametrize(
    ("as_", "status"),
    [
        ("key-clinic", 200),
        ("child", 200),
        ("key-clerk", 200),
        ("key-other", 403),
        ("father", 403),
        ("key-away", 403),
        ("key-auditor", 403),
    ],
)
def test_who_may_ask(stocked: Web, as_: str, status: int) -> None:
    """As for a quote: the institution in its own name, the patient, the window."""
    assert stocked.post("/v1/adjudications", bill("阿莫西林"), as_=as_).status_code == status


@pytest.mark.parametrize(
    ("asked", "status", "code", "field"),
    [
        (bill("布洛芬"), 422, "unclear", "lines[0].form"),
        (bill("阿莫西林", "布洛芬", lines=[]), 400, "bad_input", "lines"),
        (bill("阿莫西林", plan=None), 422, "unclear", "plan"),
        (bill("阿莫西林", happened_on="2024-12-31"), 422, "no_provision", "happened_on"),
        (bill("阿莫西林", happened_on="2025-11-11"), 400, "bad_input", "happened_on"),
        (bill("阿莫西林", price=1), 400, "bad_input", "price"),
        (bill("阿莫西林", lines=TOO_MUCH), 400, "bad_input", "lines"),
    ],
)
def test_what_is_missing_is_named_and_not_guessed(
    stocked: Web, asked: dict[str, Any], status: int, code: str, field: str
) -> None:
    found = stocked.post("/v1/adjudications", asked, as_="key-clinic")
    assert (found.status_code, found.json()["code"]) == (status, code)
    assert found.json()["errors"][0]["field"] == field


def test_a_form_that_is_needed_is_offered(stocked: Web) -> None:
    found = stocked.post("/v1/adjudications", bill("布洛芬"), as_="key-clinic", lang="en").json()
    assert "片剂" in found["errors"][0]["form"] and "颗粒剂" in found["errors"][0]["form"]
    assert found["succeeds"]["how"] == "Name the form."


def test_a_long_bill_is_taken_and_a_longer_one_is_told_its_limit(stocked: Web) -> None:
    """Two thousand lines are more than any other body may have."""
    long = stocked.post("/v1/adjudications", bill(*["阿莫西林"] * 2000), as_="key-clinic")
    assert (long.status_code, len(long.json()["lines"])) == (200, 2000)
    assert long.json()["totals"]["fund_paid_fen"] == (200_000_00 - 20_00) * 6 // 10
    body = b"[" + b" " * 1024 * 1024 + b"]"
    longer = stocked.post("/v1/adjudications", as_="key-clinic", content=body)
    assert (longer.status_code, longer.json()["code"]) == (413, "too_large")
    assert "1048576" in longer.json()["succeeds"]["how"]
