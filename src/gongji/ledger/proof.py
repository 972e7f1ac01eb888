"""核验: every balance computed again from the entries, by a path that shares nothing with the book.

It reads plain rows, in the order of account and version, and keeps one account in mind at a time,
so that it can walk a book of any size.
"""

from collections.abc import Iterable, Iterator
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
    kept = iter(balances)
    balance = next(kept, None)
    accounts = count = total = 0
    last: EntryRow | None = None
    running = version = woven = 0
    sound = True

    def closes(last: EntryRow) -> Iterator[Disagreement]:
        """Hold the account that has just been walked against its balance row."""
        nonlocal balance
        while balance is not None and _place(balance) < _place(last):
            if balance.fen != 0 or balance.version != 0:
                wrong = f"the balance says {balance.fen} fen, and there are no entries"
                yield Disagreement(*balance[:3], 0, "", wrong)
            balance = next(kept, None)
        if balance is None or balance[:3] != last[:3]:
            if last.kind not in WITHOUT_BALANCE:
                yield Disagreement(*last[:3], version, "", "there are entries, and no balance")
            return
        if sound and (balance.fen != running or balance.version != version):
            wrong = (
                f"the entries come to {running} fen in {version} entries, "
                f"the balance says {balance.fen} fen in {balance.version}"
            )
            yield Disagreement(*last[:3], version, "", wrong)
        balance = next(kept, None)

    for row in entries:
        if last is None or row[:3] != last[:3]:
            if last is not None:
                yield from closes(last)
            running, version, sound = 0, 0, True
            accounts += 1
        last = row
        count += 1
        total += row.amount_fen
        woven += row.amount_fen * hash(row.voucher)
        if not sound:
            continue
        wrong = _wrong(row, running, version)
        if wrong:
            sound = False
            yield Disagreement(*row[:3], row.version, row.voucher, wrong)
        running, version = row.after_fen, row.version
    if last is not None:
        yield from closes(last)
    while balance is not None:
        if balance.fen != 0 or balance.version != 0:
            wrong = f"the balance says {balance.fen} fen, and there are no entries"
            yield Disagreement(*balance[:3], 0, "", wrong)
        balance = next(kept, None)
    yield from _whole(total, woven)
    yield Sums(accounts, count, total)


def _place(row: EntryRow | BalanceRow) -> tuple[str, str, str]:
    """Where an account stands in both streams."""
    return row.owner, row.kind, row.region


def _whole(total: int, woven: int) -> Iterator[Disagreement]:
    """What is wrong with all entries together. `woven` is their sum with each voucher weighted by a
    number of its own: what one lacks another cannot make good, and nobody keeps a list of them."""
    if total != 0:
        yield Disagreement("", "", "", 0, "", f"all entries together come to {total} fen, not zero")
    elif woven != 0:
        yield Disagreement("", "", "", 0, "", "the entries of some voucher do not come to zero")


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
