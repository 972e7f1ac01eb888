"""The example: one family's bill, settled without a script, drawn and explained."""

import re
from itertools import pairwise
from typing import Any

import pytest

from gongji.desk.counter import Busy, Counter
from gongji.faces.money import yuan
from gongji.faces.picture import Flow, draw
from web.over_http import Web

CLINIC = "H310000-clinic"


def form(**change: str) -> dict[str, str]:
    return {
        "id": "page-1",
        "lang": "zh",
        "patient": "P310000-child",
        "care": "outpatient",
        "fund_paid": "120",
        "self_paid": "150",
        "uncovered": "30",
        **change,
    }


def post(web: Web, path: str, fields: dict[str, str]) -> Any:
    """Send a form as the browser that has opened the page would: in its language, with its token."""
    page = web.client.get(f"/example?lang={fields.pop('lang', 'zh')}").text
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    sent = {**fields, "token": found[1]}
    return web.client.post(path, data=sent, follow_redirects=False)


def test_the_button_settles_the_example_of_the_sources(web: Web) -> None:
    """「李明的儿子李小明生病了,李小明就医购药需要个人负担100元」"""
    assert "李小明就医购药需要个人负担100元" in web.client.get("/example").text
    found = post(web, "/bills/example", {"id": "e1", "lang": "zh"})
    assert found.status_code == 303
    assert found.headers["location"] == f"/bills/{CLINIC}/e1"
    page = web.client.get(found.headers["location"]).text
    assert "李小明的账单" in page
    assert "¥100.00" in page
    assert "李明的共济资金" in page
    assert "结果一致" in page
    assert web.town.balance("father").carried == 1100_00


def test_a_bill_is_shown_as_a_picture_a_table_and_quotes(web: Web) -> None:
    page = web.client.get(post(web, "/bills", form()).headers["location"]).text
    assert page.count('<path class="ribbon') == 3
    table = re.sub(r"<[^>]+>", " ", page[page.index("<table") : page.index("</table>")])
    assert re.findall(r"¥[0-9,.]+", table) == [
        "¥120.00", "¥150.00", "¥1,050.00", "¥30.00", "¥300.00",
    ]  # fmt: skip
    assert "「医保报销后的医疗费用，不包括自费费用」" in page
    assert '<time datetime="2022-08-01">' in page
    assert "SET-2" in page


def test_a_bill_that_is_not_pooled_says_why_and_what_helps(web: Web) -> None:
    fields = form(care="pharmacy", uncovered="0")
    page = web.client.get(post(web, "/bills", fields).headers["location"]).text
    assert "在药店购药没有处方。" in page
    assert "请凭定点医疗机构的电子处方购买。" in page


def test_a_second_click_settles_nothing_twice(web: Web) -> None:
    first, second = post(web, "/bills", form()), post(web, "/bills", form())
    assert first.headers["location"] == second.headers["location"]
    assert web.town.balance("father").carried == 1050_00


def test_the_form_changed_after_it_was_sent_gets_a_fresh_id(web: Web) -> None:
    post(web, "/bills", form())
    found = post(web, "/bills", form(self_paid="20"))
    assert found.status_code == 422
    assert "这个编号已用于另一笔内容不同的请求" in found.text
    assert 'value="page-1"' not in found.text


@pytest.mark.parametrize(
    ("text", "fen"),
    [("100", 100_00), ("99.5", 99_50), ("0.07", 7), ("", 0), ("¥1,000.00", 1000_00)],
)
def test_money_is_read_as_families_write_it(web: Web, text: str, fen: int) -> None:
    found = post(web, "/bills", form(self_paid=text))
    assert found.status_code == 303
    stored = web.get(f"/v1/decisions/{CLINIC}/page-1", as_="child").json()
    assert stored["bill"]["self_paid_fen"] == fen


def test_full_width_digits_are_read_too(web: Web) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in "12.50")
    assert post(web, "/bills", form(self_paid=wide)).status_code == 303


@pytest.mark.parametrize("text", ["-1", "1.005", "abc", "1e5", "99999999999", "9999999999"])
def test_what_is_no_sum_is_said_at_its_field(web: Web, text: str) -> None:
    before = web.written()
    found = post(web, "/bills", form(uncovered=text, lang="en"))
    assert found.status_code == 400
    assert 'id="uncovered-wrong"' in found.text
    assert "This is no sum of money." in found.text
    assert f'value="{text}"' in found.text  # what was written stays, to be corrected
    assert web.written() == before


@pytest.mark.parametrize(
    "change",
    [
        {"patient": "P310000-stranger"},
        {"patient": ""},
        {"care": "magic"},
        {"id": "<script>"},
        {"id": ""},
    ],
)
def test_a_form_that_was_tampered_with_is_refused(web: Web, change: dict[str, str]) -> None:
    before = web.written()
    found = post(web, "/bills", form(**change))
    assert found.status_code == 400
    assert 'role="alert"' in found.text
    assert "<script>" not in found.text
    assert web.written() == before


def test_nobody_elses_bill_is_shown_to_passers_by(web: Web) -> None:
    web.settle("b1", 9_99, patient="stranger")
    assert web.client.get(f"/bills/{CLINIC}/b1").status_code == 404
    assert web.client.get(f"/bills/{CLINIC}/none").status_code == 404


def test_the_page_is_there_in_english(web: Web) -> None:
    found = post(web, "/bills", form(lang="en"))
    page = web.client.get(found.headers["location"]).text
    assert '<html lang="en">' in page
    assert "Pooled money was used for the self-paid part of this bill." in page
    assert "「医保报销后的医疗费用，不包括自费费用」" in page  # the law keeps its language
    assert "Which part of a bill does pooled money pay?" in page


def test_a_full_queue_is_said_in_words(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object) -> None:
        raise Busy("full")

    monkeypatch.setattr(Counter, "settle", full)
    found = post(web, "/bills", form())
    assert found.status_code == 503
    assert "没有写入半笔" in found.text


def test_the_tokens_on_the_page_work(web: Web) -> None:
    page = web.client.get("/example").text
    (token, *_) = re.findall(r'class="token">([^<]+)<', page)
    headers = {"Authorization": f"Bearer {token}"}
    assert web.client.get("/v1/people/P310000-father/account", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("fen", "written"),
    [(0, "¥0.00"), (7, "¥0.07"), (100_00, "¥100.00"), (1_234_567_89, "¥1,234,567.89")],
)
def test_money_is_written_with_two_decimals(fen: int, written: str) -> None:
    assert yuan(fen) == written


def test_a_picture_keeps_its_bars_apart_and_tall_enough_for_words() -> None:
    flows = [Flow("a", "x", 1), Flow("b", "x", 10**9), Flow("b", "y", 1), Flow("c", "y", 0)]
    names = {key: key for key in "abcxy"}
    found = draw(flows, names, names)
    assert [bar.key for bar in found.parts] == ["a", "b"]  # nothing is drawn for nothing
    for bars in (found.parts, found.payers):
        assert all(bar.height >= 40 for bar in bars)
        for above, below in pairwise(bars):
            assert above.y + above.height < below.y
        assert bars[-1].y + bars[-1].height < found.height
