"""the catalogues"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _text(name: str, comment: str | None = None, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def _editions() -> list[sa.Column[str] | sa.Column[int]]:
    return [
        _text("list", "目录种类: drug, device"),
        _text("edition", "版本"),
        _text("starts", "起始日"),
        _text("ends", "末日", nullable=True),
        _text("digest", "日期与全部条目的摘要"),
        sa.Column("items", sa.BigInteger(), nullable=False, comment="条目数"),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        _text("imported_by", "经办人"),
    ]


def _items() -> list[sa.Column[str] | sa.Column[int] | sa.Column[bool]]:
    return [
        _text("list"),
        _text("edition"),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="在版本中的次序"),
        _text("code", "编号"),
        _text("name", "名称, one a line where there are several"),
        _text("form", "剂型"),
        _text("class", "甲乙类"),
        _text("kind", "药品、饮片、器械、耗材"),
        _text("part", "目录部分"),
        _text("category_code", "分类代码"),
        _text("category", "分类"),
        _text("restriction", "限定支付范围、备注"),
        _text("price_words", "支付标准"),
        _text("starts", "协议期起", nullable=True),
        _text("ends", "协议期止", nullable=True),
        sa.Column("repeats", sa.Boolean(), nullable=False, comment="已按其他剂型计数"),
        _text("shares_bp", "先行自付比例, by scheme, as JSON"),
        _text("ceilings_fen", "最高限价, by level of institution, as JSON"),
        _text("registration", "医疗器械注册或备案类别"),
    ]


def upgrade() -> None:
    """The national list has no region; a region's own list is led by its code."""
    op.create_table(
        "catalogue_editions",
        *_editions(),
        sa.CheckConstraint("ends IS NULL OR starts <= ends", name="catalogue_editions_check_1"),
        sa.PrimaryKeyConstraint("list", "edition", name="catalogue_editions_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "catalogue_items",
        *_items(),
        sa.PrimaryKeyConstraint("list", "edition", "position", name="catalogue_items_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "regional_editions",
        _text("region", "统筹区"),
        *_editions(),
        sa.CheckConstraint("ends IS NULL OR starts <= ends", name="regional_editions_check_1"),
        sa.PrimaryKeyConstraint("region", "list", "edition", name="regional_editions_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "regional_items",
        _text("region"),
        *_items(),
        sa.PrimaryKeyConstraint("region", "list", "edition", "position", name="regional_items_pk"),
        sqlite_with_rowid=False,
    )
