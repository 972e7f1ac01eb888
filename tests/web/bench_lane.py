"""What a settlement costs between the HTTP server and the desk: `python tests/web/bench_lane.py`.

The application is called as the server calls it, with a counter that answers at once. Nothing is
asserted: a busy machine must not turn a test red.
"""

import asyncio
import cProfile
import pstats
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec

from gongji.desk.counter import Counter
from gongji.desk.settling import Answered, settle_batch
from gongji.settlement.bill import SettlementRequest
from gongji.web.app import create_app
from gongji.web.lane import Lane
from gongji.wiring import calm_the_collector
from town import Town
from web.over_asgi import ask
from web.over_http import SECRET, Web, furnished


class Ready(Counter):
    """A counter that has the answer before it is asked."""

    answered: Answered

    async def settle(self, request: SettlementRequest) -> Answered:
        """The same answer for every bill."""
        return self.answered


async def measure(app: Any, body: bytes, rounds: int) -> float:
    """Microseconds of processor time a request; the best of seven rounds."""
    found = []
    for _ in range(7):
        begun = time.process_time()
        for _ in range(rounds):
            await ask(app, body)
        found.append((time.process_time() - begun) / rounds * 1e6)
    return min(found)


def main(rounds: int, profile: bool) -> None:
    """Print the figures."""
    town = furnished(Town())
    bill = Web(town, None).bill("b1", 150_00, uncovered=3_00)  # type: ignore[arg-type]
    body = msgspec.json.encode(bill)
    request = msgspec.json.decode(body, type=SettlementRequest)
    counter = Ready(town.office)
    (answered,) = town.do(lambda session: settle_batch(session, [request]))
    assert isinstance(answered, Answered)
    counter.answered = answered
    calm_the_collector()
    ordinary = create_app(counter, token_secret=SECRET)
    for name, app in (("ordinary", ordinary), ("lane", Lane(ordinary))):
        told = asyncio.run(ask(app, body))
        assert told is not None
        assert told.status == 200
        each_us = asyncio.run(measure(app, body, rounds))
        print(f"{name:10} {each_us:6.1f} us, {len(told.body)} bytes")
        if profile:
            with cProfile.Profile() as profiler:
                asyncio.run(measure(app, body, rounds // 10))
            pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main(10_000, "--profile" in sys.argv)
