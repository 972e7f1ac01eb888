"""A connection's pipeline: what is sent comes back, and an error leaves nothing behind."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import psycopg
import pytest
from psycopg import errors

from gongji.store import postgres_wire
from gongji.store.postgres_arrays import Bigs, Blobs, Column, Flags, Texts, Words, columns, unnest
from gongji.store.postgres_link import CONTEXT, numbered
from gongji.store.postgres_wire import Wire
from gongji.terms import Purse
from servers import fresh_database


@pytest.fixture(scope="module")
def dsn() -> str:
    """A database of one's own."""
    return fresh_database()


@pytest.fixture
def wire(dsn: str) -> Iterator[Wire]:
    """A wire with a table that is gone with it."""
    connection = psycopg.connect(dsn, autocommit=True, context=CONTEXT)
    with closing(Wire(connection)) as found:
        found.send(b"CREATE TEMP TABLE t (a BIGINT PRIMARY KEY)")
        assert found.settle() is None
        yield found


@pytest.mark.parametrize("value", [0, -(2**63), 2**63 - 1, "", "䶮·𬭎", "a'b\\", b"", b"\0\xff",
                                   True, False])  # fmt: skip
def test_a_value_comes_back_as_it_was_sent(wire: Wire, value: object) -> None:
    """With its type."""
    assert wire.send(b"SELECT $1", [value]).fetchall() == [(value,)]


def test_a_word_of_a_closed_list_is_sent_as_its_text(wire: Wire) -> None:
    """And NULL as whatever stands beside it."""
    found = wire.send(b"SELECT $1, CAST($2 AS BIGINT)", [Purse.CARRIED, None])
    assert found.fetchone() == (Purse.CARRIED.value, None)


@pytest.mark.parametrize("rows", [[], [(1, "a", b"x", True)],
                                  [(1, "a", b"x", True), (None, None, None, None), (2**62, "", b"", False)],
                                  [(1, "a" * 5_000, b"x" * 5_000, False)] * 9])  # fmt: skip
def test_columns_come_back_as_they_were_sent(
    wire: Wire, rows: Sequence[tuple[object, ...]]
) -> None:
    """Empty, with gaps, and large."""
    kinds: tuple[type[Column], ...] = (Bigs, Texts, Blobs, Flags)
    sent = columns(kinds, rows) if rows else [kind() for kind in kinds]
    assert wire.send(numbered(f"SELECT * FROM {unnest(kinds)}"), sent).fetchall() == list(rows)


@pytest.mark.parametrize("words", [[], ["a"], ["a", None, "䶮·𬭎/b:1"], [None], ["x" * 5_000] * 9])
def test_words_go_as_one_text_and_come_back_one_by_one(wire: Wire, words: list[str | None]) -> None:
    """With those that are not there."""
    found = wire.send(numbered(f"SELECT * FROM {unnest((Words,))}"), [Words(words)])
    assert found.fetchall() == [(word,) for word in words]


def test_a_word_that_would_become_two_is_stopped(wire: Wire) -> None:
    """An id has no control characters; one that had some would move all behind it."""
    with pytest.raises(AssertionError, match="control character"):
        wire.send(numbered(f"SELECT * FROM {unnest((Words,))}"), [Words(["a", "b\x1fc"])])


def test_after_an_error_the_line_is_clear(wire: Wire) -> None:
    """What was prepared behind it never was, and is prepared when it is sent again."""
    for statement in (b"BEGIN", b"SELECT 1/0", b"SELECT 7"):
        behind = wire.send(statement)
    with pytest.raises(errors.DivisionByZero):
        behind.fetchall()
    wire.give_up()
    assert wire.is_idle()
    for _ in range(2):
        assert wire.send(b"SELECT 7").fetchall() == [(7,)]
    assert wire.settle() is None


def test_the_first_error_is_told_at_the_end(wire: Wire) -> None:
    """Where nobody has waited before; nothing is kept of the whole, and what stood behind the error
    may be sent again."""
    wire.send(b"BEGIN")
    for number in (1, 2, 1, 3):
        wire.send(b"INSERT INTO t VALUES ($1)", [number])
    wire.send(b"SELECT count(*) FROM t")
    wire.send(b"COMMIT")
    failed = wire.settle()
    wire.give_up()
    assert isinstance(failed, errors.UniqueViolation)
    assert wire.send(b"SELECT count(*) FROM t").fetchall() == [(0,)]


def test_more_than_both_directions_hold_goes_through(wire: Wire) -> None:
    """Large values, many statements, and nobody waits: neither side may wait for the other."""
    for number in range(3_000):
        wire.send(b"SELECT $1", ["x" * 10_000])
        wire.send(b"INSERT INTO t VALUES ($1)", [number])
    assert wire.settle() is None
    assert wire.written == 3_000


def test_only_so_many_statements_are_kept_prepared(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then all are forgotten, here and there."""
    monkeypatch.setattr(postgres_wire, "_MOST_PREPARED", 5)
    for number in [*range(12), *range(12)]:
        assert wire.send(b"SELECT %d" % number).fetchall() == [(number,)]
    ((kept,),) = wire.send(b"SELECT count(*) FROM pg_prepared_statements").fetchall()
    assert kept <= 5


@pytest.mark.parametrize("sent", [[], [b"SELECT 1"], [b"BEGIN", b"SELECT 1", b"COMMIT"]])
def test_a_connection_that_is_ended_meanwhile_is_not_used_again(
    wire: Wire, dsn: str, sent: Sequence[bytes]
) -> None:
    """The server's last word comes at any place of the line."""
    ((pid,),) = wire.send(b"SELECT pg_backend_pid()").fetchall()
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    for statement in sent:
        wire.send(statement)
    assert isinstance(wire.settle(), psycopg.OperationalError)
    wire.give_up()
    assert not wire.is_idle()
    assert not wire.lives()
