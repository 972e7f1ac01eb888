"""The verbs of contributions and of lasting enrolment."""

import re
from typing import Any

from gongji.desk import certificates, deducting, premiums
from gongji.desk.runs import ItemResult
from gongji.lab.forms import Place, boolean, choice, day, fields, some_yuan, whole
from gongji.lab.verbs import Answer, Money, Stage, verb
from gongji.policy.contributions import PaidBy, Via
from gongji.policy.enrolment import Enrolling
from gongji.policy.enrolment import waiting as waiting_of
from gongji.policy.refusal import Refusal


@verb("premium")
def premium(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Register a premium that is due."""
    given = fields(raw, at, required={"person", "year", "via", "amount"})
    due = premiums.PremiumDue(
        person=stage.person(given["person"]),
        year=_year(given["year"], at.of("year")),
        via=choice(Via, given["via"], at.of("via")),
        amount_fen=some_yuan(given["amount"], at.of("amount")),
    )
    found = stage.office.do(lambda s: premiums.register_premium(s, due, "scenario"))
    if isinstance(found, Refusal):
        return stage.refused(found)
    cites = stage.rules_on("contribution_pays", "premium_amount")
    return {"number": found.number, "amount": Money(found.amount_fen), "cites": cites}


@verb("premium_paid")
def premium_paid(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Note that a premium has been paid by other means."""
    given = fields(raw, at, required={"person", "year", "by"})
    person, year = stage.person(given["person"]), _year(given["year"], at.of("year"))
    by = choice(PaidBy, given["by"], at.of("by"))
    found = stage.office.do(lambda s: premiums.paid_otherwise(s, person, year, by))
    if isinstance(found, Refusal):
        return stage.refused(found)
    return {"cites": stage.rules_on("premium_paid_otherwise")}


@verb("deduct_premiums")
def deduct_premiums(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Deduct what is due of a year, as a batch of its own."""
    given = fields(raw, at, required={"year"})
    items: list[ItemResult] = []
    found = deducting.deduct(
        stage.office,
        stage.region,
        _year(given["year"], at.of("year")),
        batch=str(stage.office.store.changes()),
        noting=items.extend,
    )
    if isinstance(found, Refusal):
        return stage.refused(found)
    year = int(given["year"])
    people = [item.item for item in items]
    known = stage.office.ask(lambda s: s.unit.premiums_of(stage.region, year, people))
    cites = tuple(key for one in known.values() for key in one.cites)
    return {
        "deducted": [stage.names[item.item] for item in items if item.ok],
        "failed": {stage.names[item.item]: item.code for item in items if not item.ok},
        "cites": stage.rules(cites),
    }


@verb("premium_result")
def premium_result(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """What became of a premium."""
    given = fields(raw, at, required={"person", "year"})
    person, year = stage.person(given["person"]), _year(given["year"], at.of("year"))
    caller = stage.caller(asked_by or given["person"])
    found = stage.office.ask(lambda s: premiums.result(s, person, year, caller))
    if isinstance(found, Refusal):
        return stage.refused(found)
    return {
        "state": found.state.value,
        "code": found.code,
        "certificate_from": found.certificate_from,
        "cites": stage.rules(found.cites),
    }


@verb("certificate")
def certificate(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """The facts of a payment certificate."""
    given = fields(raw, at, required={"person", "year"})
    person, year = stage.person(given["person"]), _year(given["year"], at.of("year"))
    caller = stage.caller(asked_by or given["person"])
    found = stage.office.ask(lambda s: certificates.certificate_of(s, person, year, caller))
    if isinstance(found, Refusal):
        return stage.refused(found)
    return {
        "amount": Money(found.amount_fen),
        "sponsor": stage.names[found.sponsor],
        "number": found.number,
        "cites": stage.rules(found.cites),
    }


@verb("waiting")
def waiting(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Waiting months, and the day benefits start."""
    given = fields(
        raw,
        at,
        required={"missed", "enrolled_for", "paid_on", "in_period"},
        optional={"back_paid"},
    )
    if not isinstance(given["missed"], list):
        raise at.of("missed").wrong(f"a list of years; found {given['missed']!r}")
    asked = Enrolling(
        missed=frozenset(_year(one, at.of("missed")) for one in given["missed"]),
        enrolled_for=_year(given["enrolled_for"], at.of("enrolled_for")),
        paid_on=day(given["paid_on"], at.of("paid_on")),
        in_period=boolean(given["in_period"], at.of("in_period")),
        back_paid=whole(given.get("back_paid", "0"), at.of("back_paid")),
    )
    if wrong := asked.wrong():
        raise at.of(wrong[0]).wrong(wrong[1].en)
    found = waiting_of(asked, stage.law)
    if isinstance(found, Refusal):
        return stage.refused(found)
    return {
        "months": found.months,
        "benefits_from": found.benefits_from,
        "lines": [line.en for line in found.lines],
        "cites": stage.rules(found.cites),
    }


def _year(raw: object, at: Place) -> int:
    if not isinstance(raw, str) or not re.fullmatch("20[0-9]{2}", raw):
        raise at.wrong(f"a year such as 2026; found {raw!r}")
    return int(raw)
