"""Changes of life: the account goes its own way, and the pool ends with the papers on record."""

from datetime import date
from typing import Any

import pytest

from conftest import OpenTown
from gongji.desk import life, pooling
from gongji.desk.ports import Asking, Caller
from gongji.policy.bonds import Bond
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import Balances
from gongji.settlement.outcome import Outcome
from town import LINYI, NATIONAL, SHANGHAI, Town, code

PAPERS = ("死亡医学证明 sm3:0f", "继承公证书 sm3:1e")


@pytest.fixture
def family(town: OpenTown) -> Town:
    opened: Town = town(SHANGHAI)
    opened.person("father", current=500_00, carried=1200_00)
    opened.person("uncle", carried=1_00)
    opened.person("child", "resident")
    opened.hospital("clinic")
    opened.pool("father", {"child": "child"})
    return opened


def estate(town: Town, *heirs: tuple[str, int], by: Caller | None = None, id: str = "e1") -> Any:
    asked = life.Estate(
        id=id,
        person=town.id("father"),
        heirs=tuple(
            life.Heir(amount_fen=fen, paper=name[1:])
            if name.startswith("@")
            else life.Heir(amount_fen=fen, person=town.id(name))
            for name, fen in heirs
        ),
        documents=PAPERS,
    )
    return town.do(lambda session: life.settle_estate(session, asked, by or town.clerk()))


def test_death_shuts_the_pool_and_the_estate_ends_it(family: Town) -> None:
    family.standing("father", died=date(2025, 11, 9))
    shut = family.settled("child", "clinic", 10_00)
    assert shut.outcome is Outcome.SPONSOR_NOT_IN_FORCE
    done = estate(family, ("uncle", 700_00), ("@收款指示 sm3:2d", 1000_00))
    assert (done.paid_fen, len(done.ended)) == (1700_00, 1)
    assert family.balance("father") == Balances(0, 0)
    assert family.balance("uncle") == Balances(0, 701_00)
    assert family.settled("child", "clinic", 10_00).outcome is Outcome.NOT_IN_A_POOL
    family.proof()


def test_the_same_estate_twice_is_paid_once(family: Town) -> None:
    family.standing("father", died=date(2025, 11, 9))
    heirs = (("uncle", 1700_00),)
    assert not estate(family, *heirs).repeated
    assert estate(family, *heirs).repeated
    assert code(estate(family, ("uncle", 1_00))) == "id_reused"
    assert family.balance("uncle") == Balances(0, 1701_00)


@pytest.mark.parametrize(
    ("died", "heirs", "refused"),
    [
        (False, (("uncle", 1700_00),), "not_dead"),
        (True, (("uncle", 1699_99),), "amounts_do_not_add_up"),
        (True, (("child", 1700_00),), "no_account"),
        (True, (("nobody", 1700_00),), "unknown_person"),
    ],
)
def test_an_estate_is_refused(
    family: Town, died: bool, heirs: tuple[tuple[str, int], ...], refused: str
) -> None:
    if died:
        family.standing("father", died=date(2025, 11, 9))
    before = family.office.store.changes()
    assert code(estate(family, *heirs)) == refused
    assert family.office.store.changes() == before


def test_only_a_clerk_of_the_region_may(family: Town) -> None:
    family.standing("father", died=date(2025, 11, 9))
    for by in (family.caller("uncle"), family.clerk(LINYI), family.auditor()):
        assert code(estate(family, ("uncle", 1700_00), by=by)) == "forbidden"


def move(town: Town, paid_out: bool = False) -> Any:
    asked = life.Move(id="m1", person=town.id("father"), to="320500", paid_out=paid_out)
    return town.do(lambda session: life.move_away(session, asked, town.clerk()))


def test_moving_away_takes_the_balance_along_and_ends_the_bonds(family: Town) -> None:
    done = move(family)
    assert (done.paid_fen, len(done.ended)) == (1700_00, 1)
    assert family.balance("father") == Balances(0, 0)
    assert move(family).repeated
    family.proof()


def test_where_the_pack_says_so_bonds_come_first(town: OpenTown) -> None:
    linyi: Town = town(LINYI)
    linyi.person("father", current=900_00)
    linyi.person("child", "resident")
    linyi.pool("father", {"child": "child"})
    assert code(move(linyi)) == "unbind_first"
    linyi.unbind("father", "child")
    assert move(linyi).paid_fen == 900_00


def test_an_account_that_is_sealed_pays_again_when_it_is_unsealed(family: Town) -> None:
    family.standing("father", status="sealed")
    assert family.settled("child", "clinic", 10_00).outcome is Outcome.SPONSOR_NOT_IN_FORCE
    assert family.settled("father", "clinic", 10_00).own_fen == 0
    family.standing("father", status="active")
    assert family.settled("child", "clinic", 10_00).outcome is Outcome.POOLED


def test_kinship_that_has_ended_ends_the_bond(town: OpenTown) -> None:
    one: Town = town(NATIONAL)
    one.person("husband", current=100_00)
    one.person("wife", current=0)
    one.hospital("clinic")
    one.pool("husband")
    assert isinstance(one.bind("husband", "wife", "spouse"), Bond)

    def end(by: Caller) -> pooling.Ended | Refusal:
        return one.do(
            lambda s: life.end_kinship(
                s,
                one.id("husband"),
                one.id("wife"),
                life.KinshipEnd.DIVORCED,
                Asking(by),
            )
        )

    assert code(end(one.caller("wife"))) == "forbidden"
    assert isinstance(end(one.caller("husband")), pooling.Ended)
    assert code(end(one.clerk())) == "not_bound"
    assert one.settled("wife", "clinic", 10_00).outcome is Outcome.NOT_IN_A_POOL
