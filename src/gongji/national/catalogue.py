"""目录查询: 1312 items, 1318 price ceilings, 1319 shares paid first; page by page."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from gongji.catalogue.item import WHOLE_BP, CatalogueList, Item
from gongji.catalogue.shelf import Shelf
from gongji.catalogue.treatment import restricts, share_of
from gongji.desk.catalogue import NoEdition, shelf_on
from gongji.desk.national_ports import WireItem
from gongji.national.calling import Call, Done, insutype_of
from gongji.national.fees import charge_level
from gongji.national.reading import Wrong
from gongji.policy.questions.benefits import class_share_bp
from gongji.terms import Level, Scheme, local_day

_MOST = 1000
_LEVELS = {Level.PRIMARY: "1", Level.SECONDARY: "2", Level.TERTIARY: "3"}
_PATIENT_PAYS = "1"
"""医保目录超限处理方式: what is above the ceiling is uncovered. There is no printed table of it."""

_ASKED_BY = (
    *("chrgitm_lv", "lmt_used_flag", "list_type", "med_chrgitm_type", "vali_flag"),
    *("hilist_lmtpric_type", "selfpay_prop_psn_type", "selfpay_prop_type"),
)
"""The fields of a question that its rows have as well."""


class Entry(NamedTuple):
    """An item's code with its entry in the catalogue, None where the catalogue does not have it."""

    wire: WireItem
    item: Item | None


def items(call: Call) -> Done | Wrong:
    """1312 医保目录信息查询."""
    found = _entries(call)
    if isinstance(found, Wrong):
        return found
    return _paged(call, [_item_row(call, entry) for entry in found])


def ceilings(call: Call) -> Done | Wrong:
    """1318 医保目录限价信息查询: by level; a ceiling for all of them is one of each."""
    found = _entries(call)
    if isinstance(found, Wrong):
        return found
    return _paged(call, [row for entry in found for row in _ceiling_rows(call, entry)])


def shares(call: Call) -> Done | Wrong:
    """1319 医保目录先自付比例信息查询: by scheme; what no text gives is left out, not guessed."""
    found = _entries(call)
    if isinstance(found, Wrong):
        return found
    return _paged(call, [row for entry in found for row in _share_rows(call, entry)])


def _day(call: Call) -> date:
    given = call.one()["query_date"]
    return date.fromisoformat(given) if given else local_day(call.session.now)


def _region(call: Call) -> str:
    given = call.one()["insu_admdvs"]
    return given if given in call.session.law.packs else call.institution.region


def _entries(call: Call) -> list[Entry] | Wrong:
    given = call.one()
    unit = call.session.unit
    code, name = given["hilist_code"], given.get("hilist_name") or ""
    wires = list(unit.wire_items([code]).values()) if code else unit.wire_items_after("", 10**6)
    shelves: dict[CatalogueList, Shelf] = {}
    found = []
    for wire in wires:
        which = CatalogueList(wire.list)
        if which not in shelves:
            try:
                shelves[which], _ = shelf_on(call.session, _region(call), which, _day(call))
            except NoEdition as missing:
                return Wrong(
                    f"query_date（查询时间点）{missing.day}没有可用的医保目录（{missing.which}）；"
                    "请查近期的目录，或请经办机构先导入"
                )
        if name in wire.name:
            entries = shelves[which].find(wire.name, wire.form or None).items
            found.append(Entry(wire, entries[0] if entries else None))
    return found


def _common(call: Call, entry: Entry, of: str = "") -> dict[str, Any]:
    """What every row has; `of` tells the rows of an item apart."""
    code, item, day = entry.wire.code, entry.item, _day(call)
    return {
        "hilist_code": code,
        "insu_admdvs": _region(call),
        "begndate": item.starts if item and item.starts else day,
        "enddate": item.ends if item else None,
        "vali_flag": "1",
        "rid": f"{code[:36]}-{of}" if of else code[:40],
        "updt_time": day,
        "crte_time": day,
        "poolarea_no": _region(call),
    }


def _item_row(call: Call, entry: Entry) -> dict[str, Any]:
    item = entry.item
    return {
        **_common(call, entry),
        "hilist_name": entry.wire.name,
        "med_chrgitm_type": entry.wire.charge_type,
        "chrgitm_lv": charge_level(item.listed if item else None),
        "lmt_used_flag": "1" if item and restricts(item) else "0",
        "list_type": entry.wire.list_type,
        "med_use_flag": "1",
        "matn_used_flag": "0",
        "hilist_use_type": "1",
        "lmt_cpnd_type": "1",
        "memo": item.restriction if item else "不在医保目录内",
    }


def _ceiling_rows(call: Call, entry: Entry) -> Iterator[dict[str, Any]]:
    item = entry.item
    if item is None:
        return
    by_level = {_LEVELS[level]: fen for level, fen in item.ceilings_fen.items()}
    if not by_level and len({price.fen for price in item.prices}) == 1:
        by_level = dict.fromkeys(_LEVELS.values(), item.prices[0].fen)
    for level, fen in by_level.items():
        yield {
            **_common(call, entry, level),
            "hilist_lmtpric_type": level,
            "overlmt_dspo_way": _PATIENT_PAYS,
            "hilist_pric_uplmt_amt": Decimal(fen).scaleb(-2),
        }


def _share_rows(call: Call, entry: Entry) -> Iterator[dict[str, Any]]:
    if entry.item is None:
        return
    law = call.session.law.on(_region(call), _day(call))
    shares = law.class_shares.value if law.class_shares else ()
    for scheme in (Scheme.EMPLOYEE, Scheme.RESIDENT):
        share = share_of(entry.item, scheme, class_share_bp(shares, entry.item.listed, scheme))
        if share is not None:
            yield {
                **_common(call, entry, insutype_of(scheme)),
                "selfpay_prop_psn_type": insutype_of(scheme),
                "selfpay_prop_type": "10",
                "selfpay_prop": Decimal(share) / WHOLE_BP,
            }


def _paged(call: Call, rows: list[dict[str, Any]]) -> Done | Wrong:
    given = call.one()
    for name in _ASKED_BY:
        if given.get(name) is not None:
            rows = [row for row in rows if row[name] == given[name]]
    number, size = int(given["page_num"] or 1), int(given["page_size"] or 100)
    if number < 1 or not 1 <= size <= _MOST:
        return Wrong(f"page_num（当前页数）从1起，page_size（本页数据量）为1至{_MOST}")
    first = (number - 1) * size
    shown = rows[first : first + size]
    pages = -(-len(rows) // size)
    return Done(
        {
            "data": shown,
            "recordCounts": len(rows),
            "pages": pages,
            "pageNum": number,
            "pageSize": size,
            "size": len(shown),
            "startRow": first + 1 if shown else 0,
            "endRow": first + len(shown),
            "firstPage": number == 1,
            "lastPage": number >= pages,
        }
    )
