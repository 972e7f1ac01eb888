"""Back, forward and reload: a form that went well leads to a page that can be read again (0031)."""

from collections.abc import Callable
from datetime import date

import pytest
from httpx import Response

from faces.test_console import SETTLE, bill
from faces.visitors import (
    CHILD,
    FATHER,
    STRANGER,
    Visitor,
    cashier,
    clerk,
    named,
    number_of,
    visible,
)
from web.over_http import Web


def quoted(web: Web) -> tuple[Visitor, Response]:
    who = cashier(web)
    return who, who.post("/institution", bill(web))


def settled(web: Web) -> tuple[Visitor, Response]:
    who = cashier(web)
    return who, who.post("/institution", bill(web, **SETTLE))


def reversed_(web: Web) -> tuple[Visitor, Response]:
    web.settle("b1", 150_00)
    who = cashier(web)
    return who, who.post("/institution/receipts/b1", {"how": "whole"})


def sought(web: Web) -> tuple[Visitor, Response]:
    who = clerk(web)
    return who, who.post("/clerk", {"q": "nobody"})


def paid_to_heirs(web: Web) -> tuple[Visitor, Response]:
    web.town.standing("stranger", died=date(2025, 11, 1))
    who, path = clerk(web), f"/clerk/for/{STRANGER}/estate"
    return who, who.post(path, {"sum1": "9.99", "who1": FATHER, "papers": "公证书"})


def listed(web: Web) -> tuple[Visitor, Response]:
    rows = (
        f"姓名,身份证号,缴费金额\n{named(web, 'child')},{number_of(web, 'child')},400\n无名,1,400\n"
    )
    who = clerk(web)
    files = {"list": ("list.csv", rows.encode())}
    return who, who.post("/clerk/lists", {"year": "2026", "via": "school"}, files=files)


def changed(web: Web) -> tuple[Visitor, Response]:
    who = clerk(web)
    return who, who.post(f"/clerk/for/{CHILD}/standing", {"status": "suspended"})


@pytest.mark.parametrize(
    ("does", "says"),
    [
        (quoted, "现金收 ¥0.00"),
        (settled, "医疗保险结算收据"),
        (reversed_, "这笔已经全部退回"),
        (sought, "没有找到"),
        (paid_to_heirs, "已付给继承人 ¥9.99"),
        (listed, "登记 1 人"),
        (changed, "停保"),
    ],
)
def test_what_came_of_a_form_is_read_again_and_nothing_is_sent_again(
    web: Web, does: Callable[[Web], tuple[Visitor, Response]], says: str
) -> None:
    who, found = does(web)
    first, before = who.follow(found), web.written()
    assert first.status_code == 200 and says in visible(first)
    assert says in visible(who.follow(found))
    assert web.written() == before


def test_no_number_stands_in_the_address_of_a_page_that_is_read_again(web: Web) -> None:
    number = number_of(web, "child")
    for who, found in (
        quoted(web),
        (clerk(web), clerk(web).post("/clerk", {"q": number})),
    ):
        assert number not in found.headers["location"], who.sign_in.role


def test_the_quote_of_somebody_else_is_not_there(web: Web) -> None:
    _, found = quoted(web)
    for who in (cashier(web, "other"), cashier(web)):
        page = who.follow(found)
        assert ("现金收" in visible(page)) is (who.sign_in.subject == cashier(web).sign_in.subject)


def test_back_to_the_quote_of_a_bill_that_is_settled_leads_to_its_receipt(web: Web) -> None:
    """Quote, settle, back: no second quote of the same bill, and no second settlement."""
    who, found = quoted(web)
    receipt = who.post("/institution", bill(web, **SETTLE)).headers["location"]
    assert who.follow(found).headers["location"] == receipt


def test_another_bill_under_a_number_that_is_settled_is_told_before_it_is_quoted(web: Web) -> None:
    who, _ = settled(web)
    page = who.follow(who.post("/institution", bill(web, self_paid="20")))
    assert page.status_code == 409 and "这个编号已用于另一笔" in page.text
    assert 'value="20"' in page.text and 'value="' + "ab" * 12 not in page.text


def test_the_outcome_of_a_list_is_its_own_clerks(web: Web) -> None:
    _, found = listed(web)
    assert "登记 1 人" not in visible(clerk(web, "clerk-8").follow(found))
