"""What the reader of packs refuses: file, line, key, and what is allowed.

The reader of the message is a policy officer with the file open.
"""

from datetime import date

import pytest

from gongji.policy.reading import QUESTIONS, BadPack, Law, describe, read_law, read_pack
from gongji.wiring import shipped_packs
from town import LAW

HEAD = """\
region = "990000"
name = "某市"
name_en = "Some city"

[texts.notice]
title = "通知"
issuer = "某市医保局"
checked = 2026-11-22
"""

ANSWERS = """\
[[max_members]]
day = 2023-01-01
basis = "stated"
rule = "NET-9"
text = "notice"
place = "第三条"
quote = "最多五人"
value = 5

[[max_members]]
day = 2024-01-01
basis = "rounded"
rule = ["NET-9", "NET-11"]
text = "notice"
place = "第三条"
quote = "不限人数"
value = "none"
reading = "“不限”即没有上限。"
reading_en = "Without a limit."
"""

VALUES = """\
[[own_draw_order]]
day = 2023-01-01
basis = "stated"
rule = "SET-3"
text = "notice"
place = "第五条"
quote = "先用本人账户"
value.outpatient = ["current"]
value.emergency = ["current"]
value.inpatient = ["current"]
value.serious = ["current"]
value.home_bed = ["current"]
value.pharmacy = ["current"]

[[kin_allowed]]
day = 2023-01-01
basis = "stated"
rule = "NET-4"
text = "notice"
place = "第四条"
quote = "配偶、父母、子女"
value = ["spouse", "parent", "child"]

[[venues]]
day = 2023-01-01
basis = "stated"
rule = "SET-8"
text = "notice"
place = "第六条"
quote = "定点医疗机构"
value = [{ kind = "hospital", in_region = true }]

[[sponsor_shown]]
day = 2023-01-01
basis = "stated"
rule = "SET-11"
text = "notice"
place = "第七条"
quote = "出示授权人凭证"
value = true

[[year_turn]]
day = 2023-01-01
basis = "stated"
rule = "ACC-2"
text = "notice"
place = "第八条"
quote = "自然年度"
value = "01-01"
"""

GOOD = {"pack.toml": HEAD, "pools.toml": ANSWERS, "values.toml": VALUES}


def refused(files: dict[str, str]) -> BadPack:
    """The reader's refusal of a pack."""
    with pytest.raises(BadPack) as found:
        read_pack(files)
    return found.value


def test_the_good_pack_reads() -> None:
    """What the tables below change is sound as it stands."""
    pack = read_pack(GOOD)
    assert (pack.region, pack.name_en, pack.attribution) == ("990000", "Some city", "stated")
    five, unlimited = pack.answers["max_members"]
    assert (five.value, unlimited.value) == (5, "none")
    assert (five.rules, unlimited.rules) == (("NET-9",), ("NET-9", "NET-11"))
    assert unlimited.key == "990000/max_members@2024-01-01"
    assert (five.reading, unlimited.reading_en) == ("", "Without a limit.")


def test_provisions_are_read_in_the_order_of_their_days() -> None:
    """Whatever order they stand in."""
    first, second = ANSWERS.split("\n\n")
    pack = read_pack({**GOOD, "pools.toml": f"{second}\n\n{first}\n"})
    assert [provision.value for provision in pack.answers["max_members"]] == [5, "none"]


POOLS: list[tuple[str, str, str, int]] = [
    # what was changed in pools.toml → key and words of the message, and the line
    ('quote = "最多五人"\n', "", "max_members.quote: missing", 1),
    ('quote = "最多五人"', 'quote = " "', "max_members.quote: words in quotes, not empty", 1),
    ('quote = "最多五人"', "quote = 5", "max_members.quote: words in quotes, not empty", 1),
    ('rule = "NET-9"\n', "", "max_members.rule: missing; a provision without day, rule and", 1),
    ('rule = "NET-9"', 'rule = "9"', 'max_members.rule: rule identifiers such as "NET-5"', 1),
    ('rule = "NET-9"', "rule = []", "max_members.rule: rule identifiers", 1),
    ('rule = "NET-9"', 'rule = "NET-9\\n"', "max_members.rule: rule identifiers", 1),
    ('rule = "NET-9"', 'rule = "NET-0"', "max_members.rule: rule identifiers", 1),
    ('text = "notice"\n', "", "max_members.text: missing", 1),
    ('text = "notice"', 'text = "note"', "max_members.text: one of the pack's texts: notice;", 1),
    ('text = "notice"', 'text = ["notice"]', "max_members.text: one of the pack's texts", 1),
    ('place = "第三条"\n', "", "max_members.place: missing", 1),
    ("value = 5\n", "", "max_members.value: missing", 1),
    ("value = 5", 'value = "many"', "max_members.value: Invalid enum value 'many'", 1),
    ("value = 5", "value = 0", "max_members.value: Expected `int` >= 1", 1),
    ("value = 5", "value = 5.0", "max_members.value: Expected `int | str`, got `float`", 1),
    ("value = 5", "value = true", "max_members.value: Expected `int | str`, got `bool`", 1),
    ("day = 2023-01-01\n", "", "max_members.day: missing", 1),
    ("day = 2023-01-01", 'day = "2023-01-01"', "max_members.day: a day such as 2022-07-01", 1),
    ("day = 2023-01-01", "day = 2023-01-01T00:00:00", "max_members.day: a day such as", 1),
    ('basis = "stated"\n', "", "max_members.basis: missing", 1),
    ('basis = "stated"', 'basis = "guessed"', "max_members.basis: one of first_seen, rounded,", 1),
    ('basis = "rounded"', 'basis = "around"', "max_members.basis: one of first_seen, rounded,", 10),
    ("value = 5", "value = 5\nvaleu = 6", "max_members.valeu: unknown key; did you mean value?", 1),
    ('reading_en = "Without a limit."\n', "", "max_members.reading: a reading is given in Ch", 10),
    ('reading = "“不限”即没有上限。"', "reading = 5", "max_members.reading: words in quotes; found 5", 10),
    ("day = 2024-01-01", "day = 2023-01-01", "max_members: two provisions on 2023-01-01", 10),
    ("[[max_members]]\nday = 2023", "[[max_member]]\nday = 2023",
     "max_member: no such question; did you mean max_members?", 1),
    (ANSWERS, "max_members = 5", "max_members: write each provision as a table [[max_members]]", 1),
    (ANSWERS, "[max_members]\nvalue = 5", "max_members: write each provision as a table", 1),
    (ANSWERS, "zzz = 5", "zzz: no such question; known are account_excluded,", 1),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "wrong", "line"), POOLS)
def test_a_mistake_in_an_answer_names_file_line_key_and_what_is_allowed(
    old: str, new: str, wrong: str, line: int
) -> None:
    """The first mistake stops the reading."""
    assert old in ANSWERS
    found = refused({**GOOD, "pools.toml": ANSWERS.replace(old, new, 1)})
    assert (found.file, found.line) == ("pools.toml", line)
    assert str(found).startswith(f"pools.toml, line {line}: {wrong}")


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('["spouse", "parent", "child"]', '["spouse", "uncle"]',
         "kin_allowed.value: Invalid enum value 'uncle' - at `$[1]`; allowed: a list of (spouse |"),
        ('["spouse", "parent", "child"]', '"spouse"',
         "kin_allowed.value: Expected `array`, got `str`; allowed: a list of (spouse | parent"),
        ('value.pharmacy = ["current"]\n', "", "own_draw_order.value: no answer for pharmacy"),
        ("value.pharmacy", "value.dentist",
         "own_draw_order.value: Invalid enum value 'dentist' - at `key` in `$`; allowed: a table"),
        ('value.pharmacy = ["current"]', 'value.pharmacy = ["savings"]',
         "own_draw_order.value: Invalid enum value 'savings'"),
        ("in_region = true", "in_the_region = true",
         "venues.value: Object contains unknown field `in_the_region` - at `$[0]`; allowed: a list"),
        ('kind = "hospital", ', "", "venues.value: Object missing required field `kind`"),
        ("value = true", 'value = "yes"',
         "sponsor_shown.value: Expected `bool`, got `str`; allowed: true or false"),
        ("value = true", "value = 1", "sponsor_shown.value: Expected `bool`, got `int`"),
        ('value = "01-01"', 'value = "1 January"', "year_turn.value: Expected `str` matching"),
        ('value = "01-01"', 'value = "13-01"', "year_turn.value: Expected `str` matching"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_form_is_told_its_form(old: str, new: str, wrong: str) -> None:
    """So that no rule reaches a decision half understood."""
    assert old in VALUES
    found = refused({**GOOD, "values.toml": VALUES.replace(old, new, 1)})
    assert found.file == "values.toml"
    assert found.line == VALUES.splitlines().index(f"[[{found.key.partition('.')[0]}]]") + 1
    assert str(found).partition(": ")[2].startswith(wrong)


def test_no_pack_opens_pools_across_regions() -> None:
    """No text says whose rule would decide then (REA-1, decision 0052); a bond that nobody's bill
    finds would be worse than a pack that does not load."""
    opens = VALUES.replace("[[own_draw_order]]", "[[member_in_region]]").partition("value.")[0]
    found = refused({**GOOD, "far.toml": f"{opens}value = false\n"})
    assert str(found) == (
        "far.toml, line 1: member_in_region.value: Invalid enum value False; allowed: true"
    )


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('region = "990000"\n', "", "pack.toml: region: missing from the head"),
        ('region = "990000"', "region = 990000", "pack.toml, line 1: region: words in quotes"),
        ('region = "990000"', 'region = "99"', "pack.toml, line 1: region: six digits in quotes"),
        ('region = "990000"', 'region = "99000０"', "pack.toml, line 1: region: six digits"),  # noqa: RUF001 - a full-width digit
        ('name = "某市"\n', "", "pack.toml: name: missing from the head"),
        ('name = "某市"', "name = 5", "pack.toml, line 2: name: words in quotes; found 5"),
        ('name_en = "Some city"\n', "", "pack.toml: name_en: missing from the head"),
        ('name_en = "Some city"', "name_en = true", "pack.toml, line 3: name_en: words in"),
        ('name_en = "Some city"', 'name_en = "x"\nattribution = "sure"',
         "pack.toml, line 4: attribution: one of probable, stated; found 'sure'"),
        ('name_en = "Some city"', 'name_en = "x"\nnote = 1', "pack.toml, line 4: note: words in"),
        ("checked = 2026-11-22", "", "pack.toml, line 5: texts: Object missing required field"),
        ("checked = 2026-11-22", 'checked = "soon"', "pack.toml, line 5: texts: "),
        ("checked", "checkd", "pack.toml, line 5: texts: Object contains unknown field `checkd`"),
        ('region = "990000"', "region =", "pack.toml, line 1: not TOML: Invalid value"),
        ('name = "某市"', 'name = "某市', "pack.toml, line 2: not TOML: "),
        ('name = "某市"', 'name = "某市"\nname = "x"', "pack.toml, line 3: not TOML: Cannot over"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_head(old: str, new: str, wrong: str) -> None:
    """The file named is the one in which the head stands, not the first of the folder."""
    assert old in HEAD
    before = {"a-first.toml": VALUES, "pools.toml": ANSWERS}
    found = refused({**before, "pack.toml": HEAD.replace(old, new, 1)})
    assert str(found).startswith(wrong)


def test_a_question_is_answered_in_one_file() -> None:
    """A second file that answers it is told where it is answered already."""
    found = refused({**GOOD, "z.toml": ANSWERS})
    assert str(found) == "z.toml, line 1: max_members: already answered in pools.toml"


def test_the_head_stands_in_one_file() -> None:
    """Two heads would be two regions."""
    found = refused({**GOOD, "z.toml": 'name = "别市"'})
    assert str(found) == "z.toml, line 1: name: stands in two files of the pack"


# ── All packs together ───────────────────────────────────────────────────────────────────────────


def law_of(**folders: dict[str, str]) -> Law:
    """The shipped baseline with further packs."""
    shipped = shipped_packs()
    return read_law({"100000-national": shipped["100000-national"], **folders})


def test_a_region_stands_on_the_baseline_question_by_question() -> None:
    """Its own text where it speaks, the national text where it is silent."""
    law = law_of(city=GOOD).on("990000", date(2023, 6, 1))
    assert law.max_members.value == 5
    assert law.max_members.region == "990000"
    assert law.pool_pays.region == "100000"


def test_the_baseline_must_be_there() -> None:
    """Without it there is nothing to stand on."""
    with pytest.raises(BadPack, match="the national baseline is missing"):
        read_law({"city": GOOD})


def test_two_packs_may_not_claim_one_region() -> None:
    """Whichever were read last would win."""
    with pytest.raises(BadPack, match="990000: two packs claim this region"):
        law_of(city=GOOD, other=GOOD)


@pytest.mark.parametrize("name", ["pool_pays", "max_members", "own_draw_order"])
def test_a_required_question_that_nobody_answers_is_named(name: str) -> None:
    """Neither the pack nor the baseline: then no pack loads."""
    national = {
        file: text.replace(f"[[{name}]]", "[[window_claim]]")
        for file, text in shipped_packs()["100000-national"].items()
    }
    national = {file: drop(text) for file, text in national.items()}
    with pytest.raises(BadPack, match=f"{name}: a required question that neither"):
        read_law({"100000-national": national})


def drop(text: str) -> str:
    """The text without its answers to the one question that is not required."""
    head, *clauses = text.split("[[")
    kept = [clause for clause in clauses if not clause.startswith("window_claim]]")]
    return "[[".join([head, *kept])


def test_the_version_follows_every_letter_of_every_pack() -> None:
    """A blank more is another version; the order of files is not."""
    shipped = shipped_packs()
    assert read_law(shipped).version == LAW.version
    turned = {folder: dict(reversed(files.items())) for folder, files in reversed(shipped.items())}
    assert read_law(turned).version == LAW.version
    one = shipped["310000-shanghai"]
    changed = {**shipped, "310000-shanghai": {**one, "pack.toml": one["pack.toml"] + " "}}
    assert read_law(changed).version != LAW.version


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_every_question_says_what_it_asks_and_what_form_an_answer_has(name: str) -> None:
    """In both languages, and in words."""
    question = QUESTIONS[name]
    assert question.asks.en.endswith("?")
    assert question.asks.zh.endswith("？")
    form = describe(question.form)
    assert "<class" not in form
    assert "typing." not in form
