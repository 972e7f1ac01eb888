"""当日账: what an institution has settled and given back in some days, by channel and by hour."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from gongji.desk.identity import mask_name
from gongji.desk.office import Session
from gongji.desk.ports import Answer, AnswerKey, AnswerKind
from gongji.settlement.bill import SettlementRequest
from gongji.terms import Channel, local_day, micros, midnight, moment

_bill_of = msgspec.json.Decoder(SettlementRequest).decode


class Parts(NamedTuple):
    """金额: the parts of a bill and who paid them, in fen. What went back is below zero."""

    total: int = 0
    fund: int = 0
    self_paid: int = 0
    uncovered: int = 0
    own: int = 0
    pooled: int = 0
    cash: int = 0

    def plus(self, other: "Parts") -> "Parts":
        """Both together."""
        return Parts(*(one + two for one, two in zip(self, other, strict=True)))


class Line(NamedTuple):
    """一笔: a settlement, or what went back of one under the channel of its settlement."""

    answer: Answer
    channel: Channel
    parts: Parts

    @property
    def back(self) -> bool:
        """Whether it is a reversal."""
        return self.answer.kind is AnswerKind.REVERSAL

    @property
    def day(self) -> date:
        """The day on which it was recorded: the day in whose book it stands."""
        return local_day(moment(self.answer.recorded_at))


class Totals(NamedTuple):
    """小计: how many settlements and reversals, and what they come to together."""

    settled: int = 0
    reversed: int = 0
    parts: Parts = Parts()

    def plus(self, line: Line) -> "Totals":
        """With one line more."""
        return Totals(
            self.settled + (not line.back),
            self.reversed + line.back,
            self.parts.plus(line.parts),
        )


def lines_of(session: Session, place: str, first: date, last: date) -> list[Line]:
    """An institution's settlements and reversals recorded from `first` to `last`, oldest first."""
    since, until = micros(midnight(first)), micros(midnight(last + timedelta(days=1)))
    answers = session.unit.bills_between(place, since, until)
    settled = {answer.key: answer for answer in answers if answer.kind is AnswerKind.SETTLEMENT}
    elsewhere = {
        AnswerKey(place, answer.reverses) for answer in answers if answer.reverses
    } - settled.keys()
    settled.update(session.unit.answered(elsewhere))
    return [
        line_of(answer, settled[AnswerKey(place, answer.reverses or answer.key.id)])
        for answer in answers
    ]


def line_of(answer: Answer, settled: Answer) -> Line:
    """The line of a settlement, or of a reversal beside the settlement that it reverses."""
    bill = _bill_of(settled.request)
    if answer.kind is AnswerKind.SETTLEMENT:
        parts = Parts(
            bill.total_fen,
            bill.fund_paid_fen,
            bill.self_paid_fen,
            bill.uncovered_fen,
            answer.own_fen,
            answer.pooled_fen,
            answer.cash_fen,
        )
        return Line(answer, bill.channel, parts)
    # The fund's and the uncovered part go back with the whole only.
    fund_fen, uncovered_fen = (bill.fund_paid_fen, bill.uncovered_fen) if answer.whole else (0, 0)
    parts = Parts(
        -(answer.self_paid_fen + fund_fen + uncovered_fen),
        -fund_fen,
        -answer.self_paid_fen,
        -uncovered_fen,
        -answer.own_fen,
        -answer.pooled_fen,
        -answer.cash_fen,
    )
    return Line(answer, bill.channel, parts)


def by_channel(lines: Iterable[Line]) -> dict[Channel, Totals]:
    """Counts and amounts by channel, those only that occur (SET-15)."""
    found: dict[Channel, Totals] = {}
    for line in lines:
        found[line.channel] = found.get(line.channel, Totals()).plus(line)
    return {channel: found[channel] for channel in Channel if channel in found}


def all_of(lines: Iterable[Line]) -> Totals:
    """All of them together."""
    found = Totals()
    for line in lines:
        found = found.plus(line)
    return found


def names_of(session: Session, lines: Iterable[Line]) -> dict[str, str]:
    """The patients' masked names by id."""
    known = session.unit.identities({line.answer.patient for line in lines})
    return {id: mask_name(identity.name) for id, identity in known.items()}
