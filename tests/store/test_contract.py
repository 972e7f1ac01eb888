"""One contract, every store: what the desk may rely on, method by method of `Unit`."""

import re
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gongji.desk.identity import Identity, KnownBy
from gongji.desk.line import ALONE, Families, Hand
from gongji.desk.national_ports import (
    FeeRow,
    Message,
    MessageKey,
    Visit,
    VisitKey,
    VisitKind,
)
from gongji.desk.ports import (
    Answer,
    AnswerKey,
    AnswerKind,
    Caller,
    CallerKind,
    Filing,
    Movement,
    Pool,
    RunState,
    Store,
    ToSettle,
    Turned,
    Unit,
)
from gongji.ledger.book import NOTHING, AccountKey, Balance, Book, Posting, Voucher
from gongji.ledger.proof import BalanceRow, EntryRow, Sums, prove
from gongji.policy.bonds import Bond, BondWithUses
from gongji.policy.standing import Person
from gongji.settlement.bill import Institution
from gongji.store.people_rows import PeopleRows
from gongji.terms import (
    NEVER,
    FilingChannel,
    InstitutionKind,
    Kinship,
    Level,
    Purse,
    Scheme,
    Status,
    Use,
)
from store.stores import STORES, VAULT

ANN = Person(
    "P310000-ann",
    "310000",
    Scheme.EMPLOYEE,
    Status.REMOTE,
    False,
    date(1980, 1, 1),
    date(2030, 1, 2),
    date(2026, 1, 1),
    date(2026, 4, 1),
)
BEN = Person("P310000-ben", "310000", Scheme.RESIDENT)
CAI = Person("P371300-cai", "371300", Scheme.RESIDENT)
ANN_ID = Identity("安𠅤", "310101198001010018", "13800000000")
FILING = Filing(FilingChannel.WINDOW, "clerk", "agent 110101199001010000")


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    opened = STORES[request.param](tmp_path, VAULT)
    yield opened
    opened.close()


def enter(store: Store, *people: Person) -> None:
    """Register people with numbers of their own."""
    with store.begin() as unit:
        for n, person in enumerate(people):
            identity = ANN_ID if person is ANN else Identity("某", f"{n:018d}")
            unit.add_person(person, identity, 100, "clerk")


# ── Transactions ─────────────────────────────────────────────────────────────────────────────────


def test_what_is_begun_is_kept_at_the_end_of_its_block(store: Store) -> None:
    """Read by whoever comes next."""
    with store.begin() as unit:
        unit.add_person(ANN, ANN_ID, 100, "clerk")
        assert unit.people([ANN.id]) == {ANN.id: ANN}, "its own writing it sees at once"
    with store.read() as unit:
        assert unit.people([ANN.id]) == {ANN.id: ANN}


def test_somebody_is_found_by_whole_name_and_by_card(store: Store) -> None:
    """However the name was typed, in the region only, and by the card that was named last as well
    as by the one before."""
    first = Identity("买买提·艾则孜", "310101198001010018", card="A12345678")
    with store.begin() as unit:
        unit.add_people([(ANN, first), (BEN, Identity("某", f"{2:018d}"))], 100, "clerk")
        unit.set_card(ANN.id, "B87654321")
    with store.read() as unit:
        for name in ("买买提·艾则孜", "买买提 • 艾则孜"):
            assert unit.known_by(ANN.region, KnownBy.NAME, name, limit=9) == [ANN.id]
        assert unit.known_by(ANN.region, KnownBy.NAME, "买买提", limit=9) == []
        assert unit.known_by("371300", KnownBy.NAME, "买买提·艾则孜", limit=9) == []
        for card in ("A12345678", "B87654321"):
            assert unit.known_by(ANN.region, KnownBy.CARD, card, limit=9) == [ANN.id]
        assert unit.known_by(ANN.region, KnownBy.CARD, "", limit=9) == []
        assert unit.identities([ANN.id])[ANN.id].card == "B87654321"


def test_patients_come_with_their_names(store: Store) -> None:
    """Those of several regions at once; whoever is not known is left out."""
    enter(store, ANN, BEN, CAI)
    with store.begin() as unit:
        found = unit.patients([ANN.id, CAI.id, "P310000-nobody"])
    assert found[ANN.id] == (ANN, ANN_ID)
    assert {*found} == {ANN.id, CAI.id}


def test_whoever_was_registered_by_an_older_program_is_found_as_well(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look-ups are made at the first start with the key, once."""
    with monkeypatch.context() as older:
        older.setattr(PeopleRows, "_keep_look_ups", lambda rows, people: None)
        enter(store, ANN, BEN)
    inside: Any = store  # what the port does not show
    for _ in range(2):
        inside.check_key()
        with store.read() as unit:
            assert unit.known_by(ANN.region, KnownBy.NAME, ANN_ID.name, limit=9) == [ANN.id]


class Mistake(Exception):
    """Ours."""


@pytest.mark.parametrize("error", [Mistake, KeyboardInterrupt])
def test_whatever_is_raised_leaves_nothing_behind(store: Store, error: type[BaseException]) -> None:
    """In no table: what was written before it is gone."""

    def write_everything_then_fail() -> None:
        with store.begin() as unit:
            write_everything(unit)
            raise error

    with pytest.raises(error):
        write_everything_then_fail()
    with store.read() as unit:
        assert unit.people([ANN.id]) == {}
        assert unit.open_pool(ANN.id) is None
        assert [*unit.entry_rows(), *unit.balance_rows()] == []
        assert unit.answers_by_id("b1") == []
        assert unit.law_texts("v1") is None
        assert unit.run_state("310000", "run") is None
        assert unit.last_closing("310000") is None
    with store.begin() as unit:
        write_everything(unit)


def write_everything(unit: Unit) -> None:
    """A row in every table that a unit writes."""
    unit.add_person(ANN, ANN_ID, 100, "clerk")
    unit.set_standing(msgspec.structs.replace(ANN, status=Status.ACTIVE), 200, "clerk")
    unit.add_institution(CLINIC, "诊所")
    unit.add_caller(Caller("k1", "310000", CallerKind.INSTITUTION, CLINIC.id), "secret", 100)
    unit.add_pool(POOL, FILING)
    unit.set_uses(POOL.id, frozenset({Use.PAY}), 200, FILING)
    unit.add_bond(BOND, FILING)
    unit.end_bond(BOND, 900, FILING)
    unit.add_code(ANN.id, BEN.id, 100)
    unit.write_book(booked("v1", (INFLOW, PURSE, 100_00)), 100)
    unit.write_answers([answer("b1")])
    unit.keep_law("v1", {"folder": {"file": "text"}})
    unit.close_year("310000", date(2025, 6, 30), 100)
    unit.keep_run(RunState("310000", "run", "x", 1, 0, 0, 100, None), [("item", "code", 5)])
    unit.close_pool(POOL.id, 900, FILING)


def test_changes_counts_what_is_written_and_nothing_else(store: Store) -> None:
    """By it a scenario knows that a refusal wrote nothing."""
    before = store.changes()
    with store.read() as unit:
        unit.people([ANN.id])
    with store.begin() as unit:
        unit.people([ANN.id])
    assert store.changes() == before
    enter(store, ANN)
    assert store.changes() > before


# ── People ───────────────────────────────────────────────────────────────────────────────────────


def test_people_are_read_as_they_were_written(store: Store) -> None:
    """Every field, of several regions at once, without those who are not there."""
    enter(store, ANN, BEN, CAI)
    with store.read() as unit:
        assert unit.people([ANN.id, CAI.id, BEN.id, "P310000-nobody"]) == {
            ANN.id: ANN,
            BEN.id: BEN,
            CAI.id: CAI,
        }
        assert unit.people([]) == {}


def test_a_standing_is_kept_with_its_history(store: Store) -> None:
    """Any past moment can be asked about; before the first there is nobody."""
    sealed = msgspec.structs.replace(ANN, status=Status.SEALED, died=None)
    moved = msgspec.structs.replace(sealed, status=Status.MOVED, scheme=Scheme.NONE, ecode=True)
    enter(store, ANN)
    with store.begin() as unit:
        unit.set_standing(sealed, 200, "window")
        unit.set_standing(moved, 300, "system")
    with store.read() as unit:
        assert unit.people([ANN.id]) == {ANN.id: moved}
        assert unit.standings(ANN.id) == [
            (100, ANN, "clerk"),
            (200, sealed, "window"),
            (300, moved, "system"),
        ]
        found = {at: unit.person_at(ANN.id, at) for at in (99, 100, 199, 200, 299, 300, NEVER)}
        assert unit.person_at("P310000-nobody", 100) is None
        assert unit.standings("P310000-nobody") == []
    assert found == {
        99: None,
        100: ANN,
        199: ANN,
        200: sealed,
        299: sealed,
        300: moved,
        NEVER: moved,
    }


def test_of_two_changes_at_one_instant_the_later_counts(store: Store) -> None:
    """The clock may stand still; the order of writing does not."""
    sealed = msgspec.structs.replace(BEN, status=Status.SEALED)
    remote = msgspec.structs.replace(BEN, status=Status.REMOTE)
    enter(store, BEN)
    with store.begin() as unit:
        unit.set_standing(sealed, 100, "a")
        unit.set_standing(remote, 100, "b")
    with store.read() as unit:
        assert unit.person_at(BEN.id, 100) == remote


def test_a_person_is_found_by_number_within_the_region(store: Store) -> None:
    """And by nothing that is only like it."""
    enter(store, ANN, BEN)
    with store.read() as unit:
        assert unit.find_person("310000", ANN_ID.number) == ANN.id
        assert unit.find_person("371300", ANN_ID.number) is None
        assert unit.find_person("310000", ANN_ID.number[:-1]) is None
        assert unit.find_person("310000", ANN_ID.number + " ") is None


def test_identities_come_back_whole(store: Store) -> None:
    """Rare characters too."""
    enter(store, ANN, CAI)
    with store.read() as unit:
        found = unit.identities([ANN.id, CAI.id, BEN.id])
    assert found[ANN.id] == ANN_ID
    assert set(found) == {ANN.id, CAI.id}


def test_patients_are_people_with_their_identities(store: Store) -> None:
    """The same whether they are looked at or held by a unit that writes."""
    enter(store, ANN, CAI)
    for unit_of in (store.read(), store.begin()):
        with unit_of as unit:
            found = unit.patients([ANN.id, CAI.id, BEN.id])
            assert found == {
                id: (person, unit.identities([id])[id])
                for id, person in unit.people([ANN.id, CAI.id]).items()
            }
            assert set(found) == {ANN.id, CAI.id}


# ── Institutions and callers ─────────────────────────────────────────────────────────────────────

CLINIC = Institution(
    "H310000-clinic", "310000", InstitutionKind.HOSPITAL, Level.PRIMARY, True, False
)
SHOP = Institution("Y371300-shop", "371300", InstitutionKind.PHARMACY, None, False, True)


def test_institutions_and_their_names(store: Store) -> None:
    """Written again, what is known of one is replaced."""
    with store.begin() as unit:
        unit.add_institution(CLINIC, "诊所")
        unit.add_institution(SHOP, "药店")
    changed = msgspec.structs.replace(CLINIC, level=Level.TERTIARY, one_card=True)
    with store.begin() as unit:
        unit.add_institution(changed, "医院")
    with store.read() as unit:
        ids = [CLINIC.id, SHOP.id, "H310000-nowhere"]
        assert unit.institutions(ids) == {CLINIC.id: changed, SHOP.id: SHOP}
        assert unit.institution_names(ids) == {CLINIC.id: "医院", SHOP.id: "药店"}


@pytest.mark.parametrize("kind", CallerKind)
def test_a_caller_is_known_by_its_key_alone(store: Store, kind: CallerKind) -> None:
    """Whoever has another key is nobody."""
    caller = Caller("k1", "310000", kind, "subject")
    with store.begin() as unit:
        unit.add_caller(caller, "secret", 100)
    with store.read() as unit:
        assert unit.caller("secret") == caller
        assert unit.caller("Secret") is None
        assert unit.caller("") is None


# ── Pools, bonds, uses, family codes ─────────────────────────────────────────────────────────────

POOL = Pool("N310000-1", ANN.id, 100, NEVER, frozenset(), 100)
BOND = Bond("B310000-1", POOL.id, ANN.id, BEN.id, Kinship.CHILD, 100, NEVER)


def test_a_pool_is_open_until_it_is_closed_and_then_another_may_be(store: Store) -> None:
    """The closed one can still be read by its id."""
    with store.begin() as unit:
        assert unit.open_pool(ANN.id) is None
        unit.add_pool(POOL, FILING)
    with store.begin() as unit:
        assert unit.open_pool(ANN.id) == unit.pool(POOL.id) == POOL
        unit.close_pool(POOL.id, 500, FILING)
    again = msgspec.structs.replace(POOL, id="N310000-2", opened=500, uses_since=500)
    with store.begin() as unit:
        assert unit.open_pool(ANN.id) is None
        assert unit.pool(POOL.id) == msgspec.structs.replace(POOL, closed=500)
        unit.add_pool(again, FILING)
    with store.read() as unit:
        assert unit.open_pool(ANN.id) == again
        assert unit.open_pool(BEN.id) is None
        assert unit.pool("N310000-3") is None


def test_uses_are_kept_with_their_history(store: Store) -> None:
    """From the pool's first moment on; of two at one instant the later counts."""
    pay, both = frozenset({Use.PAY}), frozenset(Use)
    with store.begin() as unit:
        unit.add_pool(POOL, FILING)
        unit.set_uses(POOL.id, both, 200, FILING)
        unit.set_uses(POOL.id, pay, 200, FILING)
        unit.set_uses(POOL.id, frozenset(), 300, FILING)
        unit.set_uses(POOL.id, both, 400, FILING)
    with store.read() as unit:
        found = [unit.uses_at(POOL.id, at) for at in (99, 100, 199, 200, 299, 300, 399, 400, NEVER)]
        pool = unit.open_pool(ANN.id)
        assert unit.uses_at("N310000-3", 100) == frozenset()
    none: frozenset[Use] = frozenset()
    assert found == [none, none, none, pay, pay, none, none, both, both]
    assert pool is not None
    assert (pool.uses, pool.uses_since) == (both, 400)


def bond(id: str, sponsor: str, member: str, starts: int, ends: int = NEVER) -> Bond:
    """A bond of the pool."""
    return Bond(f"B310000-{id}", POOL.id, sponsor, member, Kinship.PARENT, starts, ends)


def test_bonds_from_both_sides_oldest_first(store: Store) -> None:
    """Ended ones as well: they are history."""
    bonds = [bond("c", ANN.id, BEN.id, 300), bond("b", ANN.id, "P310000-x", 100, 150),
             bond("a", ANN.id, BEN.id, 100, 200), bond("d", "P310000-y", BEN.id, 400)]  # fmt: skip
    with store.begin() as unit:
        unit.add_pool(POOL, FILING)
        for one in bonds:
            unit.add_bond(one, FILING)
    with store.read() as unit:
        assert [b.id[-1] for b in unit.bonds_of_sponsor(ANN.id)] == ["a", "b", "c"]
        assert [b.id[-1] for b in unit.bonds_of_member(BEN.id)] == ["a", "c", "d"]
        assert unit.bonds_of_member(BEN.id)[0] == bonds[2]
        assert unit.bonds_of_sponsor(BEN.id) == unit.bonds_of_member(ANN.id) == []


def test_ending_a_bond_gives_it_its_last_moment(store: Store) -> None:
    """And touches no other."""
    other = bond("2", ANN.id, "P310000-x", 100)
    with store.begin() as unit:
        unit.add_pool(POOL, FILING)
        unit.add_bond(BOND, FILING)
        unit.add_bond(other, FILING)
        unit.end_bond(BOND, 700, FILING)
    with store.read() as unit:
        assert unit.bonds_of_sponsor(ANN.id) == [msgspec.structs.replace(BOND, ends=700), other]


def test_the_bonds_of_many_members_with_the_uses_of_today(store: Store) -> None:
    """Those that have not ended by a moment; the pool's uses beside them."""
    x = "P310000-x"
    bonds = [bond("1", ANN.id, BEN.id, 100, 200), bond("2", ANN.id, BEN.id, 300),
             bond("3", ANN.id, x, 100)]  # fmt: skip
    with store.begin() as unit:
        unit.add_pool(POOL, FILING)
        unit.set_uses(POOL.id, frozenset({Use.PAY}), 150, FILING)
        for one in bonds:
            unit.add_bond(one, FILING)
    pay = frozenset({Use.PAY})
    with store.read() as unit:
        assert unit.bonds_of_members([BEN.id, x, CAI.id], 199) == {
            BEN.id: [BondWithUses(bonds[0], pay), BondWithUses(bonds[1], pay)],
            x: [BondWithUses(bonds[2], pay)],
        }
        assert unit.bonds_of_members([BEN.id], 200) == {BEN.id: [BondWithUses(bonds[1], pay)]}
        assert unit.bonds_of_members([], 0) == {}


def test_many_at_once_are_as_many_one_by_one(store: Store) -> None:
    """Whole lists of people, pools and bonds, with the history that each would have alone."""
    paying = msgspec.structs.replace(POOL, uses=frozenset({Use.PAY}))
    with store.begin() as unit:
        unit.add_people([(ANN, ANN_ID), (BEN, Identity("某", f"{2:018d}"))], 100, "clerk")
        unit.add_pools([(paying, FILING)])
        unit.add_bonds([(BOND, FILING)])

        assert unit.people([ANN.id, BEN.id]) == {ANN.id: ANN, BEN.id: BEN}
        assert unit.standings(ANN.id) == [(100, ANN, "clerk")]
        assert unit.find_person("310000", ANN_ID.number) == ANN.id
        assert unit.identities([ANN.id]) == {ANN.id: ANN_ID}
        assert unit.open_pool(ANN.id) == paying
        assert unit.uses_at(POOL.id, 100) == paying.uses
        assert unit.bonds_of_member(BEN.id) == [BOND]


def test_family_codes(store: Store) -> None:
    """In the order in which they were taken; holding one twice is holding it."""
    with store.begin() as unit:
        unit.add_code(ANN.id, CAI.id, 200)
        unit.add_code(ANN.id, BEN.id, 100)
        unit.add_code(ANN.id, BEN.id, 300)
        unit.add_code(CAI.id, ANN.id, 100)
    with store.read() as unit:
        assert unit.codes_of(ANN.id) == [BEN.id, CAI.id]
        assert unit.codes_of(BEN.id) == []
        pairs = [(ANN.id, BEN.id), (BEN.id, ANN.id), (CAI.id, ANN.id)]
        assert unit.codes_held(pairs) == {(ANN.id, BEN.id), (CAI.id, ANN.id)}
        assert unit.codes_held([]) == set()


def test_a_family_code_given_up(store: Store) -> None:
    """That one and no other; giving up what is not held changes nothing."""
    with store.begin() as unit:
        unit.add_code(ANN.id, BEN.id, 100)
        unit.add_code(ANN.id, CAI.id, 100)
        unit.add_code(BEN.id, ANN.id, 100)
        unit.end_code(ANN.id, BEN.id, 300)
        unit.end_code(ANN.id, BEN.id, 300)
    with store.read() as unit:
        assert unit.codes_of(ANN.id) == [CAI.id]
        assert unit.codes_of(BEN.id) == [ANN.id]
    with store.begin() as unit:
        unit.add_code(ANN.id, BEN.id, 200)
        assert unit.codes_of(ANN.id) == [CAI.id, BEN.id]


# ── The book ─────────────────────────────────────────────────────────────────────────────────────

INFLOW = AccountKey("310000", "agency", "inflow")
PURSE = AccountKey("310000", ANN.id, "carried")
CURRENT = AccountKey("310000", ANN.id, "current")
PAYABLE = AccountKey("371300", "H371300-far/b1", "payable")
DAY = date(2026, 3, 2)


def booked(
    id: str,
    *moves: tuple[AccountKey, AccountKey, int],
    kind: str = "credit",
    balances: dict[AccountKey, Balance] | None = None,
) -> Book:
    """A book with one voucher."""
    accounts = {account: NOTHING for move in moves for account in move[:2]}
    book = Book({**accounts, **(balances or {})})
    postings = tuple(Posting(*move) for move in moves)
    book.post(Voucher("310000", id, kind, DAY, postings))
    return book


def test_a_book_is_written_and_read_back(store: Store) -> None:
    """Balances with versions; entries and balances as plain rows, in the order of the proof."""
    with store.begin() as unit:
        assert unit.balances([PURSE, INFLOW]) == {PURSE: NOTHING, INFLOW: NOTHING}
        unit.write_book(booked("v1", (INFLOW, PURSE, 100_00)), 100)
    with store.begin() as unit:
        known = unit.balances([PURSE, PAYABLE])
        assert known == {PURSE: Balance(100_00, 1), PAYABLE: NOTHING}
        unit.write_book(booked("v2", (PURSE, PAYABLE, 30_00), balances=known), 200)
    with store.read() as unit:
        assert unit.balances([PURSE, PAYABLE, CURRENT]) == {
            PURSE: Balance(70_00, 2),
            PAYABLE: Balance(30_00, 1),
            CURRENT: NOTHING,
        }
        assert list(unit.entry_rows()) == [
            EntryRow(*PAYABLE, 1, "v2", 30_00, 0, 30_00),
            EntryRow(*PURSE, 1, "v1", 100_00, 0, 100_00),
            EntryRow(*PURSE, 2, "v2", -30_00, 100_00, 70_00),
            EntryRow(*INFLOW, 1, "v1", -100_00, 0, -100_00),
        ]
        assert list(unit.balance_rows()) == [
            BalanceRow(*PURSE, 70_00, 2),
            BalanceRow(*INFLOW, -100_00, 1),
        ]
        assert list(prove(unit.entry_rows(), unit.balance_rows())) == [Sums(3, 4, 0)]


def test_the_largest_sums_come_back_to_the_fen(store: Store) -> None:
    """No float on the way."""
    with store.begin() as unit:
        unit.write_book(booked("v1", (INFLOW, PURSE, 2**62 + 1)), 100)
    with store.read() as unit:
        assert unit.balances([PURSE])[PURSE].fen == 2**62 + 1


def test_an_entry_is_written_once(store: Store) -> None:
    """The same version of an account again is a mistake of ours, and the unit leaves nothing."""
    with store.begin() as unit:
        unit.write_book(booked("v1", (INFLOW, PURSE, 1)), 100)

    def write_again() -> None:
        with store.begin() as unit:
            unit.add_code(ANN.id, BEN.id, 100)
            unit.write_book(booked("v1", (INFLOW, PURSE, 1)), 100)

    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        write_again()
    with store.read() as unit:
        assert unit.codes_of(ANN.id) == []


def test_the_store_itself_keeps_a_purse_from_going_below_zero(store: Store) -> None:
    """Should the book ever let it pass."""

    class Careless(Book):
        def changed(self) -> dict[AccountKey, Balance]:
            return {PURSE: Balance(-1, 1)}

    def overdraw() -> None:
        with store.begin() as unit:
            unit.write_book(Careless({}), 100)

    with pytest.raises(Exception, match=r"(?i)check"):
        overdraw()


def test_accounts_are_counted_by_region_and_kind(store: Store) -> None:
    """For the progress of a run."""
    with store.begin() as unit:
        unit.write_book(booked("v1", (INFLOW, PURSE, 1), (INFLOW, CURRENT, 1)), 100)
    with store.read() as unit:
        assert unit.count_accounts("310000", "carried") == 1
        assert unit.count_accounts("371300", "carried") == 0


# ── Answers ──────────────────────────────────────────────────────────────────────────────────────


def answer(id: str, asker: str = CLINIC.id, recorded_at: int = 100, **more: Any) -> Answer:
    """A recorded settlement."""
    return Answer(
        AnswerKey(asker, id),
        AnswerKind.SETTLEMENT,
        None,
        BEN.id,
        ANN.id,
        50,
        recorded_at,
        "law",
        1,
        2,
        3,
        6,
        False,
        b'{"bill":1}',
        b'{"facts":1}',
        b'{"decision":1}',
    )._replace(**more)


def test_answers_are_found_by_who_asked_and_the_id(store: Store) -> None:
    """Every field as it was; the ids of one asker are its own."""
    own = answer("b1", sponsor=None, kind=AnswerKind.CREDIT, facts=b"", whole=True)
    one, far, other = answer("b1"), answer("b1", SHOP.id), answer("b2", own_fen=10**12)
    with store.begin() as unit:
        unit.write_answers([one, far, other, own._replace(key=AnswerKey("A310000-agency", "b1"))])
    with store.read() as unit:
        assert unit.answered([one.key, other.key, AnswerKey(CLINIC.id, "b3"), far.key]) == {
            one.key: one,
            other.key: other,
            far.key: far,
        }
        (credit,) = unit.answered([AnswerKey("A310000-agency", "b1")]).values()
        assert credit == own._replace(key=credit.key)
        assert unit.answered([]) == {}
        assert [found.key.asker for found in unit.answers_by_id("b1")] == [
            "A310000-agency",
            CLINIC.id,
            SHOP.id,
        ]
        assert unit.answers_by_id("b3") == []


class Leaving:
    """A hand that leaves these people to another batch."""

    def __init__(self, away: Collection[str]) -> None:
        self._away = away
        self.claimed: Families = {}

    def claims(self, families: Families) -> Collection[str]:
        """See `Hand`."""
        self.claimed = families
        return self._away


def test_a_batch_reads_all_that_it_needs_at_once_and_writes_all_at_once(store: Store) -> None:
    """The sponsors of bonds in force come with the patients; purses are those that exist."""
    enter(store, ANN, BEN)
    bond = Bond("B310000-1", "N310000-1", ANN.id, BEN.id, Kinship.CHILD, 10, NEVER)
    pool = Pool("N310000-1", ANN.id, 10, NEVER, frozenset({Use.PAY}), 10)
    old = answer("b0", patient=ANN.id)
    with store.begin() as unit:
        unit.add_institution(CLINIC, "诊所")
        unit.add_pool(pool, FILING)
        unit.add_bond(bond, FILING)
        unit.add_code(ANN.id, BEN.id, 10)
        unit.write_settled(booked("v1", (INFLOW, PURSE, 100_00)), [old], 100)

    def asked(unit: Unit, not_ended_by: int, hand: Hand = ALONE) -> ToSettle:
        return unit.to_settle(
            [old.key, AnswerKey(CLINIC.id, "b1")],
            patients={BEN.id, "P310000-nobody"},
            institutions={CLINIC.id, SHOP.id},
            codes={(ANN.id, BEN.id), (BEN.id, ANN.id)},
            not_ended_by=not_ended_by,
            hand=hand,
        )

    with store.begin() as unit:
        assert asked(unit, 50) == ToSettle(
            {old.key: old},
            {ANN.id: ANN, BEN.id: BEN},
            {CLINIC.id: CLINIC},
            {BEN.id: [BondWithUses(bond, frozenset({Use.PAY}))]},
            {(ANN.id, BEN.id)},
            {PURSE: Balance(100_00, 1)},
        )
        leaving = Leaving({ANN.id, BEN.id})
        left = asked(unit, 50, leaving)
        assert (left.purses, left.away) == ({}, {ANN.id, BEN.id})
        assert leaving.claimed[BEN.id] == {ANN.id, BEN.id}
        unit.end_bond(bond, 40, FILING)
        without = asked(unit, 50)
        assert (without.bonds, without.people, without.purses) == ({}, {BEN.id: BEN}, {})


def test_settlements_of_the_wire_read_whole_families_with_their_names(store: Store) -> None:
    """Also a sponsor of another region, and a code; lines in the order of their charging."""
    enter(store, ANN, BEN, CAI)
    bonds = [
        Bond(f"B310000-{n}", f"N310000-{n}", id, BEN.id, Kinship.CHILD, n, NEVER)
        for n, id in enumerate((ANN.id, CAI.id))
    ]
    visit = VisitKey(CLINIC.id, "v1")
    fees = [FeeRow(*visit, sn, "B1", "", 1_00, at, b"{}", b"{}") for sn, at in (("2", 5), ("1", 7))]
    message = MessageKey(CLINIC.id, "2207", "m1")
    with store.begin() as unit:
        unit.add_institution(CLINIC, "诊所")
        for code in ("H31000000001", "H37130000001"):
            unit.connect_code(code, CLINIC.id, 10)
        uses = frozenset({Use.PAY})
        for bond in bonds:
            unit.add_pool(Pool(bond.pool, bond.sponsor, 10, NEVER, uses, 10), FILING)
            unit.add_bond(bond, FILING)
        unit.put_visit(
            Visit(
                *visit, BEN.id, VisitKind.OUTPATIENT, "1", "390", "", 1, None, False, b"{}", b"[]"
            )
        )
        unit.add_fees([*fees, fees[0]._replace(sn="3", settled="withdrawn")])
        unit.add_message(Message(message, 1, "digest", "about", b"answer"))
        unit.write_book(booked("v1", (INFLOW, PURSE, 100_00)), 100)
    with store.begin() as unit:
        patients, years = [BEN.id, "P310000-nobody", "P"], {(0, 50): [BEN.id]}
        codes = ["H31000000001", "H37130000001", "H31000000009"]
        named = unit.to_answer(patients, codes, [message], [visit], years=years, not_ended_by=50)
        assert {id: person for id, (person, _) in named.people.items()} == {
            ANN.id: ANN, BEN.id: BEN, CAI.id: CAI,
        }  # fmt: skip
        assert named.people[ANN.id][1] == ANN_ID
        assert named.bonds == {BEN.id: [BondWithUses(bond, uses) for bond in bonds]}
        assert named.places == {"H31000000001": CLINIC, "H37130000001": CLINIC}
        assert named.messages[message].answer == b"answer"
        assert named.visits[visit].person == BEN.id
        assert named.fees == {visit: fees}
        assert (named.used_fen, named.editions) == ({}, {"310000": []})
        assert named.purses == {PURSE: Balance(100_00, 1)}
        leaving = Leaving({ANN.id, BEN.id, CAI.id})
        left = unit.to_answer(
            patients, codes, [message], [visit], years=years, not_ended_by=50, hand=leaving
        )
        assert (left.purses, left.away) == ({}, {ANN.id, BEN.id, CAI.id})
        assert leaving.claimed[BEN.id] == {ANN.id, BEN.id, CAI.id}


def test_an_answer_is_written_once_and_for_ever(store: Store) -> None:
    """A second under the same key is refused by the store, and the first stays."""
    with store.begin() as unit:
        unit.write_answers([answer("b1")])

    def write_again() -> None:
        with store.begin() as unit:
            unit.write_answers([answer("b1", own_fen=9)])

    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        write_again()
    with store.read() as unit:
        assert unit.answers_by_id("b1") == [answer("b1")]


def test_the_reversals_of_a_settlement_in_the_order_in_which_they_came(store: Store) -> None:
    """Of this asker's settlement alone."""
    reversal: dict[str, Any] = {"kind": AnswerKind.REVERSAL, "reverses": "b1"}
    r2 = answer("r2", recorded_at=200, **reversal)
    r1 = answer("r1", recorded_at=300, **reversal)
    elsewhere = answer("r1", SHOP.id, **reversal)
    with store.begin() as unit:
        unit.write_answers([answer("b1"), r1, r2, elsewhere])
    with store.read() as unit:
        assert unit.reversals_of(AnswerKey(CLINIC.id, "b1")) == [r2, r1]
        assert unit.reversals_of(AnswerKey(CLINIC.id, "b2")) == []


def test_answers_of_patients_newest_first_page_by_page(store: Store) -> None:
    """All of the patients', or those that one sponsor paid for."""
    answers = [
        answer("a", recorded_at=100),
        answer("b", recorded_at=200, sponsor=None),
        answer("c", recorded_at=300, patient=CAI.id),
        answer("d", recorded_at=400, patient=ANN.id, sponsor=None),
    ]
    with store.begin() as unit:
        unit.write_answers(answers)
    with store.read() as unit:

        def ids(people: list[str], **how: Any) -> str:
            found = unit.answers_of_patients(people, **{"limit": 9, "before": NEVER, **how})
            return "".join(one.key.id for one in found)

        assert ids([BEN.id]) == "ba"
        assert ids([BEN.id, CAI.id, ANN.id]) == "dcba"
        assert ids([BEN.id, CAI.id, ANN.id], sponsor=ANN.id) == "ca"
        assert ids([BEN.id, CAI.id, ANN.id], limit=2) == "dc"
        assert ids([BEN.id, CAI.id, ANN.id], limit=2, before=300) == "ba"
        assert ids([]) == ""


def test_answers_of_one_asker_newest_first_page_by_page(store: Store) -> None:
    """An institution sees its own alone."""
    with store.begin() as unit:
        unit.write_answers(
            [answer(f"b{n}", recorded_at=n * 100) for n in range(1, 5)] + [answer("x", SHOP.id)]
        )
    with store.read() as unit:

        def ids(asker: str, limit: int, before: int) -> list[str]:
            found = unit.answers_of_asker(asker, limit=limit, before=before)
            return [one.key.id for one in found]

        assert ids(CLINIC.id, 3, NEVER) == ["b4", "b3", "b2"]
        assert ids(CLINIC.id, 3, 200) == ["b1"]
        assert ids(SHOP.id, 3, NEVER) == ["x"]


def test_answers_of_one_asker_between_two_moments_oldest_first(store: Store) -> None:
    """The first moment is inside, the last is not."""
    with store.begin() as unit:
        unit.write_answers(
            [answer(f"b{n}", recorded_at=n * 100) for n in range(1, 5)]
            + [answer("x", SHOP.id, recorded_at=200)]
        )
    with store.read() as unit:
        found = unit.bills_between(CLINIC.id, 200, 400)
        assert [one.key.id for one in found] == ["b2", "b3"]
        assert unit.bills_between(CLINIC.id, 401, NEVER) == []


def test_payments_are_summed_by_region_and_hour(store: Store) -> None:
    """What went back is a row of its own; a credit is no payment."""
    hour = 3_600_000_000
    with store.begin() as unit:
        unit.write_answers(
            [
                answer("b1", recorded_at=hour),
                answer("b2", recorded_at=2 * hour - 1),
                answer("b3", recorded_at=2 * hour),
                answer("b4", recorded_at=2 * hour + 1, kind=AnswerKind.REVERSAL, reverses="b1"),
                answer("b5", recorded_at=hour, kind=AnswerKind.CREDIT),
                answer("b6", recorded_at=9 * hour),
            ]
        )
    region = CLINIC.id[1:7]
    with store.read() as unit:
        found = unit.hour_sums([region], hour, 9 * hour)
        assert [one[:4] for one in found] == [
            (region, 0, AnswerKind.SETTLEMENT, 2),
            (region, 1, AnswerKind.SETTLEMENT, 1),
            (region, 1, AnswerKind.REVERSAL, 1),
        ]
        one = answer("b1")
        assert found[0][4:] == (2 * one.own_fen, 2 * one.pooled_fen, 2 * one.cash_fen)
        assert unit.hour_sums(["999999"], 0, NEVER) == []
        assert unit.hour_sums([region], hour, 9 * hour, CLINIC.id) == found
        assert unit.hour_sums([region], hour, 9 * hour, SHOP.id) == []


# ── Law, years, runs ─────────────────────────────────────────────────────────────────────────────


def test_the_law_is_kept_by_its_version(store: Store) -> None:
    """Kept twice it is kept once, and the first text stays."""
    with store.begin() as unit:
        unit.keep_law("v1", {"folder": {"file.toml": "text 「引文」"}})
        unit.keep_law("v1", {"folder": {"file.toml": "another"}})
    with store.read() as unit:
        assert unit.law_texts("v1") == {"folder": {"file.toml": "text 「引文」"}}
        assert unit.law_texts("v2") is None


def test_the_last_year_that_was_closed(store: Store) -> None:
    """By region; closing again changes nothing."""
    with store.begin() as unit:
        unit.close_year("310000", date(2026, 6, 30), 200)
        unit.close_year("310000", date(2025, 6, 30), 100)
        unit.close_year("310000", date(2026, 6, 30), 300)
    with store.read() as unit:
        assert unit.last_closing("310000") == (date(2026, 6, 30), 200)
        assert unit.last_closing("371300") is None


def test_turning_a_year_moves_what_is_left_in_chunks(store: Store) -> None:
    """In the order of owner, entries and balances proving, money of the new year untouched."""
    owners = [f"P310000-{letter}" for letter in "abcd"]
    purses = [AccountKey("310000", owner, "current") for owner in owners]
    moves = [(INFLOW, purse, 10_00) for purse in purses]
    with store.begin() as unit:
        unit.write_book(booked("v1", *moves), 100)
    with store.begin() as unit:
        first = unit.turn_accounts("310000", DAY, after="", limit=3, on=DAY, at=200)
        assert first == Turned(3, 30_00, owners[2])
        assert first.last is not None
        second = unit.turn_accounts("310000", DAY, after=first.last, limit=3, on=DAY, at=200)
        assert second == Turned(1, 10_00, None)
    with store.read() as unit:
        carried = [AccountKey("310000", owner, "carried") for owner in owners]
        found = unit.balances([*purses, *carried])
        assert {found[purse] for purse in purses} == {Balance(0, 2)}
        assert {found[purse] for purse in carried} == {Balance(10_00, 1)}
        assert [type(one) for one in prove(unit.entry_rows(), unit.balance_rows())] == [Sums]
        assert unit.movements(owners[0])[-2:] == [
            Movement(Purse.CARRIED, 10_00, DAY, "rollover", f"rollover/{DAY}/{owners[2]}"),
            Movement(Purse.CURRENT, -10_00, DAY, "rollover", f"rollover/{DAY}/{owners[2]}"),
        ]


def test_a_run_keeps_its_place_and_its_failures(store: Store) -> None:
    """Kept again it has moved on; a failure is kept once an item."""
    state = RunState("310000", "rollover", "P310000-a", 1, 0, 5, 100, None)
    later = state._replace(cursor="P310000-b", done=2, failed=1, amount_fen=9, finished_at=300)
    with store.begin() as unit:
        assert unit.run_state("310000", "rollover") is None
        unit.keep_run(state, [("b", "no_pool", 1)])
        unit.keep_run(later, [("a", "no_pool", 2), ("b", "forbidden", 3)])
    with store.read() as unit:
        assert unit.run_state("310000", "rollover") == later
        assert unit.run_failures("310000", "rollover") == [
            ("a", "no_pool", 2),
            ("b", "forbidden", 3),
        ]
        assert unit.run_state("371300", "rollover") is None
        assert unit.run_failures("371300", "rollover") == []
        assert unit.runs_in("310000") == [later]
        assert unit.runs_in("371300") == []


def test_trying_whether_writing_goes_leaves_nothing(store: Store) -> None:
    """As often as anybody asks, beside whatever else is written."""
    for _ in range(3):
        with store.begin() as unit:
            unit.try_writing()
            unit.try_writing()
        with store.begin(regions=(), shared=True) as unit:
            unit.try_writing()


# ── The contract is whole ────────────────────────────────────────────────────────────────────────


def test_every_method_of_a_unit_and_a_store_is_called_here() -> None:
    """A method that the contract does not try is one that the next store may get wrong."""
    source = Path(__file__).read_text("utf-8")
    missing = {
        name
        for protocol in (Unit, Store)
        for name in vars(protocol)
        if not name.startswith("_") and not re.search(rf"\.{name}\(", source)
    }
    assert not missing, f"no line of the contract calls {sorted(missing)}"
