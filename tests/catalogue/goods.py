"""Entries and small lists for the tests, with the arguments that seldom matter filled in."""

from typing import Any

from gongji.catalogue.item import Item, ListClass

NATIONAL_HEADER = (
    "id,drugTypeName,categoryCode,categoryName,kindName,kind,number,flag,name,dosageForm,"
    "remark,paymentStandards,agreementPeriod"
)

_count = 0


def entry(name: str, listed: str = "A", form: str = "", **more: Any) -> Item:
    """One entry."""
    global _count
    _count += 1
    code = more.pop("code", str(_count))
    return Item(code=code, name=name, listed=ListClass(listed), form=form, **more)


def national_csv(*rows: str) -> bytes:
    """A list under the national header."""
    return "\n".join([NATIONAL_HEADER, *rows, ""]).encode()


def national_row(
    number: int, name: str, form: str = "口服常释剂型", kind: int = 1, **more: str
) -> str:
    """A row of it: class by `kind`, everything else plain."""
    words = {1: "医保甲类", 2: "医保乙类"}.get(kind, "")
    cells = {
        "part": "西药部分",
        "words": words,
        "flag": "0",
        "remark": "",
        "price": "",
        "period": "",
        **more,
    }
    return (
        f"{number},{cells['part']},XA01,口腔科制剂,{cells['words']},{kind},{number},"
        f"{cells['flag']},{name},{form},{cells['remark']},{cells['price']},{cells['period']}"
    )
