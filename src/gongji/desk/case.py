"""案情: what a batch of bills is decided on, and what it leaves for the next bill and the book."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from msgspec.structs import replace

from gongji.desk.line import ALONE, Hand
from gongji.desk.office import Session
from gongji.desk.ports import AnswerKey, ToSettle
from gongji.desk.rollover import year_closed
from gongji.ledger.book import NOTHING, AccountKey, Balance, Book, Voucher
from gongji.policy.bonds import BondWithUses
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.policy.standing import Person
from gongji.settlement.bill import Balances, Bill, Facts, PoolFacts
from gongji.settlement.decide import Decision
from gongji.terms import LOCAL_TIME, Credential, Purse, Use, local_day, micros


class Case:
    """What a batch of bills needs to know, read at once; then one bill's facts at a time.

    What a bill draws is gone for the next one of the batch.
    """

    def __init__(
        self,
        session: Session,
        bills: Sequence[Bill],
        keys: Sequence[AnswerKey],
        known: ToSettle | None = None,
        hand: Hand = ALONE,
    ) -> None:
        self._session = session
        self._at, self._today = session.at, local_day(session.now)
        known = known or session.unit.to_settle(
            keys,
            patients={bill.patient for bill in bills},
            institutions={bill.institution for bill in bills},
            codes={
                (bill.shown_by, bill.patient)
                for bill in bills
                if bill.credential is Credential.FAMILY_CODE and bill.shown_by is not None
            },
            not_ended_by=min(
                [self._at, *(micros(b.happened_at) for b in bills if b.happened_at is not None)]
            ),
            hand=hand,
        )
        self.answered, self.away = known.answered, known.away
        self._people, self._institutions = known.people, known.institutions
        self._bonds, self._codes, self._purses = known.bonds, known.codes, known.purses
        self._left = _in_both(known.purses)

    def facts(self, bill: Bill) -> Facts | Refusal:
        """The facts of one bill: the law's and the family's of the moment of care, the book's of
        now. A bill that says when it happened is judged by the standing of that moment."""
        patient = self._people.get(bill.patient)
        if patient is None:
            return refuse(Code.UNKNOWN_PERSON)
        institution = self._institutions.get(bill.institution)
        if institution is None:
            return refuse(Code.UNKNOWN_INSTITUTION)
        if bill.happened_at is not None:
            return self._late_facts(bill, bill.happened_at.astimezone(LOCAL_TIME))
        return Facts(
            self._session.now,
            patient,
            institution,
            self._balances(patient.id),
            tuple(
                [
                    self._pool(known, self._people[known.bond.sponsor], known.uses)
                    for known in self._bonds.get(patient.id, ())
                    if known.bond.in_force(self._at)
                ]
            ),
            self._code_held(bill),
        )

    def _late_facts(self, bill: Bill, then: datetime) -> Facts:
        """The facts of a bill that was uploaded late (SET-4): the family of the moment of care."""
        unit, at = self._session.unit, micros(then)

        def standing(id: str) -> Person:
            return unit.person_at(id, at) or self._people[id]

        patient = standing(bill.patient)
        return Facts(
            then,
            patient,
            self._institutions[bill.institution],
            self._balances(patient.id),
            tuple(
                self._pool(known, standing(known.bond.sponsor), unit.uses_at(known.bond.pool, at))
                for known in self._bonds.get(patient.id, ())
                if known.bond.in_force(at)
            ),
            self._code_held(bill),
            year_closed(unit, patient.region, local_day(then)),
        )

    def day_of(self, facts: Facts) -> date:
        """The local day of the care."""
        return self._today if facts.at is self._session.now else local_day(facts.at)

    def draw(self, facts: Facts, decision: Decision) -> None:
        """Take what this bill draws from what the next one finds."""
        self._left[facts.patient.id] = decision.own_after
        for draw in decision.draws:
            if draw.person != facts.patient.id:
                left = {draw.purse.value: draw.after_fen}
                self._left[draw.person] = replace(self._balances(draw.person), **left)

    def booked(self, vouchers: Sequence[Voucher]) -> Book:
        """The vouchers of the batch, booked in their order, each to the new account of its bill."""
        book = Book(self._purses)
        book.load({voucher.postings[0].target: NOTHING for voucher in vouchers})
        for voucher in vouchers:
            book.post(voucher)
        self._purses.update(book.changed())
        return book

    def _pool(self, known: BondWithUses, sponsor: Person, uses: frozenset[Use]) -> PoolFacts:
        bond = known.bond
        return PoolFacts(bond.id, sponsor, bond.kinship, uses, self._balances(sponsor.id))

    def _code_held(self, bill: Bill) -> bool:
        return (
            bill.credential is Credential.FAMILY_CODE
            and (bill.shown_by, bill.patient) in self._codes
        )

    def _balances(self, person: str) -> Balances:
        return self._left.get(person, _EMPTY)


_EMPTY = Balances()


def _in_both(purses: Mapping[AccountKey, Balance]) -> dict[str, Balances]:
    """What each of the people has; who has no account has nothing."""
    kept: dict[str, dict[str, int]] = {}
    for account, balance in purses.items():
        kept.setdefault(account.owner, {})[account.kind] = balance.fen
    return {
        owner: Balances(fen.get(Purse.CURRENT, 0), fen.get(Purse.CARRIED, 0))
        for owner, fen in kept.items()
    }
