"""角色、接口、字段: who may ask which route, and what stands in its answer, held against every route.

Callers are written as a row of letters: p the sponsor, m a member, n the other member, s a stranger,
c the region's clerk, w a clerk of elsewhere, i the institution of the bill, o another institution,
a the auditor. A route that is not in the table fails the test.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from litestar import get

from gongji.desk.faces_ports import Look
from gongji.desk.ports import CallerKind
from web.over_http import Web, opened

CALLERS = {
    "p": "father", "m": "child", "n": "mother", "s": "stranger", "c": "key-clerk",
    "w": "key-away", "i": "key-clinic", "o": "key-other", "a": "key-auditor",
}  # fmt: skip
KINDS = {
    CallerKind.PERSON: "pmns", CallerKind.CLERK: "cw", CallerKind.INSTITUTION: "io",
    CallerKind.AUDITOR: "a",
}  # fmt: skip
ANYBODY = "pmnscwioa"

READ: Mapping[str, str] = {
    "/healthz": ANYBODY,
    "/ready": ANYBODY,
    "/openapi.json": ANYBODY,
    "/v1/packs": ANYBODY,
    "/v1/packs/{region}": ANYBODY,
    "/v1/packs/{region}/diff/{other}": ANYBODY,
    "/v1/catalogue/items": ANYBODY,
    "/v1/catalogue/search": ANYBODY,
    "/v1/institutions/{institution}": ANYBODY,
    "/v1/settlements": "io",
    "/v1/settlements/{institution}/{id}": "pmcia",
    "/v1/decisions/{institution}/{id}": "pmcia",
    "/v1/decisions/{institution}/{id}/replay": "pmcia",
    "/v1/pools/{sponsor}": "pmnca",
    "/v1/pools/{sponsor}/payments": "pmnca",
    "/v1/people/{person}": "pca",
    "/v1/people/{person}/standings": "pca",
    "/v1/people/{person}/account": "pca",
    "/v1/people/{person}/bills": "pca",
    "/v1/people/{person}/family-codes": "pca",
    "/v1/accounts/{person}/statements/{month}": "pca",
}
"""What is read, and who gets it: of the father, where somebody is named."""

OF_ITS_OWN = {
    "/v1/premiums/{person}/{year}": "of a premium: tests/contributions",
    "/v1/premiums/{person}/{year}/certificate": "of a premium: tests/contributions",
    "/v1/premiums/{person}/{year}/certificate.pdf": "of a premium: tests/contributions",
    "/v1/people/{person}/plans/{id}": "of an order: tests/web/test_plans.py",
}

WRITTEN: Mapping[str, str] = {
    "POST /v1/settlements": "io",
    "POST /v1/reversals": "io",
    "POST /v1/quotes": "pmnscwio",
    "POST /v1/reasons": "pmnscwio",
    "POST /v1/adjudications": "pmnscwio",
    "POST /v1/enrolment/waiting": ANYBODY,
    "POST /v1/enrolment/ceiling": ANYBODY,
    "POST /v1/people/find": ANYBODY,
    "POST /v1/people": "cw",
    "POST /v1/people/{person}/standing": "cw",
    "POST /v1/people/{person}/credits": "cw",
    "POST /v1/people/{person}/family-codes": "pmnscw",
    "POST /v1/people/{person}/family-codes/{relative}/drop": "pmnscw",
    "POST /v1/people/{person}/leave": "pmnscw",
    "POST /v1/people/{person}/plans": "pmnscw",
    "POST /v1/people/{person}/plans/{id}/refunds": "cw",
    "POST /v1/pools": "pmnscw",
    "POST /v1/pools/{sponsor}/bonds": "pmnscw",
    "POST /v1/pools/{sponsor}/bonds/{member}/unbind": "pmnscw",
    "POST /v1/pools/{sponsor}/bonds/{member}/kinship-ended": "pmnscw",
    "POST /v1/pools/{sponsor}/dissolve": "pmnscw",
    "PUT /v1/pools/{sponsor}/uses": "pmnscw",
    "POST /v1/premiums": "cw",
    "POST /v1/estates": "cw",
    "POST /v1/moves": "cw",
    "POST /v1/institutions": "cw",
}
"""What is sent, and the kinds of callers whose body is looked at. Whose affair it is comes next:
`test_no_act_on_the_fathers_affairs_is_done_for_another`."""

FILLED = {
    "person": "P310000-father", "sponsor": "P310000-father", "member": "P310000-child",
    "institution": "H310000-clinic", "id": "b1", "region": "310000", "other": "371300",
    "month": "2025-11", "relative": "P310000-child",
}  # fmt: skip

FIELDS: Mapping[str, tuple[object, Mapping[str, str]]] = {
    # what: (the value that shows it, {route: who reads it there})
    "the sponsor's balance": (
        1050_00,
        {
            "/v1/people/{person}/account": "pca",
            "/v1/accounts/{person}/statements/{month}": "pca",
            "/v1/settlements/{institution}/{id}": "pca",
            "/v1/decisions/{institution}/{id}": "pca",
        },
    ),
    "what the fund has paid": (77_00, {"/v1/decisions/{institution}/{id}": "mcia"}),
    "what the patient has paid in cash": (
        3_21,
        {
            "/v1/settlements": "i",
            "/v1/pools/{sponsor}/payments": "mca",
            "/v1/settlements/{institution}/{id}": "mcia",
            "/v1/decisions/{institution}/{id}": "mcia",
        },
    ),
    "the other member": ("P310000-mother", {"/v1/pools/{sponsor}": "pnca"}),
    "the first member": (
        "P310000-child",
        {
            "/v1/pools/{sponsor}": "pmca",
            "/v1/pools/{sponsor}/payments": "pmca",
            "/v1/people/{person}/family-codes": "pca",
            "/v1/settlements": "i",
            "/v1/settlements/{institution}/{id}": "pmcia",
            "/v1/decisions/{institution}/{id}": "pmcia",
        },
    ),
}


def routes(web: Web) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every route of the API: its method, its path and what it says of its callers."""
    for route in web.client.app.routes:
        for handler in getattr(route, "route_handlers", []):
            for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                if "roles" not in handler.opt:
                    yield method, re.sub(r"{(\w+):\w+}", r"{\1}", route.path), handler.opt


@pytest.fixture(scope="module")
def town() -> Iterator[Web]:
    """One town for all of them: looking changes nothing."""
    with opened() as web:
        web.settle("b1", 150_00, fund_paid=77_00, uncovered=3_21)
        web.town.hold_code("father", "child")
        yield web


def asked(web: Web, path: str, letter: str) -> Any:
    """A route as somebody asks it."""
    query = {"code": "x", "q": "x"} if path.startswith("/v1/catalogue") else {}
    named = {k: v for k, v in query.items() if path.endswith("items") is (k == "code")}
    return web.get(path.format(**FILLED), as_=CALLERS[letter], **named)


def values(found: Any) -> Iterator[object]:
    """Every value in an answer."""
    if isinstance(found, dict):
        for one in found.values():
            yield from values(one)
    elif isinstance(found, list):
        for one in found:
            yield from values(one)
    else:
        yield found


def missing(web: Web) -> set[str]:
    """The routes that the matrix does not have, and what it has in vain."""
    there = {path if m == "GET" else f"{m} {path}" for m, path, _ in routes(web)}
    return there ^ (READ.keys() | WRITTEN.keys() | OF_ITS_OWN.keys())


def test_every_route_is_in_the_matrix(town: Web) -> None:
    assert missing(town) == set()


def test_a_route_that_is_not_in_the_matrix_is_found() -> None:
    """Seen to fail."""

    @get("/v1/forgotten")
    async def forgotten() -> str:
        return "seen"

    with opened() as web:
        web.client.app.register(forgotten)
        assert missing(web) == {"/v1/forgotten"}


def test_each_caller_reads_its_routes_and_no_other(town: Web) -> None:
    """The matrix itself, cell by cell. Without a key there is only what anybody may read."""
    wrong = []
    for path, allowed in READ.items():
        for letter in CALLERS:
            status = asked(town, path, letter).status_code
            if path.startswith("/v1/catalogue"):
                status = 200 if status in (200, 400, 404, 503) else status
            if (status == 200) is not (letter in allowed) or status >= 500:
                wrong.append((path, letter, status))
    assert wrong == []


NOBODYS = {"/v1/institutions/{institution}"}
"""Behind a key or token, and yet of no person."""

READ_BY_SENDING = {"POST /v1/quotes", "POST /v1/reasons", "POST /v1/adjudications",
                   "POST /v1/people/find"}  # fmt: skip
"""What is sent to without anything being done. Whatever else is sent leaves a record of its own."""


def test_every_read_of_somebodys_papers_has_a_name_on_the_trail(town: Web) -> None:
    named = {path if method == "GET" else f"{method} {path}"
             for method, path, opt in routes(town) if opt.get("look")}  # fmt: skip
    closed = {path for method, path, opt in routes(town)
              if method == "GET" and None not in opt["access"]}  # fmt: skip
    assert named == (closed - NOBODYS) | READ_BY_SENDING


def test_every_read_of_somebodys_papers_leaves_its_trace(town: Web) -> None:
    """Who, as what, whose: one line for each answer that was given, none for a refusal."""
    opts = {path: opt for method, path, opt in routes(town) if method == "GET"}
    for path in READ:
        for letter, name in CALLERS.items():
            before = looks(town)
            found = asked(town, path, letter)
            left = [one for one in looks(town) if one not in before]
            if found.status_code != 200 or not opts[path].get("look"):
                assert left == [], path
                continue
            (one,) = left
            kind = next(kind for kind, letters in KINDS.items() if letter in letters)
            assert (one.role.value, one.what) == (kind.value, opts[path]["look"]), path
            if kind is CallerKind.PERSON:
                assert one.who == town.town.id(name)
            of = town.town.id("child" if "/{institution}/" in path else "father")
            assert one.whose == (None if path == "/v1/settlements" else of), path


def test_a_quote_and_a_search_leave_their_trace_and_a_settlement_its_record(town: Web) -> None:
    before = looks(town)
    bill = {key: value for key, value in town.bill("b1", 1_00).items() if key != "id"}
    assert town.post("/v1/quotes", bill, as_="key-clinic").status_code == 200
    assert town.post("/v1/reasons", bill, as_="key-clinic").status_code == 200
    id = town.town.id("child")
    number = town.town.ask(lambda s: s.unit.identities([id])[id].number)
    sought = {"region": "310000", "number": number}
    assert town.post("/v1/people/find", sought, as_="key-clinic").status_code == 200
    town.settle("b1", 150_00, fund_paid=77_00, uncovered=3_21)
    left = [(one.who, one.what, one.whose) for one in looks(town) if one not in before]
    clinic = town.town.place("clinic")
    assert sorted(left) == [(clinic, what, id) for what in ("find", "quote", "why")]


def looks(web: Web) -> list[Look]:
    """The trail, newest first."""
    return web.town.ask(lambda s: s.unit.looks(None, limit=9999, before=2**62))


def test_what_is_sent_is_looked_at_for_the_kinds_that_the_route_names(town: Web) -> None:
    wrong = []
    for method, path, opt in routes(town):
        if method != "GET":
            named = "".join(KINDS[k] for k in KINDS if k in opt["access"])
            kinds = ANYBODY if None in opt["access"] else named
            if sorted(kinds) != sorted(WRITTEN[f"{method} {path}"]):
                wrong.append((method, path, kinds))
    assert wrong == []


ACTS: Mapping[str, dict[str, Any]] = {
    "POST /v1/people/{person}/family-codes": {
        "relative": "P310000-mother",
        "name": "王芳",
        "number": "310199201603020010",
    },
    "POST /v1/people/{person}/leave": {},
    "POST /v1/pools": {"sponsor": "P310000-father", "members": [], "uses": ["pay"]},
    "POST /v1/pools/{sponsor}/bonds": {"member": "P310000-stranger", "kinship": "child"},
    "POST /v1/pools/{sponsor}/bonds/{member}/unbind": {},
    "POST /v1/pools/{sponsor}/dissolve": {},
    "PUT /v1/pools/{sponsor}/uses": {"uses": ["contribute"]},
}


@pytest.mark.parametrize("route", ACTS)
def test_no_act_on_the_fathers_affairs_is_done_for_another(town: Web, route: str) -> None:
    """A member, a stranger, a clerk of elsewhere: refused, and nothing is written."""
    method, path = route.split()
    before = town.town.office.store.changes()
    for letter in "mnsw":
        found = town.client.request(
            method, path.format(**FILLED), json=ACTS[route], headers=town.headers(CALLERS[letter])
        )
        assert found.status_code == 403, (route, letter, found.text)
    assert town.town.office.store.changes() == before


@pytest.mark.parametrize("what", FIELDS)
def test_a_field_is_read_by_those_whose_it_is(town: Web, what: str) -> None:
    value, allowed = FIELDS[what]
    wrong = []
    for path in READ:
        for letter in CALLERS:
            if path.startswith(("/openapi", "/v1/packs", "/v1/catalogue")):
                continue
            found = asked(town, path, letter)
            there = found.status_code == 200 and value in values(found.json())
            if there is not (letter in allowed.get(path, "")):
                wrong.append((path, letter, there))
    assert wrong == []
