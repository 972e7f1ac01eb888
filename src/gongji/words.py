"""说法: what every outcome and every refusal says to a family, in Chinese and in English.

The codes stand here as strings, because this room lies below the rooms that define them; a test
holds the tables against `Outcome` and `Code`. The words explain and help. The words of the law
stand in the packs and are quoted from there, never from here.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, NamedTuple

from gongji.terms import (
    AccountUse,
    Care,
    Category,
    Channel,
    Credential,
    FilingChannel,
    InstitutionKind,
    Kinship,
    Level,
    Purse,
    Scheme,
    Status,
    Use,
)

Lang = Literal["zh", "en"]


class Words(NamedTuple):
    """One thing said twice."""

    zh: str
    en: str

    def say(self, lang: Lang) -> str:
        """The words in one language."""
        return self.zh if lang == "zh" else self.en


class Saying(NamedTuple):
    """说明: what a code says, and what would succeed instead."""

    says: Words
    remedy: Words


def _saying(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Saying:
    return Saying(Words(zh, en), Words(remedy_zh, remedy_en))


def outcome(code: str) -> Saying:
    """What an outcome of a settlement says. `code` is a value of `Outcome`."""
    return OUTCOMES[code]


def refusal(code: str) -> Saying:
    """What a refusal says. `code` is a value of `Code`."""
    return REFUSALS[code]


def name_of(member: StrEnum) -> Words:
    """The display name of a kind: of care, scheme, kinship, purse, channel and so on."""
    return NAMES[type(member)][member.value]


OUTCOMES: Mapping[str, Saying] = {
    "pooled": _saying(
        "本次个人自负部分使用了共济资金。",
        "Pooled money was used for the self-paid part of this bill.",
        "无须再办理；未付清的部分由本人现金支付。",
        "Nothing more is needed; whatever is left is paid in cash.",
    ),
    "own_funds": _saying(
        "本人账户支付了全部个人自负部分。",
        "The patient's own account has paid all of the self-paid part.",
        "无须再办理；如有自费部分，由本人现金支付。",
        "Nothing more is needed; any uncovered part is paid in cash.",
    ),
    "not_in_a_pool": _saying(
        "就医时没有可用于本次结算的共济关系，未登记的家人不能使用共济资金。",
        "No bond was in force that this bill could use; relatives not registered cannot use the money.",
        "请核对授权人；没有登记的，由有职工医保个人账户的家人办理家庭共济，把患者登记为共济成员。",
        "Check the sponsor that was shown; or a relative with an employee's account registers the patient.",
    ),
    "sponsor_not_shown": _saying(
        "没有出示授权人的医保凭证，无法确定使用谁的资金。",
        "No sponsor's credential was shown, so it is not known whose money is asked for.",
        "结算时同时出示授权人的医保凭证或有效身份证件。",
        "Show the sponsor's credential, or the sponsor's identity document, with the patient's own.",
    ),
    "use_not_chosen": _saying(
        "“共济支付”没有开通：组建人没有选择，或本地当时还没有开放。",
        "The use `pay` was not open: the sponsor had not chosen it, or the region did not offer it yet.",
        "请组建人把共济方式改为含“共济支付”；本地已开放的，改后就医即可使用。",
        "The sponsor chooses `pay`; where the region offers it, it works for care from that moment.",
    ),
    "sponsor_not_in_force": _saying(
        "组建人的参保状态或个人账户不符合条件，其资金不能共济。",
        "The sponsor's insurance or account does not meet the rule, so the money cannot be pooled.",
        "组建人重新符合所引条款后可以使用；在此之前由本人现金支付。",
        "It works once the sponsor meets the rule cited; until then the bill is paid in cash.",
    ),
    "ecode_inactive": _saying(
        "双方没有都激活医保电子凭证。",
        "The electronic credential has not been activated on both sides.",
        "请双方先激活医保电子凭证。",
        "Both sides activate the electronic credential (医保电子凭证) first.",
    ),
    "institution_not_covered": _saying(
        "这家机构或这类医疗不在本地共济资金的使用范围内。",
        "This institution, or this kind of care, is outside what the region's pools pay for.",
        "请到本地规定范围内的定点医药机构使用。",
        "Use an institution that the region's rule names.",
    ),
    "no_one_card": _saying(
        "这家机构没有开通“一卡通行”。",
        "This institution has not opened the one-card service (一卡通行).",
        "请到已开通“一卡通行”的定点医药机构使用。",
        "Use an institution that has opened 一卡通行.",
    ),
    "category_excluded": _saying(
        "公共卫生、体育健身、健康查体、养生保健等费用，个人账户不得支付。",
        "Public-health charges, fitness, check-ups and wellness may not be paid from any account.",
        "这类费用由本人现金支付。",
        "Pay this charge in cash.",
    ),
    "no_prescription": _saying(
        "在药店购药没有处方。",
        "There was no prescription for a drug bought at a pharmacy.",
        "请凭定点医疗机构的电子处方购买。",
        "Buy it on an electronic prescription of a designated institution.",
    ),
    "not_listed": _saying(
        "所购项目不在医保目录或规定的购买范围内。",
        "The item is not in the catalogue, nor on the list of what may be bought.",
        "请购买目录内项目；目录外的由本人现金支付。",
        "Buy a listed item; one that is not listed is paid in cash.",
    ),
    "pool_not_asked": _saying(
        "医药机构结算时没有申请使用共济资金。",
        "The institution did not ask for pooled money when it settled.",
        "请医药机构选择使用共济账户；已结算的，先冲正再重新结算。",
        "The institution asks for the pool; a bill that is settled is reversed first and settled again.",
    ),
    "nothing_self_paid": _saying(
        "本次没有个人自负部分，自费部分不能用共济资金支付。",
        "The bill has no self-paid part; pooled money never pays the uncovered part (自费).",
        "如有自费部分，由本人现金支付。",
        "Any uncovered part is paid in cash.",
    ),
    "own_funds_left": _saying(
        "本人账户足够支付，没有动用共济资金。",
        "The patient's own account was enough, so the pool was not touched.",
        "先用本人账户可用的资金，不足的部分再用共济资金。",
        "Own money that may be used comes first; the pool is for what is left then.",
    ),
    "pool_empty": _saying(
        "组建人没有可以共济的资金。",
        "The sponsor has no money that can be pooled.",
        "有了可以共济的资金后即可使用，无须重新组网；本次未付清的部分由本人现金支付。",
        "It works again once there is such money, without a new pool; what is left now is paid in cash.",
    ),
}
"""By the values of `settlement.outcome.Outcome`."""


REFUSALS: Mapping[str, Saying] = {
    # The sponsor of a pool or bond.
    "sponsor_not_employee": _saying(
        "组建人没有参加职工医保，没有可以共济的个人账户。",
        "The sponsor is not in the employee scheme and has no account to share.",
        "由参加职工医保的家人作为组建人。",
        "A relative in the employee scheme forms the pool.",
    ),
    "sponsor_not_in_force": _saying(
        "组建人（出资人）的参保状态或个人账户不符合条件。",
        "The insurance or the account of the sponsor, or of the buyer, does not meet the rule.",
        "重新符合所引条款后再办理。",
        "Ask again when the rule cited below is met.",
    ),
    "nothing_carried": _saying(
        "组建人没有历年结余资金，不能组建。",
        "The sponsor has no carried money, so no pool can be formed.",
        "下一次年度结转后有历年结余时再办理。",
        "Ask again when money has been carried at the next turn of the benefit year.",
    ),
    "commitment_missing": _saying(
        "组建人没有作出承诺。",
        "The sponsor has not signed the commitment.",
        "请组建人阅读并确认承诺书（committed 填 true）后再提交。",
        "The sponsor reads and signs the commitment (`committed`: true), then asks again.",
    ),
    "sponsor_is_member": _saying(
        "组建人现在是别人的共济成员。",
        "The sponsor is a member of another's pool at present.",
        "先退出现在的共济网，再组建。",
        "Leave that pool first, then form one.",
    ),
    "sponsor_has_pool": _saying(
        "组建人已经有一个共济网。",
        "The sponsor has a pool already.",
        "直接添加成员，或先解散现有的共济网。",
        "Add members to it, or dissolve it first.",
    ),
    # The member of a bond.
    "own_self": _saying(
        "不能与自己建立关系。",
        "Nobody is bound to oneself.",
        "请填写另一位家人。",
        "Name another person.",
    ),
    "member_not_insured": _saying(
        "共济成员没有在规定的医保中正常参保。",
        "The member is not in force in a scheme that the region names.",
        "成员的参保状态符合所引条款后再办理。",
        "Ask again when the member is insured as the rule cited below asks.",
    ),
    "member_not_here": _saying(
        "共济成员没有在本统筹区参保。",
        "The member is not insured in this region.",
        "成员在本统筹区参保后再办理。",
        "Ask again when the member is insured in the region.",
    ),
    "ecode_inactive": _saying(
        "双方没有都激活医保电子凭证。",
        "The electronic credential has not been activated on both sides.",
        "请双方先激活医保电子凭证。",
        "Both sides activate the electronic credential (医保电子凭证) first.",
    ),
    "kinship_not_allowed": _saying(
        "这一亲属关系不在当日规定的范围内。",
        "This kinship is not among those that the rule of the day allows.",
        "请对照所引条款，改为规定范围内的亲属。",
        "Name a relative of a kind that the rule cited below allows.",
    ),
    "member_is_sponsor": _saying(
        "这位成员自己是组建人。",
        "This member sponsors a pool.",
        "请对方先解散自己的共济网。",
        "The member dissolves that pool first.",
    ),
    "already_in_a_pool": _saying(
        "这位成员已经在一个共济网中。",
        "This member is in a pool already.",
        "已在这个共济网中的，无须再办理；在别人的共济网中的，请先退出。",
        "If it is this pool, nothing is needed; if it is another's, the member leaves that one first.",
    ),
    "two_way_not_allowed": _saying(
        "双方不能互相共济。",
        "Two people may not sponsor each other here.",
        "保留一个方向，先解除另一个方向。",
        "Keep one direction and end the other first.",
    ),
    "too_many_members": _saying(
        "成员人数已达上限。",
        "The pool has as many members as the rule allows.",
        "先移除一位成员，再添加。",
        "Remove a member first, then add this one.",
    ),
    "rebind_tomorrow": _saying(
        "双方当天刚解除绑定，当日不能重新绑定。",
        "The two were unbound today and cannot be bound again on the same day.",
        "次日即可重新绑定。",
        "The same request succeeds from the next day.",
    ),
    # Pools and people.
    "not_bound": _saying(
        "双方之间没有可以解除的共济关系。",
        "There is no bond between the two that could still be ended.",
        "请核对成员和组建人；可能已经办理解除。",
        "Check the member and the sponsor; its end may have been asked for already.",
    ),
    "no_pool": _saying(
        "组建人没有共济网。",
        "The sponsor has no pool.",
        "要共济的，请组建人先组建家庭共济网；已经解散的，无须再办理。",
        "To share money the sponsor forms a pool; one that is dissolved already needs nothing more.",
    ),
    "unbind_first": _saying(
        "还有共济关系，不能办理医保关系转出。",
        "A bond is still open, so the insurance cannot be moved away.",
        "先解除全部共济关系，再办理转出。",
        "End every bond first, then move.",
    ),
    "forbidden": _saying(
        "您无权查看或办理。",
        "You may not see or do this.",
        "由本人办理；本人不便时，由经办窗口代为办理。",
        "The person concerned asks, or a clerk at the service window for that person.",
    ),
    "too_many_relatives": _saying(
        "亲情账户绑定的亲属人数已达上限。",
        "The family account holds as many relatives' codes as the rule allows.",
        "先解除一位亲属，再绑定。",
        "Give up one relative's code first.",
    ),
    "no_account": _saying(
        "此人没有个人账户，不能划入资金。",
        "This person has no personal account to put money into.",
        "请核对人员；继承人没有个人账户的，凭登记的材料支付。",
        "Check the person; an heir without an account is paid by a paper on record.",
    ),
    # A settlement.
    "not_own_credential": _saying(
        "没有使用患者本人的医保凭证，也没有通过绑定患者的亲情账户；冒用他人医保凭证属于违法行为。",
        "It is not the patient's own credential, nor one shown by a family account registered for it; "
        "using another's as one's own is an offence.",
        "请用患者本人的卡或码，或已绑定的亲情账户展示患者本人的码。",
        "Use the patient's own card or code, or show it by a registered family account.",
    ),
    "patient_not_insured": _saying(
        "患者当日没有正常参保。",
        "The patient was not in force in any scheme on that day.",
        "医保恢复正常后的就医可以结算；本次由本人现金支付。",
        "Care from the day the insurance is in force again can be settled; this bill is paid in cash.",
    ),
    "not_designated": _saying(
        "这家机构不是定点医药机构。",
        "The institution is not a designated one.",
        "请到定点医药机构就医购药。",
        "Go to a designated institution.",
    ),
    "online_suspended": _saying(
        "患者的联网结算处于暂停期。",
        "Networked settlement is suspended for this patient.",
        "暂停期满后恢复；期间由本人现金支付。",
        "It is restored when the suspension ends; until then bills are paid in cash.",
    ),
    "amounts_do_not_add_up": _saying(
        "各项金额之和与总额不符。",
        "The parts do not add up to the total.",
        "核对后重新提交：结算须 total_fen = fund_paid_fen + self_paid_fen + uncovered_fen；"
        "继承须各继承人金额之和等于账户余额。",
        "Correct the sums: a bill's total_fen = fund_paid_fen + self_paid_fen + uncovered_fen; "
        "heirs' sums come to the whole balance.",
    ),
    "id_reused": _saying(
        "这个编号已用于另一笔内容不同的请求，没有写入任何内容。",
        "This id stands for another request of other content; nothing was written.",
        "重发原请求时内容不要改动；新的请求请换一个编号。",
        "Repeat the first request unchanged, or choose a fresh id for a new one.",
    ),
    "unknown_person": _saying(
        "没有找到这位参保人。",
        "No such person is registered.",
        "请核对编号，或先由经办机构登记。",
        "Check the id, or have the person registered by the agency first.",
    ),
    "unknown_institution": _saying(
        "没有找到这家机构。",
        "No such institution is registered.",
        "请核对编号，或先由经办机构登记。",
        "Check the id, or have the institution registered by the agency first.",
    ),
    # A reversal.
    "unknown_settlement": _saying(
        "没有找到这笔结算。",
        "No such settlement is known.",
        "请核对机构编号和结算编号。",
        "Check the institution's id and the settlement's id.",
    ),
    "already_reversed": _saying(
        "这笔结算已经全部冲正。",
        "The whole of this settlement has been reversed already.",
        "无须再冲正。",
        "Nothing is left to reverse.",
    ),
    "more_than_settled": _saying(
        "要求冲正的金额大于尚未冲正的自负金额。",
        "More is asked back than is left of the self-paid part.",
        "按不超过 available_fen 的金额提交，或不填金额以冲正全部。",
        "Ask for available_fen at most, or leave the sum out to reverse the whole.",
    ),
    # The calendar.
    "no_year_turn": _saying(
        "这个统筹区在这一天没有医保年度结束。",
        "No benefit year ends on that day in this region.",
        "请对照所引条款；有年度结转的，填写医保年度的最后一天。",
        "Where the rule cited below has a benefit year, name its last day.",
    ),
    "not_dead": _saying(
        "没有这位参保人的死亡登记，不能办理继承。",
        "No death is on record, so there is nothing to inherit.",
        "先登记死亡日期，再办理继承。",
        "Record the day of death first.",
    ),
    "too_early": _saying(
        "时间未到。",
        "It is too early for this.",
        "到所列时间之后再办理。",
        "Ask again from the moment given.",
    ),
    # Contributions.
    "not_a_resident": _saying(
        "此人不是本地居民医保的缴费对象，不能登记居民医保缴费。",
        "The person does not owe a resident premium here, so none can be registered.",
        "请核对参保人；职工医保参保人、已转出或已故人员无须登记。",
        "Check the person; employees, and people moved away or dead, owe no resident premium.",
    ),
    "contribute_not_chosen": _saying(
        "“共济缴费”没有开通：组建人没有选择或没有保持到划扣，或本地没有开放。",
        "The use `contribute` is not open: not chosen, or not kept until the deduction, "
        "or not offered by the region.",
        "请以其他方式缴费；本地开放的，以后请在截止时间前选择“共济缴费”并保持不变。",
        "Pay another way; where the region offers it, choose it before the next cut-off and keep it.",
    ),
    "chosen_too_late": _saying(
        "共济关系或“共济缴费”在截止时间后才开始，或中途改变后重选。",
        "The bond or the use `contribute` began after the cut-off, or was broken and begun again.",
        "请以其他方式缴费；下一年度请在截止时间前绑定、选择并保持不变。",
        "Pay another way; for the next year bind and choose before the cut-off, and keep both.",
    ),
    "paid_otherwise": _saying(
        "这份保费已用其他方式缴纳，不再划扣。",
        "The premium has been paid another way and is not deducted.",
        "无须再办理。",
        "Nothing more is needed.",
    ),
    "balance_not_above_premium": _saying(
        "组建人可共济的余额不大于保费。",
        "What the sponsor has in the pool is not greater than the premium.",
        "余额至少须达到 needed_fen；否则请以其他方式缴费。",
        "At least needed_fen has to be there; otherwise pay another way.",
    ),
    "not_in_a_pool": _saying(
        "没有可用于本次缴费的共济关系。",
        "No bond is in force by which this could be paid.",
        "请家人先组建家庭共济网并添加为成员，或以其他方式缴费。",
        "A relative forms a pool and binds the person, or the premium is paid another way.",
    ),
    "certificate_not_ready": _saying(
        "缴费证明还不能取得。",
        "The payment certificate cannot be had yet.",
        "划扣成功后，满规定的工作日即可取得；没有划扣成功的没有证明。",
        "It can be had the stated working days after a deduction; without one there is none.",
    ),
    "no_such_premium": _saying(
        "没有登记过此人该年度的保费。",
        "No premium of this person is registered for the year.",
        "请核对年度，或先由学校、社区事务受理服务中心登记。",
        "Check the year, or have it registered by the school or the community centre first.",
    ),
    "not_configured": _saying(
        "所在统筹区没有这一年度或这一事项的规定，系统不作推测。",
        "The region has no rule for this year or matter, and nothing is guessed.",
        "请咨询当地医保经办机构；管理员可在政策包中补充规定及原文，或载入该年度的节假日安排通知。",
        "Ask the agency; an operator can add the provision with its quote to the pack, "
        "or load the year's notice of holidays.",
    ),
    "already_registered": _saying(
        "此人该年度的保费已按另一金额或途径登记。",
        "The person's premium of the year is registered with another amount or way already.",
        "请核对已登记的内容；原登记没有改动。",
        "Check what is registered; it has not been changed.",
    ),
    "already_deducted": _saying(
        "这份保费已从共济资金划扣。",
        "The premium has been deducted from pooled money already.",
        "请勿重复缴纳；已重复缴纳的，向收费单位申请退费。",
        "Do not pay it again; what was paid twice is claimed back from whoever took it.",
    ),
    "balance_not_enough": _saying(
        "出资人可用的余额不足。",
        "The buyer's account does not have as much.",
        "余额须达到 needed_fen；否则请以其他方式购买。",
        "At least needed_fen has to be there; otherwise buy it another way.",
    ),
    "no_such_purchase": _saying(
        "没有找到这笔已支付的购买。",
        "No paid purchase of this id is known.",
        "请核对购买编号；尚未扣款的无须退费。",
        "Check the id; what has not been taken need not go back.",
    ),
    "more_than_paid": _saying(
        "要求退回的金额大于尚未退回的金额，或已经全部退回。",
        "More is asked back than is left of what was paid, or all of it has gone back.",
        "按不超过 available_fen 的金额提交；为 0 的，无须再退。",
        "Ask for available_fen at most; where that is 0, nothing is left to refund.",
    ),
    # Manual claims.
    "papers_missing": _saying(
        "材料不齐，不能登记。",
        "Papers of the check list are missing, so the claim is not taken.",
        "请补齐所引条款列出的材料。",
        "Bring every paper that the rule cited below lists.",
    ),
    "no_such_claim": _saying(
        "没有找到这笔零星报销。",
        "No such manual claim is known.",
        "请核对编号。",
        "Check its id.",
    ),
    "own_entry": _saying(
        "本人录入的，不能由本人复核。",
        "Whoever entered a claim cannot review it.",
        "请由另一位工作人员复核。",
        "Another member of staff reviews it.",
    ),
    "claim_decided": _saying(
        "这笔零星报销现在的进度不能办理这一步。",
        "This manual claim is not at the step for which this can be done.",
        "请查看现在的进度。",
        "Look at its present state.",
    ),
}
"""By the values of `policy.refusal.Code`."""


def _names(*pairs: tuple[StrEnum, str, str]) -> dict[str, Words]:
    return {member.value: Words(zh, en) for member, zh, en in pairs}


NAMES: Mapping[type[StrEnum], Mapping[str, Words]] = {
    Scheme: _names(
        (Scheme.EMPLOYEE, "职工医保", "employee scheme"),
        (Scheme.RESIDENT, "居民医保", "resident scheme"),
        (Scheme.MUTUAL_AID, "市民社区医疗互助帮困计划", "community mutual aid"),
        (Scheme.RETIRED_CADRE, "离休优抚", "retired cadres"),
        (Scheme.NONE, "未参保", "not insured"),
    ),
    Status: _names(
        (Status.ACTIVE, "正常参保", "in force"),
        (Status.SUSPENDED, "停保", "suspended"),
        (Status.SEALED, "账户封存", "account sealed"),
        (Status.MOVED, "转出", "moved away"),
        (Status.REMOTE, "长期异地就医备案", "filed for residence elsewhere"),
    ),
    Kinship: _names(
        (Kinship.SPOUSE, "配偶", "spouse"),
        (Kinship.PARENT, "父母", "parent"),
        (Kinship.CHILD, "子女", "child"),
        (Kinship.SIBLING, "兄弟姐妹", "sibling"),
        (Kinship.GRANDPARENT, "祖父母、外祖父母", "grandparent"),
        (Kinship.GRANDCHILD, "孙子女、外孙子女", "grandchild"),
        (Kinship.SPOUSE_PARENT, "配偶的父母", "spouse's parent"),
        (Kinship.CHILD_IN_LAW, "子女的配偶", "child-in-law"),
        (Kinship.OTHER, "其他", "other"),
    ),
    Use: _names(
        (Use.PAY, "共济支付", "pooled payment"),
        (Use.CONTRIBUTE, "共济缴费", "pooled contribution"),
    ),
    Purse: _names(
        (Purse.CURRENT, "当年账户", "current-year money"),
        (Purse.CARRIED, "历年结余", "carried money"),
    ),
    InstitutionKind: _names(
        (InstitutionKind.HOSPITAL, "医疗机构", "medical institution"),
        (InstitutionKind.PHARMACY, "零售药店", "pharmacy"),
    ),
    Level: _names(
        (Level.PRIMARY, "一级（基层）", "primary"),
        (Level.SECONDARY, "二级", "secondary"),
        (Level.TERTIARY, "三级", "tertiary"),
    ),
    Care: _names(
        (Care.OUTPATIENT, "门诊", "outpatient"),
        (Care.EMERGENCY, "急诊", "emergency"),
        (Care.INPATIENT, "住院", "inpatient"),
        (Care.SERIOUS, "门诊大病", "serious outpatient illness"),
        (Care.HOME_BED, "家庭病床", "home bed"),
        (Care.PHARMACY, "药店购药", "pharmacy purchase"),
    ),
    Category: _names(
        (Category.DRUG, "药品", "drug"),
        (Category.DEVICE, "医疗器械", "device"),
        (Category.CONSUMABLE, "医用耗材", "consumable"),
        (Category.CHECKUP, "健康查体", "health check-up"),
        (Category.FITNESS, "体育健身", "fitness"),
        (Category.WELLNESS, "养生保健", "wellness"),
        (Category.PUBLIC_HEALTH, "公共卫生", "public health"),
    ),
    Channel: _names(
        (Channel.WINDOW, "窗口", "window"),
        (Channel.KIOSK, "自助机", "kiosk"),
        (Channel.INTERNET, "互联网医院", "internet hospital"),
        (Channel.PHARMACY, "药店", "pharmacy"),
    ),
    Credential: _names(
        (Credential.OWN, "本人的卡或码", "own card or code"),
        (Credential.FAMILY_CODE, "亲情账户", "family account"),
        (Credential.OTHER, "他人的卡或码", "somebody else's"),
    ),
    AccountUse: _names(
        (AccountUse.OWN_THEN_POOLED, "先本人账户、后共济资金", "own account, then the pool"),
        (AccountUse.OWN, "本人账户", "own account"),
        (AccountUse.POOLED, "共济资金", "the pool"),
        (AccountUse.NONE, "不使用账户", "no account"),
    ),
    FilingChannel: _names(
        (FilingChannel.APP, "手机应用", "app"),
        (FilingChannel.MINI_PROGRAM, "小程序", "mini program"),
        (FilingChannel.NATIONAL_PLATFORM, "国家医保服务平台", "national platform"),
        (FilingChannel.WINDOW, "经办窗口", "service window"),
    ),
}
"""Display names, by kind and value."""
