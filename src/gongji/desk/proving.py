"""核验账簿: the books' proof as a run, read beside the writer's queue, its result kept.

The whole book is walked in one reading, so that what is paid meanwhile neither waits nor disturbs
it. The result is kept as that of any other run: how many accounts, how many disagree, and which.
"""

from typing import NamedTuple

from gongji.desk.office import Session
from gongji.desk.ports import RunState
from gongji.ledger.proof import Disagreement, Sums, prove

RUN = "books-proof"
"""How the runs of the proof are called, with the form's id behind it."""

MOST_TOLD = 200
"""Disagreements that are kept; all of them are counted."""


class Proof(NamedTuple):
    """核验: a run, and the first accounts that disagree, each with what is wrong."""

    state: RunState
    wrong: tuple[tuple[str, str], ...]


def begin_proof(session: Session, region: str, id: str) -> RunState:
    """Note that a proof has begun. A repeat finds it as it is."""
    known = session.unit.run_state(region, f"{RUN}/{id}")
    if known is not None:
        return known
    state = RunState(region, f"{RUN}/{id}", "", 0, 0, 0, session.at, None)
    session.unit.keep_run(state, [])
    return state


class Walked(NamedTuple):
    """What a walk has found: the sums, how many accounts disagree, and the first of them."""

    sums: Sums
    failed: int
    wrong: tuple[tuple[str, str], ...]


def walk(session: Session) -> Walked:
    """Walk the whole book. It only reads."""
    sums, failed, told = Sums(0, 0, 0), 0, list[tuple[str, str]]()
    for found in prove(session.unit.entry_rows(), session.unit.balance_rows()):
        if isinstance(found, Sums):
            sums = found
            continue
        failed += 1
        if len(told) < MOST_TOLD:
            told.append((_account(found), found.wrong))
    return Walked(sums, failed, tuple(told))


def end_proof(session: Session, region: str, id: str, walked: Walked) -> RunState:
    """Keep the result. `cursor` counts accounts, `done` entries, `failed` disagreements."""
    state = begin_proof(session, region, id)._replace(
        cursor=str(walked.sums.accounts),
        done=walked.sums.entries,
        failed=walked.failed,
        amount_fen=walked.sums.total_fen,
        finished_at=session.at,
    )
    session.unit.keep_run(state, [(account, wrong, 0) for account, wrong in walked.wrong])
    return state


def proof_of(session: Session, region: str, id: str) -> Proof | None:
    """A proof that was begun, with its result where it is finished."""
    state = session.unit.run_state(region, f"{RUN}/{id}")
    if state is None:
        return None
    wrong = session.unit.run_failures(region, state.name)
    return Proof(state, tuple((item, code) for item, code, _ in wrong))


def proofs_in(session: Session, region: str) -> list[RunState]:
    """The proofs of a region's auditor, newest first."""
    return [run for run in session.unit.runs_in(region) if run.name.startswith(f"{RUN}/")]


def _account(found: Disagreement) -> str:
    place = "/".join(part for part in (found.region, found.owner, found.kind) if part)
    entry = f"#{found.version} {found.voucher}" if found.voucher else ""
    return " ".join(part for part in (place or "*", entry) if part)
