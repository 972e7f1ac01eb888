"""A stored decision is decided again from what was stored with it, whatever the law says today."""

import msgspec
import pytest

from gongji.desk import settling
from gongji.desk.office import Folders, Office
from gongji.policy.pack import NoProvision, UnknownRegion
from gongji.policy.reading import read_law
from gongji.settlement.bill import Facts
from gongji.wiring import office_in_memory, shipped_packs
from town import SHANGHAI, Town, local

FOLDER, FILE = "310000-shanghai", "settlement.toml"


def changed_law() -> Folders:
    """Shanghai no longer lets pooled money pay at hospitals."""
    folders = shipped_packs()
    text = folders[FOLDER][FILE]
    changed = text.replace('  { kind = "hospital", in_region = true },\n', "")
    assert changed != text
    return {**folders, FOLDER: {**folders[FOLDER], FILE: changed}}


def settled(family: Town, id: str) -> settling.Answered:
    """The child's bill of 10 yuan."""
    found = family.settle("child", "clinic", 10_00, id=id)
    assert isinstance(found, settling.Answered)
    return found


@pytest.fixture
def family() -> Town:
    """A father with a pool, and a child in it."""
    opened = Town(SHANGHAI)
    opened.person("father", carried=900_00)
    opened.person("child", "resident")
    opened.hospital("clinic")
    opened.pool("father", {"child": "child"})
    return opened


def test_a_decision_replays_from_what_is_stored(family: Town) -> None:
    """Bill, facts and version are all that it needs."""
    answer = settled(family, "b1").answer
    again = settling.replay(family.office, answer)
    assert again.same
    assert again.facts.own.carried == 0
    assert again.facts.pools[0].balances.carried == 900_00


def test_an_old_decision_replays_under_the_law_it_was_made_under(family: Town) -> None:
    """The packs change; the new bill is decided by the new law, the old one replays by the old."""
    old = settled(family, "b1")
    store = family.office.store
    family.office = Office(store, changed_law(), lambda: family.now)
    family.office.open()
    new = settled(family, "b2")
    assert (old.decision.outcome, new.decision.outcome) == ("pooled", "institution_not_covered")
    assert old.answer.law != new.answer.law == family.office.law.version
    for answer in (old.answer, new.answer):
        assert settling.replay(family.office, answer).same
    family.close()


def test_opening_keeps_the_texts_of_the_law_once(family: Town) -> None:
    """So that they can be read when the program that shipped them is long gone."""
    version = family.office.law.version
    family.office.open()
    with family.office.store.read() as unit:
        kept = unit.law_texts(version)
        assert unit.law_texts("no such version") is None
    assert kept is not None
    assert read_law(kept).version == version


def test_a_law_that_was_not_kept_cannot_be_guessed(family: Town) -> None:
    """A decision that names it would be a mistake of ours."""
    with pytest.raises(AssertionError, match="was used and not kept"):
        family.office.law_of("0123456789abcdef")


def test_a_decision_that_no_longer_replays_is_told_apart(family: Town) -> None:
    """The replay can fail: with other facts it does."""
    answer = settled(family, "b1").answer
    facts = msgspec.json.decode(answer.facts, type=Facts)
    tampered = msgspec.structs.replace(facts, pools=())
    again = settling.replay(family.office, answer._replace(facts=msgspec.json.encode(tampered)))
    assert not again.same


def test_a_bill_from_before_there_was_law_is_our_mistake_to_ask(family: Town) -> None:
    """NoProvision stops it, and nothing is written: a guessed rule would spend someone's money."""
    with pytest.raises(NoProvision):
        family.settle("child", "clinic", 10_00, happened_at=local("2020-12-31T09:00"))
    assert family.balance("father").carried == 900_00


def test_a_region_without_a_pack_is_named() -> None:
    """UnknownRegion says which are loaded."""
    town = Town("990000")
    town.person("ann", "resident")
    town.hospital("clinic")
    with pytest.raises(UnknownRegion, match="no policy pack for region 990000; loaded are 100000"):
        town.settle("ann", "clinic", 10_00)
    town.close()


def test_an_office_may_be_opened_with_packs_of_ones_own() -> None:
    """GONGJI_PACKS: the version follows the text."""
    now = Town(SHANGHAI).now
    one, other = office_in_memory(lambda: now), office_in_memory(lambda: now, changed_law())
    assert one.law.version != other.law.version
    one.store.close()
    other.store.close()
