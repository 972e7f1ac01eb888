"""Look-up as CAT-3 has it: listed or not, class, category, restriction, share paid first."""

from datetime import date
from typing import Any

import pytest

from catalogue.goods import national_csv, national_row
from gongji.catalogue.item import Agreement, CatalogueList
from gongji.catalogue.search import How
from gongji.desk.catalogue import Looked, look_up, search
from gongji.desk.editions import EditionHead, Outcome, import_edition
from gongji.policy.pack import UnknownRegion
from gongji.terms import Scheme
from town import OpenTown, Town, rules_of

NATIONAL = national_csv(
    national_row(1, "布洛芬"),
    national_row(2, "布洛芬", "颗粒剂", 2),
    national_row(3, "氢醌", "软膏剂", 2, remark="限工伤保险。"),
    national_row(4, "新药", "", 2, period="2024年1月1日至2025年12月31日", price="企业申请价格保密"),
    national_row(5, "燕窝", "", 0, part="不得纳入基金支付范围的中药饮片", flag=""),
)
OWN = "name,form,class,first_share,first_share_resident\n布洛芬,颗粒剂,,10%,0.2\n".encode()
DEVICES = "name,class,kind,registration\n血糖仪,account,device,二类医疗器械\n".encode()


@pytest.fixture
def stocked(town: OpenTown) -> Town:
    """The national list, Shanghai's additions, and its devices."""
    found = town()
    for content, region, which in (
        (NATIONAL, "100000", CatalogueList.DRUG),
        (OWN, "310000", CatalogueList.DRUG),
        (DEVICES, "310000", CatalogueList.DEVICE),
    ):
        head = EditionHead(region=region, name="2024", starts=date(2025, 1, 1), list=which)
        bring(found, head, content)
    return found


def bring(town: Town, head: EditionHead, content: bytes) -> None:
    """Bring in a list."""
    done = town.do(lambda s: import_edition(s, head, content, "test"))
    assert done.outcome is Outcome.IMPORTED


def looked(
    town: Town, name: str, form: str | None = None, on: date = date(2025, 6, 1), **more: Any
) -> Looked:
    """Look a name up."""
    return town.ask(lambda s: look_up(s, name, form, on=on, **more))


def test_name_alone_answers_class_and_share_of_every_form(stocked: Town) -> None:
    """CAT-3, with the share of the region for each scheme; nationally none is configured."""
    found = looked(stocked, "布洛芬", region="310000")
    assert found.listed
    assert [(e.form, e.listed.value) for e in found.entries] == [
        ("口服常释剂型", "A"),
        ("颗粒剂", "B"),
    ]
    assert found.entries[0].shares_bp[Scheme.EMPLOYEE] == 0
    assert found.entries[1].shares_bp[Scheme.EMPLOYEE] == 1000
    assert found.entries[1].shares_bp[Scheme.RESIDENT] == 2000
    assert found.entries[1].category == "口腔科制剂"
    assert found.editions == ("100000/drug/2024", "310000/drug/2024")
    assert rules_of(found.cites) == {"CAT-3"}
    nationally = looked(stocked, "布洛芬", "颗粒剂")
    assert nationally.entries[0].shares_bp[Scheme.EMPLOYEE] is None


def test_a_region_without_a_list_of_its_own_has_the_national_one_and_says_so(
    stocked: Town,
) -> None:
    """A region that is not known has none: a slip of the pen would be answered for elsewhere."""
    assert looked(stocked, "布洛芬", region="371300").editions == ("100000/drug/2024",)
    day = date(2025, 6, 1)
    with pytest.raises(UnknownRegion, match="no policy pack for region 110000"):
        looked(stocked, "布洛芬", region="110000")
    with pytest.raises(UnknownRegion):
        stocked.ask(lambda s: search(s, "blf", region="110000", on=day))


def test_an_agreement_ends_with_its_last_day(stocked: Town) -> None:
    """The entry is still shown, and why it is listed no more."""
    last, after = date(2025, 12, 31), date(2026, 1, 1)
    assert looked(stocked, "新药", on=last).listed
    ended = looked(stocked, "新药", on=after)
    assert not ended.listed
    assert ended.entries[0].agreement is Agreement.ENDED
    assert ended.entries[0].ends == last
    assert ended.entries[0].price_words == "企业申请价格保密"


def test_what_pays_under_another_insurance_is_listed_and_not_payable(stocked: Town) -> None:
    """It is on the list; the basic insurance does not pay for it."""
    found = looked(stocked, "氢醌")
    assert found.listed
    assert (found.entries[0].payable, found.entries[0].only_under) == (False, "work_injury")


def test_an_excluded_kind_comes_with_its_rule_and_words(stocked: Town) -> None:
    """CAT-2: wine is a kind that is never listed; so is what the list itself excludes."""
    wine = looked(stocked, "人参酒")
    assert not wine.listed
    assert (wine.entries, wine.excluded_kind) == ((), "form")
    assert wine.excluded_quote is not None
    assert wine.excluded_quote.startswith("酒制剂")
    assert rules_of(wine.cites) == {"CAT-2", "CAT-3"}
    nest = looked(stocked, "燕窝")
    assert (nest.listed, nest.excluded_kind) == (False, "tonic")
    unknown = looked(stocked, "没有这种药")
    assert (unknown.listed, unknown.excluded_kind) == (False, None)


def test_a_form_that_is_not_listed(stocked: Town) -> None:
    """Not listed in this form, and in which ones it is."""
    found = looked(stocked, "布洛芬", "栓剂")
    assert not found.listed
    assert found.other_forms == ("口服常释剂型", "颗粒剂")


def test_devices_are_a_catalogue_of_their_own(stocked: Town) -> None:
    """The region's list for pharmacies; a medicine is not on it, nor a device among medicines."""
    found = looked(stocked, "血糖仪", region="310000", which=CatalogueList.DEVICE)
    assert found.listed
    assert found.entries[0].category == "二类医疗器械"
    assert not looked(stocked, "布洛芬", region="310000", which=CatalogueList.DEVICE).listed
    assert not looked(stocked, "血糖仪", region="310000").listed


def test_search_goes_through_the_shelf_of_the_day(stocked: Town) -> None:
    """By initials."""
    (hit,), editions = stocked.ask(lambda s: search(s, "blf", on=date(2025, 6, 1)))
    assert editions == ("100000/drug/2024",)
    assert (hit.name, hit.how, len(hit.items)) == ("布洛芬", How.INITIALS, 2)
