"""Rows of pools, their uses, and bonds, with their history."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from gongji.desk.ports import Filing, Pool
from gongji.policy.bonds import Bond, BondWithUses
from gongji.store.rows import Rows, by_region
from gongji.terms import Kinship, Use, region_of

Bonds = dict[str, list[BondWithUses]]
"""By member, the oldest first."""

BOND = "b.id, b.pool, b.sponsor, b.member, b.kinship, b.starts, b.ends"


class PoolRows(Rows):
    """The part of a unit that knows who is bound to whom."""

    # CROSS JOIN keeps SQLite from walking the region's bonds to look each up in the array.
    BONDS_OF_MEMBERS = (
        f"SELECT {BOND}, p.uses FROM json_each(?) m"
        " CROSS JOIN bonds b ON b.region = ? AND b.member = m.value AND b.ends > ?"
        " JOIN pools p ON p.region = ? AND p.id = b.pool"
        " ORDER BY b.starts, b.id"
    )

    def open_pool(self, sponsor: str) -> Pool | None:
        row = self._row(
            "SELECT id, sponsor, opened, closed, uses, uses_since FROM pools"
            " WHERE region = ? AND sponsor = ? ORDER BY closed DESC LIMIT 1",
            region_of(sponsor),
            sponsor,
        )
        found = _pool(row) if row else None
        return found if found is not None and found.is_open else None

    def pool(self, id: str) -> Pool | None:
        row = self._row(
            "SELECT id, sponsor, opened, closed, uses, uses_since FROM pools"
            " WHERE region = ? AND id = ?",
            region_of(id),
            id,
        )
        return _pool(row) if row else None

    def add_pool(self, pool: Pool, filing: Filing) -> None:
        self.add_pools([(pool, filing)])

    def add_pools(self, pools: Sequence[tuple[Pool, Filing]]) -> None:
        rows = [
            (
                region_of(pool.id),
                pool.id,
                pool.sponsor,
                pool.opened,
                pool.closed,
                _uses_text(pool.uses),
                pool.uses_since,
                self._file(filing, pool.id),
            )
            for pool, filing in pools
        ]
        self._db.executemany(
            "INSERT INTO pools (region, id, sponsor, opened, closed, uses, uses_since, filing)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        self._db.executemany(
            "INSERT INTO uses (region, pool, version, uses, since, filing)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [(*row[:2], 1, *row[5:]) for row in rows],
        )

    def close_pool(self, id: str, at: int, filing: Filing) -> None:
        self._db.execute(
            "UPDATE pools SET closed = ?, closed_filing = ? WHERE region = ? AND id = ?",
            (at, self._file(filing, id), region_of(id), id),
        )

    def set_uses(self, pool: str, uses: frozenset[Use], since: int, filing: Filing) -> None:
        self._db.execute(
            "UPDATE pools SET uses = ?, uses_since = ? WHERE region = ? AND id = ?",
            (_uses_text(uses), since, region_of(pool), pool),
        )
        self._keep_uses(pool, uses, since, filing)

    def _keep_uses(self, pool: str, uses: frozenset[Use], since: int, filing: Filing) -> None:
        self._db.execute(
            "INSERT INTO uses (region, pool, version, uses, since, filing)"
            " SELECT ?, ?, 1 + count(*), ?, ?, ? FROM uses WHERE region = ? AND pool = ?",
            (
                region_of(pool),
                pool,
                _uses_text(uses),
                since,
                self._file(filing, pool),
                region_of(pool),
                pool,
            ),
        )

    def uses_at(self, pool: str, at: int) -> frozenset[Use]:
        row = self._row(
            "SELECT uses FROM uses WHERE region = ? AND pool = ? AND since <= ?"
            " ORDER BY version DESC LIMIT 1",
            region_of(pool),
            pool,
            at,
        )
        return uses_of(row[0]) if row else frozenset()

    def bonds_of_members(
        self, ids: Iterable[str], not_ended_by: int
    ) -> dict[str, list[BondWithUses]]:
        found: dict[str, list[BondWithUses]] = {}
        for region, some in by_region(ids):
            for row in self._rows(self.BONDS_OF_MEMBERS, some, region, not_ended_by, region):
                known = BondWithUses(bond_of(row), uses_of(row[7]))
                found.setdefault(known.bond.member, []).append(known)
        return found

    def bonds_of_sponsor(self, id: str) -> list[Bond]:
        return [
            bond_of(row)
            for row in self._rows(
                f"SELECT {BOND} FROM bonds b WHERE b.region = ? AND b.sponsor = ?"
                " ORDER BY b.starts, b.id",
                region_of(id),
                id,
            )
        ]

    def bonds_of_member(self, id: str) -> list[Bond]:
        return [
            bond_of(row)
            for row in self._rows(
                f"SELECT {BOND} FROM bonds b WHERE b.region = ? AND b.member = ?"
                " ORDER BY b.starts, b.id",
                region_of(id),
                id,
            )
        ]

    def add_bond(self, bond: Bond, filing: Filing) -> None:
        self.add_bonds([(bond, filing)])

    def add_bonds(self, bonds: Sequence[tuple[Bond, Filing]]) -> None:
        self._db.executemany(
            "INSERT INTO bonds (region, id, pool, sponsor, member, kinship, starts, ends, filing)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    region_of(bond.id),
                    bond.id,
                    bond.pool,
                    bond.sponsor,
                    bond.member,
                    bond.kinship.value,
                    bond.starts,
                    bond.ends,
                    self._file(filing, bond.id),
                )
                for bond, filing in bonds
            ),
        )

    def end_bond(self, bond: Bond, ends: int, filing: Filing) -> None:
        self._db.execute(
            "UPDATE bonds SET ends = ?, end_filing = ? WHERE region = ? AND id = ?",
            (ends, self._file(filing, bond.id), region_of(bond.id), bond.id),
        )

    def _file(self, filing: Filing, where: str) -> bytes:
        return self._vault.seal(msgspec.json.encode(filing), where)


def families_by(patients: Iterable[str], bonds: Bonds) -> dict[str, set[str]]:
    """The patients, each with the sponsors."""
    return {
        patient: {patient, *(known.bond.sponsor for known in bonds.get(patient, ()))}
        for patient in patients
    }


_KINSHIPS = {kinship.value: kinship for kinship in Kinship}


def bond_of(row: Sequence[Any]) -> Bond:
    """A bond of a row that begins with the columns of BOND."""
    return Bond(row[0], row[1], row[2], row[3], _KINSHIPS[row[4]], row[5], row[6])


def _pool(row: Sequence[Any]) -> Pool:
    return Pool(row[0], row[1], row[2], row[3], uses_of(row[4]), row[5])


@lru_cache(maxsize=8)
def uses_of(text: str) -> frozenset[Use]:
    """Uses as they are kept: names with spaces between."""
    return frozenset(Use(use) for use in text.split())


def _uses_text(uses: frozenset[Use]) -> str:
    return " ".join(sorted(uses))
