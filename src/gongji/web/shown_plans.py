"""商业健康保险专属产品答复: the forms of orders and refunds of the city's plan."""

from datetime import datetime

import msgspec

from gongji.desk.premium_ports import OrderState
from gongji.terms import Purse
from gongji.web.shown import Cite, Why


class PlanDrawShown(msgspec.Struct, frozen=True, kw_only=True):
    """What one purse of the buyer's paid, or got back."""

    purse: Purse
    amount_fen: int


class PlanOrderShown(msgspec.Struct, frozen=True, kw_only=True):
    """购买, as it is now. `number` is the order of arrival in the region.

    `ordered` waits for the collection; `failed` was tried and says why in `refused`, and a later
    collection tries it again. `refunded`: all of it has gone back, `refunded_fen` how much has.
    """

    id: str
    buyer: str
    insured: str
    plan: str
    year: int
    number: int
    amount_fen: int
    state: OrderState
    refused: Why | None
    draws: tuple[PlanDrawShown, ...]
    refunded_fen: int
    ordered_at: datetime
    paid_at: datetime | None
    cites: tuple[Cite, ...]


class PlanRefundShown(msgspec.Struct, frozen=True, kw_only=True):
    """原渠道退回: what went back to which purse. `left_fen` of the order has not been refunded yet."""

    id: str
    buyer: str
    order: str
    amount_fen: int
    back: tuple[PlanDrawShown, ...]
    left_fen: int
    refunded_at: datetime
