"""the foundation"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


_STAY = ("entries", "answers")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _only_by(column: str) -> dict[str, sa.TextClause]:
    return {"postgresql_where": sa.text(f"{column} IS NOT NULL")}


def upgrade() -> None:
    _tables()
    on_sqlite = op.get_context().dialect.name == "sqlite"
    for statement in _append_only_in_sqlite() if on_sqlite else _append_only_in_postgres():
        op.execute(statement)


def _append_only_in_sqlite() -> Iterator[str]:
    for name in _STAY:
        for act in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {name}_no_{act.lower()} BEFORE {act} ON {name} BEGIN"
                f" SELECT RAISE(ABORT, '{name} are appended, never changed'); END"
            )


def _append_only_in_postgres() -> Iterator[str]:
    yield (
        "CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' are appended, never changed',"
        " ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for name in _STAY:
        yield (
            f"CREATE TRIGGER {name}_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION stays()"
        )


def _tables() -> None:
    op.create_table(
        "accounts",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False, comment="current、carried、payable、inflow 等"),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("fen >= 0 OR kind = 'inflow'", name="accounts_check_1"),
        sa.PrimaryKeyConstraint("region", "owner", "kind", name="accounts_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "answers",
        sa.Column("region", _TEXT, nullable=False, comment="the asker's"),
        sa.Column("asker", _TEXT, nullable=False, comment="an institution, or the agency"),
        sa.Column("id", _TEXT, nullable=False, comment="chosen by the asker"),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("reverses", _TEXT, nullable=True),
        sa.Column("patient", _TEXT, nullable=False),
        sa.Column("sponsor", _TEXT, nullable=True),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("law", _TEXT, nullable=False),
        sa.Column("own_fen", sa.BigInteger(), nullable=False, comment="个人账户支付"),
        sa.Column("pooled_fen", sa.BigInteger(), nullable=False, comment="共济支付"),
        sa.Column("cash_fen", sa.BigInteger(), nullable=False, comment="现金支付"),
        sa.Column("self_paid_fen", sa.BigInteger(), nullable=False, comment="自负"),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("region", "asker", "id", name="answers_pk"),
        sqlite_with_rowid=True,
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index("answers_by_patient", ["patient", "recorded_at"], unique=False)
        batch_op.create_index(
            "answers_by_reversed",
            ["region", "asker", "reverses"],
            unique=False,
            sqlite_where=sa.text("reverses IS NOT NULL"),
            **_only_by("reverses"),
        )

    op.create_table(
        "bonds",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("pool", _TEXT, nullable=False),
        sa.Column("sponsor", _TEXT, nullable=False),
        sa.Column("member", _TEXT, nullable=False, comment="共济成员"),
        sa.Column("kinship", _TEXT, nullable=False, comment="与组建人关系"),
        sa.Column("starts", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("filing", sa.LargeBinary(), nullable=False),
        sa.Column("end_filing", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("starts <= ends", name="bonds_check_1"),
        sa.PrimaryKeyConstraint("region", "id", name="bonds_pk"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("bonds", schema=None) as batch_op:
        batch_op.create_index(
            "bonds_by_member", ["region", "member", "ends"], unique=False, **_only_by("member")
        )
        batch_op.create_index(
            "bonds_by_sponsor", ["region", "sponsor"], unique=False, **_only_by("sponsor")
        )

    op.create_table(
        "callers",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region", "id", name="callers_pk"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("callers", schema=None) as batch_op:
        batch_op.create_index("callers_by_key", ["key_hash"], unique=False)

    op.create_table(
        "catalogue_editions",
        sa.Column("list", _TEXT, nullable=False, comment="目录种类: drug, device"),
        sa.Column("edition", _TEXT, nullable=False, comment="版本"),
        sa.Column("starts", _TEXT, nullable=False, comment="起始日"),
        sa.Column("ends", _TEXT, nullable=True, comment="末日"),
        sa.Column("digest", _TEXT, nullable=False, comment="日期与全部条目的摘要"),
        sa.Column("items", sa.BigInteger(), nullable=False, comment="条目数"),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("imported_by", _TEXT, nullable=False, comment="经办人"),
        sa.CheckConstraint("ends IS NULL OR starts <= ends", name="catalogue_editions_check_1"),
        sa.PrimaryKeyConstraint("list", "edition", name="catalogue_editions_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "catalogue_items",
        sa.Column("list", _TEXT, nullable=False),
        sa.Column("edition", _TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="在版本中的次序"),
        sa.Column("code", _TEXT, nullable=False, comment="编号"),
        sa.Column(
            "name", _TEXT, nullable=False, comment="名称, one a line where there are several"
        ),
        sa.Column("form", _TEXT, nullable=False, comment="剂型"),
        sa.Column("class", _TEXT, nullable=False, comment="甲乙类"),
        sa.Column("kind", _TEXT, nullable=False, comment="药品、饮片、器械、耗材"),
        sa.Column("part", _TEXT, nullable=False, comment="目录部分"),
        sa.Column("category_code", _TEXT, nullable=False, comment="分类代码"),
        sa.Column("category", _TEXT, nullable=False, comment="分类"),
        sa.Column("restriction", _TEXT, nullable=False, comment="限定支付范围、备注"),
        sa.Column("price_words", _TEXT, nullable=False, comment="支付标准"),
        sa.Column("starts", _TEXT, nullable=True, comment="协议期起"),
        sa.Column("ends", _TEXT, nullable=True, comment="协议期止"),
        sa.Column("repeats", sa.Boolean(), nullable=False, comment="已按其他剂型计数"),
        sa.Column("shares_bp", _TEXT, nullable=False, comment="先行自付比例, by scheme, as JSON"),
        sa.Column(
            "ceilings_fen",
            _TEXT,
            nullable=False,
            comment="最高限价, by level of institution, as JSON",
        ),
        sa.Column("registration", _TEXT, nullable=False, comment="医疗器械注册或备案类别"),
        sa.PrimaryKeyConstraint("list", "edition", "position", name="catalogue_items_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "closed_years",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("year_ends", _TEXT, nullable=False, comment="已清算的医保年度末"),
        sa.Column("closed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region", "year_ends", name="closed_years_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entries",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("act", _TEXT, nullable=False, comment="划入、结算、冲正、结转等"),
        sa.Column("voucher", _TEXT, nullable=False, comment="记账凭证"),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("before_fen", sa.BigInteger(), nullable=False),
        sa.Column("after_fen", sa.BigInteger(), nullable=False),
        sa.Column("happened_on", _TEXT, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("before_fen + amount_fen = after_fen", name="entries_check_1"),
        sa.PrimaryKeyConstraint("region", "owner", "kind", "version", name="entries_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "family_codes",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("holder", _TEXT, nullable=False, comment="持有人"),
        sa.Column("relative", _TEXT, nullable=False, comment="亲属"),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region", "holder", "relative", "since", name="family_codes_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "institutions",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False, comment="机构名称"),
        sa.Column("kind", _TEXT, nullable=False, comment="定点医疗机构、定点零售药店"),
        sa.Column("level", _TEXT, nullable=True, comment="等级"),
        sa.Column("designated", sa.Boolean(), nullable=False, comment="定点"),
        sa.Column("one_card", sa.Boolean(), nullable=False, comment="一卡通行"),
        sa.PrimaryKeyConstraint("region", "id", name="institutions_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "laws",
        sa.Column("version", _TEXT, nullable=False),
        sa.Column(
            "packs", sa.LargeBinary(), nullable=False, comment="every pack's text, as it was"
        ),
        sa.PrimaryKeyConstraint("version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "marks",
        sa.Column("name", _TEXT, nullable=False, comment="what the store says of itself"),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "notices",
        sa.Column("region", _TEXT, nullable=False, comment="全国"),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="第几次载入"),
        sa.Column("number", _TEXT, nullable=False, comment="文号"),
        sa.Column("dated", _TEXT, nullable=True, comment="发文日期"),
        sa.Column("holidays", _TEXT, nullable=False, comment="放假"),
        sa.Column("workdays", _TEXT, nullable=False, comment="调休上班"),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.Column("loaded_by", _TEXT, nullable=False, comment="经办人"),
        sa.PrimaryKeyConstraint("region", "year", "version", name="notices_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "people",
        sa.Column("region", _TEXT, nullable=False, comment="统筹区"),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("scheme", _TEXT, nullable=False, comment="险种"),
        sa.Column("status", _TEXT, nullable=False, comment="参保状态"),
        sa.Column("ecode", sa.Boolean(), nullable=False, comment="医保电子凭证已激活"),
        sa.Column("died", _TEXT, nullable=True, comment="死亡日期"),
        sa.Column("suspended_from", _TEXT, nullable=True, comment="暂停联网结算起"),
        sa.Column("suspended_until", _TEXT, nullable=True, comment="暂停联网结算止"),
        sa.Column("born", _TEXT, nullable=True, comment="出生日期"),
        sa.Column("since", sa.BigInteger(), nullable=False, comment="现状态起"),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="第几次变更"),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False, comment="身份证号的带钥散列"),
        sa.Column(
            "sealed", sa.LargeBinary(), nullable=False, comment="姓名、身份证号、手机号（SM4-GCM）"
        ),
        sa.PrimaryKeyConstraint("region", "id", name="people_pk"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(
            "people_by_number", ["region", "number_hash"], unique=True, **_only_by("number_hash")
        )

    op.create_table(
        "plan_orders",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("id", _TEXT, nullable=False, comment="chosen by the asker"),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="登记顺序"),
        sa.Column("plan", _TEXT, nullable=False, comment="产品"),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("buyer", _TEXT, nullable=False, comment="出资人"),
        sa.Column("insured", _TEXT, nullable=False, comment="被保险人"),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("ordered_at", sa.BigInteger(), nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("code", _TEXT, nullable=True),
        sa.Column("draws", _TEXT, nullable=False, comment="各账户支付"),
        sa.Column("paid_at", sa.BigInteger(), nullable=True),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False, comment="已退回"),
        sa.CheckConstraint("amount_fen > 0", name="plan_orders_check_1"),
        sa.CheckConstraint("refunded_fen <= amount_fen", name="plan_orders_check_3"),
        sa.CheckConstraint("refunded_fen >= 0", name="plan_orders_check_2"),
        sa.PrimaryKeyConstraint("region", "id", name="plan_orders_pk"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("plan_orders", schema=None) as batch_op:
        batch_op.create_index("plan_orders_by_number", ["region", "number"], unique=True)

    op.create_table(
        "plan_refunds",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("id", _TEXT, nullable=False, comment="chosen by the asker"),
        sa.Column("purchase", _TEXT, nullable=False, comment="购买"),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("back", _TEXT, nullable=False, comment="退回各账户"),
        sa.Column("refunded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name="plan_refunds_check_1"),
        sa.PrimaryKeyConstraint("region", "id", name="plan_refunds_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pools",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("sponsor", _TEXT, nullable=False, comment="组建人"),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=False),
        sa.Column("uses", _TEXT, nullable=False, comment="共济方式"),
        sa.Column("uses_since", sa.BigInteger(), nullable=False),
        sa.Column(
            "filing", sa.LargeBinary(), nullable=False, comment="渠道、申请人、代办人（SM4-GCM）"
        ),
        sa.Column("closed_filing", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("region", "id", name="pools_pk"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("pools", schema=None) as batch_op:
        batch_op.create_index(
            "pools_by_sponsor", ["region", "sponsor", "closed"], unique=False, **_only_by("sponsor")
        )

    op.create_table(
        "premiums",
        sa.Column("region", _TEXT, nullable=False, comment="统筹区"),
        sa.Column("year", sa.BigInteger(), nullable=False, comment="参保年度"),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="登记顺序"),
        sa.Column("person", _TEXT, nullable=False, comment="参保人"),
        sa.Column("via", _TEXT, nullable=False, comment="申报途径"),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False, comment="缴费金额"),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("registered_by", _TEXT, nullable=False, comment="经办人"),
        sa.Column("state", _TEXT, nullable=False, comment="缴费状态"),
        sa.Column("code", _TEXT, nullable=True, comment="未划扣的原因"),
        sa.Column("sponsor", _TEXT, nullable=True, comment="出资人"),
        sa.Column("bond", _TEXT, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True, comment="最近一次划扣"),
        sa.Column("law", _TEXT, nullable=True),
        sa.Column("cites", _TEXT, nullable=True),
        sa.Column("paid_by", _TEXT, nullable=True, comment="其他缴费方式"),
        sa.Column("paid_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name="premiums_check_1"),
        sa.PrimaryKeyConstraint("region", "year", "number", name="premiums_pk"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("premiums", schema=None) as batch_op:
        batch_op.create_index("premiums_by_person", ["region", "person", "year"], unique=True)

    op.create_table(
        "regional_editions",
        sa.Column("region", _TEXT, nullable=False, comment="统筹区"),
        sa.Column("list", _TEXT, nullable=False, comment="目录种类: drug, device"),
        sa.Column("edition", _TEXT, nullable=False, comment="版本"),
        sa.Column("starts", _TEXT, nullable=False, comment="起始日"),
        sa.Column("ends", _TEXT, nullable=True, comment="末日"),
        sa.Column("digest", _TEXT, nullable=False, comment="日期与全部条目的摘要"),
        sa.Column("items", sa.BigInteger(), nullable=False, comment="条目数"),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("imported_by", _TEXT, nullable=False, comment="经办人"),
        sa.CheckConstraint("ends IS NULL OR starts <= ends", name="regional_editions_check_1"),
        sa.PrimaryKeyConstraint("region", "list", "edition", name="regional_editions_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "regional_items",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("list", _TEXT, nullable=False),
        sa.Column("edition", _TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="在版本中的次序"),
        sa.Column("code", _TEXT, nullable=False, comment="编号"),
        sa.Column(
            "name", _TEXT, nullable=False, comment="名称, one a line where there are several"
        ),
        sa.Column("form", _TEXT, nullable=False, comment="剂型"),
        sa.Column("class", _TEXT, nullable=False, comment="甲乙类"),
        sa.Column("kind", _TEXT, nullable=False, comment="药品、饮片、器械、耗材"),
        sa.Column("part", _TEXT, nullable=False, comment="目录部分"),
        sa.Column("category_code", _TEXT, nullable=False, comment="分类代码"),
        sa.Column("category", _TEXT, nullable=False, comment="分类"),
        sa.Column("restriction", _TEXT, nullable=False, comment="限定支付范围、备注"),
        sa.Column("price_words", _TEXT, nullable=False, comment="支付标准"),
        sa.Column("starts", _TEXT, nullable=True, comment="协议期起"),
        sa.Column("ends", _TEXT, nullable=True, comment="协议期止"),
        sa.Column("repeats", sa.Boolean(), nullable=False, comment="已按其他剂型计数"),
        sa.Column("shares_bp", _TEXT, nullable=False, comment="先行自付比例, by scheme, as JSON"),
        sa.Column(
            "ceilings_fen",
            _TEXT,
            nullable=False,
            comment="最高限价, by level of institution, as JSON",
        ),
        sa.Column("registration", _TEXT, nullable=False, comment="医疗器械注册或备案类别"),
        sa.PrimaryKeyConstraint("region", "list", "edition", "position", name="regional_items_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_failures",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("run", _TEXT, nullable=False),
        sa.Column("item", _TEXT, nullable=False),
        sa.Column("code", _TEXT, nullable=False, comment="原因"),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region", "run", "item", name="run_failures_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "runs",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("cursor", _TEXT, nullable=False, comment="处理到哪一项"),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("region", "name", name="runs_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "standings",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("scheme", _TEXT, nullable=False, comment="险种"),
        sa.Column("status", _TEXT, nullable=False, comment="参保状态"),
        sa.Column("ecode", sa.Boolean(), nullable=False, comment="医保电子凭证已激活"),
        sa.Column("died", _TEXT, nullable=True, comment="死亡日期"),
        sa.Column("suspended_from", _TEXT, nullable=True, comment="暂停联网结算起"),
        sa.Column("suspended_until", _TEXT, nullable=True, comment="暂停联网结算止"),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("filed_by", _TEXT, nullable=False, comment="经办人"),
        sa.PrimaryKeyConstraint("region", "person", "version", name="standings_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "uses",
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("pool", _TEXT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("uses", _TEXT, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("filing", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("region", "pool", "version", name="uses_pk"),
        sqlite_with_rowid=False,
    )
