"""账单页: a settled bill of the sample family in the words and the picture of its page."""

from datetime import date, datetime
from typing import NamedTuple

import msgspec

from gongji.desk.ports import Answer
from gongji.policy.pack import Basis
from gongji.policy.reading import Law
from gongji.settlement.bill import Balances, SettlementRequest
from gongji.settlement.decide import Decision
from gongji.terms import moment
from gongji.web.picture import PARTS, Flow, Picture, draw
from gongji.web.sample import SampleInfo
from gongji.web.showing import provision_shown
from gongji.words import OUTCOMES, Lang, Words, name_of


class Row(NamedTuple):
    """A line of the table: who pays, from which purse, how much, and what is left if it is known."""

    key: str
    payer: str
    note: str
    fen: int
    after_fen: int | None


class Reason(NamedTuple):
    """A cause, and what would succeed."""

    says: str
    remedy: str


class Quote(NamedTuple):
    """The words of a rule, with the day from which they hold and where they stand."""

    asks: str
    rules: str
    quote: str
    day: date
    basis: str
    text: str
    place: str
    reading: str


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


_BASIS = {
    Basis.STATED: Words("起", "from"),
    Basis.ROUNDED: Words(
        "起（原文只写月份、季度或年份）", "from (the text names a month or season)"
    ),
    Basis.FIRST_SEEN: Words(
        "起（原文未写日期，为首次见到之日）", "from (no day is named; first seen)"
    ),
}


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
        reasons=tuple(
            Reason(OUTCOMES[one.value].says.say(lang), OUTCOMES[one.value].remedy.say(lang))
            for one in decision.reasons
        ),
        quotes=tuple(_quote(law, key, lang) for key in decision.cites),
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


def _quote(law: Law, key: str, lang: Lang) -> Quote:
    found = provision_shown(law, law.provision(key))
    return Quote(
        asks=found.asks_zh if lang == "zh" else found.asks_en,
        rules=" · ".join(found.rules),
        quote=found.quote,
        day=found.day,
        basis=_BASIS[Basis(found.basis)].say(lang),
        text=found.text,
        place=found.place,
        reading=found.reading_zh if lang == "zh" else found.reading_en,
    )
