"""The questions that every pack is asked, and the form that an answer must have.

One field, one question. The annotation is the form: the reader converts a pack's value to it and
refuses what does not fit, so that no rule reaches a decision half understood. `Asks` is what
`gongji packs show` prints beside the answer. A question whose provision may be None is one that a
region may leave open: the program then answers "not configured", and never guesses.
"""

from gongji.policy.questions.contributions import EnrolmentLaw
from gongji.policy.questions.forms import Asks, Effect, Venue


class DayLaw(EnrolmentLaw, frozen=True, kw_only=True, eq=False):
    """当日之法: everything one region answers on one day, each answer with its citation.

    A law makes one of them for a region and a day; it is equal to itself alone.
    """


__all__ = ["Asks", "DayLaw", "Effect", "Venue"]
