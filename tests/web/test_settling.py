"""A bill over HTTP: what is answered, to whom, and how it reads for ever after."""

from datetime import timedelta
from typing import Any

import pytest

from gongji.policy.reading import read_law
from gongji.wiring import shipped_packs
from web.over_http import Web

CLINIC, CHILD, FATHER = "H310000-clinic", "P310000-child", "P310000-father"


def test_a_childs_bill_is_paid_from_the_fathers_carried_money(web: Web) -> None:
    answer = web.settle("b1", 150_00, fund_paid=120_00, uncovered=30_00)
    assert answer.status_code == 200
    found = answer.json()
    assert found["outcome"] == "pooled"
    assert (found["own_fen"], found["pooled_fen"], found["cash_fen"]) == (0, 150_00, 30_00)
    assert found["outside_relief_fen"] == 150_00
    assert found["sponsor"] == FATHER
    assert found["reference"] == f"{CLINIC}/b1"
    assert found["repeated"] is False
    assert found["own_after"] == {"current_fen": 0, "carried_fen": 0}
    assert found["happened_at"] == "2025-11-10T09:00:00+08:00"
    assert found["law"] == web.town.office.law.version
    assert web.town.balance("father").carried == 1050_00


def test_every_cite_has_its_words_its_day_and_its_place(web: Web) -> None:
    cites = {cite["question"]: cite for cite in web.settle().json()["cites"]}
    assert cites["pool_pays"] == {
        "rules": ["SET-2"],
        "region": "310000",
        "question": "pool_pays",
        "day": cites["pool_pays"]["day"],
        "basis": cites["pool_pays"]["basis"],
        "quote": cites["pool_pays"]["quote"],
        "text": cites["pool_pays"]["text"],
        "place": cites["pool_pays"]["place"],
    }
    assert all(cite[word] for cite in cites.values() for word in ("quote", "day", "text", "place"))


def test_a_bill_that_is_not_pooled_says_every_cause_in_both_languages(web: Web) -> None:
    web.town.uses("father", "contribute")
    found = web.settle("b1", 10_00, care="pharmacy", listed=False).json()
    assert found["outcome"] == "use_not_chosen"
    assert [reason["code"] for reason in found["reasons"]] == ["use_not_chosen", "not_listed"]
    first = found["reasons"][0]
    assert first["zh"] == "“共济支付”没有开通：组建人没有选择，或本地当时还没有开放。"
    assert first["remedy_en"].startswith("The sponsor chooses `pay`;")


def test_a_repeat_is_answered_alike_and_only_marked(web: Web) -> None:
    first, again = web.settle("b1").json(), web.settle("b1").json()
    assert again == {**first, "repeated": True}
    assert web.town.balance("father").carried == 1050_00


def test_the_same_id_with_another_body_is_refused_and_writes_nothing(web: Web) -> None:
    web.settle("b1", 150_00)
    before = web.written()
    refused = web.settle("b1", 140_00)
    assert refused.status_code == 409
    assert refused.json()["code"] == "id_reused"
    assert web.written() == before


def test_an_answer_reads_the_same_after_the_law_has_changed(web: Web) -> None:
    first = web.settle("b1").json()
    folders = shipped_packs()
    newer = {
        folder: {
            name: text.replace("「什么是共济支付？什么是共济缴费？」", "第一条")
            for name, text in files.items()
        }
        for folder, files in folders.items()
    }
    office = web.town.office
    office.law = read_law(newer)
    office._folders = newer
    office.open()
    assert office.law.version != first["law"]
    assert web.settle("b1").json() == {**first, "repeated": True}
    stored = web.get(f"/v1/settlements/{CLINIC}/b1", as_="key-clinic").json()
    assert stored == {**first, "repeated": True}
    changed = {cite["place"] for cite in web.settle("b2").json()["cites"]}
    assert "第一条" in changed


def test_a_quote_says_what_settling_will_and_writes_nothing(web: Web) -> None:
    bill = web.bill("b1", 150_00)
    id = bill.pop("id")
    before = web.written()
    quote = web.post("/v1/quotes", bill, as_="key-clinic").json()
    assert web.written() == before
    settled = web.post("/v1/settlements", {**bill, "id": id}, as_="key-clinic").json()
    assert quote == {name: settled[name] for name in quote}


def test_why_names_every_cause(web: Web) -> None:
    bill = web.bill("-", 10_00, patient="stranger", listed=False)
    del bill["id"]
    found = web.post("/v1/reasons", bill, as_="stranger").json()
    codes = [reason["code"] for reason in found["reasons"]]
    assert codes == ["not_in_a_pool", "not_listed"]
    assert {"NET-18", "SET-7"} <= {rule for cite in found["cites"] for rule in cite["rules"]}


def test_a_reversal_gives_back_part_and_whole(web: Web) -> None:
    web.settle("b1", 150_00, uncovered=30_00)
    part: dict[str, Any] = {"id": "r1", "institution": CLINIC, "of": "b1", "self_paid_fen": 50_00}
    first = web.post("/v1/reversals", part, as_="key-clinic").json()
    assert (first["pooled_fen"], first["whole"], first["repeated"]) == (50_00, False, False)
    assert web.post("/v1/reversals", part, as_="key-clinic").json()["repeated"] is True
    rest = {"id": "r2", "institution": CLINIC, "of": "b1"}
    assert web.post("/v1/reversals", rest, as_="key-clinic").json()["cash_fen"] == 30_00
    assert web.town.balance("father").carried == 1200_00
    stored = web.get(f"/v1/decisions/{CLINIC}/b1", as_="key-auditor").json()
    assert (stored["reversed_self_paid_fen"], stored["reversed_whole"]) == (150_00, True)
    too_much = web.post("/v1/reversals", {**part, "id": "r3"}, as_="key-clinic")
    assert (too_much.status_code, too_much.json()["code"]) == (409, "already_reversed")


def test_a_stored_decision_has_its_provisions_whole_and_replays_the_same(web: Web) -> None:
    web.settle("b1", 150_00)
    stored = web.get(f"/v1/decisions/{CLINIC}/b1", as_="child").json()
    assert stored["bill"]["self_paid_fen"] == 150_00
    questions = [provision["question"] for provision in stored["provisions"]]
    assert questions == [cite["question"] for cite in stored["decision"]["cites"]]
    assert all(provision["asks_zh"] and provision["value"] for provision in stored["provisions"])
    replay = web.get(f"/v1/decisions/{CLINIC}/b1/replay", as_="key-auditor").json()
    assert replay == {"reference": f"{CLINIC}/b1", "law": stored["decision"]["law"], "same": True}


@pytest.mark.parametrize(
    ("as_", "own", "after"),
    [
        ("key-clinic", 30_50, [0, None]),
        ("mother", 30_50, [0, None]),
        ("father", None, [1180_50]),
        ("key-clerk", 30_50, [0, 1180_50]),
        ("key-auditor", 30_50, [0, 1180_50]),
    ],
)
def test_nobody_reads_a_balance_that_is_not_theirs_to_see(
    web: Web, as_: str, own: int | None, after: list[int | None]
) -> None:
    web.settle("b1", 50_00, patient="mother", uncovered=1_00)
    found = web.get(f"/v1/settlements/{CLINIC}/b1", as_=as_).json()
    assert found["pooled_fen"] == 19_50
    assert found["own_fen"] == own
    assert [draw["after_fen"] for draw in found["draws"]] == after
    assert (found["own_after"] is None) == (own is None) == (found["cash_fen"] is None)
    if as_ == "father":
        stored = web.get(f"/v1/decisions/{CLINIC}/b1", as_=as_).json()
        assert stored["bill"] is None


def test_a_late_bill_is_settled_by_the_law_of_its_day(web: Web) -> None:
    web.town.now += timedelta(days=2)
    late = web.settle("b1", 10_00, happened_at="2025-11-11T10:00:00+08:00")
    assert late.json()["happened_at"] == "2025-11-11T10:00:00+08:00"
    assert late.json()["recorded_at"] == "2025-11-12T09:00:00+08:00"


def test_an_institution_lists_its_own_settlements_page_by_page(web: Web) -> None:
    for n in range(5):
        web.settle(f"b{n}", 10_00)
        web.town.now += timedelta(minutes=1)
    seen, before = [], None
    while True:
        query = {"limit": "2", **({"before": before} if before else {})}
        page = web.get("/v1/settlements", as_="key-clinic", **query).json()
        seen += [payment["reference"] for payment in page["payments"]]
        before = page["next_before"]
        if before is None:
            break
    assert len(set(seen)) == 5
    assert web.get("/v1/settlements", as_="key-other").json()["payments"] == []
