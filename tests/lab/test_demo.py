"""The demonstration runs, in both languages, in a fresh office and in the sample city."""

import io

import pytest
from rich.console import Console

from gongji.desk.settling import replay
from gongji.lab.city import build_city
from gongji.lab.demo import print_decision, run_demo
from gongji.wiring import local_clock, office_in_memory


def console() -> tuple[Console, io.StringIO]:
    paper = io.StringIO()
    return Console(file=paper, width=110, force_terminal=False), paper


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "zh",
            [
                "李小明",
                "共济资金 (李明) ¥100.00",
                "凭定点医疗机构的电子处方",
                "账簿核验相符",
                "SET-3",
            ],
        ),
        (
            "en",
            [
                "Li Xiaoming",
                "pooled money (李明) ¥100.00",
                "There was no prescription",
                "the books agree",
                "SET-7",
            ],
        ),
    ],
)
def test_it_shows_the_split_the_causes_the_rules_and_the_proof(lang: str, words: list[str]) -> None:
    """A newcomer sees a bill paid from the pool, one that is not, and why."""
    where, paper = console()

    run_demo(office_in_memory(local_clock), where, lang)

    shown = paper.getvalue()
    for each in words:
        assert each in shown, each
    assert shown.count("✓") == 4  # pooled, two replays, the proof
    assert shown.count("✗") == 3  # not bound, no prescription, not listed


def test_it_runs_in_the_sample_city_and_twice() -> None:
    """The second time the bills are answered as recorded."""
    office = office_in_memory(local_clock)
    build_city(office, families=4)
    first, second = console(), console()

    run_demo(office, first[0])
    run_demo(office, second[0])

    assert first[1].getvalue().splitlines()[:-1] == second[1].getvalue().splitlines()[:-1]


def test_a_decision_explained_masks_the_names() -> None:
    """Whoever explains a decision need not know whose it is."""
    office = office_in_memory(local_clock)
    city = build_city(office)
    where, paper = console()

    for key in city.shown.values():
        answer = office.ask(lambda s, key=key: s.unit.answered([key])[key])  # type: ignore[misc]
        print_decision(where, office, replay(office, answer))

    shown = paper.getvalue()
    assert "*" in shown
    for some in city.families:
        for person in some.people:
            assert person.name not in shown
