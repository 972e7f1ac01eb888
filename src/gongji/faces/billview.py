"""账单页: a settled bill of the sample family in the words and the picture of its page."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from gongji.desk.ports import Answer
from gongji.faces.picture import PARTS, Flow, Picture, draw
from gongji.faces.rules import Quote, Reason, quotes, reason
from gongji.faces.sample import SampleInfo
from gongji.policy.reading import Law
from gongji.settlement.bill import Balances, SettlementRequest
from gongji.settlement.decide import Decision
from gongji.terms import moment
from gongji.words import OUTCOMES, Lang, Words, name_of


class Row(NamedTuple):
    """A line of the table: who pays, from which purse, how much, and what is left if it is known."""

    key: str
    payer: str
    note: str
    fen: int
    after_fen: int | None


class BillView(NamedTuple):
    """All that the page says of one bill."""

    reference: str
    patient: str
    institution: str
    care: str
    happened_at: datetime
    total_fen: int
    outcome: str
    says: str
    picture: Picture | None
    rows: tuple[Row, ...]
    reasons: tuple[Reason, ...]
    quotes: tuple[Quote, ...]
    outside_relief_fen: int
    own_after: Balances | None
    law: str


def bill_view(
    answer: Answer, decision: Decision, law: Law, sample: SampleInfo, lang: Lang
) -> BillView:
    """The view of one recorded settlement, read by the law that it was decided under."""
    bill = msgspec.json.decode(answer.request, type=SettlementRequest)
    people = sample.people()
    names = _payer_names(sample, lang)
    self_cash = decision.cash_fen - bill.uncovered_fen
    flows = [
        Flow("fund_paid", "fund", bill.fund_paid_fen),
        Flow("self_paid", "own", decision.own_fen),
        Flow("self_paid", "pooled", decision.pooled_fen),
        Flow("self_paid", "cash", self_cash),
        Flow("uncovered", "cash", bill.uncovered_fen),
    ]
    parts = {key: words.say(lang) for key, words in PARTS.items()}
    outcome = OUTCOMES[decision.outcome.value]
    return BillView(
        reference=f"{answer.key.asker}/{answer.key.id}",
        patient=people[answer.patient].name,
        institution=sample.institutions()[answer.key.asker].name,
        care=name_of(bill.care).say(lang),
        happened_at=moment(answer.happened_at),
        total_fen=bill.total_fen,
        outcome=decision.outcome.value,
        says=outcome.says.say(lang),
        picture=draw(flows, parts, names) if bill.total_fen else None,
        rows=_rows(bill, decision, names, lang),
        reasons=tuple(reason(one, lang) for one in decision.reasons),
        quotes=quotes(law, decision.cites, lang),
        outside_relief_fen=decision.outside_relief_fen,
        own_after=decision.own_after if decision.own_fen else None,
        law=answer.law,
    )


def _payer_names(sample: SampleInfo, lang: Lang) -> dict[str, str]:
    pooled = Words(f"{sample.sponsor.name}的共济资金", f"{sample.sponsor.name}'s pool")
    return {
        "fund": Words("统筹基金", "The fund").say(lang),
        "own": Words("本人账户", "Own account").say(lang),
        "pooled": pooled.say(lang),
        "cash": Words("现金", "Cash").say(lang),
    }


def _rows(
    bill: SettlementRequest, decision: Decision, names: dict[str, str], lang: Lang
) -> tuple[Row, ...]:
    rows = [
        Row("fund", names["fund"], Words("报销", "reimbursed").say(lang), bill.fund_paid_fen, None)
    ]
    for draw_ in decision.draws:
        key = "own" if draw_.person == bill.patient else "pooled"
        note = name_of(draw_.purse).say(lang)
        rows.append(Row(key, names[key], note, draw_.amount_fen, draw_.after_fen))
    self_cash = decision.cash_fen - bill.uncovered_fen
    rows.append(Row("cash", names["cash"], PARTS["self_paid"].say(lang), self_cash, None))
    rows.append(Row("cash", names["cash"], PARTS["uncovered"].say(lang), bill.uncovered_fen, None))
    return tuple(row for row in rows if row.fen)
