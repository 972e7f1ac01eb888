"""限流: how often one person or one address may do what could be abused.

Each process keeps its own count: with several of them the limits are so many times as wide.
"""

from enum import Enum

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class Rule(Enum):
    """What is limited, and how far."""

    SIGN_IN = "20/5minutes"  # one address: passwords, keys, and ways to a provider
    PASSWORD = "10/15minutes"  # noqa: S105 - one account, from wherever it is tried
    FIND = "30/hour"  # one person: names and numbers of relatives that are tried
    POST = "120/minute"  # one person: whatever is sent
    PROOF = "12/hour"  # one auditor: a proof walks the whole book

    @property
    def item(self) -> RateLimitItem:
        """The limit as the library has it."""
        return parse(self.value)


class Turnstile:
    """旋转门: counts who comes through."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def passes(self, rule: Rule, who: str) -> bool:
        """Whether this one may go on; it has been counted now."""
        return self._limiter.hit(rule.item, rule.name, who)
