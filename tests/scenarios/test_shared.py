"""Every scenario is one test: the shared ones where they lie beside the project, and our own."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gongji.lab.scenarios import read_file, run_scenario
from gongji.lab.verbs import VERBS
from town import an_office

OWN = Path(__file__).parent
SHARED = OWN.parents[2] / "shared" / "scenarios"


def scenarios(folder: Path) -> list[Any]:
    """One parameter a scenario, named by file and scenario."""
    return [
        pytest.param(file, scenario, id=f"{file.stem}: {scenario.get('scenario', '?')}")
        for file in sorted(folder.glob("*.yaml"))
        for scenario in read_file(file)
    ] or [
        pytest.param(
            None, None, id="none", marks=pytest.mark.skip("no scenarios beside the project")
        )
    ]


@pytest.mark.parametrize(("file", "scenario"), scenarios(OWN))
def test_our_own_families(file: Path, scenario: dict[str, Any]) -> None:
    """The family of the scenario meets what it expects."""
    result = run_scenario(str(file), scenario, an_office)
    assert result.passed, result.failure


@pytest.mark.parametrize(("file", "scenario"), scenarios(SHARED))
def test_the_shared_families(file: Path, scenario: dict[str, Any]) -> None:
    """The family of the scenario meets what it expects."""
    result = run_scenario(str(file), scenario, an_office)
    assert result.passed, result.failure


# ── Our own leave nothing out ────────────────────────────────────────────────────────────────────

FORMAT = """
    pooled own_funds not_in_a_pool sponsor_not_shown use_not_chosen sponsor_not_in_force
    ecode_inactive institution_not_covered no_one_card category_excluded no_prescription not_listed
    nothing_self_paid own_funds_left pool_empty

    not_own_credential patient_not_insured not_designated amounts_do_not_add_up id_reused
    unknown_person unknown_institution

    unknown_settlement already_reversed more_than_settled

    sponsor_not_employee nothing_carried commitment_missing sponsor_is_member sponsor_has_pool
    own_self member_not_insured member_not_here kinship_not_allowed member_is_sponsor
    already_in_a_pool two_way_not_allowed too_many_members rebind_tomorrow

    not_bound no_pool unbind_first forbidden too_many_relatives

    contribute_not_chosen chosen_too_late paid_otherwise balance_not_above_premium
    certificate_not_ready not_published deducted failed not_chosen employer_refund pay_another_way
"""
CODES = set(FORMAT.split())
"""Every code, state and warning that a scenario can meet. `online_suspended` is left out: no verb
suspends anybody; tests/desk does."""


def words(tree: object) -> set[str]:
    """Every key and value of a scenario's steps."""
    match tree:
        case dict():
            return {str(key) for key in tree} | {w for value in tree.values() for w in words(value)}
        case list():
            return {w for value in tree for w in words(value)}
    return {str(tree)}


def test_there_are_thirty_families_and_more_with_every_verb_and_every_code() -> None:
    """A verb or a code without a family is one that nobody has tried."""
    ours = [scenario for file in sorted(OWN.glob("*.yaml")) for scenario in read_file(file)]
    assert len(ours) >= 30
    assert len({scenario["scenario"] for scenario in ours}) == len(ours)
    used = {word for scenario in ours for word in words(scenario["steps"])}
    assert used >= CODES, CODES - used
    verbs = {key for scenario in ours for step in scenario["steps"] for key in step}
    assert verbs >= set(VERBS), set(VERBS) - verbs


def test_every_expectation_of_ours_has_been_seen_to_matter() -> None:
    """Turned into another value, each expected sum or code fails its scenario."""
    file = OWN / "national.yaml"
    (scenario, *_) = read_file(file)
    for number, step in enumerate(scenario["steps"]):
        for key, value in step.get("expect", {}).items():
            changed = yaml.safe_load(yaml.safe_dump(scenario))
            other = [*value, "nobody"] if isinstance(value, list) else f"{value}1"
            changed["steps"][number]["expect"][key] = other
            result = run_scenario(str(file), changed, an_office)
            assert result.failure.get("step") == number + 1, (number, key)
            assert set(result.failure["wrong"]) == {key}
