"""What the reader of scenarios refuses, and how it says so; and what a failure shows."""

from pathlib import Path
from typing import Any

import pytest

from gongji.lab.forms import BadScenario
from gongji.lab.scenarios import Result, read_file, run_paths, run_scenario
from gongji.lab.verbs import VERBS, Money
from gongji.wiring import office_in_memory

GOOD = """\
- scenario: A family
  region: "310000"
  clock: 2025-12-01T09:00
  people:
    wang: {scheme: employee, carried: 90}
    lan: {scheme: resident}
  institutions:
    clinic: {kind: hospital, level: primary}
  steps:
    - pool: {sponsor: wang, members: {lan: child}, uses: [pay]}
      expect: {bound: [lan]}
    - settle: {id: a1, patient: lan, at: clinic, total: 10, fund_paid: 0, self_paid: 10, uncovered: 0}
      expect: {outcome: pooled, pooled: 10}
"""


def run(tmp_path: Path, text: str) -> list[Result]:
    """Run a file with this text."""
    file = tmp_path / "family.yaml"
    file.write_text(text, encoding="utf-8")
    return [run_scenario(str(file), one, office_in_memory) for one in read_file(file)]


def test_the_good_family_passes(tmp_path: Path) -> None:
    """What the tables below change is sound as it stands."""
    (result,) = run(tmp_path, GOOD)
    assert result.passed
    assert (Path(result.file).name, result.scenario) == ("family.yaml", "A family")


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        # what was changed → what the message says after file and scenario
        ("region:", "regiom:", "key regiom: unknown key; known are catalogue, clock, institutions"),
        ('  region: "310000"\n', "", "key region: missing"),
        ('"310000"', '"31000"', 'key region: six digits such as "310000"; found \'31000\''),
        ("2025-12-01T09:00", "yesterday", "key clock: a local time such as 2025-11-10T09:00"),
        ("2025-12-01T09:00", "1025-12-01T09:00", "key clock: a time of this century; found"),
        ("    - pool:", "    - credit: {person: wang, purse: current, amount: 0}\n    - pool:",
         "step 1, key amount: a sum is more than nothing"),
        ("    - pool:", "    - reverse: {id: r1, of: b1, self_paid: 0}\n    - pool:",
         "step 1, key self_paid: a sum is more than nothing"),
        ("2025-12-01T09:00", "2025-12-01T09:00Z", "key clock: a local time has no offset"),
        ("scheme: employee", "schema: employee", "key people.wang.schema: unknown key"),
        ("scheme: employee", "scheme: employed",
         "key people.wang.scheme: one of employee, resident, mutual_aid, retired_cadre, none; found"),
        ("carried: 90", "carried: 90.001", "key people.wang.carried: yuan with at most two decimals"),
        ("carried: 90", "carried: -90", "key people.wang.carried: yuan with at most two decimals"),
        ("carried: 90", "carried: 9e9", "key people.wang.carried: yuan with at most two decimals"),
        ("carried: 90", "carried: 99999999999", "key people.wang.carried: more than ten billion yuan"),
        ("carried: 90", "ecode: yes", "key people.wang.ecode: true or false; found 'yes'"),
        ("carried: 90", "born: 2016-02-30", "key people.wang.born: a day such as 2025-11-10"),
        ("{scheme: resident}", "resident", "key people.lan: a table of keys and values"),
        ("level: primary", "level: top", "key institutions.clinic.level: one of primary, secondary"),
        ("kind: hospital, ", "", "key institutions.clinic.kind: missing"),
        ("    - pool:", "    - pol:", "step 1, key pol: no such verb; known are at, balance,"),
        ("      expect: {bound", "      expects: {bound",
         "step 1: one verb a step is needed, and beside it nothing but as and expect; found pool,"
         " expects"),
        ("      expect: {bound: [lan]}", "      expect: all", "step 1, key expect: a table"),
        ("bound: [lan]", "boud: [lan]",
         "step 1, key expect.boud: no answer has such a key; known are accounts, amount,"),
        ("bound: [lan]", "boud: null", "step 1, key expect.boud: no answer has such a key; known"),
        ("    - settle:", "    - dissolve: wang\n      as: [wang]\n    - settle:",
         "step 2, key as: a word is needed, found ['wang']"),
        ("sponsor: wang, ", "", "step 1, key sponsor: missing; needed are sponsor"),
        ("lan: child", "lan: daughter",
         "step 1, key members.lan: one of spouse, parent, child, sibling"),
        ("{lan: child}", "[lan]", "step 1, key members: a table of keys and values is needed"),
        ("uses: [pay]", "uses: pay", "step 1, key uses: a list of (pay, contribute); found 'pay'"),
        ("uses: [pay]", "uses: [spend]", "step 1, key uses: one of pay, contribute; found 'spend'"),
        ("uses: [pay]", "committed: maybe", "step 1, key committed: true or false; found 'maybe'"),
        ("uses: [pay]", "channel: post", "step 1, key channel: one of app, mini_program,"),
        ("id: a1, ", "", "step 2, key id: missing"),
        ("id: a1", "id: [a1]", "step 2, key id: an id of 1 to 64 letters, digits and . _ : -,"),
        ("id: a1", "id: 单据", "step 2, key id: an id of 1 to 64 letters, digits and . _ : -,"),
        ("total: 10,", "total: 10, kindness: none,", "step 2, key kindness: unknown key; known are"),
        ("self_paid: 10", "self_paid: ten", "step 2, key self_paid: yuan with at most two decimals"),
        ("total: 10,", "total: 10, kind: dental,", "step 2, key kind: one of outpatient, emergency"),
        ("total: 10,", "total: 10, listed: 1,", "step 2, key listed: true or false; found '1'"),
        ("total: 10,", "total: 10, credential: lent,", "step 2, key credential: one of own,"),
        ("    - settle:", "    - at: 2025-11-30T09:00\n    - settle:",
         "step 2, key at: 2025-11-30T09:00 lies before 2025-12-01T09:00"),
        ("    - settle:", "    - settled\n    - settle:", "step 2: a table of keys and values"),
        ("    - settle:", "    - balance: {person: wang}\n    - settle:",
         "step 2, key balance: a word is needed"),
        ("    - settle:", "    - settle: a1\n    - settle:",
         "step 2, key settle: a table of keys and values is needed, found 'a1'"),
        ("    - settle:", "    - at: tomorrow\n    - settle:",
         "step 2, key at: a local time such as 2025-11-10T09:00; found 'tomorrow'"),
        ("    - settle:", "    - view: {who: wang, what: pots, of: wang}\n    - settle:",
         "step 2, key what: pool or payments; found 'pots'"),
    ],
)  # fmt: skip
def test_a_mistake_names_file_scenario_step_and_key(
    tmp_path: Path, old: str, new: str, wrong: str
) -> None:
    """And what would be right."""
    assert old in GOOD
    with pytest.raises(BadScenario) as found:
        run(tmp_path, GOOD.replace(old, new, 1))
    file, _, rest = str(found.value).partition("family.yaml")
    assert file.endswith("/")
    assert rest.startswith(f", scenario 'A family', {wrong}")
    assert found.value.wrong


@pytest.mark.parametrize("name", ["", "[a, b]"])
def test_a_scenario_has_a_name(tmp_path: Path, name: str) -> None:
    """In words; what has none is named by its file alone."""
    with pytest.raises(BadScenario, match=r"family\.yaml, key scenario: a word is needed"):
        run(tmp_path, GOOD.replace("A family", name))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "a list of scenarios is needed"),
        ("a: b", "a list of scenarios is needed"),
        ("- a\n- b", "a table of keys and values is needed, found 'a'"),
        ("- [", "while parsing"),
        ("- scenario: a\n  scenario: b", "'scenario' stands twice (line 2)"),
        (
            GOOD.replace("    lan:", "    wang: {scheme: none}\n    lan:"),
            "'wang' stands twice (line 6)",
        ),
        (GOOD.replace("lan: child}", "lan: child, lan: spouse}"), "'lan' stands twice (line 10)"),
        ("--- a\n--- b", "expected a single document"),
        ("- &a [*a]", ""),
        ("- *a", "undefined alias"),
        ("- " + "[" * 2000 + "]" * 2000, "stand too deep"),
    ],
)
def test_what_is_no_list_of_scenarios_is_refused_with_the_file(
    tmp_path: Path, text: str, wrong: str
) -> None:
    """No key twice, no guessing, one document."""
    with pytest.raises(BadScenario) as found:
        run(tmp_path, text)
    assert "family.yaml" in str(found.value)
    assert wrong in str(found.value)


def test_a_key_is_a_word(tmp_path: Path) -> None:
    """YAML allows a list as a key; a scenario does not."""
    with pytest.raises(BadScenario):
        run(tmp_path, GOOD.replace("scheme: resident", "? [a, b] : c"))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, or not in UTF-8; a folder without any scenario too."""
    with pytest.raises(BadScenario, match=r"nothing\.yaml.*No such file"):
        read_file(tmp_path / "nothing.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"- scenario: \xff\n")
    with pytest.raises(BadScenario, match=r"latin\.yaml.*can't decode"):
        read_file(tmp_path / "latin.yaml")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadScenario, match="a folder without any"):
        list(run_paths([tmp_path / "empty"], office_in_memory))


def test_values_mean_what_they_say(tmp_path: Path) -> None:
    """`no` is a word, `0777` is digits, a day is a day; nothing is guessed from its looks."""
    file = tmp_path / "words.yaml"
    file.write_text("- {a: no, b: 0777, c: 2025-11-10, d: 500.00, e: ~, f: 1_000}")
    assert read_file(file) == [
        {"a": "no", "b": "0777", "c": "2025-11-10", "d": "500.00", "e": "~", "f": "1_000"}
    ]


# ── What a failure shows ─────────────────────────────────────────────────────────────────────────

AT_STEP_2: list[tuple[str, str, dict[str, Any]]] = [
    ("pooled: 10}", "pooled: 11}", {"pooled": {"expected": "11", "came": 10_00}}),
    (
        "outcome: pooled",
        "outcome: own_funds",
        {"outcome": {"expected": "own_funds", "came": "pooled"}},
    ),
    ("pooled: 10}", "refused: forbidden}", {"refused": {"expected": "forbidden", "came": None}}),
    ("pooled: 10}", "pooled: about ten}", {"pooled": {"expected": "about ten", "came": 10_00}}),
    ("total: 10", "total: 11", {"refused": {"expected": None, "came": "amounts_do_not_add_up"}}),
]


@pytest.mark.parametrize(("old", "new", "wrong"), AT_STEP_2)
def test_a_failure_shows_step_what_was_expected_what_came_and_the_rules(
    tmp_path: Path, old: str, new: str, wrong: dict[str, Any]
) -> None:
    """The step that differs, in the words of the file."""
    (result,) = run(tmp_path, GOOD.replace(old, new, 1))
    assert not result.passed
    failure = result.failure
    assert (failure["step"], failure["verb"]) == (2, "settle")
    for key, value in wrong.items():
        assert failure["wrong"][key] == value
    if "refused" not in wrong or wrong["refused"]["came"] is None:
        assert {"SET-2", "SET-3"} <= set(failure["cites"])


def test_money_that_was_not_expected_is_shown_in_yuan(tmp_path: Path) -> None:
    """As the file writes it, not in the program's fen."""
    (result,) = run(tmp_path, GOOD.replace("pooled: 10}", "pooled: 10.01, own: {carried: 1}}"))
    wrong = result.failure["wrong"]
    assert f"{wrong['pooled']['came']}" == "10.00"
    assert f"{wrong['own']['came']}" == "Split(current=0.00, carried=0.00)"
    assert [str(Money(fen)) for fen in (-1, 5, 100)] == ["-0.01", "0.05", "1.00"]


@pytest.mark.parametrize(
    ("expect", "holds"),
    [
        ("bound: [lan]", True),
        ("bound: []", False),
        ("bound: [lan, wang]", False),
        ("bound: lan", False),
        ("cites: []", True),
        ("cites: [SET-4]", False),
        ("not_bound: {}", True),
        ("not_bound: {lan: own_self}", False),
        ("refused: own_self", False),
    ],
)
def test_lists_are_equal_as_sets_and_cites_are_contained(
    tmp_path: Path, expect: str, holds: bool
) -> None:
    """What `expect` leaves out is not compared."""
    (result,) = run(tmp_path, GOOD.replace("bound: [lan]", expect, 1))
    assert result.passed is holds


def test_without_expect_a_step_must_succeed(tmp_path: Path) -> None:
    """A refusal that nobody expected fails; so does a pool in which nobody could be bound."""
    refused = GOOD.replace("      expect: {bound: [lan]}\n", "").replace(
        "lan: child", "ghost: child"
    )
    (result,) = run(tmp_path, refused)
    assert result.failure["step"] == 1
    assert result.failure["wrong"] == {
        "nothing_done": {"expected": None, "came": {"ghost": "unknown_person"}},
        "names": {"expected": "one of wang, lan, clinic", "came": "ghost"},
    }


@pytest.mark.parametrize(
    ("old", "new", "code", "name"),
    [
        ("patient: lan", "patient: lam", "unknown_person", "lam"),
        ("at: clinic", "at: clinik", "unknown_institution", "clinik"),
        ("patient: lan, at: clinic", "patient: lam, at: clinik", "unknown_person", "lam, clinik"),
    ],
)
def test_a_failure_says_which_names_nobody_has(
    tmp_path: Path, old: str, new: str, code: str, name: str
) -> None:
    """A name may be nobody's on purpose, so it is no error; where a step fails, it is told."""
    text = GOOD.replace(old, new, 1)
    (result,) = run(tmp_path, text)
    wrong = result.failure["wrong"]
    assert wrong["refused"]["came"] == code
    assert wrong["names"] == {"expected": "one of wang, lan, clinic", "came": name}
    (meant,) = run(tmp_path, text.replace("{outcome: pooled, pooled: 10}", f"{{refused: {code}}}"))
    assert meant.passed


@pytest.mark.parametrize(
    ("expect", "holds"),
    [
        ("{ends: 2025-12-01}", True),
        ("{ends: 2025-12-01T09:00}", True),
        ("{ends: 2025-12-01T09:00:00}", True),
        ("{ends: 2025-12-01 09:00}", True),
        ("{ends: 2025-12-02}", False),
        ("{ends: 2025-12-01T09:01}", False),
    ],
)
def test_an_end_is_a_day_or_a_time(tmp_path: Path, expect: str, holds: bool) -> None:
    """Both ways of writing it are understood."""
    text = GOOD + f"    - unbind: {{sponsor: wang, member: lan}}\n      expect: {expect}\n"
    (result,) = run(tmp_path, text)
    assert result.passed is holds


def test_a_defect_of_ours_keeps_no_other_family_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as a failure of its scenario, with what went wrong, and the next one is run."""

    def broken(*_: object) -> dict[str, Any]:
        raise ZeroDivisionError("nobody's share")

    monkeypatch.setitem(VERBS, "dissolve", broken)
    file = tmp_path / "two.yaml"
    file.write_text(GOOD + "    - dissolve: wang\n" + GOOD.replace("A family", "Another"))
    first, second = run_paths([file], office_in_memory)
    assert "scenario 'A family': a defect of ours, ZeroDivisionError(" in first.failure["error"]
    assert second.passed


STEPS: list[tuple[str, str, str]] = [
    # who asks, what is asked, what comes of it
    ("mei", "pool: {sponsor: mei, members: {ghost: child, spook: child, yu: child}}",
     "{bound: [yu], not_bound: {ghost: unknown_person, spook: unknown_person}}"),
    ("", "balance: wang", "{carried: 80, cites: [ACC-6]}"),
    ("", "reverse: {id: r1, of: a1, self_paid: 4}", "{pooled: 4, cites: [ACC-2, ACC-7]}"),
    ("", "premium: {person: lan, year: 2026, via: school, amount: 400}",
     "{amount: 400, cites: [CON-1, CON-2]}"),
    ("wang", "balance: wang", "{carried: 80}"),
    ("lan", "balance: wang", "{refused: forbidden, cites: [NET-13]}"),
    ("wang", "statement: {person: wang, month: 2025-11}",
     "{opening: {carried: 90}, closing: {carried: 90}}"),
    ("lan", "statement: {person: wang, month: 2025-12}", "{refused: forbidden}"),
    ("", "standing: {person: lan, died: 2025-12-01}", "{}"),
    ("", "standing: {person: lan, died: true}", "{}"),
    ("", "settle: {id: a1, patient: lan, at: clinic, total: 10, fund_paid: 0, self_paid: 10,"
     " uncovered: 0, listed: True, prescription: FALSE}", "{repeated: True}"),
]  # fmt: skip


@pytest.mark.parametrize(("asker", "step", "expect"), STEPS)
def test_what_a_step_may_say(tmp_path: Path, asker: str, step: str, expect: str) -> None:
    """Names that nobody has are nobody's each; an account answers its owner and the office; money
    that a story begins with was there before; a death is a day, or today."""
    people = "    mei: {scheme: employee, carried: 10}\n    yu: {scheme: resident}\n"
    text = GOOD.replace("  institutions:", f"{people}  institutions:")
    by = f"      as: {asker}\n" if asker else ""
    (result,) = run(tmp_path, f"{text}    - {step}\n{by}      expect: {expect}\n")
    assert result.passed, result.failure


def test_a_question_about_nobody_needs_no_people(tmp_path: Path) -> None:
    """Waiting months are asked with years alone."""
    waiting = "{missed: [2025], enrolled_for: 2026, paid_on: 2025-12-01, in_period: true}"
    (result,) = run(
        tmp_path,
        '- {scenario: Years, region: "310000", clock: 2025-12-01T09:00, steps: ['
        f"{{waiting: {waiting}, expect: {{months: 3}}}}]}}\n",
    )
    assert result.passed, result.failure


def test_every_scenario_has_a_store_of_its_own(tmp_path: Path) -> None:
    """The same family twice in a file, and neither knows of the other."""
    first, second = run(tmp_path, GOOD + GOOD.replace("A family", "Another"))
    assert first.passed
    assert second.passed
