"""Families on PostgreSQL: patients, their bonds with uses, and their sponsors in one statement; then
the purses of all of them.

LATERAL with OFFSET 0 makes the plan one look-up a key whatever the statistics say: a plan that was
made while the tables were empty stays right when they hold millions of rows.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from gongji.ledger.book import AccountKey, Balance
from gongji.policy.bonds import BondWithUses
from gongji.store.pool_rows import BOND, Bonds, bond_of, uses_of
from gongji.store.postgres_arrays import Words, given, unnest
from gongji.store.postgres_link import Link, postgres
from gongji.store.rows import Sent, of_table, parted
from gongji.store.unit import SqlUnit
from gongji.terms import region_of

T = TypeVar("T")

_BOND_WITH_USES = len(BOND.split(", ")) + 1
_SPONSOR = BOND.split(", ").index("b.sponsor")


@lru_cache(maxsize=8)
def families(names: str, alone: str = "") -> bytes:
    """The statement that finds families. `names` are the columns of a person; `alone`: how it says
    that nobody else settles for the patients until the commit."""
    return postgres(
        f"SELECT {of_table('p', names)}, {BOND}, u.uses, {of_table('s', names)}"
        f" FROM {unnest((Words,))} m(id)"
        f" CROSS JOIN LATERAL (SELECT * FROM people WHERE region = ? AND id = m.id OFFSET 0{alone}) p"
        " LEFT JOIN LATERAL (SELECT * FROM bonds"
        "   WHERE region = ? AND member = m.id AND ends > ? OFFSET 0) b ON TRUE"
        " LEFT JOIN LATERAL (SELECT uses FROM pools"
        "   WHERE region = ? AND id = b.pool OFFSET 0) u ON TRUE"
        " LEFT JOIN LATERAL (SELECT * FROM people"
        "   WHERE region = ? AND id = b.sponsor OFFSET 0) s ON TRUE"
        " ORDER BY b.starts, b.id"
    )


_PURSES = (
    "SELECT owner, kind, fen, version FROM accounts"
    f" WHERE region = ? AND owner = ANY ({given(Words)})"
)


class PostgresFamilies(SqlUnit):
    """The part of a unit that finds families by arrays."""

    _link: Link

    def ask_families(self, statement: bytes, patients: Collection[str], not_ended_by: int) -> Sent:
        """Send it for each region of the patients, in the order of their keys."""
        return [
            self._link.send(
                statement, (Words(sorted(some)), region, region, not_ended_by, region, region)
            )
            for region, some in sorted(parted(patients, region_of))
        ]

    def _purses(self, people: Collection[str]) -> Callable[[], dict[AccountKey, Balance]]:
        """Ask for the accounts of these people, and say how what is found is read. While another
        batch still holds one of them, the rest may be read."""
        statement = postgres(_PURSES + self.LOCKING)
        sent = [
            (region, self._link.send(statement, (region, Words(some))))
            for region, some in sorted(parted(people, region_of))
        ]
        return lambda: {
            AccountKey(region, owner, kind): Balance(fen, version)
            for region, found in sent
            for owner, kind, fen, version in found.fetchall()
        }


def of_patients(rows: Iterable[Sequence[Any]], names: str) -> dict[str, set[str]]:
    """The patients, each with the sponsors: all that must be known to ask for their purses."""
    sponsor_at = len(names.split(", ")) + _SPONSOR
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row[0], {row[0]}).add(row[sponsor_at] or row[0])
    return found


def families_of(
    rows: Iterable[Sequence[Any]], names: str, made: Callable[[Sequence[Any]], T]
) -> tuple[dict[str, T], Bonds, set[str]]:
    """The people, each made of the columns named; the bonds by member, oldest first; and the sponsors
    of another region than the bond's, who are the exception and cost a second look."""
    bond_at = len(names.split(", "))
    sponsor_at = bond_at + _BOND_WITH_USES
    people: dict[str, T] = {}
    bonds: Bonds = {}
    for row in rows:
        if row[0] not in people:
            people[row[0]] = made(row)
        if row[bond_at] is None:
            continue
        bond = bond_of(row[bond_at:sponsor_at])
        bonds.setdefault(bond.member, []).append(BondWithUses(bond, uses_of(row[sponsor_at - 1])))
        sponsor = row[sponsor_at]
        if sponsor is not None and sponsor not in people:
            people[sponsor] = made(row[sponsor_at:])
    sponsors = {one.bond.sponsor for some in bonds.values() for one in some}
    return people, bonds, sponsors - people.keys()
