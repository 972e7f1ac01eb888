"""参保答复: the forms of waiting months and of the steps of the ceiling."""

from datetime import date

import msgspec

from gongji.web.shown import Cite


class StepShown(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the arithmetic, in words."""

    zh: str
    en: str


class WaitingShown(msgspec.Struct, frozen=True, kw_only=True):
    """等待期 (ENR-1, ENR-2): so many months, and the first day with benefits."""

    region: str
    months: int
    benefits_from: date
    steps: tuple[StepShown, ...]
    cites: tuple[Cite, ...]


class CeilingShown(msgspec.Struct, frozen=True, kw_only=True):
    """大病保险最高支付限额的变化 (ENR-4, ENR-5): how often it is raised and lowered, and the sums.

    The sums are null where the region's amounts are not configured; that is not zero.
    """

    region: str
    year: int
    continuous_years: int
    continuous_steps: int
    zero_claim_steps: int
    lowered_years: int
    amounts_configured: bool
    raised_fen: int | None
    lowered_fen: int | None
    ceiling_fen: int | None
    steps: tuple[StepShown, ...]
    cites: tuple[Cite, ...]
