"""The storm finds nothing wrong, and finds it when there is something wrong."""

import pytest

from gongji.lab.storm import run_storm
from gongji.ledger.book import Book
from gongji.store.unit import SqlUnit
from gongji.wiring import local_clock, office_in_memory


@pytest.mark.parametrize("seed", range(5))
def test_the_books_hold_in_a_storm(seed: int) -> None:
    """Pays, repeats, reversals, binds and unbinds, and units of work that are broken off."""
    storm = run_storm(office_in_memory(local_clock), seed=seed, acts=600)

    assert storm.wrong == ()
    assert storm.broken_off > 0
    assert sum(count for act, count in storm.done.items() if act == "settle: pooled") > 5


def test_the_same_seed_raises_the_same_storm() -> None:
    """Whatever it breaks can be broken again."""
    one, other = (run_storm(office_in_memory(local_clock), seed=9, acts=200) for _ in range(2))

    assert one.done == other.done


def test_the_storm_notices_a_fen_that_comes_from_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guard that cannot fail guards nothing: here the store makes one fen up."""
    honest = SqlUnit.write_book
    written = 0

    def generous(unit: SqlUnit, book: Book, recorded_at: int) -> None:
        nonlocal written
        honest(unit, book, recorded_at)
        written += bool(book.changed())
        if written == 60 and book.changed():
            owner = next(iter(book.changed())).owner
            unit._db.execute("UPDATE accounts SET fen = fen + 1 WHERE owner = ?", (owner,))

    monkeypatch.setattr(SqlUnit, "write_book", generous)

    storm = run_storm(office_in_memory(local_clock), seed=1, acts=400)

    assert any(wrong.startswith("proof: ") for wrong in storm.wrong)
    assert any("fen in the store" in wrong for wrong in storm.wrong)


def test_the_storm_notices_a_pool_that_pays_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here an ended bond goes on for ever; the storm keeps its own list of bonds."""
    monkeypatch.setattr(SqlUnit, "end_bond", lambda *_: None)

    storm = run_storm(office_in_memory(local_clock), seed=1, acts=1500)

    assert any("pooled money without a bond" in wrong for wrong in storm.wrong)
