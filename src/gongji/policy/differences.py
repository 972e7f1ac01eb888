"""两处之别: where two laws differ, be it two regions, two days, or both."""

from typing import Any, NamedTuple

from gongji.policy.pack import Provision
from gongji.policy.questions import DayLaw
from gongji.policy.reading import QUESTIONS, Question


class Difference(NamedTuple):
    """两处之别: a question that two laws answer differently, with both answers. None is silence."""

    question: Question
    one: Provision[Any] | None
    other: Provision[Any] | None


def differences(one: DayLaw, other: DayLaw) -> list[Difference]:
    """The questions that two regions, or two days of one, answer differently."""
    found = []
    for question in QUESTIONS.values():
        left, right = getattr(one, question.name), getattr(other, question.name)
        if (left and left.value) != (right and right.value) or (left is None) != (right is None):
            found.append(Difference(question, left, right))
    return found
