"""PostgreSQL's own: locks between writers, its failures, its rights, and the words it is asked in."""

import asyncio
import random
import re
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from gongji.desk.counter import Counter
from gongji.desk.line import Families, Turn
from gongji.desk.national_ports import MessageKey, VisitKey
from gongji.desk.office import Office, Session
from gongji.desk.ports import Conflict, StoreUnavailable
from gongji.desk.settling import Answered, settle_batch
from gongji.lab.pgserver import NoPostgres, PgServer, pg_server
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import SettlementRequest
from gongji.store.migrate import bring_up, upgrade
from gongji.store.postgres import PostgresStore
from gongji.store.postgres_link import postgres
from gongji.store.postgres_wire import Sent, Wire
from gongji.store.rights import APPLICATION, AUDITOR, CHANGED, ROLES
from gongji.store.schema import APPENDED
from gongji.store.tables import metadata
from gongji.wiring import shipped_packs
from servers import BorrowedStore, CitusStore, fresh_database
from store.stores import VAULT
from town import SHANGHAI, Town, office_on

HERE = frozenset({SHANGHAI})


def a_town(dsn: str) -> Town:
    """A family whose store is this database."""

    opened = Town(open_office=lambda clock: office_on(PostgresStore(dsn, VAULT), clock))
    opened.person("father", carried=100_00)
    opened.person("child", "resident")
    opened.hospital("clinic")
    opened.hospital("hospital")
    opened.pool("father", {"child": "child"})
    return opened


def another_office(town: Town) -> Office:
    """A second process on the same database, as far as the database can tell."""
    store = town.office.store
    assert isinstance(store, PostgresStore)
    return Office(PostgresStore(store.dsn, VAULT), shipped_packs(), town.office.clock)


@pytest.fixture
def town() -> Iterator[Town]:
    """A family on a database of its own."""
    lent = BorrowedStore(VAULT)
    opened = a_town(lent.owner)
    yield opened
    opened.close()
    lent.close()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Let them begin together, each in its own thread; what each gave."""
    ready = threading.Barrier(len(acts))

    def begin(act: Callable[[], object]) -> object:
        ready.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(begin, acts))


# ── Two processes on one database ────────────────────────────────────────────────────────────────


def test_a_request_sent_to_two_processes_four_times_is_settled_once(town: Town) -> None:
    """One answer for all, whoever gives it; the others have it as recorded."""
    offices = (town.office, another_office(town))

    def settle(office: Office, bill: SettlementRequest) -> object:
        (found,) = office.do(lambda s: settle_batch(s, [bill]), regions=HERE, shared=True)
        return found

    for n in range(10):
        bill = town.bill("child", "clinic", 1_00, id=f"b{n}")
        found = at_once(*(partial(settle, office, bill) for office in offices * 2))
        assert all(isinstance(one, Answered) for one in found)
        answers = {one.answer for one in found if isinstance(one, Answered)}
        assert len(answers) == 1
        assert sum(isinstance(one, Answered) and not one.repeated for one in found) == 1
    assert town.balance("father").carried == 90_00
    town.proof()
    offices[1].store.close()


def test_batches_at_once_on_one_sponsor_never_draw_more_than_there_is(town: Town) -> None:
    """A hundred yuan for forty bills of five: twenty are paid in full, whoever is quicker."""
    offices = (town.office, another_office(town))

    def settle(office: Office, name: str) -> list[object]:
        bills = [town.bill("child", "clinic", 5_00, id=f"{name}-{n}") for n in range(10)]
        return list(office.do(lambda s: settle_batch(s, bills), regions=HERE, shared=True))

    at_once(*(partial(settle, offices[n % 2], name) for n, name in enumerate("abcd")))
    assert town.balance("father").carried == 0
    town.proof()
    offices[1].store.close()


def test_hands_that_pass_each_other_keep_every_familys_order(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six hundred bills of a hundred families, in batches of 12: whose purses another hand holds is left
    to the next batch, is served once, and before whoever of the family came after."""
    rng = random.Random(5)
    for n in range(100):
        town.person(f"father{n}", carried=200_00)
        town.person(f"child{n}", "resident")
        town.pool(f"father{n}", {f"child{n}": "child"})
    names = [f"{rng.choice(['father', 'child'])}{rng.randrange(100)}" for _ in range(600)]
    bills = [town.bill(name, "clinic", 10_00, id=f"b{n}") for n, name in enumerate(names)]
    sent_back = 0
    claims = Turn.claims

    def counted(turn: Turn[object], families: Families) -> Collection[str]:
        nonlocal sent_back
        sent_back += len(turn.taken)
        away = claims(turn, families)
        sent_back -= len(turn.taken)
        return away

    monkeypatch.setattr(Turn, "claims", counted)

    async def ask() -> list[Answered | Refusal]:
        counter = Counter(town.office, batch=12)
        counter.start()
        try:
            return list(await asyncio.gather(*map(counter.settle, bills)))
        finally:
            await asyncio.to_thread(counter.stop)

    found = [one for one in asyncio.run(ask()) if isinstance(one, Answered)]
    assert len(found) == len(bills)
    assert not any(one.repeated for one in found)
    assert sent_back
    for n in range(100):
        family = {town.id(f"father{n}"), town.id(f"child{n}")}
        theirs = [one.decision.draws for one in found if one.answer.patient in family]
        left = [draw.after_fen for draws in theirs for draw in draws]
        assert left == sorted(left, reverse=True)
        assert town.balance(f"father{n}").carried == 200_00 - 10_00 * len(theirs)
    town.proof()


def test_who_has_a_region_to_itself_waits_for_settlements_and_they_for_it(town: Town) -> None:
    """An unbinding is in the book before or after a batch, never in the middle of it."""
    began, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def unbind_slowly(session: Session) -> None:
        began.set()
        go_on.wait(5)
        order.append("unbound")

    def look_and_note(what: str, session: Session) -> None:
        session.unit.people([town.id("child")])
        order.append(what)

    def settle() -> None:
        began.wait(5)
        town.office.do(partial(look_and_note, "settled"), regions=HERE, shared=True)

    def elsewhere() -> None:
        began.wait(5)
        town.office.do(partial(look_and_note, "elsewhere"), regions={"371300"}, shared=True)
        go_on.set()

    at_once(lambda: town.office.do(unbind_slowly, regions=HERE), settle, elsewhere)
    assert order == ["elsewhere", "unbound", "settled"]


def test_who_was_too_late_is_told_and_the_office_asks_again(town: Town) -> None:
    """Two that never saw each other's answer: the store refuses the second, the office repeats."""
    bill = town.bill("child", "clinic", 1_00, id="b1")
    store = town.office.store
    first = town.settle_bill(bill)
    assert isinstance(first, Answered)
    with pytest.raises(Conflict), store.begin() as unit:
        unit.write_answers([first.answer])
    tried: list[int] = []

    def late(session: Session) -> str:
        tried.append(1)
        if len(tried) < 3:
            session.unit.write_answers([first.answer])
        return "done"

    assert town.office.do(late) == "done"
    assert len(tried) == 3
    with pytest.raises(StoreUnavailable, match="others were quicker 8 times"):
        town.office.do(lambda s: s.unit.write_answers([first.answer]))


# ── Failures ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def server() -> Iterator[PgServer]:
    """A durable server that may be stopped and killed."""
    try:
        with pg_server() as running:
            yield running
    except NoPostgres as error:
        pytest.skip(f"no PostgreSQL: {error}")


@pytest.fixture
def mortal(server: PgServer) -> Iterator[Town]:
    """A family on that server."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS mortal WITH (FORCE)")
        connection.execute("CREATE DATABASE mortal")
    store = PostgresStore(server.dsn("mortal"), VAULT)
    upgrade(store)
    store.close()
    opened = a_town(server.dsn("mortal"))
    yield opened
    opened.close()


def test_a_server_that_is_gone_is_said_and_its_return_is_noticed(
    mortal: Town, server: PgServer
) -> None:
    """Reading and writing; nobody has to start anything again."""
    mortal.settled("child", "clinic", 1_00, id="b1")
    server.stop()
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="the database cannot be used"):
            mortal.settle("child", "clinic", 1_00, id="b2")
        with pytest.raises(StoreUnavailable, match="the database cannot be used"):
            mortal.balance("father")
    server.start()
    assert mortal.balance("father").carried == 99_00
    assert isinstance(mortal.settle("child", "clinic", 1_00, id="b2"), Answered)
    mortal.proof()


def test_connections_that_lay_idle_through_a_restart_are_not_used(
    mortal: Town, server: PgServer
) -> None:
    """Whoever asks first after it does not have to ask twice."""
    mortal.settled("child", "clinic", 1_00, id="b1")
    server.stop()
    server.start()
    assert mortal.balance("father").carried == 99_00
    assert isinstance(mortal.settle("child", "clinic", 1_00, id="b2"), Answered)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_server_killed_around_a_batch_keeps_it_whole_or_not_at_all(
    mortal: Town, server: PgServer, moment: str
) -> None:
    """Every process of it, with writes under way; asked again with the same ids, all is settled."""
    bills = [mortal.bill("child", "clinic", 1_00, id=f"b{n}") for n in range(50)]

    def settle_and_die(session: Session) -> None:
        settle_batch(session, bills)
        if moment == "before":
            server.kill9()

    if moment == "before":
        with pytest.raises(StoreUnavailable):
            mortal.office.do(settle_and_die)
    else:
        mortal.office.do(settle_and_die)
        server.kill9()
    server.start()
    assert mortal.balance("father").carried == (100_00 if moment == "before" else 50_00)
    found = mortal.do(lambda s: settle_batch(s, bills))
    assert {one.repeated for one in found if isinstance(one, Answered)} == {moment == "after"}
    assert mortal.balance("father").carried == 50_00
    mortal.proof()


def test_waiting_for_a_lock_has_an_end(town: Town) -> None:
    """Somebody has had the accounts open for too long; what was begun is not kept."""
    dsn = town.office.store.dsn  # type: ignore[attr-defined]  # every store here has one
    hasty = PostgresStore(make_conninfo(dsn, options="-c lock_timeout=50ms"), VAULT)
    office = Office(hasty, shipped_packs(), town.office.clock)
    bill = town.bill("child", "clinic", 1_00, id="b1")
    with psycopg.connect(dsn) as other:
        other.execute("SELECT * FROM accounts FOR UPDATE")
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            office.do(lambda s: settle_batch(s, [bill]))
        other.rollback()
    (found,) = office.do(lambda s: settle_batch(s, [bill]))
    assert isinstance(found, Answered) and not found.repeated
    hasty.close()


@pytest.mark.parametrize("table", APPENDED)
@pytest.mark.parametrize(
    "act", ["UPDATE {} SET region = '999999'", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_what_is_appended_is_never_changed(town: Town, table: str, act: str) -> None:
    """The database itself refuses, its owner too."""
    town.settled("child", "clinic", 1_00)
    with (
        psycopg.connect(town.office.store.dsn) as owner,  # type: ignore[attr-defined]  # as above
        pytest.raises(psycopg.IntegrityError, match=f"{table} are appended"),
    ):
        owner.execute(act.format(table).encode())


# ── Rights ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def ready(server: PgServer) -> str:
    """A database brought up by `gongji migrate`, with a user in each role: its connection string."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE ready")
    said = bring_up(PostgresStore(server.dsn("ready"), VAULT))
    assert said[-1] == "application and auditor have their rights"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        for role in ROLES:
            connection.execute(f"CREATE USER {role}_1 IN ROLE {role}".encode())
    assert bring_up(PostgresStore(server.dsn("ready"), VAULT)) == said[1:], (
        "again, and no roles made"
    )
    return server.dsn("ready")


def as_user(dsn: str, role: str) -> str:
    """The connection string of the role's user."""
    return make_conninfo(dsn, user=f"{role}_1")


def test_the_application_does_all_that_it_has_to_with_the_rights_that_it_has(ready: str) -> None:
    """Register, pool, settle, reverse, prove."""
    town = a_town(as_user(ready, APPLICATION))
    town.settled("child", "clinic", 10_00, id="b1")
    town.reverse("b1", "clinic")
    town.credit("father", "carried", 5_00)
    assert town.balance("father").carried == 105_00
    town.proof()
    town.close()


def refused(dsn: str, statement: str) -> bool:
    """Whether a statement is refused for want of rights."""
    with psycopg.connect(dsn) as connection:
        try:
            connection.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege:
            return True
        finally:
            connection.rollback()
    return False


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_nobody_removes_anything_and_what_has_happened_is_not_changed(
    ready: str, table: str
) -> None:
    """The application changes those tables only that say how things stand now."""
    application, auditor = as_user(ready, APPLICATION), as_user(ready, AUDITOR)
    column = next(iter(metadata.tables[table].columns)).name
    change = f"UPDATE {table} SET {column} = {column}"
    assert refused(application, change) == (table not in CHANGED)
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"DROP TABLE {table}"):
        assert refused(application, statement) or "DROP" in statement
        assert refused(auditor, statement) or "DROP" in statement
    assert refused(auditor, change)
    assert refused(auditor, f"INSERT INTO {table} SELECT * FROM {table}")
    assert not refused(auditor, f"SELECT * FROM {table}")


def test_a_user_without_rights_is_told_what_to_run(server: PgServer) -> None:
    """A service that starts before the migrator has been there says so in a sentence."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE USER newcomer")
        connection.execute("CREATE DATABASE empty")
    store = PostgresStore(make_conninfo(server.dsn("empty"), user="newcomer"), VAULT)
    with pytest.raises(StoreUnavailable, match="run gongji migrate"):
        upgrade(store)
    with pytest.raises(StoreUnavailable, match="gongji migrate"):
        store.check_key()
    store.close()


# ── The words ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("portable", "said"),
    [
        ("SELECT a FROM t WHERE b = ?", b"SELECT a FROM t WHERE b = $1"),
        (
            "SELECT a FROM t WHERE b IN (SELECT value FROM json_each(?))",
            b"SELECT a FROM t WHERE b = ANY (ARRAY(SELECT jsonb_array_elements_text($1::jsonb)))",
        ),
        ("DELETE FROM turning", b"TRUNCATE turning"),
        ("DELETE FROM t WHERE a = ?", b"DELETE FROM t WHERE a = $1"),
        ("UPDATE t SET a = ?, b = ?", b"UPDATE t SET a = $1, b = $2"),
        (
            "CREATE TEMP TABLE IF NOT EXISTS t (a TEXT, b BIGINT)",
            b'CREATE TEMP TABLE IF NOT EXISTS t (a TEXT COLLATE "C", b BIGINT)',
        ),
    ],
)
def test_the_portable_words_in_postgresqls(portable: str, said: bytes) -> None:
    """All that is translated."""
    assert postgres(portable) == said


# ── Plans ────────────────────────────────────────────────────────────────────────────────────────


Asked = list[tuple[bytes, Sequence[object]]]


def asked_by(act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What somebody asks of the tables."""
    sent: list[tuple[bytes, Sequence[object]]] = []
    honest = Wire.send

    def listen(
        wire: Wire, statement: bytes, values: Sequence[object] = (), *, once: bool = False
    ) -> Sent:
        sent.append((statement, values))
        return honest(wire, statement, values, once=once)

    with monkeypatch.context() as patch:
        patch.setattr(Wire, "send", listen)
        act()
    of_tables = re.compile(rb"SELECT (?!pg_advisory).* FROM ", re.DOTALL)
    asked = [one for one in sent if of_tables.match(one[0])]
    assert len(asked) >= 4
    return asked


def asked_by_a_bill(town: Town, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What one settlement asks of the tables."""
    return asked_by(lambda: town.settled("child", "clinic", 1_00), monkeypatch)


def plans_of(asked: Sequence[tuple[bytes, Sequence[object]]], dsn: str) -> list[str]:
    """How this database would find what is asked, as a writer's connection would ask it."""
    with closing(Wire(psycopg.connect(dsn, options="-c enable_seqscan=off"))) as wire:
        found = [wire.send(b"EXPLAIN " + one, values).fetchall() for one, values in asked]
    return ["\n".join(row[0] for row in rows) for rows in found]


def test_a_plan_made_while_a_table_is_empty_goes_by_the_key(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service keeps its plans for hours, while the tables grow from nothing to a city's."""
    plans = "\n".join(plans_of(asked_by_a_bill(town, monkeypatch), fresh_database()))
    assert {*re.findall(r"using (\w+) on", plans)} == {
        "accounts_pk", "answers_pk", "bonds_by_member", "institutions_pk", "people_pk", "pools_pk",
    }  # fmt: skip


def test_so_does_what_a_settlement_of_the_wire_asks(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planner once took the time's index for a person's sum, and read the year of all."""

    def ask(session: Session) -> None:
        place, person = town.id("clinic"), town.id("child")
        message, visit = MessageKey(place, "2207", "1"), VisitKey(place, "1")
        years = {(0, 1): [person]}
        session.unit.to_answer(
            [person], ["H31000000001"], [message], [visit], years=years, not_ended_by=0
        )
        session.unit.wire_items(["XJ01"])

    asked = asked_by(lambda: town.office.do(ask), monkeypatch)
    plans = "\n".join(plans_of(asked, fresh_database()))
    assert {*re.findall(r"(?:using|Bitmap Index Scan on) (\w+)", plans)} == {
        "accounts_pk", "bonds_by_member", "catalogue_editions_pk", "institutions_pk", "national_codes_pk",
        "national_fees_pk", "national_items_pk", "national_messages_pk", "national_settlements_by_person",
        "national_visits_pk", "people_pk", "pools_pk", "regional_editions_pk",
    }  # fmt: skip


# ── A cluster ────────────────────────────────────────────────────────────────────────────────────


def test_whatever_a_batch_of_settlements_asks_is_asked_of_one_node(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its reading goes to one shard a statement; its locks are the coordinator's own."""
    lent = CitusStore(VAULT)
    town = a_town(lent.dsn)
    plans = plans_of(asked_by_a_bill(town, monkeypatch), lent.dsn)
    assert [plan for plan in plans if "Task Count: 1\n" not in plan] == []
    town.close()
    lent.close()
