"""What all tests share: hypothesis without surprises, and a town that is closed afterwards."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

import servers
import town as towns
from town import SHANGHAI, OpenTown, Town

__all__ = ["OpenTown", "town"]

# The same examples on every machine and on every day: a red test stays red until it is mended.
settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("steady")

for name in [name for name in os.environ if name in {"GONGJI_KEY", "GONGJI_DATABASE"}]:
    del os.environ[name]  # a developer's own settings must not reach a test


def pytest_addoption(parser: pytest.Parser) -> None:
    """On which store the towns of the tests stand."""
    parser.addoption("--store", choices=("memory", "postgres", "citus"), default="memory")


def pytest_configure(config: pytest.Config) -> None:
    """Every process of the tests is told."""
    towns.STORE = config.getoption("--store")


@pytest.fixture(autouse=True)
def _nothing_stays_lent() -> Iterator[None]:
    """A database of PostgreSQL that a test has not given back is taken from it."""
    yield
    servers.take_back()


@pytest.fixture
def town() -> Iterator[OpenTown]:
    """Opens towns, Shanghai in November 2025 by default, and closes them afterwards."""
    opened: list[Town] = []

    def open_town(region: str = SHANGHAI, now: str = "2025-11-10T09:00") -> Town:
        opened.append(Town(region, now))
        return opened[-1]

    yield open_town
    for one in opened:
        one.close()
