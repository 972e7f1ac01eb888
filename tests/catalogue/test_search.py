"""Searching: by name, part, pinyin and initials, with typing mistakes; the best first."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalogue.goods import entry
from gongji.catalogue.edits import distance_within, masks
from gongji.catalogue.pinyin import readings, spelled
from gongji.catalogue.search import How
from gongji.catalogue.shelf import Shelf

SHELF = Shelf(
    [
        entry("阿莫西林", "A", "口服常释剂型"),
        entry("阿莫西林", "A", "颗粒剂"),
        entry("阿莫西林克拉维酸", "B", "注射剂"),
        entry("氨氯地平", "A", "口服常释剂型"),
        entry("二甲双胍\n二甲双胍Ⅱ", "B", "缓释控释剂型"),
        entry("司美格鲁肽注射液", "B"),
        entry("人胰岛素(重组人胰岛素)", "A", "注射剂"),
        entry("维生素B1", "A", "注射剂"),
        entry("维生素B12", "A", "注射剂"),
        entry("参苓白术丸(散、颗粒)", "A"),
        entry("氯吡格雷", "B", "口服常释剂型"),
        entry("绿豆衣", "unclassed"),
    ]
)


@pytest.mark.parametrize(
    ("query", "name", "how", "mistakes"),
    [
        ("阿莫西林", "阿莫西林", How.EXACT, 0),
        ("阿莫", "阿莫西林", How.BEGINS, 0),
        ("西林", "阿莫西林", How.PART, 0),
        ("阿莫西林胶囊", "阿莫西林", How.WITHIN, 0),
        ("硫酸氢氯吡格雷", "氯吡格雷", How.WITHIN, 0),
        ("AMOXILIN", "阿莫西林", How.PINYIN, 0),
        ("amxl", "阿莫西林", How.INITIALS, 0),
        ("阿莫西灵", "阿莫西林", How.NEAR, 1),
        ("阿莫林西", "阿莫西林", How.NEAR, 1),
        ("阿莫西琳克拉为酸", "阿莫西林克拉维酸", How.PINYIN, 0),
        ("二甲双瓜", "二甲双胍 / 二甲双胍Ⅱ", How.PINYIN, 0),
        ("氨录地平", "氨氯地平", How.NEAR, 1),
        ("semeigelutai", "司美格鲁肽注射液", How.NEAR_PINYIN, 1),
        ("chongzurenyidaosu", "人胰岛素(重组人胰岛素)", How.PINYIN, 0),
        ("zhongzurenyidaosu", "人胰岛素(重组人胰岛素)", How.PINYIN, 0),
        ("wssb1", "维生素B1", How.INITIALS, 0),
        ("ＡＭＸＬ", "阿莫西林", How.INITIALS, 0),  # noqa: RUF001 - full width, as an IME types
        ("参苓白术颗粒", "参苓白术丸(散、颗粒)", How.EXACT, 0),
        ("lvdouyi", "绿豆衣", How.PINYIN, 0),
        ("毫不相干的东西", None, None, 0),
        ("", None, None, 0),
        ("   ", None, None, 0),
    ],
)
def test_the_best_hit(query: str, name: str | None, how: How | None, mistakes: int) -> None:
    """The first name that a query finds, and by what."""
    hits = SHELF.search(query)
    if name is None:
        assert hits == []
        return
    assert (hits[0].name, hits[0].how, hits[0].mistakes) == (name, how, mistakes)


def test_a_name_comes_once_with_all_its_forms() -> None:
    """The forms of one name are one hit."""
    (hit, *_) = SHELF.search("阿莫西林")
    assert [item.form for item in hit.items] == ["口服常释剂型", "颗粒剂"]
    names = [hit.name for hit in SHELF.search("a")]
    assert len(names) == len(set(names))


def test_the_shorter_name_comes_first() -> None:
    """Of equally good hits the one with less that was not asked for."""
    assert [hit.name for hit in SHELF.search("维生素")] == ["维生素B1", "维生素B12"]
    assert len(SHELF.search("维生素", limit=1)) == 1


def test_a_longer_way_round_is_not_taken_when_the_name_is_there() -> None:
    """Sound and mistakes are tried only where the letters themselves say nothing."""
    assert {hit.how for hit in SHELF.search("阿莫西林")} == {How.EXACT, How.BEGINS}


def test_a_query_of_any_length_is_answered() -> None:
    """A pasted paragraph costs no more than its beginning."""
    assert SHELF.search("药" * 10_000) == []


def test_readings() -> None:
    """Every reading of a letter; ü is typed as v; what is Latin stays."""
    assert spelled("绿豆衣") == "lvdouyi"
    full = {typed.full for typed in readings("重组")}
    assert {"zhongzu", "chongzu"} <= full
    assert readings("b1")[0].initials == "b1"
    assert len(readings("阿莫西林阿莫西林阿莫西林")) < 40


def plain_distance(query: str, text: str) -> int:
    """The same distance from the textbook's table: mistakes of the query within any part of text."""
    before: list[int] = []
    row = [0] * (len(text) + 1)
    for i, letter in enumerate(query, start=1):
        new = [i]
        for j, other in enumerate(text, start=1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == text[j - 2] and query[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        before, row = row, new
    return min(row)


@given(st.text("abcd", min_size=1, max_size=9), st.text("abcd", max_size=12))
@example("abcd", "acbd")  # two neighbours swapped in the middle: one mistake
@example("abcdab", "xxbacdbayy")
def test_mistakes_are_counted_as_in_the_textbook(query: str, text: str) -> None:
    """The bit vectors and the table agree."""
    assert distance_within(query, masks(query), text) == plain_distance(query, text)


@given(st.text("abcdef", min_size=3, max_size=9), st.data())
def test_a_swap_is_one_mistake(query: str, data: st.DataObject) -> None:
    """Wherever it is, and whatever stands around it."""
    at = data.draw(st.integers(0, len(query) - 2))
    swapped = query[:at] + query[at + 1] + query[at] + query[at + 2 :]
    assert distance_within(query, masks(query), f"xx{swapped}yy") <= 1
