"""The store on PostgreSQL: many writers at once, several processes on one database.

A connection is lent for one unit of work and comes back; one that has broken is thrown away, and
the next unit connects again. Statements go out in pipeline mode: a unit that writes waits for what
it reads, and then once for its commit.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gongji.desk.ports import Conflict, StoreUnavailable
from gongji.store.cipher import Vault
from gongji.store.postgres_arrays import Bigs
from gongji.store.postgres_link import CONTEXT, Link
from gongji.store.postgres_unit import PostgresUnit, PostgresWriter
from gongji.store.postgres_wire import Wire

ADVICE = 0x676A
"""The first half of our advisory locks' keys; the second is a region's code, or 0 for the whole."""

_LIMITS = {
    "statement_timeout": "60s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",  # compiling takes longer than anything that we ask
}
_WRITER = {
    **_LIMITS,
    "enable_seqscan": "off",
    "enable_memoize": "off",  # a batch asks for most of its keys once
}
_ONE_PLAN = (
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', false)"
    " WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"
)
"""A writer's statements are planned once: for any number of rows, they go by the key. Only Citus must
see a statement's region to know whose it is."""

AnyUnit = TypeVar("AnyUnit", bound=PostgresUnit)


class PostgresStore:
    """A store in a PostgreSQL database, version 15 or later, or on the coordinator of a Citus one.

    Settlements share a lock with each other; whatever else writes has the whole, or the regions
    that it names, to itself. `dsn` is libpq's, `postgresql://user:password@host/name`.
    """

    dialect = "postgresql+psycopg"
    hands = 3  # one decides while the server reads for another and commits for a third

    def __init__(self, dsn: str, vault: Vault) -> None:
        self._vault = vault
        self.dsn = dsn
        self._writers, self._readers = _Shelf(dsn, _WRITER, _ONE_PLAN), _Shelf(dsn, _LIMITS)
        self._written = 0

    def raw_connection(self) -> psycopg.Connection:
        """A connection of its own on the same database, for migrations."""
        with _failures():
            return psycopg.connect(self.dsn, connect_timeout=5)

    def check_key(self) -> None:
        """Mark a new store with the key's check value; raise WrongKey where another is marked."""
        with self.begin() as unit:
            unit.check_key()

    @contextmanager
    def begin(
        self, *, regions: Collection[str] | None = None, shared: bool = False
    ) -> Iterator[PostgresWriter]:
        """See the port.

        Who has something to itself begins when it has it: its moment comes after the moments of all
        who had it before. Who shares sends its first question along with its locks.
        """
        opening = [("BEGIN", ()), *_locks(regions, shared)]
        with self._unit(self._writers, opening, PostgresWriter) as unit:
            if not shared:
                unit.wait()
            yield unit

    @contextmanager
    def read(self) -> Iterator[PostgresUnit]:
        """See the port: what it reads is of one moment."""
        opening = [("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ())]
        with self._unit(self._readers, opening, PostgresUnit) as unit:
            yield unit

    @contextmanager
    def _unit(
        self,
        shelf: "_Shelf",
        opening: Sequence[tuple[str, tuple[object, ...]]],
        kind: type[AnyUnit],
    ) -> Iterator[AnyUnit]:
        with _failures(), shelf.lent() as wire:
            written = wire.written
            try:
                link = Link(wire)
                for statement, values in opening:
                    link.execute(statement, values)
                yield kind(link, self._vault)
                ended = link.execute("COMMIT")
            except BaseException:
                wire.give_up()
                raise
            if (failed := wire.settle()) is not None:
                wire.give_up()
                raise failed
            assert ended.told == b"COMMIT", ended.told
            self._written += wire.written - written

    def changes(self) -> int:
        """How many rows this store's writers have written so far."""
        return self._written

    def close(self) -> None:
        self._writers.clear()
        self._readers.clear()


def _locks(
    regions: Collection[str] | None, shared: bool
) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The whole first, then regions in their order: so nobody waits in a circle. Who shares and
    names no region has the whole alone: others may have a region to themselves."""
    share, alone = "pg_advisory_xact_lock_shared", "pg_advisory_xact_lock"
    named = [int(region) for region in sorted(regions or ())]
    if regions is None:
        yield _lock(alone, [0])
    elif shared:
        yield _lock(share, [0, *named])
    else:
        yield _lock(share, [0])
        yield _lock(alone, named)


def _lock(how: str, keys: Sequence[int]) -> tuple[str, tuple[object, ...]]:
    """One after the other, in their order."""
    return f"SELECT {how}(?::int, key::int) FROM unnest(?::bigint[]) key", (ADVICE, Bigs(keys))


class _Shelf:
    """Connections of one kind that nobody uses at the moment."""

    def __init__(self, dsn: str, settings: dict[str, str], first: str | None = None) -> None:
        given = conninfo_to_dict(dsn).get("options") or ""
        ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._dsn = make_conninfo(
            dsn,
            options=f"{ours} {given}".strip(),
            application_name="gongji",
            connect_timeout=5,
            tcp_user_timeout=15_000,
        )
        self._first = first
        self._idle: list[Wire] = []

    @contextmanager
    def lent(self) -> Iterator[Wire]:
        """A wire that lives, back on the shelf afterwards if it still does."""
        wire = self._take()
        try:
            yield wire
        finally:
            if wire.is_idle():
                self._idle.append(wire)
            else:
                wire.close()
                self.clear()  # the others were cut off with it, or will show that they were not

    def _take(self) -> Wire:
        while self._idle:
            try:
                wire = self._idle.pop()
            except IndexError:  # another thread was quicker
                break
            if wire.lives():
                return wire
            wire.close()
        connection = psycopg.connect(self._dsn, autocommit=True, context=CONTEXT)
        if self._first:
            connection.execute(self._first)
        return Wire(connection)

    def clear(self) -> None:
        """Close what lies here."""
        while self._idle:
            self._idle.pop().close()


_OURS = ("answers_pk", "entries_pk", "national_messages_pk")


@contextmanager
def _failures() -> Iterator[None]:
    """Who was too late asks again, the machine's failures are said; a wrong statement is ours."""
    try:
        yield
    except (errors.SerializationFailure, errors.DeadlockDetected) as error:
        raise Conflict(str(error)) from error
    except errors.UniqueViolation as error:
        if (error.diag.constraint_name or "").startswith(_OURS):
            raise Conflict(str(error)) from error
        raise
    except (psycopg.OperationalError, errors.ReadOnlySqlTransaction) as error:
        raise StoreUnavailable(f"the database cannot be used: {error}") from error
    except (errors.InsufficientPrivilege, errors.UndefinedTable) as error:
        raise StoreUnavailable(
            f"the database is not ready for us: {error}; bring it up to date with: gongji migrate"
        ) from error
