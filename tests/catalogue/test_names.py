"""Names, forms, prices and days of an entry."""

from datetime import date

import pytest

from catalogue.goods import entry
from gongji.catalogue.forms import takes_in
from gongji.catalogue.item import Agreement, Kind, OtherInsurance, Price, only_under, prices_in
from gongji.catalogue.names import fold, other_keys, own_keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("维生素Ｂ１", "维生素b1"),
        ("奥美拉唑碳酸氢钠胶囊（Ⅱ）", "奥美拉唑碳酸氢钠胶囊(II)"),
        ("碳酸钙D3 Ⅱ(碳酸钙D3)", "碳酸钙d3II（碳酸钙D3）"),
        ("锝[99mTc]喷替酸盐", "锝(99mTc)喷替酸盐"),
        ("⼉童", "儿童"),
    ],
)
def test_width_case_space_and_brackets_do_not_tell_names_apart(one: str, other: str) -> None:
    """Institutions type the same name in many ways."""
    assert fold(one) == fold(other)


def test_a_numeral_tells_names_apart() -> None:
    """Ⅱ and Ⅲ are two products."""
    assert fold("碳酸钙D3 Ⅲ") != fold("碳酸钙D3 Ⅱ")


def test_an_entry_of_several_names_is_known_by_each() -> None:
    """Line breaks inside a name part the names of one entry."""
    item = entry("二甲双胍\n二甲双胍Ⅱ", "B", "缓释控释剂型")
    assert own_keys(item) == ("二甲双胍二甲双胍ii", "二甲双胍", "二甲双胍ii")
    assert item.title == "二甲双胍 / 二甲双胍Ⅱ"


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("参苓白术丸(散、颗粒)", {"参苓白术丸", "参苓白术散", "参苓白术颗粒"}),
        ("开塞露(甘油)", {"开塞露", "甘油"}),
        ("虎力散、虎力散片(胶囊)", {"虎力散", "虎力散片", "虎力散片(胶囊)", "虎力散胶囊"}),
        ("人用狂犬病疫苗(Vero细胞)", {"人用狂犬病疫苗"}),
        ("精蛋白锌胰岛素(30R)", {"精蛋白锌胰岛素"}),
        ("法维拉韦片(又称:法匹拉韦片)", {"法维拉韦片", "法匹拉韦片"}),
        ("注射用血塞通(冻干)", {"注射用血塞通"}),
        ("阿莫西林", set()),
    ],
)
def test_brackets_give_further_names(name: str, others: set[str]) -> None:
    """Other forms and other names are names; how it is made is none."""
    assert set(other_keys(entry(name))) == others


def test_a_herbal_pieces_brackets_are_names_and_no_forms() -> None:
    """鹿茸片 is a slice of antler, not a tablet."""
    item = entry("鹿茸(鹿茸粉、鹿茸片)", "excluded", kind=Kind.PIECE)
    assert set(other_keys(item)) == {"鹿茸", "鹿茸粉", "鹿茸片"}


@pytest.mark.parametrize(
    ("form", "asked", "fits"),
    [
        ("口服常释剂型", "胶囊", True),
        ("口服常释剂型", "缓释片", False),
        ("口服常释剂型(不含分散片)", "片剂", True),
        ("口服常释剂型(不含分散片)", "分散片", False),
        ("缓释控释剂型", "缓释胶囊", True),
        ("注射剂", "粉针", True),
        ("颗粒剂", "颗粒", True),
        ("滴丸剂", "胶囊", False),
    ],
)
def test_a_form_of_the_list_takes_in_narrower_ones(form: str, asked: str, fits: bool) -> None:
    """An institution says 胶囊 where the list says 口服常释剂型."""
    assert takes_in(form, asked) is fits


@pytest.mark.parametrize(
    ("words", "prices"),
    [
        ("3.50元(20mg/片)", [(350, "20mg/片")]),
        (
            "13.60元(1ml:12.5mg/支)；\n66.82元(5ml:100mg/支)",
            [(1360, "1ml:12.5mg/支"), (6682, "5ml:100mg/支")],
        ),
        (
            "90.00元(625ml/袋[脂肪乳125ml；氨基酸(16)250ml])；153元(1250ml/袋)",
            [(9000, "625ml/袋[脂肪乳125ml；氨基酸(16)250ml]"), (15300, "1250ml/袋")],
        ),
        ("479.00元/盒(每盒30片)", [(47900, "每盒30片")]),
        ("企业申请价格保密", []),
        ("见备注2(每粒胶囊)；3元(片)", []),
        ("", []),
    ],
)
def test_a_payment_standard_is_prices_or_words(words: str, prices: list[tuple[int, str]]) -> None:
    """One price a specification; brackets keep their semicolons; words are no price."""
    assert list(prices_in(words)) == [Price(*price) for price in prices]


@pytest.mark.parametrize(
    ("restriction", "only"),
    [
        ("限工伤保险。", OtherInsurance.WORK_INJURY),
        ("限生育保险", OtherInsurance.MATERNITY),
        ("限子宫肌瘤患者或生育保险。", None),
        ("", None),
    ],
)
def test_another_insurance(restriction: str, only: OtherInsurance | None) -> None:
    """Beside an indication the other insurance does not bar the basic one."""
    assert only_under(restriction) is only


def test_an_agreement_holds_on_both_its_days() -> None:
    """The last day is still in it; an entry without dates always holds."""
    item = entry("药", "B", starts=date(2024, 1, 1), ends=date(2025, 12, 31))
    assert item.agreement(date(2023, 12, 31)) is Agreement.NOT_BEGUN
    assert item.agreement(date(2024, 1, 1)) is Agreement.IN_FORCE
    assert item.agreement(date(2025, 12, 31)) is Agreement.IN_FORCE
    assert item.agreement(date(2026, 1, 1)) is Agreement.ENDED
    assert entry("药").agreement(date(1999, 1, 1)) is Agreement.IN_FORCE
