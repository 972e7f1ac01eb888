"""案卷: what the settlements that arrived together are decided on, read at once for all of them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from gongji.desk.adjudicating import Shelves
from gongji.desk.national_ports import FeeRow, Visit, VisitKey, WireItem
from gongji.desk.office import Session
from gongji.national.calling import Call, Known, benefit_year, known_of, retold
from gongji.national.reading import Values, Wrong
from gongji.terms import Care, local_day


class Charged(NamedTuple):
    """A fee line that was uploaded, and what it said."""

    row: FeeRow
    given: Values


class Papers(NamedTuple):
    """案卷. `charged` are the lines that are not settled; `used` is of this benefit year."""

    people: Mapping[str, Known]
    visits: Mapping[VisitKey, Visit]
    charged: Mapping[VisitKey, Sequence[Charged]]
    items: Mapping[str, WireItem]
    used_fen: Mapping[tuple[str, str], int]
    shelves: Shelves

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


def people_of(session: Session, ids: Iterable[str]) -> dict[str, Known]:
    """Whom the settlements are for; from now on nobody else settles for them."""
    return {id: Known(*found) for id, found in session.unit.patients(ids).items()}


def papers_of(session: Session, calls: Sequence[Call], people: Mapping[str, Known]) -> Papers:
    """Everything else, once the people are held."""
    unit = session.unit
    keys = {key for key in map(visit_key, calls) if key.id}
    visits = unit.visits(keys) if keys else {}
    charged = {
        key: [Charged(row, _said(row)) for row in rows if not row.settled]
        for key, rows in (unit.fees_of_visits(visits) if visits else {}).items()
    }
    codes = {one.given["med_list_codg"] for some in charged.values() for one in some}
    for call in calls:
        codes |= {row["med_list_codg"] for row in call.input.get("drugdetail", ())}
    return Papers(
        people,
        visits,
        charged,
        unit.wire_items(codes) if codes else {},
        _used(session, people.values()),
        Shelves(session),
    )


def _said(row: FeeRow) -> Values:
    given: Values = retold(row.told)
    for name in ("feedetl_sn", "det_item_fee_sumamt", "cnt", "pric"):
        given[name] = Decimal(given[name])
    return given


def _used(session: Session, people: Iterable[Known]) -> dict[tuple[str, str], int]:
    """Deductibles, by the benefit years of the people's regions."""
    by_year: dict[tuple[int, int], list[str]] = {}
    for known in people:
        law = session.law.on(known.person.region, local_day(session.now))
        by_year.setdefault(benefit_year(law, session.now), []).append(known.person.id)
    found: dict[tuple[str, str], int] = {}
    for (since, before), some in by_year.items():
        found |= session.unit.deductibles_used(some, since, before)
    return found
