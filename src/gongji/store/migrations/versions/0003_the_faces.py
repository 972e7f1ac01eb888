"""the faces"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("region", _TEXT, nullable=False, comment="统筹区"),
        sa.Column("id", _TEXT, nullable=False, comment="令牌的散列"),
        sa.Column("role", _TEXT, nullable=False, comment="角色"),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("region", "id", name="sign_ins_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staff_accounts",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("login", _TEXT, nullable=False, comment="登录名"),
        sa.Column("role", _TEXT, nullable=False),
        sa.Column("password", _TEXT, nullable=False, comment="argon2id"),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False, comment="连续输错次数"),
        sa.Column("locked_until", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("failed >= 0", name="staff_accounts_check_1"),
        sa.PrimaryKeyConstraint("region", "login", name="staff_accounts_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "drafts",
        sa.Column("region", _TEXT, nullable=False, comment="the owner's"),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("form", _TEXT, nullable=False, comment="表单"),
        sa.Column("fields", sa.LargeBinary(), nullable=False, comment="已填内容（SM4-GCM）"),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.LargeBinary(), nullable=True, comment="办理结果（SM4-GCM）"),
        sa.PrimaryKeyConstraint("region", "id", name="drafts_pk"),
        sqlite_with_rowid=False,
    )
    _trail()
    _claims()


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("person", _TEXT, nullable=False, comment="参保人"),
        sa.Column("state", _TEXT, nullable=False, comment="进度"),
        sa.Column("entered_by", _TEXT, nullable=False, comment="录入人"),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("reviewed_by", _TEXT, nullable=True, comment="复核人"),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False, comment="拨付金额"),
        sa.Column("file", _TEXT, nullable=True, comment="银行文件"),
        sa.Column("claim", sa.LargeBinary(), nullable=False, comment="全部内容（SM4-GCM）"),
        sa.CheckConstraint("paid_fen >= 0", name="claims_check_1"),
        sa.CheckConstraint(
            "reviewed_by IS NULL OR reviewed_by <> entered_by", name="claims_check_2"
        ),
        sa.PrimaryKeyConstraint("region", "id", name="claims_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("claims_by_state", "claims", ["region", "state", "entered_at"])


def _trail() -> None:
    op.create_table(
        "trail",
        sa.Column(
            "region",
            _TEXT,
            nullable=False,
            comment="of the person concerned, else of whoever looked",
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("who", _TEXT, nullable=False, comment="操作人"),
        sa.Column("role", _TEXT, nullable=False),
        sa.Column("what", _TEXT, nullable=False, comment="查看或办理的事项"),
        sa.Column("whose", _TEXT, nullable=True, comment="涉及的参保人"),
        sa.Column(
            "why", sa.LargeBinary(), nullable=False, comment="事由、代办人、材料指纹（SM4-GCM）"
        ),
        sa.Column("address", _TEXT, nullable=False, comment="来源地址"),
        sa.PrimaryKeyConstraint("region", "at", "id", name="trail_pk"),
        sqlite_with_rowid=False,
    )
    op.create_index("trail_by_person", "trail", ["region", "whose", "at"])
    op.create_index("trail_by_who", "trail", ["who", "at"])
    if op.get_context().dialect.name != "sqlite":
        op.execute(
            "CREATE TRIGGER trail_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON trail"
            " FOR EACH STATEMENT EXECUTE FUNCTION stays()"
        )
    else:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER trail_no_{act.lower()} BEFORE {act} ON trail BEGIN"
                " SELECT RAISE(ABORT, 'trail are appended, never changed'); END"
            )
