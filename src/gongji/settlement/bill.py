"""What is asked of a settlement, and the facts that it is decided on."""

from datetime import datetime
from typing import Annotated

import msgspec

from gongji.policy.standing import Person
from gongji.terms import (
    LARGEST_FEN,
    AccountUse,
    Care,
    Category,
    Channel,
    Credential,
    InstitutionKind,
    Kinship,
    Level,
    Purse,
    Use,
)

END = r"(?![\s\S])"
"""The end of a text. `$` would let a final newline pass, and `\\Z` is unknown to JSON Schema."""

Amount = Annotated[
    int, msgspec.Meta(ge=0, le=LARGEST_FEN, description="分，整数 · fen, a whole number")
]
PositiveAmount = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_FEN)]
"""分: a sum that somebody pays, gives back or is credited with; nothing is none."""

AskerId = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=64,
        pattern="^[A-Za-z0-9][A-Za-z0-9._:-]*" + END,
        description="由请求方选定，同一编号重发得到第一次的答复 · chosen by the asker; the same id again"
        " gives the first answer",
    ),
]
PersonId = Annotated[
    str, msgspec.Meta(pattern="^P[1-9][0-9]{5}-[0-9a-z]+" + END, min_length=9, max_length=40)
]
InstitutionId = Annotated[
    str, msgspec.Meta(pattern="^[HY][1-9][0-9]{5}-[0-9a-z]+" + END, min_length=9, max_length=40)
]


class Bill(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """费用单: one patient's bill after reimbursement.

    `fund_paid_fen` (统筹及其他基金支付), `self_paid_fen` (自负) and `uncovered_fen` (自费) add up
    to `total_fen`. `happened_at` is when the institution settled the care; left out, it is now.
    """

    patient: PersonId
    institution: InstitutionId
    total_fen: Amount
    fund_paid_fen: Amount
    self_paid_fen: Amount
    uncovered_fen: Amount
    care: Care = Care.OUTPATIENT
    category: Category = Category.DRUG
    channel: Channel = Channel.WINDOW
    credential: Credential = Credential.OWN
    shown_by: PersonId | None = None  # who holds the family code that was shown
    sponsor: PersonId | None = None  # whose credential was shown as well (SET-11)
    prescription: bool = False
    listed: bool = True  # in the catalogue, or on the list of devices
    happened_at: datetime | None = None
    accounts: AccountUse = AccountUse.OWN_THEN_POOLED


class SettlementRequest(Bill, frozen=True, kw_only=True):
    """结算请求: a bill with the asker's id."""

    id: AskerId


class Institution(msgspec.Struct, frozen=True, omit_defaults=True):
    """定点医药机构."""

    id: str
    region: str
    kind: InstitutionKind
    level: Level | None = None
    designated: bool = True  # 定点
    one_card: bool = True  # 一卡通行 is opened


class Balances(msgspec.Struct, frozen=True):
    """个人账户余额, in fen."""

    current: int = 0
    carried: int = 0

    def of(self, purse: Purse) -> int:
        """What is in one purse."""
        return self.current if purse is Purse.CURRENT else self.carried


class PoolFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """共济关系与资金: one bond in force, with its sponsor, the sponsor's chosen uses and money."""

    bond: str
    sponsor: Person
    kinship: Kinship
    uses: frozenset[Use]
    balances: Balances


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """裁定依据的事实: all that a decision looks at besides the bill and the law.

    Standing, bonds and uses are those of the moment of care; balances those of the moment of
    settlement. `pools` are the patient's bonds in force, oldest first. The facts are stored with
    the decision, so that it can be replayed.
    """

    at: datetime
    patient: Person
    institution: Institution
    own: Balances
    pools: tuple[PoolFacts, ...] = ()
    code_held: bool = False  # `shown_by` holds the patient's family code
    year_closed: bool = False  # the care was in a benefit year that has been closed since
