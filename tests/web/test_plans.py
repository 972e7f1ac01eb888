"""The city's plan over HTTP: bought by a person or at the window, looked up, refunded by a clerk."""

from typing import Any

import pytest

from web.over_http import Web

PLANS = "/v1/people/P310000-father/plans"


def plan(**more: Any) -> dict[str, Any]:
    return {"id": "p1", "year": 2026, "insured": "P310000-child", "amount_fen": 129_00, **more}


@pytest.fixture
def bought(web: Web) -> Web:
    """The father has bought the plan for the child from carried money."""
    chosen = web.put("/v1/pools/P310000-father/uses", {"uses": ["pay", "contribute"]}, "father")
    assert chosen.status_code == 200
    assert web.post(PLANS, plan(), as_="father").status_code == 200
    return web


def test_a_plan_is_bought_once(bought: Web) -> None:
    said = bought.post(PLANS, plan(), as_="father").json()
    assert (said["id"], said["plan"], said["state"]) == ("p1", "沪惠保", "paid")
    assert said["draws"] == [{"purse": "carried", "amount_fen": 129_00}]
    assert "CON-1" in {rule for cite in said["cites"] for rule in cite["rules"]}
    assert bought.town.balance("father").carried == 1071_00
    other = bought.post(PLANS, plan(amount_fen=1), as_="father")
    assert (other.status_code, other.json()["code"]) == (409, "id_reused")
    at_the_window = bought.post(PLANS, plan(id="p2", insured="P310000-father"), as_="key-clerk")
    assert at_the_window.json()["state"] == "paid"


@pytest.mark.parametrize(
    ("as_", "status"),
    [("child", 403), ("stranger", 403), ("key-away", 403), ("key-clinic", 403), ("key-auditor", 403)],
)  # fmt: skip
def test_nobody_else_buys(web: Web, as_: str, status: int) -> None:
    assert web.post(PLANS, plan(), as_=as_).status_code == status


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ({}, 422, "contribute_not_chosen"),
        ({"insured": "P310000-stranger"}, 422, "not_in_a_pool"),
        ({"insured": "P310000-father", "amount_fen": 1200_01}, 422, "balance_not_enough"),
        ({"amount_fen": 0}, 400, "bad_input"),
        ({"amount_fen": "129"}, 400, "bad_input"),
        ({"year": 26}, 400, "bad_input"),
        ({"buyer": "P310000-mother"}, 400, "bad_input"),
    ],
)
def test_a_purchase_that_cannot_be_taken(
    web: Web, more: dict[str, Any], status: int, said: str
) -> None:
    before = web.written()
    found = web.post(PLANS, plan(**more), as_="father")
    assert (found.status_code, found.json()["code"]) == (status, said)
    assert web.written() == before


@pytest.mark.parametrize(
    ("as_", "status"),
    [
        ("father", 200),
        ("child", 200),
        ("key-clerk", 200),
        ("key-auditor", 200),
        ("mother", 403),
        ("stranger", 403),
        ("key-away", 403),
    ],
)
def test_an_order_is_for_those_whom_it_concerns(bought: Web, as_: str, status: int) -> None:
    found = bought.get(f"{PLANS}/p1", as_=as_)
    assert found.status_code == status
    if status == 403:
        assert found.content == bought.get(f"{PLANS}/p9", as_=as_).content


def test_an_order_that_is_not_there(bought: Web) -> None:
    found = bought.get(f"{PLANS}/p9", as_="father")
    assert (found.status_code, found.json()["code"]) == (404, "no_such_purchase")


def test_a_refund_is_the_clerks_and_goes_back_the_way_it_came(bought: Web) -> None:
    refunds, asked = f"{PLANS}/p1/refunds", {"id": "r1", "amount_fen": 29_00}
    for as_ in ("father", "key-away", "key-auditor"):
        assert bought.post(refunds, asked, as_=as_).status_code == 403
    for _ in range(2):
        said = bought.post(refunds, asked, as_="key-clerk").json()
        assert (said["amount_fen"], said["left_fen"]) == (29_00, 100_00)
        assert said["back"] == [{"purse": "carried", "amount_fen": 29_00}]
    much = bought.post(refunds, {"id": "r2", "amount_fen": 100_01}, as_="key-clerk")
    assert (much.status_code, much.json()["code"]) == (422, "more_than_paid")
    assert bought.post(refunds, {"id": "r2"}, as_="key-clerk").json()["left_fen"] == 0
    assert bought.get(f"{PLANS}/p1", as_="child").json()["state"] == "refunded"
    assert bought.town.balance("father").carried == 1200_00
    none = bought.post(f"{PLANS}/p9/refunds", {"id": "r3"}, as_="key-clerk")
    assert (none.status_code, none.json()["code"]) == (404, "no_such_purchase")
    bought.town.proof()
