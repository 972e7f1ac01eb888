"""年度结转: on the last day of the benefit year the rest of `current` becomes `carried` (ACC-2)."""

from datetime import date, datetime, timedelta

from gongji.desk.office import Office, Session
from gongji.desk.ports import Unit
from gongji.desk.runs import Chunk, Progress, RunReport, Step, run
from gongji.policy.questions import DayLaw
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.terms import Purse, local_day, midnight, region_of

CHUNK = 20_000
"""Accounts a chunk: long enough that the commit costs nothing, short enough to pay in between."""


def turn_year(
    office: Office,
    region: str,
    year_ends: date,
    *,
    chunk: int = CHUNK,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> RunReport | Refusal:
    """Move what is left of a benefit year to `carried`, account by account.

    Money credited for the new year stays where it is: what is moved is the balance without the
    credits that happened after `year_ends`. Refused before the year is over, in a region that
    does not divide its accounts, and for a day on which no year ends there.
    """
    now = office.clock()
    law = office.law.on(region, year_ends)
    if refusal := _refuses(law, year_ends, now):
        return refusal
    return run(
        office,
        region,
        f"rollover/{year_ends}",
        _step(region, year_ends, chunk),
        progress=progress,
        dry_run=dry_run,
    )


def _refuses(law: DayLaw, year_ends: date, now: datetime) -> Refusal | None:
    turn = law.year_turn.value
    if turn == "none":
        return refuse(Code.NO_YEAR_TURN, law.year_turn, law.purses)
    starts = year_ends + timedelta(days=1)
    if f"{starts:%m-%d}" != turn:
        return refuse(Code.NO_YEAR_TURN, law.year_turn)
    if local_day(now) <= year_ends:
        return refuse(Code.TOO_EARLY, law.year_turn, succeeds_at=midnight(starts))
    return None


def _step(region: str, year_ends: date, limit: int) -> Step:
    def step(session: Session, cursor: str) -> Chunk:
        # The year counts as closed from the first chunk on: a refund that comes in the middle of
        # the run goes to `carried`, whether or not its account has been turned.
        session.unit.close_year(region, year_ends, session.at)
        turned = session.unit.turn_accounts(
            region, year_ends, after=cursor, limit=limit, on=local_day(session.now), at=session.at
        )
        return Chunk(turned.moved, 0, turned.moved_fen, (), turned.last)

    return step


def year_closed(unit: Unit, region: str, day: date) -> bool:
    """Whether the benefit year of this day has been closed in the region."""
    closing = unit.last_closing(region)
    return closing is not None and day <= closing[0]


def goes_back_to(
    unit: Unit, person: str, drawn: tuple[Purse, int], voucher: str, recorded_at: int
) -> list[tuple[Purse, int]]:
    """The purses to which money goes back that this voucher drew from one, in the order of drawing.

    What came from a year that has been closed since goes to `carried`. As in the turn, the old year
    has left the balance without the credits of the new one, and is drawn on first; so a payment
    of the new year's first days, before the turn, may have come from both.
    """
    purse, amount_fen = drawn
    closing = unit.last_closing(region_of(person)) if purse is Purse.CURRENT else None
    if closing is None or recorded_at > closing[1]:
        return [drawn]
    left_fen = 0
    for moved in [one for one in unit.movements(person) if one.purse is purse]:
        if moved.voucher == voucher:
            break
        if moved.act != "credit" or moved.happened_on <= closing[0]:
            left_fen += moved.amount_fen
    closed_fen = max(0, min(amount_fen, left_fen))
    back = (Purse.CARRIED, closed_fen), (purse, amount_fen - closed_fen)
    return [(to, fen) for to, fen in back if fen]
