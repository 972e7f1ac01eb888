"""The verbs of a scenario, each through the same use-case that the API calls."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from gongji.desk import looking, people, pooling, settling
from gongji.desk.office import Office
from gongji.desk.ports import AnswerKind, Caller, CallerKind
from gongji.lab.forms import (
    Fields,
    Place,
    boolean,
    choice,
    choices,
    day,
    fields,
    local_time,
    table,
    text,
    yuan,
)
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import Balances, SettlementRequest
from gongji.settlement.decide import Decision
from gongji.settlement.reverse import Return
from gongji.terms import (
    Care,
    Category,
    Channel,
    Credential,
    FilingChannel,
    Kinship,
    Purse,
    Scheme,
    Status,
    Use,
)

Answer = dict[str, Any]


class Money(int):
    """Fen, which a scenario writes as yuan."""


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
        share = yuan(given.get("first_share", "0"), at.of("first_share")) * 100
        return cls(given["class"], share, choice(Category, given.get("kind", "drug"), at))


class Stage:
    """One scenario's office, clock and names."""

    def __init__(self, office: Office, region: str, now: list[datetime]) -> None:
        self.office, self.region, self.now = office, region, now
        self.people: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.institutions: dict[str, str] = {}
        self.catalogue: dict[str, CatalogueItem] = {}
        self.asked_at: dict[str, str] = {}  # the institution that settled an id

    def add_person(self, name: str, id: str) -> None:
        """Remember a person by name."""
        self.people[name], self.names[id] = id, name

    def person(self, name: object) -> str:
        """A person's id. A name that nobody has is an id that nobody has."""
        return self.people.get(str(name), f"P{self.region}-nobody")

    def institution(self, name: object) -> str:
        """An institution's id; see `person`."""
        return self.institutions.get(str(name), f"H{self.region}-nowhere")

    def caller(self, name: str) -> Caller:
        """The person who asks."""
        id = self.person(name)
        return Caller("scenario", id[1:7], CallerKind.PERSON, id)

    def rules(self, cites: tuple[str, ...]) -> list[str]:
        """The rule identifiers of the provisions cited."""
        found = [rule for key in cites for rule in self.office.law.provision(key).rules]
        return list(dict.fromkeys(found))

    def refused(self, refusal: Refusal) -> Answer:
        """A refusal as an answer."""
        return {
            "refused": refusal.code.value,
            "cites": self.rules(refusal.cites),
            "numbers": refusal.numbers,
        }


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


@verb("standing")
def standing(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Change a person's standing."""
    given = fields(raw, at, required={"person"}, optional={"scheme", "status", "died"})
    change = people.StandingChange(
        scheme=choice(Scheme, given["scheme"], at.of("scheme")) if "scheme" in given else None,
        status=choice(Status, given["status"], at.of("status")) if "status" in given else None,
        died=day(given["died"], at.of("died")) if "died" in given else None,
    )
    person = stage.person(given["person"])
    found = stage.office.do(lambda s: people.change_standing(s, person, change, "scenario"))
    return stage.refused(found) if isinstance(found, Refusal) else {}


@verb("credit")
def credit(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Put money into a purse."""
    given = fields(raw, at, required={"person", "purse", "amount"})
    asked = people.Credit(
        id=f"credit-{stage.office.store.changes()}",
        person=stage.person(given["person"]),
        purse=choice(Purse, given["purse"], at.of("purse")),
        amount_fen=yuan(given["amount"], at.of("amount")),
    )
    found = stage.office.do(lambda s: people.credit(s, asked))
    return stage.refused(found) if isinstance(found, Refusal) else {}


_FILING = {"channel", "agent"}


def _filing(given: Fields, at: Place) -> dict[str, Any]:
    return {
        "channel": choice(FilingChannel, given.get("channel", "app"), at.of("channel")),
        "agent": given.get("agent"),
    }


@verb("pool")
def pool(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Form a pool."""
    given = fields(
        raw, at, required={"sponsor"}, optional={"members", "uses", "committed", *_FILING}
    )
    members = {
        stage.person(name): choice(Kinship, kinship, at.of(f"members.{name}"))
        for name, kinship in table(given.get("members", {}), at.of("members")).items()
    }
    names = dict(zip(members, given.get("members", {}), strict=True))
    uses = choices(Use, given.get("uses", []), at.of("uses"))
    committed = boolean(given.get("committed", "true"), at.of("committed"))
    found = stage.office.do(
        lambda session: pooling.form(
            session,
            stage.person(given["sponsor"]),
            members,
            uses,
            committed=committed,
            asked_by=stage.caller(asked_by or given["sponsor"]),
            **_filing(given, at),
        )
    )
    if isinstance(found, Refusal):
        return stage.refused(found)
    cites = [key for refusal in found.not_bound.values() for key in refusal.cites]
    return {
        "bound": [names[member] for member in found.bound],
        "not_bound": {names[m]: refusal.code.value for m, refusal in found.not_bound.items()},
        "cites": stage.rules(tuple(cites)),
        "nothing_done": found.pool is None,
    }


@verb("bind")
def bind(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Add a member."""
    given = fields(raw, at, required={"sponsor", "member", "kinship"}, optional=_FILING)
    kinship = choice(Kinship, given["kinship"], at.of("kinship"))
    found = stage.office.do(
        lambda session: pooling.bind(
            session,
            stage.person(given["sponsor"]),
            stage.person(given["member"]),
            kinship,
            asked_by=stage.caller(asked_by or given["sponsor"]),
            **_filing(given, at),
        )
    )
    return stage.refused(found) if isinstance(found, Refusal) else {"bound": [given["member"]]}


@verb("unbind")
def unbind(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Remove a member."""
    given = fields(raw, at, required={"sponsor", "member"}, optional=_FILING)
    return _ended(
        stage,
        stage.office.do(
            lambda session: pooling.unbind(
                session,
                stage.person(given["sponsor"]),
                stage.person(given["member"]),
                asked_by=stage.caller(asked_by or given["sponsor"]),
                **_filing(given, at),
            )
        ),
    )


@verb("leave")
def leave(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """A member leaves."""
    given = fields(raw, at, required={"member"}, optional={"sponsor", *_FILING})
    sponsor = stage.person(given["sponsor"]) if "sponsor" in given else None
    return _ended(
        stage,
        stage.office.do(
            lambda session: pooling.leave(
                session,
                stage.person(given["member"]),
                sponsor,
                asked_by=stage.caller(asked_by or given["member"]),
                **_filing(given, at),
            )
        ),
    )


@verb("dissolve")
def dissolve(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """End a pool: `dissolve: father`, or a table where a channel is named."""
    given = {"sponsor": raw} if isinstance(raw, str) else raw
    given = fields(given, at, required={"sponsor"}, optional=_FILING)
    return _ended(
        stage,
        stage.office.do(
            lambda session: pooling.dissolve(
                session,
                stage.person(given["sponsor"]),
                asked_by=stage.caller(asked_by or given["sponsor"]),
                **_filing(given, at),
            )
        ),
    )


def _ended(stage: Stage, found: pooling.Ended | Refusal) -> Answer:
    return stage.refused(found) if isinstance(found, Refusal) else {"ends": found.ends}


@verb("uses")
def uses(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Choose the uses of a pool."""
    given = fields(raw, at, required={"sponsor", "uses"}, optional=_FILING)
    chosen = choices(Use, given["uses"], at.of("uses"))
    found = stage.office.do(
        lambda session: pooling.choose_uses(
            session,
            stage.person(given["sponsor"]),
            chosen,
            asked_by=stage.caller(asked_by or given["sponsor"]),
            **_filing(given, at),
        )
    )
    return stage.refused(found) if isinstance(found, Refusal) else {"warnings": []}


_BILL = {"patient", "at", "total", "fund_paid", "self_paid", "uncovered"}
_BILL_MAY = {
    "kind", "channel", "credential", "shown_by", "sponsor", "category", "prescription", "listed",
}  # fmt: skip


def _bill(stage: Stage, given: Fields, at: Place) -> SettlementRequest:
    """The bill of `settle`, `quote` and `why`; the last two have no id and need none."""

    def amount(key: str) -> int:
        return yuan(given[key], at.of(key))

    return SettlementRequest(
        id=text(given.get("id", "quote"), at.of("id")),
        patient=stage.person(given["patient"]),
        institution=stage.institution(given["at"]),
        total_fen=amount("total"),
        fund_paid_fen=amount("fund_paid"),
        self_paid_fen=amount("self_paid"),
        uncovered_fen=amount("uncovered"),
        care=choice(Care, given.get("kind", "outpatient"), at.of("kind")),
        category=choice(Category, given.get("category", "drug"), at.of("category")),
        channel=choice(Channel, given.get("channel", "window"), at.of("channel")),
        credential=choice(Credential, given.get("credential", "own"), at.of("credential")),
        shown_by=stage.person(given["shown_by"]) if "shown_by" in given else None,
        sponsor=stage.person(given["sponsor"]) if "sponsor" in given else None,
        prescription=boolean(given.get("prescription", "false"), at.of("prescription")),
        listed=boolean(given.get("listed", "true"), at.of("listed")),
    )


def _decided(stage: Stage, bill: SettlementRequest, decision: Decision) -> Answer:
    own = dict.fromkeys(Purse, 0)
    for draw in decision.draws:
        if draw.person == bill.patient:
            own[draw.purse] += draw.amount_fen
    return {
        "outcome": decision.outcome.value,
        "own": Split(Money(own[Purse.CURRENT]), Money(own[Purse.CARRIED])),
        "pooled": Money(decision.pooled_fen),
        "sponsor": stage.names.get(decision.sponsor or ""),
        "cash": Money(decision.cash_fen),
        "reasons": [reason.value for reason in decision.reasons],
        "cites": stage.rules(decision.cites),
        "outside_relief": Money(decision.outside_relief_fen),
    }


@verb("settle")
def settle(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Settle a bill."""
    given = fields(raw, at, required={"id", *_BILL}, optional=_BILL_MAY)
    bill = _bill(stage, given, at)
    stage.asked_at.setdefault(bill.id, bill.institution)
    (found,) = stage.office.do(lambda session: settling.settle_batch(session, [bill]))
    if isinstance(found, Refusal):
        return stage.refused(found)
    replayed = settling.replay(stage.office, found.answer)
    assert replayed.same, "a decision replays to the same answer"
    return {**_decided(stage, bill, found.decision), "repeated": found.repeated}


@verb("quote")
def quote(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """What `settle` would answer."""
    bill = _bill(stage, fields(raw, at, required=_BILL, optional=_BILL_MAY), at)
    found = stage.office.ask(lambda session: settling.quote(session, bill))
    if isinstance(found, Refusal):
        return stage.refused(found)
    return _decided(stage, bill, found.decision)


@verb("why")
def why(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Every cause that holds; a refusal of the whole bill is a cause as well."""
    answer = quote(stage, raw, asked_by, at)
    if "refused" in answer:
        return {**answer, "reasons": [answer["refused"]]}
    return answer


@verb("reverse")
def reverse(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Reverse a settlement, whole or in part."""
    given = fields(raw, at, required={"id", "of"}, optional={"self_paid"})
    of = text(given["of"], at.of("of"))
    asked = settling.ReversalRequest(
        id=text(given["id"], at.of("id")),
        institution=stage.asked_at.get(of) or stage.institution(next(iter(stage.institutions), "")),
        of=of,
        self_paid_fen=yuan(given["self_paid"], at.of("self_paid"))
        if "self_paid" in given
        else None,
    )
    found = stage.office.do(lambda session: settling.reverse_settlement(session, asked))
    if isinstance(found, Refusal):
        return stage.refused(found)
    back = found.reversal
    patient = found.answer.patient
    return {
        "own": Split(
            Money(_sum(back.returns, patient, Purse.CURRENT)),
            Money(_sum(back.returns, patient, Purse.CARRIED)),
        ),
        "pooled": Money(back.pooled_fen),
        "cash": Money(back.cash_fen),
        "repeated": found.repeated,
    }


def _sum(returns: tuple[Return, ...], person: str, purse: Purse) -> int:
    return sum(r.amount_fen for r in returns if r.person == person and r.purse is purse)


@verb("balance")
def balance(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Both purses of a person."""
    person = stage.person(text(raw, at))
    found = stage.office.ask(lambda session: people.balances_of(session, person))
    return stage.refused(found) if isinstance(found, Refusal) else balances_answer(found)


def balances_answer(found: Balances) -> Answer:
    return {"current": Money(found.current), "carried": Money(found.carried)}


@verb("view")
def view(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Look at a pool, or at the payments from it."""
    given = fields(raw, at, required={"who", "what", "of"})
    sponsor, who = stage.person(given["of"]), stage.caller(asked_by or given["who"])
    if given["what"] == "pool":
        seen = stage.office.ask(lambda session: looking.view_pool(session, sponsor, who))
        if isinstance(seen, Refusal):
            return stage.refused(seen)
        return {"sponsor": given["of"], "members": [stage.names[b.member] for b in seen.bonds]}
    if given["what"] != "payments":
        raise at.of("what").wrong(f"pool or payments; found {given['what']!r}")
    paid = stage.office.ask(lambda session: looking.pooled_payments(session, sponsor, who))
    if isinstance(paid, Refusal):
        return stage.refused(paid)
    count = sum(answer.kind is AnswerKind.SETTLEMENT for answer in paid)
    return {"sponsor": given["of"], "payments": count}


@verb("family_code")
def family_code(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Show a relative's code on one's own phone."""
    given = fields(raw, at, required={"holder", "relative"})
    holder, relative = stage.person(given["holder"]), stage.person(given["relative"])
    caller = stage.caller(asked_by or given["holder"])
    found = stage.office.do(lambda session: people.hold_code(session, holder, relative, caller))
    return stage.refused(found) if isinstance(found, Refusal) else {"relatives": len(found)}


for later in (
    "premium", "premium_paid", "deduct_premiums", "premium_result",
    "certificate", "waiting", "items",
):  # fmt: skip

    @verb(later)
    def not_yet(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
        """Calendar, contributions and catalogue come later; until then the step fails."""
        return {"refused": "not_yet", "cites": []}
