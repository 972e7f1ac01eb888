"""A batch of the national interface on PostgreSQL: families with their names, and keys as arrays."""

from collections.abc import Callable, Collection, Iterable, Sequence
from operator import attrgetter

from gongji.desk.national_ports import FeeRow, Message, MessageKey, Settled, VisitKey
from gongji.ledger.book import AccountKey, Balance
from gongji.policy.bonds import BondWithUses
from gongji.store.national_batch_rows import (
    FEE,
    MESSAGE,
    VISIT,
    WITHDRAWN,
    Bonds,
    People,
    Purses,
)
from gongji.store.people_rows import INSTITUTION, PERSON, person_of
from gongji.store.pool_rows import BOND, bond_of, uses_of
from gongji.store.postgres_arrays import (
    Bigs,
    Blobs,
    Texts,
    Words,
    columns,
    given,
    in_step,
    unnest,
)
from gongji.store.postgres_link import Link, kinds_of, postgres
from gongji.store.rows import Sent, all_of, of_table, parted
from gongji.store.unit import SqlUnit

_NAMED = f"{PERSON}, sealed"
_FAMILIES = (
    f"SELECT {of_table('p', _NAMED)}, {BOND}, u.uses, {of_table('s', _NAMED)}"
    f" FROM {unnest((Words,))} m(id)"
    " CROSS JOIN LATERAL (SELECT * FROM people WHERE region = ? AND id = m.id OFFSET 0%s) p"
    " LEFT JOIN LATERAL (SELECT * FROM bonds"
    "   WHERE region = ? AND member = m.id AND ends > ? OFFSET 0) b ON TRUE"
    " LEFT JOIN LATERAL (SELECT uses FROM pools"
    "   WHERE region = ? AND id = b.pool OFFSET 0) u ON TRUE"
    " LEFT JOIN LATERAL (SELECT * FROM people"
    "   WHERE region = ? AND id = b.sponsor OFFSET 0) s ON TRUE"
    " ORDER BY b.starts, b.id"
)
_SEALED, _BOND, _USES, _SPONSOR = 9, 10, 17, 18
"""Where in a row of a family the name stands, the bond begins, its uses stand, the sponsor begins."""

_PURSES = (
    "SELECT owner, kind, fen, version FROM accounts"
    f" WHERE region = ? AND owner = ANY ({given(Words)})"
)


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


class PostgresNational(SqlUnit):
    """What messages that arrived together ask, the families first: it holds the patients."""

    _link: Link
    FOR_ALONE = ""
    """How a statement on one person says that nobody else settles for them until the commit."""

    def _families(
        self, patients: Collection[str], not_ended_by: int
    ) -> Callable[[], tuple[People, Bonds]]:
        statement = postgres(_FAMILIES % self.FOR_ALONE)
        sent = [
            self._link.send(
                statement, (Words(sorted(some)), region, region, not_ended_by, region, region)
            )
            for region, some in sorted(parted(patients, lambda id: id[1:7]))
        ]
        return lambda: self._families_of(sent)

    def _families_of(self, sent: Sent) -> tuple[People, Bonds]:
        people: People = {}
        bonds: Bonds = {}
        for row in all_of(sent):
            if row[0] not in people:
                people[row[0]] = person_of(row), self._identity(row[_SEALED], row[0])
            if row[_BOND] is None:
                continue
            bond = bond_of(row[_BOND:_SPONSOR])
            bonds.setdefault(bond.member, []).append(BondWithUses(bond, uses_of(row[_USES])))
            sponsor = row[_SPONSOR]
            if sponsor is not None and sponsor not in people:
                found = row[_SPONSOR:]
                people[sponsor] = person_of(found), self._identity(found[_SEALED], sponsor)
        # A sponsor of another region than the bond's is the exception, and costs a second look.
        far = {one.bond.sponsor for some in bonds.values() for one in some} - people.keys()
        if far:
            known = self.identities(far)
            people.update({id: (one, known[id]) for id, one in self.people(far).items()})
        return people, bonds

    def _purses(self, people: Collection[str]) -> Callable[[], Purses]:
        """While another batch still holds one of them, the rest is read."""
        statement = postgres(_PURSES + self.LOCKING)
        sent = [
            (region, self._link.send(statement, (region, Words(some))))
            for region, some in sorted(parted(people, lambda id: id[1:7]))
        ]
        return lambda: {
            AccountKey(region, owner, kind): Balance(fen, version)
            for region, found in sent
            for owner, kind, fen, version in found.fetchall()
        }

    def _places(self, codes: Iterable[str]) -> Sent:
        return [
            self._link.send(_PLACES, (Words(some), region, region))
            for region, some in parted(codes, lambda code: code[1:7])
        ]

    def _messages(self, keys: Iterable[MessageKey]) -> Sent:
        return self._look_up(_MESSAGES, keys)

    def _visits(self, keys: Iterable[VisitKey]) -> Sent:
        return self._look_up(_VISITS, keys)

    def _fees(self, keys: Iterable[VisitKey]) -> Sent:
        return self._look_up(_FEES, keys)

    def add_messages(self, messages: Sequence[Message]) -> None:
        by = parted(messages, lambda one: (one.key.institution[1:7], one.key.infno, one.undone))
        for common, some in by:
            rows = [(one.key.institution, one.key.msgid, *one[1:5]) for one in some]
            self._link.send(_ADD_MESSAGES, (*common, *columns(_MESSAGE, rows)))

    def settle_fees(self, rows: Iterable[tuple[FeeRow, str]]) -> None:
        for region, some in parted(rows, lambda pair: pair[0].institution[1:7]):
            lines = ((settled, *row[:3]) for row, settled in some)
            self._link.send(_SETTLE_FEES, (*columns(_LINE, lines), region))

    def add_settlements(self, settled: Sequence[Settled]) -> None:
        by = parted(settled, lambda one: (one.institution[1:7], *_once_of(one)))
        for common, some in by:
            rows = map(_each_of, some)
            self._link.send(_ADD_SETTLEMENTS, (*common, *columns(_SETTLED, rows)))
        self._link.push()

    def _look_up(
        self, how: tuple[bytes, tuple[type[Words], ...]], keys: Iterable[tuple[str, ...]]
    ) -> Sent:
        statement, kinds = how
        return [
            self._link.send(statement, (*columns(kinds, some), region))
            for region, some in parted(keys, lambda key: key[0][1:7])
        ]
