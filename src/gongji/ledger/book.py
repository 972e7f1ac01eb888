"""The book: vouchers in, entries and balances out."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import msgspec


class AccountKey(NamedTuple):
    """账户: whose account in the book, and of which kind."""

    region: str
    owner: str
    kind: str


class Balance(NamedTuple):
    """An account's sum in fen, and how many entries made it."""

    fen: int
    version: int


NOTHING = Balance(0, 0)

ITEMS = frozenset({"payable"})
"""逐笔: kinds of which each bill has an account of its own. It has no balance beside its entries;
the last of them says what is left. So a thousand families that pay one hospital at once do not wait
in line for what it is owed."""

OVERDRAWN = frozenset({"inflow"}) | ITEMS
"""Kinds that may go below zero: where money enters the book from outside, and the reversal of a
bill that was booked before each had its own account. Nothing else may."""


class Posting(msgspec.Struct, frozen=True):
    """分录: one sum leaves `source` and enters `target`.

    A posting names both sides, so it cannot be unbalanced; there is nothing to check later.
    """

    source: AccountKey
    target: AccountKey
    amount_fen: int

    def __post_init__(self) -> None:
        assert self.amount_fen > 0
        assert self.source != self.target


class Voucher(msgspec.Struct, frozen=True):
    """记账凭证: postings that stand or fall together, and are never changed afterwards.

    `happened_on` is the local day on which the care was settled; the store adds `recorded_at`. They
    differ when a hospital uploads late. `id` comes from the request, so that a retry writes the
    same voucher or none; `kind` says what act it books.
    """

    region: str
    id: str
    kind: str
    happened_on: date
    postings: tuple[Posting, ...]


class Entry(NamedTuple):
    """记账明细: what one posting did to one account. `act` is the voucher's kind, `amount_fen` is
    signed."""

    account: AccountKey
    version: int
    act: str
    voucher: str
    amount_fen: int
    before_fen: int
    after_fen: int
    happened_on: date


class Book:
    """账簿: the accounts that a unit of work has loaded, and what it does to them.

    An account that was not loaded is a mistake of ours, and so is a purse that would go below
    zero: the decision before it has looked at the balance. Both stop the posting.
    """

    def __init__(self, balances: Mapping[AccountKey, Balance]) -> None:
        self._balances = dict(balances)
        self.entries: list[Entry] = []
        self.vouchers: list[Voucher] = []

    def fen(self, account: AccountKey) -> int:
        """What is in the account now."""
        return self._balances[account].fen

    def load(self, balances: Mapping[AccountKey, Balance]) -> None:
        """Take in further accounts; those that are here already stay as they are."""
        for account, balance in balances.items():
            self._balances.setdefault(account, balance)

    def missing(self, accounts: Iterable[AccountKey]) -> list[AccountKey]:
        """Those of the accounts that have not been loaded yet."""
        return [account for account in accounts if account not in self._balances]

    def post(self, voucher: Voucher) -> None:
        """Book a voucher: two entries a posting, in the voucher's order."""
        assert voucher.postings, voucher.id
        for posting in voucher.postings:
            self._enter(voucher, posting.source, -posting.amount_fen)
            self._enter(voucher, posting.target, posting.amount_fen)
        self.vouchers.append(voucher)

    def changed(self) -> dict[AccountKey, Balance]:
        """The accounts that the entries have touched, with their new balances. Items have none."""
        return {
            entry.account: self._balances[entry.account]
            for entry in self.entries
            if entry.account.kind not in ITEMS
        }

    def _enter(self, voucher: Voucher, account: AccountKey, amount_fen: int) -> None:
        before_fen, version = self._balances[account]
        after_fen = before_fen + amount_fen
        assert after_fen >= 0 or account.kind in OVERDRAWN, f"{account} would go below zero"
        self._balances[account] = Balance(after_fen, version + 1)
        self.entries.append(
            Entry(
                account,
                version + 1,
                voucher.kind,
                voucher.id,
                amount_fen,
                before_fen,
                after_fen,
                voucher.happened_on,
            )
        )
