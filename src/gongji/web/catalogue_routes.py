"""目录 · the catalogue as anyone may read it: a medicine looked up on a day, and searched for."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from litestar import get
from litestar.params import QueryParameter

from gongji.catalogue.search import LONGEST_QUERY, Hit
from gongji.desk.catalogue import Entry, Looked, NoEdition, look_up
from gongji.desk.catalogue import search as search_names
from gongji.desk.office import Session
from gongji.policy.pack import NoProvision
from gongji.terms import NATIONAL, local_day
from gongji.web.access import ANYONE, Call
from gongji.web.forms import BadInput
from gongji.web.parameters import On, Region
from gongji.web.reading import no_law
from gongji.web.showing import cites
from gongji.web.shown_catalogue import (
    EntryShown,
    FormShown,
    Found,
    HitShown,
    LookedUp,
    PriceShown,
)
from gongji.words import Words

T = TypeVar("T")

ItemName = Annotated[
    str,
    QueryParameter(
        min_length=1, max_length=200, description="药品名称，照目录所印 · the name, as printed"
    ),
]
ItemForm = Annotated[
    str | None,
    QueryParameter(
        max_length=100, description="剂型，不填为所有剂型 · the dosage form; left out, every form"
    ),
]
SearchText = Annotated[
    str,
    QueryParameter(
        min_length=1,
        max_length=LONGEST_QUERY,
        description="名称的一部分、拼音或首字母，容许输错 · part of a name, pinyin or initials; typing"
        " mistakes are forgiven",
    ),
]


@get("/catalogue/items", opt=ANYONE, operation_id="look_up_item")
async def items(
    request: Call, name: ItemName, form: ItemForm = None, on: On = None, region: Region = NATIONAL
) -> LookedUp:
    """Whether a medicine is listed on a day, its class, category, restriction and share paid first
    (CAT-3). Without a form, every form that is listed."""
    day = on or local_day(request.office.clock())
    found = await _ask(
        request, lambda session: look_up(session, name, form or None, region=region, on=day)
    )
    return _looked(request, found)


@get("/catalogue/search", opt=ANYONE, operation_id="search_catalogue")
async def search(
    request: Call, text: SearchText, on: On = None, region: Region = NATIONAL
) -> Found:
    """Names by part, pinyin or initials, with typing mistakes forgiven; the best first."""
    day = on or local_day(request.office.clock())
    found = await _ask(request, lambda session: search_names(session, text, region=region, on=day))
    return Found(
        text=text,
        region=region,
        on=day,
        hits=tuple(_hit(hit) for hit in found.hits),
        editions=found.editions,
    )


async def _ask(request: Call, use_case: Callable[[Session], T]) -> T:
    """Ask the desk. A day without an edition or without law is the query's to mend."""
    try:
        return await request.counter.ask(use_case)
    except NoProvision as error:
        raise no_law(error, "on") from None
    except NoEdition as error:
        raise no_edition(error, "on") from None


def no_edition(error: NoEdition, field: str) -> BadInput:
    """A day on which no edition of the catalogue holds, and the field that names it."""
    region, day = error.region, error.day
    return BadInput(
        field,
        Words(
            f"统筹区 {region} 在 {day} 没有生效的目录版本。",
            f"No edition of the catalogue is in force in {region} on {day}.",
        ),
        Words("有目录版本的日期", "a day on which an edition is in force"),
        Words(
            "改用其他日期，或由经办导入目录。", "Use another day, or have an edition brought in."
        ),
        code="no_provision",
        status=422,
    )


def _looked(request: Call, found: Looked) -> LookedUp:
    return LookedUp(
        name=found.name,
        form=found.form,
        region=found.region,
        on=found.day,
        listed=found.listed,
        entries=tuple(_entry(entry) for entry in found.entries),
        other_forms=found.other_forms,
        excluded_kind=found.excluded_kind,
        excluded_quote=found.excluded_quote,
        editions=found.editions,
        cites=cites(request.office.law, found.cites),
    )


def _entry(entry: Entry) -> EntryShown:
    said = msgspec.structs.asdict(entry)
    said["list_class"] = said.pop("listed")
    said["prices"] = tuple(PriceShown(fen=price.fen, spec=price.spec) for price in entry.prices)
    return EntryShown(**said)


def _hit(hit: Hit) -> HitShown:
    return HitShown(
        name=hit.name,
        how=hit.how.name.lower(),
        mistakes=hit.mistakes,
        forms=tuple(
            FormShown(code=item.code, form=item.form, list_class=item.listed) for item in hit.items
        ),
    )


ROUTES = [items, search]
