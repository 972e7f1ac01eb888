"""What the tests of the catalogue share: the published list where it lies beside the project."""

from pathlib import Path

import pytest

from gongji.catalogue.reading import Listing, read_listing
from gongji.catalogue.shelf import Shelf

NATIONAL_LIST = Path(__file__).parents[3] / "shared" / "data" / "nrdl2024.csv"


@pytest.fixture(scope="session")
def national_bytes() -> bytes:
    """The national list of 2024 as it was published."""
    if not NATIONAL_LIST.is_file():
        pytest.skip(f"the national list is not beside the project: {NATIONAL_LIST.name}")
    return NATIONAL_LIST.read_bytes()


@pytest.fixture(scope="session")
def national(national_bytes: bytes) -> Listing:
    """Its entries."""
    return read_listing(national_bytes)


@pytest.fixture(scope="session")
def national_shelf(national: Listing) -> Shelf:
    """Its entries, ready to be looked up."""
    return Shelf(national.items)
