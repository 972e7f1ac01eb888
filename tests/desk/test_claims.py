"""零星报销 at the desk: whose claims go into the bank's file, and who may have it made (SET-14)."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest

from gongji.desk import claims
from gongji.desk.claims import bank_file, claim_paid, register_claim, review_claim
from gongji.desk.claims_ports import Claim, ClaimState
from gongji.desk.figures import Paid, figures
from gongji.desk.ports import Caller, CallerKind
from gongji.desk.statements import Statement, statement
from gongji.policy.refusal import Code, Refusal
from gongji.terms import Care, local_day
from town import LINYI, Town, code


@pytest.fixture
def town() -> Iterator[Town]:
    """A region with claims at the window, and a family in it."""
    made = Town(LINYI)
    made.person("father", current=500_00)
    made.person("child", "resident")
    made.pool("father", {"child": "child"})
    made.hospital("clinic")
    yield made
    made.close()


def clerk(name: str = "clerk-1") -> Caller:
    """Somebody at the window."""
    return Caller("k", LINYI, CallerKind.CLERK, name)


def entered(town: Town, id: str, at: int, who: str = "child") -> Claim:
    """A claim for 50 yuan, put on record at this moment."""
    papers = town.law().window_claim
    assert papers is not None
    claim = Claim(
        region=LINYI,
        id=id,
        person=town.id(who),
        institution=town.place("clinic"),
        happened_on="2025-11-10",
        care=Care.INPATIENT,
        total_fen=50_00,
        fund_paid_fen=0,
        self_paid_fen=50_00,
        uncovered_fen=0,
        papers=("seen",) * len(papers.value),
        bank="示范银行",
        entered_by="clerk-1",
        entered_at=at,
    )
    found = town.do(partial(register_claim, claim=claim, by=clerk()))
    assert isinstance(found, Claim), found
    return found


def approved(town: Town, id: str, at: int, who: str = "child") -> None:
    """A claim that a second clerk has approved."""
    entered(town, id, at, who)
    review = partial(review_claim, region=LINYI, id=id, approve=True, note="", by=clerk("clerk-2"))
    found = town.do(review)
    assert isinstance(found, Claim) and found.state is ClaimState.APPROVED


def in_file(town: Town, file: str) -> list[str]:
    """The claims that a bank's file has."""
    found = town.do(partial(bank_file, region=LINYI, file=file, by=clerk()))
    assert not isinstance(found, Refusal)
    return [claim.id for claim in found]


def test_every_approved_claim_comes_into_a_file_however_many_there_are(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that were entered after it keep none out, and what is too much for one is in the next."""
    monkeypatch.setattr(claims, "MOST_IN_A_FILE", 2)
    for n in range(3):
        approved(town, f"approved-{n}", n)
    for n in range(3):
        entered(town, f"waiting-{n}", 10 + n)
    first, second = in_file(town, "a"), in_file(town, "b")
    assert sorted(first + second) == ["approved-0", "approved-1", "approved-2"]
    assert (in_file(town, "a"), in_file(town, "b")) == (first, second)


def test_the_same_file_is_the_same_when_some_of_it_is_paid(town: Town) -> None:
    """In the same order, and without what was approved since."""
    for n in range(3):
        approved(town, f"approved-{n}", n)
    first = in_file(town, "a")
    town.do(partial(claim_paid, region=LINYI, id="approved-1", by=clerk()))
    approved(town, "later", 9)
    assert in_file(town, "a") == first
    assert in_file(town, "b") == ["later"]


def test_a_claim_stands_in_the_statement_as_the_bill_would_have(town: Town) -> None:
    """What it took for the child is pooled, what it took for the father himself is his own."""
    approved(town, "of-the-child", 1)
    approved(town, "of-the-father", 2, "father")
    father = town.ask(partial(statement, person=town.id("father"), month="2025-11"))
    assert isinstance(father, Statement)
    assert (father.spent_fen, father.pooled_out_fen, father.other_fen) == (50_00, 50_00, 0)
    assert father.opening.current + father.credited_fen - 100_00 == father.closing.current


def test_a_claim_is_counted_as_a_pooled_payment_of_the_day_on_which_it_was_approved(
    town: Town,
) -> None:
    """FIG-1. What was entered only, sent back, or paid by the own account is none."""
    entered(town, "waiting", 1)
    approved(town, "of-the-father", 1, "father")
    town.at("2025-11-11T09:00")
    approved(town, "of-the-child", 1)
    today = local_day(town.now)
    found = town.ask(partial(figures, regions=[LINYI], first=today - timedelta(1), last=today))
    assert [*found.by_day.values()] == [Paid(), Paid(1, 0, 50_00)]
    assert found.by_place == {"H371300-clinic": Paid(1, 0, 50_00)}


@pytest.mark.parametrize(
    "by",
    [
        Caller("k", "310000", CallerKind.CLERK, "clerk-1"),
        Caller("k", LINYI, CallerKind.PERSON, "P371300-child"),
        Caller("k", LINYI, CallerKind.INSTITUTION, "H371300-clinic"),
    ],
)
def test_only_a_clerk_of_the_region_has_the_file_made(town: Town, by: Caller) -> None:
    """Nobody else puts money on its way to the bank."""
    approved(town, "one", 1)
    refused = town.do(partial(bank_file, region=LINYI, file="a", by=by))
    assert code(refused) == Code.FORBIDDEN
