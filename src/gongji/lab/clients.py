"""来客: a client of the bank test, with its lines, its chance and the acts that it may do.

Each act is asked for until it is answered, and what was answered is told to `Told` as it came.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from gongji.lab.folk import REGIONS, SampleInstitution, institutions_of
from gongji.lab.lines import Line, Patience, Reply
from gongji.lab.load import Place
from gongji.lab.told import Household, Told
from gongji.terms import Care, Kinship, Use

AT_ONCE = 4
"""How many lines a client has, and how often some requests are sent at the same time."""


class Client:
    """One client: its lines, its chance, and the acts that it may do."""

    def __init__(
        self,
        told: Told,
        patience: Patience,
        place: Place,
        houses: Sequence[Household],
        rng: random.Random,
        prefix: str,
    ) -> None:
        self._told, self._patience, self._houses, self._rng = told, patience, houses, rng
        self._lines = [Line(place) for _ in range(AT_ONCE)]
        self._prefix, self._count = prefix, 0

    def close(self) -> None:
        """Hang up."""
        for line in self._lines:
            line.close()

    async def opens(self, houses: Sequence[Household]) -> None:
        """Form these families' pools, one after the other, before it all begins."""
        for house in houses:
            async with house.act():
                await self._form(house)

    async def acts(self, over: asyncio.Event) -> None:
        """One act after the other."""
        acts, weights = zip(*_ACTS, strict=True)
        while not over.is_set():
            house = self._rng.choice(self._houses)
            async with house.act():
                (act,) = self._rng.choices(acts, weights)
                what = await act(self, house)
            self._told.done[f"{act.__name__.strip('_')}: {what}"] += 1

    async def reads(self, over: asyncio.Event) -> None:
        """One look after the other: some into a quiet family, some into the midst of it."""
        while not over.is_set():
            house = self._rng.choice(self._houses)
            if self._rng.random() < 0.5:
                async with house.look():
                    await self._read(house, quiet=True)
            else:
                await self._read(house, quiet=False)

    async def _read(self, house: Household, *, quiet: bool) -> None:
        for person in house.fen:
            reply = await self._ask("GET", f"/v1/people/{person}/account", "sample-auditor")
            self._told.read(person, reply.body, quiet)
            self._told.done["read"] += 1

    # The acts; each says in a word what came of it ────────────────────────────────────────────────

    async def _settle(self, house: Household) -> str:
        bill = self._bill(house)
        return await self._send_bill(bill, AT_ONCE if self._rng.random() < 0.2 else 1)

    async def _repeat(self, house: Household) -> str:
        if not house.settled:
            return "nothing"
        bill = dict(self._told.bills[self._rng.choice(house.settled)])
        if self._rng.random() < 0.2:
            other = {**bill, "uncovered_fen": bill["uncovered_fen"] + 1}
            reply = await self._ask("POST", "/v1/settlements", _key(bill), other)
            self._expect(reply.body["code"] == "id_reused", f"{bill['id']}: another bill, taken")
            return "id_reused"
        return await self._send_bill(bill, self._rng.choice((1, AT_ONCE)))

    async def _send_bill(self, bill: dict[str, Any], times: int) -> str:
        """The same bill so many times at the same moment, over as many connections."""
        barred = self._told.before_bill(bill["patient"])
        replies = await asyncio.gather(
            *(
                self._patience.ask(line, "POST", "/v1/settlements", _key(bill), bill)
                for line in self._lines[:times]
            )
        )
        if not replies[0].ok:
            codes = {reply.body.get("code") for reply in replies}
            self._expect(len(codes) == 1, f"{bill['id']}: sent {times} times, answered {codes}")
            return str(replies[0].body["code"])
        answers = [reply.body for reply in replies if reply.ok]
        self._expect(len(answers) == times, f"{bill['id']}: {len(answers)} answers of {times}")
        tries = sum(reply.tries for reply in replies)
        self._told.settlement(bill, answers, barred, tries)
        return str(answers[0]["outcome"])

    async def _reverse(self, house: Household) -> str:
        if not house.settled:
            return "nothing"
        name = self._rng.choice(house.settled)
        institution, of = name.split("/")
        asked: dict[str, Any] = {"id": self._id(), "institution": institution, "of": of}
        if self._rng.random() < 0.6:
            asked["self_paid_fen"] = self._rng.randrange(1, 8_000)
        key = f"sample-{institution.lower()}"
        for _ in range(self._rng.choice((1, 1, 2))):
            reply = await self._ask("POST", "/v1/reversals", key, asked)
            if not reply.ok:
                return str(reply.body["code"])
            self._told.reversal(reply.body, reply.tries)
        return "whole" if reply.body["whole"] else "part"

    async def _credit(self, house: Household) -> str:
        person = self._rng.choice([one for one in house.family.people if one.sums])
        asked = {
            "id": self._id(),
            "purse": self._rng.choice(list(person.sums)),
            "amount_fen": self._rng.randrange(1, 60_000),
        }
        reply = await self._ask("POST", f"/v1/people/{person.id}/credits", _clerk(house), asked)
        if not reply.ok:
            return str(reply.body["code"])
        self._told.credit(reply.body, reply.tries)
        return "credited"

    async def _form(self, house: Household) -> str:
        sponsor = house.family.sponsor.id
        members = house.family.kinship
        asked = {
            "sponsor": sponsor,
            "members": [{"person": one, "kinship": kin} for one, kin in members.items()],
            "uses": list(Use),
            "committed": True,
        }
        pairs = [(sponsor, one) for one in members]
        reply = await self._binding(pairs, "/v1/pools", house, asked)
        return "formed" if reply.ok else str(reply.body["code"])

    async def _bind(self, house: Household) -> str:
        sponsor = house.family.sponsor.id
        member = self._rng.choice(house.family.people[1:]).id
        kinship = house.family.kinship.get(member, Kinship.CHILD)
        asked = {"member": member, "kinship": kinship}
        reply = await self._binding([(sponsor, member)], f"/v1/pools/{sponsor}/bonds", house, asked)
        if not reply.ok:
            return str(reply.body["code"])
        self._told.bonds[reply.body["id"]] = reply.body
        return "bound"

    async def _binding(
        self, pairs: Sequence[tuple[str, str]], path: str, house: Household, asked: object
    ) -> Reply:
        self._told.binds(pairs)
        try:
            return await self._ask("POST", path, _clerk(house), asked)
        finally:
            self._told.asked_to_bind(pairs)

    async def _end(self, house: Household) -> str:
        sponsor, members = house.family.sponsor.id, [one.id for one in house.family.people[1:]]
        member = self._rng.choice(members)
        path, concerned = self._rng.choice(
            (
                (f"/v1/pools/{sponsor}/bonds/{member}/unbind", [member]),
                (f"/v1/pools/{sponsor}/bonds/{member}/unbind", [member]),
                (f"/v1/people/{member}/leave", [member]),
                (f"/v1/pools/{sponsor}/dissolve", members),
            )
        )
        sure = self._told.before_end([(sponsor, one) for one in concerned])
        reply = await self._ask("POST", path, _clerk(house), {})
        if not reply.ok:
            return str(reply.body["code"])
        # A pool without open bonds is dissolved at once; bonds that end tomorrow stay until then.
        ends = datetime.fromisoformat(reply.body["ends"]).timestamp()
        at_once = bool(reply.body["bonds"]) and ends <= time.time()
        self._told.ended(reply.body, sure, at_once)
        return path.rpartition("/")[2]

    async def _choose(self, house: Household) -> str:
        sponsor = house.family.sponsor.id
        uses = self._rng.sample(list(Use), self._rng.choice((1, 2, 2)))
        asked = {"uses": uses}
        reply = await self._ask("PUT", f"/v1/pools/{sponsor}/uses", _clerk(house), asked)
        if not reply.ok:
            return str(reply.body["code"])
        right = set(reply.body["uses"]) == set(uses)
        self._expect(right, f"{sponsor}: chose {uses}, was told {reply.body['uses']}")
        return "chosen"

    def _bill(self, house: Household) -> dict[str, Any]:
        rng = self._rng
        region = house.family.region if rng.random() < 0.9 else rng.choice(REGIONS)
        institution = rng.choice(_USUAL[region])
        self_fen, fund_fen = rng.randrange(1, 9_000), rng.randrange(0, 20_000)
        uncovered_fen = rng.choice((0, 0, 1_500))
        bill = {
            "id": self._id(),
            "patient": rng.choice(house.family.people).id,
            "institution": institution.id,
            "total_fen": fund_fen + self_fen + uncovered_fen,
            "fund_paid_fen": fund_fen,
            "self_paid_fen": self_fen,
            "uncovered_fen": uncovered_fen,
            "care": rng.choice((Care.OUTPATIENT, Care.OUTPATIENT, Care.INPATIENT)),
            "prescription": True,
        }
        if house.family.region == "450000":
            bill["sponsor"] = house.family.sponsor.id
        return bill

    async def _ask(self, method: str, path: str, key: str, body: object = None) -> Reply:
        return await self._patience.ask(self._rng.choice(self._lines), method, path, key, body)

    def _id(self) -> str:
        self._count += 1
        return f"{self._prefix}-{self._count}"

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self._told.wrong.append(otherwise)


def _key(bill: dict[str, Any]) -> str:
    return f"sample-{bill['institution'].lower()}"


def _clerk(house: Household) -> str:
    return f"sample-clerk-{house.family.region}"


_USUAL: dict[str, list[SampleInstitution]] = {
    region: [one for one in institutions_of(region) if one.designated and one.one_card]
    for region in REGIONS
}

_ACTS: Sequence[tuple[Callable[[Client, Household], Awaitable[str]], int]] = (
    (Client._settle, 60),
    (Client._repeat, 10),
    (Client._reverse, 9),
    (Client._credit, 4),
    (Client._form, 3),
    (Client._bind, 7),
    (Client._end, 4),
    (Client._choose, 3),
)
"""The acts with their weights."""
