"""A batch of the national interface on PostgreSQL: families with their names, and keys as arrays."""

from collections.abc import Callable, Collection, Iterable, Sequence
from operator import attrgetter
from typing import Any

from gongji.desk.identity import Identity
from gongji.desk.national_ports import FeeRow, Message, MessageKey, Settled, VisitKey
from gongji.policy.standing import Person
from gongji.store.national_batch_rows import (
    FEE,
    MESSAGE,
    VISIT,
    WITHDRAWN,
    Families,
    People,
)
from gongji.store.people_rows import INSTITUTION, PERSON, person_of
from gongji.store.pool_rows import Bonds
from gongji.store.postgres_arrays import (
    Bigs,
    Blobs,
    Texts,
    Words,
    columns,
    in_step,
    unnest,
)
from gongji.store.postgres_families import (
    PostgresFamilies,
    families,
    families_of,
    of_patients,
)
from gongji.store.postgres_link import kinds_of, postgres
from gongji.store.rows import Sent, all_of, of_table, parted
from gongji.terms import region_of

_NAMED = f"{PERSON}, sealed"
_SEALED = _NAMED.count(",")
_PLACES = postgres(
    f"SELECT c.code, c.institution, {of_table('i', INSTITUTION)}"
    f" FROM {unnest((Words,))} k(code) CROSS JOIN LATERAL"
    "   (SELECT * FROM national_codes WHERE region = ? AND code = k.code OFFSET 0) c"
    " LEFT JOIN LATERAL"
    "   (SELECT * FROM institutions WHERE region = ? AND id = c.institution OFFSET 0) i ON TRUE"
)


def _of_keys(
    names: str, table: str, *keys: str, beside: str = ""
) -> tuple[bytes, tuple[type[Words], ...]]:
    """The statement that looks up rows by their keys in a region, and its arrays."""
    kinds = (Words,) * len(keys)
    same = " AND ".join(f"{key} = k.k{n}" for n, key in enumerate(keys))
    named = ", ".join(f"k{n}" for n in range(len(keys)))
    return postgres(
        f"SELECT {names} FROM {unnest(kinds)} k({named}) CROSS JOIN LATERAL"
        f" (SELECT * FROM {table} WHERE region = ? AND {same}{beside} OFFSET 0) t"
    ), kinds


_MESSAGES = _of_keys(MESSAGE, "national_messages", "institution", "infno", "msgid")
_VISITS = _of_keys(VISIT, "national_visits", "institution", "id")
_OPEN = f" AND settled <> '{WITHDRAWN}'"
_FEES = _of_keys(FEE, "national_fees", "institution", "visit", beside=_OPEN)

# What is the same for all of a batch, most of the time, goes once.
_MESSAGE = (Words, Words, Bigs, Texts, Texts, Blobs)
_ADD_MESSAGES = postgres(
    "INSERT INTO national_messages (region, infno, undone, institution, msgid, received_at, digest,"
    f" about, answer) SELECT ?, ?, ?::bytea, {in_step(_MESSAGE)}"
)
_ONCE = ("infno", "reverses", "reversed_by", "clearing")
_EACH = tuple(name for name in Settled._fields if name not in _ONCE)
_IDS = ("institution", "id", "visit", "msgid", "person", "care")
_SETTLED = tuple(
    Words if name in _IDS else kind
    for name, kind in zip(_EACH, kinds_of("national_settlements", _EACH), strict=True)
)
_ADD_SETTLEMENTS = postgres(
    f"INSERT INTO national_settlements (region, {', '.join(_ONCE)}, {', '.join(_EACH)})"
    f" SELECT ?, ?, ?, ?, ?, {in_step(_SETTLED)}"
)
_LINE = (Words,) * 4
_SETTLE_FEES = postgres(
    f"UPDATE national_fees t SET settled = k.settled FROM {unnest(_LINE)}"
    " k(settled, institution, visit, sn) WHERE t.region = ? AND t.institution = k.institution"
    " AND t.visit = k.visit AND t.sn = k.sn"
)
_once_of, _each_of = attrgetter(*_ONCE), attrgetter(*_EACH)


class PostgresNational(PostgresFamilies):
    """What messages that arrived together ask, the families first: it holds the patients."""

    FOR_ALONE = ""
    """How a statement on one person says that nobody else settles for them until the commit."""

    def _families(self, patients: Collection[str], not_ended_by: int) -> Callable[[], Families]:
        asked = self.ask_families(families(_NAMED, self.FOR_ALONE), patients, not_ended_by)

        def wait() -> Families:
            rows = [*all_of(asked)]
            return Families(of_patients(rows, _NAMED), lambda: self._read(rows))

        return wait

    def _read(self, rows: Sequence[Any]) -> tuple[People, Bonds]:
        people, bonds, far = families_of(rows, _NAMED, self._named_one)
        if far:
            known = self.identities(far)
            people.update({id: (one, known[id]) for id, one in self.people(far).items()})
        return people, bonds

    def _named_one(self, row: Sequence[Any]) -> tuple[Person, Identity]:
        return person_of(row), self._identity(row[_SEALED], row[0])

    def _places(self, codes: Iterable[str]) -> Sent:
        return [
            self._link.send(_PLACES, (Words(some), region, region))
            for region, some in parted(codes, region_of)
        ]

    def _messages(self, keys: Iterable[MessageKey]) -> Sent:
        return self._look_up(_MESSAGES, keys)

    def _visits(self, keys: Iterable[VisitKey]) -> Sent:
        return self._look_up(_VISITS, keys)

    def _fees(self, keys: Iterable[VisitKey]) -> Sent:
        return self._look_up(_FEES, keys)

    def add_messages(self, messages: Sequence[Message]) -> None:
        by = parted(
            messages, lambda one: (region_of(one.key.institution), one.key.infno, one.undone)
        )
        for common, some in by:
            rows = [
                (one.key.institution, one.key.msgid, *one[1:4], self._apart(one.answer, *one.key))
                for one in some
            ]
            self._link.send(_ADD_MESSAGES, (*common, *columns(_MESSAGE, rows)))

    def settle_fees(self, rows: Iterable[tuple[FeeRow, str]]) -> None:
        for region, some in parted(rows, lambda pair: region_of(pair[0].institution)):
            lines = ((settled, *row[:3]) for row, settled in some)
            self._link.send(_SETTLE_FEES, (*columns(_LINE, lines), region))

    def add_settlements(self, settled: Sequence[Settled]) -> None:
        by = parted(settled, lambda one: (region_of(one.institution), *_once_of(one)))
        for common, some in by:
            rows = [(*_each_of(one)[:-1], self._shown_apart(one)) for one in some]
            self._link.send(_ADD_SETTLEMENTS, (*common, *columns(_SETTLED, rows)))
        self._link.push()

    def _look_up(
        self, how: tuple[bytes, tuple[type[Words], ...]], keys: Iterable[tuple[str, ...]]
    ) -> Sent:
        statement, kinds = how
        return [
            self._link.send(statement, (*columns(kinds, some), region))
            for region, some in parted(keys, lambda key: region_of(key[0]))
        ]
