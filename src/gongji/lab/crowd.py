"""人群: many people at once, for measuring and for storms. Nobody's story, only numbers."""

import random
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import NamedTuple

from gongji.desk.identity import Identity
from gongji.desk.office import Office, Session
from gongji.desk.ports import Caller, CallerKind, Filing, Pool
from gongji.ledger.book import Book, Posting, Voucher
from gongji.policy.bonds import Bond
from gongji.policy.standing import Person
from gongji.settlement.bill import Institution, SettlementRequest
from gongji.settlement.booking import agency, purse_of
from gongji.terms import (
    NEVER,
    FilingChannel,
    InstitutionKind,
    Kinship,
    Level,
    Purse,
    Scheme,
    Use,
    local_day,
)

REGION = "310000"
_BORN = (date(1980, 1, 1), date(2012, 1, 1))  # parents, children: plans may ask for the age
_FAMILY = 4  # a sponsor, a spouse with a small account of its own, two children
_CHUNK = 10_000  # families in a unit of work: few commits, and memory that does not grow


class Crowd(NamedTuple):
    """Whom bills can be for, where, and with which key the institution asks.

    People are numbered, not listed: a million of them need no memory here.
    """

    families: int
    keys: dict[str, str]  # by institution

    @property
    def people(self) -> int:
        """How many they are."""
        return self.families * _FAMILY

    def member(self, rng: random.Random) -> str:
        """Anybody who is bound to a sponsor."""
        return _person(rng.randrange(self.families), rng.randrange(1, _FAMILY))

    def child_of_the_first(self, rng: random.Random) -> str:
        """A child of the first family: whatever it costs, one and the same sponsor pays."""
        return _person(0, rng.randrange(2, _FAMILY))


def build_crowd(
    office: Office,
    people: int,
    institutions: int = 40,
    sum_fen: int = 10**10,
    progress: Callable[[int], None] = lambda built: None,
) -> Crowd:
    """Register so many people in families with pools, a chunk in each unit of work.

    It goes past the use-cases and straight to the unit: the law would check a million times what is
    true by construction. The book is posted as always, so that it can be proved.
    """
    families = max(people // _FAMILY, 1)
    keys = {f"H{REGION}-c{n:04d}": f"sample-h{REGION}-c{n:04d}" for n in range(institutions)}
    office.do(partial(_add_institutions, keys=keys))
    for first in range(0, families, _CHUNK):
        some = range(first, min(first + _CHUNK, families))
        office.do(partial(_add_families, some=some, sum_fen=sum_fen))
        progress(some.stop * _FAMILY)
    return Crowd(families, keys)


def _add_institutions(session: Session, keys: dict[str, str]) -> None:
    for name, key in keys.items():
        place = Institution(name, REGION, InstitutionKind.HOSPITAL, Level.PRIMARY)
        session.unit.add_institution(place, "示范机构")
        caller = Caller(f"K{REGION}-{name[8:]}", REGION, CallerKind.INSTITUTION, name)
        session.unit.add_caller(caller, key, session.at)


def _add_families(session: Session, some: range, sum_fen: int) -> None:
    unit, at = session.unit, session.at
    filings = {n: Filing(FilingChannel.APP, _person(n, 0)) for n in some}
    unit.add_people([_registered(n, place) for n in some for place in range(_FAMILY)], at, "sample")
    uses = frozenset({Use.PAY})
    unit.add_pools([(Pool(_pool(n), _person(n, 0), at, NEVER, uses, at), filings[n]) for n in some])
    unit.add_bonds([(_bond(n, place, at), filings[n]) for n in some for place in range(1, _FAMILY)])
    _credit(session, some, sum_fen)


def _credit(session: Session, some: range, sum_fen: int) -> None:
    """Carried money for the sponsors, and a little of the year's for their spouses."""
    inflow, day = agency(REGION), local_day(session.now)
    purses = [
        (purse_of(_person(n, 0), Purse.CARRIED), purse_of(_person(n, 1), Purse.CURRENT))
        for n in some
    ]
    book = Book(session.unit.balances([inflow, *(purse for pair in purses for purse in pair)]))
    for n, (carried, current) in zip(some, purses, strict=True):
        postings = (
            Posting(inflow, carried, sum_fen),
            Posting(inflow, current, 10_000),
        )
        book.post(Voucher(REGION, f"A{REGION}-agency/crowd-{n}", "credit", day, postings))
    session.unit.write_book(book, session.at)


def _person(n: int, place: int) -> str:
    return f"P{REGION}-c{n:07d}{place}"


def _pool(n: int) -> str:
    return f"N{REGION}-c{n:07d}"


def _registered(n: int, place: int) -> tuple[Person, Identity]:
    scheme = Scheme.EMPLOYEE if place < 2 else Scheme.RESIDENT
    # It is no number that anybody could have: only its hash is looked at.
    person = Person(_person(n, place), REGION, scheme, born=_BORN[place >= 2])
    return person, Identity("示范", f"310199{n:07d}{place}")


def _bond(n: int, place: int, at: int) -> Bond:
    kinship = Kinship.SPOUSE if place == 1 else Kinship.CHILD
    sponsor, member = _person(n, 0), _person(n, place)
    return Bond(f"B{REGION}-c{n:07d}{place}", _pool(n), sponsor, member, kinship, at, NEVER)


def requests(
    crowd: Crowd, rng: random.Random, prefix: str, count: int, *, one_sponsor: bool = False
) -> Iterator[SettlementRequest]:
    """So many everyday bills of the crowd's members, their ids with this prefix."""
    places = list(crowd.keys)
    patient = crowd.child_of_the_first if one_sponsor else crowd.member
    for n in range(count):
        self_fen, fund_fen = rng.randrange(500, 20_000), rng.randrange(0, 40_000)
        uncovered_fen = rng.choice((0, 0, 0, 1_200))
        yield SettlementRequest(
            id=f"{prefix}-{n}",
            patient=patient(rng),
            institution=rng.choice(places),
            total_fen=fund_fen + self_fen + uncovered_fen,
            fund_paid_fen=fund_fen,
            self_paid_fen=self_fen,
            uncovered_fen=uncovered_fen,
        )
