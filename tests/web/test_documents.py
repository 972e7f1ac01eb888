"""The documents: an example beside every operation, and nothing loaded from anywhere else."""

import re
from typing import Any

import msgspec
import pytest
from markupsafe import escape

from gongji.desk.identity import wrong_number
from gongji.terms import local_day
from gongji.web.docs import handlers
from gongji.web.examples import EXAMPLES
from gongji.web.operations import HEADINGS
from gongji.web.reading import read_body
from gongji.web.statuses import STATUS_OF
from web.over_http import Web, opened

OUTSIDE = re.compile(r"""(?:src|href|action|@import|url)\s*[=(]?\s*["']?\s*(?:https?:)?//""", re.I)


def operations(web: Web) -> dict[str, dict[str, Any]]:
    document = web.get("/openapi.json").json()
    return {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }


def test_the_document_is_openapi_3_1_and_knows_every_route(web: Web) -> None:
    document = web.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    served = {path for handler in handlers(web.client.app) for path in handler.paths}
    shown = {path for handler in handlers(web.client.app) if handler.resolve_include_in_schema()
             for path in handler.paths}  # fmt: skip
    pages = {path for handler in handlers(web.client.app) if "roles" in handler.opt
             for path in handler.paths}  # fmt: skip
    assert served - shown - pages == {"/openapi.json"}
    assert not shown & pages, "a page is no operation"
    assert set(operations(web)) == set(EXAMPLES)


def test_every_operation_has_an_example_callers_and_a_problem(web: Web) -> None:
    for id, operation in operations(web).items():
        if "requestBody" in operation:
            assert operation["requestBody"]["content"]["application/json"]["example"], id
        good = [answer for status, answer in operation["responses"].items() if status[0] == "2"]
        contents = [kind for one in good for kind in one["content"].items()]
        assert contents and all(content["example"] for _, content in contents), id
        named = "application/pdf" if id == "print_certificate" else "application/json"
        assert {kind for kind, _ in contents} == {named}, id
        problem = operation["responses"]["default"]["content"]["application/problem+json"]
        assert problem["example"]["code"], id
        assert operation["x-callers"], id
        assert bool(operation["security"]) == (operation["x-callers"] != ["anyone"]), id
        assert operation["description"], id


CHINESE = re.compile("[\u4e00-\u9fff]")


def test_every_operation_and_every_tag_is_said_in_chinese_and_in_english(web: Web) -> None:
    """In the document side by side; on the page in the reader's language."""
    document = web.get("/openapi.json").json()
    tags = [tag["name"] for tag in document["tags"]]
    said = {id: (operation["summary"], *operation["tags"]) for id, operation in
            operations(web).items()}  # fmt: skip
    assert {tag for _, *ours in said.values() for tag in ours} == set(tags)
    for text in [*tags, *(one for each in said.values() for one in each)]:
        zh, _, en = text.partition(" · ")
        assert CHINESE.search(zh) and en and not CHINESE.search(en), text
    assert len({summary for summary, *_ in said.values()}) == len(said), "two have one name"
    zh, en = (web.client.get(path).text for path in ("/docs", "/docs?lang=en"))
    for summary, tag in said.values():
        for text in (summary, tag):
            own, _, other = text.partition(" · ")
            assert f">{own}<" in zh and f">{escape(other)}<" in en, text


def test_every_operation_has_its_name_once_and_none_is_left_over() -> None:
    """Those of operations that are no more as well."""
    named = [id for heading in HEADINGS for id in heading.operations]
    assert sorted(named) == sorted(EXAMPLES)


def test_every_example_of_a_request_is_taken_by_its_own_route(web: Web) -> None:
    """A later change of a form cannot leave its example behind."""
    for id, operation in operations(web).items():
        if "requestBody" in operation:
            example = operation["requestBody"]["content"]["application/json"]["example"]
            asked = EXAMPLES[id].asks
            assert read_body(msgspec.json.encode(example), type(asked)) == asked


def test_the_identity_number_of_the_examples_can_be_one(web: Web) -> None:
    number = EXAMPLES["register_person"].asks.number
    assert wrong_number(number, local_day(web.town.now)) is None


def test_every_reference_in_the_document_leads_somewhere(web: Web) -> None:
    text = web.get("/openapi.json").text
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert names <= set(web.get("/openapi.json").json()["components"]["schemas"])


def test_the_page_shows_every_operation_and_every_problem(web: Web) -> None:
    for lang in ("zh", "en"):
        page = web.get("/docs", lang=lang).text
        for id in EXAMPLES:
            assert f'id="{id}"' in page
        for code in STATUS_OF:
            assert f'id="{code.value}"' in page


PAGES = ["/", "/?lang=en", "/?elder=1", "/docs", "/docs?lang=en", "/sign-in", "/static/gongji.css",
         "/static/gongji.js", "/static/icon.svg"]  # fmt: skip


@pytest.mark.parametrize("sample", [True, False])
def test_no_page_loads_anything_from_outside(sample: bool) -> None:
    with opened(with_sample=sample) as web:
        web.settle("b1")
        pages = [*PAGES, "/bills/H310000-clinic/b1"] if sample else PAGES
        for path in pages:
            found = web.client.get(path)
            assert found.status_code == 200, path
            text = found.text.replace('xmlns="http://www.w3.org/2000/svg"', "")
            assert not re.search(r"https?://", text), path
            assert not OUTSIDE.search(text), path
            scripts = re.findall(r"<script[^>]*>", text)
            assert set(scripts) <= {'<script type="module" src="/static/gongji.js">'}, path
            assert not re.search(r"\son\w+=|javascript:|\sstyle=", text), path
            policy = found.headers["content-security-policy"]
            assert policy.startswith("default-src 'self'; ")
            assert "unsafe" not in policy


def test_the_look_for_things_outside_finds_them() -> None:
    for text in ('<script src="https://x">', "@import '//x'", "url(//x)", '<a href="http://x">'):
        assert OUTSIDE.search(text)


def test_problems_carry_the_same_headers_as_pages(web: Web) -> None:
    found = web.get("/v1/nothing")
    assert found.headers["content-security-policy"].startswith("default-src 'self'")
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["cache-control"] == "no-store"


def test_the_service_says_that_it_is_up(web: Web) -> None:
    law = web.town.office.law.version
    assert web.get("/healthz").json() == {"status": "ok", "law": law}


def test_without_a_sample_the_first_page_is_a_word_of_welcome() -> None:
    with opened(with_sample=False) as web:
        assert "上海市" in web.client.get("/").text
        assert web.client.post("/bills/example").status_code == 404
