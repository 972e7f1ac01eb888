"""Two workers on one PostgreSQL database: settlements share a region, and nobody settles twice."""

import msgspec

from gongji.desk.office import Folders, Office
from gongji.desk.ports import Clock
from gongji.store.cipher import Vault
from gongji.store.postgres import PostgresStore
from national.counters import at_once
from national.test_days import purchase
from national.test_three_states import SPENT, money, ready
from national.windows import ALONE, AMOXICILLIN, MEMBER, PHARMACY, Answer, Sandbox, Window
from servers import BorrowedStore

VAULT = Vault(b"7" * 32)


def on_postgres(clock: Clock, folders: Folders) -> Office:
    """An office on an empty database; skipped where there is no server."""
    office = Office(BorrowedStore(VAULT), folders, clock)
    office.open()
    return office


def workers(box: Sandbox) -> tuple[Office, Office]:
    """The box's office, and that of another process on the same database."""
    store = box.office.store
    assert isinstance(store, PostgresStore)
    other = Office(PostgresStore(store.dsn, VAULT), box.office._folders, box.office.clock)
    return box.office, other


def bodies(box: Sandbox, *messages: bytes) -> list[Answer]:
    """Every answer, from both workers in turn."""
    both = workers(box)
    found = at_once(box, *messages, offices=both)
    both[1].store.close()
    for one in found:
        assert isinstance(one, Answer), one
    return [one for one in found if isinstance(one, Answer)]


def test_repeats_at_both_workers_settle_once() -> None:
    """Eight of one message: the recorded answer, wherever it comes from."""
    box = Sandbox(open_office=on_postgres)
    window = Window(box)
    message = msgspec.json.encode(window.message("2207", data=ready(window)))
    found = bodies(box, *[message] * 8)
    assert len({one.body for one in found}) == 1
    assert found[0].good, found[0].says
    assert money(box) == SPENT
    box.proof()


def test_one_visit_under_eight_msgids_is_settled_once() -> None:
    """Not the message is repeated but the request: its lines are settled, and the others are told."""
    box = Sandbox(open_office=on_postgres)
    window = Window(box)
    data = ready(window)
    found = bodies(box, *[msgspec.json.encode(window.message("2207", data=data)) for _ in range(8)])
    assert [one.good for one in found].count(True) == 1
    assert all("没有未结算的费用明细" in one.says for one in found if not one.good)
    assert money(box) == SPENT
    box.proof()


def test_a_day_of_two_workers() -> None:
    """Registrations, lines, settlements and cancellations of two people at once; the books prove,
    and the deductible is used as if each had stood alone."""
    box = Sandbox(open_office=on_postgres)
    desk, shop = Window(box), Window(box, PHARMACY)
    sales = [
        msgspec.json.encode(shop.message("2102", **purchase(shop, who, (AMOXICILLIN, "3.00"))))
        for who in (MEMBER, ALONE) * 6
    ]
    found = bodies(box, *sales)
    assert all(one.good for one in found), [one.says for one in found]
    back = [
        msgspec.json.encode(
            shop.message(
                "2103", data={name: one.info[name] for name in ("setl_id", "mdtrt_id", "psn_no")}
            )
        )
        for one in found[:4]
    ]
    ready_one = msgspec.json.encode(desk.message("2207", data=ready(desk)))
    later = bodies(box, *back, *back, ready_one, *sales)
    assert [one.body for one in later[:4]] == [one.body for one in later[4:8]]
    assert [one.body for one in later[9:]] == [one.body for one in found]
    assert later[8].good
    box.proof()
