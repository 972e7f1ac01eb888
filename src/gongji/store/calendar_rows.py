"""Rows of the calendar: closed years, runs, and movements on a person's purses."""

from collections.abc import Sequence
from datetime import date

from gongji.desk.ports import Movement, RunState, Turned
from gongji.store.rows import Rows, people_between
from gongji.terms import Purse, region_of


class CalendarRows(Rows):
    """The part of a unit that years and runs need."""

    def last_closing(self, region: str) -> tuple[date, int] | None:
        """The last benefit year that was closed, and the moment (micros) from which it counts."""
        row = self._db.execute(
            "SELECT year_ends, closed_at FROM closed_years WHERE region = ?"
            " ORDER BY year_ends DESC LIMIT 1",
            (region,),
        ).fetchone()
        return (date.fromisoformat(row[0]), row[1]) if row else None

    def close_year(self, region: str, year_ends: date, at: int) -> None:
        self._db.execute(
            "INSERT INTO closed_years (region, year_ends, closed_at) VALUES (?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (region, year_ends.isoformat(), at),
        )

    def turn_accounts(
        self, region: str, year_ends: date, *, after: str, limit: int, on: date, at: int
    ) -> Turned:
        """Move what is left of the year for the next accounts in the order of owner.

        The rows are made in the database: a million of them never pass through this process. The
        balance without the credits of the new year is what the old year has left.
        """
        self._db.execute(
            "CREATE TEMP TABLE IF NOT EXISTS turning (owner TEXT PRIMARY KEY, moved BIGINT,"
            " fen BIGINT, version BIGINT, carried_fen BIGINT, carried_version BIGINT)"
        )
        self._db.execute("DELETE FROM turning")
        carried = (
            "coalesce((SELECT c.{} FROM accounts c WHERE c.region = a.region"
            " AND c.owner = a.owner AND c.kind = 'carried'), 0)"
        )
        self._db.execute(
            "INSERT INTO turning SELECT a.owner,"
            " a.fen - coalesce((SELECT sum(e.amount_fen) FROM entries e"
            "   WHERE e.region = a.region AND e.owner = a.owner AND e.kind = a.kind"
            "   AND e.happened_on > ? AND e.act = 'credit'), 0),"
            # A look-up for each, not a join: in a first year nobody has carried money, and a plan
            # that counted on it would compare everybody with everybody in the second chunk.
            f" a.fen, a.version, {carried.format('fen')}, {carried.format('version')}"
            " FROM accounts a WHERE a.region = ? AND a.kind = 'current' AND a.owner > ?"
            " AND a.owner < ? ORDER BY a.owner LIMIT ?",
            (year_ends.isoformat(), region, *people_between(region, after), limit),
        )
        last, count = self._db.execute("SELECT max(owner), count(*) FROM turning").fetchone()
        if last is None:
            return Turned(0, 0, None)
        moved, moved_fen = self._db.execute(
            "SELECT count(*), coalesce(sum(moved), 0) FROM turning WHERE moved > 0"
        ).fetchone()
        if moved:
            self._write_turned(region, f"rollover/{year_ends}/{last}", on, at)
        return Turned(moved, moved_fen, last if count == limit else None)

    def _write_turned(self, region: str, voucher: str, on: date, at: int) -> None:
        day = on.isoformat()
        for kind, version, sign, before in (
            ("carried", "carried_version", "", "carried_fen"),
            ("current", "version", "-", "fen"),
        ):
            self._db.execute(
                "INSERT INTO entries (region, owner, kind, version, act, voucher, amount_fen,"
                " before_fen, after_fen, happened_on, recorded_at)"
                f" SELECT ?, owner, ?, {version} + 1, 'rollover', ?, {sign}moved, {before},"
                f" {before} + {sign}moved, ?, ? FROM turning WHERE moved > 0 ORDER BY owner",
                (region, kind, voucher, day, at),
            )
            self._db.execute(
                "INSERT INTO accounts (region, owner, kind, fen, version)"
                f" SELECT ?, owner, ?, {before} + {sign}moved, {version} + 1"
                " FROM turning WHERE moved > 0 ORDER BY owner"
                " ON CONFLICT (region, owner, kind)"
                " DO UPDATE SET fen = excluded.fen, version = excluded.version",
                (region, kind),
            )

    def movements(self, person: str) -> list[Movement]:
        rows = self._db.execute(
            "SELECT kind, amount_fen, happened_on, act, voucher FROM entries"
            " WHERE region = ? AND owner = ? AND kind IN ('carried', 'current')"
            " ORDER BY recorded_at, kind, version",
            (region_of(person), person),
        )
        return [
            Movement(Purse(row[0]), row[1], date.fromisoformat(row[2]), row[3], row[4])
            for row in rows
        ]

    def run_state(self, region: str, name: str) -> RunState | None:
        row = self._db.execute(
            "SELECT region, name, cursor, done, failed, amount_fen, started_at, finished_at"
            " FROM runs WHERE region = ? AND name = ?",
            (region, name),
        ).fetchone()
        return RunState(*row) if row else None

    def keep_run(self, state: RunState, failures: Sequence[tuple[str, str, int]]) -> None:
        self._db.execute(
            "INSERT INTO runs (region, name, cursor, done, failed, amount_fen, started_at,"
            " finished_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (region, name) DO UPDATE SET cursor = excluded.cursor,"
            " done = excluded.done, failed = excluded.failed, amount_fen = excluded.amount_fen,"
            " finished_at = excluded.finished_at",
            state,
        )
        self._db.executemany(
            "INSERT INTO run_failures (region, run, item, code, amount_fen)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (region, run, item)"
            " DO UPDATE SET code = excluded.code, amount_fen = excluded.amount_fen",
            [(state.region, state.name, *failure) for failure in failures],
        )

    def run_failures(self, region: str, name: str) -> list[tuple[str, str, int]]:
        return self._db.execute(
            "SELECT item, code, amount_fen FROM run_failures WHERE region = ? AND run = ?"
            " ORDER BY item",
            (region, name),
        ).fetchall()
