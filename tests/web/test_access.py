"""Who may ask what. Every route names its callers, and nobody learns more than is theirs (NET-13)."""

from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from litestar import Litestar, get

from gongji.desk.counter import Counter
from gongji.web.access import Doorkeeper, make_token
from gongji.web.app import create_app
from gongji.web.docs import handlers
from gongji.web.examples import EXAMPLES
from web.over_http import SECRET, Web

CLINIC, OTHER = "H310000-clinic", "H310000-other"
ASKS = {
    "person": "stranger",
    "institution": "key-other",
    "clerk": "key-away",
    "auditor": "key-auditor",
}


def without_rule(app: Litestar) -> list[str]:
    """The routes that do not say who may call them."""
    return [str(handler.paths) for handler in handlers(app) if not handler.opt.get("access")]


def test_every_route_says_who_may_call_it(web: Web) -> None:
    assert without_rule(web.client.app) == []


def test_the_guard_sees_a_route_that_says_nothing_and_lets_nobody_in(web: Web) -> None:
    @get("/v1/forgotten")
    async def forgotten() -> str:
        return "seen"

    web.client.app.register(forgotten)
    assert without_rule(web.client.app) == ["{'/v1/forgotten'}"]
    for as_ in ASKS.values():
        assert web.get("/v1/forgotten", as_=as_).status_code == 403


def operations(app: Litestar) -> list[tuple[str, str, str, set[str]]]:
    """Every closed operation: its id, its method, a path with ids filled in, and its callers."""
    fill = {"person": "P310000-father", "sponsor": "P310000-father", "member": "P310000-child",
            "relative": "P310000-child",
            "institution": CLINIC, "id": "b1", "region": "310000", "other": "371300",
            "year": "2026", "month": "2025-10"}  # fmt: skip
    found = []
    for path, methods in app.openapi_schema.to_schema()["paths"].items():
        for method, operation in methods.items():
            handler = next(h for h in handlers(app) if h.operation_id == operation["operationId"])
            allowed = {str(kind) for kind in handler.opt["access"] if kind}
            if allowed:
                found.append((operation["operationId"], method, path.format(**fill), allowed))
    return found


def test_each_route_turns_away_whoever_it_does_not_name(web: Web) -> None:
    closed = operations(web.client.app)
    assert len(closed) > 25
    for id, method, path, allowed in closed:
        body = EXAMPLES[id].asks
        sent: dict[str, Any] = {} if body is None else {"content": b"{}"}
        assert web.client.request(method, path, **sent).status_code == 401, id
        for kind in ASKS.keys() - allowed:
            headers = web.headers(ASKS[kind])
            found = web.client.request(method, path, headers=headers, **sent)
            assert found.status_code == 403, (id, kind)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/people/{}",
        "/v1/people/{}/standings",
        "/v1/people/{}/account",
        "/v1/people/{}/account?on=2025-11-01",
        "/v1/accounts/{}/statements/2025-10",
        "/v1/people/{}/bills",
        "/v1/people/{}/family-codes",
        "/v1/pools/{}",
        "/v1/pools/{}/payments",
        "/v1/pools/{}?at=2025-11-10T08:00:00%2B08:00",
    ],
)
@pytest.mark.parametrize("as_", ["stranger", "key-away"])
def test_nobody_learns_whether_a_person_is_there(web: Web, path: str, as_: str) -> None:
    there = web.get(path.format("P310000-father"), as_=as_)
    not_there = web.get(path.format("P310000-nobody"), as_=as_)
    assert there.status_code == not_there.status_code == 403
    assert there.content == not_there.content


@pytest.mark.parametrize(
    ("as_", "status"),
    [("stranger", 404), ("mother", 404), ("key-away", 404), ("key-other", 403)],
)
@pytest.mark.parametrize("path", ["settlements", "decisions"])
def test_nobody_learns_whether_a_bill_is_there(web: Web, as_: str, status: int, path: str) -> None:
    web.settle("b1")
    there = web.get(f"/v1/{path}/{CLINIC}/b1", as_=as_)
    not_there = web.get(f"/v1/{path}/{CLINIC}/b2", as_=as_)
    assert there.status_code == not_there.status_code == status
    assert there.content == not_there.content


@pytest.mark.parametrize(
    ("as_", "members"),
    [
        ("father", ["child", "mother"]),
        ("child", ["child"]),
        ("mother", ["mother"]),
        ("key-clerk", ["child", "mother"]),
        ("key-auditor", ["child", "mother"]),
        ("stranger", None),
        ("key-away", None),
    ],
)
@pytest.mark.parametrize("at", ["", "?at=2025-11-10T09:00:00%2B08:00"])
def test_a_member_sees_the_sponsor_and_itself_and_never_the_others(
    web: Web, as_: str, members: list[str] | None, at: str
) -> None:
    found = web.get(f"/v1/pools/P310000-father{at}", as_=as_)
    if members is None:
        assert found.status_code == 403
        if as_ == "stranger":
            assert "NET-13" in {rule for cite in found.json()["cites"] for rule in cite["rules"]}
        return
    pool = found.json()
    assert pool["sponsor"] == "P310000-father"
    assert sorted(bond["member"].partition("-")[2] for bond in pool["bonds"]) == members
    assert all(bond["name"].startswith("张*") for bond in pool["bonds"])


@pytest.mark.parametrize(
    ("as_", "seen"),
    [
        ("father", ["b3", "b2"]),
        ("child", ["b2"]),
        ("mother", ["b3"]),
        ("key-clerk", ["b3", "b2"]),
        ("key-auditor", ["b3", "b2"]),
        ("stranger", None),
        ("key-away", None),
    ],
)
def test_a_member_sees_its_own_pooled_payments_only(
    web: Web, as_: str, seen: list[str] | None
) -> None:
    """b1 is not pooled: the sponsor sees nothing of it at all."""
    for id, who, fen in (("b1", "mother", 10_00), ("b2", "child", 20_00), ("b3", "mother", 40_00)):
        assert web.settle(id, fen, patient=who, uncovered=5_00).status_code == 200
        web.town.now += timedelta(minutes=1)
    found = web.get("/v1/pools/P310000-father/payments", as_=as_)
    if seen is None:
        assert found.status_code == 403
        return
    payments = found.json()["payments"]
    assert [payment["reference"].rpartition("/")[2] for payment in payments] == seen
    hidden = [payment["own_fen"] is None and payment["cash_fen"] is None for payment in payments]
    assert all(hidden) if as_ == "father" else not any(hidden)


def test_an_institution_speaks_for_itself_only(web: Web) -> None:
    before = web.written()
    bill = web.bill("b1", 10_00)
    assert web.post("/v1/settlements", bill, as_="key-other").status_code == 403
    back = {"id": "r1", "institution": CLINIC, "of": "b1"}
    assert web.post("/v1/reversals", back, as_="key-other").status_code == 403
    del bill["id"]
    assert web.post("/v1/quotes", bill, as_="key-other").status_code == 403
    assert web.post("/v1/reasons", bill, as_="mother").status_code == 403
    assert web.written() == before


def test_no_answer_to_an_institution_or_a_member_holds_the_sponsors_balance(web: Web) -> None:
    """The father keeps 1,193.57 after the bill; nobody but he and the office may read it."""
    web.town.credit("father", "carried", 7)
    bill = web.bill("b1", 6_50)
    quote = {name: value for name, value in bill.items() if name != "id"}
    answers = [
        web.post("/v1/quotes", quote, as_="key-clinic"),
        web.post("/v1/quotes", quote, as_="child"),
        web.post("/v1/reasons", quote, as_="child"),
        web.settle("b1", 6_50),
        web.get(f"/v1/settlements/{CLINIC}/b1", as_="key-clinic"),
        web.get(f"/v1/decisions/{CLINIC}/b1", as_="child"),
        web.get("/v1/pools/P310000-father", as_="child"),
        web.get("/v1/pools/P310000-father/payments", as_="child"),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert "119357" not in answer.text
        assert "120007" not in answer.text
    assert "119357" in web.get("/v1/people/P310000-father/account", as_="father").text


def forged(web: Web, **claims: Any) -> str:
    now = int(web.town.now.timestamp())
    whole = {"iss": "gongji", "sub": "P310000-father", "exp": now + 60, **claims}
    kept = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode({"alg": "HS256"}, kept, OctKey.import_key(SECRET))


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer ",
        "Bearer key-nobody",
        "Basic key-clinic",
        "Bearer a.b.c",
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJQMzEwMDAwLWZhdGhlciJ9.",
        "another secret",
        "run out",
        "no end",
        "no subject",
        "another issuer",
    ],
)
def test_a_key_or_token_that_is_not_good_is_told_so(web: Web, authorization: str) -> None:
    now = web.town.now
    other = make_token("P310000-father", b"another secret of thirty-two bytes", now)
    tokens = {
        "another secret": f"Bearer {other}",
        "run out": f"Bearer {make_token('P310000-father', SECRET, now - timedelta(hours=13))}",
        "no end": f"Bearer {forged(web, exp=None)}",
        "no subject": f"Bearer {forged(web, sub=None)}",
        "another issuer": f"Bearer {forged(web, iss='elsewhere')}",
    }
    headers = {"Authorization": tokens.get(authorization, authorization)}
    found = web.client.get("/v1/people/P310000-father", headers=headers)
    assert found.status_code == 401
    assert found.headers["www-authenticate"] == "Bearer"
    assert found.json()["code"] == "unauthenticated"


def test_a_key_is_remembered_for_a_moment_and_no_longer(web: Web) -> None:
    import asyncio

    seconds, asked = 0.0, 0
    counter = web.client.app.state.counter

    class Counting:
        office = counter.office

        async def ask(self, use_case: Any) -> Any:
            nonlocal asked
            asked += 1
            return counter.office.ask(use_case)

    doorkeeper = Doorkeeper(Counting(), SECRET, remembers=15, seconds=lambda: seconds)  # type: ignore[arg-type]
    for at in (0.0, 14.9, 15.1):
        seconds = at
        asyncio.run(doorkeeper.caller("Bearer key-clinic"))
    assert asked == 2


def test_a_short_secret_is_refused_at_the_start(web: Web) -> None:
    with pytest.raises(AssertionError, match="32 bytes"):
        create_app(Counter(web.town.office), token_secret=b"short")
