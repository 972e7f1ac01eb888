"""统计: pools, members, what pools have paid, by day, channel, institution and region (FIG-1), and
what accounts of one region owe the institutions of another (REA-1)."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

from gongji.desk.claims_ports import Claim
from gongji.desk.figures_ports import PoolCounts, PooledSum
from gongji.desk.office import Session
from gongji.terms import Channel, local_day, micros, midnight, moment

K = TypeVar("K", bound=Hashable)

LONGEST_DAYS = 366
"""So many days are counted together, at most: a year."""

_ALL = 2**31 - 1


class Paid(NamedTuple):
    """笔数与金额: how many bills, how often something went back, and what is left of it, in fen."""

    bills: int = 0
    back: int = 0
    fen: int = 0

    def plus(self, other: "Paid") -> "Paid":
        """Both together."""
        return Paid(self.bills + other.bills, self.back + other.back, self.fen + other.fen)


class Between(NamedTuple):
    """地区间往来: what the accounts of one region have paid at the institutions of another; fen.

    What went back has been taken off. `payer` owes it to `receiver`.
    """

    payer: str
    receiver: str
    bills: int
    own_fen: int
    pooled_fen: int


class Figures(NamedTuple):
    """统计表: of so many days, both among them.

    Payments are counted on the day on which they were recorded and in the region of the institution;
    pools, members and contributions in the sponsor's. `by_place` has the largest first, `names` are
    theirs.
    """

    first: date
    last: date
    pools: Mapping[str, PoolCounts]
    by_region: Mapping[str, Paid]
    by_day: Mapping[date, Paid]
    by_channel: Mapping[Channel, Paid]
    by_place: Mapping[str, Paid]
    names: Mapping[str, str]
    contributed: Mapping[str, Paid]
    between: tuple[Between, ...]


def figures(session: Session, regions: Iterable[str], first: date, last: date) -> Figures:
    """The figures of these regions from `first` to `last`, as far as they have come."""
    assert timedelta(0) <= last - first < timedelta(LONGEST_DAYS)
    unit, some = session.unit, sorted(regions)
    since, until = micros(midnight(first)), micros(midnight(last + timedelta(days=1)))
    until = min(until, session.at + 1)
    pooled = [
        (region, one)
        for region in some
        for one in (
            *unit.pooled_sums(region, since, until),
            *_claimed(session, region, since, until),
        )
    ]
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    by_place = _summed((one.place, _paid(one)) for _, one in pooled)
    return Figures(
        first,
        last,
        {region: unit.pool_counts(region, since, until) for region in some},
        _summed(((region, _paid(one)) for region, one in pooled), some),
        _summed(((one.day, _paid(one)) for _, one in pooled), days),
        _summed(((one.channel, _paid(one)) for _, one in pooled), Channel),
        dict(sorted(by_place.items(), key=lambda item: (-item[1].fen, item[0]))),
        unit.institution_names(by_place),
        _summed(
            (
                (region, Paid(one.premiums, 0, one.fen))
                for region in some
                for one in unit.contributed_sums(region, since, until)
            ),
            some,
        ),
        tuple(
            Between(one.payer, receiver, one.bills, one.own_fen, one.pooled_fen)
            for receiver in some
            for one in unit.far_sums(receiver, since, until)
        ),
    )


def _paid(one: PooledSum) -> Paid:
    return Paid(0, one.bills, -one.fen) if one.back else Paid(one.bills, 0, one.fen)


def _summed(rows: Iterable[tuple[K, Paid]], known: Iterable[K] = ()) -> dict[K, Paid]:
    """What belongs together, in the order of `known`; of what is known there may be nothing."""
    found = dict.fromkeys(known, Paid())
    for key, paid in rows:
        found[key] = found.get(key, Paid()).plus(paid)
    return found


def _claimed(session: Session, region: str, since: int, until: int) -> Iterable[PooledSum]:
    """What pools have paid of manual claims (SET-14), on the day of the review, at the window."""
    for claim in session.unit.claims(region, limit=_ALL):
        fen = claim.decision.pooled_fen if claim.decision is not None else 0
        if fen and since <= _reviewed(claim) < until:
            day = local_day(moment(_reviewed(claim)))
            yield PooledSum(day, claim.institution, Channel.WINDOW, back=False, bills=1, fen=fen)


def _reviewed(claim: Claim) -> int:
    assert claim.reviewed_at is not None, "what is decided was reviewed"
    return claim.reviewed_at
