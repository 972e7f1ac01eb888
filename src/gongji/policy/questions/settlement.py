"""Questions on settlement, family codes and supervision (SET, FAM, SUP)."""

from typing import Annotated, Literal

import msgspec

from gongji.policy.pack import Provision
from gongji.policy.questions.forms import AccountFlag, Asks, Months, Stated, Venue
from gongji.policy.questions.pools import PoolLaw
from gongji.terms import AccountUse, Care, Category, Channel, Purse


class SettlementLaw(PoolLaw, frozen=True, kw_only=True):
    """结算与亲情账户."""

    own_credential: Annotated[
        Provision[Stated],
        Asks("Whose card is used, and whose benefits?", "使用谁的卡、享受谁的待遇？"),
    ]
    lending_is_fraud: Annotated[
        Provision[Stated],
        Asks("What is the use of another's card?", "使用他人医保卡是什么行为？"),
    ]
    member_answers: Annotated[
        Provision[Stated] | None,
        Asks(
            "Who answers for pooled money used against the rules?",
            "违反规定使用共济资金由谁负责？",
        ),
    ] = None
    reporting: Annotated[
        Provision[Stated] | None,
        Asks("Who may report an institution or a person?", "发现违规使用可以向谁举报？"),
    ] = None
    fetching_allowed: Annotated[
        Provision[Stated],
        Asks("May medicine be fetched for another?", "可以代他人购药吗？"),
    ]
    pool_pays: Annotated[
        Provision[frozenset[Literal["self_paid"]]],
        Asks("Which part of a bill does pooled money pay?", "共济资金支付账单的哪一部分？"),
    ]
    own_draw_order: Annotated[
        Provision[dict[Care, tuple[Purse, ...]]],
        Asks("Which own purses pay first, by kind of care?", "本人账户按什么顺序先用？"),
    ]
    arrival_order: Annotated[
        Provision[Stated],
        Asks("In which order do bills draw on the pool?", "各成员按什么顺序使用共济资金？"),
    ]
    rest_in_cash: Annotated[
        Provision[Stated],
        Asks("What if no account covers the sum?", "账户余额不足怎么办？"),
    ]
    outside_relief: Annotated[
        Provision[tuple[str, ...]],
        Asks("From which reliefs are pooled payments left out?", "共济支付不计入哪些减负或累计？"),
    ]
    venues: Annotated[
        Provision[tuple[Venue, ...]],
        Asks("Where does pooled money pay?", "共济资金在哪里可以使用？"),
    ]
    prescription_asked: Annotated[
        Provision[frozenset[Category]],
        Asks("What needs a prescription at a pharmacy?", "在药店购买什么须凭处方？"),
    ]
    listed_only: Annotated[
        Provision[Stated],
        Asks("Must the item be listed?", "是否限目录内项目？"),
    ]
    one_card_asked: Annotated[
        Provision[bool],
        Asks("Must the institution have the one-card service?", "是否限开通“一卡通行”的机构？"),
    ]
    account_excluded: Annotated[
        Provision[frozenset[Category]],
        Asks("What may no personal account pay?", "个人账户不得支付哪些费用？"),
    ]
    account_flag: Annotated[
        Provision[dict[AccountFlag, AccountUse]],
        Asks(
            "Which accounts does an institution ask for by `acct_used_flag`?",
            "个人账户使用标志的各值申请使用哪些账户？",
        ),
    ]
    sponsor_shown: Annotated[
        Provision[bool],
        Asks("Must the sponsor's credential be shown?", "是否须出示授权人凭证？"),
    ]
    window_claim: Annotated[
        Provision[tuple[str, ...]] | None,
        Asks("What is handed in for a claim at the window?", "零星支取须提交什么？"),
    ] = None
    settlement_channels: Annotated[
        Provision[frozenset[Channel]],
        Asks("Which channels of settlement are told apart?", "区分哪些结算渠道？"),
    ]
    causes_named: Annotated[
        Provision[Stated],
        Asks("Is every cause of a refusal named?", "不能使用的原因是否说明？"),
    ]
    suspension_months: Annotated[
        Provision[Months],
        Asks(
            "For how long is online settlement suspended for lending a card?",
            "出借医保卡暂停联网结算多久？",
        ),
    ]

    # Family account, FAM.
    family_code_shows: Annotated[
        Provision[Stated],
        Asks("Whose benefits does a family code spend?", "亲情账户使用谁的待遇？"),
    ]
    family_code_relatives: Annotated[
        Provision[Annotated[int, msgspec.Meta(ge=1)]],
        Asks("How many relatives' codes may one person hold?", "亲情账户最多绑定几人？"),
    ]
    family_code_pools: Annotated[
        Provision[Stated],
        Asks("Does a family code pool in the same step?", "展示亲情账户时能否同步共济？"),
    ]
