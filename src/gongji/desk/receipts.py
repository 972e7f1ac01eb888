"""收据: what a receipt says of a settlement, with both balances after it (ACC-6), and its PDF."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from gongji.desk.identity import mask_name
from gongji.desk.office import Session
from gongji.desk.papers import set_in_type
from gongji.desk.ports import Answer, AnswerKey, AnswerKind
from gongji.desk.settling import decision_of
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.settlement.bill import SettlementRequest
from gongji.settlement.decide import Decision
from gongji.terms import local_day, moment, region_of, yuan_text
from gongji.words import name_of

_bill_of = msgspec.json.Decoder(SettlementRequest).decode


class Receipt(NamedTuple):
    """收据. `patient` is masked; `back` are the reversals so far, oldest first."""

    answer: Answer
    bill: SettlementRequest
    decision: Decision
    patient: str
    place: str
    region: tuple[str, str]  # the patient's, in Chinese and in English
    two_purses: bool
    back: tuple[Answer, ...]

    @property
    def happened_at(self) -> datetime:
        """When the bill was settled at the institution."""
        return moment(self.answer.happened_at)

    @property
    def back_fen(self) -> int:
        """What of the self-paid part has gone back."""
        return sum(one.self_paid_fen for one in self.back)

    @property
    def left_fen(self) -> int:
        """What of the self-paid part can still go back."""
        return self.answer.self_paid_fen - self.back_fen

    @property
    def whole(self) -> bool:
        """Whether all of it has gone back."""
        return any(one.whole for one in self.back)


def receipt_of(session: Session, key: AnswerKey) -> Receipt | Refusal:
    """The receipt of a settlement, or of the one that a reversal's number reverses."""
    unit = session.unit
    answer = unit.answered([key]).get(key)
    if answer is not None and answer.kind is AnswerKind.REVERSAL and answer.reverses:
        key = AnswerKey(key.asker, answer.reverses)
        answer = unit.answered([key]).get(key)
    if answer is None or answer.kind is not AnswerKind.SETTLEMENT:
        return refuse(Code.UNKNOWN_SETTLEMENT)
    region = region_of(answer.patient)
    pack = session.law.pack(region)
    law = session.law.on(region, local_day(session.now))
    return Receipt(
        answer,
        _bill_of(answer.request),
        decision_of(answer),
        mask_name(unit.identities([answer.patient])[answer.patient].name),
        unit.institution_names([key.asker]).get(key.asker, key.asker),
        (pack.name, pack.name_en),
        len(law.purses.value) > 1,
        tuple(unit.reversals_of(key)),
    )


def pdf_of(receipt: Receipt) -> bytes:
    """The receipt as a PDF. What went back later stands on it, so a print tells how things are."""
    answer, bill, decision = receipt.answer, receipt.bill, receipt.decision
    care = name_of(bill.care)
    after = decision.own_after
    said = {
        "number": answer.key.id,
        "place": receipt.place,
        "region": receipt.region,
        "patient": receipt.patient,
        "care": (care.zh, care.en),
        "at": f"{receipt.happened_at:%Y-%m-%d %H:%M}",
        "total": yuan_text(bill.total_fen, ","),
        "fund": yuan_text(bill.fund_paid_fen, ","),
        "self_paid": yuan_text(bill.self_paid_fen, ","),
        "uncovered": yuan_text(bill.uncovered_fen, ","),
        "own": yuan_text(answer.own_fen, ","),
        "pooled": yuan_text(answer.pooled_fen, ","),
        "cash": yuan_text(answer.cash_fen, ","),
        "balances": (
            [yuan_text(after.current, ","), yuan_text(after.carried, ",")]
            if receipt.two_purses
            else [yuan_text(after.current + after.carried, ",")]
        ),
        "outside_relief": yuan_text(decision.outside_relief_fen, ",") if answer.pooled_fen else "",
        "back": [
            (
                f"{moment(one.recorded_at):%Y-%m-%d %H:%M}",
                one.key.id,
                *(yuan_text(fen, ",") for fen in (one.own_fen, one.pooled_fen, one.cash_fen)),
            )
            for one in receipt.back
        ],
        "law": answer.law[:12],
    }
    return set_in_type("receipt.typ", said, local_day(receipt.happened_at))
