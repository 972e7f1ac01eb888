"""结算答复: the forms of decisions, settlements, reversals and payments."""

from datetime import datetime

import msgspec

from gongji.terms import Care, Purse
from gongji.web.shown import BalancesShown, Cite, ProvisionShown, Why


class DrawShown(msgspec.Struct, frozen=True, kw_only=True):
    """支用. `after_fen` is null where the purse is not the asker's to see."""

    person: str
    purse: Purse
    amount_fen: int
    after_fen: int | None


class DecisionShown(msgspec.Struct, frozen=True, kw_only=True):
    """结算决定: who pays what, why, and by which provisions.

    `own_fen`, `cash_fen` and `own_after` are null for a sponsor, who sees the pooled money only.
    """

    patient: str
    institution: str
    outcome: str
    says: Why
    own_fen: int | None
    pooled_fen: int
    cash_fen: int | None
    outside_relief_fen: int
    sponsor: str | None
    draws: tuple[DrawShown, ...]
    reasons: tuple[Why, ...]
    cites: tuple[Cite, ...]
    own_after: BalancesShown | None
    law: str


class SettlementShown(DecisionShown, frozen=True, kw_only=True):
    """结算结果: a recorded decision. The same id is answered the same way for ever; only
    `repeated` differs."""

    reference: str
    id: str
    happened_at: datetime
    recorded_at: datetime
    repeated: bool


class ReversalShown(msgspec.Struct, frozen=True, kw_only=True):
    """冲正结果: what went back to the own account, to the sponsor's, and in cash."""

    reference: str
    id: str
    institution: str
    of: str
    own_fen: int
    pooled_fen: int
    cash_fen: int
    self_paid_fen: int
    whole: bool
    recorded_at: datetime
    repeated: bool


class BillShown(msgspec.Struct, frozen=True, kw_only=True):
    """费用单 as it was asked."""

    total_fen: int
    fund_paid_fen: int
    self_paid_fen: int
    uncovered_fen: int
    care: Care
    category: str
    channel: str


class StoredDecision(msgspec.Struct, frozen=True, kw_only=True):
    """存档的结算决定: the bill, the decision, every provision whole, and what was reversed since."""

    bill: BillShown | None
    decision: SettlementShown
    provisions: tuple[ProvisionShown, ...]
    reversed_self_paid_fen: int
    reversed_whole: bool


class ReplayShown(msgspec.Struct, frozen=True, kw_only=True):
    """复核: the stored decision, decided again by the law and on the facts stored with it."""

    reference: str
    law: str
    same: bool


class ReasonsShown(msgspec.Struct, frozen=True, kw_only=True):
    """为什么不能用: every cause that holds, and the provisions behind them."""

    outcome: str
    reasons: tuple[Why, ...]
    cites: tuple[Cite, ...]


class PaymentShown(msgspec.Struct, frozen=True, kw_only=True):
    """一笔结算或冲正. Own money and cash are null where they are not the asker's to see."""

    reference: str
    kind: str
    reverses: str | None
    patient: str
    sponsor: str | None
    happened_at: datetime
    recorded_at: datetime
    own_fen: int | None
    pooled_fen: int
    cash_fen: int | None


class Payments(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first. `next_before` asks for the following page; null where nothing follows."""

    payments: tuple[PaymentShown, ...]
    next_before: datetime | None
