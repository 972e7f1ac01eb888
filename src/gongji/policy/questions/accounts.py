"""Questions on accounts (ACC)."""

from datetime import date
from typing import Annotated, Literal

from gongji.policy.pack import Provision
from gongji.policy.questions.benefits import BenefitLaw
from gongji.policy.questions.forms import Asks, NoLimit, Stated, YearTurn
from gongji.terms import Purse, Scheme


class AccountLaw(BenefitLaw, frozen=True, kw_only=True):
    """个人账户."""

    region: str
    day: date

    account_schemes: Annotated[
        Provision[frozenset[Scheme]],
        Asks("Which schemes have a personal account?", "哪些险种有个人账户？"),
    ]
    purses: Annotated[
        Provision[tuple[Purse, ...]],
        Asks("Into which purses is an account divided?", "个人账户分为哪几部分？"),
    ]
    year_turn: Annotated[
        Provision[YearTurn],
        Asks(
            "On which day (MM-DD) does the benefit year start, so that the rest is carried?",
            "医保年度从哪一天开始（上年余额结转）？",
        ),
    ]
    pooled_purses: Annotated[
        Provision[tuple[Purse, ...]],
        Asks("Which money of the sponsor is pooled?", "组建人的哪部分资金可以共济？"),
    ]
    member_limit_fen: Annotated[
        Provision[NoLimit],
        Asks("How much may one member use?", "每位成员有无使用限额？"),
    ]
    statement_month: Annotated[
        Provision[Literal["last_closed"]],
        Asks("Which month does the statement show?", "月度对账单显示到哪个月？"),
    ]
    money_stays_sponsors: Annotated[
        Provision[Stated],
        Asks("Whose is pooled money?", "共济资金归谁所有？"),
    ]
    sponsor_benefits_kept: Annotated[
        Provision[Stated],
        Asks("Does sponsoring touch the sponsor's own benefits?", "共济是否影响本人待遇？"),
    ]
