"""The verbs of people, pools and bonds."""

from typing import Any

from gongji.desk import looking, people, pooling
from gongji.desk.office import Session
from gongji.desk.ports import AnswerKind, Asking, Pool
from gongji.desk.premiums import warnings_of
from gongji.lab.forms import (
    Fields,
    Place,
    boolean,
    choice,
    choices,
    day_of_death,
    fields,
    some_yuan,
    table,
    text,
)
from gongji.lab.verbs import Answer, Stage, balances_answer, verb
from gongji.policy.contributions import WarningCode
from gongji.policy.refusal import Refusal
from gongji.terms import (
    FilingChannel,
    Kinship,
    Purse,
    Scheme,
    Status,
    Use,
    local_day,
)


@verb("standing")
def standing(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Change a person's standing."""
    given = fields(raw, at, required={"person"}, optional={"scheme", "status", "died"})
    today = local_day(stage.now[0])
    change = people.StandingChange(
        scheme=choice(Scheme, given["scheme"], at.of("scheme")) if "scheme" in given else None,
        status=choice(Status, given["status"], at.of("status")) if "status" in given else None,
        died=day_of_death(given["died"], today, at.of("died")) if "died" in given else None,
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
        amount_fen=some_yuan(given["amount"], at.of("amount")),
    )
    found = stage.office.do(lambda s: people.credit(s, asked))
    return stage.refused(found) if isinstance(found, Refusal) else {}


_FILING = {"channel", "agent"}

_BINDING = (
    "sponsor_schemes", "member_schemes", "kin_allowed", "one_pool_at_a_time", "max_members",
    "two_way", "bind_effect",
)  # fmt: skip


def _asking(stage: Stage, who: str, given: Fields, at: Place) -> Asking:
    channel = choice(FilingChannel, given.get("channel", "app"), at.of("channel"))
    return Asking(stage.caller(who), channel, given.get("agent"))


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
            _asking(stage, asked_by or given["sponsor"], given, at),
            committed=committed,
        )
    )
    if isinstance(found, Refusal):
        return stage.refused(found)
    refused = stage.rules(tuple(k for no in found.not_bound.values() for k in no.cites))
    cites = [*refused, *stage.rules_on("commitment_asked", *_BINDING)]
    return {
        "bound": [names[member] for member in found.bound],
        "not_bound": {names[m]: refusal.code.value for m, refusal in found.not_bound.items()},
        "cites": list(dict.fromkeys(cites)),
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
            _asking(stage, asked_by or given["sponsor"], given, at),
        )
    )
    if isinstance(found, Refusal):
        return stage.refused(found)
    return {"bound": [given["member"]], "cites": stage.rules_on(*_BINDING)}


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
                _asking(stage, asked_by or given["sponsor"], given, at),
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
                _asking(stage, asked_by or given["member"], given, at),
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
                _asking(stage, asked_by or given["sponsor"], given, at),
            )
        ),
    )


def _ended(stage: Stage, found: pooling.Ended | Refusal) -> Answer:
    if isinstance(found, Refusal):
        return stage.refused(found)
    return {"ends": found.ends, "cites": stage.rules_on("unbind_effect", "maintenance_unlimited")}


@verb("uses")
def uses(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Choose the uses of a pool."""
    given = fields(raw, at, required={"sponsor", "uses"}, optional=_FILING)
    chosen = choices(Use, given["uses"], at.of("uses"))
    sponsor = stage.person(given["sponsor"])

    def choose(session: Session) -> tuple[Pool | Refusal, Warned]:
        before = session.unit.open_pool(sponsor)
        found = pooling.choose_uses(
            session,
            sponsor,
            chosen,
            _asking(stage, asked_by or given["sponsor"], given, at),
        )
        if isinstance(found, Refusal) or before is None:
            return found, []
        return found, warnings_of(session, sponsor, before.uses, chosen)

    found, warned = stage.office.do(choose)
    return stage.refused(found) if isinstance(found, Refusal) else _warned(stage, warned)


Warned = list[tuple[WarningCode, tuple[str, ...]]]


def _warned(stage: Stage, warned: Warned) -> Answer:
    cites = stage.rules(tuple(key for _, cites in warned for key in cites))
    return {
        "warnings": [code.value for code, _ in warned],
        "cites": [*cites, *stage.rules_on("uses_asked", "maintenance_unlimited")],
    }


@verb("balance")
def balance(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Both purses of a person."""
    person = stage.person(text(raw, at))
    if refusal := stage.keeps_from(person, asked_by):
        return refusal
    found = stage.office.ask(lambda session: people.balances_of(session, person))
    if isinstance(found, Refusal):
        return stage.refused(found)
    return {**balances_answer(found), "cites": stage.rules_on("statement_month")}


_SIGHT = ("sponsor_sees", "member_sees")


@verb("view")
def view(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Look at a pool, or at the payments from it."""
    given = fields(raw, at, required={"who", "what", "of"})
    sponsor, who = stage.person(given["of"]), stage.caller(asked_by or given["who"])
    if given["what"] == "pool":
        seen = stage.office.ask(lambda session: looking.view_pool(session, sponsor, who))
        if isinstance(seen, Refusal):
            return stage.refused(seen)
        members = [stage.names[bond.member] for bond in seen.bonds]
        return {"sponsor": given["of"], "members": members, "cites": stage.rules_on(*_SIGHT)}
    if given["what"] != "payments":
        raise at.of("what").wrong(f"pool or payments; found {given['what']!r}")
    paid = stage.office.ask(lambda session: looking.pooled_payments(session, sponsor, who))
    if isinstance(paid, Refusal):
        return stage.refused(paid)
    count = sum(answer.kind is AnswerKind.SETTLEMENT for answer in paid)
    return {"sponsor": given["of"], "payments": count, "cites": stage.rules_on(*_SIGHT)}


@verb("family_code")
def family_code(stage: Stage, raw: Any, asked_by: str | None, at: Place) -> Answer:
    """Show a relative's code on one's own phone."""
    given = fields(raw, at, required={"holder", "relative"})
    holder, relative = stage.person(given["holder"]), stage.person(given["relative"])
    caller = stage.caller(asked_by or given["holder"])
    found = stage.office.do(lambda session: people.hold_code(session, holder, relative, caller))
    if isinstance(found, Refusal):
        return stage.refused(found)
    cites = stage.rules_on("family_code_shows", "family_code_relatives")
    return {"relatives": len(found), "cites": cites}
