"""What cannot be taken: a problem that names the field, the form and the remedy; nothing written."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from gongji.desk.counter import Busy, Counter
from gongji.desk.identity import check_digit
from gongji.desk.ports import StoreUnavailable
from gongji.policy.refusal import Code
from gongji.web.statuses import STATUS_OF
from web.over_http import Web, opened

CLINIC = "H310000-clinic"
FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in "310199198001017771")


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    """One town for all of them: nothing that is refused may leave a trace for the next."""
    with opened() as found:
        yield found


def is_problem(found: Any, status: int) -> dict[str, Any]:
    assert found.status_code == status, found.text
    assert found.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = found.json()
    assert problem["status"] == status
    assert problem["type"] == f"/docs#{problem['code']}"
    assert problem["title"] and problem["detail"] and problem["succeeds"]["how"]
    assert "Traceback" not in found.text
    assert ".py" not in found.text
    return problem


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        pytest.param({"colour": "red"}, 400, "colour", id="unknown field"),
        pytest.param({"id": None}, 400, "id", id="null for an id"),
        pytest.param({"total_fen": "15000"}, 400, "total_fen", id="a number in quotes"),
        pytest.param({"total_fen": -1}, 400, "total_fen", id="negative"),
        pytest.param({"total_fen": 150.5}, 400, "total_fen", id="fraction"),
        pytest.param({"total_fen": 15000.0}, 400, "total_fen", id="whole, with a decimal point"),
        pytest.param({"total_fen": 10**12 + 1}, 400, "total_fen", id="too large"),
        pytest.param({"total_fen": 10**40}, 400, "total_fen", id="far too large"),
        pytest.param({"total_fen": True}, 400, "total_fen", id="true for a sum"),
        pytest.param({"total_fen": 140_00}, 422, "total_fen", id="parts that do not add up"),
        pytest.param({"self_paid_fen": [1]}, 400, "self_paid_fen", id="a list for a sum"),
        pytest.param({"care": "magic"}, 400, "care", id="no such care"),
        pytest.param({"patient": "child"}, 400, "patient", id="no person's id"),
        pytest.param({"patient": "P310000-child\n"}, 400, "patient", id="newline after an id"),
        pytest.param({"id": "b1\n"}, 400, "id", id="newline after the asker's id"),
        pytest.param({"id": "x" * 65}, 400, "id", id="a long id"),
        pytest.param({"id": "../../etc"}, 400, "id", id="an id with slashes"),
        pytest.param({"institution": "clinic"}, 400, "institution", id="no institution's id"),
        pytest.param({"prescription": "yes"}, 400, "prescription", id="yes for true"),
        pytest.param({"happened_at": "today"}, 400, "happened_at", id="no instant"),
        pytest.param({"happened_at": 1731200000}, 400, "happened_at", id="seconds since 1970"),
        pytest.param({"happened_at": "2025-11-10T09:00:00"}, 400, "happened_at", id="no offset"),
        pytest.param(
            {"happened_at": "2025-11-10T09:05:01+08:00"}, 400, "happened_at", id="the future"
        ),
        pytest.param({"happened_at": "9999-12-31T23:59:59-12:00"}, 400, "happened_at", id="last"),
        pytest.param({"happened_at": "0001-01-01T00:00:00+14:00"}, 400, "happened_at", id="first"),
        pytest.param(
            {"happened_at": "2019-01-01T09:00:00+08:00"}, 422, "happened_at", id="before the law"
        ),
        pytest.param({"patient": "P999999-child"}, 422, "patient", id="unknown region"),
    ],
)
def test_a_bill_that_cannot_be_taken_names_the_field_and_the_remedy(
    web: Web, change: dict[str, Any], status: int, field: str
) -> None:
    before = web.written()
    bill = {**web.bill("b1", 150_00), **change}
    for lang in ("", "en"):
        problem = is_problem(web.post("/v1/settlements", bill, "key-clinic", lang), status)
        (error,) = problem["errors"]
        assert error["field"] == field
        assert error["wrong"] and error["form"] and error["remedy"]
    assert web.written() == before


def test_the_clocks_of_hospitals_may_run_ahead_by_five_minutes(web: Web) -> None:
    assert web.settle("ahead", 1_00, happened_at="2025-11-10T09:05:00+08:00").status_code == 200


@pytest.mark.parametrize("missing", ["id", "patient", "institution", "total_fen", "uncovered_fen"])
def test_a_missing_field_is_named(web: Web, missing: str) -> None:
    bill = web.bill("b1", 150_00)
    del bill[missing]
    problem = is_problem(web.post("/v1/settlements", bill, "key-clinic"), 400)
    assert problem["errors"][0]["field"] == missing


def test_a_slip_in_a_name_is_recognised(web: Web) -> None:
    bill = {**web.bill("b1", 150_00), "self_payed_fen": 1}
    problem = is_problem(web.post("/v1/settlements", bill, "key-clinic", "en"), 400)
    assert problem["errors"][0]["remedy"].startswith("Did you mean self_paid_fen?")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        pytest.param(b"", 400, id="empty"),
        pytest.param(b"  \n ", 400, id="blank"),
        pytest.param(b"{", 400, id="cut off"),
        pytest.param(b"[]", 400, id="a list"),
        pytest.param(b"null", 400, id="null"),
        pytest.param(b'"bill"', 400, id="a string"),
        pytest.param(b"id=b1", 400, id="a form"),
        pytest.param(b'{"id": "\xff\xfe"}', 400, id="invalid UTF-8"),
        pytest.param(b'{"\xff": 1}', 400, id="invalid UTF-8 in a name"),
        pytest.param(b'\xef\xbb\xbf{"id": "b1"}', 400, id="a byte order mark"),
        pytest.param(b'{"id": "\\ud800"}', 400, id="half a surrogate pair"),
        pytest.param(b'{"id": NaN}', 400, id="NaN"),
        pytest.param(b'{"total_fen": 1e999}', 400, id="a number without end"),
        pytest.param(b"[" * 60_000, 400, id="deep lists"),
        pytest.param(b'{"id":' * 10_000, 400, id="deep objects"),
        pytest.param(b'{"id":"' + b"x" * 65_536 + b'"}', 413, id="larger than 64 KiB"),
    ],
)
def test_a_body_that_is_not_json_is_a_problem(web: Web, content: bytes, status: int) -> None:
    before = web.written()
    is_problem(web.post("/v1/settlements", as_="key-clinic", content=content), status)
    assert web.written() == before


def person(**change: Any) -> dict[str, Any]:
    first = "31019919800101777"
    number = first + check_digit(first)
    return {"region": "310000", "name": "王五", "number": number, "scheme": "resident", **change}


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        pytest.param({"name": ""}, 400, "name", id="no name"),
        pytest.param({"name": "王" * 10_000}, 400, "name", id="a name of 10,000 characters"),
        pytest.param({"name": "王\u0000五"}, 400, "name", id="a null in a name"),
        pytest.param({"name": "王五\n"}, 400, "name", id="a newline after a name"),
        pytest.param({"number": "31019919800101777X"}, 400, "number", id="wrong check digit"),
        pytest.param({"number": "310199198001017"}, 400, "number", id="fifteen digits"),
        pytest.param({"number": FULL_WIDTH}, 400, "number", id="full width"),
        pytest.param({"number": "99" + "0" * 16}, 400, "number", id="no such province"),
        pytest.param({"phone": "call me"}, 400, "phone", id="no telephone number"),
        pytest.param({"scheme": "rich"}, 400, "scheme", id="no such scheme"),
        pytest.param({"region": "31000"}, 400, "region", id="no region's code"),
        pytest.param({"ecode": 1}, 400, "ecode", id="1 for true"),
    ],
)
def test_a_person_that_cannot_be_registered_is_not(
    web: Web, change: dict[str, Any], status: int, field: str
) -> None:
    asked = person(**change)
    for lang in ("", "en"):
        found = web.post("/v1/people", asked, "key-clerk", lang)
        problem = is_problem(found, status)
        assert problem["errors"][0]["field"] == field
        if field == "number" and len(asked["number"]) == 18:
            assert asked["number"] not in found.text  # never repeated to whoever reads the logs
    here = {"region": "310000", "number": person()["number"]}
    assert web.post("/v1/people/find", here, "key-clerk").status_code == 404


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/people/father", "person"),
        ("/v1/people/P310000-father?at=yesterday", "at"),
        ("/v1/people/P310000-father?at=2025-11-10T09:00:00", "at"),
        ("/v1/people/P310000-father?at=2035-11-10T09:00:00%2B08:00", "at"),
        ("/v1/people/P310000-father?at=0001-01-01T00:00:00%2B14:00", "at"),
        ("/v1/pools/P310000-father?at=9999-12-31T23:59:59-12:00", "at"),
        ("/v1/people/P310000-father/bills?limit=0", "limit"),
        ("/v1/people/P310000-father/bills?limit=501", "limit"),
        ("/v1/people/P310000-father/bills?limit=many", "limit"),
        ("/v1/people/P310000-father/bills?before=then", "before"),
        ("/v1/packs/310000?on=tomorrow", "on"),
        ("/v1/packs/31?on=2025-11-10", "region"),
        ("/v1/packs/310000?om=2025-11-10", "om"),
        ("/v1/people/P310000-father?person=P310000-child", "person"),
        ("/v1/packs?request=1", "request"),
    ],
)
def test_a_parameter_that_cannot_be_taken_is_named(web: Web, path: str, field: str) -> None:
    problem = is_problem(web.get(path, as_="father"), 400)
    assert problem["errors"][0]["field"] == field


def test_an_offset_may_come_with_a_bare_plus(web: Web) -> None:
    path = "/v1/people/P310000-father?at=2025-11-10T09:00:00+08:00"
    assert web.client.get(path, headers=web.headers("father")).status_code == 200


@pytest.mark.parametrize(
    ("path", "code", "field"),
    [
        ("/v1/packs/999999", "unknown_region", "region"),
        ("/v1/packs/310000/diff/999999", "unknown_region", "other"),
        ("/v1/packs/310000?on=2001-01-01", "no_provision", "on"),
    ],
)
def test_a_region_or_day_without_law_is_named(web: Web, path: str, code: str, field: str) -> None:
    problem = is_problem(web.get(path), 422)
    assert (problem["code"], problem["errors"][0]["field"]) == (code, field)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/v2", 404),
        ("get", "/v1/nothing", 404),
        ("get", "/static/../app.py", 404),
        ("delete", "/v1/packs", 405),
        ("get", "/schema", 404),
    ],
)
def test_an_address_or_method_that_is_not_there(
    web: Web, method: str, path: str, status: int
) -> None:
    is_problem(web.client.request(method, path), status)


def test_every_refusal_has_a_status_in_one_table() -> None:
    assert set(STATUS_OF) == set(Code)
    assert all(400 <= status < 500 for status in STATUS_OF.values())


def test_a_refusal_tells_its_rule_its_numbers_and_what_succeeds(web: Web) -> None:
    web.town.person("aunt", "resident")
    asked = {"member": "P310000-aunt", "kinship": "other"}
    problem = is_problem(web.post("/v1/pools/P310000-father/bonds", asked, "father"), 422)
    assert problem["code"] == "kinship_not_allowed"
    assert problem["title"] == "这一亲属关系不在当日规定的范围内。"
    (cite,) = problem["cites"]
    assert "NET-5" in cite["rules"]
    assert cite["quote"] and cite["day"] and cite["text"] and cite["place"]
    web.settle("ten", 10_00)
    back = {"id": "r1", "institution": CLINIC, "of": "ten", "self_paid_fen": 11_00}
    problem = is_problem(web.post("/v1/reversals", back, "key-clinic", "en"), 422)
    assert problem["numbers"] == {"needed_fen": 11_00, "available_fen": 10_00}
    assert problem["succeeds"]["how"].startswith("Ask for available_fen at most")


@pytest.mark.parametrize(
    ("asked", "lang"),
    [
        ("", "zh-CN"),
        ("fr", "zh-CN"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en", "en"),
        ("en-GB,en;q=0.9,zh;q=0.3", "en"),
        ("zh;q=0.2, en;q=0.5", "en"),
        ("en;q=wrong", "zh-CN"),
    ],
)
def test_problems_are_chinese_unless_english_is_preferred(web: Web, asked: str, lang: str) -> None:
    found = web.client.get("/v1/nothing", headers={"Accept-Language": asked})
    assert found.headers["content-language"] == lang


@pytest.mark.parametrize("failure", [Busy("full"), StoreUnavailable("the disk is full")])
def test_a_full_queue_and_a_lost_store_ask_to_come_again(
    web: Web, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise failure

    monkeypatch.setattr(Counter, "settle", fails)
    found = web.settle("b1")
    is_problem(found, 503)
    assert int(found.headers["retry-after"]) > 0
    assert "disk" not in found.text


def test_a_mistake_of_ours_is_logged_and_not_shown(
    web: Web, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(Counter, "settle", fails)
    with caplog.at_level(logging.ERROR):
        found = web.settle("b1")
    problem = is_problem(found, 500)
    assert problem["code"] == "internal"
    assert "secret" not in found.text
    assert "a secret of the house" in caplog.text
