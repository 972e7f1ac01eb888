"""What the figures of pooling need of a store."""

from datetime import date
from typing import NamedTuple, Protocol

from gongji.terms import Channel


class PoolCounts(NamedTuple):
    """共济网与成员: how many there are at a moment, and how many were new in a time before it."""

    pools: int = 0
    members: int = 0
    new_pools: int = 0
    new_members: int = 0


class PooledSum(NamedTuple):
    """What pools have paid at one institution on one day through one channel, and what went back
    on it; fen."""

    day: date
    place: str
    channel: Channel
    back: bool
    bills: int
    fen: int


class FarSum(NamedTuple):
    """What accounts of another region have paid at a region's institutions, without what went
    back; fen."""

    payer: str
    bills: int
    own_fen: int
    pooled_fen: int


class ContributedSum(NamedTuple):
    """The premiums that were deducted on one day; fen."""

    day: date
    premiums: int
    fen: int


class FiguresUnit(Protocol):
    """The part of a unit that counts. A time is `since` to before `until`, in micros."""

    def pool_counts(self, region: str, since: int, until: int) -> PoolCounts:
        """Those of a region's sponsors: what was opened in the time, and what is open at its last
        moment."""
        ...

    def pooled_sums(self, region: str, since: int, until: int) -> list[PooledSum]:
        """What was recorded by the region's institutions, by day, institution and channel."""
        ...

    def far_sums(self, region: str, since: int, until: int) -> list[FarSum]:
        """What was recorded by the region's institutions, by the region whose accounts paid; its
        own is not among them."""
        ...

    def contributed_sums(self, region: str, since: int, until: int) -> list[ContributedSum]:
        """The region's premiums by the day on which they were deducted."""
        ...
