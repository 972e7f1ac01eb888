"""The verbs of bills: settle, quote, why, reverse."""

from typing import Any

from gongji.desk import settling
from gongji.lab.forms import (
    Fields,
    Place,
    boolean,
    choice,
    fields,
    own_id,
    some_yuan,
    text,
    yuan,
)
from gongji.lab.verbs import Answer, Money, Split, Stage, verb
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import SettlementRequest
from gongji.settlement.decide import Decision
from gongji.settlement.reverse import Return
from gongji.terms import (
    Care,
    Category,
    Channel,
    Credential,
    Purse,
)

_BILL = {"patient", "at", "total", "fund_paid", "self_paid", "uncovered"}
_BILL_MAY = {
    "kind", "channel", "credential", "shown_by", "sponsor", "category", "prescription", "listed",
}  # fmt: skip


def _bill(stage: Stage, given: Fields, at: Place) -> SettlementRequest:
    """The bill of `settle`, `quote` and `why`; the last two have no id and need none."""

    def amount(key: str) -> int:
        return yuan(given[key], at.of(key))

    return SettlementRequest(
        id=own_id(given.get("id", "quote"), at.of("id")),
        patient=stage.person(given["patient"]),
        institution=stage.institution(given["at"]),
        total_fen=amount("total"),
        fund_paid_fen=amount("fund_paid"),
        self_paid_fen=amount("self_paid"),
        uncovered_fen=amount("uncovered"),
        care=choice(Care, given.get("kind", "outpatient"), at.of("kind")),
        category=choice(Category, given.get("category", "drug"), at.of("category")),
        channel=choice(Channel, given.get("channel", "window"), at.of("channel")),
        credential=choice(Credential, given.get("credential", "own"), at.of("credential")),
        shown_by=stage.person(given["shown_by"]) if "shown_by" in given else None,
        sponsor=stage.person(given["sponsor"]) if "sponsor" in given else None,
        prescription=boolean(given.get("prescription", "false"), at.of("prescription")),
        listed=boolean(given.get("listed", "true"), at.of("listed")),
    )


def _decided(stage: Stage, bill: SettlementRequest, decision: Decision) -> Answer:
    own = dict.fromkeys(Purse, 0)
    for draw in decision.draws:
        if draw.person == bill.patient:
            own[draw.purse] += draw.amount_fen
    return {
        "outcome": decision.outcome.value,
        "own": Split(Money(own[Purse.CURRENT]), Money(own[Purse.CARRIED])),
        "pooled": Money(decision.pooled_fen),
        "sponsor": stage.names.get(decision.sponsor or ""),
        "cash": Money(decision.cash_fen),
        "reasons": [reason.value for reason in decision.reasons],
        "cites": stage.rules(decision.cites),
        "outside_relief": Money(decision.outside_relief_fen),
    }


@verb("settle")
def settle(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Settle a bill."""
    given = fields(raw, at, required={"id", *_BILL}, optional=_BILL_MAY)
    bill = _bill(stage, given, at)
    stage.asked_at.setdefault(bill.id, bill.institution)
    (found,) = stage.office.do(lambda session: settling.settle_batch(session, [bill]))
    if isinstance(found, Refusal):
        return stage.refused(found)
    replayed = settling.replay(stage.office, found.answer)
    assert replayed.same, "a decision replays to the same answer"
    return {**_decided(stage, bill, found.decision), "repeated": found.repeated}


@verb("quote")
def quote(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """What `settle` would answer."""
    bill = _bill(stage, fields(raw, at, required=_BILL, optional=_BILL_MAY), at)
    found = stage.office.ask(lambda session: settling.quote(session, bill))
    if isinstance(found, Refusal):
        return stage.refused(found)
    return _decided(stage, bill, found.decision)


@verb("why")
def why(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Every cause that holds; a refusal of the whole bill is a cause as well."""
    answer = quote(stage, raw, asked_by, at)
    if "refused" in answer:
        return {**answer, "reasons": [answer["refused"]]}
    return answer


@verb("reverse")
def reverse(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Reverse a settlement, whole or in part."""
    given = fields(raw, at, required={"id", "of"}, optional={"self_paid"})
    of = text(given["of"], at.of("of"))
    asked = settling.ReversalRequest(
        id=own_id(given["id"], at.of("id")),
        institution=stage.asked_at.get(of) or stage.institution(next(iter(stage.institutions), "")),
        of=of,
        self_paid_fen=some_yuan(given["self_paid"], at.of("self_paid"))
        if "self_paid" in given
        else None,
    )
    found = stage.office.do(lambda session: settling.reverse_settlement(session, asked))
    if isinstance(found, Refusal):
        return stage.refused(found)
    back = found.reversal
    patient = found.answer.patient
    return {
        "own": Split(
            Money(_sum(back.returns, patient, Purse.CURRENT)),
            Money(_sum(back.returns, patient, Purse.CARRIED)),
        ),
        "pooled": Money(back.pooled_fen),
        "cash": Money(back.cash_fen),
        "repeated": found.repeated,
        "cites": stage.rules_on("money_stays_sponsors", "purses", "year_turn"),
    }


def _sum(returns: tuple[Return, ...], person: str, purse: Purse) -> int:
    return sum(r.amount_fen for r in returns if r.person == person and r.purse is purse)
