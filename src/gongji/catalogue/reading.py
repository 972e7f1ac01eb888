"""A list's rows → its entries: the national list as published, and a simple header of our own."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

import msgspec

from gongji.catalogue.cells import Cells
from gongji.catalogue.item import CatalogueList, Item, Kind, ListClass
from gongji.catalogue.names import fold
from gongji.catalogue.table import Problem, Weight, read_sheet, shortened
from gongji.terms import Level, Scheme

K = TypeVar("K", Level, Scheme)


class Listing(NamedTuple):
    """What a file holds: its entries, and whatever is wrong; with an error it is not taken."""

    items: tuple[Item, ...]
    problems: tuple[Problem, ...]
    header: str = ""
    encoding: str = ""

    @property
    def errors(self) -> int:
        """How many problems keep the list from being taken."""
        return sum(problem.weight is Weight.ERROR for problem in self.problems)


Row = Callable[[Cells], Item | None]


class _Header(NamedTuple):
    name: str
    code: str  # the column that numbers the entries
    must: frozenset[str]
    may: frozenset[str]
    read: Row


def read_listing(
    content: bytes, which: CatalogueList = CatalogueList.DRUG, *, national: bool = True
) -> Listing:
    """Every entry of a file, and every problem of it with row, column and remedy.

    `which` list it is decides what may stand in it; `national` whether it has one above it, to
    which a row can add. Half a list would call the other half uncovered, so a list with an error is
    not taken at all.
    """
    sheet = read_sheet(content)
    if isinstance(sheet, Problem):
        return Listing((), (sheet,))
    columns = tuple(_OTHER_WORDS.get(name, name) for name in sheet.header)
    header = _header_of(columns)
    if isinstance(header, Problem):
        return Listing((), (header,), encoding=sheet.encoding)
    problems: list[Problem] = []
    items: list[Item] = []
    seen: dict[tuple[str, str, Kind, date | None], tuple[int, ListClass]] = {}
    codes: dict[str, int] = {}
    for number, row in sheet.rows:
        if len(row) != len(columns):
            wrong = f"{len(row)} cells under a header of {len(columns)}"
            remedy = "put a cell that has a comma or a line break in quotes"
            problems.append(Problem(number, "", shortened(row[0]), wrong, remedy))
            continue
        cells = Cells(number, dict(zip(columns, row, strict=True)), problems)
        item = header.read(cells)
        if item is not None:
            _check_place(cells, item, which, national)
        if item is None or cells.failed:
            continue
        if item.code in codes:
            cells.wrong(
                header.code, f"the number stands in row {codes[item.code]} too", "number it anew"
            )
        codes.setdefault(item.code, number)
        # The same name and form is a repeat where it says the same or holds on other days.
        key = (fold(item.name), fold(item.form), item.kind, item.starts)
        earlier = seen.setdefault(key, (number, item.listed))
        if earlier[0] != number:
            same = earlier[1] is item.listed
            wrong = f"name and form stand in row {earlier[0]} too"
            if same:
                cells.note("name", wrong, "both say the same class; remove one of them")
            else:
                cells.wrong("name", wrong + ", in another class", "keep the row that is right")
        if not cells.failed:
            items.append(item)
    if sheet.broken is not None:
        problems.append(sheet.broken)
    if not items and not problems:
        problems.append(Problem(0, "", "", "a header without a row", "is it the right file?"))
    return Listing(tuple(items), tuple(problems), header.name, sheet.encoding)


def _check_place(cells: Cells, item: Item, which: CatalogueList, national: bool) -> None:
    """Refuse what does not belong on this list."""
    device = item.kind in (Kind.DEVICE, Kind.CONSUMABLE)
    if device != (which is CatalogueList.DEVICE):
        remedy = (
            "drug, piece and service for the drug list, device and consumable for the device list"
        )
        cells.wrong("kind", f"{item.kind} on the {which} list", remedy)
    elif which is CatalogueList.DEVICE and item.listed in (ListClass.A, ListClass.B):
        cells.wrong("class", "a device has no such class", "account, or excluded")
    elif item.listed is ListClass.A and any(item.shares_bp.values()):
        cells.wrong("first_share", "class A enters whole", "leave the share empty, or say class B")
    elif national and item.listed is ListClass.AS_LISTED:
        cells.wrong(
            "class", "empty, and no list stands above this one", "A, B, unclassed or excluded"
        )


def digest_of(items: Sequence[Item], starts: date, ends: date | None) -> str:
    """The fingerprint of an edition: its dates and every entry, in whatever order they came."""
    found = hashlib.sha256(f"{starts}/{ends}".encode())
    for item in sorted(items, key=lambda item: item.code):
        found.update(msgspec.json.encode(item, order="sorted"))
    return found.hexdigest()[:16]


def _header_of(columns: tuple[str, ...]) -> _Header | Problem:
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        return Problem(1, twice[0], "", "the column stands twice", "remove one of them")
    for header in _HEADERS:
        if header.must <= set(columns):
            unknown = [name for name in columns if name not in header.must | header.may]
            if not unknown:
                return header
            known = ", ".join(sorted(header.must | header.may))
            return Problem(1, unknown[0], "", "no such column", f"known are {known}")
    national, own = _HEADERS
    theirs, ours = (", ".join(sorted(header.must)) for header in (national, own))
    remedy = f"the national list has {theirs}; our own {ours}"
    return Problem(1, "", shortened(" ".join(columns)), "no header that we know", remedy)


_NATIONAL_CLASS = {"1": ListClass.A, "2": ListClass.B}
_CLASS_NAMES = {"1": "医保甲类", "2": "医保乙类", "0": ""}
_PIECES = {
    "基金予以支付的中药饮片": ListClass.UNCLASSED,
    "不得纳入基金支付范围的中药饮片": ListClass.EXCLUDED,
}


def _national(cells: Cells) -> Item | None:
    """A row of the national list. `kind` 1 is 甲, 2 is 乙; pieces have 0 and no class at all."""
    code, name = cells.text("id", must=True), cells.text("name", must=True)
    part, number, words = (
        cells.text("drugTypeName", must=True),
        cells.text("kind"),
        cells.text("kindName"),
    )
    listed = _PIECES.get(part) if number == "0" else _NATIONAL_CLASS.get(number)
    if listed is None:
        cells.wrong(
            "kind", "no class that the list knows", "1 for 甲, 2 for 乙, 0 for a herbal piece"
        )
        return None
    if words != _CLASS_NAMES[number] and words:
        cells.wrong("kindName", f"says otherwise than kind {number}", "make the two columns agree")
    starts, ends = cells.period("agreementPeriod")
    return Item(
        code=code,
        name=name,
        listed=listed,
        form=cells.text("dosageForm"),
        kind=Kind.PIECE if part in _PIECES else Kind.DRUG,
        part=part,
        category_code=cells.text("categoryCode"),
        category=cells.text("categoryName"),
        restriction=cells.text("remark"),
        price_words=cells.text("paymentStandards"),
        starts=starts,
        ends=ends,
        repeats=cells.flag("flag"),
    )


_CLASS_WORDS: Mapping[str, ListClass] = {
    **{listed.value.casefold(): listed for listed in ListClass},
    "甲": ListClass.A,
    "甲类": ListClass.A,
    "乙": ListClass.B,
    "乙类": ListClass.B,
}
_KIND_WORDS: Mapping[str, Kind] = {kind.value: kind for kind in Kind}


def _own(cells: Cells) -> Item | None:
    """A row under our own header: name and class are enough; a blank class is `as_listed`."""
    name = cells.text("name", must=True)
    listed = cells.word("class", _CLASS_WORDS, ListClass.AS_LISTED)
    kind = cells.word("kind", _KIND_WORDS, Kind.DRUG)
    starts, ends = cells.day("starts"), cells.day("ends")
    cells.in_order("ends", starts, ends)
    whole = cells.share("first_share")
    shares = {scheme: cells.share(f"first_share_{scheme}") for scheme in Scheme}
    every = cells.yuan("ceiling")
    ceilings = {level: cells.yuan(f"ceiling_{level}") for level in Level}
    if listed is None or kind is None:
        return None
    return Item(
        code=cells.text("code") or str(cells.row - 1),
        name=name,
        listed=listed,
        form=cells.text("form"),
        kind=kind,
        part=cells.text("part"),
        category=cells.text("category"),
        restriction=cells.text("restriction"),
        price_words=cells.text("price"),
        starts=starts,
        ends=ends,
        shares_bp=_filled(shares, whole),
        ceilings_fen=_filled(ceilings, every),
        registration=cells.text("registration"),
    )


def _filled(given: Mapping[K, int | None], rest: int | None) -> dict[K, int]:
    """The value of each key, the common one where it has none of its own."""
    found = {key: rest if value is None else value for key, value in given.items()}
    return {key: value for key, value in found.items() if value is not None}


_HEADERS = (
    _Header(
        "national",
        "id",
        frozenset({"id", "drugTypeName", "kind", "name", "dosageForm"}),
        frozenset(
            {"categoryCode", "categoryName", "kindName", "number", "flag", "remark",
             "paymentStandards", "agreementPeriod"}
        ),
        _national,
    ),
    _Header(
        "own",
        "code",
        frozenset({"name", "class"}),
        frozenset(
            {"code", "form", "kind", "part", "category", "restriction", "price", "starts", "ends",
             "first_share", "ceiling", "registration"}
            | {f"first_share_{scheme}" for scheme in Scheme}
            | {f"ceiling_{level}" for level in Level}
        ),
        _own,
    ),
)  # fmt: skip

_OTHER_WORDS = {
    "编号": "code",
    "名称": "name",
    "药品名称": "name",
    "剂型": "form",
    "类别": "class",
    "甲乙类": "class",
    "种类": "kind",
    "部分": "part",
    "分类": "category",
    "限定支付范围": "restriction",
    "备注": "restriction",
    "支付标准": "price",
    "先行自付比例": "first_share",
    "最高限价": "ceiling",
    "起始日期": "starts",
    "终止日期": "ends",
    "注册类别": "registration",
}
"""Chinese names of our own columns."""
