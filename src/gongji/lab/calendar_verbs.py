"""The verbs of the calendar: statements and the turn of the year."""

import re
from typing import Any

from gongji.desk.rollover import turn_year
from gongji.desk.statements import statement as statement_of
from gongji.lab.forms import Place, day, fields
from gongji.lab.verbs import Answer, Money, Stage, balances_answer, verb
from gongji.policy.refusal import Refusal


@verb("rollover")
def rollover(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Turn the year in the scenario's region."""
    given = fields(raw, at, required={"year_ends"})
    found = turn_year(stage.office, stage.region, day(given["year_ends"], at.of("year_ends")))
    if isinstance(found, Refusal):
        if stage.law.year_turn.value == "none":
            # One purse: there is nothing to turn, which to the family is no mistake of anyone's.
            return {"accounts": 0, "moved": Money(0), "cites": stage.rules(found.cites)}
        return stage.refused(found)
    cites = stage.rules_on("year_turn")
    return {"accounts": found.done_now, "moved": Money(found.amount_now_fen), "cites": cites}


@verb("statement")
def statement(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """The statement of a month."""
    given = fields(raw, at, required={"person", "month"})
    month = str(given["month"])
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
        raise at.of("month").wrong(f"a month such as 2025-11; found {month!r}")
    person = stage.person(given["person"])
    if refusal := stage.keeps_from(person, asked_by):
        return refusal
    found = stage.office.ask(lambda session: statement_of(session, person, month))
    if isinstance(found, Refusal):
        return stage.refused(found)
    return {
        "opening": balances_answer(found.opening),
        "closing": balances_answer(found.closing),
        "pooled_out": Money(found.pooled_out_fen),
        "spent": Money(found.spent_fen),
        "closed": found.closed,
        "cites": stage.rules_on("statement_month"),
    }
