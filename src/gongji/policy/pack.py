"""What a policy pack is: one region's answers to each question, with their days and words."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Basis(StrEnum):
    """生效日依据: how we know the day on which a provision starts."""

    STATED = "stated"  # the text names the day
    ROUNDED = "rounded"  # the text names a month, a season or a year; we took its first day
    FIRST_SEEN = "first_seen"  # the text names none; the earliest day that we can prove


class Attribution(StrEnum):
    """归属: how sure we are that the text is this region's."""

    STATED = "stated"
    PROBABLE = "probable"


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """政策文件: a document that a provision quotes."""

    title: str
    issuer: str  # empty where the copy does not say
    checked: date  # when the quotes were last compared with the copy
    note: str = ""


class Provision(msgspec.Struct, Generic[T], frozen=True, eq=False):
    """某日起有效的规定: one answer to one question, from one day on; equal to itself alone.

    `rules` are identifiers of the rule table, `quote` the shortest words of the text that carry the
    answer, `place` where in the text they stand. `reading` says how we read words that can be
    read in two ways, and why; it is empty where the words leave no choice.
    """

    region: str
    question: str
    day: date
    basis: Basis
    rules: tuple[str, ...]
    text: str
    place: str
    quote: str
    value: T
    reading: str = ""
    reading_en: str = ""
    key: str = ""  # `region/question@day`: how a stored decision names this provision

    def __post_init__(self) -> None:
        key = f"{self.region}/{self.question}@{self.day.isoformat()}"
        msgspec.structs.force_setattr(self, "key", key)


class Pack(msgspec.Struct, frozen=True):
    """政策包: one region's answers, question by question, oldest first."""

    region: str
    name: str
    name_en: str
    attribution: Attribution
    note: str
    note_en: str
    texts: Mapping[str, Text]
    answers: Mapping[str, Sequence[Provision[object]]]

    def on(self, question: str, day: date) -> Provision[object] | None:
        """This region's own answer in force on `day`, or None where its text is silent."""
        for provision in reversed(self.answers.get(question, ())):
            if provision.day <= day:
                return provision
        return None


class NoProvision(Exception):
    """No pack answers this question on this day, and a guessed rule would spend someone's money."""

    def __init__(self, region: str, question: str, day: date, earliest: date | None) -> None:
        self.region, self.question, self.day, self.earliest = region, question, day, earliest
        begins = f"the first answer starts on {earliest}" if earliest else "no pack answers it"
        super().__init__(
            f"region {region} has no provision for {question} on {day}: {begins}. "
            f"Ask for a later day, or add a provision with its quote to the region's pack."
        )


class UnknownRegion(Exception):
    """No pack is loaded for this region."""

    def __init__(self, region: str, known: Sequence[str]) -> None:
        self.region = region
        super().__init__(
            f"no policy pack for region {region}; loaded are {', '.join(known)}. "
            f"Add a folder for it beside the others (docs/howto/add-a-region.md)."
        )
