"""核验: every balance computed again from the entries, by a path that shares nothing with the book.

It reads plain rows, in the order of account and version, and keeps one account in mind at a time,
so that it can walk a book of any size.
"""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from typing import NamedTuple

WITHOUT_BALANCE = ("payable",)
"""Kinds of which each bill has an account of its own. Only old ones have a balance."""


class EntryRow(NamedTuple):
    """One row of the entries, as the store has it."""

    region: str
    owner: str
    kind: str
    version: int
    voucher: str
    amount_fen: int
    before_fen: int
    after_fen: int


class BalanceRow(NamedTuple):
    """One row of the accounts, as the store has it."""

    region: str
    owner: str
    kind: str
    fen: int
    version: int


class Disagreement(NamedTuple):
    """不符: the first place in one account where the book contradicts itself."""

    region: str
    owner: str
    kind: str
    version: int
    voucher: str
    wrong: str


class Sums(NamedTuple):
    """What was walked: how many accounts and entries, and what all entries add up to."""

    accounts: int
    entries: int
    total_fen: int


def prove(
    entries: Iterable[EntryRow], balances: Iterable[BalanceRow]
) -> Iterator[Disagreement | Sums]:
    """Every account that disagrees, one finding each, then the sums.

    Both streams come in the order (owner, kind, region), entries by version within it. An account
    without entries stands at zero; an account with entries has a balance row, unless it is a bill's
    own; the whole book adds up to zero, because every posting has two sides, and so does each
    voucher.
    """
    whole = _Whole()
    both: tuple[Iterable[EntryRow | BalanceRow], ...] = (entries, balances)
    for _, rows in groupby(merge(*both, key=_place), key=_place):
        yield from _account(rows, whole)
    if whole.total_fen != 0:
        wrong = f"all entries together come to {whole.total_fen} fen, not zero"
        yield Disagreement("", "", "", 0, "", wrong)
    elif whole.woven != 0:
        yield Disagreement("", "", "", 0, "", "the entries of some voucher do not come to zero")
    yield Sums(whole.accounts, whole.entries, whole.total_fen)


class _Whole:
    """All entries together. `woven` is their sum with each voucher weighted by a number of its own:
    what one lacks another cannot make good, and nobody keeps a list of them."""

    def __init__(self) -> None:
        self.accounts = self.entries = self.total_fen = self.woven = 0


def _place(row: EntryRow | BalanceRow) -> tuple[str, str, str]:
    """Where an account stands in both streams."""
    return row.owner, row.kind, row.region


def _account(rows: Iterable[EntryRow | BalanceRow], whole: _Whole) -> Iterator[Disagreement]:
    """One account: each entry against the one before it, and the last against the balance row,
    which comes behind them. Once it disagrees the rest of it is only counted."""
    running = version = 0
    wrong = ""
    last: EntryRow | None = None
    balance: BalanceRow | None = None
    for row in rows:
        if isinstance(row, BalanceRow):
            balance = row
            continue
        last = row
        whole.entries += 1
        whole.total_fen += row.amount_fen
        whole.woven += row.amount_fen * hash(row.voucher)
        if not wrong:
            wrong = _wrong(row, running, version)
            if wrong:
                yield Disagreement(*row[:3], row.version, row.voucher, wrong)
            running, version = row.after_fen, row.version
    whole.accounts += last is not None
    if wrong:
        return
    if last is None:
        assert balance is not None, "an account is in one stream or in both"
        if (balance.fen, balance.version) != (0, 0):
            wrong = f"the balance says {balance.fen} fen, and there are no entries"
            yield Disagreement(*balance[:3], 0, "", wrong)
    elif balance is None:
        if last.kind not in WITHOUT_BALANCE:
            yield Disagreement(*last[:3], version, "", "there are entries, and no balance")
    elif (balance.fen, balance.version) != (running, version):
        wrong = (
            f"the entries come to {running} fen in {version} entries, "
            f"the balance says {balance.fen} fen in {balance.version}"
        )
        yield Disagreement(*last[:3], version, "", wrong)


def _wrong(row: EntryRow, running: int, version: int) -> str:
    if row.version != version + 1:
        return f"entry {row.version} follows entry {version}: one is missing"
    if row.before_fen != running:
        return f"it begins at {row.before_fen} fen, the entry before ended at {running}"
    if row.before_fen + row.amount_fen != row.after_fen:
        return f"{row.before_fen} and {row.amount_fen} do not make {row.after_fen}"
    if row.after_fen < 0 and row.kind not in ("inflow", *WITHOUT_BALANCE):
        return f"it goes below zero, to {row.after_fen} fen"
    return ""
