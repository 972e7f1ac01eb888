"""A desk over HTTP for every test of the web."""

from collections.abc import Iterator

import pytest

from web.over_http import Web, opened


@pytest.fixture
def web() -> Iterator[Web]:
    """The furnished town over HTTP, with the sample family on the first page."""
    with opened() as found:
        yield found
