"""呈现: what the desk answers → what the asker may read of it.

A decision is rendered by the law of the version stored with it, so the same id reads the same for
ever. Provisions are rendered once per version and kept encoded: a settlement cites a dozen.
"""

from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, cast

import msgspec

from gongji.desk.ports import Answer, Caller, CallerKind
from gongji.policy.pack import Provision
from gongji.policy.questions import Asks
from gongji.policy.reading import QUESTIONS, Law
from gongji.policy.refusal import Refusal
from gongji.settlement.bill import Balances
from gongji.settlement.decide import Decision
from gongji.terms import moment
from gongji.web.shown import BalancesShown, Cite, ProvisionShown, WarningShown, Why
from gongji.web.shown_settlements import (
    DecisionShown,
    DrawShown,
    PaymentShown,
    ReasonsShown,
    SettlementShown,
)
from gongji.web.statuses import WARNINGS
from gongji.words import OUTCOMES, REFUSALS, Saying


class Eye(Enum):
    """谁在看: whose balances may be read beside a decision (NET-13, ACC-6)."""

    PATIENT = "patient"  # and the institution that prints the receipt: the patient's own balances
    SPONSOR = "sponsor"  # the pooled money and its own purses, nothing of the member's own
    OFFICE = "office"  # clerk and auditor: all


def eye_of(caller: Caller, patient: str, sponsor: str | None) -> Eye:
    """With whose eyes a caller reads a decision that it has been let in to read."""
    if caller.kind in (CallerKind.CLERK, CallerKind.AUDITOR):
        return Eye.OFFICE
    if caller.kind is CallerKind.PERSON and caller.subject not in (patient,):
        assert caller.subject == sponsor, "nobody else is let in"
        return Eye.SPONSOR
    return Eye.PATIENT


# Provisions ──────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=4096)
def cite(law: Law, key: str) -> Cite:
    """A provision as it is cited, by its key under this version of the law."""
    provision = law.provision(key)
    return Cite(
        rules=provision.rules,
        region=provision.region,
        question=provision.question,
        day=provision.day,
        basis=provision.basis,
        quote=provision.quote,
        text=law.text(provision).title,
        place=provision.place,
    )


def cites(law: Law, keys: Sequence[str]) -> tuple[Cite, ...]:
    """Several of them, in the order given."""
    return tuple(cite(law, key) for key in keys)


@lru_cache(maxsize=8192)
def _cites_encoded(law: Law, keys: tuple[str, ...]) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(cites(law, keys)))


def _asks(question: str) -> Asks:
    found = QUESTIONS.get(question)
    return found.asks if found else Asks("", "")  # a question that today's program no longer asks


def provision_shown(law: Law, provision: Provision[Any]) -> ProvisionShown:
    """A provision whole, with its question, its value and how it was read."""
    asks, text = _asks(provision.question), law.text(provision)
    return ProvisionShown(
        rules=provision.rules,
        region=provision.region,
        question=provision.question,
        day=provision.day,
        basis=provision.basis,
        quote=provision.quote,
        text=text.title,
        place=provision.place,
        asks_zh=asks.zh,
        asks_en=asks.en,
        value=msgspec.to_builtins(provision.value, order="deterministic"),
        issuer=text.issuer,
        reading_zh=provision.reading,
        reading_en=provision.reading_en,
    )


def warning_shown(law: Law, code: str, keys: Sequence[str]) -> WarningShown:
    """A warning in both languages, with the provisions that ask for it."""
    said = WARNINGS[code]
    return WarningShown(code=code, zh=said.zh, en=said.en, cites=cites(law, keys))


# Codes in words ──────────────────────────────────────────────────────────────────────────────────


def _why(code: str, saying: Saying) -> Why:
    return Why(
        code=code,
        zh=saying.says.zh,
        en=saying.says.en,
        remedy_zh=saying.remedy.zh,
        remedy_en=saying.remedy.en,
    )


WHY_OUTCOME = {code: _why(code, saying) for code, saying in OUTCOMES.items()}
WHY_REFUSED = {code: _why(code, saying) for code, saying in REFUSALS.items()}


def why_refused(refusal: Refusal) -> Why:
    """A refusal's code in words."""
    return WHY_REFUSED[refusal.code.value]


# Decisions ───────────────────────────────────────────────────────────────────────────────────────


def balances(found: Balances) -> BalancesShown:
    """Both purses."""
    return BalancesShown(found.current, found.carried)


def _parts(
    decision: Decision, patient: str, institution: str, law: Law, eye: Eye
) -> dict[str, Any]:
    all_of_it = eye is not Eye.SPONSOR
    return {
        "patient": patient,
        "institution": institution,
        "outcome": decision.outcome.value,
        "says": WHY_OUTCOME[decision.outcome.value],
        "own_fen": decision.own_fen if all_of_it else None,
        "pooled_fen": decision.pooled_fen,
        "cash_fen": decision.cash_fen if all_of_it else None,
        "outside_relief_fen": decision.outside_relief_fen,
        "sponsor": decision.sponsor,
        "draws": _draws(decision, patient, eye),
        "reasons": tuple(WHY_OUTCOME[reason.value] for reason in decision.reasons),
        # Encoded once for each set of provisions; only the encoder ever looks at it.
        "cites": cast("tuple[Cite, ...]", _cites_encoded(law, decision.cites)),
        "own_after": balances(decision.own_after) if all_of_it else None,
        "law": law.version,
    }


def _draws(decision: Decision, patient: str, eye: Eye) -> tuple[DrawShown, ...]:
    found = []
    for draw in decision.draws:
        own = draw.person == patient
        if own and eye is Eye.SPONSOR:
            continue
        seen = eye is Eye.OFFICE or own or eye is Eye.SPONSOR
        found.append(
            DrawShown(
                person=draw.person,
                purse=draw.purse,
                amount_fen=draw.amount_fen,
                after_fen=draw.after_fen if seen else None,
            )
        )
    return tuple(found)


def quote_shown(
    decision: Decision, patient: str, institution: str, law: Law, eye: Eye
) -> DecisionShown:
    """A decision of which nothing was written."""
    return DecisionShown(**_parts(decision, patient, institution, law, eye))


def settlement_shown(
    answer: Answer, decision: Decision, law: Law, eye: Eye, *, repeated: bool
) -> SettlementShown:
    """A recorded decision. `law` is that of the answer's version."""
    assert law.version == answer.law, "an answer reads by the law it was given under"
    return SettlementShown(
        **_parts(decision, answer.patient, answer.key.asker, law, eye),
        reference=reference(answer),
        id=answer.key.id,
        happened_at=moment(answer.happened_at),
        recorded_at=moment(answer.recorded_at),
        repeated=repeated,
    )


def reasons_shown(decision: Decision, law: Law) -> ReasonsShown:
    """Every cause that holds (SET-13)."""
    return ReasonsShown(
        outcome=decision.outcome.value,
        reasons=tuple(WHY_OUTCOME[reason.value] for reason in decision.reasons),
        cites=cites(law, decision.cites),
    )


def payment_shown(answer: Answer, eye: Eye) -> PaymentShown:
    """One line of a list of payments."""
    all_of_it = eye is not Eye.SPONSOR
    return PaymentShown(
        reference=reference(answer),
        kind=answer.kind.value,
        reverses=answer.reverses,
        patient=answer.patient,
        sponsor=answer.sponsor,
        happened_at=moment(answer.happened_at),
        recorded_at=moment(answer.recorded_at),
        own_fen=answer.own_fen if all_of_it else None,
        pooled_fen=answer.pooled_fen,
        cash_fen=answer.cash_fen if all_of_it else None,
    )


def reference(answer: Answer) -> str:
    """`institution/id`: how a decision is named."""
    return f"{answer.key.asker}/{answer.key.id}"
