"""What a settlement ends in, in order of precedence."""

from gongji.terms import Term


class Outcome(Term):
    """结论. `pooled` and `own_funds` say what was paid; the rest are causes that shut the pool.

    Where several causes hold the first one listed is the outcome, and all stand in the reasons. A
    cause shuts the pool, never the patient: the bill settles from the own account and in cash.
    """

    POOLED = "pooled"
    OWN_FUNDS = "own_funds"
    NOT_IN_A_POOL = "not_in_a_pool"
    SPONSOR_NOT_SHOWN = "sponsor_not_shown"
    USE_NOT_CHOSEN = "use_not_chosen"
    SPONSOR_NOT_IN_FORCE = "sponsor_not_in_force"
    ECODE_INACTIVE = "ecode_inactive"
    INSTITUTION_NOT_COVERED = "institution_not_covered"
    NO_ONE_CARD = "no_one_card"
    CATEGORY_EXCLUDED = "category_excluded"
    NO_PRESCRIPTION = "no_prescription"
    NOT_LISTED = "not_listed"
    POOL_NOT_ASKED = "pool_not_asked"
    NOTHING_SELF_PAID = "nothing_self_paid"
    OWN_FUNDS_LEFT = "own_funds_left"
    POOL_EMPTY = "pool_empty"
