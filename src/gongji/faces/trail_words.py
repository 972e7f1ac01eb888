"""留痕的说法: what an act or a page is called on the trail."""

from gongji.words import Words

TRAIL: dict[str, Words] = {
    "sign_in": Words("登录", "signed in"),
    "end_others": Words("退出其他地方的登录", "ended the other sign-ins"),
    "refused": Words("登录未通过", "was not let in"),
    "sign_out": Words("退出登录", "signed out"),
    "home": Words("查看首页", "first page"),
    "me": Words("查看登记信息", "what is registered"),
    "pool": Words("查看共济网", "the pool"),
    "uses": Words("共济方式", "uses"),
    "bind": Words("绑定成员", "bound a member"),
    "unbind": Words("解除绑定", "unbound a member"),
    "leave": Words("退出共济网", "left a pool"),
    "dissolve": Words("解散共济网", "dissolved a pool"),
    "find": Words("按姓名和证件号查找", "looked for somebody"),
    "payments": Words("查看消费记录", "payments"),
    "payment": Words("查看一笔消费", "one payment"),
    "statement": Words("查看对账单", "statement"),
    "premiums": Words("查看缴费", "premiums"),
    "certificate": Words("取缴费证明", "certificate"),
    "codes": Words("查看亲情账户", "family codes"),
    "code": Words("绑定亲情账户", "held a code"),
    "show_code": Words("出示亲属的码", "showed a code"),
    "why": Words("试算原因", "asked why"),
    "balance": Words("查看余额", "balances"),
    "bills": Words("查看本人费用", "own bills"),
    "plan": Words("查看商业险订单", "an order of a plan"),
    "adjudicate": Words("裁定费用明细", "lines of a bill"),
    "standing": Words("查看参保状态", "standing"),
    "change_standing": Words("变更参保状态", "changed the standing"),
    "estate": Words("办理继承", "estate"),
    "forms": Words("打印表格", "printed forms"),
    "claims": Words("查看零星报销", "manual claims"),
    "claim": Words("登记零星报销", "registered a claim"),
    "claim_seen": Words("查看一笔零星报销", "one manual claim"),
    "review": Words("复核零星报销", "reviewed a claim"),
    "bank_file": Words("生成银行文件", "made the bank's file"),
    "claim_paid": Words("登记已到账", "noted a claim as paid"),
    "list": Words("登记缴费名单", "registered a list"),
    "day": Words("查看日清单", "the day's list"),
    "quote": Words("试算", "a quote"),
    "receipt": Words("查看收据", "a receipt"),
    "reconcile": Words("对账", "reconciled"),
    "trail": Words("查看留痕", "the trail"),
    "settle": Words("结算", "settled"),
    "reverse": Words("冲正", "reversed"),
    "proof": Words("核验账簿", "proved the books"),
    "replay": Words("复核裁定", "replayed a decision"),
}
"""By the word on the trail; a test holds it against the pages."""


def trail_words(what: str) -> Words:
    """What stands for a word of the trail."""
    return TRAIL.get(what, Words(what, what))
