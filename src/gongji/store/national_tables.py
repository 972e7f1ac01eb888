"""The tables of the national interface; every one belongs to an institution, but for the codes."""

from sqlalchemy import Column, Index, LargeBinary

from gongji.store.tables import big, flag, table, text


def blob(name: str, comment: str = "", nullable: bool = False) -> Column[object]:
    """JSON or a file, as bytes."""
    return Column(name, LargeBinary, nullable=nullable, comment=comment or None)


national_codes = table(
    "national_codes",
    text("region", "the code's own area"),
    text("code", "定点医药机构编号"),
    text("institution"),
    big("connected_at"),
    key="region code",
)

national_keys = table(
    "national_keys",
    text("region", "the code's own area"),
    text("id", "_api_access_key"),
    text("code", "定点医药机构编号"),
    big("made_at"),
    big("ended_at", nullable=True),
    text("public_key", "SM2公钥"),
    key="region id",
)
Index("national_keys_by_id", national_keys.c.id)

national_items = table(
    "national_items",
    text("code", "医疗目录编码"),
    text("name", "the catalogue's name"),
    text("form", "剂型"),
    text("spec", "规格"),
    text("list", "目录种类"),
    text("list_type", "目录类别"),
    text("charge_type", "医疗收费项目类别"),
    key="code",
)

national_messages = table(
    "national_messages",
    text("region"),
    text("institution"),
    text("infno", "交易编号"),
    text("msgid", "发送方报文ID"),
    big("received_at"),
    text("digest", "of what was asked"),
    text("about", "the settlement or visit it made"),
    blob("answer", "应答"),
    blob("undone", "what a repeat is told after 2601", nullable=True),
    key="msgid infno institution region",
    appended=True,
)

national_signins = table(
    "national_signins",
    text("region"),
    text("institution"),
    text("sign_no", "签到编号"),
    text("opter", "操作员编号"),
    text("mac"),
    text("ip"),
    big("at"),
    big("out_at", nullable=True),
    key="region institution sign_no",
)

national_visits = table(
    "national_visits",
    text("region"),
    text("institution"),
    text("id", "就诊ID"),
    text("person", "人员编号"),
    text("kind"),
    text("number", "住院/门诊号"),
    text("insutype", "险种类型"),
    text("med_type", "医疗类别"),
    big("began_at"),
    big("ended_at", nullable=True),
    flag("cancelled"),
    blob("told", "as it came"),
    blob("diagnoses", "as they came"),
    key="id institution region",
    appended=True,
)
Index(
    "national_visits_by_person",
    national_visits.c.person,
    national_visits.c.institution,
    national_visits.c.began_at,
)

national_fees = table(
    "national_fees",
    text("region"),
    text("institution"),
    text("visit", "就诊ID"),
    text("sn", "费用明细流水号"),
    text("batch", "收费批次号"),
    text("settled", "结算ID, empty while unsettled"),
    big("total_fen"),
    big("charged_at", "费用发生时间"),
    blob("told", "as it came"),
    blob("decided", "明细分割"),
    key="visit sn institution region",
    appended=True,
    changed_once=True,
)

national_settlements = table(
    "national_settlements",
    text("region"),
    text("institution"),
    text("id", "结算ID"),
    text("visit", "就诊ID"),
    text("infno"),
    text("msgid"),
    text("person"),
    text("reverses", "原结算ID"),
    text("reversed_by"),
    big("at", "结算时间"),
    text("insutype"),
    text("med_type"),
    text("care"),
    text("clr_type", "清算类别"),
    text("batch"),
    big("total_fen", "医疗费总额"),
    big("fund_fen", "基金支付总额"),
    big("acct_fen", "个人账户支出"),
    big("mulaid_fen", "其中共济支付"),
    big("cash_fen", "个人现金支出"),
    big("deductible_fen", "实际支付起付线"),
    text("clearing", "清算申请"),
    blob("shown", "应答各节点"),
    key="institution id region",
    checks=("total_fen = fund_fen + acct_fen + cash_fen",),
    appended=True,
)
Index("national_settlements_by_person", national_settlements.c.person, national_settlements.c.at)

national_files = table(
    "national_files",
    text("region"),
    text("institution"),
    text("id", "文件查询号"),
    text("name"),
    blob("content"),
    big("until", "下载截止时间"),
    key="region institution id",
    appended=True,
)

national_clearings = table(
    "national_clearings",
    text("region"),
    text("institution"),
    text("id", "机构清算申请事件ID"),
    text("clr_type"),
    text("month", "清算年月"),
    big("at"),
    flag("cancelled"),
    blob("told", "as it came"),
    key="region institution id",
)

national_orders = table(
    "national_orders",
    text("region"),
    text("institution"),
    text("id", "支付订单号"),
    text("token"),
    text("ref", "医疗机构订单号"),
    text("person"),
    text("state", "订单状态"),
    text("visit", "就诊ID"),
    text("settled", "结算ID"),
    big("at"),
    blob("told", "as it came"),
    key="region institution id",
    appended=True,
)
