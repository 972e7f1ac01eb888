"""The small lists that come with the program."""

from importlib import resources

from gongji.catalogue.item import CatalogueList, ListClass
from gongji.catalogue.reading import read_listing
from gongji.catalogue.shelf import Shelf


def sample(name: str) -> bytes:
    """A sample's bytes."""
    return (resources.files("gongji") / "samples" / name).read_bytes()


def test_the_medicines_are_few_and_show_every_peculiarity() -> None:
    """Both classes under one name, pieces, an agreement, a second name, another insurance."""
    listing = read_listing(sample("medicines.csv"))
    assert not listing.problems
    assert 40 <= len(listing.items) <= 80
    assert {item.listed for item in listing.items} == {
        ListClass.A, ListClass.B, ListClass.UNCLASSED, ListClass.EXCLUDED,
    }  # fmt: skip
    shelf = Shelf(listing.items)
    assert {item.listed.value for item in shelf.find("布洛芬").items} == {"A", "B"}
    assert shelf.search("amxl")[0].name == "阿莫西林"
    assert any(item.ends for item in listing.items)
    assert any(len(item.names) > 1 for item in listing.items)
    assert any(item.only_under for item in listing.items)
    assert any(item.pays_not_alone for item in listing.items)


def test_the_devices() -> None:
    """On a list of their own."""
    listing = read_listing(sample("pharmacy-devices.csv"), CatalogueList.DEVICE)
    assert not listing.problems
    assert {item.listed for item in listing.items} == {ListClass.ACCOUNT, ListClass.EXCLUDED}
    assert all(item.registration for item in listing.items)
