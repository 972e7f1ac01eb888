"""The tables, once, for every database.

The region's code leads every primary key, so that a cluster can be sharded by it without moving a
table. Money is whole fen and instants are microseconds UTC, both BIGINT; days are ISO text.
Packs are reference data and have no region.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

metadata = MetaData()


def _table(
    name: str,
    *columns: Column[object],
    key: str,
    checks: tuple[str, ...] = (),
    appended: bool = False,
) -> Table:
    """A table whose rows lie in the order of its key, where the database can do that.

    `appended`: the rows are large and come in any order of key; they lie in the order they came.
    """
    return Table(
        name,
        metadata,
        *columns,
        PrimaryKeyConstraint(*key.split(), name=f"{name}_pk"),
        *(
            CheckConstraint(check, name=f"{name}_check_{n}")
            for n, check in enumerate(checks, start=1)
        ),
        sqlite_with_rowid=appended,
    )


def _text(name: str, comment: str = "", nullable: bool = False) -> Column[object]:
    return Column(name, Text, nullable=nullable, comment=comment or None)


def _big(name: str, comment: str = "", nullable: bool = False) -> Column[object]:
    return Column(name, BigInteger, nullable=nullable, comment=comment or None)


def _flag(name: str, comment: str = "") -> Column[object]:
    return Column(name, Boolean, nullable=False, comment=comment or None)


def _bytes(name: str, comment: str = "", nullable: bool = False) -> Column[object]:
    return Column(name, LargeBinary, nullable=nullable, comment=comment or None)


def _standing() -> list[Column[object]]:
    """The columns of a standing (参保状态), the same in `people` and in its history."""
    return [
        _text("scheme", "险种"),
        _text("status", "参保状态"),
        _flag("ecode", "医保电子凭证已激活"),
        _text("died", "死亡日期", nullable=True),
        _text("suspended_from", "暂停联网结算起", nullable=True),
        _text("suspended_until", "暂停联网结算止", nullable=True),
    ]


people = _table(
    "people",
    _text("region", "统筹区"),
    _text("id"),
    *_standing(),
    _text("born", "出生日期", nullable=True),
    _big("since", "现状态起"),
    _big("version", "第几次变更"),
    _bytes("number_hash", "身份证号的带钥散列"),
    _bytes("sealed", "姓名、身份证号、手机号（SM4-GCM）"),
    key="region id",
)
Index("people_by_number", people.c.region, people.c.number_hash, unique=True)

standings = _table(
    "standings",
    _text("region"),
    _text("person"),
    _big("version"),
    *_standing(),
    _big("since"),
    _text("filed_by", "经办人"),
    key="region person version",
)

institutions = _table(
    "institutions",
    _text("region"),
    _text("id"),
    _text("name", "机构名称"),
    _text("kind", "定点医疗机构、定点零售药店"),
    _text("level", "等级", nullable=True),
    _flag("designated", "定点"),
    _flag("one_card", "一卡通行"),
    key="region id",
)

callers = _table(
    "callers",
    _text("region"),
    _text("id"),
    _text("kind"),
    _text("subject"),
    _bytes("key_hash"),
    _big("created_at"),
    key="region id",
)
Index("callers_by_key", callers.c.key_hash)

pools = _table(
    "pools",
    _text("region"),
    _text("id"),
    _text("sponsor", "组建人"),
    _big("opened"),
    _big("closed"),
    _text("uses", "共济方式"),
    _big("uses_since"),
    _bytes("filing", "渠道、申请人、代办人（SM4-GCM）"),
    _bytes("closed_filing", nullable=True),
    key="region id",
)
Index("pools_by_sponsor", pools.c.region, pools.c.sponsor, pools.c.closed)

uses = _table(
    "uses",
    _text("region"),
    _text("pool"),
    _big("version"),
    _text("uses"),
    _big("since"),
    _bytes("filing"),
    key="region pool version",
)

bonds = _table(
    "bonds",
    _text("region"),
    _text("id"),
    _text("pool"),
    _text("sponsor"),
    _text("member", "共济成员"),
    _text("kinship", "与组建人关系"),
    _big("starts"),
    _big("ends"),
    _bytes("filing"),
    _bytes("end_filing", nullable=True),
    key="region id",
    checks=("starts <= ends",),
)
Index("bonds_by_member", bonds.c.region, bonds.c.member, bonds.c.ends)
Index("bonds_by_sponsor", bonds.c.region, bonds.c.sponsor)

family_codes = _table(
    "family_codes",
    _text("region"),
    _text("holder", "持有人"),
    _text("relative", "亲属"),
    _big("since"),
    key="region holder relative",
)

accounts = _table(
    "accounts",
    _text("region"),
    _text("owner"),
    _text("kind", "current、carried、payable、inflow 等"),
    _big("fen"),
    _big("version"),
    key="region owner kind",
    checks=("fen >= 0 OR kind = 'inflow'",),
)

vouchers = _table(
    "vouchers",
    _text("region"),
    _text("id"),
    _text("kind"),
    _text("happened_on"),
    _big("recorded_at"),
    key="region id",
    appended=True,
)

entries = _table(
    "entries",
    _text("region"),
    _text("owner"),
    _text("kind"),
    _big("version"),
    _text("voucher_region"),
    _text("voucher"),
    _big("amount_fen"),
    _big("before_fen"),
    _big("after_fen"),
    _text("happened_on"),
    _big("recorded_at"),
    key="region owner kind version",
    checks=("before_fen + amount_fen = after_fen",),
)

answers = _table(
    "answers",
    _text("region", "the asker's"),
    _text("asker", "an institution, or the agency"),
    _text("id", "chosen by the asker"),
    _text("kind"),
    _text("reverses", nullable=True),
    _text("patient"),
    _text("sponsor", nullable=True),
    _big("happened_at"),
    _big("recorded_at"),
    _text("law"),
    _big("own_fen", "个人账户支付"),
    _big("pooled_fen", "共济支付"),
    _big("cash_fen", "现金支付"),
    _big("self_paid_fen", "自负"),
    _flag("whole"),
    _bytes("request"),
    _bytes("facts"),
    _bytes("decision"),
    key="region asker id",
    appended=True,
)
Index("answers_by_patient", answers.c.patient, answers.c.recorded_at)
Index(
    "answers_by_reversed",
    answers.c.region,
    answers.c.asker,
    answers.c.reverses,
    sqlite_where=answers.c.reverses.is_not(None),
    postgresql_where=answers.c.reverses.is_not(None),
)

laws = Table(
    "laws",
    metadata,
    Column("version", Text, primary_key=True),
    Column("packs", LargeBinary, nullable=False, comment="every pack's text, as it was"),
    sqlite_with_rowid=False,
)

closed_years = _table(
    "closed_years",
    _text("region"),
    _text("year_ends", "已清算的医保年度末"),
    _big("closed_at"),
    key="region year_ends",
)

runs = _table(
    "runs",
    _text("region"),
    _text("name"),
    _text("cursor", "处理到哪一项"),
    _big("done"),
    _big("failed"),
    _big("amount_fen"),
    _big("started_at"),
    _big("finished_at", nullable=True),
    key="region name",
)

run_failures = _table(
    "run_failures",
    _text("region"),
    _text("run"),
    _text("item"),
    _text("code", "原因"),
    _big("amount_fen"),
    key="region run item",
)

marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True, comment="what the store says of itself"),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
