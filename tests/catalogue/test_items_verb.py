"""The verb `items` of a scenario."""

from pathlib import Path
from typing import Any

import pytest

from gongji.lab.forms import BadScenario
from gongji.lab.scenarios import Result, read_file, run_scenario
from gongji.wiring import office_in_memory

STORY = """\
- scenario: lines
  region: "{region}"
  clock: {clock}
  people:
    child: {{scheme: resident, born: 2016-03-02}}
    stranger: {{scheme: none}}
  institutions:
    hospital: {{kind: hospital, level: primary}}
  catalogue:
    amoxicillin: {{class: A, kind: drug}}
    cefdinir: {{class: B, first_share: 0.10, kind: drug}}
    mask: {{class: B, first_share: 0.25, kind: consumable}}
    ginseng_wine: {{class: unlisted, kind: drug}}
  steps:
    - items: {items}
      expect: {expect}
"""


def run(
    folder: Path, items: str, expect: str, region: str = "100000", clock: str = "2024-10-08T09:00"
) -> Result:
    """Run a story of one step."""
    file = folder / "story.yaml"
    file.write_text(
        STORY.format(items=items, expect=expect, region=region, clock=clock), encoding="utf-8"
    )
    (scenario,) = read_file(file)
    result = run_scenario(str(file), scenario, office_in_memory)
    return result


def passes(folder: Path, items: str, expect: str, **more: Any) -> None:
    """The story comes out as expected."""
    result = run(folder, items, expect, **more)
    assert result.passed, result.failure


HEAD = "at: hospital, patient: child"
PLAN = "plan: {deductible: 20.00, ratio: 0.60}"


def test_class_a_class_b_and_the_rest(tmp_path: Path) -> None:
    """The shared scenario, with what each line came to."""
    lines = (
        "[{name: amoxicillin, price: 10.00, count: 3}, {name: cefdinir, price: 50.00, count: 2},"
        " {name: ginseng_wine, price: 88.00}]"
    )
    expect = (
        "{total: 218, fund_paid: 60, self_paid: 70, uncovered: 88, cites: [CAT-1, CAT-2], lines: ["
        "{name: amoxicillin, total: 30, fund_paid: 15, self_paid: 15, uncovered: 0, class: A},"
        "{name: cefdinir, total: 100, fund_paid: 45, self_paid: 55, uncovered: 0, class: B},"
        "{name: ginseng_wine, total: 88, fund_paid: 0, uncovered: 88, class: unlisted}]}"
    )
    passes(tmp_path, f"{{{HEAD}, lines: {lines}, {PLAN}}}", expect)


@pytest.mark.parametrize(
    ("lines", "plan", "expect"),
    [
        ("[{name: nobody_knows, price: 5}]", PLAN, "{total: 5, uncovered: 5, cites: [CAT-1]}"),
        ("[{name: mask, price: 0.10}]", "plan: {deductible: 0, ratio: 1}",
         "{total: 0.10, fund_paid: 0.08, self_paid: 0.02, uncovered: 0}"),
        ("[{name: amoxicillin, price: 0.01}]", "plan: {deductible: 0, ratio: 0.5}",
         "{fund_paid: 0.01, self_paid: 0}"),
        ("[{name: amoxicillin, price: 19.99}]", PLAN, "{fund_paid: 0, self_paid: 19.99}"),
        ("[{name: cefdinir, price: 33.33, count: 3}]", "plan: {deductible: 0, ratio: 0.6}",
         "{total: 99.99, fund_paid: 53.99, self_paid: 46.00}"),
    ],
)  # fmt: skip
def test_sums(tmp_path: Path, lines: str, plan: str, expect: str) -> None:
    """Unlisted names, half fens and deductibles."""
    passes(tmp_path, f"{{{HEAD}, lines: {lines}, {plan}}}", expect)


def test_without_a_plan_the_regions_own_holds(tmp_path: Path) -> None:
    """Shanghai's is weak and there; nationally none is configured, and nothing is guessed."""
    lines = "[{name: amoxicillin, price: 1000}]"
    passes(
        tmp_path,
        f"{{{HEAD}, lines: {lines}}}",
        "{fund_paid: 490, self_paid: 510}",
        region="310000",
        clock="2026-03-01T09:00",
    )
    passes(tmp_path, f"{{{HEAD}, lines: {lines}}}", "{refused: not_configured}")


def test_who_has_no_benefits_is_refused(tmp_path: Path) -> None:
    """As at a settlement."""
    items = f"{{at: hospital, patient: stranger, lines: [{{name: amoxicillin, price: 1}}], {PLAN}}}"
    passes(tmp_path, items, "{refused: patient_not_insured}")


@pytest.mark.parametrize(
    ("items", "key"),
    [
        (f"{{{HEAD}, lines: [], {PLAN}}}", "lines"),
        (f"{{{HEAD}, lines: [{{name: x}}], {PLAN}}}", "lines[1].price"),
        (f"{{{HEAD}, lines: [{{name: x, price: 1, count: 0}}], {PLAN}}}", "lines[1].count"),
        (f"{{{HEAD}, lines: [{{name: x, price: 1, colour: red}}], {PLAN}}}", "lines[1].colour"),
        (f"{{{HEAD}, lines: [{{name: x, price: -1}}], {PLAN}}}", "lines[1].price"),
        (
            f"{{{HEAD}, lines: [{{name: x, price: 1}}], plan: {{deductible: 0, ratio: 1.5}}}}",
            "ratio",
        ),
        (f"{{{HEAD}, lines: [{{name: x, price: 1}}], plan: {{ratio: 1}}}}", "plan.deductible"),
    ],
)
def test_a_mistake_in_the_story_names_its_key(tmp_path: Path, items: str, key: str) -> None:
    """File, scenario, step and key."""
    with pytest.raises(BadScenario, match=key.replace("[", r"\[").replace("]", r"\]")):
        run(tmp_path, items, "{}")
