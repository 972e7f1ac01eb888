"""The auditor: the trail, the books' proof, packs side by side, decisions replayed."""

import re
import time

import pytest

from faces.visitors import (
    CHILD,
    CLINIC,
    FATHER,
    Visitor,
    auditor,
    cashier,
    clerk,
    person,
    visible,
)
from gongji.desk.faces_ports import Role
from gongji.desk.proving import end_proof, proof_of, walk
from web.over_http import Web


def regional(web: Web, region: str) -> Visitor:
    """An auditor of one region."""
    return Visitor(web, Role.AUDITOR, "audit-1", region)


# Figures ─────────────────────────────────────────────────────────────────────────────────────────


def test_figures_of_the_month_and_of_other_days(web: Web) -> None:
    """FIG-1: pools and members, payments by region, day, channel and institution; nobody is named."""
    web.settle("b1", 150_00)
    web.settle("b2", 20_00, channel="internet")
    web.town.reverse("b1", "clinic", 30_00)
    page = visible(auditor(web).get("/auditor/figures"))
    assert "2025年11月1日 – 2025年11月10日" in page
    assert "上海市 1 2 1 2" in page and "上海市 2 1 ¥140.00" in page
    assert "2025年11月10日 2 1 ¥140.00" in page and "clinic 2 1 ¥140.00" in page
    assert "窗口 1 1 ¥120.00" in page and "互联网医院 1 0 ¥20.00" in page
    assert CHILD not in page and FATHER not in page
    before = visible(auditor(web).get("/auditor/figures", first="2025-10-01", last="2025-10-31"))
    assert "这段时间没有共济支付" in before and "上海市 0 0 0 0" in before
    assert "上海市" not in visible(regional(web, "371300").get("/auditor/figures"))


def test_days_that_cannot_be_counted_are_said(web: Web) -> None:
    who = auditor(web)
    found = who.get("/auditor/figures", first="2025-11-09", last="2025-11-01")
    wrong = visible(found)
    assert "结束日期不能早于开始日期" in wrong and "2025年11月1日 – 2025年11月10日" in wrong
    assert 'value="2025-11-09"' in found.text and 'value="2025-11-01"' in found.text
    assert "一次最多统计一年" in visible(who.get("/auditor/figures", first="2020-01-01"))


# The trail ───────────────────────────────────────────────────────────────────────────────────────


def test_who_looked_at_whom_and_when(web: Web) -> None:
    clerk(web).get(f"/clerk/for/{FATHER}")
    who = cashier(web)
    who.follow(who.post("/institution", {"patient": CHILD, "self_paid": "1", "care": "outpatient"}))
    page = visible(auditor(web).get("/auditor/trail", whose=FATHER))
    assert "2025-11-10 09:00:00 clerk-7 经办人" in page and CLINIC not in page
    page = visible(auditor(web).get("/auditor/trail", who=CLINIC))
    assert f"试算 {CHILD}" in page and "clerk-7" not in page
    assert "没有符合条件的记录" in auditor(web).get("/auditor/trail", on="2025-11-09").text


def test_the_looks_of_two_weeks_are_a_picture_with_its_table(web: Web) -> None:
    person(web, "father").get("/family")
    who = clerk(web)
    who.follow(who.post("/clerk", {"q": FATHER}))
    page = auditor(web).get("/auditor").text
    assert 'class="columns"' in page and "<title>11-10 " in page
    assert "2025年11月10日 1 0 1" in visible(auditor(web).get("/auditor"))


def test_the_auditors_own_look_is_on_the_trail(web: Web) -> None:
    auditor(web).get("/auditor/trail", whose=FATHER)
    looks = web.town.ask(lambda s: s.unit.looks("310000", whose=FATHER, limit=9, before=2**62))
    assert [(one.who, one.what) for one in looks] == [("auditor", "trail")]


def test_an_auditor_of_one_region_sees_no_other(web: Web) -> None:
    web.settle("b1", 150_00)
    clerk(web).get(f"/clerk/for/{FATHER}")
    away, here = regional(web, "371300"), regional(web, "310000")
    assert "clerk-7" in here.get("/auditor/trail").text
    assert "clerk-7" not in away.get("/auditor/trail").text
    assert away.get(f"/auditor/decisions/{CLINIC}/b1").status_code == 404
    assert away.get("/auditor/decisions", number="b1").status_code == 404
    assert "150.00" in here.get("/auditor").text
    assert "150.00" not in away.get("/auditor").text


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 40, "' OR 1=1 --", "<script>", "%"])
def test_odd_questions_are_answered_calmly(web: Web, odd: str) -> None:
    for query in ({"before": odd}, {"who": odd}, {"whose": odd}, {"on": odd}):
        found = auditor(web).get("/auditor/trail", **query)
        assert found.status_code == 200 and "<script>" not in found.text


def test_a_long_trail_is_read_page_by_page(web: Web) -> None:
    from datetime import timedelta

    for n in range(130):
        web.town.now += timedelta(seconds=1)
        clerk(web, f"clerk-{n:03d}").get(f"/clerk/for/{FATHER}")
    first = auditor(web).get("/auditor/trail").text
    (onward,) = re.findall(r'href="(/auditor/trail\?[^"]*before=[^"]+)"', first)
    second = auditor(web).get(onward.replace("&amp;", "&")).text
    assert "clerk-129" in first and "clerk-000" not in first
    assert "clerk-000" in second and "clerk-129" not in second


# The books ───────────────────────────────────────────────────────────────────────────────────────


def test_the_books_are_proved_in_the_background_and_the_result_is_kept(web: Web) -> None:
    web.settle("b1", 150_00)
    who = auditor(web)
    begun = who.post("/auditor/proofs", {"id": "ab" * 12})
    again = who.post("/auditor/proofs", {"id": "ab" * 12})
    assert begun.headers["location"] == again.headers["location"]
    page = who.follow(begun)
    for _ in range(100):
        if "账平" in page.text:
            break
        time.sleep(0.02)
        page = who.follow(begun)
    assert "账平" in page.text and 'http-equiv="refresh"' not in page.text
    assert visible(who.get("/auditor/proofs")).count("账平") == 1


def test_a_proof_that_has_not_ended_says_so(web: Web) -> None:
    from gongji.desk.proving import begin_proof

    web.town.do(lambda s: begin_proof(s, "100000", "x"))
    page = auditor(web).get("/auditor/proofs/x").text
    assert 'http-equiv="refresh"' in page and "正在核验" in page
    assert "没有完成" in auditor(web).get("/auditor/proofs").text
    assert auditor(web).get("/auditor/proofs/y").status_code == 404


def test_a_book_that_disagrees_is_named_by_account(web: Web) -> None:
    """Somebody has changed a balance behind the program's back."""
    web.settle("b1", 150_00)
    wrong = "UPDATE accounts SET fen = fen + 1 WHERE owner = ?"
    web.town.do(lambda s: s.unit._db.execute(wrong, (FATHER,)))  # type: ignore[attr-defined]  # on purpose
    walked = web.town.ask(walk)
    web.town.do(lambda s: end_proof(s, "100000", "p", walked))
    found = web.town.ask(lambda s: proof_of(s, "100000", "p"))
    assert found is not None and found.state.failed >= 1
    page = visible(auditor(web).get("/auditor/proofs/p"))
    assert "处不符" in page and f"310000/{FATHER}" in page


# The law ─────────────────────────────────────────────────────────────────────────────────────────


def test_two_regions_stand_beside_each_other(web: Web) -> None:
    page = auditor(web).get("/auditor/packs", one="310000", other="371300").text
    assert page.count('class="sides"') > 5
    same = auditor(web).get("/auditor/packs", one="310000", other="310000")
    assert "规定都相同" in visible(same)


def test_two_days_of_one_region_differ_where_the_text_changed(web: Web) -> None:
    """SH22 names spouse, parents and children; SH25 near relatives."""
    found = auditor(web).get(
        "/auditor/packs", one="310000", one_on="2022-08-01", other="310000", other_on="2025-11-10"
    )
    assert 'id="kin_allowed"' in found.text
    silent = auditor(web).get("/auditor/packs", one="310000", one_on="1999-01-01")
    assert "还没有规定" in silent.text
    for odd in ("x", "999999", "<script>"):
        assert auditor(web).get("/auditor/packs", one=odd, one_on=odd).status_code == 200


def test_every_provision_stands_with_its_words(web: Web) -> None:
    for region, pack in web.town.office.law.packs.items():
        page = auditor(web).get(f"/auditor/packs/{region}").text
        assert page.count("<blockquote") == sum(map(len, pack.answers.values()))
    assert auditor(web).get("/auditor/packs/999999").status_code == 404


# Decisions ───────────────────────────────────────────────────────────────────────────────────────


def test_a_decision_is_replayed_with_its_facts_and_words(web: Web) -> None:
    web.settle("b1", 150_00)
    who = auditor(web)
    for number in ("b1", f"{CLINIC}/b1"):
        found = who.get("/auditor/decisions", number=number)
        assert found.headers["location"] == f"/auditor/decisions/{CLINIC}/b1"
    page = visible(who.get(f"/auditor/decisions/{CLINIC}/b1"))
    assert "结果一致" in page and "共济账户 当年账户 ¥500.00，历年结余 ¥1,200.00" in page
    assert "「医保报销后的医疗费用，不包括自费费用」" in page
    assert who.get("/auditor/decisions", number="b9").status_code == 404
    assert who.get(f"/auditor/decisions/{CLINIC}/b9").status_code == 404


def test_one_number_of_two_institutions_is_asked_back(web: Web) -> None:
    web.settle("b1", 1_00)
    web.post("/v1/settlements", web.bill("b1", 2_00, at="other"), as_="key-other")
    found = auditor(web).get("/auditor/decisions", number="b1")
    assert found.status_code == 200
    assert f"{CLINIC}/b1" in found.text and "H310000-other/b1" in found.text
