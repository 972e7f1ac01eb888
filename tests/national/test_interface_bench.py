"""The interface's rate is measured beside the API's, with settlements and not with refusals."""

from pathlib import Path

from gongji.cli.interface_bench import measure_interface


def test_both_ways_are_measured(tmp_path: Path) -> None:
    """A short run: every answer is HTTP 200, and one is looked into."""
    found = measure_interface(tmp_path, people=40, seconds=0.2, connections=4, most=30)
    assert found.interface.statuses == {200: found.interface.answers}
    assert found.interface.answers > 0
    assert set(found.api.statuses) == {200}
    assert found.ratio > 0
