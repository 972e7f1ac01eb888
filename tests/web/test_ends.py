"""What ends over HTTP: a kinship, and a family code that is given up or taken back."""

from typing import Any

import pytest

from web.over_http import Web

BOND = "/v1/pools/P310000-father/bonds/P310000-mother/kinship-ended"


@pytest.mark.parametrize(
    ("as_", "body", "status"),
    [
        ("father", {"reason": "divorced", "channel": "app"}, 200),
        ("key-clerk", {"reason": "not_kin"}, 200),
        ("mother", {"reason": "divorced"}, 403),
        ("key-away", {"reason": "divorced"}, 403),
        ("father", {"reason": "tired"}, 400),
        ("father", {}, 400),
    ],
)
def test_a_kinship_ends_by_the_sponsor_or_at_the_window(
    web: Web, as_: str, body: dict[str, Any], status: int
) -> None:
    found = web.post(BOND, body, as_=as_)
    assert found.status_code == status
    bill = web.bill("b1", 100_00, patient="mother")
    settled = web.post("/v1/settlements", bill, as_="key-clinic").json()
    assert (settled["pooled_fen"] == 0) == (status == 200)
    if status == 200:
        assert len(found.json()["bonds"]) == 1
        again = web.post(BOND, body, as_=as_)
        assert (again.status_code, again.json()["code"]) == (404, "not_bound")


@pytest.mark.parametrize(
    ("as_", "status"),
    [
        ("father", 200),
        ("child", 200),
        ("key-clerk", 200),
        ("mother", 403),
        ("key-away", 403),
        ("key-clinic", 403),
    ],
)
def test_a_family_code_is_given_up(web: Web, as_: str, status: int) -> None:
    codes = "/v1/people/P310000-father/family-codes"
    for relative in ("child", "mother"):
        web.post(codes, web.known(relative), as_="father")
    for _ in range(2):
        found = web.post(f"{codes}/P310000-child/drop", as_=as_)
        assert found.status_code == status
    held = web.get(codes, as_="father").json()["relatives"]
    assert ("P310000-child" in held) == (status != 200)
    assert "P310000-mother" in held


def test_nobody_learns_by_giving_up_who_holds_what(web: Web) -> None:
    """The relative is told the same whether the other holds the code, or is there at all."""
    answers = [
        web.post(f"/v1/people/{holder}/family-codes/P310000-child/drop", as_="child")
        for holder in ("P310000-stranger", "P310000-nobody")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_whose_codes_are_held_is_asked_of_somebody_who_is_there(web: Web) -> None:
    for as_ in ("key-clerk", "key-auditor"):
        found = web.get("/v1/people/P310000-nobody/family-codes", as_=as_)
        assert (found.status_code, found.json()["code"]) == (404, "unknown_person")
