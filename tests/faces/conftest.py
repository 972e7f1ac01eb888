"""The faces over HTTP, with the furnished town behind them."""

from collections.abc import Iterator

import pytest

from web.over_http import Web, opened


@pytest.fixture
def web() -> Iterator[Web]:
    """The furnished town over HTTP, with the sample family."""
    with opened() as found:
        yield found
