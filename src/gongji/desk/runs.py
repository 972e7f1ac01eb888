"""批处理: one small mechanism for every batch.

A run has a name and goes through its items in chunks. A chunk is one unit of work, and the journal
(how far, how many, what failed and why) is written in the same unit: whatever kills the program
between or within chunks, the next start goes on behind the last chunk that was kept. Starting a
finished run does nothing. Payments go on between the chunks.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gongji.desk.office import Office, Session
from gongji.desk.ports import RunState


class ItemResult(NamedTuple):
    """What became of one item; `code` says why where it failed."""

    item: str
    ok: bool
    code: str
    amount_fen: int


class Chunk(NamedTuple):
    """What one step has done. `cursor` is where the next step begins, None when nothing is left.

    `items` may leave out those that went well and need no record of their own; the counts may not.
    """

    done: int
    failed: int
    amount_fen: int
    items: Sequence[ItemResult]
    cursor: str | None


class RunReport(NamedTuple):
    """The run as the journal has it, and what this start has added to it."""

    state: RunState
    done_now: int
    failed_now: int
    amount_now_fen: int


Step = Callable[[Session, str], Chunk]
"""Does the items behind a cursor in one unit of work. The first cursor is empty."""

Progress = Callable[[RunState], None]
"""Told of the journal after each chunk that was kept."""

_BREATH_S = 0.0005
"""The store is left alone so long between chunks, so that whoever waits to pay goes first."""


class _NotMeant(Exception):
    """Ends a dry run, so that the store forgets it."""


def run(
    office: Office,
    region: str,
    name: str,
    step: Step,
    *,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> RunReport:
    """Start a run, or go on with one that was interrupted, until nothing is left.

    A dry run does all of it in one unit of work and keeps nothing; it holds up other writers for
    as long as it takes.
    """
    if dry_run:
        return _dry(office, region, name, step)
    done = failed = amount_fen = 0
    while True:
        chunk, state = office.do(lambda session: _one(session, region, name, step))
        if chunk is None:
            return RunReport(state, done, failed, amount_fen)
        done += chunk.done
        failed += chunk.failed
        amount_fen += chunk.amount_fen
        if progress is not None:
            progress(state)
        time.sleep(_BREATH_S)


def _one(session: Session, region: str, name: str, step: Step) -> tuple[Chunk | None, RunState]:
    """One chunk and its journal; no chunk when the run is finished."""
    state = session.unit.run_state(region, name)
    if state is None:
        state = RunState(region, name, "", 0, 0, 0, session.at, None)
    elif state.finished_at is not None:
        return None, state
    chunk = step(session, state.cursor)
    after = RunState(
        region,
        name,
        chunk.cursor if chunk.cursor is not None else state.cursor,
        state.done + chunk.done,
        state.failed + chunk.failed,
        state.amount_fen + chunk.amount_fen,
        state.started_at,
        session.at if chunk.cursor is None else None,
    )
    session.unit.keep_run(after, [(i.item, i.code, i.amount_fen) for i in chunk.items if not i.ok])
    return chunk, after


def _dry(office: Office, region: str, name: str, step: Step) -> RunReport:
    report: list[RunReport] = []

    def all_of_it(session: Session) -> None:
        done = failed = amount_fen = 0
        while True:
            chunk, state = _one(session, region, name, step)
            if chunk is None:
                report.append(RunReport(state, done, failed, amount_fen))
                raise _NotMeant
            done, failed = done + chunk.done, failed + chunk.failed
            amount_fen += chunk.amount_fen

    with contextlib.suppress(_NotMeant):
        office.do(all_of_it)
    return report[0]
