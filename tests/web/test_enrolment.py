"""Lasting enrolment over HTTP: for anyone, with the arithmetic in words and the rules."""

from typing import Any

import pytest

from web.over_http import Web

WAITING, CEILING = "/v1/enrolment/waiting", "/v1/enrolment/ceiling"


def waits(**more: Any) -> dict[str, Any]:
    asked = {"region": "310000", "enrolled_for": 2027, "paid_on": "2026-12-01", "in_period": True}
    return {**asked, "missed": [2025, 2026], **more}


def raised(**more: Any) -> dict[str, Any]:
    return {"region": "310000", "year": 2029, "enrolled": [2025, 2026, 2027, 2028, 2029], **more}


@pytest.mark.parametrize(
    ("more", "months", "benefits_from"),
    [
        ({}, 4, "2027-05-01"),
        ({"back_paid": 1}, 3, "2027-04-01"),
        ({"missed": []}, 0, "2027-01-01"),
        ({"missed": [], "in_period": False, "paid_on": "2027-06-15"}, 3, "2027-09-15"),
    ],
)
def test_waiting_months_and_the_day_benefits_start(
    web: Web, more: dict[str, Any], months: int, benefits_from: str
) -> None:
    said = web.post(WAITING, waits(**more)).json()
    assert (said["months"], said["benefits_from"]) == (months, benefits_from)
    assert all(step["zh"] and step["en"] for step in said["steps"])
    rules = {rule for cite in said["cites"] for rule in cite["rules"]}
    assert "ENR-1" in rules or "ENR-2" in rules


def test_steps_without_amounts_are_not_zero(web: Web) -> None:
    said = web.post(CEILING, raised(zero_claim=[2028], missed=[2024])).json()
    steps = (said["continuous_years"], said["continuous_steps"], said["zero_claim_steps"])
    assert (steps, said["lowered_years"]) == ((5, 1, 1), 0)
    assert said["amounts_configured"] is False
    assert (said["raised_fen"], said["lowered_fen"], said["ceiling_fen"]) == (None, None, None)
    assert "not configured" in said["steps"][-1]["en"]
    assert "ENR-5" in {rule for cite in said["cites"] for rule in cite["rules"]}


@pytest.mark.parametrize(
    ("path", "asked", "status", "field"),
    [
        (WAITING, waits(missed=[2027]), 400, "missed"),
        (WAITING, waits(back_paid=-1), 400, "back_paid"),
        (WAITING, waits(paid_on="9999-12-31"), 400, "paid_on"),
        (WAITING, waits(paid_on="2027"), 400, "paid_on"),
        (WAITING, waits(region="330100"), 422, "region"),
        (WAITING, waits(enrolled=1), 400, "enrolled"),
        (CEILING, raised(enrolled=["2025"]), 400, "enrolled[0]"),
        (CEILING, raised(enrolled=[1] * 3), 400, "enrolled[0]"),
        (CEILING, raised(year=20299), 400, "year"),
    ],
)
def test_a_question_that_cannot_be_taken(
    web: Web, path: str, asked: dict[str, Any], status: int, field: str
) -> None:
    found = web.post(path, asked)
    assert (found.status_code, found.json()["errors"][0]["field"]) == (status, field)
