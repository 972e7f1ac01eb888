"""目录: looking a medicine up on a day, and searching. Editions are brought in by `editions`."""

from collections import OrderedDict
from datetime import date
from typing import NamedTuple

import msgspec

from gongji.catalogue.item import (
    Agreement,
    CatalogueList,
    Edition,
    Item,
    Kind,
    ListClass,
    Price,
    in_force,
)
from gongji.catalogue.search import Hit
from gongji.catalogue.shelf import Shelf
from gongji.catalogue.treatment import share_of
from gongji.desk.office import Session
from gongji.policy.questions import DayLaw
from gongji.policy.questions.benefits import class_share_bp
from gongji.policy.refusal import keys
from gongji.terms import NATIONAL, Scheme


class Entry(msgspec.Struct, frozen=True):
    """One entry as a look-up shows it (CAT-3): class, category, restriction, share paid first.

    `payable` says whether the basic insurance's fund can pay for it on that day at all: an entry
    that only work-injury insurance pays is listed and not payable. `shares_bp` has a value for each
    scheme, None where no text of the region gives one.
    """

    code: str
    names: tuple[str, ...]
    form: str
    kind: Kind
    listed: ListClass
    payable: bool
    category: str
    restriction: str
    shares_bp: dict[Scheme, int | None]
    prices: tuple[Price, ...]
    price_words: str
    agreement: Agreement
    starts: date | None
    ends: date | None
    only_under: str | None


class Looked(msgspec.Struct, frozen=True):
    """查询结果 of a name (and form) on a day. `listed` is CAT-3's first answer.

    `other_forms` are the forms in which the name is listed, where it is not in the one asked for.
    `excluded_kind` is the kind that is never listed (CAT-2) to which an unlisted name speaks.
    """

    name: str
    form: str | None
    region: str
    day: date
    listed: bool
    entries: tuple[Entry, ...]
    other_forms: tuple[str, ...]
    excluded_kind: str | None
    excluded_quote: str | None
    editions: tuple[str, ...]
    cites: tuple[str, ...]


class NoEdition(Exception):
    """No edition of the list is in force on the day, and its silence would call all uncovered."""

    def __init__(self, region: str, which: CatalogueList, day: date) -> None:
        self.region, self.which, self.day = region, which, day
        super().__init__(
            f"no edition of the {which} list is in force in {region} on {day}: "
            f"bring one in with `gongji catalogue import`"
        )


_shelves: OrderedDict[tuple[str | None, str | None], Shelf] = OrderedDict()
_MOST_SHELVES = 8


def shelf_on(
    session: Session,
    region: str,
    which: CatalogueList,
    day: date,
    known: list[Edition] | None = None,
) -> tuple[Shelf, tuple[Edition, ...]]:
    """The list of a region on a day: the national edition with the region's own additions. `known`
    are the editions for the region, where they were read already.

    Shelves are kept in memory by the digests of their editions, since an edition never changes.
    Raises UnknownRegion for a region without a pack, which may not pass for one that adds nothing
    to the national list, and NoEdition where there is none; a region's additions to the drug list
    are no list.
    """
    session.law.pack(region)
    known = session.unit.editions_for(region) if known is None else known
    national = in_force(known, NATIONAL, which, day)
    regional = in_force(known, region, which, day) if region != NATIONAL else None
    editions = tuple(edition for edition in (national, regional) if edition is not None)
    if not editions or (national is None and which is CatalogueList.DRUG):
        raise NoEdition(region, which, day)
    key = (national.digest if national else None, regional.digest if regional else None)
    shelf = _shelves.get(key)
    if shelf is None:
        shelf = Shelf(
            session.unit.edition_items(national) if national else (),
            session.unit.edition_items(regional) if regional else (),
        )
        _shelves[key] = shelf
        while len(_shelves) > _MOST_SHELVES:
            _shelves.popitem(last=False)
    return shelf, editions


def look_up(
    session: Session,
    name: str,
    form: str | None = None,
    *,
    region: str = NATIONAL,
    on: date,
    which: CatalogueList = CatalogueList.DRUG,
) -> Looked:
    """Class and terms of a medicine by name; without a form, those of every form (CAT-3)."""
    shelf, editions = shelf_on(session, region, which, on)
    law = session.law.on(region, on)
    found = shelf.find(name, form)
    entries = tuple(_entry(item, law, on) for item in found.items)
    listed = any(
        entry.listed is not ListClass.EXCLUDED and entry.agreement is Agreement.IN_FORCE
        for entry in entries
    )
    kind = None
    if not listed and which is CatalogueList.DRUG:
        fits = (kind for kind in law.never_listed.value if kind.fits(name, form or ""))
        kind = next(fits, None)
    relied = [law.look_up_shows]
    return Looked(
        name=name,
        form=form,
        region=region,
        day=on,
        listed=listed,
        entries=entries,
        other_forms=tuple(dict.fromkeys(item.form or item.title for item in found.other_forms)),
        excluded_kind=kind.kind if kind else None,
        excluded_quote=kind.quote if kind else None,
        editions=tuple(edition.key for edition in editions),
        cites=keys([*relied, law.never_listed] if kind else relied),
    )


def _entry(item: Item, law: DayLaw, on: date) -> Entry:
    agreement = item.agreement(on)
    payable = (
        item.listed in (ListClass.A, ListClass.B, ListClass.UNCLASSED)
        and agreement is Agreement.IN_FORCE
        and item.only_under is None
    )
    return Entry(
        code=item.code,
        names=item.names,
        form=item.form,
        kind=item.kind,
        listed=item.listed,
        payable=payable,
        category=item.category or item.registration or item.part,
        restriction=item.restriction,
        shares_bp={scheme: _share(item, law, scheme) for scheme in Scheme} if payable else {},
        prices=item.prices,
        price_words=item.price_words,
        agreement=agreement,
        starts=item.starts,
        ends=item.ends,
        only_under=item.only_under,
    )


def _share(item: Item, law: DayLaw, scheme: Scheme) -> int | None:
    shares = law.class_shares.value if law.class_shares else ()
    return share_of(item, scheme, class_share_bp(shares, item.listed, scheme))


class Searched(NamedTuple):
    """搜索结果, the best first, and the editions that were searched."""

    hits: list[Hit]
    editions: tuple[str, ...]


def search(
    session: Session, text: str, *, region: str = NATIONAL, on: date, limit: int = 20
) -> Searched:
    """Names by part, pinyin or initials, with typing mistakes."""
    shelf, editions = shelf_on(session, region, CatalogueList.DRUG, on)
    return Searched(shelf.search(text, limit), tuple(edition.key for edition in editions))
