"""The book: postings in, entries and balances out."""

from datetime import date

import pytest

from gongji.ledger.book import NOTHING, AccountKey, Balance, Book, Entry, Posting, Voucher

DAY = date(2026, 3, 2)
INFLOW = AccountKey("310000", "agency", "inflow")
FATHER = AccountKey("310000", "father", "carried")
MOTHER = AccountKey("310000", "mother", "carried")
TAX = AccountKey("310000", "tax-2027", "premium")
NAMES = {"inflow": INFLOW, "father": FATHER, "mother": MOTHER, "tax": TAX}


def book(**yuan: int) -> Book:
    """A book with these balances, one entry each behind them; everybody else is at zero."""
    balances = dict.fromkeys(NAMES.values(), NOTHING)
    return Book(balances | {NAMES[name]: Balance(sum_, 1) for name, sum_ in yuan.items()})


def voucher(id: str, postings: str) -> Voucher:
    """`father→tax 70, mother→tax 30`."""
    found = []
    for one in postings.split(", "):
        names, amount = one.split(" ")
        source, target = names.split("→")
        found.append(Posting(NAMES[source], NAMES[target], int(amount)))
    return Voucher("310000", id, "settlement", DAY, tuple(found))


@pytest.mark.parametrize(
    ("before", "postings", "after"),
    [
        ({"father": 100}, ["father→tax 70"], "father=30 tax=70"),
        ({"father": 100}, ["father→tax 100"], "father=0 tax=100"),
        ({"father": 50, "mother": 50}, ["father→tax 50, mother→tax 20"],
         "father=0 mother=30 tax=70"),
        ({"father": 100}, ["father→tax 70", "tax→father 70"], "father=100 tax=0"),
        ({"father": 100}, ["father→tax 70, tax→mother 70"], "father=30 tax=0 mother=70"),
        ({}, ["inflow→father 10"], "inflow=-10 father=10"),
        ({}, ["inflow→father 10", "inflow→mother 5"], "inflow=-15 father=10 mother=5"),
    ],
)  # fmt: skip
def test_what_postings_leave_behind(
    before: dict[str, int], postings: list[str], after: str
) -> None:
    """Money leaves one account and enters another; nothing is made and nothing is lost."""
    one = book(**before)
    for number, line in enumerate(postings):
        one.post(voucher(f"v{number}", line))
    for word in after.split():
        name, sum_ = word.split("=")
        assert one.fen(NAMES[name]) == int(sum_), name
    assert sum(entry.amount_fen for entry in one.entries) == 0
    assert set(one.changed()) == {entry.account for entry in one.entries}


def test_an_entry_carries_balance_before_and_after_version_and_voucher() -> None:
    """Two entries a posting, in the voucher's order, versions running on from the stored ones."""
    one = book(father=100)
    one.post(voucher("v1", "father→tax 70"))
    one.post(voucher("v2", "tax→father 20"))
    assert one.entries == [
        Entry(FATHER, 2, "settlement", "v1", -70, 100, 30, DAY),
        Entry(TAX, 1, "settlement", "v1", 70, 0, 70, DAY),
        Entry(TAX, 2, "settlement", "v2", -20, 70, 50, DAY),
        Entry(FATHER, 3, "settlement", "v2", 20, 30, 50, DAY),
    ]
    assert one.changed() == {FATHER: Balance(50, 3), TAX: Balance(50, 2)}


def test_a_purse_never_goes_below_zero() -> None:
    """It is our mistake when it would: the decision before it has looked at the balance."""
    with pytest.raises(AssertionError, match="would go below zero"):
        book(father=69).post(voucher("v", "father→tax 70"))


def test_only_where_money_enters_the_book_may_a_balance_be_negative() -> None:
    """The agency's inflow is the other side of all credits; the tax authority's account is not."""
    book().post(voucher("v", "inflow→father 70"))
    with pytest.raises(AssertionError):
        book().post(voucher("v", "tax→father 70"))


def test_an_account_that_was_not_loaded_is_a_mistake_of_ours() -> None:
    """The book does not invent a balance."""
    with pytest.raises(KeyError):
        Book({FATHER: Balance(100, 1)}).post(voucher("v", "father→tax 70"))


def test_a_bill_has_an_account_of_its_own_and_no_balance_beside_its_entries() -> None:
    """What is owed for it stands in the last of them; the purse's balance changes as ever."""
    bill = AccountKey("310000", "clinic/b1", "payable")
    one = Book({FATHER: Balance(100, 1), bill: NOTHING})
    one.post(Voucher("310000", "v1", "settlement", DAY, (Posting(FATHER, bill, 70),)))
    one.post(Voucher("310000", "v2", "reversal", DAY, (Posting(bill, FATHER, 20),)))
    assert [entry.after_fen for entry in one.entries if entry.account == bill] == [70, 50]
    assert one.changed() == {FATHER: Balance(50, 3)}


@pytest.mark.parametrize("amount", [0, -1])
def test_a_posting_moves_something(amount: int) -> None:
    """Nothing and less than nothing are not postings."""
    with pytest.raises(AssertionError):
        Posting(FATHER, TAX, amount)


def test_a_posting_has_two_sides() -> None:
    """Money does not move from an account to itself."""
    with pytest.raises(AssertionError):
        Posting(FATHER, FATHER, 1)


def test_a_voucher_without_postings_is_not_booked() -> None:
    """An act that moved nothing has no voucher."""
    with pytest.raises(AssertionError):
        book().post(Voucher("credit", "v", "settlement", DAY, ()))


def test_loading_again_does_not_forget_what_was_posted() -> None:
    """An account that is in the book already keeps its running balance."""
    one = book(father=100)
    one.post(voucher("v", "father→tax 70"))
    one.load({FATHER: Balance(100, 1)})
    assert one.fen(FATHER) == 30


def test_the_book_says_which_accounts_it_lacks() -> None:
    """So that they can be read in one go."""
    one = Book({FATHER: NOTHING})
    assert one.missing([FATHER, MOTHER, TAX]) == [MOTHER, TAX]
