"""The verbs of a scenario: how one is registered, and the stage it plays on.

Each verb goes through the same use-case that the API calls. The verbs themselves stand in
family_verbs, bill_verbs, calendar_verbs, item_verbs and premium_verbs.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from gongji.desk.office import Office
from gongji.desk.ports import Caller, CallerKind
from gongji.lab.forms import (
    Place,
    choice,
    fields,
    local_time,
    share,
)
from gongji.policy.questions import DayLaw
from gongji.policy.refusal import Code, Refusal, keys, refuse
from gongji.settlement.bill import Balances
from gongji.terms import Category, local_day, region_of, yuan_text

Answer = dict[str, Any]

EXPECTED = {
    "refused", "cites", "bound", "not_bound", "ends", "warnings", "outcome", "own", "pooled",
    "sponsor", "cash", "reasons", "outside_relief", "repeated", "current", "carried",
    "opening", "closing", "closed", "pooled_out", "spent", "accounts", "moved", "number",
    "amount", "deducted", "failed", "state", "code", "certificate_from", "months",
    "benefits_from", "lines", "members", "payments", "relatives", "numbers", "total",
    "fund_paid", "self_paid", "uncovered",
}  # fmt: skip
"""What the answers of the verbs have, and so what a step may expect."""


class Money(int):
    """Fen, which a scenario writes as yuan, and which are shown so where they were not expected."""

    def __repr__(self) -> str:
        return yuan_text(self)

    __str__ = __repr__


class Split(NamedTuple):
    """Own money: one number, or by purse."""

    current: Money
    carried: Money


class CatalogueItem(NamedTuple):
    """One entry of a scenario's own catalogue. `first_share` is in basis points."""

    listed: str
    first_share: int
    kind: Category

    @classmethod
    def read(cls, raw: object, at: Place) -> "CatalogueItem":
        """`{class: A | B | unlisted, first_share: 0.10, kind: drug | device | consumable}`."""
        given = fields(raw, at, required={"class"}, optional={"first_share", "kind"})
        if given["class"] not in ("A", "B", "unlisted"):
            raise at.of("class").wrong(f"A, B or unlisted; found {given['class']!r}")
        return cls(
            given["class"],
            share(given.get("first_share", "0"), at.of("first_share")),
            choice(Category, given.get("kind", "drug"), at.of("kind")),
        )


class Stage:
    """One scenario's office, clock and names."""

    def __init__(self, office: Office, region: str, now: list[datetime]) -> None:
        self.office, self.region, self.now = office, region, now
        self.people: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.institutions: dict[str, str] = {}
        self.catalogue: dict[str, CatalogueItem] = {}
        self.asked_at: dict[str, str] = {}  # the institution that settled an id
        self.nobody: dict[str, None] = {}  # the names in a step that nobody and nothing has
        self._strangers: dict[str, str] = {}

    def add_person(self, name: str, id: str) -> None:
        """Remember a person by name."""
        self.people[name], self.names[id] = id, name

    def person(self, name: object) -> str:
        """A person's id. A name that nobody has is an id that nobody has, each its own."""
        if (name := str(name)) in self.people:
            return self.people[name]
        self.nobody[name] = None
        nobody = f"P{self.region}-nobody{len(self._strangers)}"
        return self._strangers.setdefault(name, nobody)

    def institution(self, name: object) -> str:
        """An institution's id; see `person`."""
        if (name := str(name)) not in self.institutions:
            self.nobody[name] = None
        return self.institutions.get(name, f"H{self.region}-nowhere")

    def caller(self, name: str) -> Caller:
        """The person who asks."""
        id = self.person(name)
        return Caller("scenario", region_of(id), CallerKind.PERSON, id)

    @property
    def law(self) -> DayLaw:
        """The region's law of today."""
        return self.office.law.on(self.region, local_day(self.now[0]))

    def rules(self, cites: tuple[str, ...]) -> list[str]:
        """The rule identifiers of the provisions cited."""
        found = [rule for key in cites for rule in self.office.law.provision(key).rules]
        return list(dict.fromkeys(found))

    def rules_on(self, *questions: str) -> list[str]:
        """The rules by which an act was done: those of today's provisions that answer these
        questions, as far as there are any."""
        return self.rules(keys(getattr(self.law, question) for question in questions))

    def refused(self, refusal: Refusal) -> Answer:
        """A refusal as an answer."""
        return {
            "refused": refusal.code.value,
            "cites": self.rules(refusal.cites),
            "numbers": refusal.numbers,
        }

    def keeps_from(self, person: str, asked_by: str | None) -> Answer | None:
        """The refusal of whoever asks for another's account; None for the owner and the office."""
        if asked_by is None or self.caller(asked_by).may_act_for(person):
            return None
        law = self.law
        return self.refused(refuse(Code.FORBIDDEN, law.member_sees, law.sponsor_sees))


Verb = Callable[[Stage, Any, str | None, Place], Answer]
VERBS: dict[str, Verb] = {}


def verb(name: str) -> Callable[[Verb], Verb]:
    """Register a verb."""

    def register(function: Verb) -> Verb:
        VERBS[name] = function
        return function

    return register


@verb("at")
def at_time(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """A later local time; what ends by then has ended, because bonds are dated."""
    later = local_time(raw, at)
    if later < stage.now[0]:
        raise at.wrong(f"{later:%Y-%m-%dT%H:%M} lies before {stage.now[0]:%Y-%m-%dT%H:%M}")
    stage.now[0] = later
    return {}


def balances_answer(found: Balances) -> Answer:
    """Both purses, as a scenario names them."""
    return {"current": Money(found.current), "carried": Money(found.carried)}
