"""冲正: what a reversal gives back, and to which purse."""

from collections.abc import Iterable

import msgspec

from gongji.policy.refusal import Code, Refusal, refuse
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
    cash_fen: int
    draws: tuple[Return, ...]  # in the order of drawing, each with the purse to which it goes back
    reversed_self_fen: int
    reversed_whole: bool


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

    own_fen = pooled_fen = 0
    returns: list[Return] = []
    last_first = settled.draws[::-1]
    cash_of_self_fen = settled.cash_fen - settled.uncovered_fen
    drawn = [cash_of_self_fen, *(draw.amount_fen for draw in last_first)]
    cash_fen, *parts = parts_back(drawn, gone_fen=settled.reversed_self_fen, take_fen=take_fen)
    for draw, amount_fen in zip(last_first, parts, strict=True):
        if amount_fen == 0:
            continue
        returns.append(Return(draw.person, draw.purse, amount_fen))
        if draw.person == settled.patient:
            own_fen += amount_fen
        else:
            pooled_fen += amount_fen
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


def parts_back(drawn: Iterable[int], *, gone_fen: int, take_fen: int) -> list[int]:
    """How much of each sum goes back now, in the order of going back, when `gone_fen` has gone back
    before. There is always as much left as is taken."""
    parts = []
    for drawn_fen in drawn:
        skipped_fen = min(gone_fen, drawn_fen)
        gone_fen -= skipped_fen
        part_fen = min(take_fen, drawn_fen - skipped_fen)
        take_fen -= part_fen
        parts.append(part_fen)
    assert take_fen == 0, "no more goes back than was drawn"
    return parts
