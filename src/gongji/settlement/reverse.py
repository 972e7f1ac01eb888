"""冲正: what a reversal gives back, and to which purse."""

import msgspec

from gongji.policy.refusal import Code, Refusal, refuse
from gongji.settlement.decide import Decision
from gongji.terms import Purse


class Return(msgspec.Struct, frozen=True):
    """退回: one sum back to the purse it came from, or to `carried` when its year has closed."""

    person: str
    purse: Purse
    amount_fen: int


class Reversal(msgspec.Struct, frozen=True, omit_defaults=True):
    """冲正决定. `self_paid_fen` is the self-paid part taken back; `cash_fen` has the uncovered part
    in it when the whole is reversed. `whole` ends the matter: nothing is left to reverse."""

    own_fen: int
    pooled_fen: int
    cash_fen: int
    self_paid_fen: int
    whole: bool
    returns: tuple[Return, ...] = ()


class Settled(msgspec.Struct, frozen=True):
    """What was settled and what of it has been given back so far."""

    patient: str
    self_paid_fen: int
    uncovered_fen: int
    fund_paid_fen: int
    decision: Decision
    reversed_self_fen: int
    reversed_whole: bool
    year_closed: bool  # the benefit year of the settlement has been turned since


def reverse(settled: Settled, part_fen: int | None) -> Reversal | Refusal:
    """Take back the whole (`part_fen` None) or so much of the self-paid part.

    A part goes back in reverse order of drawing: cash first, then the pool, then the own purses,
    last drawn first. The same order runs on through several parts, so that any way of dividing a
    reversal ends at the same balances.
    """
    left_fen = settled.self_paid_fen - settled.reversed_self_fen
    beyond_fen = settled.uncovered_fen + settled.fund_paid_fen
    in_parts = settled.reversed_self_fen > 0 and left_fen + beyond_fen == 0
    if settled.reversed_whole or (part_fen is None and in_parts):
        return refuse(Code.ALREADY_REVERSED)
    if part_fen is not None and part_fen > left_fen:
        return refuse(Code.MORE_THAN_SETTLED, needed_fen=part_fen, available_fen=left_fen)
    take_fen = left_fen if part_fen is None else part_fen

    skip_fen = settled.reversed_self_fen  # what earlier parts have given back already
    own_fen = pooled_fen = cash_fen = 0
    returns: list[Return] = []
    cash_of_self_fen = settled.decision.cash_fen - settled.uncovered_fen
    for draw in [None, *reversed(settled.decision.draws)]:
        drawn_fen = cash_of_self_fen if draw is None else draw.amount_fen
        gone_fen = min(skip_fen, drawn_fen)
        skip_fen -= gone_fen
        amount_fen = min(take_fen, drawn_fen - gone_fen)
        take_fen -= amount_fen
        if amount_fen == 0:
            continue
        if draw is None:
            cash_fen += amount_fen
            continue
        purse = Purse.CARRIED if settled.year_closed else draw.purse
        returns.append(Return(draw.person, purse, amount_fen))
        if draw.person == settled.patient:
            own_fen += amount_fen
        else:
            pooled_fen += amount_fen
    assert take_fen == 0, "what was settled adds up to its draws and cash"

    taken_fen = own_fen + pooled_fen + cash_fen
    whole = part_fen is None
    if whole:
        cash_fen += settled.uncovered_fen
    return Reversal(
        own_fen=own_fen,
        pooled_fen=pooled_fen,
        cash_fen=cash_fen,
        self_paid_fen=taken_fen,
        whole=whole,
        returns=tuple(returns),
    )
