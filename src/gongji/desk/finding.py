"""找人: whom a number, a card or a whole name belongs to. Names and cards are found by digest."""

import re

from gongji.desk.identity import Identity, KnownBy
from gongji.desk.office import Session
from gongji.terms import region_of

MOST = 50
"""So many people of one name are shown; beyond them the number is needed."""

_PERSON = re.compile(r"P[1-9][0-9]{5}-[0-9a-z]{1,40}")


def find_people(session: Session, region: str, asked: str, number: str) -> dict[str, Identity]:
    """The people of a region by identity number, card number, id, or whole name.

    `number` is `asked` as a number is meant. A part of a name finds nobody: names are sealed, and
    what stands beside them for looking up is a digest of the whole.
    """
    unit = session.unit
    if _PERSON.fullmatch(asked) and region_of(asked) == region:
        return unit.identities([asked])
    if (id := find_holder(session, region, number)) is not None:
        return unit.identities([id])
    ids = unit.known_by(region, KnownBy.CARD, number, limit=MOST)
    return unit.identities(ids or unit.known_by(region, KnownBy.NAME, asked, limit=MOST))


def find_holder(session: Session, region: str, number: str) -> str | None:
    """Whose identity number or card this is; nobody's where a card was registered for several."""
    id = session.unit.find_person(region, number)
    if id is not None:
        return id
    holders = session.unit.known_by(region, KnownBy.CARD, number, limit=2)
    return holders[0] if len(holders) == 1 else None
