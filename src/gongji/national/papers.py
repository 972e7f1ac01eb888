"""案卷: what the settlements that arrived together are decided on, read at once for all of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from gongji.desk.adjudicating import Shelves
from gongji.desk.line import ALONE, Hand
from gongji.desk.national_ports import (
    FeeRow,
    MessageKey,
    ToAnswer,
    Visit,
    VisitKey,
    WireItem,
    Years,
)
from gongji.desk.office import Session
from gongji.desk.ports import ToSettle
from gongji.national.calling import Call, Known, benefit_year, known_of, retold
from gongji.national.reading import Values, Wrong
from gongji.terms import Care, local_day, region_of


class Charged(NamedTuple):
    """A fee line that was uploaded, and what it said."""

    row: FeeRow
    given: Values


class Papers(NamedTuple):
    """案卷. `charged` are the lines that are not settled; `used_fen` is of this benefit year;
    `paying` is what the desk settles on."""

    people: Mapping[str, Known]
    visits: Mapping[VisitKey, Visit]
    charged: Mapping[VisitKey, Sequence[Charged]]
    items: Mapping[str, WireItem]
    used_fen: Mapping[tuple[str, str], int]
    shelves: Shelves
    paying: ToSettle

    def known(self, psn_no: str) -> Known | Wrong:
        """The person of a psn_no."""
        return known_of(self.people.get(psn_no), psn_no)

    def deductible_used(self, known: Known, care: Care) -> int:
        """What of the deductible the year's settlements have used, at every institution; where the
        fund pays nothing there is none to use."""
        return self.used_fen.get((known.person.id, care), 0)


def data_of(call: Call) -> Values:
    """The node that says who settles what, at a hospital or a pharmacy."""
    return call.one("data" if "data" in call.input else "druginfo")


def visit_key(call: Call) -> VisitKey:
    """The visit that a settlement names; a purchase names none."""
    return VisitKey(call.institution.id, data_of(call).get("mdtrt_id") or "")


def named_by(session: Session, calls: Sequence[Call]) -> ToAnswer:
    """What settlements name, for those whose institution is known."""
    patients = {data_of(call)["psn_no"] for call in calls}
    return naming(session, patients, (), (), visits_named(calls))


def naming(
    session: Session,
    patients: Collection[str],
    codes: Iterable[str],
    messages: Collection[MessageKey],
    visits: Collection[VisitKey],
    hand: Hand = ALONE,
) -> ToAnswer:
    """What these settlements name, read at once."""
    years = _years(session, patients)
    return session.unit.to_answer(
        patients, codes, messages, visits, years=years, not_ended_by=session.at, hand=hand
    )


def visits_named(calls: Iterable[Call]) -> set[VisitKey]:
    """The visits of settlements; a purchase names none."""
    return {key for key in map(visit_key, calls) if key.id}


def papers_of(session: Session, calls: Sequence[Call], named: ToAnswer) -> Papers:
    """The rest of what they are decided on."""
    people = {id: Known._make(found) for id, found in named.people.items()}
    charged = {
        key: [Charged(row, said_of(row)) for row in rows if not row.settled]
        for key, rows in named.fees.items()
    }
    codes = {one.given["med_list_codg"] for some in charged.values() for one in some}
    for call in calls:
        codes |= {row["med_list_codg"] for row in call.input.get("drugdetail", ())}
    items = session.unit.wire_items(codes)
    paying = ToSettle(
        {},  # the ids of the bills are new: we give them
        {id: known.person for id, known in people.items()},
        {call.institution.id: call.institution for call in calls},
        named.bonds,
        set(),
        named.purses,
    )
    shelves = Shelves(session, editions=named.editions)
    return Papers(people, named.visits, charged, items, named.used_fen, shelves, paying)


def said_of(row: FeeRow) -> Values:
    """What a line said when it was uploaded."""
    given: Values = retold(row.told)
    for name in ("det_item_fee_sumamt", "cnt", "pric"):
        given[name] = Decimal(given[name])
    return given


def _years(session: Session, people: Iterable[str]) -> Years:
    """The people by the benefit years of their regions; whoever says to be of a region without law
    is nobody's insured."""
    found: dict[tuple[int, int], list[str]] = {}
    day = local_day(session.now)
    for id in people:
        if (region := region_of(id)) in session.law.packs:
            year = benefit_year(session.law.on(region, day), session.now)
            found.setdefault(year, []).append(id)
    return found
