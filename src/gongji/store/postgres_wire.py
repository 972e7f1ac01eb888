"""线路: a connection's pipeline, on libpq itself: statements go out together, and answers come back.

The driver's cursor costs about 100 µs a statement, most of it because it is ready for any type and
any mode; a batch of settlements sends a dozen. Here each statement is prepared once a connection,
each value has one way to be sent, and nothing goes out before somebody waits for an answer.
"""

import select
from collections import deque
from collections.abc import Iterator, Sequence
from struct import Struct
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

from gongji.store.postgres_arrays import ARRAYS, Dumper

_MOST_SENT = 500
"""Answers that may be under way: more could fill both directions, and each side wait for the other."""

_MOST_PREPARED = 500
_BINARY: Final = Format.BINARY
_GOOD = {ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK}


class Sent:
    """A statement that was sent. Who looks at what it has found waits for it."""

    __slots__ = ("_wire", "number", "result")

    def __init__(self, wire: "Wire", number: int) -> None:
        self._wire, self.number = wire, number
        self.result: PGresult | None = None

    def fetchall(self) -> list[Any]:
        """All rows."""
        return self._wire.rows(self)

    def fetchone(self) -> Any:
        """The first row, or None."""
        rows = self._wire.rows(self)
        return rows[0] if rows else None

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())

    @property
    def told(self) -> bytes | None:
        """What the server has called it, once it is done."""
        return self.result.command_status if self.result else None


class Wire:
    """One connection in pipeline mode. Raises psycopg's errors, of whatever statement, when waited.

    After an error it sends nothing that counts before `settle` has cleared the line.
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._libpq = connection.pgconn
        self._libpq.nonblocking = 1
        self._libpq.enter_pipeline_mode()
        self._poll = select.poll()
        self._poll.register(self._libpq.socket, select.POLLIN)
        self._under_way: deque[Sent] = deque()
        self._prepared: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        self._loads = Transformer(connection)
        self._failed = False
        self._sent = self._asked_for = 0
        self.written = 0
        """Rows written by statements whose answers have come."""

    def send(self, statement: bytes, values: Sequence[object] = (), *, once: bool = False) -> Sent:
        """Send a statement with `$1`… for its values; `once`: not worth preparing."""
        types, said = [], []
        for value in values:
            type_, dump = _DUMPERS[type(value)]
            types.append(type_)
            said.append(dump(value))
        formats = [_BINARY] * len(said)
        if once:
            self._libpq.send_query_params(statement, said, types, formats, _BINARY)
        else:
            name = self._name_of(statement, tuple(types))
            self._libpq.send_query_prepared(name, said, formats, _BINARY)
        return self._expect()

    def push(self) -> None:
        """Let what was sent go out, as much as the socket takes: the server begins with it."""
        self._libpq.flush()

    def _name_of(self, statement: bytes, types: tuple[int, ...]) -> bytes:
        name = self._prepared.get((statement, types))
        if name is None:
            if len(self._prepared) >= _MOST_PREPARED:
                self.forget()
            name = self._prepared[statement, types] = b"g%d" % len(self._prepared)
            self._libpq.send_prepare(name, statement, types)
            self._expect()
        return name

    def forget(self) -> None:
        """Prepare everything anew, from the next statement on."""
        self._prepared.clear()
        self.send(b"DEALLOCATE ALL", once=True)

    def _expect(self) -> Sent:
        self._sent += 1
        sent = Sent(self, self._sent)
        self._under_way.append(sent)
        if len(self._under_way) >= _MOST_SENT:
            self.wait(sent)
        return sent

    def rows(self, sent: Sent) -> list[Any]:
        """What a statement has found."""
        if sent.result is None:
            self.wait(sent)
        result = sent.result
        assert result is not None
        self._loads.set_pgresult(result, set_loaders=True, format=_BINARY)
        return self._loads.load_rows(0, result.ntuples, tuple)

    def wait(self, until: Sent) -> None:
        """Wait for a statement's answer, and so for those of all before it. The server is asked
        once for the answers to all that has gone out."""
        if until.number > self._asked_for:
            self._libpq.send_flush_request()
            self._asked_for = self._sent
        while until.result is None:
            self._receive()

    def settle(self) -> Exception | None:
        """Wait for every answer, and clear the line: the first error among them."""
        failed: Exception | None = None
        try:
            self._libpq.pipeline_sync()
            while self._under_way:
                try:
                    self._receive()
                except psycopg.Error as error:
                    failed = failed or error
                    if self._libpq.status != ConnStatus.OK:
                        raise
            marked = self._next()
        except psycopg.OperationalError as gone:
            self._under_way.clear()
            return failed or gone
        assert marked is not None, "the end of a pipeline was expected"
        if marked.status != ExecStatus.PIPELINE_SYNC:  # the server's last word, in its place
            failed = failed or errors.error_from_result(marked)
            self.close()
        return failed

    def give_up(self) -> None:
        """Roll back, whatever has happened so far, if there is still a server to do it."""
        self.settle()
        if self._libpq.status == ConnStatus.OK:
            self.send(b"ROLLBACK", once=True)
            if self._failed:  # what was prepared behind the error never was
                self.forget()
                self._failed = False
            self.settle()

    def is_idle(self) -> bool:
        """Whether the next unit of work may begin on it."""
        return self._libpq.transaction_status == TransactionStatus.IDLE

    def lives(self) -> bool:
        """Whether the server has not closed it since: a look at the socket, without a word sent."""
        try:
            for _ in range(2):  # a last message, and the end behind it
                self._libpq.consume_input()
        except psycopg.OperationalError:
            return False
        return self._libpq.status == ConnStatus.OK

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _receive(self) -> None:
        """The next answer; raises where it is an error."""
        result = self._next()
        assert result is not None, "an answer was expected"
        sent = self._under_way.popleft()
        sent.result = result
        if (last := self._next()) is not None:  # the server's last word, behind its answer
            raise errors.error_from_result(last)
        if result.status not in _GOOD:
            self._failed = True
            if result.status == ExecStatus.PIPELINE_ABORTED:
                raise errors.InFailedSqlTransaction("a statement before this one has failed")
            raise errors.error_from_result(result)
        if not (result.command_status or b"").startswith((b"SELECT", b"FETCH")):
            self.written += result.command_tuples or 0

    def _next(self) -> PGresult | None:
        while True:
            if self._libpq.status != ConnStatus.OK:
                raise psycopg.OperationalError(self._libpq.get_error_message())
            unsent = self._libpq.flush()
            if not self._libpq.is_busy():
                return self._libpq.get_result()
            self._poll.modify(self._libpq.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
            self._poll.poll()
            self._libpq.consume_input()


class _Dumpers(dict[type, tuple[int, Dumper]]):
    """For each type its number in PostgreSQL, and how a value is sent in binary form."""

    def __missing__(self, kind: type) -> tuple[int, Dumper]:
        """A kind of one that is known, a word of a closed list for instance, is sent as that."""
        known = self[kind] = next(self[base] for base in kind.__mro__[1:] if base in self)
        return known


_SCALARS: dict[type, tuple[int, Dumper]] = {
    int: (20, Struct(">q").pack),  # one width: a statement is prepared once
    str: (25, str.encode),
    bytes: (17, bytes),
    bool: (16, lambda value: b"\1" if value else b"\0"),
    type(None): (0, lambda _: None),
}
_DUMPERS = _Dumpers(_SCALARS | ARRAYS)
