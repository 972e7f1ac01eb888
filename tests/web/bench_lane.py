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
from gongji.wiring import calm_the_collector
from town import Town
from web.over_http import SECRET, Web, furnished


class Ready(Counter):
    """A counter that has the answer before it is asked."""

    answered: Answered

    async def settle(self, request: SettlementRequest) -> Answered:
        """The same answer for every bill."""
        return self.answered


async def ask(app: Any, body: bytes, key: bytes) -> list[Any]:
    """One request, as the server hands it over."""
    sent: list[Any] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
        "scheme": "http",
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"authorization", b"Bearer " + key),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
        "state": {},
        "method": "POST",
        "path": "/v1/settlements",
        "raw_path": b"/v1/settlements",
        "query_string": b"",
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


async def measure(app: Any, body: bytes, rounds: int) -> float:
    """Microseconds of processor time a request; the best of seven rounds."""
    found = []
    for _ in range(7):
        begun = time.process_time()
        for _ in range(rounds):
            await ask(app, body, b"key-clinic")
        found.append((time.process_time() - begun) / rounds * 1e6)
    return min(found)


def apps(counter: Counter) -> dict[str, Any]:
    """What is measured, by name."""
    ordinary = create_app(counter, token_secret=SECRET)
    found: dict[str, Any] = {"ordinary": ordinary}
    try:
        from gongji.web.lane import Lane

        found["lane"] = Lane(ordinary)
    except ImportError:
        pass
    return found


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
    for name, app in apps(counter).items():
        start, found = asyncio.run(ask(app, body, b"key-clinic"))
        assert start["status"] == 200, found
        print(
            f"{name:10} {asyncio.run(measure(app, body, rounds)):6.1f} us, {len(found['body'])} bytes"
        )
        if profile:
            with cProfile.Profile() as profiler:
                asyncio.run(measure(app, body, rounds // 10))
            pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main(10_000, "--profile" in sys.argv)
