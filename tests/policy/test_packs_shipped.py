"""The packs that are shipped: do they load, say what the texts say, and quote them by the letter?

The documents that the packs quote are not part of the repository. Where a copy lies beside it, in
`../shared/seeds`, every quote is compared with it; elsewhere those tests are skipped.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import gongji
from gongji.policy.pack import Attribution, Basis, NoProvision, Provision
from gongji.policy.questions import DayLaw
from gongji.policy.reading import QUESTIONS, Law, read_law
from gongji.terms import NATIONAL

PACKS = Path(gongji.__file__).parent / "packs"
SEEDS = Path(__file__).parents[3] / "shared" / "seeds"

SEED_OF_TEXT = {
    "sh-qa-2022-08": "000_58c3123fb191b5a9.txt",
    "sh-news-2022-08": "001_563d0d4127590784.txt",
    "sh-qa-2025-11": "002_6b5032aee5ea00ab.txt",
    "linyi-qa": "003_04bf55d66a9cd9ed.txt",
    "na-news-2024": "004_58d5a426805cb6fc.txt",
    "na-qa-2024": "004_58d5a426805cb6fc.txt",
    "two-way-qa": "004_58d5a426805cb6fc.txt",
    "na-list-2024": "004_58d5a426805cb6fc.txt",
    "interface-notes": "../interface.md",
    "policy-notes": "../policy-facts.md",
}
"""Which copy each text of the packs is; the newspaper page of 2024 holds three of them."""

SHORT = 60
"""Characters, without white space, within which a quote is a phrase and not a paragraph."""

LONGER_WITH_REASON = {
    # A claim is turned away for each paper that is missing, so the whole list is quoted.
    "371300/window_claim@2021-01-01",
}

RULES_CARRIED = {
    *(f"ACC-{n}" for n in range(1, 9)),
    *(f"NET-{n}" for n in range(1, 19)),
    *(f"SET-{n}" for n in range(1, 17)),
    *(f"FAM-{n}" for n in range(1, 4)),
    *(f"CAT-{n}" for n in range(1, 4)),
    *(f"CON-{n}" for n in range(1, 11)),
    *(f"ENR-{n}" for n in range(1, 7)),
}
"""Every rule about accounts, pools, settlement and the family account; none is left to code alone.

The rules about premiums and enrolment are deadlines and sums of a year, the catalogue's belong to
its own data, and of the supervision rules only those that a settlement cites stand in a pack.
"""

SHANGHAI, LINYI, TWO_WAY = "310000", "371300", "450000"
KIN_3 = {"spouse", "parent", "child"}
KIN_8 = {*KIN_3, "sibling", "grandparent", "grandchild"}


def read_shipped() -> Law:
    """All packs from the folder beside the code, read as the program reads them."""
    return read_law(
        {
            folder.name: {
                file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.toml")
            }
            for folder in PACKS.iterdir()
            if folder.is_dir() and any(folder.glob("*.toml"))
        }
    )


LAW = read_shipped()


def provisions() -> Iterator[Provision[object]]:
    """Every provision of every pack."""
    for pack in LAW.packs.values():
        for answers in pack.answers.values():
            yield from answers


def folded(words: str) -> str:
    """The letters alone: the copies break lines, and one is a web page with tags in it."""
    return re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", words))


def copy_of(text: str) -> str:
    """The folded copy of a quoted text, or a skip that says what is missing."""
    path = SEEDS / SEED_OF_TEXT[text]
    if not path.is_file():
        pytest.skip(f"the documents that the packs quote are not beside the project: {path.name}")
    return folded(path.read_text(encoding="utf-8"))


def plain(value: object) -> object:
    """A value as plain words, sets and numbers, so that the tables below stay readable."""
    match value:
        case frozenset():
            return {str(item) for item in value}
        case tuple():
            return [str(item) for item in value]
        case _:
            return value


ALL = sorted(provisions(), key=lambda provision: provision.key)
BY_KEY = pytest.mark.parametrize("provision", ALL, ids=lambda provision: provision.key)


# ── The packs load and are whole ─────────────────────────────────────────────────────────────────


def test_the_four_packs_are_shipped() -> None:
    """One baseline and three regions, and only the region that no text names is probable."""
    assert set(LAW.packs) == {NATIONAL, SHANGHAI, LINYI, TWO_WAY}
    probable = {p.region for p in LAW.packs.values() if p.attribution is Attribution.PROBABLE}
    assert probable == {TWO_WAY}
    for pack in LAW.packs.values():
        assert pack.note, pack.region
        assert pack.note_en, pack.region


@pytest.mark.parametrize("name", sorted(q.name for q in QUESTIONS.values() if q.required))
def test_the_baseline_answers_every_required_question(name: str) -> None:
    """A region may be silent on anything, because the baseline is silent on nothing required."""
    assert LAW.packs[NATIONAL].on(name, date(2021, 1, 1)) is not None


@pytest.mark.parametrize("region", sorted(LAW.packs))
def test_every_region_has_law_from_2021_on_and_none_before(region: str) -> None:
    """The baseline is anchored in the national document of 2021; an earlier day is refused."""
    for day in (
        date(2021, 1, 1),
        date(2022, 7, 1),
        date(2025, 11, 1),
        date(2030, 1, 1),
    ):
        assert LAW.on(region, day).region == region
    with pytest.raises(NoProvision):
        LAW.on(region, date(2020, 12, 31))


# ── What a provision says is what its text says ──────────────────────────────────────────────────


@BY_KEY
def test_every_quote_stands_in_its_text_by_the_letter(
    provision: Provision[object],
) -> None:
    """White space aside, a quote has the characters and the punctuation of the copy."""
    assert folded(provision.quote) in copy_of(provision.text), provision.key


@BY_KEY
def test_every_place_leads_to_its_quote(provision: Provision[object]) -> None:
    """A place that names a heading 「…」 or a numbered answer has the quote after it."""
    copy, quote = copy_of(provision.text), folded(provision.quote)
    if heading := re.fullmatch("「(.+)」", provision.place):
        start = copy.find(folded(heading[1]))
        assert start >= 0, f"no heading {provision.place}"
        assert quote in copy[start:], provision.key
    elif number := re.fullmatch(r"家庭共济篇 (\d+)", provision.place):
        part = (SEEDS / SEED_OF_TEXT[provision.text]).read_text(encoding="utf-8")
        part = part.split("（二）家庭共济篇", 1)[1]
        # An answer ends where the next number starts a line.
        found = re.search(rf"^{number[1]}\. .+?(?=^\d+\. |\Z)", part, re.MULTILINE | re.DOTALL)
        assert found is not None, provision.place
        assert quote in folded(found[0]), provision.key
    else:
        assert provision.place in {"正文", "新闻"}, provision.place


def test_every_word_of_the_commitment_stands_in_the_text() -> None:
    """The sponsor signs these words, so they are copied like a quote."""
    provision = LAW.on(LINYI, date(2023, 1, 1)).commitment_words
    copy = copy_of(provision.text)
    assert len(provision.value) == 4
    for sentence in provision.value:
        assert folded(sentence) in copy


@BY_KEY
def test_a_quote_is_a_phrase(provision: Provision[object]) -> None:
    """A decision prints the quote, and a paragraph would hide the words that matter."""
    if provision.key not in LONGER_WITH_REASON:
        assert len(folded(provision.quote)) <= SHORT, provision.quote


def test_most_quotes_are_much_shorter() -> None:
    """A long quote is the exception: three in four keep to half the length."""
    lengths = sorted(len(folded(provision.quote)) for provision in ALL)
    assert lengths[len(lengths) * 3 // 4] <= SHORT // 2


def test_the_list_of_longer_quotes_is_not_stale() -> None:
    """An exception that is needed no more would hide the next long quote."""
    longer = {p.key for p in ALL if len(folded(p.quote)) > SHORT}
    assert longer == LONGER_WITH_REASON


def test_every_text_is_quoted_and_known_by_one_title() -> None:
    """A text that nothing quotes is clutter, and one id must not mean two documents."""
    titles: dict[str, tuple[str, str]] = {}
    for pack in LAW.packs.values():
        quoted = {p.text for answers in pack.answers.values() for p in answers}
        assert quoted == set(pack.texts), pack.region
        for key, text in pack.texts.items():
            assert text.checked == date(2026, 11, 22), key
            assert titles.setdefault(key, (text.title, text.issuer)) == (
                text.title,
                text.issuer,
            )
    assert set(titles) == set(SEED_OF_TEXT)


@pytest.mark.parametrize("text", sorted(SEED_OF_TEXT))
def test_every_title_stands_in_its_copy(text: str) -> None:
    """A reader looks a document up by its title, so the title is the copy's own."""
    (title,) = {pack.texts[text].title for pack in LAW.packs.values() if text in pack.texts}
    copy = copy_of(text).replace("(", "（").replace(")", "）")
    assert folded(title) in copy


# ── How the packs are made ───────────────────────────────────────────────────────────────────────


def test_no_region_copies_the_baseline() -> None:
    """A provision with the baseline's value and the baseline's quote says nothing of the region."""
    national = LAW.packs[NATIONAL]
    for provision in ALL:
        if provision.region == NATIONAL:
            continue
        for theirs in national.answers.get(provision.question, ()):
            same = theirs.value == provision.value and folded(theirs.quote) == folded(
                provision.quote
            )
            assert not same, provision.key


def test_no_region_states_the_same_words_twice() -> None:
    """A second provision is there because the value or the words changed."""
    told = Counter((p.region, p.question, str(plain(p.value)), folded(p.quote)) for p in ALL)
    assert [key for key, count in told.items() if count > 1] == []


def test_every_rule_is_carried_by_a_provision() -> None:
    """A rule that no provision names could never be cited with the words that give it authority."""
    carried = {rule for provision in ALL for rule in provision.rules}
    assert carried >= RULES_CARRIED
    assert {"SUP-1", "SUP-2"} <= carried


def test_days_are_as_sure_as_they_claim() -> None:
    """No copy names a day of effect, so nothing is `stated`; first seen is the month we can prove."""
    for provision in ALL:
        assert provision.basis is not Basis.STATED, provision.key
        if provision.basis is Basis.FIRST_SEEN:
            assert provision.day == date(2025, 11, 1), provision.key
            assert provision.text == "sh-qa-2025-11", provision.key
        if provision.region == SHANGHAI and provision.text == "sh-qa-2025-11":
            assert provision.basis is Basis.FIRST_SEEN, provision.key
    opened = {p.region: min(q.day for q in ALL if q.region == p.region) for p in ALL}
    assert opened == {
        NATIONAL: date(2021, 1, 1),
        SHANGHAI: date(2022, 7, 1),
        LINYI: date(2021, 1, 1),
        TWO_WAY: date(2022, 1, 1),
    }


def test_a_baseline_that_borrows_says_so() -> None:
    """A region's sentence in the national pack has a reading, but where it reports national words."""
    for provision in ALL:
        if provision.region != NATIONAL or provision.text.startswith("na-"):
            continue
        reports_national_words = provision.place in {"家庭共济篇 1"} | {
            "「什么是个人账户家庭共济使用？」"
        }
        assert provision.reading_en or reports_national_words, provision.key


# ── The answers ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("region", "day", "question", "value", "rules"),
    [
        # Kin.
        (SHANGHAI, date(2022, 7, 1), "kin_allowed", KIN_3, ["NET-4"]),
        (SHANGHAI, date(2025, 10, 31), "kin_allowed", KIN_3, ["NET-4"]),
        (SHANGHAI, date(2025, 11, 1), "kin_allowed", KIN_8, ["NET-5", "NET-4"]),
        (NATIONAL, date(2024, 7, 31), "kin_allowed", KIN_3, ["NET-4"]),
        (NATIONAL, date(2024, 8, 1), "kin_allowed", KIN_8, ["NET-5", "NET-4"]),
        (LINYI, date(2026, 1, 1), "kin_allowed", KIN_3, ["NET-4"]),
        (
            TWO_WAY,
            date(2022, 7, 1),
            "kin_allowed",
            {*KIN_3, "spouse_parent"},
            ["NET-6"],
        ),
        (TWO_WAY, date(2022, 7, 1), "kin_excluded", set(), ["NET-6"]),
        (
            SHANGHAI,
            date(2026, 1, 1),
            "kin_excluded",
            {"spouse_parent", "child_in_law"},
            ["NET-6"],
        ),
        # Who sponsors, who is a member.
        (SHANGHAI, date(2022, 7, 1), "sponsor_needs_carried", True, ["NET-1"]),
        (LINYI, date(2023, 3, 1), "sponsor_needs_carried", False, ["ACC-4"]),
        (
            LINYI,
            date(2023, 3, 1),
            "sponsor_barred",
            {"suspended", "moved", "remote"},
            ["NET-2"],
        ),
        (
            SHANGHAI,
            date(2023, 3, 1),
            "sponsor_barred",
            {"suspended", "moved"},
            ["NET-1"],
        ),
        (SHANGHAI, date(2023, 3, 1), "account_unusable", {"sealed"}, ["NET-1"]),
        (
            LINYI,
            date(2023, 3, 1),
            "sponsor_schemes_barred",
            {"retired_cadre"},
            ["NET-2"],
        ),
        (
            SHANGHAI,
            date(2022, 7, 1),
            "member_schemes",
            {"employee", "resident", "mutual_aid"},
            ["NET-3"],
        ),
        (
            SHANGHAI,
            date(2025, 11, 1),
            "member_schemes",
            {"employee", "resident"},
            ["NET-3"],
        ),
        # How many pools, which way, how many members.
        (SHANGHAI, date(2022, 7, 1), "one_pool_at_a_time", True, ["NET-7"]),
        (LINYI, date(2023, 3, 1), "one_pool_at_a_time", True, ["NET-7"]),
        (NATIONAL, date(2023, 3, 1), "one_pool_at_a_time", False, ["NET-9"]),
        (TWO_WAY, date(2022, 7, 1), "one_pool_at_a_time", False, ["NET-8"]),
        (TWO_WAY, date(2022, 7, 1), "two_way", True, ["NET-8"]),
        (NATIONAL, date(2024, 10, 8), "two_way", False, ["NET-9"]),
        (NATIONAL, date(2024, 10, 8), "max_members", 6, ["NET-9"]),
        (SHANGHAI, date(2025, 11, 1), "max_members", 6, ["NET-9"]),
        # Uses, and when changes work.
        (SHANGHAI, date(2022, 7, 31), "uses_open", set(), ["NET-10"]),
        (SHANGHAI, date(2022, 8, 1), "uses_open", {"pay"}, ["NET-10"]),
        (SHANGHAI, date(2022, 10, 1), "uses_open", {"pay", "contribute"}, ["NET-10"]),
        (SHANGHAI, date(2022, 8, 1), "uses_asked", True, ["NET-10"]),
        (LINYI, date(2023, 3, 1), "uses_asked", False, ["NET-10"]),
        (TWO_WAY, date(2022, 7, 1), "unbind_effect", "next_day", ["NET-12"]),
        (TWO_WAY, date(2022, 7, 1), "rebind_effect", "next_day", ["NET-12"]),
        (TWO_WAY, date(2022, 7, 1), "bind_effect", "at_once", ["NET-12"]),
        (SHANGHAI, date(2022, 7, 1), "unbind_effect", "at_once", ["NET-12"]),
        (LINYI, date(2023, 3, 1), "ecode_asked", True, ["NET-15"]),
        (LINYI, date(2023, 3, 1), "unbind_before_move", True, ["NET-16"]),
        (SHANGHAI, date(2023, 3, 1), "unbind_before_move", False, ["NET-1"]),
        # Accounts.
        (SHANGHAI, date(2022, 7, 1), "purses", ["current", "carried"], ["ACC-2"]),
        (SHANGHAI, date(2022, 7, 1), "year_turn", "07-01", ["ACC-2"]),
        (SHANGHAI, date(2022, 7, 1), "pooled_purses", ["carried"], ["ACC-3"]),
        (LINYI, date(2023, 3, 1), "purses", ["current"], ["ACC-4"]),
        (LINYI, date(2023, 3, 1), "year_turn", "none", ["ACC-4"]),
        (
            LINYI,
            date(2023, 3, 1),
            "account_schemes",
            {"employee", "retired_cadre"},
            ["ACC-1"],
        ),
        (NATIONAL, date(2023, 3, 1), "account_schemes", {"employee"}, ["ACC-1"]),
        # Settlement.
        (SHANGHAI, date(2022, 8, 1), "pool_pays", {"self_paid"}, ["SET-2"]),
        (SHANGHAI, date(2022, 8, 1), "prescription_asked", set(), ["SET-7"]),
        (SHANGHAI, date(2025, 11, 1), "prescription_asked", {"drug"}, ["SET-7"]),
        (SHANGHAI, date(2025, 11, 1), "listed_only", "stated", ["SET-7", "SET-2"]),
        (SHANGHAI, date(2025, 11, 1), "rest_in_cash", "stated", ["ACC-3", "SET-5"]),
        (SHANGHAI, date(2025, 11, 1), "member_answers", "stated", ["SUP-3"]),
        (LINYI, date(2023, 3, 1), "reporting", "stated", ["SUP-4"]),
        (LINYI, date(2023, 3, 1), "one_card_asked", True, ["SET-9"]),
        (
            LINYI,
            date(2023, 3, 1),
            "account_excluded",
            {"checkup", "fitness", "wellness", "public_health"},
            ["SET-10"],
        ),
        (TWO_WAY, date(2022, 7, 1), "sponsor_shown", True, ["SET-11"]),
        (NATIONAL, date(2022, 7, 1), "sponsor_shown", False, ["SET-1"]),
        (
            NATIONAL,
            date(2024, 10, 8),
            "lending_is_fraud",
            "stated",
            ["SET-12", "SUP-2"],
        ),
        (NATIONAL, date(2024, 10, 8), "only_bound_may_use", "stated", ["NET-18"]),
        (NATIONAL, date(2024, 10, 8), "family_code_relatives", 6, ["FAM-2"]),
    ],
)
def test_the_answer_of_a_day(
    region: str, day: date, question: str, value: object, rules: list[str]
) -> None:
    """The important answers, with the rules that a decision cites for them."""
    provision: Provision[object] = getattr(LAW.on(region, day), question)
    assert plain(provision.value) == value
    assert list(provision.rules) == rules


def test_own_money_in_shanghai_goes_by_the_kind_of_care() -> None:
    """Inpatient care, serious illness and home bed leave this year's money alone (ACC-5)."""
    for day in (date(2022, 7, 1), date(2025, 11, 1)):
        order = LAW.on(SHANGHAI, day).own_draw_order
        assert {care.value: plain(purses) for care, purses in order.value.items()} == {
            "outpatient": ["current", "carried"],
            "emergency": ["current", "carried"],
            "pharmacy": ["current", "carried"],
            "inpatient": ["carried"],
            "serious": ["carried"],
            "home_bed": ["carried"],
        }
        assert order.rules == ("SET-3", "ACC-5")
        assert order.reading
        assert order.reading_en


def fits(law: DayLaw, scheme: str, kind: str, care: str, level: str, here: bool) -> bool:
    """Whether one of the venues takes this bill: what a venue leaves out does not restrict."""
    return any(
        venue.kind == kind
        and (venue.schemes is None or scheme in venue.schemes)
        and (venue.care is None or care in venue.care)
        and (venue.levels is None or level in venue.levels)
        and (here or not venue.in_region)
        for venue in law.venues.value
    )


@pytest.mark.parametrize(
    ("region", "scheme", "kind", "care", "level", "here", "pays"),
    [
        (LINYI, "resident", "hospital", "outpatient", "primary", True, True),
        (LINYI, "resident", "hospital", "outpatient", "tertiary", True, False),
        (LINYI, "resident", "hospital", "inpatient", "tertiary", True, True),
        (LINYI, "resident", "hospital", "inpatient", "tertiary", False, False),
        (LINYI, "resident", "pharmacy", "pharmacy", "primary", True, True),
        (LINYI, "resident", "pharmacy", "pharmacy", "primary", False, False),
        (LINYI, "employee", "hospital", "outpatient", "tertiary", False, True),
        (LINYI, "retired_cadre", "pharmacy", "pharmacy", "primary", True, True),
        (SHANGHAI, "resident", "hospital", "outpatient", "tertiary", True, True),
        (SHANGHAI, "mutual_aid", "pharmacy", "pharmacy", "primary", True, True),
        (SHANGHAI, "employee", "hospital", "outpatient", "tertiary", False, False),
        (TWO_WAY, "employee", "hospital", "outpatient", "tertiary", True, True),
        (TWO_WAY, "employee", "pharmacy", "pharmacy", "primary", True, False),
        (NATIONAL, "resident", "pharmacy", "pharmacy", "primary", False, True),
    ],
)
def test_where_pooled_money_pays(
    region: str, scheme: str, kind: str, care: str, level: str, here: bool, pays: bool
) -> None:
    """The kinds of place and care that each region's text opens."""
    assert fits(LAW.on(region, date(2023, 3, 1)), scheme, kind, care, level, here) is pays


def test_a_claim_at_the_window_is_linyis_alone() -> None:
    """The question is not required: elsewhere no text speaks of it, and the answer is silence."""
    day = date(2023, 3, 1)
    claim = LAW.on(LINYI, day).window_claim
    assert claim is not None
    assert len(claim.value) == 6
    assert LAW.on(SHANGHAI, day).window_claim is None


def test_the_spans_and_ages_of_the_texts() -> None:
    """Numbers inside a table: months of suspension, and the age for a real-name check."""
    law = LAW.on(LINYI, date(2023, 3, 1))
    months, activation = law.suspension_months.value, law.ecode_activation.value
    assert (months.at_least, months.at_most) == (3, 12)
    assert activation != "none"
    assert (activation.real_name_from_age, activation.relatives_at_most) == (16, 5)
