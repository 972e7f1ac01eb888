"""The tables of the catalogues.

The national list is reference data without a region, which a cluster keeps whole on every node; a
region's own list is led by its code, as everything of a region is. Both have the same columns.
"""

from sqlalchemy import Column, Table

from gongji.store.tables import big, flag, table, text


def _edition_columns() -> list[Column[object]]:
    return [
        text("list", "目录种类: drug, device"),
        text("edition", "版本"),
        text("starts", "起始日"),
        text("ends", "末日", nullable=True),
        text("digest", "日期与全部条目的摘要"),
        big("items", "条目数"),
        big("imported_at"),
        text("imported_by", "经办人"),
    ]


def _item_columns() -> list[Column[object]]:
    return [
        text("list"),
        text("edition"),
        big("position", "在版本中的次序"),
        text("code", "编号"),
        text("name", "名称, one a line where there are several"),
        text("form", "剂型"),
        text("class", "甲乙类"),
        text("kind", "药品、饮片、器械、耗材"),
        text("part", "目录部分"),
        text("category_code", "分类代码"),
        text("category", "分类"),
        text("restriction", "限定支付范围、备注"),
        text("price_words", "支付标准"),
        text("starts", "协议期起", nullable=True),
        text("ends", "协议期止", nullable=True),
        flag("repeats", "已按其他剂型计数"),
        text("shares_bp", "先行自付比例, by scheme, as JSON"),
        text("ceilings_fen", "最高限价, by level of institution, as JSON"),
        text("registration", "医疗器械注册或备案类别"),
    ]


catalogue_editions: Table = table(
    "catalogue_editions",
    *_edition_columns(),
    key="list edition",
    checks=("ends IS NULL OR starts <= ends",),
)

catalogue_items: Table = table(
    "catalogue_items",
    *_item_columns(),
    key="list edition position",
)

regional_editions: Table = table(
    "regional_editions",
    text("region", "统筹区"),
    *_edition_columns(),
    key="region list edition",
    checks=("ends IS NULL OR starts <= ends",),
)

regional_items: Table = table(
    "regional_items",
    text("region"),
    *_item_columns(),
    key="region list edition position",
)
