"""The tables of the catalogues.

The national list is reference data without a region, which a cluster keeps whole on every node; a
region's own list is led by its code, as everything of a region is. Both have the same columns.
"""

from sqlalchemy import Column, Table

from gongji.store.tables import _big, _flag, _table, _text


def _edition_columns() -> list[Column[object]]:
    return [
        _text("list", "目录种类: drug, device"),
        _text("edition", "版本"),
        _text("starts", "起始日"),
        _text("ends", "末日", nullable=True),
        _text("digest", "日期与全部条目的摘要"),
        _big("items", "条目数"),
        _big("imported_at"),
        _text("imported_by", "经办人"),
    ]


def _item_columns() -> list[Column[object]]:
    return [
        _text("list"),
        _text("edition"),
        _big("position", "在版本中的次序"),
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
        _flag("repeats", "已按其他剂型计数"),
        _text("shares_bp", "先行自付比例, by scheme, as JSON"),
        _text("ceilings_fen", "最高限价, by level of institution, as JSON"),
        _text("registration", "医疗器械注册或备案类别"),
    ]


catalogue_editions: Table = _table(
    "catalogue_editions",
    *_edition_columns(),
    key="list edition",
    checks=("ends IS NULL OR starts <= ends",),
)

catalogue_items: Table = _table(
    "catalogue_items",
    *_item_columns(),
    key="list edition position",
)

regional_editions: Table = _table(
    "regional_editions",
    _text("region", "统筹区"),
    *_edition_columns(),
    key="region list edition",
    checks=("ends IS NULL OR starts <= ends",),
)

regional_items: Table = _table(
    "regional_items",
    _text("region"),
    *_item_columns(),
    key="region list edition position",
)
