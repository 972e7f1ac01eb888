"""缴费季: how the sample's families pay premiums from the pool, in a region's season."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from gongji.desk.deducting import deduction
from gongji.desk.office import Session
from gongji.desk.people import Credit, credit
from gongji.desk.premiums import PremiumDue, register_premium
from gongji.lab.folk import Family
from gongji.policy.contributions import Season, Via, season_of
from gongji.policy.refusal import Refusal
from gongji.terms import LOCAL_TIME, Purse, local_day, midnight

SCHOOLS_DECLARE = 10
"""From this month on schools hand in their lists for the year to come."""

_PREMIUM_FEN = 400_00


def latest_season(session: Session, region: str) -> Season | None:
    """The newest season whose results are published, as the region's pack knows it."""
    today = local_day(session.now)
    for year in range(today.year + 1, today.year - 5, -1):
        found = season_of(session.law, region, year, today)
        if isinstance(found, Refusal) or found.results_from is None:
            continue
        if found.results_from.value.day <= today:
            return found
    return None


def begins(season: Season) -> datetime:
    """When the family forms its pool: in time to choose `contribute`."""
    assert season.choose_by is not None, "the sample plays in a season with days"
    return season.choose_by.value.at.replace(tzinfo=LOCAL_TIME) - timedelta(days=21)


def pay_premiums(session: Session, payers: Sequence[Family], season: Season) -> None:
    """The school declares, the season's day comes, and the premiums are taken from the pools. The
    accounts get so much before it that their balances are afterwards what they were."""
    assert season.choose_by is not None and season.deducted_from is not None
    choose_by = season.choose_by.value.at.replace(tzinfo=LOCAL_TIME)
    fen = season.amount.value.fen if season.amount is not None else _PREMIUM_FEN
    declared = session._replace(now=choose_by - timedelta(days=14))
    for some in payers:
        asked = Credit(
            id=f"sample-{some.sponsor.id}-season",
            person=some.sponsor.id,
            purse=Purse.CARRIED,
            amount_fen=fen,
        )
        assert credit(declared, asked) is False
        _declare(declared, some, season.year, fen)
    morning = midnight(season.deducted_from.value.day) + timedelta(hours=9)
    chunk = deduction(season.region, season.year)(session._replace(now=morning), "")
    assert chunk.failed == 0, chunk


def declare_next(session: Session, some: Family) -> None:
    """In autumn the school has declared the year to come, whose results nobody knows yet."""
    today = local_day(session.now)
    if today.month >= SCHOOLS_DECLARE:
        recently = session._replace(now=session.now - timedelta(days=3))
        _declare(recently, some, today.year + 1, _PREMIUM_FEN)


def _declare(session: Session, some: Family, year: int, fen: int) -> None:
    due = PremiumDue(person=some.child.id, year=year, via=Via.SCHOOL, amount_fen=fen)
    found = register_premium(session, due, "sample")
    assert not isinstance(found, Refusal), found
