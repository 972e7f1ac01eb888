"""Rows of contributions: premiums, and bonds as deductions see them."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from gongji.desk.premium_ports import ContributingBond, Decided, Premium
from gongji.policy.contributions import PaidBy, PremiumState, Via
from gongji.store import premium_tables  # noqa: F401 - its tables belong to the schema
from gongji.store.deduction_rows import DeductionRows
from gongji.store.plan_rows import PlanRows
from gongji.store.pool_rows import uses_of
from gongji.store.rows import IN, as_json, by_region
from gongji.terms import Use

_PREMIUM = (
    "region, year, number, person, via, amount_fen, registered_at, registered_by, state, code,"
    " sponsor, bond, decided_at, law, cites, paid_by, paid_at"
)


class PremiumRows(DeductionRows, PlanRows):
    """The part of a unit that contributions need."""

    # Premiums

    def add_premiums(self, premiums: Sequence[Premium]) -> None:
        self._db.executemany(
            f"INSERT INTO premiums ({_PREMIUM})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(*p[:14], " ".join(p.cites) or None, *p[15:]) for p in premiums],
        )

    def last_premium_number(self, region: str, year: int) -> int:
        row = self._db.execute(
            "SELECT max(number) FROM premiums WHERE region = ? AND year = ?", (region, year)
        ).fetchone()
        return row[0] or 0

    def premiums_of(self, region: str, year: int, people: Iterable[str]) -> dict[str, Premium]:
        rows = self._db.execute(
            f"SELECT {_PREMIUM} FROM premiums WHERE region = ? AND person IN {IN} AND year = ?",
            (region, as_json(people), year),
        )
        return {row[3]: _premium(row) for row in rows}

    def premium_by_number(self, region: str, year: int, number: int) -> Premium | None:
        row = self._db.execute(
            f"SELECT {_PREMIUM} FROM premiums WHERE region = ? AND year = ? AND number = ?",
            (region, year, number),
        ).fetchone()
        return _premium(row) if row else None

    def premiums_of_people(self, people: Iterable[str]) -> list[Premium]:
        found: list[Premium] = []
        for region, some in by_region(people):
            found += map(
                _premium,
                self._db.execute(
                    f"SELECT {_PREMIUM} FROM premiums WHERE region = ? AND person IN {IN}"
                    " ORDER BY year, number",
                    (region, some),
                ),
            )
        return found

    def premiums_deducted(self, region: str, year: int, *, after: int, limit: int) -> list[Premium]:
        rows = self._db.execute(
            f"SELECT {_PREMIUM} FROM premiums WHERE region = ? AND year = ? AND number > ?"
            " AND state = 'deducted' ORDER BY number LIMIT ?",
            (region, year, after, limit),
        )
        return [_premium(row) for row in rows]

    def count_premiums(self, region: str, year: int) -> dict[PremiumState, tuple[int, int]]:
        rows = self._db.execute(
            "SELECT state, count(*), sum(amount_fen) FROM premiums"
            " WHERE region = ? AND year = ? GROUP BY state",
            (region, year),
        )
        return {PremiumState(row[0]): (row[1], row[2]) for row in rows}

    def set_premium_paid(self, premium: Premium, by: PaidBy, at: int) -> None:
        self._db.execute(
            "UPDATE premiums SET state = ?, code = NULL, paid_by = ?, paid_at = ?"
            " WHERE region = ? AND year = ? AND number = ?",
            (PremiumState.PAID_OTHERWISE, by, at, *premium[:3]),
        )

    def keep_decided(
        self, region: str, year: int, decided: Sequence[Decided], *, at: int, law: str
    ) -> None:
        self._db.executemany(
            "UPDATE premiums SET state = ?, code = ?, sponsor = ?, bond = ?, decided_at = ?,"
            " law = ?, cites = ? WHERE region = ? AND year = ? AND number = ?",
            [(d[1], d[2], d[3], d[4], at, law, _cites(d[5]), region, year, d[0]) for d in decided],
        )

    # Bonds and uses, as deductions see them

    def contributing_bonds(
        self, region: str, members: Iterable[str], at: int
    ) -> dict[str, list[ContributingBond]]:
        found: dict[str, list[ContributingBond]] = {}
        for row in self._db.execute(
            "SELECT b.id, b.pool, b.sponsor, b.member, b.starts, p.uses, p.uses_since"
            " FROM bonds b JOIN pools p ON p.region = b.region AND p.id = b.pool"
            f" WHERE b.region = ? AND b.member IN {IN} AND b.ends > ? AND b.starts <= ?"
            " ORDER BY b.starts, b.id",
            (region, as_json(members), at, at),
        ):
            bond = ContributingBond(row[0], row[1], row[2], row[3], row[4], uses_of(row[5]), row[6])
            found.setdefault(row[3], []).append(bond)
        return found

    def uses_histories(self, pools: Iterable[str]) -> dict[str, list[tuple[int, frozenset[Use]]]]:
        found: dict[str, list[tuple[int, frozenset[Use]]]] = {}
        for region, some in by_region(pools):
            for row in self._db.execute(
                f"SELECT pool, since, uses FROM uses WHERE region = ? AND pool IN {IN}"
                " ORDER BY pool, version",
                (region, some),
            ):
                found.setdefault(row[0], []).append((row[1], uses_of(row[2])))
        return found


@lru_cache(maxsize=256)
def _cites(cites: tuple[str, ...]) -> str | None:
    return " ".join(cites) or None


_STATES = {state.value: state for state in PremiumState}
_VIAS = {via.value: via for via in Via}


def _premium(row: Sequence[Any]) -> Premium:
    (region, year, number, person, via, amount_fen, registered_at, registered_by) = row[:8]
    (state, code, sponsor, bond, decided_at, law, cites, paid_by, paid_at) = row[8:]
    return Premium(
        region,
        year,
        number,
        person,
        _VIAS[via],
        amount_fen,
        registered_at,
        registered_by,
        _STATES[state],
        code,
        sponsor,
        bond,
        decided_at,
        law,
        tuple(cites.split()) if cites else (),
        PaidBy(paid_by) if paid_by else None,
        paid_at,
    )
