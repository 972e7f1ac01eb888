"""风暴中的行为: what happens in a storm, and the account that the storm keeps of it itself.

The account is kept from the answers alone: it shares no code with the book.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from gongji.desk.office import Session
from gongji.desk.people import Credit, credit
from gongji.desk.pooling import bind, dissolve, form, leave, unbind
from gongji.desk.ports import Asking
from gongji.desk.settling import (
    Answered,
    ReversalRequest,
    Reversed,
    quote,
    reverse_settlement,
    settle_batch,
)
from gongji.lab.city import as_person
from gongji.lab.folk import REGIONS, Family, family, institutions_of
from gongji.policy.refusal import Code, Refusal
from gongji.settlement.bill import SettlementRequest
from gongji.terms import Care, Kinship, Purse, Use, micros


class Kept(msgspec.Struct):
    """What the storm keeps of what was answered. A unit that is broken off leaves nothing."""

    fen: dict[tuple[str, str], int]  # (owner, purse or "payable") → sum
    settled: dict[str, tuple[SettlementRequest, Answered]]
    back_fen: dict[str, int]  # settlement → how much of its self-paid part was given back
    bonds: dict[tuple[str, str], int]  # (sponsor, member) → when it ends, micros; 0 while open

    def copy(self) -> "Kept":
        """As it is now, apart from what comes."""
        return Kept(dict(self.fen), dict(self.settled), dict(self.back_fen), dict(self.bonds))


class Weather:
    """A storm's people, its own account of them, and what it does to them.

    Every act returns in a word what came of it, and notes in `wrong` what must not have come.
    """

    def __init__(self, seed: int, now: datetime, families: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - a storm wants repetition, not secrecy
        per_region = max(families // len(REGIONS), 1)
        self._folk = [family(self._rng, region, n) for region in REGIONS for n in range(per_region)]
        self._now = now
        self._kept = Kept({}, {}, {}, {})
        self._count = 0
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []

    def act(self, session: Session) -> None:
        """One act, by chance."""
        acts, weights = zip(*_ACTS, strict=True)
        (chosen,) = self._rng.choices(acts, weights)
        self.done[f"{chosen.__name__.strip('_')}: {chosen(self, session)}"] += 1

    def _settle(self, session: Session) -> str:
        some = self._rng.choice(self._folk)
        bills = [self._bill(some, session) for _ in range(self._rng.choice((1, 1, 1, 3)))]
        quoted = quote(session, bills[0])
        for n, (bill, result) in enumerate(zip(bills, settle_batch(session, bills), strict=True)):
            if isinstance(result, Refusal):
                self._expect(isinstance(quoted, Refusal) or n > 0, f"{bill.id} quoted, refused")
                continue
            if n == 0:
                same = not isinstance(quoted, Refusal) and quoted.decision == result.decision
                self._expect(same, f"{bill.id}: the quote was another")
            self._keep(session, bill, result)
        return "refused" if isinstance(result, Refusal) else result.decision.outcome.value

    def _keep(self, session: Session, bill: SettlementRequest, result: Answered) -> None:
        decision, fen = result.decision, self._kept.fen
        due = bill.self_paid_fen + bill.uncovered_fen
        paid = decision.own_fen + decision.pooled_fen + decision.cash_fen
        self._expect(paid == due, f"{bill.id}: {paid} fen paid of {due}")
        self._expect(not result.repeated, f"{bill.id}: new, and answered as a repeat")
        for draw in decision.draws:
            fen[draw.person, draw.purse.value] -= draw.amount_fen
            payable = (bill.institution, "payable")
            fen[payable] = fen.get(payable, 0) + draw.amount_fen
        if decision.sponsor is not None and bill.happened_at is None:
            ends = self._kept.bonds.get((decision.sponsor, bill.patient))
            held = ends is not None and (ends == 0 or session.at < ends)
            self._expect(held, f"{bill.id}: pooled money without a bond")
        self._kept.settled[bill.id] = (bill, result)

    def _repeat(self, session: Session) -> str:
        if not self._kept.settled:
            return "nothing"
        bill, first = self._rng.choice(list(self._kept.settled.values()))
        if self._rng.random() < 0.3:
            other = msgspec.structs.replace(bill, uncovered_fen=bill.uncovered_fen + 1)
            (result,) = settle_batch(session, [other])
            reused = isinstance(result, Refusal) and result.code is Code.ID_REUSED
            self._expect(reused, f"{bill.id}: another bill with the same id went through")
            return "id_reused"
        for result in settle_batch(session, [bill, bill]):
            same = isinstance(result, Answered) and result.repeated
            same = same and result.answer == first.answer  # type: ignore[union-attr]
            self._expect(same, f"{bill.id}: repeated, and answered otherwise")
        return "same"

    def _reverse(self, session: Session) -> str:
        if not self._kept.settled:
            return "nothing"
        bill, _ = self._rng.choice(list(self._kept.settled.values()))
        part = self._rng.randrange(1, 20_000) if self._rng.random() < 0.6 else None
        asked = ReversalRequest(
            id=f"r{self._rng.getrandbits(48):x}",
            institution=bill.institution,
            of=bill.id,
            self_paid_fen=part,
        )
        result = reverse_settlement(session, asked)
        if isinstance(result, Refusal):
            return result.code.value
        for back in result.reversal.returns:
            self._kept.fen[back.person, back.purse.value] += back.amount_fen
            self._kept.fen[bill.institution, "payable"] -= back.amount_fen
        given = self._kept.back_fen.get(bill.id, 0) + result.reversal.self_paid_fen
        self._kept.back_fen[bill.id] = given
        self._expect(given <= bill.self_paid_fen, f"{bill.id}: more came back than was settled")
        again = reverse_settlement(session, asked)
        self._expect(isinstance(again, Reversed) and again.repeated, f"{asked.id}: not repeated")
        return "whole" if result.reversal.whole else "part"

    def _form(self, session: Session) -> str:
        some = self._rng.choice(self._folk)
        kin = {id: k for id, k in some.kinship.items() if self._rng.random() < 0.8}
        uses = frozenset(self._rng.sample(list(Use), self._rng.choice((0, 1, 2, 2))))
        result = form(session, some.sponsor.id, kin, uses, _asking(some.sponsor.id), committed=True)
        if isinstance(result, Refusal):
            return result.code.value
        for member in result.bound:
            self._kept.bonds[some.sponsor.id, member] = 0
        return "formed" if result.pool else "none_bound"

    def _bind(self, session: Session) -> str:
        some = self._rng.choice(self._folk)
        member = self._rng.choice(some.people[1:]).id
        kinship = some.kinship.get(member, self._rng.choice(list(Kinship)))
        result = bind(session, some.sponsor.id, member, kinship, _asking(some.sponsor.id))
        if isinstance(result, Refusal):
            return result.code.value
        self._kept.bonds[some.sponsor.id, member] = 0
        return "bound"

    def _end(self, session: Session) -> str:
        some = self._rng.choice(self._folk)
        sponsor, member = some.sponsor.id, self._rng.choice(some.people[1:]).id
        how = self._rng.randrange(4)
        if how == 0:
            result = dissolve(session, sponsor, _asking(sponsor))
        elif how == 1:
            result = leave(session, member, None, _asking(member))
        else:
            result = unbind(session, sponsor, member, _asking(sponsor))
        if isinstance(result, Refusal):
            return result.code.value
        for pair, ends in self._kept.bonds.items():
            if pair[0] == sponsor and ends == 0 and (how == 0 or pair[1] == member):
                self._kept.bonds[pair] = micros(result.ends)
        return "ended"

    def _credit(self, session: Session) -> str:
        person = self._rng.choice(self._rng.choice(self._folk).people)
        self._count += 1
        asked = Credit(
            id=f"c{self._count}",
            person=person.id,
            purse=self._rng.choice(list(person.sums) or [Purse.CURRENT]),
            amount_fen=self._rng.randrange(1, 100_000),
        )
        result = credit(session, asked)
        if isinstance(result, Refusal):
            return result.code.value
        self._kept.fen[person.id, asked.purse.value] += asked.amount_fen
        self._expect(credit(session, asked) is True, f"{asked.id}: credited twice")
        return "credited"

    def _bill(self, some: Family, session: Session) -> SettlementRequest:
        """A bill of one of the family, now and then with a slip in it."""
        rng, region = self._rng, some.region
        self._count += 1
        self_fen, fund_fen = rng.choice((0, rng.randrange(1, 90_000))), rng.randrange(0, 50_000)
        uncovered_fen = rng.choice((0, 0, 1_500))
        late = timedelta(hours=rng.randrange(1, 60)) if rng.random() < 0.1 else None
        return SettlementRequest(
            id=f"b{self._count}",
            patient=rng.choice(some.people).id,
            institution=rng.choice(institutions_of(region)).id,
            total_fen=fund_fen + self_fen + uncovered_fen + (rng.random() < 0.03),
            fund_paid_fen=fund_fen,
            self_paid_fen=self_fen,
            uncovered_fen=uncovered_fen,
            care=rng.choice(list(Care)),
            prescription=rng.random() < 0.7,
            listed=rng.random() < 0.95,
            sponsor=some.sponsor.id if rng.random() < 0.6 else None,
            happened_at=None if late is None else session.now - late,
        )

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.wrong.append(otherwise)


def _asking(person: str) -> Asking:
    return Asking(as_person(person))


_ACTS: Sequence[tuple[Callable[[Weather, Session], str], int]] = (
    (Weather._settle, 40),
    (Weather._repeat, 12),
    (Weather._reverse, 14),
    (Weather._form, 14),
    (Weather._bind, 12),
    (Weather._end, 5),
    (Weather._credit, 8),
)
"""The acts with their weights."""
