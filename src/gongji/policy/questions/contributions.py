"""Questions on pooled contributions (CON) and on lasting enrolment (ENR).

What holds for one enrolment year names that year in its value: the season of 2026 goes on being
answered after the season of 2027 has been added. A year that no provision names has no season.
"""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from gongji.policy.pack import Provision
from gongji.policy.questions.forms import Asks, Stated
from gongji.policy.questions.settlement import SettlementLaw

EnrolmentYear = Annotated[int, msgspec.Meta(ge=2000, le=2100)]
"""参保年度: the calendar year for which a premium is paid."""

MonthCount = Annotated[int, msgspec.Meta(ge=0, le=60)]
Sum = Annotated[int, msgspec.Meta(ge=1, le=10**9)]


class YearFen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An amount of one enrolment year, in fen."""

    year: EnrolmentYear
    fen: Sum


class YearMoment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A moment of one enrolment year's season, in local time and without an offset."""

    year: EnrolmentYear
    at: Annotated[datetime, msgspec.Meta(tz=False)]


class YearDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day of one enrolment year's season."""

    year: EnrolmentYear
    day: date


class CityPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """本市商业健康保险专属产品: its name, and whether it is paid at once or in one collection."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    taken: Literal["at_once", "one_collection"]


class WaitingMonths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """待遇等待期, in months: the fixed part, the variable part, what repairs it, and the floor."""

    fixed: MonthCount
    years_free: Annotated[int, msgspec.Meta(ge=0)]  # missed years before the variable part begins
    each_further_year: MonthCount
    each_back_paid: MonthCount
    long_gap_years: Annotated[int, msgspec.Meta(ge=1)]
    long_gap_months: MonthCount


class WaitingStart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """等待期起点: from when the months run."""

    in_period: Literal["new_year", "payment"]
    otherwise: Literal["new_year", "payment"]


class CeilingAmounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """大病保险最高支付限额的增减, in fen and basis points; a region that is silent has none."""

    base_fen: Sum
    continuous_step_fen: Sum
    zero_claim_step_fen: Sum
    lowered_each_year_fen: Sum
    raised_at_most_bp: Annotated[int, msgspec.Meta(ge=0, le=10_000)]


WithdrawBy = Literal["cut_off", "application_day"]
"""取消期限: the season's cut-off, or the end of the day of application."""


class ContributionLaw(SettlementLaw, frozen=True, kw_only=True):
    """共济缴费."""

    contribution_pays: Annotated[
        Provision[frozenset[Literal["resident_premium", "commercial_plan"]]],
        Asks("What may a pooled contribution pay?", "共济缴费可以缴纳什么？"),
    ]
    premium_balance: Annotated[
        Provision[Literal["greater", "enough"]],
        Asks(
            "Must the balance be greater than the premium, or is as much enough?",
            "余额须大于缴费金额，还是等于即可？",
        ),
    ]
    premium_paid_otherwise: Annotated[
        Provision[frozenset[Literal["cash", "scan", "school"]]],
        Asks(
            "Which other ways of paying rule out a deduction?",
            "已用哪些其他方式缴费的不再划扣？",
        ),
    ]
    other_payment_owed: Annotated[
        Provision[Stated],
        Asks(
            "What is owed when a pooled contribution is withdrawn?",
            "取消共济缴费后须办理什么？",
        ),
    ]
    plan_refund: Annotated[
        Provision[Literal["way_it_came"]],
        Asks("Where does an insurer's refund go?", "保险公司退费退到哪里？"),
    ]
    city_plan: Annotated[
        Provision[CityPlan] | None,
        Asks("Which commercial plan is the city's own?", "本市商业健康保险专属产品是哪一种？"),
    ] = None
    premium_amount: Annotated[
        Provision[YearFen] | None,
        Asks(
            "What is the premium of pupils and infants for a year?",
            "中小学生及婴幼儿该年度的缴费标准是多少？",
        ),
    ] = None
    premium_choose_by: Annotated[
        Provision[YearMoment] | None,
        Asks(
            "By when must `contribute` be chosen for a year?",
            "该年度最晚何时选择“共济缴费”？",
        ),
    ] = None
    premium_choice_kept: Annotated[
        Provision[Stated] | None,
        Asks("For how long must the choice be kept?", "选择之后可以改变吗？"),
    ] = None
    premium_deducted_from: Annotated[
        Provision[YearDay] | None,
        Asks("From which day is a year's premium deducted?", "该年度从哪一天起划扣？"),
    ] = None
    premium_handed_over: Annotated[
        Provision[Stated] | None,
        Asks("To whom are the deducted premiums handed?", "划扣的资金交给谁？"),
    ] = None
    premium_results_from: Annotated[
        Provision[YearDay] | None,
        Asks("From which day can a year's results be seen?", "该年度从哪一天起可查询结果？"),
    ] = None
    certificate_working_days: Annotated[
        Provision[Annotated[int, msgspec.Meta(ge=0, le=250)]] | None,
        Asks(
            "After how many working days is the payment certificate available?",
            "扣款成功几个工作日后可以取得缴费证明？",
        ),
    ] = None
    school_withdraws_by: Annotated[
        Provision[WithdrawBy] | None,
        Asks(
            "By when is it withdrawn where the school declares?",
            "学校集中申报的，最晚何时取消？",
        ),
    ] = None
    community_withdraws_by: Annotated[
        Provision[WithdrawBy] | None,
        Asks(
            "By when is it withdrawn where the community centre declares?",
            "社区事务受理服务中心申报的，最晚何时取消？",
        ),
    ] = None
    employer_refund_warned: Annotated[
        Provision[Stated] | None,
        Asks(
            "What of an employer who refunds cash premiums?",
            "所在单位报销居保缴费的，怎么办？",
        ),
    ] = None


class EnrolmentLaw(ContributionLaw, frozen=True, kw_only=True):
    """参保长效机制."""

    waiting_none: Annotated[
        Provision[Stated] | None,
        Asks("Who has no waiting period?", "哪些人不设待遇等待期？"),
    ] = None
    waiting_months: Annotated[
        Provision[WaitingMonths] | None,
        Asks("How many months must the others wait?", "其他人的待遇等待期是几个月？"),
    ] = None
    waiting_starts: Annotated[
        Provision[WaitingStart] | None,
        Asks("From when do the waiting months run?", "待遇等待期从何时起算？"),
    ] = None
    waiting_not_reimbursed: Annotated[
        Provision[Stated] | None,
        Asks("Is what is spent while waiting reimbursed later?", "等待期内的费用事后报销吗？"),
    ] = None
    years_counted_from: Annotated[
        Provision[EnrolmentYear] | None,
        Asks("From which year on do years count?", "连续参保与断保从哪一年起计算？"),
    ] = None
    employee_years_count: Annotated[
        Provision[bool] | None,
        Asks(
            "Do years in the employee scheme count as continuous?",
            "职工医保年限计入连续参保年限吗？",
        ),
    ] = None
    ceiling_after_years: Annotated[
        Provision[Annotated[int, msgspec.Meta(ge=0)]] | None,
        Asks(
            "After how many years without a gap does each further year raise the ceiling?",
            "连续参保满几年后，每多一年提高大病保险最高支付限额？",
        ),
    ] = None
    ceiling_zero_claim: Annotated[
        Provision[Stated] | None,
        Asks("What does a year without reimbursement do?", "当年零报销有什么激励？"),
    ] = None
    ceiling_lowered: Annotated[
        Provision[Stated] | None,
        Asks("What does a gap do to the ceiling?", "断保后再参保，限额怎样变化？"),
    ] = None
    ceiling_amounts: Annotated[
        Provision[CeilingAmounts] | None,
        Asks("By how much is the ceiling raised and lowered?", "限额每次提高、降低多少？"),
    ] = None
    school_registers: Annotated[
        Provision[Stated] | None,
        Asks(
            "Who registers pupils and kindergarten children, and collects?",
            "学生、幼儿由谁办理参保登记和收费？",
        ),
    ] = None
    enrolment_period_ends: Annotated[
        Provision[YearDay] | None,
        Asks(
            "On which day does a year's collection period at schools end?",
            "该年度学校集中参保的截止期是哪一天？",
        ),
    ] = None
