"""Rows of a deduction, a chunk at a time, in a temporary table.

Most premiums are plain: one bond, one sponsor who has no other child in the chunk, one purse that
pays. Their rows are made in the database, so that a million of them never pass through this
process. What the law says of them is asked once for each case of uses, lateness and standing; the
only thing that is compared here is whether the balance is enough. All other premiums are handed out.
"""

from collections.abc import Sequence
from datetime import date

from gongji.desk.premium_ports import Booked, DueWithBond, StagedCase, Verdict
from gongji.ledger.book import AccountKey, Balance
from gongji.store.rows import Rows
from gongji.terms import Purse

_CREATE = """CREATE TEMP TABLE IF NOT EXISTS deducting (number BIGINT, person TEXT,
 amount_fen BIGINT, paid_by TEXT, bond TEXT, pool TEXT, starts BIGINT, uses TEXT,
 uses_since BIGINT, sponsor TEXT, scheme TEXT, status TEXT, died TEXT, fen_0 BIGINT,
 version_0 BIGINT, fen_1 BIGINT, version_1 BIGINT, late INT, dead INT, plain INT, code TEXT,
 cites TEXT)"""
_ROW = (
    "number, person, amount_fen, paid_by, bond, pool, starts, uses, uses_since, sponsor,"
    " scheme, status, died, fen_0, version_0, fen_1, version_1"
)


class DeductionRows(Rows):
    """The part of a unit that a deduction needs."""

    def stage_premiums(
        self,
        region: str,
        year: int,
        purses: Sequence[Purse],
        *,
        after: int,
        limit: int,
        at: int,
        cut_off: int,
        today: date,
    ) -> tuple[int, int]:
        """Lay out the next premiums with their bonds; how many, and the last one's number."""
        assert 1 <= len(purses) <= 2
        purse_0, purse_1 = purses[0], purses[-1]
        # Where one purse is pooled, the second join finds nothing, and so counts for nothing.
        second = "1 = 1" if purse_1 is not purse_0 else "1 = 0"
        self._db.execute(_CREATE)
        self._db.execute("DELETE FROM deducting")
        self._db.execute(
            f"INSERT INTO deducting ({_ROW}, late, dead, plain)"
            " SELECT p.number, p.person, p.amount_fen, p.paid_by, b.id, b.pool, b.starts, n.uses,"
            " n.uses_since, b.sponsor, s.scheme, s.status, s.died, coalesce(c.fen, 0),"
            " coalesce(c.version, 0), coalesce(d.fen, 0), coalesce(d.version, 0),"
            " CASE WHEN b.starts > ? THEN 1 ELSE 0 END, CASE WHEN s.died <= ? THEN 1 ELSE 0 END,"
            " CASE WHEN p.paid_by IS NULL AND n.uses_since <= ?"
            "   AND (coalesce(d.fen, 0) = 0 OR c.fen >= p.amount_fen) THEN 1 ELSE 0 END"
            " FROM (SELECT region, number, person, amount_fen, paid_by FROM premiums"
            "   WHERE region = ? AND year = ? AND number > ? AND state <> 'deducted'"
            "   ORDER BY number LIMIT ?) p"
            " LEFT JOIN bonds b ON b.region = p.region AND b.member = p.person AND b.ends > ?"
            "   AND b.starts <= ?"
            " LEFT JOIN pools n ON n.region = b.region AND n.id = b.pool"
            " LEFT JOIN people s ON s.region = substr(b.sponsor, 2, 6) AND s.id = b.sponsor"
            " LEFT JOIN accounts c ON c.region = s.region AND c.owner = s.id AND c.kind = ?"
            f" LEFT JOIN accounts d ON {second} AND d.region = s.region AND d.owner = s.id"
            "   AND d.kind = ?",
            (
                *(cut_off, today.isoformat(), cut_off, region, year, after, limit, at, at),
                *(purse_0.value, purse_1.value),
            ),
        )
        # Siblings draw on one balance in their order, and a child of two sponsors asks both.
        for column in ("sponsor", "number"):
            self._db.execute(
                f"UPDATE deducting SET plain = 0 WHERE {column} IN"
                f" (SELECT {column} FROM deducting GROUP BY {column} HAVING count(*) > 1)"
            )
        count, last = self._row("SELECT count(DISTINCT number), max(number) FROM deducting")
        return count, last or 0

    def staged_cases(self) -> list[StagedCase]:
        """What the law has to look at: one row for all plain premiums that are alike to it."""
        return [
            StagedCase._make((*row[:5], row[5:8], row[8]))
            for row in self._rows(
                "SELECT uses, late, dead, min(starts), min(uses_since), scheme, status,"
                " min(died), min(sponsor) FROM deducting WHERE plain = 1"
                " GROUP BY uses, late, dead, scheme, status"
            )
        ]

    def judge_staged(
        self, verdicts: Sequence[tuple[StagedCase, Verdict]], *, more: int, short: Verdict
    ) -> None:
        """Set what the law refuses, and then `short` where the balance with `more` is not there."""
        self._db.executemany(
            "UPDATE deducting SET code = ?, cites = ? WHERE plain = 1 AND uses = ? AND late = ?"
            " AND dead = ? AND scheme = ? AND status = ?",
            [
                (code, " ".join(cites), *case[:3], *case.standing[:2])
                for case, (code, cites) in verdicts
            ],
        )
        self._db.execute(
            "UPDATE deducting SET code = ?, cites = ? WHERE plain = 1 AND code IS NULL"
            " AND fen_0 + fen_1 < amount_fen + ?",
            (short.code, " ".join(short.cites), more),
        )

    def book_staged(
        self,
        region: str,
        year: int,
        purse: Purse,
        tax: AccountKey,
        *,
        on: date,
        at: int,
        law: str,
        cites: Sequence[str],
    ) -> Booked:
        """Write entries, balances and results of the plain premiums that may be paid.

        Each voucher has one posting, from the sponsor's first pooled purse to the tax authority.
        """
        day, kind = on.isoformat(), purse.value
        paid = "FROM deducting WHERE plain = 1 AND code IS NULL"
        count, fen = self._row(f"SELECT count(*), coalesce(sum(amount_fen), 0) {paid}")
        if count:
            voucher = f"'premium/{year}/' || person"
            entry = (
                "INSERT INTO entries (region, owner, kind, version, act, voucher, amount_fen,"
                " before_fen, after_fen, happened_on, recorded_at)"
            )
            self._db.execute(
                f"{entry} SELECT substr(sponsor, 2, 6), sponsor, ?, version_0 + 1, 'premium', {voucher},"
                f" -amount_fen, fen_0, fen_0 - amount_fen, ?, ? {paid}",
                (kind, day, at),
            )
            before = self._balance(tax)
            upto = "sum(amount_fen) OVER (ORDER BY number)"
            self._db.execute(
                f"{entry} SELECT ?, ?, ?, ? + row_number() OVER (ORDER BY number), 'premium', {voucher},"
                f" amount_fen, ? + {upto} - amount_fen, ? + {upto}, ?, ? {paid}",
                (*tax, before.version, before.fen, before.fen, day, at),
            )
            keep = " ON CONFLICT (region, owner, kind) DO UPDATE SET fen = excluded.fen, version = excluded.version"
            self._db.execute(
                "INSERT INTO accounts (region, owner, kind, fen, version)"
                " SELECT substr(sponsor, 2, 6), sponsor, ?, fen_0 - amount_fen, version_0 + 1"
                f" {paid}{keep}",
                (kind,),
            )
            self._db.execute(
                f"INSERT INTO accounts (region, owner, kind, fen, version) VALUES (?, ?, ?, ?, ?){keep}",
                (*tax, before.fen + fen, before.version + count),
            )
        self._db.execute(
            "UPDATE premiums SET decided_at = ?, law = ?, code = d.code,"
            " state = CASE WHEN d.code IS NULL THEN 'deducted' ELSE 'failed' END,"
            " sponsor = CASE WHEN d.code IS NULL THEN d.sponsor END,"
            " bond = CASE WHEN d.code IS NULL THEN d.bond END, cites = coalesce(d.cites, ?)"
            " FROM deducting d WHERE premiums.region = ? AND premiums.year = ?"
            " AND premiums.number = d.number AND d.plain = 1",
            (at, law, " ".join(cites), region, year),
        )
        return Booked(count, fen)

    def staged_failures(self) -> list[tuple[str, str, int]]:
        """Person, code and amount of the plain premiums that were refused, in their order."""
        return self._rows(
            "SELECT person, code, amount_fen FROM deducting WHERE plain = 1 AND code IS NOT NULL"
            " ORDER BY number"
        )

    def staged_paid(self) -> list[tuple[str, int]]:
        """Person and amount of the plain premiums that were deducted, in their order."""
        return self._rows(
            "SELECT person, amount_fen FROM deducting WHERE plain = 1 AND code IS NULL"
            " ORDER BY number"
        )

    def staged_rest(self) -> list[DueWithBond]:
        """The premiums that are not plain, with each of their bonds, in order."""
        return [
            DueWithBond._make((*row[:10], row[10:13], row[13:]))
            for row in self._rows(
                f"SELECT {_ROW} FROM deducting WHERE plain = 0 ORDER BY number, starts, bond"
            )
        ]

    def _balance(self, account: AccountKey) -> Balance:
        row = self._row(
            "SELECT fen, version FROM accounts WHERE region = ? AND owner = ? AND kind = ?",
            *account,
        )
        return Balance(*row) if row else Balance(0, 0)
