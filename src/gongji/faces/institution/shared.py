"""共用: what the console's pages share."""

from typing import Any

from gongji.desk.faces_ports import Role
from gongji.faces.visit import Visit, page_for
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import Balances
from gongji.web.statuses import STATUS_OF

CASHIER: dict[str, Any] = page_for(Role.INSTITUTION)


def after(balances: Balances, two_purses: bool, request: Visit) -> list[tuple[str, int]]:
    """Both balances with their names, or the one where the region keeps one account (ACC-6)."""
    if not two_purses:
        return [(request.say("个人账户余额"), balances.current + balances.carried)]
    return [
        (request.say("当年账户余额"), balances.current),
        (request.say("历年结余余额"), balances.carried),
    ]


def status_of(refusal: Refusal) -> int:
    """The page's status for a refusal."""
    return STATUS_OF[refusal.code]
