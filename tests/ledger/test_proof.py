"""The proof: a book that is right proves, and every kind of tampering is found and named."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongji.ledger.book import NOTHING, AccountKey, Book, Posting, Voucher
from gongji.ledger.proof import BalanceRow, Disagreement, EntryRow, Sums, prove

DAY = date(2026, 3, 2)
INFLOW = AccountKey("310000", "agency", "inflow")
FATHER = AccountKey("310000", "father", "carried")
TAX = AccountKey("310000", "tax-2027", "premium")

Rows = tuple[list[EntryRow], list[BalanceRow]]


def rows_of(book: Book) -> Rows:
    """The book as plain rows, in the order in which a store reads them."""
    entries = [
        EntryRow(*e.account, e.version, e.voucher, e.amount_fen, e.before_fen, e.after_fen)
        for e in book.entries
    ]
    balances = [BalanceRow(*account, *balance) for account, balance in book.changed().items()]
    return sorted(entries, key=place), sorted(balances, key=place)


def place(row: EntryRow | BalanceRow) -> tuple[str, str, str, int]:
    """What the rows are sorted by."""
    return row.owner, row.kind, row.region, row.version


def a_book() -> Rows:
    """The father is credited 100 and 50, pays a premium of 70, and gets 20 back."""
    book = Book(dict.fromkeys((INFLOW, FATHER, TAX), NOTHING))
    for id, source, target, amount in (
        ("credit-1", INFLOW, FATHER, 100),
        ("credit-2", INFLOW, FATHER, 50),
        ("bill", FATHER, TAX, 70),
        ("back", TAX, FATHER, 20),
    ):
        book.post(Voucher("310000", id, "test", DAY, (Posting(source, target, amount),)))
    return rows_of(book)


def test_an_account_of_the_same_name_in_another_region_is_another_account() -> None:
    """Every region has its agency; the rows of one end where the region does."""
    afar = AccountKey("371300", "agency", "inflow")
    mother = AccountKey("371300", "mother", "carried")
    book = Book(dict.fromkeys((INFLOW, FATHER, afar, mother), NOTHING))
    for region, source, target in (("310000", INFLOW, FATHER), ("371300", afar, mother)):
        for n in (1, 2):
            book.post(
                Voucher(region, f"{region}-{n}", "credit", DAY, (Posting(source, target, n),))
            )
    assert list(prove(*rows_of(book))) == [Sums(4, 8, 0)]


def findings(rows: Rows) -> list[Disagreement]:
    """What the proof finds; the sums come last."""
    *found, sums = prove(*rows)
    assert isinstance(sums, Sums)
    assert all(isinstance(one, Disagreement) for one in found)
    return [one for one in found if isinstance(one, Disagreement)]


def entry(rows: Rows, voucher: str, owner: str) -> int:
    """Where this entry stands."""
    (place,) = [n for n, row in enumerate(rows[0]) if (row.voucher, row.owner) == (voucher, owner)]
    return place


def balance(rows: Rows, owner: str) -> int:
    """Where this balance stands."""
    (place,) = [n for n, row in enumerate(rows[1]) if row.owner == owner]
    return place


def test_a_book_that_is_right_proves() -> None:
    """Three accounts, eight entries, and all of it comes to zero."""
    assert list(prove(*a_book())) == [Sums(accounts=3, entries=8, total_fen=0)]


def test_an_empty_book_proves() -> None:
    """Nothing disagrees with nothing."""
    assert list(prove([], [])) == [Sums(0, 0, 0)]


def test_an_account_at_zero_without_entries_is_no_disagreement() -> None:
    """An account may be opened before its first entry."""
    assert findings(([], [BalanceRow("310000", "x", "carried", 0, 0)])) == []


def change_an_amount(rows: Rows) -> None:
    """70 fen become 60; what was before and after is left as it was."""
    n = entry(rows, "bill", "father")
    rows[0][n] = rows[0][n]._replace(amount_fen=-60)


def change_an_amount_and_what_follows_from_it(rows: Rows) -> None:
    """The entry is made to add up, and so does not lead to the next one."""
    n = entry(rows, "bill", "father")
    rows[0][n] = rows[0][n]._replace(amount_fen=-60, after_fen=90)


def change_the_last_entry_in_full(rows: Rows) -> None:
    """Entry and balance agree with each other, and the other side of the posting does not."""
    n, m = entry(rows, "back", "father"), balance(rows, "father")
    rows[0][n] = rows[0][n]._replace(amount_fen=30, after_fen=110)
    rows[1][m] = rows[1][m]._replace(fen=110)


def drop_an_entry(rows: Rows) -> None:
    """The second credit is gone."""
    del rows[0][entry(rows, "credit-2", "father")]


def drop_the_first_entry(rows: Rows) -> None:
    """The first credit is gone."""
    del rows[0][entry(rows, "credit-1", "father")]


def drop_the_last_entry(rows: Rows) -> None:
    """What the reversal gave back is gone."""
    del rows[0][entry(rows, "back", "father")]


def drop_all_entries_of_an_account(rows: Rows) -> None:
    """The tax authority's account keeps its balance and loses its history."""
    rows[0][:] = [row for row in rows[0] if row.owner != "tax-2027"]


def change_a_balance(rows: Rows) -> None:
    """The father has 1 fen more than his entries say."""
    n = balance(rows, "father")
    rows[1][n] = rows[1][n]._replace(fen=rows[1][n].fen + 1)


def change_a_balance_version(rows: Rows) -> None:
    """The balance claims one entry more."""
    n = balance(rows, "father")
    rows[1][n] = rows[1][n]._replace(version=rows[1][n].version + 1)


def drop_a_balance(rows: Rows) -> None:
    """Entries without a balance."""
    del rows[1][balance(rows, "tax-2027")]


def add_a_balance_without_entries(rows: Rows) -> None:
    """Money from nowhere."""
    rows[1].insert(balance(rows, "father"), BalanceRow("310000", "dodger", "carried", 900, 0))


def add_a_balance_without_entries_at_the_end(rows: Rows) -> None:
    """Money from nowhere, after the last account that has entries."""
    rows[1].append(BalanceRow("990000", "dodger", "carried", 900, 0))


def swap_versions(rows: Rows) -> None:
    """The bill and the second credit change places."""
    n, m = entry(rows, "credit-2", "father"), entry(rows, "bill", "father")
    one, other = rows[0][n], rows[0][m]
    rows[0][n], rows[0][m] = other._replace(version=2), one._replace(version=3)


def repeat_an_entry(rows: Rows) -> None:
    """The same entry twice."""
    n = entry(rows, "bill", "father")
    rows[0].insert(n, rows[0][n])


def overdraw(rows: Rows) -> None:
    """A purse below zero, with everything adding up."""
    n, m = entry(rows, "back", "tax-2027"), balance(rows, "tax-2027")
    rows[0][n] = rows[0][n]._replace(amount_fen=-90, after_fen=-20)
    rows[1][m] = rows[1][m]._replace(fen=-20)


@pytest.mark.parametrize(
    ("tamper", "first"),
    [
        (change_an_amount, "father 3 bill: 150 and -60 do not make 80"),
        (change_an_amount_and_what_follows_from_it,
         "father 4 back: it begins at 80 fen, the entry before ended at 90"),
        (change_the_last_entry_in_full, " 0 : all entries together come to 10 fen, not zero"),
        (drop_an_entry, "father 3 bill: entry 3 follows entry 1: one is missing"),
        (drop_the_first_entry, "father 2 credit-2: entry 2 follows entry 0: one is missing"),
        (drop_the_last_entry,
         "father 3 : the entries come to 80 fen in 3 entries, the balance says 100 fen in 4"),
        (drop_all_entries_of_an_account,
         "tax-2027 0 : the balance says 50 fen, and there are no entries"),
        (change_a_balance,
         "father 4 : the entries come to 100 fen in 4 entries, the balance says 101 fen in 4"),
        (change_a_balance_version,
         "father 4 : the entries come to 100 fen in 4 entries, the balance says 100 fen in 5"),
        (drop_a_balance, "tax-2027 2 : there are entries, and no balance"),
        (add_a_balance_without_entries,
         "dodger 0 : the balance says 900 fen, and there are no entries"),
        (add_a_balance_without_entries_at_the_end,
         "dodger 0 : the balance says 900 fen, and there are no entries"),
        (swap_versions, "father 2 bill: it begins at 150 fen, the entry before ended at 100"),
        (repeat_an_entry, "father 3 bill: entry 3 follows entry 3: one is missing"),
        (overdraw, "tax-2027 2 back: it goes below zero, to -20 fen"),
    ],
)  # fmt: skip
def test_tampering_is_found_and_the_first_entry_named(
    tamper: Callable[[Rows], None], first: str
) -> None:
    """Whatever was done to the rows, the proof names the first entry that disagrees."""
    rows = a_book()
    tamper(rows)
    found = findings(rows)
    assert found, "the tampering went unseen"
    assert f"{found[0].owner} {found[0].version} {found[0].voucher}: {found[0].wrong}" == first


def test_one_account_is_one_finding() -> None:
    """What follows from the first disagreement in an account is not told again."""
    rows = a_book()
    n = entry(rows, "credit-1", "father")
    for m in range(n, n + 4):
        rows[0][m] = rows[0][m]._replace(amount_fen=rows[0][m].amount_fen + 1)
    assert [one.owner for one in findings(rows)].count("father") == 1


def test_every_account_that_disagrees_is_named() -> None:
    """One wrong account does not hide the next."""
    rows = a_book()
    change_an_amount(rows)
    drop_a_balance(rows)
    assert {one.owner for one in findings(rows)} == {"tax-2027", "father", ""}


# ── Bills, each with an account of its own ──


def two_bills() -> Rows:
    """The father pays 70 and 30 at the clinic."""
    bills = [AccountKey("310000", f"clinic/b{n}", "payable") for n in (1, 2)]
    book = Book(dict.fromkeys((INFLOW, FATHER, *bills), NOTHING))
    for id, source, target, amount in (
        ("credit", INFLOW, FATHER, 150),
        ("b1", FATHER, bills[0], 70),
        ("b2", FATHER, bills[1], 30),
    ):
        book.post(Voucher("310000", id, "test", DAY, (Posting(source, target, amount),)))
    return rows_of(book)


def test_bills_prove_without_a_balance() -> None:
    """Their entries are all that there is of them."""
    rows = two_bills()
    assert list(prove(*rows)) == [Sums(accounts=4, entries=6, total_fen=0)]


def test_what_one_bill_lacks_another_cannot_make_good() -> None:
    """10 fen moved from one bill's entry to another's: every account agrees with itself, and the
    whole comes to zero."""
    rows = two_bills()
    for owner, by in (("clinic/b1", -10), ("clinic/b2", 10)):
        (n,) = [n for n, row in enumerate(rows[0]) if row.owner == owner]
        one = rows[0][n]
        rows[0][n] = one._replace(amount_fen=one.amount_fen + by, after_fen=one.after_fen + by)
    assert [one.wrong for one in findings(rows)] == [
        "the entries of some voucher do not come to zero"
    ]


# ── Whatever is posted ───────────────────────────────────────────────────────────────────────────

ACCOUNTS = [INFLOW, TAX, *(AccountKey("310000", name, "carried") for name in "abc")]
moves = st.lists(
    st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS), st.integers(1, 10**12)),
    max_size=60,
)


def posted(wanted: list[tuple[AccountKey, AccountKey, int]]) -> Book:
    """The moves that the purses allow, some vouchers with several postings."""
    book = Book(dict.fromkeys(ACCOUNTS, NOTHING))
    for number, (source, target, amount) in enumerate(wanted):
        most = amount if source is INFLOW else min(amount, book.fen(source))
        if source != target and most > 0:
            book.post(Voucher("310000", f"v{number}", "t", DAY, (Posting(source, target, most),)))
    return book


@given(moves)
@settings(max_examples=150)
def test_whatever_is_posted_proves(wanted: list[tuple[AccountKey, AccountKey, int]]) -> None:
    """The second path comes to the same balances as the first."""
    book = posted(wanted)
    entries, balances = rows_of(book)
    assert list(prove(entries, balances)) == [Sums(len(balances), len(entries), 0)]


@given(moves.filter(bool), st.data())
@settings(max_examples=150)
def test_any_one_number_that_is_changed_is_found(
    wanted: list[tuple[AccountKey, AccountKey, int]], data: st.DataObject
) -> None:
    """One number in one row, by any amount, and the book no longer proves."""
    book = posted([(INFLOW, ACCOUNTS[2], 500), *wanted])
    entries, balances = rows_of(book)
    by = data.draw(st.integers(-1000, 1000).filter(bool), label="by")
    if data.draw(st.booleans(), label="an entry"):
        n = data.draw(st.integers(0, len(entries) - 1), label="row")
        field = data.draw(st.sampled_from(["version", "amount_fen", "before_fen", "after_fen"]))
        entries[n] = entries[n]._replace(**{field: getattr(entries[n], field) + by})
    else:
        n = data.draw(st.integers(0, len(balances) - 1), label="row")
        field = data.draw(st.sampled_from(["fen", "version"]))
        balances[n] = balances[n]._replace(**{field: getattr(balances[n], field) + by})
    assert findings((entries, balances))
