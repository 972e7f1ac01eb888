"""The published list, whole: every row is taken, and answers with the class that it has."""

import csv
import io
from collections import Counter, defaultdict
from datetime import date

from gongji.catalogue.item import Agreement, Kind, ListClass, OtherInsurance
from gongji.catalogue.reading import Listing, read_listing
from gongji.catalogue.search import How
from gongji.catalogue.shelf import Shelf

CLASS_OF_ROW = {"1": ListClass.A, "2": ListClass.B}
PIECES = {
    "基金予以支付的中药饮片": ListClass.UNCLASSED,
    "不得纳入基金支付范围的中药饮片": ListClass.EXCLUDED,
}


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows as the standard library reads them, without our code."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_every_row_is_taken(national: Listing) -> None:
    """4,750 of them, without a single problem."""
    assert not national.problems
    assert len(national.items) == 4750
    assert Counter(item.listed.value for item in national.items) == {
        "A": 767,
        "B": 3059,
        "unclassed": 892,
        "excluded": 32,
    }


def test_every_row_is_found_with_its_class(national_bytes: bytes, national_shelf: Shelf) -> None:
    """By name and form, and by each of the names that a row carries."""
    wrong = []
    for row in rows_of(national_bytes):
        expected = CLASS_OF_ROW.get(row["kind"]) or PIECES[row["drugTypeName"]]
        for name in (row["name"], *row["name"].splitlines()):
            found = national_shelf.find(name, row["dosageForm"])
            mine = [item for item in found.items if item.code == row["id"]]
            if not mine or mine[0].listed is not expected or found.by_family:
                wrong.append((row["id"], name, row["dosageForm"]))
            elif {item.listed for item in found.items} != {expected}:
                wrong.append((row["id"], name, "another class in the same form"))
    assert wrong == []


def test_names_in_two_classes(national_bytes: bytes, national_shelf: Shelf) -> None:
    """99 names are A in one form and B in another; the name alone answers both."""
    classes = defaultdict(set)
    for row in rows_of(national_bytes):
        classes[row["name"]].add(row["kind"])
    both = [name for name, kinds in classes.items() if {"1", "2"} <= kinds]
    assert len(both) == 99
    for name in both:
        found = {item.listed for item in national_shelf.find(name).items}
        assert {ListClass.A, ListClass.B} <= found, name


def test_the_peculiar_rows(national: Listing) -> None:
    """Repeats, line breaks, agreements, prices that are words, and other insurances."""
    items = national.items
    assert sum(item.repeats for item in items) == 667
    assert sum(len(item.names) > 1 for item in items) == 42
    negotiated = [item for item in items if item.ends is not None]
    assert len(negotiated) == 427
    ended = [i for i in negotiated if i.agreement(date(2026, 1, 1)) is Agreement.ENDED]
    assert len(ended) == 214
    assert all(i.agreement(date(2025, 12, 31)) is Agreement.IN_FORCE for i in ended)
    assert sum(item.price_words == "企业申请价格保密" for item in items) == 254
    assert sum(bool(item.prices) for item in items) == 172
    assert Counter(item.only_under for item in items if item.only_under) == {
        OtherInsurance.WORK_INJURY: 8,
        OtherInsurance.MATERNITY: 3,
    }
    assert sum(item.pays_not_alone for item in items) == 116
    assert sum(item.kind is Kind.PIECE for item in items) == 924


def test_every_encoding_of_the_whole_list(national_bytes: bytes, national: Listing) -> None:
    """With a mark, in GB18030, with other line ends: the same entries."""
    text = national_bytes.decode()
    for content in (
        text.encode("utf-8-sig"),
        text.encode("gb18030"),
        text.replace("\n", "\r\n").encode(),
    ):
        assert read_listing(content).items == national.items


def test_every_name_is_found_by_name_and_by_pinyin(
    national: Listing, national_shelf: Shelf
) -> None:
    """The whole name is an exact hit, for each of the names of the list."""
    for item in national.items:
        hits = national_shelf.search(item.names[0], limit=5)
        assert hits[0].how is How.EXACT, item.name
        assert any(item in hit.items for hit in hits), item.name


def test_one_mistake_is_forgiven(national_shelf: Shelf) -> None:
    """Swapped, dropped and mistaken letters, in Chinese and in pinyin."""
    for query, name in {
        "阿莫西灵": "阿莫西林",
        "阿莫林西": "阿莫西林",
        "阿托伐他丁": "阿托伐他汀",
        "司美格鲁太": "司美格鲁肽注射液",
        "连花清温": "连花清瘟片(胶囊、颗粒)",
        "lianhuaqinwen": "连花清瘟片(胶囊、颗粒)",
        "lhqw": "连花清瘟片(胶囊、颗粒)",
        "toubaodini": "头孢地尼",
        "tobaodini": "头孢地尼",
    }.items():
        hits = [hit.name for hit in national_shelf.search(query, limit=5)]
        assert name in hits, (query, hits)
