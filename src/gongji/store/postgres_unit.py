"""One transaction on PostgreSQL: the hot statements once more, with arrays; all others as they are.

Each names its region, so that a cluster sends it to one shard.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from gongji.desk.line import ALONE, Hand
from gongji.desk.ports import Answer, AnswerKey, ToSettle
from gongji.ledger.book import Book
from gongji.store.answer_rows import ANSWER, answer_of
from gongji.store.cipher import Vault
from gongji.store.people_rows import PERSON, institution_of, person_of
from gongji.store.pool_rows import BOND
from gongji.store.postgres_arrays import (
    Bigs,
    Blobs,
    Words,
    columns,
    in_step,
    of_kinds,
    unnest,
)
from gongji.store.postgres_families import families, families_of, of_patients
from gongji.store.postgres_link import Link, postgres
from gongji.store.postgres_national import PostgresNational
from gongji.store.rows import Sent, all_of, parted
from gongji.terms import region_of

_FAMILIES = families(PERSON)
_KEY = (Words, Words)
_ANSWERED = postgres(
    f"SELECT {ANSWER} FROM {unnest(_KEY)} k(of_asker, of_id) CROSS JOIN LATERAL"
    " (SELECT * FROM answers WHERE region = ? AND asker = k.of_asker AND id = k.of_id OFFSET 0) a"
)
_ACCOUNT = (Words, Words, Bigs, Bigs)
_WRITE_ACCOUNTS = postgres(
    f"INSERT INTO accounts (region, owner, kind, fen, version) SELECT ?, {in_step(_ACCOUNT)}"
    " ON CONFLICT (region, owner, kind) DO UPDATE SET fen = excluded.fen,"
    " version = excluded.version"
)
# What is the same for all of a batch, most of the time, goes once.
_ENTRY = (Words, Words, Bigs, Words, Bigs, Bigs, Bigs)
_WRITE_ENTRIES = postgres(
    "INSERT INTO entries (region, act, happened_on, recorded_at, owner, kind, version, voucher,"
    f" amount_fen, before_fen, after_fen) SELECT ?, ?, ?, ?::bigint, {in_step(_ENTRY)}"
)
_ANSWER = (*(Words,) * 4, *(Bigs,) * 6, *(Blobs,) * 3)
_WRITE_ANSWERS = postgres(
    "INSERT INTO answers (region, kind, reverses, law, whole, asker, id, patient, sponsor,"
    " happened_at, recorded_at, own_fen, pooled_fen, cash_fen, self_paid_fen, request, facts,"
    f" decision) SELECT ?, ?, ?::text, ?, ?::boolean, {in_step(_ANSWER)}"
)


class PostgresUnit(PostgresNational):
    """What only reads."""

    CHANNEL = "convert_from(s.request, 'UTF8')::jsonb ->> 'channel'"
    BONDS_OF_MEMBERS = (
        f"SELECT {BOND}, p.uses FROM jsonb_array_elements_text(?::jsonb) m(id)"
        " CROSS JOIN LATERAL (SELECT * FROM bonds"
        "   WHERE region = ? AND member = m.id AND ends > ? OFFSET 0) b"
        " CROSS JOIN LATERAL (SELECT uses FROM pools"
        "   WHERE region = ? AND id = b.pool OFFSET 0) p"
        " ORDER BY b.starts, b.id"
    )

    def __init__(self, link: Link, vault: Vault) -> None:
        super().__init__(link, vault)
        self._link = link

    def wait(self) -> None:
        """Wait until everything that was sent so far is done, its locks taken."""
        self._link.execute("SELECT 1").fetchone()

    def _stream(self, statement: str) -> Iterator[Any]:
        return self._link.stream(statement)

    def answered(self, keys: Iterable[AnswerKey]) -> dict[AnswerKey, Answer]:
        return _answers_of(self._send_answered(keys))

    def _send_answered(self, keys: Iterable[AnswerKey]) -> Sent:
        return [
            self._link.send(_ANSWERED, (*columns(_KEY, some), region))
            for region, some in parted(keys, lambda key: region_of(key.asker))
        ]

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
        asked = self.ask_families(_FAMILIES, patients, not_ended_by)
        answered, places = self._send_answered(keys), self._institutions(institutions)
        rows = [*all_of(asked)]
        families = of_patients(rows, PERSON)
        away = hand.claims(families)
        # The server looks the purses up while the rows are read.
        purses = self._purses(frozenset().union(*families.values()).difference(away))
        people, bonds, far = families_of(rows, PERSON, person_of)
        if far:
            people.update(self.people(far))
        known = _answers_of(answered)
        designated = {row[0]: institution_of(row) for row in all_of(places)}
        codes_held = self.codes_held(codes)
        return ToSettle(known, people, designated, bonds, codes_held, purses(), away)


def _answers_of(sent: Sent) -> dict[AnswerKey, Answer]:
    return {AnswerKey(row[0], row[1]): answer_of(row) for row in all_of(sent)}


class PostgresWriter(PostgresUnit):
    """What writes: the accounts that it looks at are its own until the commit."""

    LOCKING = " ORDER BY owner, kind FOR UPDATE"
    HOLDING, FOR_ALONE = " ORDER BY id FOR UPDATE", " FOR UPDATE"

    def try_writing(self) -> None:
        # A table of its own wants a new block of the disk; there may be room left in old ones.
        self._link.send(b"CREATE TEMP TABLE probe AS SELECT 1 AS n")
        self._link.send(b"DROP TABLE probe")

    def write_settled(self, book: Book, answers: Sequence[Answer], recorded_at: int) -> None:
        super().write_settled(book, answers, recorded_at)
        self._link.push()  # whoever still puts answers into words need not be waited for

    def write_book(self, book: Book, recorded_at: int) -> None:
        # Accounts go first and in the order of their keys: of two that make the same new account
        # one waits here, and neither waits for the other.
        changed = sorted(book.changed().items())
        for region, accounts in parted(changed, lambda pair: pair[0].region):
            rows = [(key.owner, key.kind, *balance) for key, balance in accounts]
            self._link.send(_WRITE_ACCOUNTS, (region, *columns(_ACCOUNT, rows)))
        for (region, act, day), entries in parted(book.entries, _ACT_OF):
            lists = [*zip(*entries, strict=True)]
            _, *names = zip(*lists[0], strict=True)
            lines = of_kinds(_ENTRY, (*names, lists[1], *lists[3:7]))
            common = (region, act, day.isoformat(), recorded_at)
            self._link.send(_WRITE_ENTRIES, (*common, *lines))

    def write_answers(self, answers: Sequence[Answer]) -> None:
        in_order = sorted(answers, key=attrgetter("key"))
        for common, some in parted(in_order, _common_of):
            lists = [*zip(*some, strict=True)]
            keys = zip(*lists[0], strict=True)
            lines = of_kinds(_ANSWER, (*keys, *lists[3:7], *lists[8:12], *lists[13:]))
            self._link.send(_WRITE_ANSWERS, (*common, *lines))


def _common_of(answer: Answer) -> tuple[object, ...]:
    """What the answers of a batch share, most of the time."""
    region = region_of(answer.key.asker)
    return region, answer.kind.value, answer.reverses, answer.law, answer.whole


_ACT_OF = attrgetter("account.region", "act", "happened_on")
