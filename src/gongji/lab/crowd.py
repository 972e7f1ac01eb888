"""人群: many people at once, for measuring and for storms. Nobody's story, only numbers."""

import random
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from gongji.desk.office import Office, Session
from gongji.desk.ports import Caller, CallerKind, Filing, Identity, Pool
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


class Crowd(NamedTuple):
    """Whom bills can be for, where, and with which key the institution asks."""

    sponsors: list[str]
    members: list[str]
    keys: dict[str, str]  # by institution


def build_crowd(office: Office, people: int, institutions: int = 40, sum_fen: int = 10**8) -> Crowd:
    """Register so many people in families with pools, in one unit of work.

    It goes past the use-cases and straight to the unit: the law would check a hundred thousand
    times what is true by construction. The book is posted as always, so that it can be proved.
    """
    families = max(people // _FAMILY, 1)
    keys = {f"H{REGION}-c{n:04d}": f"sample-h{REGION}-c{n:04d}" for n in range(institutions)}

    def build(session: Session) -> Crowd:
        unit, region = session.unit, REGION
        for name, key in keys.items():
            place = Institution(name, region, InstitutionKind.HOSPITAL, Level.PRIMARY)
            unit.add_institution(place, "示范机构")
            caller = Caller(f"K{region}-{name[8:]}", region, CallerKind.INSTITUTION, name)
            unit.add_caller(caller, key, session.at)
        accounts = {agency(region)}
        crowd = Crowd([], [], keys)
        for n in range(families):
            sponsor = f"P{region}-c{n:07d}0"
            _add_family(session, n, sponsor, crowd)
            accounts |= {
                purse_of(sponsor, Purse.CARRIED),
                purse_of(f"{sponsor[:-1]}1", Purse.CURRENT),
            }
        book = Book(unit.balances(accounts))
        for n in range(families):
            first = f"P{region}-c{n:07d}"
            postings = (
                Posting(agency(region), purse_of(first + "0", Purse.CARRIED), sum_fen),
                Posting(agency(region), purse_of(first + "1", Purse.CURRENT), sum_fen // 10_000),
            )
            day = local_day(session.now)
            book.post(Voucher(region, f"A{region}-agency/crowd-{n}", "credit", day, postings))
        unit.write_book(book, session.at)
        return crowd

    return office.do(build)


def _add_family(session: Session, n: int, sponsor: str, crowd: Crowd) -> None:
    unit, at = session.unit, session.at
    pool = Pool(f"N{REGION}-c{n:07d}", sponsor, at, NEVER, frozenset({Use.PAY}), at)
    filing = Filing(FilingChannel.APP, sponsor)
    crowd.sponsors.append(sponsor)
    unit.add_pool(pool, filing)
    for place in range(_FAMILY):
        scheme = Scheme.EMPLOYEE if place < 2 else Scheme.RESIDENT
        born = _BORN[place >= 2]
        person = Person(f"{sponsor[:-1]}{place}", REGION, scheme, born=born)
        identity = Identity(
            "示范", f"310199{n:07d}{place}"
        )  # no number: only its hash is looked at
        unit.add_person(person, identity, at, "sample")
        if place:
            kinship = Kinship.SPOUSE if place == 1 else Kinship.CHILD
            bond = Bond(
                f"B{REGION}-c{n:07d}{place}", pool.id, sponsor, person.id, kinship, at, NEVER
            )
            unit.add_bond(bond, filing)
            crowd.members.append(person.id)


def requests(
    crowd: Crowd, rng: random.Random, prefix: str, count: int
) -> Iterator[SettlementRequest]:
    """So many everyday bills of the crowd's members, their ids with this prefix."""
    places = list(crowd.keys)
    for n in range(count):
        self_fen, fund_fen = rng.randrange(500, 20_000), rng.randrange(0, 40_000)
        uncovered_fen = rng.choice((0, 0, 0, 1_200))
        yield SettlementRequest(
            id=f"{prefix}-{n}",
            patient=rng.choice(crowd.members),
            institution=rng.choice(places),
            total_fen=fund_fen + self_fen + uncovered_fen,
            fund_paid_fen=fund_fen,
            self_paid_fen=self_fen,
            uncovered_fen=uncovered_fen,
        )
