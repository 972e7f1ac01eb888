"""医保金月度对账单: what came and went in a month, and balances as of any past day (ACC-6)."""

from datetime import date

import msgspec

from gongji.desk.office import Session
from gongji.desk.ports import AnswerKey, Movement
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.settlement.bill import Balances
from gongji.terms import Purse, local_day, midnight, region_of


class Statement(msgspec.Struct, frozen=True):
    """对账单 of one account and month, in fen.

    `spent` is what the owner's own bills have taken, at the counter or claimed at the window,
    `pooled_out` what others' bills, premiums and plans have; both are less what was given back in
    the month. `credited` came from the agency, `turned` went from `current` to `carried` at the turn
    of the year, and `other` is whatever else moved (inheritance, moving away). Opening and all of
    these make the closing.
    """

    person: str
    month: str
    opening: Balances
    closing: Balances
    credited_fen: int
    spent_fen: int
    pooled_out_fen: int
    contributed_fen: int  # the part of `pooled_out_fen` that paid premiums and plans
    turned_fen: int
    other_fen: int
    closed: bool  # the month is over: nothing but late bills will change it


def statement(session: Session, person: str, month: str) -> Statement | Refusal:
    """The statement of a month, `YYYY-MM`. A month that has not begun has none."""
    if person not in session.unit.people([person]):
        return refuse(Code.UNKNOWN_PERSON)
    first = date.fromisoformat(f"{month}-01")
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    today = local_day(session.now)
    if first > today:
        law = session.law.on(region_of(person), today)
        return refuse(Code.TOO_EARLY, law.statement_month, succeeds_at=midnight(first))
    movements = session.unit.movements(person)
    patients = _patients(session, person, movements)
    within = [move for move in movements if first <= move.happened_on < after]
    spent = pooled = contributed = credited = turned = other = 0
    for move in within:
        match move.act:
            case "credit":
                credited += move.amount_fen
            case "rollover":
                turned += move.amount_fen if move.purse is Purse.CARRIED else 0
            case "premium" | "plan" | "plan_refund":
                contributed -= move.amount_fen
            case "settlement" | "reversal" | "claim" if patients.get(move.voucher) == person:
                spent -= move.amount_fen
            case "settlement" | "reversal" | "claim":
                pooled -= move.amount_fen
            case _:
                other += move.amount_fen
    return Statement(
        person=person,
        month=month,
        opening=_balances(movements, before=first),
        closing=_balances(movements, before=after),
        credited_fen=credited,
        spent_fen=spent,
        pooled_out_fen=pooled + contributed,
        contributed_fen=contributed,
        turned_fen=turned,
        other_fen=other,
        closed=after <= today,
    )


def balances_on(session: Session, person: str, day: date) -> Balances | Refusal:
    """Both purses at the end of a day in the past, by the day on which things happened."""
    if person not in session.unit.people([person]):
        return refuse(Code.UNKNOWN_PERSON)
    movements = session.unit.movements(person)
    return _balances([move for move in movements if move.happened_on <= day], before=None)


def _balances(movements: list[Movement], *, before: date | None) -> Balances:
    sums = dict.fromkeys(Purse, 0)
    for move in movements:
        if before is None or move.happened_on < before:
            sums[move.purse] += move.amount_fen
    return Balances(sums[Purse.CURRENT], sums[Purse.CARRIED])


def _patients(session: Session, person: str, movements: list[Movement]) -> dict[str, str]:
    """Whose bill each settlement, reversal or claim was, by voucher. A claim that is kept in another
    region than the person's was somebody else's."""
    keys = {}
    claimed = {}
    for move in movements:
        if move.act in ("settlement", "reversal"):
            asker, _, own = move.voucher.partition("/")
            keys[AnswerKey(asker, own)] = move.voucher
        elif move.act == "claim":
            claim = session.unit.claim(region_of(person), move.voucher.partition("/")[2])
            if claim is not None:
                claimed[move.voucher] = claim.person
    found = session.unit.answered(keys)
    return claimed | {voucher: found[key].patient for key, voucher in keys.items()}
