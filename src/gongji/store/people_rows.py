"""Rows of people, their standings, institutions, callers and family codes."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from gongji.desk.identity import Identity, KnownBy
from gongji.desk.names import plain_name
from gongji.desk.ports import Caller, CallerKind
from gongji.policy.standing import Person
from gongji.settlement.bill import Institution
from gongji.store.rows import IN, Rows, Sent, all_of, by_region, day_of, iso
from gongji.terms import NEVER, InstitutionKind, Level, Scheme, Status, region_of

INSTITUTION = "id, region, kind, level, designated, one_card"
_identity_of = msgspec.json.Decoder(Identity).decode
PERSON = "id, region, scheme, status, ecode, born, died, suspended_from, suspended_until"


class PeopleRows(Rows):
    """The part of a unit that knows people and institutions."""

    HOLDING = ""
    """How a statement on people says that nobody else settles for them until the commit."""

    def people(self, ids: Iterable[str]) -> dict[str, Person]:
        return {
            row[0]: person_of(row)
            for region, some in by_region(ids)
            for row in self._rows(
                f"SELECT {PERSON} FROM people WHERE region = ? AND id IN {IN}", region, some
            )
        }

    def person_at(self, id: str, at: int) -> Person | None:
        row = self._row(
            "SELECT s.person, s.region, s.scheme, s.status, s.ecode, p.born, s.died,"
            " s.suspended_from, s.suspended_until"
            " FROM standings s JOIN people p ON p.region = s.region AND p.id = s.person"
            " WHERE s.region = ? AND s.person = ? AND s.since <= ?"
            " ORDER BY s.version DESC LIMIT 1",
            region_of(id),
            id,
            at,
        )
        return person_of(row) if row else None

    def add_person(self, person: Person, identity: Identity, since: int, by: str) -> None:
        self.add_people([(person, identity)], since, by)

    def add_people(self, people: Sequence[tuple[Person, Identity]], since: int, by: str) -> None:
        self._db.executemany(
            "INSERT INTO people (region, id, scheme, status, ecode, died, suspended_from,"
            " suspended_until, born, since, version, number_hash, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    person.region,
                    person.id,
                    *_standing(person),
                    iso(person.born),
                    since,
                    1,
                    self._vault.hash(identity.number),
                    self._vault.seal(msgspec.json.encode(identity), person.id),
                )
                for person, identity in people
            ),
        )
        self._keep_look_ups((person.id, identity) for person, identity in people)
        self._keep_standings([(person, 1) for person, _ in people], since, by)

    def _keep_look_ups(self, people: Iterable[tuple[str, Identity]]) -> None:
        self._db.executemany(
            "INSERT INTO look_ups (region, kind, digest, person) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [
                (region_of(id), kind.value, self._digest(kind, plain), id)
                for id, identity in people
                for kind, plain in (
                    (KnownBy.NAME, identity.name),
                    (KnownBy.CARD, identity.card),
                )
                if plain
            ],
        )

    def _digest(self, kind: KnownBy, plain: str) -> bytes:
        meant = plain_name(plain) if kind is KnownBy.NAME else plain
        return self._vault.hash(f"{kind.value} {meant}")

    def known_by(self, region: str, kind: KnownBy, plain: str, *, limit: int) -> list[str]:
        rows = self._rows(
            "SELECT person FROM look_ups WHERE region = ? AND kind = ? AND digest = ?"
            " ORDER BY person LIMIT ?",
            region,
            kind.value,
            self._digest(kind, plain),
            limit,
        )
        return [row[0] for row in rows]

    def set_card(self, person: str, card: str) -> None:
        known = self.identities([person])[person]
        identity = msgspec.structs.replace(known, card=card)
        self._db.execute(
            "UPDATE people SET sealed = ? WHERE region = ? AND id = ?",
            (self._vault.seal(msgspec.json.encode(identity), person), region_of(person), person),
        )
        self._keep_look_ups([(person, identity)])

    def fill_look_ups(self) -> None:
        """Make the look-ups of whoever was registered before there were any: once a store."""
        if self._row("SELECT 1 FROM marks WHERE name = 'look-ups'") is not None:
            return
        last = ""
        while rows := self._rows(
            "SELECT id, sealed FROM people WHERE id > ? ORDER BY id LIMIT 1000", last
        ):
            self._keep_look_ups((id, self._identity(sealed, id)) for id, sealed in rows)
            last = rows[-1][0]
        self._db.execute("INSERT INTO marks VALUES ('look-ups', ?)", (b"",))

    def set_standing(self, person: Person, since: int, by: str) -> None:
        (version,) = self._row(
            "UPDATE people SET scheme = ?, status = ?, ecode = ?, died = ?, suspended_from = ?,"
            " suspended_until = ?, since = ?, version = version + 1"
            " WHERE region = ? AND id = ? RETURNING version",
            *_standing(person),
            since,
            person.region,
            person.id,
        )
        self._keep_standings([(person, version)], since, by)

    def _keep_standings(self, them: Sequence[tuple[Person, int]], since: int, by: str) -> None:
        self._db.executemany(
            "INSERT INTO standings (region, person, version, scheme, status, ecode, died,"
            " suspended_from, suspended_until, since, filed_by)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (person.region, person.id, version, *_standing(person), since, by)
                for person, version in them
            ),
        )

    def standings(self, id: str) -> list[tuple[int, Person, str]]:
        rows = self._rows(
            "SELECT s.person, s.region, s.scheme, s.status, s.ecode, p.born, s.died,"
            " s.suspended_from, s.suspended_until, s.since, s.filed_by"
            " FROM standings s JOIN people p ON p.region = s.region AND p.id = s.person"
            " WHERE s.region = ? AND s.person = ? ORDER BY s.version",
            region_of(id),
            id,
        )
        return [(row[9], person_of(row[:9]), row[10]) for row in rows]

    def find_person(self, region: str, number: str) -> str | None:
        row = self._row(
            "SELECT id FROM people WHERE region = ? AND number_hash = ?",
            region,
            self._vault.hash(number),
        )
        return row[0] if row else None

    def identities(self, ids: Iterable[str]) -> dict[str, Identity]:
        return {
            row[0]: self._identity(row[1], row[0])
            for region, some in by_region(ids)
            for row in self._rows(
                f"SELECT id, sealed FROM people WHERE region = ? AND id IN {IN}", region, some
            )
        }

    def patients(self, ids: Iterable[str]) -> dict[str, tuple[Person, Identity]]:
        return self._named(self._patients(ids))

    def _patients(self, ids: Iterable[str]) -> Sent:
        statement = (
            f"SELECT {PERSON}, sealed FROM people WHERE region = ? AND id IN {IN}{self.HOLDING}"
        )
        return [self._db.execute(statement, pair) for pair in by_region(ids)]

    def _named(self, sent: Sent) -> dict[str, tuple[Person, Identity]]:
        return {row[0]: (person_of(row), self._identity(row[9], row[0])) for row in all_of(sent)}

    def _identity(self, sealed: bytes, id: str) -> Identity:
        return _identity_of(self._vault.open(sealed, id))

    def institutions(self, ids: Iterable[str]) -> dict[str, Institution]:
        return {row[0]: institution_of(row) for row in all_of(self._institutions(ids))}

    def _institutions(self, ids: Iterable[str]) -> Sent:
        statement = f"SELECT {INSTITUTION} FROM institutions WHERE region = ? AND id IN {IN}"
        return [self._db.execute(statement, pair) for pair in by_region(ids)]

    def add_institution(self, institution: Institution, name: str) -> None:
        self._db.execute(
            "INSERT INTO institutions (region, id, name, kind, level, designated, one_card)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (region, id) DO UPDATE SET name = excluded.name, kind = excluded.kind,"
            " level = excluded.level, designated = excluded.designated,"
            " one_card = excluded.one_card",
            (
                institution.region,
                institution.id,
                name,
                institution.kind,
                institution.level,
                institution.designated,
                institution.one_card,
            ),
        )

    def institution_names(self, ids: Iterable[str]) -> dict[str, str]:
        return {
            row[0]: row[1]
            for region, some in by_region(ids)
            for row in self._rows(
                f"SELECT id, name FROM institutions WHERE region = ? AND id IN {IN}", region, some
            )
        }

    def add_caller(self, caller: Caller, key: str, at: int) -> None:
        self._db.execute(
            "INSERT INTO callers (region, id, kind, subject, key_hash, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                caller.region,
                caller.id,
                caller.kind,
                caller.subject,
                self._vault.hash(key),
                at,
            ),
        )

    def caller(self, key: str) -> Caller | None:
        row = self._row(
            "SELECT id, region, kind, subject FROM callers WHERE key_hash = ?",
            self._vault.hash(key),
        )
        return Caller(row[0], row[1], CallerKind(row[2]), row[3]) if row else None

    def codes_held(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        wanted = set(pairs)
        held = {
            (row[0], row[1])
            for region, some in by_region(holder for holder, _ in wanted)
            for row in self._rows(
                f"SELECT holder, relative FROM family_codes WHERE region = ? AND holder IN {IN}"
                " AND ends = ?",
                region,
                some,
                NEVER,
            )
        }
        return wanted & held

    def codes_of(self, holder: str) -> list[str]:
        return [
            row[0]
            for row in self._rows(
                "SELECT relative FROM family_codes WHERE region = ? AND holder = ? AND ends = ?"
                " ORDER BY since, relative",
                region_of(holder),
                holder,
                NEVER,
            )
        ]

    def add_code(self, holder: str, relative: str, at: int) -> None:
        if not self.codes_held([(holder, relative)]):
            self._db.execute(
                "INSERT INTO family_codes (region, holder, relative, since, ends)"
                " VALUES (?, ?, ?, ?, ?)",
                (region_of(holder), holder, relative, at, NEVER),
            )

    def end_code(self, holder: str, relative: str, at: int) -> None:
        self._db.execute(
            "UPDATE family_codes SET ends = ?"
            " WHERE region = ? AND holder = ? AND relative = ? AND ends = ?",
            (at, region_of(holder), holder, relative, NEVER),
        )


def _standing(person: Person) -> tuple[object, ...]:
    return (
        person.scheme.value,  # exact str: whatever else is an adapter's slow path in the driver
        person.status.value,
        person.ecode,
        iso(person.died),
        iso(person.suspended_from),
        iso(person.suspended_until),
    )


def institution_of(row: Sequence[Any]) -> Institution:
    """An institution of a row with the columns of INSTITUTION."""
    level = _LEVELS[row[3]] if row[3] else None
    return Institution(row[0], row[1], _KINDS[row[2]], level, bool(row[4]), bool(row[5]))


# A look-up is a fifth of what calling the enum costs, on every row of the hot path.
_SCHEMES = {scheme.value: scheme for scheme in Scheme}
_STATUSES = {status.value: status for status in Status}
_LEVELS = {level.value: level for level in Level}
_KINDS = {kind.value: kind for kind in InstitutionKind}


def person_of(row: Sequence[Any]) -> Person:
    """A person of a row with the columns of PERSON."""
    return Person(
        row[0],
        row[1],
        _SCHEMES[row[2]],
        _STATUSES[row[3]],
        bool(row[4]),
        day_of(row[5]),
        day_of(row[6]),
        day_of(row[7]),
        day_of(row[8]),
    )
