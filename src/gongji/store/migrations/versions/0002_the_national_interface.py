"""the national interface"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "national_clearings",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("institution", _TEXT, nullable=False),
        sa.Column("id", _TEXT, nullable=False, comment="机构清算申请事件ID"),
        sa.Column("clr_type", _TEXT, nullable=False),
        sa.Column("month", _TEXT, nullable=False, comment="清算年月"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False, comment="as it came"),
        sa.PrimaryKeyConstraint("region", "institution", "id", name="national_clearings_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "national_codes",
        sa.Column("region", _TEXT, nullable=False, comment="the code's own area"),
        sa.Column("code", _TEXT, nullable=False, comment="定点医药机构编号"),
        sa.Column("institution", _TEXT, nullable=False),
        sa.Column("connected_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region", "code", name="national_codes_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "national_fees",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("institution", _TEXT, nullable=False),
        sa.Column("visit", _TEXT, nullable=False, comment="就诊ID"),
        sa.Column("sn", _TEXT, nullable=False, comment="费用明细流水号"),
        sa.Column("batch", _TEXT, nullable=False, comment="收费批次号"),
        sa.Column("settled", _TEXT, nullable=False, comment="结算ID, empty while unsettled"),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("charged_at", sa.BigInteger(), nullable=False, comment="费用发生时间"),
        sa.Column("told", sa.LargeBinary(), nullable=False, comment="as it came"),
        sa.Column("decided", sa.LargeBinary(), nullable=False, comment="明细分割"),
        sa.PrimaryKeyConstraint("region", "institution", "visit", "sn", name="national_fees_pk"),
        sqlite_with_rowid=True,
    )
    op.create_table(
        "national_files",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("institution", _TEXT, nullable=False),
        sa.Column("id", _TEXT, nullable=False, comment="文件查询号"),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False, comment="下载截止时间"),
        sa.PrimaryKeyConstraint("region", "institution", "id", name="national_files_pk"),
        sqlite_with_rowid=True,
    )
    op.create_table(
        "national_items",
        sa.Column("code", _TEXT, nullable=False, comment="医疗目录编码"),
        sa.Column("name", _TEXT, nullable=False, comment="the catalogue's name"),
        sa.Column("form", _TEXT, nullable=False, comment="剂型"),
        sa.Column("spec", _TEXT, nullable=False, comment="规格"),
        sa.Column("list", _TEXT, nullable=False, comment="目录种类"),
        sa.Column("list_type", _TEXT, nullable=False, comment="目录类别"),
        sa.Column("charge_type", _TEXT, nullable=False, comment="医疗收费项目类别"),
        sa.PrimaryKeyConstraint("code", name="national_items_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "national_keys",
        sa.Column("region", _TEXT, nullable=False, comment="the code's own area"),
        sa.Column("id", _TEXT, nullable=False, comment="_api_access_key"),
        sa.Column("code", _TEXT, nullable=False, comment="定点医药机构编号"),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column(
            "public_key",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
            comment="SM2公钥",
        ),
        sa.PrimaryKeyConstraint("region", "id", name="national_keys_pk"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("national_keys", schema=None) as batch_op:
        batch_op.create_index("national_keys_by_id", ["id"], unique=False)

    op.create_table(
        "national_messages",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("institution", _TEXT, nullable=False),
        sa.Column("infno", _TEXT, nullable=False, comment="交易编号"),
        sa.Column("msgid", _TEXT, nullable=False, comment="发送方报文ID"),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", _TEXT, nullable=False, comment="of what was asked"),
        sa.Column("about", _TEXT, nullable=False, comment="the settlement or visit it made"),
        sa.Column("answer", sa.LargeBinary(), nullable=False, comment="应答"),
        sa.Column(
            "undone", sa.LargeBinary(), nullable=True, comment="what a repeat is told after 2601"
        ),
        sa.PrimaryKeyConstraint(
            "region", "institution", "infno", "msgid", name="national_messages_pk"
        ),
        sqlite_with_rowid=True,
    )
    op.create_table(
        "national_orders",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("institution", _TEXT, nullable=False),
        sa.Column("id", _TEXT, nullable=False, comment="支付订单号"),
        sa.Column("token", _TEXT, nullable=False),
        sa.Column("ref", _TEXT, nullable=False, comment="医疗机构订单号"),
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False, comment="订单状态"),
        sa.Column("visit", _TEXT, nullable=False, comment="就诊ID"),
        sa.Column("settled", _TEXT, nullable=False, comment="结算ID"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False, comment="as it came"),
        sa.PrimaryKeyConstraint("region", "institution", "id", name="national_orders_pk"),
        sqlite_with_rowid=True,
    )
    op.create_table(
        "national_settlements",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("institution", _TEXT, nullable=False),
        sa.Column("id", _TEXT, nullable=False, comment="结算ID"),
        sa.Column("visit", _TEXT, nullable=False, comment="就诊ID"),
        sa.Column("infno", _TEXT, nullable=False),
        sa.Column("msgid", _TEXT, nullable=False),
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("reverses", _TEXT, nullable=False, comment="原结算ID"),
        sa.Column("reversed_by", _TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="结算时间"),
        sa.Column("insutype", _TEXT, nullable=False),
        sa.Column("med_type", _TEXT, nullable=False),
        sa.Column("care", _TEXT, nullable=False),
        sa.Column("clr_type", _TEXT, nullable=False, comment="清算类别"),
        sa.Column("batch", _TEXT, nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False, comment="医疗费总额"),
        sa.Column("fund_fen", sa.BigInteger(), nullable=False, comment="基金支付总额"),
        sa.Column("acct_fen", sa.BigInteger(), nullable=False, comment="个人账户支出"),
        sa.Column("mulaid_fen", sa.BigInteger(), nullable=False, comment="其中共济支付"),
        sa.Column("cash_fen", sa.BigInteger(), nullable=False, comment="个人现金支出"),
        sa.Column("deductible_fen", sa.BigInteger(), nullable=False, comment="实际支付起付线"),
        sa.Column("clearing", _TEXT, nullable=False, comment="清算申请"),
        sa.Column("shown", sa.LargeBinary(), nullable=False, comment="应答各节点"),
        sa.CheckConstraint(
            "total_fen = fund_fen + acct_fen + cash_fen", name="national_settlements_check_1"
        ),
        sa.PrimaryKeyConstraint("region", "institution", "id", name="national_settlements_pk"),
        sqlite_with_rowid=True,
    )
    with op.batch_alter_table("national_settlements", schema=None) as batch_op:
        batch_op.create_index("national_settlements_by_person", ["person", "at"], unique=False)
        batch_op.create_index(
            "national_settlements_by_time", ["region", "institution", "at"], unique=False
        )
        batch_op.create_index(
            "national_settlements_by_visit", ["region", "institution", "visit"], unique=False
        )

    op.create_table(
        "national_signins",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("institution", _TEXT, nullable=False),
        sa.Column("sign_no", _TEXT, nullable=False, comment="签到编号"),
        sa.Column("opter", _TEXT, nullable=False, comment="操作员编号"),
        sa.Column("mac", _TEXT, nullable=False),
        sa.Column("ip", _TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("out_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("region", "institution", "sign_no", name="national_signins_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "national_visits",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("institution", _TEXT, nullable=False),
        sa.Column("id", _TEXT, nullable=False, comment="就诊ID"),
        sa.Column("person", _TEXT, nullable=False, comment="人员编号"),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("number", _TEXT, nullable=False, comment="住院/门诊号"),
        sa.Column("insutype", _TEXT, nullable=False, comment="险种类型"),
        sa.Column("med_type", _TEXT, nullable=False, comment="医疗类别"),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False, comment="as it came"),
        sa.Column("diagnoses", sa.LargeBinary(), nullable=False, comment="as they came"),
        sa.PrimaryKeyConstraint("region", "institution", "id", name="national_visits_pk"),
        sqlite_with_rowid=True,
    )
    with op.batch_alter_table("national_visits", schema=None) as batch_op:
        batch_op.create_index(
            "national_visits_by_person",
            ["region", "institution", "person", "began_at"],
            unique=False,
        )
