"""One line in, one line out: `given` is a family and a bill in words, `then` what must come of it.

Sums are yuan. What a line leaves out is ordinary: a bill of 100 yuan self-paid for outpatient drugs
at a primary hospital of the region, on the patient's own card, prescribed and listed, nobody ill
in standing. Without `pool=` there is no bond.

    given   day who status ecode dead suspended       the patient
            current carried                           the patient's money
            pool held                                 the sponsor's pooled money, other money
            sponsor-is scheme uses                    the sponsor's standing, scheme, chosen uses
            sponsor-ecode sponsor-dead
            second                                    a second sponsor's pooled money
            at elsewhere designated one-card          the place
            care category prescription listed         what was bought
            credential code shown                     the card; the code is held; whose is shown
            self uncovered fund total                 the bill

    then    outcome, then any of own pool cash current carried left from because by
            refused-CODE, then by
"""

from datetime import date, datetime, time
from typing import Any

from gongji.policy.refusal import Refusal
from gongji.policy.standing import Person
from gongji.settlement.bill import Balances, Bill, Facts, Institution, PoolFacts
from gongji.settlement.decide import Decision, decide
from gongji.terms import (
    LOCAL_TIME,
    AccountUse,
    Care,
    Category,
    Credential,
    InstitutionKind,
    Kinship,
    Level,
    Purse,
    Scheme,
    Status,
    Use,
)
from town import LAW, REGIONS, rules_of

DAYS = {"SH": "2025-11-10", "LY": "2023-03-01", "BI": "2022-07-01", "NA": "2024-10-08"}
"""A day for each region on which all that its text says is in force."""

POOLED = {"SH": "carried", "LY": "current", "BI": "current", "NA": "current"}
"""The purse into which `pool=` puts the sponsor's money."""

_WORDS = """
    day who status ecode dead suspended current carried
    pool held sponsor-is scheme uses sponsor-ecode sponsor-dead second
    at elsewhere designated one-card care category prescription listed
    credential code shown self uncovered accounts fund total
"""
_GIVEN = set(_WORDS.split())
_THEN = {"own", "pool", "cash", "current", "carried", "left", "from", "because", "by"}


def words(line: str, known: set[str]) -> dict[str, str]:
    """`key=value` words; a misspelt key is a mistake in the table."""
    found = dict(word.split("=", 1) for word in line.split())
    assert set(found) <= known, set(found) - known
    return found


def fen(yuan: str) -> int:
    """Yuan as fen."""
    whole, _, part = yuan.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def decided(region: str, given: str) -> Decision | Refusal:
    """Decide the case of one line."""
    g = words(given, _GIVEN)
    day = date.fromisoformat(g.get("day", DAYS[region]))
    at = datetime.combine(day, time(10), LOCAL_TIME)
    code = REGIONS[region]
    patient = Person(
        f"P{code}-patient",
        code,
        Scheme(g.get("who", "resident")),
        Status(g.get("status", "active")),
        g.get("ecode", "y") == "y",
        died=date(2020, 1, 1) if g.get("dead") == "y" else None,
        suspended_from=date(2020, 1, 1) if g.get("suspended") == "y" else None,
    )
    self_paid = fen(g.get("self", "100"))
    uncovered, fund = fen(g.get("uncovered", "0")), fen(g.get("fund", "0"))
    total = fen(g["total"]) if "total" in g else self_paid + uncovered + fund
    place = g.get("at", "primary")
    kind = InstitutionKind.PHARMACY if place == "pharmacy" else InstitutionKind.HOSPITAL
    institution = Institution(
        "H990000-place",
        "990000" if g.get("elsewhere") == "y" else code,
        kind,
        None if place == "pharmacy" else Level(place),
        g.get("designated", "y") == "y",
        g.get("one-card", "y") == "y",
    )
    bill = Bill(
        patient=patient.id,
        institution=institution.id,
        total_fen=total,
        fund_paid_fen=fund,
        self_paid_fen=self_paid,
        uncovered_fen=uncovered,
        care=Care(g.get("care", "pharmacy" if place == "pharmacy" else "outpatient")),
        category=Category(g.get("category", "drug")),
        credential=Credential(g.get("credential", "own")),
        sponsor=f"P{code}-{g['shown']}" if "shown" in g else None,
        prescription=g.get("prescription", "y") == "y",
        listed=g.get("listed", "y") == "y",
        accounts=AccountUse(g.get("accounts", "own_then_pooled")),
    )
    own = Balances(fen(g.get("current", "0")), fen(g.get("carried", "0")))
    facts = Facts(at, patient, institution, own, _pools(region, g), g.get("code") == "y")
    return decide(bill, facts, LAW.on(code, day))


def _pools(region: str, g: dict[str, str]) -> tuple[PoolFacts, ...]:
    """The bonds of the line: the first sponsor's, then the second's."""
    found = []
    code = REGIONS[region]
    for name, key in (("sponsor", "pool"), ("second", "second")):
        if key not in g:
            continue
        first = key == "pool"
        money = {POOLED[region]: fen(g[key])}
        if first and "held" in g:  # money of the sponsor that is not pooled
            money["current"] = fen(g["held"])
        person = Person(
            f"P{code}-{name}",
            code,
            Scheme(g.get("scheme", "employee")) if first else Scheme.EMPLOYEE,
            Status(g.get("sponsor-is", "active")) if first else Status.ACTIVE,
            not first or g.get("sponsor-ecode", "y") == "y",
            died=date(2020, 1, 1) if first and g.get("sponsor-dead") == "y" else None,
        )
        uses = frozenset(Use(use) for use in g.get("uses", "pay").split(",") if use != "none")
        found.append(PoolFacts(f"B-{name}", person, Kinship.CHILD, uses, Balances(**money)))
    return tuple(found)


def holds(then: str, came: Decision | Refusal) -> dict[str, Any]:
    """What of `then` is not so: what was expected, what came. Empty where all of it is."""
    outcome, _, rest = then.strip().partition(" ")
    t = words(rest, _THEN)
    if isinstance(came, Refusal):
        wrong: dict[str, Any] = {}
        if outcome != f"refused-{came.code}":
            wrong["outcome"] = (outcome, f"refused-{came.code}")
        missing = set(t.get("by", "").split(",")) - rules_of(came.cites) - {""}
        return {**wrong, "by": (missing, came.cites)} if missing else wrong
    purses = {purse.value: 0 for purse in Purse}
    sponsors_left: dict[str, int] = {}
    for draw in came.draws:
        if draw.person.endswith("-patient"):
            purses[draw.purse] += draw.amount_fen
        else:
            sponsors_left["left"] = draw.after_fen
    sums = {
        "own": came.own_fen,
        "pool": came.pooled_fen,
        "cash": came.cash_fen,
        **purses,
        **sponsors_left,
    }
    wrong = {
        key: (value, sums.get(key))
        for key, value in t.items()
        if key not in ("from", "because", "by") and fen(value) != sums.get(key)
    }
    if outcome != came.outcome:
        wrong["outcome"] = (outcome, came.outcome)
    if "from" in t and (came.sponsor or "").rpartition("-")[2] != t["from"]:
        wrong["from"] = (t["from"], came.sponsor)
    because = ",".join(came.reasons) or "-"
    if "because" in t and t["because"] != because:
        wrong["because"] = (t["because"], because)
    if missing := set(t.get("by", "").split(",")) - rules_of(came.cites) - {""}:
        wrong["by"] = (missing, came.cites)
    return wrong
