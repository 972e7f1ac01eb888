"""角色、页面、字段: who may open which page, and what stands on it, held against every route.

Roles are written as a row of letters: p a person of the family, m another member, s a stranger,
c the region's clerk, w a clerk of elsewhere, r the reviewer, i the institution of the bill,
o another institution, a the auditor. A page that is not in the table fails the test.
"""

import re
from collections.abc import Mapping

import pytest

from faces.visitors import CHILD, CLINIC, FATHER, Visitor, auditor, cashier, clerk, person, visible
from gongji.desk.faces_ports import Role
from gongji.faces.demo_provider import PATH
from gongji.web.docs import handlers
from web.over_http import Web

ANYBODY = "pmscwrioa"
ONLY_MINE = "pms"  # a page on one's own papers: each role opens its own, the address names nobody

GET: Mapping[str, str] = {
    "/": ANYBODY,
    "/sign-in": ANYBODY,
    "/sign-in/key": ANYBODY,
    "/sign-in/staff": ANYBODY,
    "/sign-ins": ANYBODY,
    "/docs": ANYBODY,
    "/example": ANYBODY,
    "/law": ANYBODY,
    "/law/{region}": ANYBODY,
    "/medicines": ANYBODY,
    "/waiting": ANYBODY,
    "/static/{name}": ANYBODY,
    "/family": ONLY_MINE,
    "/family/services": ONLY_MINE,
    "/family/me": ONLY_MINE,
    "/family/pool": ONLY_MINE,
    "/family/pool/{member}/remove": "p",
    "/family/leave/{sponsor}": "m",
    "/family/dissolve": "p",
    "/family/uses": ONLY_MINE,
    "/family/bind": ONLY_MINE,
    "/family/bind/{id}/commitment": ONLY_MINE,
    "/family/bind/{id}/member": ONLY_MINE,
    "/family/bind/{id}/uses": ONLY_MINE,
    "/family/payments": ONLY_MINE,
    "/family/payments/{institution}/{id}": "pm",
    "/family/statement": ONLY_MINE,
    "/family/premiums": ONLY_MINE,
    "/family/codes": ONLY_MINE,
    "/family/codes/add": ONLY_MINE,
    "/family/codes/{relative}": "p",
    "/family/why": ONLY_MINE,
    "/clerk": "cw",
    "/clerk/lists": "cw",
    "/clerk/runs": "cw",
    "/clerk/for/{person}": "c",
    "/clerk/for/{person}/pool": "c",
    "/clerk/for/{person}/pool/{member}/remove": "c",
    "/clerk/for/{person}/dissolve": "c",
    "/clerk/for/{person}/uses": "c",
    "/clerk/for/{person}/bind": "c",
    "/clerk/for/{person}/bind/{id}/commitment": "c",
    "/clerk/for/{person}/bind/{id}/member": "c",
    "/clerk/for/{person}/bind/{id}/uses": "c",
    "/clerk/for/{person}/payments": "c",
    "/clerk/for/{person}/payments/{institution}/{id}": "c",
    "/clerk/for/{person}/statement": "c",
    "/clerk/for/{person}/premiums": "c",
    "/clerk/for/{person}/codes": "c",
    "/clerk/for/{person}/codes/add": "c",
    "/clerk/for/{person}/codes/{relative}": "c",
    "/clerk/for/{person}/why": "c",
    "/clerk/for/{person}/standing": "c",
    "/clerk/for/{person}/estate": "c",
    "/clerk/for/{person}/forms": "c",
    "/clerk/for/{person}/claim": "c",
    "/claims": "cwr",
    "/claims/bank-file": "cwr",
    "/institution": "io",
    "/institution/day": "io",
    "/institution/find": "io",
    "/institution/receipts/{id}": "i",
    "/institution/receipts/{id}/pdf": "i",
    "/institution/reconcile": "io",
    "/auditor": "a",
    "/auditor/figures": "a",
    "/auditor/trail": "a",
    "/auditor/proofs": "a",
    "/auditor/decisions": "a",
    "/auditor/decisions/{institution}/{id}": "a",
    "/auditor/packs": "a",
    "/auditor/packs/{region}": "a",
    "/bills/{institution}/{id}": ANYBODY,  # the sample family's, by a route of its own
}

OF_ITS_OWN = {
    "/sign-in/start": "without a provider it is not there",
    "/sign-in/return": "it needs a code of the provider",
    "/certificates/verify/{token}": "a token is the key",
    "/verify/premium/{token}": "a token is the key",
    "/family/bind/{id}/check": "a draft of one's own: test_family",
    "/family/bind/{id}/done": "a draft of one's own: test_family",
    "/clerk/for/{person}/bind/{id}/check": "a draft of one's own: test_family",
    "/clerk/for/{person}/bind/{id}/done": "a draft of one's own: test_family",
    "/family/done/{id}": "a draft of one's own: test_family",
    "/clerk/for/{person}/done/{id}": "a draft of one's own: test_family",
    "/clerk/for/{person}/leave/{sponsor}": "of a member: the next test",
    "/family/premiums/{of}/{year}/certificate": "the desk decides: tests/contributions",
    "/clerk/for/{person}/premiums/{of}/{year}/certificate": "the desk decides",
    "/claims/{id}": "of a claim: test_claims",
    "/claims/{id}/review": "the claim again, after signing in: test_desks",
    "/claims/{id}/paid": "the claim again, after signing in: test_desks",
    "/auditor/proofs/{id}": "of a proof that was begun: test_auditor",
}

POST_ONLY = {"/sign-out", "/bills", "/bills/example"}

FILLED = {"region": "310000", "name": "gongji.css", "member": CHILD, "sponsor": FATHER,
          "id": "b1", "institution": CLINIC, "person": FATHER, "relative": CHILD}  # fmt: skip


def pages(web: Web, method: str) -> dict[str, frozenset[Role]]:
    """Every page of the application with the roles that it names."""
    found = {}
    for handler in handlers(web.client.app):
        if method not in handler.http_methods or "roles" not in handler.opt:
            continue
        for path in handler.paths:
            plain = re.sub(r"{(\w+):\w+}", r"{\1}", path)
            found[plain.rstrip("/") or "/"] = handler.opt["roles"]
    return {path: roles for path, roles in found.items() if not path.startswith(("/.", PATH)) and path
            not in ("/choose", "/keys", "/token")}  # fmt: skip


@pytest.fixture(scope="module")
def town() -> object:
    """One town for all of them: looking changes nothing."""
    from web.over_http import opened

    with opened() as web:
        web.settle("b1", 150_00, fund_paid=77_00)
        web.town.hold_code("father", "child")
        yield web


def test_every_page_is_in_the_matrix(town: Web) -> None:
    there = pages(town, "GET").keys()
    assert there - GET.keys() - OF_ITS_OWN.keys() == set(), "these pages are not in the matrix"
    assert (GET.keys() | OF_ITS_OWN.keys()) - there == set(), "these are no pages any more"
    posted = pages(town, "POST").keys()
    assert posted - there - POST_ONLY == set(), "a form posts to the address of its own page"


def visitors(web: Web) -> dict[str, Visitor]:
    """One of each role."""
    return {
        "p": person(web, "father"),
        "m": person(web, "child"),
        "s": person(web, "stranger"),
        "c": clerk(web),
        "w": Visitor(web, Role.CLERK, "clerk-9", "371300"),
        "r": clerk(web, "reviewer-1", Role.REVIEWER),
        "i": cashier(web),
        "o": cashier(web, "other"),
        "a": auditor(web),
    }


def test_each_role_opens_its_pages_and_no_other(town: Web) -> None:
    """The matrix itself, cell by cell."""
    wrong = []
    for path, allowed in GET.items():
        for letter, who in visitors(town).items():
            status = who.get(path.format(**FILLED)).status_code
            if (status == 200) is not (letter in allowed) or status >= 500:
                wrong.append((path, letter, status))
    assert wrong == []


def test_nobody_is_let_in_without_a_sign_in(town: Web) -> None:
    for path, roles in pages(town, "GET").items():
        if roles:
            town.client.cookies.clear()
            found = town.client.get(
                path.format(**FILLED, of=CHILD, year=2026), follow_redirects=False
            )
            assert found.status_code == 303, path
            assert found.headers["location"].startswith("/sign-in?next="), path


def test_no_form_is_taken_from_a_role_that_the_page_is_not_for(town: Web) -> None:
    before = town.written()
    for path, roles in pages(town, "POST").items():
        for who in visitors(town).values():
            if roles and who.sign_in.role not in roles:
                found = who.post(path.format(**FILLED))
                assert found.status_code == 403, (path, who.sign_in.role)
    assert town.written() == before


def test_no_form_is_taken_without_its_token(town: Web) -> None:
    before = town.written()
    for path, roles in pages(town, "POST").items():
        for who in visitors(town).values():
            if not roles or who.sign_in.role in roles:
                found = who.post(path.format(**FILLED), {"token": "another"})
                assert found.status_code in (403, 404), (path, who.sign_in.role, found.status_code)
    assert town.written() == before


# Fields ──────────────────────────────────────────────────────────────────────────────────────────

FIELDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    # what: (a text that shows it, {page: the roles that may read it there})
    "the sponsor's balance": (
        "1,050.00",
        {"/family": "p", "/family/statement": "p", "/family/payments/{institution}/{id}": "p",
         "/clerk/for/{person}": "c", "/clerk/for/{person}/statement": "c",
         "/clerk/for/{person}/payments/{institution}/{id}": "c",
         "/auditor/decisions/{institution}/{id}": "a"},
    ),
    "what the fund has paid": (
        "77.00",
        {"/family/payments/{institution}/{id}": "m",
         "/institution/day": "i", "/institution/receipts/{id}": "i",
         "/clerk/for/{person}/payments/{institution}/{id}": "c",
         "/auditor/decisions/{institution}/{id}": "a"},
    ),
    "what the pool has paid": (
        "150.00",
        {"/family/payments": "pm", "/family/payments/{institution}/{id}": "pm", "/family/statement": "p",
         "/institution": "i", "/institution/day": "i", "/institution/receipts/{id}": "i",
         "/clerk/for/{person}/payments": "c", "/clerk/for/{person}/statement": "c",
         "/clerk/for/{person}/payments/{institution}/{id}": "c",
         "/auditor": "a", "/auditor/figures": "a", "/auditor/decisions/{institution}/{id}": "a"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FIELDS)
def test_a_field_is_read_by_those_whose_it_is(town: Web, what: str) -> None:
    text, allowed = FIELDS[what]
    wrong = []
    for path in GET:
        for letter, who in visitors(town).items():
            if path.startswith(("/docs", "/static", "/bills", "/law", "/example")):
                continue
            month = {"month": "2025-11"} if path.endswith("/statement") else {}
            found = who.get(path.format(**FILLED), **month)
            if found.status_code == 200 and (text in visible(found)) is not (
                letter in allowed.get(path, "")
            ):
                wrong.append((path, letter, text in visible(found)))
    assert wrong == []


def test_a_member_never_sees_another_member(town: Web) -> None:
    """NET-13: the child sees its father and itself, the mother stays unseen."""
    child = person(town, "child")
    for path, allowed in GET.items():
        if "m" in allowed and path.startswith("/family"):
            assert "P310000-mother" not in child.get(path.format(**FILLED)).text, path


def test_no_page_shows_a_whole_number_or_a_strangers_name(town: Web) -> None:
    numbers = [
        town.town.ask(lambda s, id=id: s.unit.identities([id])[id].number)  # type: ignore[misc]  # bound now
        for id in (FATHER, CHILD)
    ]
    for path in GET:
        for letter, who in visitors(town).items():
            found = who.get(path.format(**FILLED))
            assert not any(number in found.text for number in numbers), (path, letter)
            if letter in "siow":
                assert "张father" not in found.text, (path, letter)


# Weight and form ─────────────────────────────────────────────────────────────────────────────────

HEAVY = {"/docs": "the whole API on one page", "/law/{region}": "a region's whole law"}


def test_no_page_is_heavy_or_loads_anything_from_outside(town: Web) -> None:
    who = visitors(town)
    for path, allowed in GET.items():
        found = who[allowed[0]].get(path.format(**FILLED))
        assert len(found.content) <= 60_000 or path in HEAVY, path
        if "html" in found.headers["content-type"]:
            assert not re.search(r"\sstyle=|\son\w+=|javascript:", found.text), path
            assert re.findall(r"<script[^>]*>", found.text) == [
                '<script type="module" src="/static/gongji.js">'
            ]
            assert found.text.count("<h1") == 1, path
    script = who["p"].get("/static/gongji.js")
    assert len(script.content) <= 8 * 1024
    assert len(script.content) + len(who["p"].get("/static/gongji.css").content) < 40_000
