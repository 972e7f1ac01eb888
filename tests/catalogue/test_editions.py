"""Editions: brought in whole or not at all, once; dated; compared."""

import dataclasses
from datetime import date
from typing import Any

import pytest

from catalogue.goods import national_csv, national_row
from gongji.catalogue.item import CatalogueList
from gongji.desk.catalogue import NoEdition, look_up
from gongji.desk.editions import (
    EditionHead,
    Imported,
    Outcome,
    UnknownEdition,
    diff_editions,
    edition_named,
    import_edition,
)
from town import OpenTown, Town

PLAIN = national_csv(national_row(1, "阿莫西林"), national_row(2, "布洛芬", "颗粒剂", 2))


@dataclasses.dataclass
class Lists:
    """A town whose catalogue a test fills."""

    town: Town

    def bring(
        self, content: bytes = PLAIN, name: str = "2024", *, dry_run: bool = False, **more: Any
    ) -> Imported:
        """Bring in an edition; national and from 2025 on, unless said otherwise."""
        head = EditionHead(**{"region": "100000", "name": name, "starts": date(2025, 1, 1), **more})
        return self.town.do(lambda s: import_edition(s, head, content, "test", dry_run=dry_run))

    def changes(self) -> int:
        """How many rows the store has written so far."""
        return self.town.office.store.changes()


@pytest.fixture
def lists(town: OpenTown) -> Lists:
    """No edition is there yet."""
    return Lists(town())


def test_an_edition_is_kept_with_every_entry(lists: Lists) -> None:
    """What comes out is what went in."""
    found = lists.bring()
    assert found.outcome is Outcome.IMPORTED
    assert found.edition is not None
    assert (found.edition.key, found.edition.count) == ("100000/drug/2024", 2)
    kept = lists.town.ask(lambda s: s.unit.edition_items(edition_named(s, "2024")))
    assert tuple(kept) == found.items


def test_the_second_time_nothing_is_written(lists: Lists) -> None:
    """Neither from the same file, nor from the same list in another encoding."""
    lists.bring()
    before = lists.changes()
    assert lists.bring().outcome is Outcome.UNCHANGED
    assert lists.bring(PLAIN.decode().encode("gbk")).outcome is Outcome.UNCHANGED
    assert lists.changes() == before


def test_a_dry_run_writes_nothing_and_says_the_same(lists: Lists) -> None:
    """All of the answer, nothing in the store."""
    before = lists.changes()
    found = lists.bring(dry_run=True)
    assert found.outcome is Outcome.WOULD_IMPORT
    assert lists.changes() == before
    assert lists.bring().items == found.items


@pytest.mark.parametrize(
    ("more", "column"),
    [
        ({"starts": date(2026, 1, 1), "ends": date(2025, 12, 31)}, "ends"),
        ({"name": "of two words"}, "edition"),
        ({"name": ""}, "edition"),
        ({"name": "=1"}, "edition"),
        ({"name": "x" * 41}, "edition"),
    ],
)
def test_an_edition_that_makes_no_sense_is_refused(
    lists: Lists, more: dict[str, Any], column: str
) -> None:
    """Before its rows are looked at, and nothing is kept."""
    before = lists.changes()
    found = lists.bring(**more)
    assert found.outcome is Outcome.REFUSED
    assert found.problems[0].column == column
    assert lists.changes() == before


def test_one_bad_row_keeps_all_out(lists: Lists) -> None:
    """Half a list would call the other half uncovered."""
    before = lists.changes()
    found = lists.bring(PLAIN + national_row(3, "").encode() + b"\n")
    assert found.outcome is Outcome.REFUSED
    assert [(problem.row, problem.column) for problem in found.problems] == [(4, "name")]
    assert lists.changes() == before


def test_an_edition_that_is_here_is_never_changed(lists: Lists) -> None:
    """Decisions name it; a corrected list has a name and a day of its own, and says what differs."""
    lists.bring()
    other = national_csv(national_row(1, "阿莫西林", kind=2))
    found = lists.bring(other)
    assert found.outcome is Outcome.REFUSED
    assert found.changes is not None
    assert found.changes.count("listed") == 1
    assert [item.name for item in found.changes.removed] == ["布洛芬"]
    assert lists.bring(other, "2024b").problems[0].column == "starts"
    assert lists.bring(other, "2024b", starts=date(2025, 2, 1)).outcome is Outcome.IMPORTED


def test_a_new_edition_says_what_it_changes(lists: Lists) -> None:
    """Against the one before it, and again by name."""
    lists.bring()
    new = national_csv(national_row(1, "阿莫西林"), national_row(2, "布洛芬", "颗粒剂", 1))
    found = lists.bring(new, "2025", starts=date(2026, 1, 1))
    assert found.before is not None
    assert found.changes is not None
    assert (found.before.name, found.changes.count("listed")) == ("2024", 1)
    before, after, changes = lists.town.ask(lambda s: diff_editions(s, "2024", "100000/drug/2025"))
    assert (before.name, after.name, changes) == ("2024", "2025", found.changes)


def test_an_unknown_edition_is_named_with_those_that_are_here(lists: Lists) -> None:
    """And a name that several editions have is not guessed at."""
    lists.bring()
    lists.bring(b"name,class\nx,\n", region="310000")
    with pytest.raises(UnknownEdition, match="no such edition; here are: 100000/drug/2024"):
        lists.town.ask(lambda s: edition_named(s, "2023"))
    with pytest.raises(UnknownEdition, match="several editions have this name: 100000/drug/2024"):
        lists.town.ask(lambda s: edition_named(s, "2024"))


def test_the_edition_of_the_day_answers(lists: Lists) -> None:
    """The one that started last of those in force; on a day without any there is no answer."""
    lists.bring(ends=date(2026, 6, 30))
    later = national_csv(national_row(2, "布洛芬", "颗粒剂", 1))
    lists.bring(later, "2025", starts=date(2026, 1, 1), ends=date(2026, 12, 31))

    def listed(day: date) -> str:
        found = lists.town.ask(lambda s: look_up(s, "布洛芬", on=day))
        return f"{found.editions[0].rpartition('/')[2]} {found.entries[0].listed}"

    assert listed(date(2025, 12, 31)) == "2024 B"
    assert listed(date(2026, 1, 1)) == "2025 A"
    assert listed(date(2026, 12, 31)) == "2025 A"
    for day in (date(2024, 12, 31), date(2027, 1, 1)):
        with pytest.raises(NoEdition, match=str(day)):
            listed(day)


def test_a_gap_between_editions_is_noted(lists: Lists) -> None:
    """It is taken, but somebody should look: on the days between, nothing answers."""
    lists.bring(ends=date(2025, 6, 30))
    found = lists.bring(name="2025", starts=date(2026, 1, 1))
    assert found.outcome is Outcome.IMPORTED
    assert "no edition is in force between" in found.problems[0].wrong
    found = lists.bring(name="2026", starts=date(2026, 2, 1))
    assert not found.problems


def test_regions_and_lists_are_kept_apart(lists: Lists) -> None:
    """A region's additions have tables of their own, and devices are no medicines."""
    lists.bring()
    own = "name,form,class,first_share\n布洛芬,颗粒剂,,10%\n".encode()
    device = "name,class,kind\n血糖仪,account,device\n".encode()
    lists.bring(own, region="310000")
    lists.bring(device, region="310000", list=CatalogueList.DEVICE)
    found = lists.town.ask(lambda s: s.unit.editions())
    assert [edition.key for edition in found] == [
        "100000/drug/2024",
        "310000/device/2024",
        "310000/drug/2024",
    ]
    assert len(lists.town.ask(lambda s: s.unit.editions("310000"))) == 2
    assert lists.town.ask(lambda s: s.unit.editions("371300")) == []
    # A region's additions alone are no list: everything else would be called uncovered.
    with pytest.raises(NoEdition):
        lists.town.ask(lambda s: look_up(s, "布洛芬", region="310000", on=date(2024, 1, 1)))


def test_the_whole_national_list(lists: Lists, national_bytes: bytes) -> None:
    """Kept, read back entry by entry, and not kept twice."""
    found = lists.bring(national_bytes)
    assert found.outcome is Outcome.IMPORTED
    kept = lists.town.ask(lambda s: s.unit.edition_items(edition_named(s, "2024")))
    assert tuple(kept) == found.items
    assert lists.bring(national_bytes).outcome is Outcome.UNCHANGED
