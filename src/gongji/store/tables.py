"""The tables, once, for every database.

The region's code is part of every primary key, so that a cluster can be sharded by it without
moving a table. Where every bill is looked up it stands behind the id: ids differ and regions do not,
and who compares two keys is done with the first of them. Money is whole fen and instants are microseconds UTC, both BIGINT; days are ISO text.
Packs are reference data and have no region.
"""

from typing import Any

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

WORDS = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by its bytes on every database, whatever language that was set up for."""


def table(
    name: str,
    *columns: Column[object],
    key: str,
    checks: tuple[str, ...] = (),
    appended: bool = False,
    changed_once: bool = False,
) -> Table:
    """A table whose rows lie in the order of its key, where the database can do that.

    `appended`: the rows are large and come in any order of key; they lie in the order they came.
    `changed_once`: most of them are, soon and in no index; PostgreSQL leaves half of each page for
    that, and what has changed lies beside what it was, in no index anew.
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
        postgresql_with={"fillfactor": 50} if changed_once else {},
    )


def only_by(column: Column[object]) -> dict[str, Any]:
    """What keeps an index of PostgreSQL out of questions that do not name this column.

    A planner that knows nothing yet of an empty table finds every index that begins with the region
    as good as the key, and keeps to its plan while the table grows to a million rows. SQLite's
    takes the key, and would not see that `IN` a list implies what is asked here.
    """
    return {"postgresql_where": column.is_not(None)}


def text(name: str, comment: str = "", nullable: bool = False) -> Column[object]:
    """A word, a code, an id, or a day as ISO text."""
    return Column(name, WORDS, nullable=nullable, comment=comment or None)


def big(name: str, comment: str = "", nullable: bool = False) -> Column[object]:
    """Fen, a count, or an instant in micros."""
    return Column(name, BigInteger, nullable=nullable, comment=comment or None)


def flag(name: str, comment: str = "") -> Column[object]:
    """Yes or no."""
    return Column(name, Boolean, nullable=False, comment=comment or None)


def sealed(name: str, comment: str = "", nullable: bool = False) -> Column[object]:
    """Bytes: sealed, hashed, or a document as JSON."""
    return Column(name, LargeBinary, nullable=nullable, comment=comment or None)


def standing_columns() -> list[Column[object]]:
    """The columns of a standing (参保状态), the same in `people` and in its history."""
    return [
        text("scheme", "险种"),
        text("status", "参保状态"),
        flag("ecode", "医保电子凭证已激活"),
        text("died", "死亡日期", nullable=True),
        text("suspended_from", "暂停联网结算起", nullable=True),
        text("suspended_until", "暂停联网结算止", nullable=True),
    ]


people = table(
    "people",
    text("region", "统筹区"),
    text("id"),
    *standing_columns(),
    text("born", "出生日期", nullable=True),
    big("since", "现状态起"),
    big("version", "第几次变更"),
    sealed("number_hash", "身份证号的带钥散列"),
    sealed("sealed", "姓名、身份证号、手机号（SM4-GCM）"),
    key="id region",
)
Index(
    "people_by_number",
    people.c.region,
    people.c.number_hash,
    unique=True,
    **only_by(people.c.number_hash),
)

look_ups = table(
    "look_ups",
    text("region", "统筹区"),
    text("kind", "姓名、社会保障卡号"),
    sealed("digest", "带钥散列"),
    text("person", "参保人"),
    key="region kind digest person",
)

standings = table(
    "standings",
    text("region"),
    text("person"),
    big("version"),
    *standing_columns(),
    big("since"),
    text("filed_by", "经办人"),
    key="region person version",
)

institutions = table(
    "institutions",
    text("region"),
    text("id"),
    text("name", "机构名称"),
    text("kind", "定点医疗机构、定点零售药店"),
    text("level", "等级", nullable=True),
    flag("designated", "定点"),
    flag("one_card", "一卡通行"),
    key="region id",
)

callers = table(
    "callers",
    text("region"),
    text("id"),
    text("kind"),
    text("subject"),
    sealed("key_hash"),
    big("created_at"),
    key="region id",
)
Index("callers_by_key", callers.c.key_hash)

pools = table(
    "pools",
    text("region"),
    text("id"),
    text("sponsor", "组建人"),
    big("opened"),
    big("closed"),
    text("uses", "共济方式"),
    big("uses_since"),
    sealed("filing", "渠道、申请人、代办人（SM4-GCM）"),
    sealed("closed_filing", nullable=True),
    key="id region",
)
Index(
    "pools_by_sponsor",
    pools.c.region,
    pools.c.sponsor,
    pools.c.closed,
    **only_by(pools.c.sponsor),
)

uses = table(
    "uses",
    text("region"),
    text("pool"),
    big("version"),
    text("uses"),
    big("since"),
    sealed("filing"),
    key="region pool version",
)

bonds = table(
    "bonds",
    text("region"),
    text("id"),
    text("pool"),
    text("sponsor"),
    text("member", "共济成员"),
    text("kinship", "与组建人关系"),
    big("starts"),
    big("ends"),
    sealed("filing"),
    sealed("end_filing", nullable=True),
    key="id region",
    checks=("starts <= ends",),
)
Index("bonds_by_member", bonds.c.member, bonds.c.ends, **only_by(bonds.c.member))
Index("bonds_by_sponsor", bonds.c.region, bonds.c.sponsor, **only_by(bonds.c.sponsor))

family_codes = table(
    "family_codes",
    text("region"),
    text("holder", "持有人"),
    text("relative", "亲属"),
    big("since"),
    big("ends"),
    key="region holder relative since",
)

accounts = table(
    "accounts",
    text("region"),
    text("owner"),
    text("kind", "current、carried、payable、inflow 等"),
    big("fen"),
    big("version"),
    key="owner kind region",
    checks=("fen >= 0 OR kind = 'inflow'",),
)

entries = table(
    "entries",
    text("region"),
    text("owner"),
    text("kind"),
    big("version"),
    text("act", "划入、结算、冲正、结转等"),
    text("voucher", "记账凭证"),
    big("amount_fen"),
    big("before_fen"),
    big("after_fen"),
    text("happened_on"),
    big("recorded_at"),
    key="owner kind region version",
    checks=("before_fen + amount_fen = after_fen",),
)

answers = table(
    "answers",
    text("region", "the asker's"),
    text("asker", "an institution, or the agency"),
    text("id", "chosen by the asker"),
    text("kind"),
    text("reverses", nullable=True),
    text("patient"),
    text("sponsor", nullable=True),
    big("happened_at"),
    big("recorded_at"),
    text("law"),
    big("own_fen", "个人账户支付"),
    big("pooled_fen", "共济支付"),
    big("cash_fen", "现金支付"),
    big("self_paid_fen", "自负"),
    flag("whole"),
    sealed("request"),
    sealed("facts"),
    sealed("decision"),
    key="asker id region",
    appended=True,
)
Index("answers_by_patient", answers.c.patient, answers.c.recorded_at)
Index(
    "answers_by_time",
    answers.c.region,
    answers.c.recorded_at,
    **only_by(answers.c.recorded_at),
)
Index(
    "answers_by_reversed",
    answers.c.region,
    answers.c.asker,
    answers.c.reverses,
    sqlite_where=answers.c.reverses.is_not(None),
    **only_by(answers.c.reverses),
)

laws = Table(
    "laws",
    metadata,
    Column("version", WORDS, primary_key=True),
    Column("packs", LargeBinary, nullable=False, comment="every pack's text, as it was"),
    sqlite_with_rowid=False,
)

closed_years = table(
    "closed_years",
    text("region"),
    text("year_ends", "已清算的医保年度末"),
    big("closed_at"),
    key="region year_ends",
)

runs = table(
    "runs",
    text("region"),
    text("name"),
    text("cursor", "处理到哪一项"),
    big("done"),
    big("failed"),
    big("amount_fen"),
    big("started_at"),
    big("finished_at", nullable=True),
    key="region name",
)

run_failures = table(
    "run_failures",
    text("region"),
    text("run"),
    text("item"),
    text("code", "原因"),
    big("amount_fen"),
    key="region run item",
)

marks = Table(
    "marks",
    metadata,
    Column("name", WORDS, primary_key=True, comment="what the store says of itself"),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
