"""Look-up by name and form, and a region's additions to the national list."""

from catalogue.goods import entry
from gongji.catalogue.item import Item, Kind
from gongji.catalogue.shelf import Found, Shelf
from gongji.terms import Level, Scheme


def said(found: Found) -> list[tuple[str, str]]:
    """Class and form of each entry found."""
    return [(item.listed.value, item.form) for item in found.items]


TWO_CLASSES = [
    entry("布洛芬", "A", "口服常释剂型"),
    entry("布洛芬", "B", "颗粒剂"),
    entry("布洛芬", "B", "注射剂"),
]


def test_a_name_alone_answers_every_form() -> None:
    """One name is A in one form and B in another, so the name alone has several answers."""
    shelf = Shelf(TWO_CLASSES)
    assert said(shelf.find("布洛芬")) == [("A", "口服常释剂型"), ("B", "颗粒剂"), ("B", "注射剂")]


def test_a_form_chooses() -> None:
    """The very form, or a wider one of the list that takes it in."""
    shelf = Shelf(TWO_CLASSES)
    assert said(shelf.find("布洛芬", "颗粒剂")) == [("B", "颗粒剂")]
    capsule = shelf.find("布洛芬", "胶囊")
    assert said(capsule) == [("A", "口服常释剂型")]
    assert capsule.by_family


def test_a_form_that_is_not_listed_names_the_others() -> None:
    """Listed in other forms is not listed in this one."""
    found = Shelf(TWO_CLASSES).find("布洛芬", "栓剂")
    assert not found.items
    assert [item.form for item in found.other_forms] == ["口服常释剂型", "颗粒剂", "注射剂"]


def test_a_name_that_says_its_form() -> None:
    """Where the list has no column for the form, the name has it, and any form asked for is it."""
    shelf = Shelf([entry("司美格鲁肽注射液", "B"), entry("参苓白术丸(散、颗粒)")])
    assert said(shelf.find("司美格鲁肽注射液", "注射剂")) == [("B", "")]
    assert said(shelf.find("参苓白术", "颗粒")) == [("A", "")]
    assert not shelf.find("参苓白术").items


def test_the_name_itself_goes_before_another_entrys_other_name() -> None:
    """复方氨基酸 is a name, and what is left of 复方氨基酸(18AA) without its brackets."""
    plain, long = entry("复方氨基酸", "B", "注射剂"), entry("复方氨基酸(18AA)", "A", "注射剂")
    found = Shelf([long, plain]).find("复方氨基酸")
    assert said(found) == [("B", "注射剂")]
    assert not found.by_other_name
    assert Shelf([long]).find("复方氨基酸").by_other_name


def test_a_region_adds_and_replaces() -> None:
    """Its own entries stand beside the national ones, or in the place of the same name and form."""
    piece = entry("大蓟", "unclassed", kind=Kind.PIECE)
    shelf = Shelf(
        [*TWO_CLASSES, piece], [entry("布洛芬", "B", "口服常释剂型"), entry("院内制剂", "B")]
    )
    assert said(shelf.find("布洛芬", "口服常释剂型")) == [("B", "口服常释剂型")]
    assert said(shelf.find("院内制剂")) == [("B", "")]
    assert len(shelf.items) == 5


def test_a_row_without_a_class_only_adds_to_what_is_listed() -> None:
    """Share and ceiling go to every form of the name, or to the one named; the class stays."""
    shares = {Scheme.EMPLOYEE: 1000}
    all_forms = entry("布洛芬", "as_listed", shares_bp=shares)
    shelf = Shelf(TWO_CLASSES, [all_forms])
    assert [item.shares_bp for item in shelf.find("布洛芬").items] == [shares] * 3
    assert said(shelf.find("布洛芬"))[0] == ("A", "口服常释剂型")
    one = entry("布洛芬", "as_listed", "颗粒剂", ceilings_fen={Level.PRIMARY: 500})
    shelf = Shelf(TWO_CLASSES, [one, entry("没有的药", "as_listed")])
    ceilings = [item.ceilings_fen for item in shelf.find("布洛芬").items]
    assert ceilings == [{}, {Level.PRIMARY: 500}, {}]
    assert not shelf.find("没有的药").items


def test_an_empty_shelf_has_nothing() -> None:
    """And says so without failing."""
    shelf = Shelf(list[Item]())
    assert shelf.find("阿莫西林") == Found(())
    assert shelf.search("阿莫西林") == []
