"""Rows of the figures: sums that the database makes of what is there anyway."""

from datetime import date

from msgspec.structs import fields

from gongji.desk.figures_ports import ContributedSum, FarSum, PoolCounts, PooledSum
from gongji.settlement.bill import Bill
from gongji.store.rows import Rows
from gongji.terms import Channel, local_day, moment

_A_DAY_US = 24 * 3_600_000_000
_AHEAD_US = _A_DAY_US // 3  # China's clocks are eight hours before Greenwich's
_UNSAID: Channel = {field.name: field.default for field in fields(Bill)}["channel"]
"""A stored bill leaves out what goes without saying."""


def _day(column: str) -> str:
    """The local day of an instant, counted from the first of 1970."""
    return f"({column} + {_AHEAD_US}) / {_A_DAY_US}"


class FigureRows(Rows):
    """The part of a unit that counts."""

    CHANNEL = "json_extract(CAST(s.request AS TEXT), '$.channel')"
    """The channel of the stored bill of the settlement `s`."""

    def pool_counts(self, region: str, since: int, until: int) -> PoolCounts:
        pools, new_pools = self._row(
            "SELECT count(CASE WHEN closed >= ? THEN 1 END), count(CASE WHEN opened >= ? THEN 1 END)"
            " FROM pools WHERE region = ? AND opened < ?",
            until,
            since,
            region,
            until,
        )
        members, new_members = self._row(
            "SELECT count(DISTINCT CASE WHEN ends >= ? THEN member END),"
            " count(DISTINCT CASE WHEN starts >= ? THEN member END)"
            " FROM bonds WHERE region = ? AND starts < ? AND starts < ends",
            until,
            since,
            region,
            until,
        )
        return PoolCounts(pools, members, new_pools, new_members)

    def pooled_sums(self, region: str, since: int, until: int) -> list[PooledSum]:
        # What goes back stands under the channel of its settlement, which is another row.
        rows = self._rows(
            f"SELECT {_day('a.recorded_at')} AS day, a.asker, {self.CHANNEL} AS channel, a.kind,"
            " count(*), sum(a.pooled_fen) FROM answers a JOIN answers s"
            " ON s.region = a.region AND s.asker = a.asker AND s.id = coalesce(a.reverses, a.id)"
            " WHERE a.region = ? AND a.recorded_at >= ? AND a.recorded_at < ? AND a.pooled_fen > 0"
            " AND a.kind IN ('settlement', 'reversal')"
            " GROUP BY day, a.asker, channel, a.kind ORDER BY day, a.asker, channel, a.kind",
            region,
            since,
            until,
        )
        return [
            PooledSum(_date(day), place, Channel(channel or _UNSAID), kind == "reversal", *sums)
            for day, place, channel, kind, *sums in rows
        ]

    def far_sums(self, region: str, since: int, until: int) -> list[FarSum]:
        paid = (
            "SELECT substr({0}, 2, 6) AS payer, CASE WHEN kind = 'settlement' THEN asker || id END"
            " AS bill, CASE WHEN kind = 'settlement' THEN 1 ELSE -1 END AS sign, {1} AS own_fen,"
            " {2} AS pooled_fen FROM answers WHERE region = ? AND recorded_at >= ? AND recorded_at < ? AND {3} > 0"
            " AND kind IN ('settlement', 'reversal')"
        )
        own = paid.format("patient", "own_fen", "0", "own_fen")
        pooled = paid.format("sponsor", "0", "pooled_fen", "pooled_fen")
        rows = self._rows(
            "SELECT payer, count(DISTINCT bill), sum(sign * own_fen), sum(sign * pooled_fen)"
            f" FROM ({own} UNION ALL {pooled}) paid WHERE payer <> ?"
            " GROUP BY payer ORDER BY payer",
            *(region, since, until, region, since, until, region),
        )
        return [FarSum(*row) for row in rows]

    def contributed_sums(self, region: str, since: int, until: int) -> list[ContributedSum]:
        rows = self._rows(
            f"SELECT {_day('decided_at')} AS day, count(*), sum(amount_fen) FROM premiums"
            " WHERE region = ? AND state = 'deducted' AND decided_at >= ? AND decided_at < ?"
            " GROUP BY day ORDER BY day",
            region,
            since,
            until,
        )
        return [ContributedSum(_date(day), *sums) for day, *sums in rows]


def _date(days: int) -> date:
    return local_day(moment(days * _A_DAY_US - _AHEAD_US))
