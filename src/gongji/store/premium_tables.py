"""The tables of contributions: premiums, commercial plans, and the notices of working days."""

from sqlalchemy import Index

from gongji.store.tables import big, table, text

# The order of registration leads after the year: a deduction goes through the rows as they lie.
premiums = table(
    "premiums",
    text("region", "统筹区"),
    big("year", "参保年度"),
    big("number", "登记顺序"),
    text("person", "参保人"),
    text("via", "申报途径"),
    big("amount_fen", "缴费金额"),
    big("registered_at"),
    text("registered_by", "经办人"),
    text("state", "缴费状态"),
    text("code", "未划扣的原因", nullable=True),
    text("sponsor", "出资人", nullable=True),
    text("bond", nullable=True),
    big("decided_at", "最近一次划扣", nullable=True),
    text("law", nullable=True),
    text("cites", nullable=True),
    text("paid_by", "其他缴费方式", nullable=True),
    big("paid_at", nullable=True),
    key="region year number",
    checks=("amount_fen > 0",),
)
Index("premiums_by_person", premiums.c.region, premiums.c.person, premiums.c.year, unique=True)

plan_orders = table(
    "plan_orders",
    text("region"),
    text("id", "chosen by the asker"),
    big("number", "登记顺序"),
    text("plan", "产品"),
    big("year"),
    text("buyer", "出资人"),
    text("insured", "被保险人"),
    big("amount_fen"),
    big("ordered_at"),
    text("state"),
    text("code", nullable=True),
    text("draws", "各账户支付"),
    big("paid_at", nullable=True),
    big("refunded_fen", "已退回"),
    key="region id",
    checks=("amount_fen > 0", "refunded_fen >= 0", "refunded_fen <= amount_fen"),
)
Index("plan_orders_by_number", plan_orders.c.region, plan_orders.c.number, unique=True)

plan_refunds = table(
    "plan_refunds",
    text("region"),
    text("id", "chosen by the asker"),
    text("purchase", "购买"),
    big("amount_fen"),
    text("back", "退回各账户"),
    big("refunded_at"),
    key="region id",
    checks=("amount_fen > 0",),
)

notices = table(
    "notices",
    text("region", "全国"),
    big("year"),
    big("version", "第几次载入"),
    text("number", "文号"),
    text("dated", "发文日期", nullable=True),
    text("holidays", "放假"),
    text("workdays", "调休上班"),
    big("loaded_at"),
    text("loaded_by", "经办人"),
    key="region year version",
)
