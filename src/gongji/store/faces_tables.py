"""The tables of the faces: sign-ins, staff accounts, forms on their way, the trail, manual claims."""

from sqlalchemy import Index

from gongji.store.tables import big, sealed, table, text

sign_ins = table(
    "sign_ins",
    text("region", "统筹区"),
    text("id", "令牌的散列"),
    text("role", "角色"),
    text("subject"),
    big("opened_at"),
    big("seen_at"),
    big("ended_at", nullable=True),
    key="region id",
)

Index("sign_ins_by_subject", sign_ins.c.region, sign_ins.c.subject, sign_ins.c.opened_at)

staff_accounts = table(
    "staff_accounts",
    text("region"),
    text("login", "登录名"),
    text("role"),
    text("password", "argon2id"),
    big("changed_at"),
    big("failed", "连续输错次数"),
    big("locked_until"),
    key="region login",
    checks=("failed >= 0",),
)

drafts = table(
    "drafts",
    text("region", "the owner's"),
    text("id"),
    text("owner"),
    text("form", "表单"),
    sealed("fields", "已填内容（SM4-GCM）"),
    big("changed_at"),
    sealed("outcome", "办理结果（SM4-GCM）", nullable=True),
    key="region id",
)

trail = table(
    "trail",
    text("region", "of the person concerned, else of whoever looked"),
    big("at"),
    text("id"),
    text("who", "操作人"),
    text("role"),
    text("what", "查看或办理的事项"),
    text("whose", "涉及的参保人", nullable=True),
    sealed("why", "事由、代办人、材料指纹（SM4-GCM）"),
    text("address", "来源地址"),
    key="region at id",
)
Index("trail_by_person", trail.c.region, trail.c.whose, trail.c.at)
Index("trail_by_who", trail.c.who, trail.c.at)

claims = table(
    "claims",
    text("region"),
    text("id"),
    text("person", "参保人"),
    text("state", "进度"),
    text("entered_by", "录入人"),
    big("entered_at"),
    text("reviewed_by", "复核人", nullable=True),
    big("paid_fen", "拨付金额"),
    text("file", "银行文件", nullable=True),
    sealed("claim", "全部内容（SM4-GCM）"),
    key="region id",
    checks=("paid_fen >= 0", "reviewed_by IS NULL OR reviewed_by <> entered_by"),
)
Index("claims_by_state", claims.c.region, claims.c.state, claims.c.entered_at)
