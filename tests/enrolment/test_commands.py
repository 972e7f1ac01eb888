"""The commands `gongji waiting` and `gongji ceiling`."""

import pytest
from click.testing import CliRunner, Result

from gongji.cli.enrolment import ceiling, waiting


def run(command: object, *words: str) -> Result:
    """Run a command with the shipped packs."""
    return CliRunner().invoke(command, words)  # type: ignore[arg-type]


def test_waiting_is_written_out() -> None:
    """With its arithmetic and the words of its rules."""
    words = ("310000", "--for", "2027", "--paid-on", "2026-12-01", "--in-period")
    found = run(waiting, *words, "--missed", "2025", "--missed", "2026")
    assert found.exit_code == 0
    assert "= 4个月" in found.output and "ENR-2" in found.output


def test_the_ceiling_is_written_out_and_says_that_amounts_are_missing() -> None:
    """A range of years, a single one, and the other language."""
    words = ("310000", "--year", "2030", "--enrolled", "2025-2029", "--enrolled", "2030")
    found = run(ceiling, *words, "--zero-claim", "2028", "--lang", "en")
    assert found.exit_code == 0
    assert "6 years without a gap since 2025: 2 beyond the first 4" in found.output
    assert "1 years without reimbursement" in found.output
    assert "not configured" in found.output and "ENR-5" in found.output


@pytest.mark.parametrize("years", ["25", "2029-2025", "2025-", "x"])
def test_years_that_are_none(years: str) -> None:
    """Told with the form that they must have."""
    found = run(ceiling, "310000", "--year", "2029", "--enrolled", years)
    assert found.exit_code == 2 and years in found.output
