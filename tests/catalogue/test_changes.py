"""What changed between two editions."""

from datetime import date

from catalogue.goods import entry
from gongji.catalogue.changes import changes_between
from gongji.catalogue.item import Item


def test_nothing_changed() -> None:
    """Order and numbers are no change; nor is a spelling that is the same name."""
    before = [entry("甲药", code="1"), entry("乙药", "B", code="2")]
    after = [entry("乙药", "B", code="1"), entry("甲 药", code="2")]
    assert changes_between(before, after).none


def test_added_removed_and_changed() -> None:
    """Class, price, agreement and restriction are named each; a lost and a gained form are one."""

    def sold(listed: str, price: str, ends: int) -> Item:
        return entry("丙药", listed, "片", price_words=price, ends=date(ends, 12, 31))

    before = [entry("甲药"), entry("旧药"), sold("B", "3元(片)", 2025), entry("丁药", "B", "片")]
    after = [entry("甲药"), entry("新药"), sold("A", "2元(片)", 2026), entry("丁药", "B", "胶囊")]
    found = changes_between(before, after)
    assert [item.name for item in found.added] == ["新药"]
    assert [item.name for item in found.removed] == ["旧药"]
    assert {change.after.name: change.fields for change in found.changed} == {
        "丙药": ("listed", "price_words", "ends"),
        "丁药": ("form",),
    }
    assert (found.count("listed"), found.count("form"), found.count("restriction")) == (1, 1, 0)


def test_a_form_that_is_added_beside_others_is_added() -> None:
    """Nothing was lost, so nothing moved."""
    before = [entry("药", "A", "片")]
    found = changes_between(before, [*before, entry("药", "B", "注射剂")])
    assert [item.form for item in found.added] == ["注射剂"]
    assert not found.changed


def test_two_agreements_of_one_medicine_are_two_entries() -> None:
    """On days that follow each other the same name and form stands twice."""
    first = entry("药", "B", starts=date(2024, 1, 1), ends=date(2024, 12, 31))
    second = entry("药", "B", starts=date(2025, 1, 1), ends=date(2025, 12, 31))
    assert changes_between([first, second], [second, first]).none
    assert changes_between([first], [first, second]).added == (second,)
