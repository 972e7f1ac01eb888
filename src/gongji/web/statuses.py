"""问题一览: which refusal is which HTTP status, in one table; fields, titles, warnings."""

from collections.abc import Mapping

from gongji.policy.refusal import Code
from gongji.words import Words

STATUS_OF: Mapping[Code, int] = {
    # The request is well formed and the law, or the person's standing, says no.
    Code.SPONSOR_NOT_EMPLOYEE: 422,
    Code.SPONSOR_NOT_IN_FORCE: 422,
    Code.NOTHING_CARRIED: 422,
    Code.COMMITMENT_MISSING: 422,
    Code.OWN_SELF: 422,
    Code.MEMBER_NOT_INSURED: 422,
    Code.MEMBER_NOT_HERE: 422,
    Code.ECODE_INACTIVE: 422,
    Code.KINSHIP_NOT_ALLOWED: 422,
    Code.NO_ACCOUNT: 422,
    Code.NOT_OWN_CREDENTIAL: 422,
    Code.PATIENT_NOT_INSURED: 422,
    Code.NOT_DESIGNATED: 422,
    Code.ONLINE_SUSPENDED: 422,
    Code.AMOUNTS_DO_NOT_ADD_UP: 422,
    Code.MORE_THAN_SETTLED: 422,
    Code.NO_YEAR_TURN: 422,
    Code.NOT_DEAD: 422,
    Code.NOT_A_RESIDENT: 422,
    Code.CONTRIBUTE_NOT_CHOSEN: 422,
    Code.CHOSEN_TOO_LATE: 422,
    Code.BALANCE_NOT_ABOVE_PREMIUM: 422,
    Code.NOT_IN_A_POOL: 422,
    Code.NOT_CONFIGURED: 422,
    Code.BALANCE_NOT_ENOUGH: 422,
    Code.MORE_THAN_PAID: 422,
    Code.PAPERS_MISSING: 422,
    Code.OWN_ENTRY: 422,
    # It would succeed in another state of things than the present one.
    Code.SPONSOR_IS_MEMBER: 409,
    Code.SPONSOR_HAS_POOL: 409,
    Code.MEMBER_IS_SPONSOR: 409,
    Code.ALREADY_IN_A_POOL: 409,
    Code.TWO_WAY_NOT_ALLOWED: 409,
    Code.TOO_MANY_MEMBERS: 409,
    Code.REBIND_TOMORROW: 409,
    Code.TOO_EARLY: 409,
    Code.CLAIM_DECIDED: 409,
    Code.UNBIND_FIRST: 409,
    Code.TOO_MANY_RELATIVES: 409,
    Code.ID_REUSED: 409,
    Code.ALREADY_REVERSED: 409,
    Code.PAID_OTHERWISE: 409,
    Code.CERTIFICATE_NOT_READY: 409,
    Code.ALREADY_REGISTERED: 409,
    Code.ALREADY_DEDUCTED: 409,
    # It names what is not there.
    Code.NOT_BOUND: 404,
    Code.NO_POOL: 404,
    Code.UNKNOWN_PERSON: 404,
    Code.UNKNOWN_INSTITUTION: 404,
    Code.UNKNOWN_SETTLEMENT: 404,
    Code.NO_SUCH_CLAIM: 404,
    Code.NO_SUCH_PREMIUM: 404,
    Code.NO_SUCH_PURCHASE: 404,
    # It is not the asker's to ask.
    Code.FORBIDDEN: 403,
}
"""HTTP status by refusal."""

Fields = Mapping[Code, tuple[str, Words]]
"""A field and its form, by the refusal that it can mend."""

FIELD_OF: Fields = {
    Code.AMOUNTS_DO_NOT_ADD_UP: (
        "total_fen",
        Words("三项之和", "the sum of the three parts"),
    ),
    Code.ID_REUSED: ("id", Words("未用过的编号", "an id that was not used before")),
    Code.MORE_THAN_SETTLED: (
        "self_paid_fen",
        Words("不超过 available_fen 的整数", "a whole number up to available_fen"),
    ),
}
"""The field to mend, where a refusal is about one."""

HEIRS: Fields = {
    **FIELD_OF,
    Code.AMOUNTS_DO_NOT_ADD_UP: (
        "heirs",
        Words("各继承人金额之和等于账户余额", "sums that come to the whole balance"),
    ),
}
"""The same for an estate."""

TITLES: Mapping[str, Words] = {
    "bad_input": Words("提交的内容不合要求", "The request cannot be taken as it is"),
    "no_provision": Words("当日没有可依据的规定", "No provision for that day"),
    "unclear": Words("费用明细无法裁定", "A line of the bill cannot be decided"),
    "unknown_region": Words("没有这个统筹区", "Unknown region"),
    "unauthenticated": Words("没有有效的密钥或令牌", "No valid key or token"),
    "busy": Words("暂时无法办理", "Not available at the moment"),
    "store_unavailable": Words("暂时无法办理", "Not available at the moment"),
    "not_found": Words("没有这个地址", "There is nothing at this address"),
    "method_not_allowed": Words("这个地址不接受这种方法", "This address does not take this method"),
    "too_large": Words("请求正文过大", "The body is too large"),
    "bad_request": Words("请求不合要求", "The request cannot be taken"),
    "internal": Words("系统出错", "A mistake of ours"),
}
"""The problems that are no refusals of the desk."""

WARNINGS: Mapping[str, Words] = {
    "employer_refund": Words(
        "单位有居保缴费报销类福利的，请尽量不要选择“共济缴费”。",
        "If an employer refunds premiums that are paid in cash, rather leave `contribute` out.",
    ),
    "pay_another_way": Words(
        "改变共济方式后保费不再从共济资金划扣，请按规定用其他方式缴纳。",
        "After this change the premium is not deducted from the pool; pay it another way.",
    ),
}
"""What a sponsor is told when the uses change, by `WarningCode`."""
