"""Rows of the book: accounts and entries."""

from collections.abc import Iterable, Iterator

from gongji.ledger.book import ITEMS, NOTHING, AccountKey, Balance, Book
from gongji.ledger.proof import BalanceRow, EntryRow
from gongji.store.rows import IN, Rows, as_json, by_region


class BookRows(Rows):
    """The part of a unit that keeps the book."""

    LOCKING = ""
    """What a database with locks for rows says at the end of a statement that is to take them."""

    def balances(self, accounts: Iterable[AccountKey]) -> dict[AccountKey, Balance]:
        wanted = dict.fromkeys(accounts, NOTHING)
        owners: dict[str, set[str]] = {}
        for account in wanted:
            if account.kind in ITEMS:
                wanted[account] = self._left_of(account)
                continue
            owners.setdefault(account.region, set()).add(account.owner)
        for region, some in sorted(owners.items()):
            for row in self._rows(
                "SELECT owner, kind, fen, version FROM accounts"
                f" WHERE region = ? AND owner IN {IN}{self.LOCKING}",
                region,
                as_json(some),
            ):
                account = AccountKey(region, row[0], row[1])
                if account in wanted:
                    wanted[account] = Balance(row[2], row[3])
        return wanted

    def _left_of(self, item: AccountKey) -> Balance:
        row = self._row(
            "SELECT after_fen, version FROM entries WHERE region = ? AND owner = ? AND kind = ?"
            " ORDER BY version DESC LIMIT 1",
            *item,
        )
        return Balance(*row) if row else NOTHING

    def purses(self, people: Iterable[str]) -> dict[AccountKey, Balance]:
        """The accounts that these people have."""
        return {
            AccountKey(region, row[0], row[1]): Balance(row[2], row[3])
            for region, some in sorted(by_region(people))
            for row in self._rows(
                "SELECT owner, kind, fen, version FROM accounts"
                f" WHERE region = ? AND owner IN {IN}{self.LOCKING}",
                region,
                some,
            )
        }

    def write_book(self, book: Book, recorded_at: int) -> None:
        days = {entry.happened_on: entry.happened_on.isoformat() for entry in book.entries}
        self._db.executemany(
            "INSERT INTO entries (region, owner, kind, version, act, voucher, amount_fen,"
            " before_fen, after_fen, happened_on, recorded_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (*entry[0], *entry[1:7], days[entry.happened_on], recorded_at)
                for entry in book.entries
            ],
        )
        self._db.executemany(
            "INSERT INTO accounts (region, owner, kind, fen, version) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (region, owner, kind)"
            " DO UPDATE SET fen = excluded.fen, version = excluded.version",
            [(*account, *balance) for account, balance in book.changed().items()],
        )

    def count_accounts(self, region: str, kind: str) -> int:
        (count,) = self._row(
            "SELECT count(*) FROM accounts WHERE region = ? AND kind = ?", region, kind
        )
        return int(count)

    def entry_rows(self) -> Iterator[EntryRow]:
        for row in self._stream(
            "SELECT region, owner, kind, version, voucher, amount_fen, before_fen, after_fen"
            " FROM entries ORDER BY owner, kind, region, version"
        ):
            yield EntryRow(*row)

    def balance_rows(self) -> Iterator[BalanceRow]:
        for row in self._stream(
            "SELECT region, owner, kind, fen, version FROM accounts ORDER BY owner, kind, region"
        ):
            yield BalanceRow(*row)
