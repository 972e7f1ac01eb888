"""接口名称: what every operation is called, in both languages, under the heading where it stands."""

from collections.abc import Mapping
from typing import NamedTuple

from gongji.words import Words


class Heading(NamedTuple):
    """A tag of the OpenAPI document, and its operations by id."""

    called: Words
    operations: Mapping[str, Words]


HEADINGS = (
    Heading(
        Words("结算", "Settlements"),
        {
            "settle": Words("结算一笔费用", "Settle a bill"),
            "quote": Words("试算一笔费用，不写入", "Quote a bill; nothing is written"),
            "why": Words("共济资金为什么不能用", "Why the pool cannot be used"),
            "reverse": Words("冲正，全部或部分退回", "Give a settlement back, whole or in part"),
            "list_settlements": Words("列出本机构的结算与冲正", "List one's own settlements"),
            "get_settlement": Words("查询一笔结算", "Look a settlement up"),
            "get_decision": Words(
                "查询一次裁定及其依据", "Look a decision up, with its provisions"
            ),
            "replay_decision": Words("复核一次裁定", "Decide a stored settlement once more"),
            "adjudicate": Words(
                "裁定费用明细，不写入", "Decide a bill's lines; nothing is written"
            ),
        },
    ),
    Heading(
        Words("家庭共济网", "Pools"),
        {
            "form_pool": Words("组建家庭共济网", "Form a pool"),
            "get_pool": Words("查看家庭共济网", "Look at a pool"),
            "bind_member": Words("添加共济成员", "Bind a member"),
            "unbind_member": Words("解除与成员的绑定", "Unbind a member"),
            "end_kinship": Words("亲属关系终止", "End a bond because the kinship has ended"),
            "leave_pool": Words("成员退出共济网", "Leave a pool"),
            "dissolve_pool": Words("解散共济网", "Dissolve a pool"),
            "choose_uses": Words("选择共济方式", "Choose what the pool is for"),
            "list_pooled_payments": Words("列出共济支付", "List pooled payments"),
        },
    ),
    Heading(
        Words("参保人与亲情账户", "People and family codes"),
        {
            "register_person": Words("登记参保人", "Register a person"),
            "find_person": Words("按身份证号查找参保人", "Find a person by identity number"),
            "get_person": Words("查询参保人", "Look a person up"),
            "change_standing": Words("变更参保状态", "Change a person's standing"),
            "list_standings": Words("列出历次参保状态", "List a person's standings"),
            "list_family_codes": Words("列出持有的亲情账户", "List the family codes held"),
            "hold_family_code": Words("绑定亲情账户", "Hold a relative's code"),
            "drop_family_code": Words("解除亲情账户", "Give a relative's code up"),
        },
    ),
    Heading(
        Words("个人账户", "Personal accounts"),
        {
            "get_account": Words("查询账户余额", "Look at the balances"),
            "get_statement": Words("查询月度对账单", "Look at a month's statement"),
            "credit_account": Words("划入资金", "Credit an account"),
            "list_bills": Words("列出本人的结算与冲正", "List a person's bills"),
            "settle_estate": Words("办理继承，结清账户", "Pay out an account that is inherited"),
            "move_away": Words("转移医保关系，结清账户", "Close an account that moves away"),
        },
    ),
    Heading(
        Words("居民医保缴费与商业保险", "Premiums and commercial plans"),
        {
            "register_premium": Words("申报居民医保缴费", "Register a premium"),
            "get_premium": Words("查询缴费结果", "What became of a premium"),
            "get_certificate": Words("查询缴费证明", "What the certificate says"),
            "print_certificate": Words("下载缴费证明（PDF）", "Print the certificate (PDF)"),
            "buy_plan": Words("购买商业健康保险", "Buy the city's plan"),
            "get_plan": Words("查询购买结果", "Look an order up"),
            "refund_plan": Words("保费原渠道退回", "Refund an order"),
        },
    ),
    Heading(
        Words("待遇等待期与封顶线", "Waiting months and ceilings"),
        {
            "ask_waiting": Words("计算待遇等待期", "Work out the waiting months"),
            "ask_ceiling": Words("计算大病保险最高支付限额", "Work out the ceiling"),
        },
    ),
    Heading(
        Words("医保目录", "Catalogue"),
        {
            "look_up_item": Words("查询药品是否在目录内", "Look a medicine up"),
            "search_catalogue": Words("搜索药品目录", "Search the catalogue"),
        },
    ),
    Heading(
        Words("政策包", "Policy packs"),
        {
            "list_packs": Words("列出统筹区的政策包", "List the packs"),
            "get_pack": Words("查询某日的政策", "A region's law on a day"),
            "diff_packs": Words("比较两地政策", "Compare two regions"),
        },
    ),
    Heading(
        Words("定点医药机构", "Institutions"),
        {
            "register_institution": Words("登记定点医药机构", "Register an institution"),
            "get_institution": Words("查询医药机构", "Look an institution up"),
        },
    ),
    Heading(
        Words("运行状态", "Service"),
        {
            "health": Words("存储是否应答", "Whether the store answers"),
            "ready": Words("是否就绪，可否写入", "Whether requests can be taken and kept"),
        },
    ),
)
"""Every operation once."""


def both(words: Words) -> str:
    """Chinese first, English behind it, for a place that shows one text to everybody."""
    return f"{words.zh} · {words.en}"
