"""账单页: a settled bill of the sample family in the words and the picture of its page."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from gongji.desk.ports import Answer
from gongji.faces.picture import PARTS, Flow, Picture, draw
from gongji.faces.rules import Quote, Reason, quotes, reason
from gongji.policy.reading import Law
from gongji.settlement.bill import Balances, SettlementRequest
from gongji.settlement.decide import Decision
from gongji.terms import moment
from gongji.web.showing import Eye
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


class Named(NamedTuple):
    """What the people and the place of a bill are called on this page."""

    patient: str
    place: str
    sponsor: str


def bill_view(
    answer: Answer,
    decision: Decision,
    law: Law,
    named: Named,
    lang: Lang,
    eye: Eye = Eye.OFFICE,
) -> BillView:
    """The view of one recorded settlement, read by the law that it was decided under.

    A sponsor sees what its money has paid and nothing else of a member's bill; a patient does not
    see what is left of the sponsor's money (NET-13).
    """
    bill = msgspec.json.decode(answer.request, type=SettlementRequest)
    names = _payer_names(named.sponsor, lang)
    whole = eye is not Eye.SPONSOR
    flows = _flows(bill, decision) if whole else []
    parts = {key: words.say(lang) for key, words in PARTS.items()}
    rows = _rows(bill, decision, names, lang)
    if eye is Eye.SPONSOR:
        rows = tuple(row for row in rows if row.key == "pooled")
    elif eye is Eye.PATIENT:
        rows = tuple(row._replace(after_fen=None) if row.key == "pooled" else row for row in rows)
    return BillView(
        reference=f"{answer.key.asker}/{answer.key.id}",
        patient=named.patient,
        institution=named.place,
        care=name_of(bill.care).say(lang) if whole else "",
        happened_at=moment(answer.happened_at),
        total_fen=bill.total_fen if whole else decision.pooled_fen,
        outcome=decision.outcome.value,
        says=OUTCOMES[decision.outcome.value].says.say(lang),
        picture=draw(flows, parts, names) if whole and bill.total_fen else None,
        rows=rows,
        reasons=tuple(reason(one, lang) for one in decision.reasons),
        quotes=quotes(law, decision.cites, lang),
        outside_relief_fen=decision.outside_relief_fen,
        own_after=decision.own_after if whole and decision.own_fen else None,
        law=answer.law,
    )


def _flows(bill: SettlementRequest, decision: Decision) -> list[Flow]:
    return [
        Flow("fund_paid", "fund", bill.fund_paid_fen),
        Flow("self_paid", "own", decision.own_fen),
        Flow("self_paid", "pooled", decision.pooled_fen),
        Flow("self_paid", "cash", decision.cash_fen - bill.uncovered_fen),
        Flow("uncovered", "cash", bill.uncovered_fen),
    ]


def _payer_names(sponsor: str, lang: Lang) -> dict[str, str]:
    pooled = Words(f"{sponsor}的共济资金", f"{sponsor}'s pool")
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
