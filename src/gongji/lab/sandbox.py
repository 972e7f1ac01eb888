"""沙箱: an invented city for a vendor's developers, made anew at each start.

Whoever comes is welcome: an institution's code that nobody knows is registered on its first
message, and so is a person who is asked about, with 20 yuan and a relative who shares 1,000.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from gongji.desk.identity import Identity, birth_date, check_digit
from gongji.desk.office import Session
from gongji.desk.people import book_credit, register_institution, register_person
from gongji.desk.pooling import Formed, form
from gongji.desk.ports import Asking, Caller, CallerKind
from gongji.policy.standing import Person
from gongji.settlement.bill import PersonId
from gongji.terms import (
    InstitutionKind,
    Kinship,
    Level,
    Purse,
    Scheme,
    Use,
    local_day,
    region_of,
)

OWN_FEN, SHARED_FEN = 20_00, 1_000_00

PRICES = {
    "XJ01CAA040A001010100001": Decimal("18.50"),
    "XJ01DDT084A001010100002": Decimal("26.80"),
    "XM01AEB192A001010100003": Decimal("12.00"),
    "XA07BCM097N001010100010": Decimal("9.90"),
    "D99010000001": Decimal("35.00"),
}
"""What is bought there; the last is outside the catalogue."""

_COUNTY, _COUNTY_OF_RELATIVES = "319999", "319998"  # no county has them


class Place(NamedTuple):
    """An institution of the sandbox, by its code on the wire."""

    code: str
    name: str
    level: Level


PLACES = (
    Place("H99000000001", "沙箱第一医院", Level.TERTIARY),
    Place("H99000000002", "沙箱社区卫生服务中心", Level.PRIMARY),
    Place("P99000000001", "沙箱大药房", Level.PRIMARY),
)


class Guest(NamedTuple):
    """A person of the sandbox. `kinship` is what the person is to the sponsor."""

    name: str
    first_17: str
    scheme: Scheme
    own_fen: int
    kinship: Kinship | None

    @property
    def number(self) -> str:
        """The identity number, with its check digit."""
        return self.first_17 + check_digit(self.first_17)


SPONSOR = Guest("赵建国", f"{_COUNTY}19700101001", Scheme.EMPLOYEE, SHARED_FEN, None)
GUESTS = (
    Guest("赵小雨", f"{_COUNTY}19960202002", Scheme.EMPLOYEE, OWN_FEN, Kinship.CHILD),
    Guest("赵小宝", f"{_COUNTY}20180303001", Scheme.RESIDENT, 0, Kinship.GRANDCHILD),
    Guest("钱秀兰", f"{_COUNTY}19480404002", Scheme.RESIDENT, 0, Kinship.PARENT),
)
RICH = Guest("冯国强", f"{_COUNTY}19650606001", Scheme.EMPLOYEE, 200_000_00, None)
CROWD = (
    Guest("冯小婷", f"{_COUNTY}19930707002", Scheme.EMPLOYEE, 300_00, Kinship.CHILD),
    Guest("冯小天", f"{_COUNTY}20190808001", Scheme.RESIDENT, 0, Kinship.GRANDCHILD),
    Guest("陈桂芳", f"{_COUNTY}19660909002", Scheme.RESIDENT, 0, Kinship.SPOUSE),
)
"""A family with money enough for days of practice; the small one above is for worked examples."""

STRANGER = Guest("孙独立", f"{_COUNTY}19850505001", Scheme.EMPLOYEE, 500_00, None)


def everybody() -> tuple[Guest, ...]:
    """Who lives there, families together."""
    return (SPONSOR, *GUESTS, RICH, *CROWD, STRANGER)


def furnish(session: Session, region: str) -> None:
    """Institutions and people; editions and item codes are brought in by whoever has the files."""
    for place in PLACES:
        welcome_institution(session, region, place.code, place.name, place.level)
    _enter(session, region, STRANGER)
    for sponsor, guests in ((SPONSOR, GUESTS), (RICH, CROWD)):
        members = {_enter(session, region, guest): guest.kinship for guest in guests}
        kin = {id: kinship for id, kinship in members.items() if kinship is not None}
        _pool(session, _enter(session, region, sponsor), kin)


def welcome_institution(
    session: Session, region: str, code: str, name: str, level: Level = Level.PRIMARY
) -> None:
    """Register a code that nobody knows yet: `P…` is a pharmacy, everything else a hospital. The
    level of a pharmacy is that of the outpatient plan by which its 2203A is settled."""
    if session.unit.institution_of_code(code) is not None:
        return
    pharmacy = code.startswith("P")
    letter, kind = ("Y", InstitutionKind.PHARMACY) if pharmacy else ("H", InstitutionKind.HOSPITAL)
    id = f"{letter}{region}-{code[1:].lower()}"
    register_institution(session, region, kind, name, id=id, level=level)
    session.unit.connect_code(code, id, session.at)


def welcome_person(session: Session, region: str, number: str, name: str) -> None:
    """Register somebody who is asked about, an employee with a relative's pool."""
    number = number.upper()
    if session.unit.find_person(region, number) is not None or birth_date(number) is None:
        return
    guest = Guest(name, number[:17], Scheme.EMPLOYEE, OWN_FEN, Kinship.CHILD)
    member = _register(session, region, guest, number)
    _pool(session, _relative(session, region, number), {member: Kinship.CHILD})


def _relative(session: Session, region: str, number: str) -> PersonId:
    """A sponsor of one's own: two who were born on one day may not meet in the same relative."""
    first = int(number[14:17])
    numbers = (f"{_COUNTY_OF_RELATIVES}{number[6:14]}{(first + n) % 1000:03}" for n in range(1000))
    guests = (Guest("沙箱亲属", one, Scheme.EMPLOYEE, SHARED_FEN, None) for one in numbers)
    free = (one for one in guests if session.unit.find_person(region, one.number) is None)
    return _enter(session, region, next(free))


def _enter(session: Session, region: str, guest: Guest) -> PersonId:
    return _register(session, region, guest, guest.number)


def _register(session: Session, region: str, guest: Guest, number: str) -> PersonId:
    """With the money in `carried`, from which every region pools."""
    known = session.unit.find_person(region, number)
    if known is not None:
        return known
    person = Person(id_of(region, number), region, guest.scheme, born=_born(number))
    register_person(session, person, Identity(guest.name, number), "sandbox")
    if guest.own_fen:
        on = local_day(session.now)
        book_credit(session, person, Purse.CARRIED, guest.own_fen, on, f"sandbox/{person.id}")
    return person.id


def id_of(region: str, number: str) -> PersonId:
    """The sandbox's psn_no of a number; its people are invented, and so are their numbers."""
    return f"P{region}-{number.lower()}"


def _born(number: str) -> date:
    born = birth_date(number)
    assert born is not None, number
    return born


def _pool(session: Session, sponsor: str, members: dict[str, Kinship]) -> None:
    asked = Asking(Caller("sandbox", region_of(sponsor), CallerKind.PERSON, sponsor))
    formed = form(session, sponsor, members, frozenset({Use.PAY}), committed=True, asked=asked)
    assert isinstance(formed, Formed), formed
