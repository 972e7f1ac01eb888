"""依据: the words of the rules beside whatever is decided, for every page that says why."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from gongji.faces.law_words import told
from gongji.policy.pack import Basis, Provision
from gongji.policy.reading import Law
from gongji.policy.refusal import Refusal
from gongji.settlement.outcome import Outcome
from gongji.web.showing import provision_shown
from gongji.words import OUTCOMES, REFUSALS, Lang, Words


class Quote(NamedTuple):
    """The words of a rule: what it answers and how, the day from which it holds, where it stands."""

    asks: str
    value: str
    rules: str
    quote: str
    day: date
    basis: str
    text: str
    place: str
    reading: str


class Reason(NamedTuple):
    """A cause, and what would succeed."""

    says: str
    remedy: str


class Told(NamedTuple):
    """A refusal as a page tells it."""

    says: str
    remedy: str
    succeeds_at: datetime | None
    quotes: tuple[Quote, ...]


_BASIS = {
    Basis.STATED: Words("起", "from"),
    Basis.ROUNDED: Words(
        "起（原文只写月份、季度或年份）", "from (the text names a month or season)"
    ),
    Basis.FIRST_SEEN: Words(
        "起（原文未写日期，为首次见到之日）", "from (no day is named; first seen)"
    ),
}


def quoted(law: Law, provision: Provision[Any], lang: Lang) -> Quote:
    """A provision of this version of the law, as a page tells it."""
    found = provision_shown(law, provision)
    return Quote(
        asks=found.asks_zh if lang == "zh" else found.asks_en,
        value=told(provision.value, lang, provision.question),
        rules=" · ".join(found.rules),
        quote=found.quote,
        day=found.day,
        basis=_BASIS[Basis(found.basis)].say(lang),
        text=found.text,
        place=found.place,
        reading=found.reading_zh if lang == "zh" else found.reading_en,
    )


def quotes(law: Law, keys: Iterable[str], lang: Lang) -> tuple[Quote, ...]:
    """Several of them, in the order given."""
    return tuple(quoted(law, law.provision(key), lang) for key in keys)


def stated(*answers: Provision[Any] | None) -> list[str]:
    """The keys of those that the region's texts have, for `quotes`."""
    return [answer.key for answer in answers if answer is not None]


def reason(outcome: Outcome, lang: Lang) -> Reason:
    """What a cause says, and what helps."""
    saying = OUTCOMES[outcome.value]
    return Reason(saying.says.say(lang), saying.remedy.say(lang))


def refusal_told(law: Law, refusal: Refusal, lang: Lang) -> Told:
    """A refusal in words, with its rules."""
    saying = REFUSALS[refusal.code.value]
    return Told(
        saying.says.say(lang),
        saying.remedy.say(lang),
        refusal.succeeds_at,
        quotes(law, refusal.cites, lang),
    )
