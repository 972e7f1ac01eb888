"""Rows of commercial plans, and of the notices of working days."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from gongji.desk.premium_ports import OrderState, PlanDraw, PlanOrder, PlanRefund
from gongji.policy.working_days import Notice
from gongji.store.rows import Rows, day_of, iso
from gongji.terms import NATIONAL, Purse

_ORDER = (
    "region, id, number, plan, year, buyer, insured, amount_fen, ordered_at, state, code, draws,"
    " paid_at, refunded_fen"
)


class PlanRows(Rows):
    """The part of a unit that commercial plans and working days need."""

    # Commercial plans

    def last_order_number(self, region: str) -> int:
        row = self._db.execute(
            "SELECT max(number) FROM plan_orders WHERE region = ?", (region,)
        ).fetchone()
        return row[0] or 0

    def add_plan_order(self, order: PlanOrder) -> None:
        self._db.execute(
            f"INSERT INTO plan_orders ({_ORDER}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*order[:11], _draws(order.draws), *order[12:]),
        )

    def plan_order(self, region: str, id: str) -> PlanOrder | None:
        row = self._db.execute(
            f"SELECT {_ORDER} FROM plan_orders WHERE region = ? AND id = ?", (region, id)
        ).fetchone()
        return _order(row) if row else None

    def plan_orders_to_collect(
        self, region: str, plan: str, year: int, *, after: int, limit: int
    ) -> list[PlanOrder]:
        rows = self._db.execute(
            f"SELECT {_ORDER} FROM plan_orders WHERE region = ? AND number > ? AND plan = ?"
            " AND year = ? AND state IN ('ordered', 'failed') ORDER BY number LIMIT ?",
            (region, after, plan, year, limit),
        )
        return [_order(row) for row in rows]

    def change_plan_orders(self, orders: Sequence[PlanOrder]) -> None:
        self._db.executemany(
            "UPDATE plan_orders SET state = ?, code = ?, draws = ?, paid_at = ?, refunded_fen = ?"
            " WHERE region = ? AND id = ?",
            [
                (o.state, o.code, _draws(o.draws), o.paid_at, o.refunded_fen, o.region, o.id)
                for o in orders
            ],
        )

    def plan_refund(self, region: str, id: str) -> PlanRefund | None:
        row = self._db.execute(
            "SELECT region, id, purchase, amount_fen, back, refunded_at FROM plan_refunds"
            " WHERE region = ? AND id = ?",
            (region, id),
        ).fetchone()
        return PlanRefund._make((*row[:4], _draws_of(row[4]), row[5])) if row else None

    def add_plan_refund(self, refund: PlanRefund) -> None:
        self._db.execute(
            "INSERT INTO plan_refunds (region, id, purchase, amount_fen, back, refunded_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (*refund[:4], _draws(refund.back), refund.refunded_at),
        )

    # Working days

    def notices(self) -> list[Notice]:
        rows = self._db.execute(
            "SELECT year, number, dated, holidays, workdays FROM notices n WHERE region = ?"
            " AND version = (SELECT max(version) FROM notices m"
            "   WHERE m.region = n.region AND m.year = n.year) ORDER BY year",
            (NATIONAL,),
        )
        return [_notice(row) for row in rows]

    def notice_loaded(self, year: int) -> Notice | None:
        return next((notice for notice, _, _ in self.notice_history(year)), None)

    def keep_notice(self, notice: Notice, at: int, by: str) -> None:
        self._db.execute(
            "INSERT INTO notices (region, year, version, number, dated, holidays, workdays,"
            " loaded_at, loaded_by)"
            " SELECT ?, ?, 1 + count(*), ?, ?, ?, ?, ?, ? FROM notices"
            " WHERE region = ? AND year = ?",
            (
                NATIONAL,
                notice.year,
                notice.number,
                iso(notice.dated),
                _days(notice.holidays),
                _days(notice.workdays),
                at,
                by,
                NATIONAL,
                notice.year,
            ),
        )

    def notice_history(self, year: int) -> Iterator[tuple[Notice, int, str]]:
        for row in self._db.execute(
            "SELECT year, number, dated, holidays, workdays, loaded_at, loaded_by FROM notices"
            " WHERE region = ? AND year = ? ORDER BY version DESC",
            (NATIONAL, year),
        ):
            yield _notice(row), row[5], row[6]


def _draws(draws: Iterable[PlanDraw]) -> str:
    return " ".join(f"{draw.purse}:{draw.amount_fen}" for draw in draws)


def _draws_of(text: str) -> tuple[PlanDraw, ...]:
    pairs = (word.partition(":") for word in text.split())
    return tuple(PlanDraw(Purse(purse), int(fen)) for purse, _, fen in pairs)


def _order(row: Sequence[Any]) -> PlanOrder:
    return PlanOrder._make(
        (*row[:9], OrderState(row[9]), row[10], _draws_of(row[11]), row[12], row[13])
    )


def _days(days: frozenset[date]) -> str:
    return " ".join(sorted(day.isoformat() for day in days))


def _notice(row: Sequence[Any]) -> Notice:
    return Notice(
        row[0],
        row[1],
        day_of(row[2]),
        frozenset(map(date.fromisoformat, row[3].split())),
        frozenset(map(date.fromisoformat, row[4].split())),
    )
