"""Slips and ways back: a wrong address, a page that is opened again, nothing typed, a long name."""

import re

from faces.test_family import DRAFT
from faces.visitors import CHILD, FATHER, clerk, named, number_of, person, visible
from gongji.faces.forms import sum_of
from gongji.terms import LARGEST_FEN
from web.over_http import Web

READS = {"Accept": "text/html,*/*;q=0.8"}


def test_a_wrong_address_is_a_page_for_a_person_and_a_problem_for_a_program(web: Web) -> None:
    for path in ("/nowhere", "/family/nowhere"):
        read = web.client.get(path, headers={"Accept": "text/html,*/*;q=0.8", "Cookie": "lang=en"})
        assert read.status_code == 404
        assert "<h1>" in read.text and "Back to the first page" in read.text
        asked = web.client.get(path, headers={"Accept": "application/json"})
        assert (asked.status_code, asked.json()["code"]) == (404, "not_found")


def test_an_address_that_takes_only_forms_is_a_page_for_a_person(web: Web) -> None:
    for path in ("/sign-out", "/bills"):
        read = web.client.get(path, headers=READS)
        assert read.status_code == 405 and "<h1>" in read.text
        assert "POST" in read.headers["allow"]
        asked = web.client.get(path, headers={"Accept": "application/json"})
        assert (asked.status_code, asked.json()["code"]) == (405, "method_not_allowed")


def test_a_link_that_was_shared_opens_with_what_the_app_has_added(web: Web) -> None:
    """Only a program is told that it has misspelled a query."""
    father = person(web, "father")
    for path in ("/", "/medicines", "/family", "/family/payments"):
        assert father.get(path, **{"from": "singlemessage", "utm_source": "x"}).status_code == 200
    asked = web.client.get("/v1/packs", params={"utm_source": "x"})
    assert (asked.status_code, asked.json()["errors"][0]["field"]) == (400, "utm_source")


def test_no_link_of_a_page_leads_elsewhere_by_the_address_it_was_asked_at(web: Web) -> None:
    """Browsers read two slashes, and a slash and a backslash, as the beginning of another site."""
    for path in ("//elsewhere.example/", "/%5Celsewhere.example", "/%2F/elsewhere.example"):
        links = re.findall(r'href="(/[^"]*lang=en)"', web.client.get(path, headers=READS).text)
        assert links and all(re.match(r"/[^/\\]", link) for link in links), path
    odd = web.client.get("/no%00where%3F", headers=READS)
    assert 'href="/no%00where%3F?lang=en"' in odd.text


def test_at_the_window_nobody_is_not_somebody_without_codes(web: Web) -> None:
    assert clerk(web).get("/clerk/for/P310000-nobody/codes").status_code == 404


def test_a_question_that_is_settled_is_not_asked_again(web: Web) -> None:
    """Back, after a pool was dissolved: the pool as it is, not the button once more."""
    father = person(web, "father")
    assert father.get("/family/dissolve").status_code == 200
    father.post("/family/dissolve")
    for path in ("/family/dissolve", f"/family/pool/{CHILD}/remove"):
        assert father.get(path).headers["location"] == "/family/pool"
    assert person(web, "child").get(f"/family/leave/{FATHER}").headers["location"] == "/family/pool"
    assert person(web, "stranger").get(f"/family/leave/{FATHER}").status_code == 403


def test_at_the_window_the_question_still_names_the_member_after_a_slip(web: Web) -> None:
    asked = clerk(web).post(f"/clerk/for/{FATHER}/pool/{CHILD}/remove")
    assert asked.status_code == 422 and "请选择是本人到场还是代办" in asked.text
    assert "解除与张***的共济关系？" in visible(asked)


def test_who_is_in_the_pool_already_need_not_be_bound_again(web: Web) -> None:
    fields = {"name": named(web, "child"), "number": number_of(web, "child"), "kinship": "child"}
    found = person(web, "father").post(f"/family/bind/{DRAFT}/member", fields)
    assert found.status_code == 422 and "已经在您的共济网中" in found.text


def test_a_search_for_nothing_says_what_to_type(web: Web) -> None:
    found = clerk(web).post("/clerk", {"q": " "})
    assert found.status_code == 422 and "请填写号码或姓名" in visible(found)


def test_a_bill_that_the_own_account_pays_has_no_reasons_to_explain(web: Web) -> None:
    """Nobody is told to ask a relative for money that is not needed."""
    father = person(web, "father")
    page = father.get("/family/why", tried="1", place="H310000-clinic", amount="10")
    assert "本人账户足够支付" in visible(page) and 'class="reasons"' not in page.text
    web.settle("own-1", 10_00, patient="father")
    page = father.get("/family/payments/H310000-clinic/own-1")
    assert "没有使用共济资金的原因" not in visible(page)


def test_the_largest_sum_is_named_where_a_sum_is_asked_for(web: Web) -> None:
    assert sum_of("2500000000") == LARGEST_FEN // 4 and sum_of("2500000000.01") is None
    page = person(web, "father").get("/family/why", tried="1", amount="2500000000.01")
    assert "不超过 25 亿" in visible(page)


def test_the_switch_of_language_leads_on_after_a_slip(web: Web) -> None:
    """A form whose address takes no visits: its errors lead back to the page that it stands on."""
    web.client.cookies.clear()
    (token,) = set(re.findall(r'name="token" value="([^"]+)"', web.client.get("/example").text))
    wrong = web.client.post("/bills", data={"token": token, "self_paid": "x"})
    assert wrong.status_code == 400 and 'href="/example?lang=en' in wrong.text
