"""月度清算: what a month's settlements of an institution come to, by type and application."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from gongji.desk.national_ports import STRUCK, Clearing
from gongji.desk.office import Session
from gongji.national.calling import kept, reference, span_of
from gongji.terms import region_of


class Share(NamedTuple):
    """What one application covers of the month, or what none does yet (`event` empty). Sums are
    fen; `mulaid_fen` is inside `acct_fen`."""

    clr_type: str
    event: str  # clr_appy_evt_id
    settlements: int
    total_fen: int
    fund_fen: int
    acct_fen: int
    mulaid_fen: int
    cash_fen: int

    @property
    def due_fen(self) -> int:
        """What the institution is owed: the fund's part and the accounts'."""
        return self.fund_fen + self.acct_fen


def shares_of(session: Session, institution: str, month: date) -> list[Share]:
    """The month's shares, by type, applications first. What 2601 took back is in none."""
    rows = session.unit.settled_between(institution, *_span(month))
    found: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        if row.clearing == STRUCK:
            continue
        sums = found.setdefault((row.clr_type, row.clearing), [0] * 6)
        parts = (1, row.total_fen, row.fund_fen, row.acct_fen, row.mulaid_fen, row.cash_fen)
        for place, part in enumerate(parts):
            sums[place] += part
    ordered = sorted(found.items(), key=lambda pair: (pair[0][0], not pair[0][1], pair[0][1]))
    return [Share(*key, *sums) for key, sums in ordered]


def apply_for_rest(session: Session, institution: str, month: date) -> list[str]:
    """One application of the agency's own (3203) for each type of which something is left. A second
    time it finds nothing left and makes none."""
    return list(_applied(session, institution, month))


def _applied(session: Session, institution: str, month: date) -> Iterator[str]:
    since, before = _span(month)
    for share in shares_of(session, institution, month):
        if share.event:
            continue
        event = reference(region_of(institution), session.now)
        told = {"by": "agency", "due_fen": share.due_fen}
        session.unit.mark_cleared(institution, share.clr_type, since, before, event)
        session.unit.put_clearing(
            Clearing(
                institution,
                event,
                share.clr_type,
                f"{month:%Y%m}",
                session.at,
                False,
                kept(told),
            )
        )
        yield event


def _span(month: date) -> tuple[int, int]:
    """The month in micros, its end excluded."""
    first = month.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return span_of(first.isoformat(), last.isoformat())
