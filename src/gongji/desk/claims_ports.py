"""What manual claims need of a store."""

from enum import StrEnum
from typing import Protocol

import msgspec

from gongji.settlement.decide import Decision
from gongji.terms import Care


class ClaimState(StrEnum):
    """零星报销进度."""

    REGISTERED = "registered"  # 已登记，待复核
    RETURNED = "returned"  # 退回补正
    APPROVED = "approved"  # 复核通过，待拨付
    IN_FILE = "in_file"  # 已列入银行文件
    PAID = "paid"  # 已到账


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """零星报销: a bill that could not be settled online, claimed at the window (SET-14).

    `papers` say of each paper of the check list whether it was seen. `agent` and `bank` are kept
    sealed. `decision` is what the review has decided and booked; `paid_fen` what goes to the bank.
    """

    region: str
    id: str
    person: str
    institution: str
    happened_on: str
    care: Care
    total_fen: int
    fund_paid_fen: int
    self_paid_fen: int
    uncovered_fen: int
    papers: tuple[str, ...]
    bank: str
    agent: str = ""
    state: ClaimState = ClaimState.REGISTERED
    entered_by: str
    entered_at: int
    reviewed_by: str | None = None
    reviewed_at: int | None = None
    note: str = ""
    decision: Decision | None = None
    paid_fen: int = 0
    file: str | None = None


class ClaimsUnit(Protocol):
    """The part of a unit that keeps manual claims."""

    def claim(self, region: str, id: str) -> Claim | None: ...
    def keep_claim(self, claim: Claim) -> None: ...
    def claims(
        self, region: str, *, state: ClaimState | None = None, file: str | None = None, limit: int
    ) -> list[Claim]:
        """Newest first: those of a state, or of a bank file, or all."""
        ...
