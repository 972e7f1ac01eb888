"""The ceiling of serious-illness insurance: steps up and down, and amounts that nobody has named."""

from datetime import date

import msgspec
import pytest

from gongji.policy.enrolment import Ceiling, History, ceiling
from gongji.policy.pack import Basis, Provision
from gongji.policy.questions import DayLaw
from gongji.policy.questions.contributions import CeilingAmounts
from town import LAW, LINYI, SHANGHAI, code, rules_of

TODAY = date(2026, 11, 10)


def years(text: str) -> frozenset[int]:
    """`2025-2029 2031` as a set."""
    found: set[int] = set()
    for word in text.split():
        first, _, last = word.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return frozenset(found)


def look(
    year: int, enrolled: str, missed: str = "", zero: str = "", used: int | None = None,
    law: DayLaw | None = None,
) -> Ceiling:  # fmt: skip
    """The ceiling of a year."""
    history = History(
        enrolled=years(enrolled), missed=years(missed), zero_claim=years(zero), raised_used_in=used
    )
    found = ceiling(history, year, law or LAW.on(SHANGHAI, TODAY))
    assert isinstance(found, Ceiling)
    return found


@pytest.mark.parametrize(
    ("year", "enrolled", "missed", "zero", "used", "continuous", "steps", "zeros", "lowered"),
    [
        (2028, "2025-2028", "", "", None, 4, 0, 0, 0),  # 满4年
        (2029, "2025-2029", "", "", None, 5, 1, 0, 0),  # 从第5年起
        (2031, "2025-2031", "", "", None, 7, 3, 0, 0),
        (2029, "2020-2029", "", "", None, 5, 1, 0, 0),  # years before 2025 do not count
        (2030, "2025-2028 2030", "2029", "", None, 1, 0, 0, 1),  # a gap starts the count anew
        (2031, "2025 2030-2031", "2026-2029", "", None, 2, 0, 0, 4),
        (2026, "2025-2026", "", "2025", None, 2, 0, 1, 0),
        (2027, "2025-2027", "", "2025 2026", None, 3, 0, 2, 0),
        (2026, "2025", "", "2025", None, 0, 0, 0, 0),  # the next year is not enrolled
        (2027, "2025-2027", "", "2025 2026", 2025, 3, 0, 1, 0),  # a claim clears what was before
        (2029, "2025-2029", "", "2025-2028", 2029, 5, 1, 0, 0),  # and keeps the continuous years
        (2027, "2025-2027", "2019-2024", "", None, 3, 0, 0, 0),
    ],
)
def test_steps(
    year: int, enrolled: str, missed: str, zero: str, used: int | None,
    continuous: int, steps: int, zeros: int, lowered: int,
) -> None:  # fmt: skip
    """ENR-4 and ENR-5: what raises the ceiling, what lowers it, and by how many steps."""
    found = look(year, enrolled, missed, zero, used)
    assert (found.continuous_years, found.continuous_steps) == (continuous, steps)
    assert (found.zero_claim_steps, found.lowered_years) == (zeros, lowered)
    assert {"ENR-4", "ENR-5"} <= rules_of(found.cites)


@pytest.mark.parametrize("region", [SHANGHAI, LINYI])
def test_amounts_that_nobody_has_named_are_not_zero(region: str) -> None:
    """No text that we hold names Shanghai's amounts: the sums are absent, and the answer says so."""
    found = look(2031, "2025-2031", law=LAW.on(region, TODAY))
    assert found.continuous_steps == 3
    assert (found.raised_fen, found.lowered_fen, found.ceiling_fen) == (None, None, None)
    assert "未配置" in found.lines[-1].zh
    assert "not configured" in found.lines[-1].en


def with_amounts() -> DayLaw:
    """A region that has said: 250,000 yuan, 3,000 a step, 20 % at most, 3,000 down a year."""
    amounts = CeilingAmounts(
        base_fen=250_000_00,
        continuous_step_fen=3_000_00,
        zero_claim_step_fen=3_000_00,
        lowered_each_year_fen=3_000_00,
        raised_at_most_bp=2_000,
    )
    provision = Provision(
        SHANGHAI, "ceiling_amounts", date(2025, 1, 1), Basis.STATED, ("ENR-5",), "t", "p", "q",
        amounts,
    )  # fmt: skip
    return msgspec.structs.replace(LAW.on(SHANGHAI, TODAY), ceiling_amounts=provision)


@pytest.mark.parametrize(
    ("year", "enrolled", "missed", "zero", "raised", "lowered", "total"),
    [
        (2029, "2025-2029", "", "", 3_000_00, 0, 253_000_00),
        (2029, "2025-2029", "", "2025-2028", 15_000_00, 0, 265_000_00),
        (2049, "2025-2049", "", "2025-2048", 50_000_00, 0, 300_000_00),  # 20 % for both together
        (2031, "2025 2030-2031", "2026-2029", "2030", 3_000_00, 12_000_00, 241_000_00),
    ],
)
def test_a_region_with_amounts(
    year: int, enrolled: str, missed: str, zero: str, raised: int, lowered: int, total: int
) -> None:
    """With amounts the sums come out, and their arithmetic."""
    found = look(year, enrolled, missed, zero, law=with_amounts())
    assert (found.raised_fen, found.lowered_fen, found.ceiling_fen) == (raised, lowered, total)


def test_before_the_rule_there_is_none() -> None:
    """A day before the guidance of 2024."""
    history = History(enrolled=years("2023"))
    assert code(ceiling(history, 2023, LAW.on(SHANGHAI, date(2023, 1, 1)))) == "not_configured"
