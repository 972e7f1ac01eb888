"""The interface as a service has it: behind a counter, several messages at once."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from gongji.desk.counter import Counter
from gongji.desk.office import Office
from gongji.national.exchange import Reply
from gongji.national.gateway import Interface
from national.windows import HOSPITAL, Answer, Sandbox, Window


def at_once(
    box: Sandbox, *messages: bytes, offices: Sequence[Office] = ()
) -> list[Answer | Exception]:
    """Send them together, to each of these workers in turn; an answer for each, or why there is
    none."""

    async def all_together() -> list[Any]:
        counters = [Counter(office) for office in offices or [box.office]]
        doors = [Interface(counter, lambda id: id, open_door=True) for counter in counters]
        for counter in counters:
            counter.start()
        asked = (
            doors[n % len(doors)].answer(message, {}, client="127.0.0.1")
            for n, message in enumerate(messages)
        )
        try:
            return await asyncio.gather(*asked, return_exceptions=True)
        finally:
            for counter in counters:
                counter.stop()

    found = asyncio.run(all_together())
    return [Answer(one) if isinstance(one, Reply) else one for one in found]


class Insistent(Window):
    """A system that sends every message four times at once."""

    def __init__(self, box: Sandbox, code: str = HOSPITAL) -> None:
        super().__init__(box, code)
        self.repeated: set[str] = set()

    def post(self, body: bytes, content_type: str = "application/json", **more: str) -> Answer:
        """All four get one answer, but for queries, which say what is so now."""
        answers = at_once(self.box, *[body] * 4)
        for one in answers:
            assert isinstance(one, Answer), one
        if recorded(body):
            assert len({one.body for one in answers if isinstance(one, Answer)}) == 1
            self.repeated.add(msgspec.json.decode(body)["infno"])
        first = answers[0]
        assert isinstance(first, Answer)
        return first


def recorded(body: bytes) -> bool:
    """Whether a message changes anything."""
    from gongji.national.exchange import READS

    return msgspec.json.decode(body)["infno"] not in READS
