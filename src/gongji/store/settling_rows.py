"""Rows of a batch of settlements: all that it reads, and all that it writes."""

from collections.abc import Collection, Sequence

from gongji.desk.line import ALONE, Hand
from gongji.desk.ports import Answer, AnswerKey, ToSettle
from gongji.ledger.book import Book
from gongji.store.answer_rows import AnswerRows
from gongji.store.book_rows import BookRows
from gongji.store.people_rows import PeopleRows
from gongji.store.pool_rows import PoolRows, families_by


class SettlingRows(PeopleRows, PoolRows, BookRows, AnswerRows):
    """The part of a unit that everybody waits for."""

    def to_settle(
        self,
        keys: Sequence[AnswerKey],
        *,
        patients: Collection[str],
        institutions: Collection[str],
        codes: Collection[tuple[str, str]],
        not_ended_by: int,
        hand: Hand = ALONE,
    ) -> ToSettle:
        bonds = self.bonds_of_members(patients, not_ended_by)
        families = families_by(patients, bonds)
        away = hand.claims(families)
        people = frozenset().union(*families.values()).difference(away)
        return ToSettle(
            self.answered(keys) if keys else {},
            self.people(people),
            self.institutions(institutions),
            bonds,
            self.codes_held(codes),
            self.purses(people),
            away,
        )

    def write_settled(self, book: Book, answers: Sequence[Answer], recorded_at: int) -> None:
        self.write_book(book, recorded_at)
        self.write_answers(answers)
