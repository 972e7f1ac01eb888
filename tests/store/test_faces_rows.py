"""What the faces rely on, on every store: sign-ins, accounts, forms, the trail, manual claims."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gongji.desk.claims_ports import Claim, ClaimState
from gongji.desk.faces_ports import DayLooks, Draft, Look, Role, SignIn, StaffAccount
from gongji.desk.ports import RunState, Store
from gongji.settlement.bill import Institution
from gongji.terms import Care, InstitutionKind, Level
from store.stores import STORES, VAULT

SHANGHAI, LINYI = "310000", "371300"


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    opened = STORES[request.param](tmp_path, VAULT)
    yield opened
    opened.close()


def test_a_sign_in_is_kept_marked_and_ended(store: Store) -> None:
    made = SignIn(SHANGHAI, "digest", Role.CLERK, "clerk-7", 1, 1)
    with store.begin() as unit:
        unit.keep_sign_in(made)
        assert unit.sign_in(SHANGHAI, "digest") == made
        assert unit.sign_in(LINYI, "digest") is None
        ended = msgspec.structs.replace(made, seen_at=5, ended_at=6)
        unit.mark_sign_in(ended)
    with store.read() as unit:
        assert unit.sign_in(SHANGHAI, "digest") == ended


def test_a_staff_account_is_changed_in_its_place(store: Store) -> None:
    account = StaffAccount(SHANGHAI, "wang", Role.REVIEWER, "$argon2id$x", 1)
    locked = msgspec.structs.replace(account, failed=4, locked_until=99, role=Role.CLERK)
    with store.begin() as unit:
        unit.keep_staff(account)
        unit.keep_staff(locked)
        assert unit.staff(SHANGHAI, "wang") == locked
        assert unit.staff(LINYI, "wang") is None


def test_a_draft_is_changed_and_then_done(store: Store) -> None:
    draft = Draft(SHANGHAI, "d1", "P310000-ann", "bind", {"name": "𬭎·䶮"}, 1)
    done = msgspec.structs.replace(draft, changed_at=2, outcome={"did": "bound"})
    with store.begin() as unit:
        unit.keep_draft(draft)
        assert unit.draft(SHANGHAI, "d1") == draft
        unit.keep_draft(done)
    with store.read() as unit:
        assert unit.draft(SHANGHAI, "d1") == done
        assert unit.draft(LINYI, "d1") is None


def test_the_trail_is_read_newest_first_and_by_what_is_asked(store: Store) -> None:
    looks = [
        Look(SHANGHAI, at, f"l{at}", who, Role.CLERK, "home", whose, "why", "::1")
        for at, who, whose in ((1, "a", "P310000-x"), (2, "b", "P310000-y"), (3, "a", None))
    ]
    with store.begin() as unit:
        unit.keep_looks(looks)
    with store.read() as unit:
        assert unit.looks(None, limit=9, before=99) == looks[::-1]
        assert unit.looks(SHANGHAI, who="a", limit=9, before=99) == [looks[2], looks[0]]
        assert unit.looks(None, whose="P310000-y", limit=9, before=99) == [looks[1]]
        assert unit.looks(None, limit=1, before=3) == [looks[1]]
        assert unit.looks(LINYI, limit=9, before=99) == []


def test_the_trail_is_counted_by_day_and_role(store: Store) -> None:
    """Days run from the moment that is asked for; the last moment is outside."""
    day = 86_400_000_000
    looks = [
        Look(SHANGHAI, at, f"l{at}", "a", role, "home", None, "", "::1")
        for at, role in (
            (day, Role.CLERK),
            (day + 1, Role.CLERK),
            (day + 2, Role.PERSON),
            (3 * day - 1, Role.PERSON),
            (3 * day, Role.PERSON),
        )
    ]
    with store.begin() as unit:
        unit.keep_looks(looks)
    with store.read() as unit:
        assert unit.looks_by_day([SHANGHAI, LINYI], day, 3 * day) == [
            DayLooks(0, Role.CLERK, 2),
            DayLooks(0, Role.PERSON, 1),
            DayLooks(1, Role.PERSON, 1),
        ]
        assert unit.looks_by_day([LINYI], day, 3 * day) == []


CLAIM = Claim(
    region=SHANGHAI, id="c1", person="P310000-ann", institution="H310000-001",
    happened_on="2025-11-01", care=Care.INPATIENT, total_fen=3, fund_paid_fen=1, self_paid_fen=1,
    uncovered_fen=1, papers=("seen", "not_needed"), bank="示范银行 6222", entered_by="a",
    entered_at=1,
)  # fmt: skip


def test_a_claim_is_kept_sealed_and_never_reviewed_by_whoever_entered_it(store: Store) -> None:
    with store.begin() as unit:
        unit.keep_claim(CLAIM)
        assert unit.claim(SHANGHAI, "c1") == CLAIM
        assert unit.claim(LINYI, "c1") is None
        seen = msgspec.structs.replace(CLAIM, state=ClaimState.RETURNED, reviewed_by="b")
        unit.keep_claim(seen)
        assert unit.claims(SHANGHAI, state=ClaimState.RETURNED, limit=9) == [seen]
        assert unit.claims(SHANGHAI, state=ClaimState.PAID, limit=9) == []
        assert unit.claims(SHANGHAI, state=None, limit=9) == [seen]
    with pytest.raises(Exception, match=r"(?i)check"), store.begin() as unit:
        unit.keep_claim(msgspec.structs.replace(CLAIM, reviewed_by="a"))


def test_lists_of_a_region(store: Store) -> None:
    place = Institution("H310000-001", SHANGHAI, InstitutionKind.HOSPITAL, Level.PRIMARY)
    state = RunState(SHANGHAI, "deduct/2026", "7", 7, 1, 280_000, 5, None)
    with store.begin() as unit:
        unit.add_institution(place, "示范医院")
        unit.keep_run(state, [])
    with store.read() as unit:
        assert unit.institutions_in(SHANGHAI) == [(place, "示范医院")]
        assert unit.institutions_in(LINYI) == []
        assert unit.runs_in(SHANGHAI) == [state]
