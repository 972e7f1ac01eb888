"""查账: what a storm has left in the store, held against what its clients were told."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from gongji.desk.office import Office, Session
from gongji.desk.people import balances_of
from gongji.desk.ports import Answer, AnswerKind
from gongji.desk.proving import walk
from gongji.desk.settling import decision_of, replay
from gongji.lab.folk import REGIONS, institutions_of
from gongji.lab.told import Told
from gongji.policy.bonds import Bond
from gongji.settlement.bill import Balances
from gongji.terms import micros, region_of


class Audit(msgspec.Struct, frozen=True):
    """What was found. `wrong` says what must not be; empty is good."""

    kept: int  # answers of settlements, reversals and credits in the store
    replayed: int
    wrong: tuple[str, ...]


def audit(office: Office, told: Told, *, replays: int | None = None) -> Audit:
    """Hold the store against everything that was told.

    `replays`: how many decisions are decided again; all of them where it is left out.
    """
    answers = office.ask(_answers)
    found = [f"proof: {account}: {wrong}" for account, wrong in office.ask(walk).wrong]
    found += [*_balances(office, told), *_told(answers, told)]
    found += [*office.ask(partial(_halves, answers=answers)), *office.ask(partial(_bonds, told))]
    found += office.ask(partial(_charged, answers=answers))
    chosen = [one for one in answers.values() if one.kind is AnswerKind.SETTLEMENT][:replays]
    found += [f"{_name(one)} does not replay" for one in chosen if not replay(office, one).same]
    return Audit(len(answers), len(chosen), tuple(found))


def _answers(session: Session) -> dict[str, Answer]:
    """Every answer but the credits of the beginning, by its reference."""
    askers = [one.id for region in REGIONS for one in institutions_of(region)]
    askers += [f"A{region}-agency" for region in REGIONS]
    return {
        _name(one): one
        for asker in askers
        for one in session.unit.answers_of_asker(asker, limit=10**9, before=10**18)
        if not one.key.id.startswith("sample-")
    }


def _name(answer: Answer) -> str:
    return f"{answer.key.asker}/{answer.key.id}"


def _balances(office: Office, told: Told) -> Iterator[str]:
    for person, house in told.households.items():
        held = office.ask(partial(balances_of, person_id=person))
        assert isinstance(held, Balances)
        due = house.fen[person]
        if held.current + held.carried != due:
            yield f"{person}: {held} in the store, {due} fen by what was told"


def _told(answers: dict[str, Answer], told: Told) -> Iterator[str]:
    """Each told answer is there as it was told, and no other is."""
    credits = {f"A{region_of(one['person'])}-agency/{id}": one for id, one in told.credits.items()}
    for name in answers.keys() - told.settlements.keys() - told.reversals.keys() - credits.keys():
        yield f"{name} is in the store, and nobody was told"
    for those, agrees in (
        (told.settlements, _as_settled),
        (told.reversals, _as_reversed),
        (credits, _as_credited),
    ):
        for name, one in those.items():
            kept = answers.get(name)
            if kept is None:
                yield f"{name} was answered, and it is not there"
            elif not agrees(kept, one):
                yield f"{name} was answered otherwise than it is kept: {one}"


def _as_settled(kept: Answer, told: Any) -> bool:
    decision = decision_of(kept)
    draws = [(one["person"], one["purse"], one["amount_fen"]) for one in told["draws"]]
    return (
        kept.kind is AnswerKind.SETTLEMENT
        and (kept.own_fen, kept.pooled_fen, kept.cash_fen) == _parts(told)
        and kept.recorded_at == _micros(told["recorded_at"])
        and (decision.outcome.value, decision.sponsor) == (told["outcome"], told["sponsor"])
        and [(one.person, one.purse.value, one.amount_fen) for one in decision.draws] == draws
    )


def _as_reversed(kept: Answer, told: Any) -> bool:
    return (
        kept.kind is AnswerKind.REVERSAL
        and (kept.own_fen, kept.pooled_fen, kept.cash_fen) == _parts(told)
        and kept.recorded_at == _micros(told["recorded_at"])
        and (kept.reverses, kept.whole) == (told["of"], told["whole"])
    )


def _as_credited(kept: Answer, told: Any) -> bool:
    return kept.kind is AnswerKind.CREDIT and kept.own_fen == told["amount_fen"]


def _parts(told: Any) -> tuple[int, int, int]:
    return told["own_fen"], told["pooled_fen"], told["cash_fen"]


def _micros(told: str) -> int:
    return micros(datetime.fromisoformat(told))


def _halves(session: Session, answers: dict[str, Answer]) -> list[str]:
    """Answered and not booked to the last fen, or booked and not answered."""
    booked: dict[str, int] = {}
    for entry in session.unit.entry_rows():
        if entry.kind == "payable":
            booked[entry.voucher] = booked.get(entry.voucher, 0) + entry.amount_fen
    wrong = []
    for name, answer in answers.items():
        sign = {AnswerKind.SETTLEMENT: 1, AnswerKind.REVERSAL: -1}.get(answer.kind, 0)
        due = sign * (answer.own_fen + answer.pooled_fen)
        if (found := booked.pop(name, 0)) != due:
            wrong.append(f"{name}: {found} fen booked, {due} answered")
    return wrong + [f"{voucher} was booked and not answered" for voucher in booked]


def _bonds(told: Told, session: Session) -> list[str]:
    """Each bond is kept as it was told, begun and ended."""
    kept = {one.id: one for one in _all_bonds(session, told)}
    wrong = []
    for id, one in told.bonds.items():
        found = kept.get(id)
        if found is None or found.starts != _micros(one["starts"]):
            wrong.append(f"bond {id} was told as {one}, and is kept as {found}")
    for id, ends in told.ends.items():
        found = kept.get(id)
        if found is None or found.ends != max(_micros(ends), found.starts):
            wrong.append(f"bond {id} ends {ends} as told, and is kept as {found}")
    return wrong


def _all_bonds(session: Session, told: Told) -> Iterator[Bond]:
    for person in told.households:
        yield from session.unit.bonds_of_member(person)


def _charged(session: Session, answers: dict[str, Answer]) -> list[str]:
    """Pooled money that was drawn while no bond was in force, by the times that are kept."""
    bonds: dict[tuple[str, str], list[Bond]] = {}
    pooled = [one for one in answers.values() if one.pooled_fen and one.sponsor is not None]
    for member in {one.patient for one in pooled}:
        for bond in session.unit.bonds_of_member(member):
            bonds.setdefault((bond.sponsor, member), []).append(bond)
    return [
        f"{_name(one)}: {one.sponsor} was charged at {one.happened_at}, and was not bound, but at "
        f"{[(bond.starts, bond.ends) for bond in bonds.get((one.sponsor or '', one.patient), ())]}"
        for one in pooled
        if one.kind is AnswerKind.SETTLEMENT
        and not any(
            bond.in_force(one.happened_at)
            for bond in bonds.get((one.sponsor or "", one.patient), ())
        )
    ]
