"""医保目录编码表: the national codes of items, and which entry of our catalogue each stands for."""

import csv
import io

from gongji.catalogue.item import CatalogueList
from gongji.desk.national_ports import WireItem
from gongji.national.reading import Wrong
from gongji.national.wire import text_of

COLUMNS = WireItem._fields


def read_items(content: bytes) -> list[WireItem] | Wrong:
    """The rows of a CSV whose header is COLUMNS, whole or not at all."""
    text = text_of(content)
    if text is None:
        return Wrong("文件不是UTF-8或GBK文本")
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error:
        return Wrong("文件不是CSV，或有未闭合的引号")
    if not rows or tuple(rows[0]) != COLUMNS:
        return Wrong(f"第1行须为表头：{','.join(COLUMNS)}")
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(COLUMNS) or not row[0] or not row[1]:
            return Wrong(f"第{number}行须有{len(COLUMNS)}列，编码与名称不得为空")
        if row[4] not in set(CatalogueList):
            return Wrong(f"第{number}行list须为{'或'.join(CatalogueList)}")
        found.append(WireItem(*row))
    return found
