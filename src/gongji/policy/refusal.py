"""What the world may answer instead of yes: every refusal is a value with its rule."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from gongji.policy.pack import Provision
from gongji.terms import Term


class Code(Term):
    """拒绝代码. Where several hold for a pool or a bond, the first one listed is given."""

    # The sponsor of a pool or bond.
    SPONSOR_NOT_EMPLOYEE = "sponsor_not_employee"
    SPONSOR_NOT_IN_FORCE = "sponsor_not_in_force"
    NOTHING_CARRIED = "nothing_carried"
    COMMITMENT_MISSING = "commitment_missing"
    SPONSOR_IS_MEMBER = "sponsor_is_member"
    SPONSOR_HAS_POOL = "sponsor_has_pool"
    # The member of a bond.
    OWN_SELF = "own_self"
    MEMBER_NOT_INSURED = "member_not_insured"
    MEMBER_NOT_HERE = "member_not_here"
    ECODE_INACTIVE = "ecode_inactive"
    KINSHIP_NOT_ALLOWED = "kinship_not_allowed"
    MEMBER_IS_SPONSOR = "member_is_sponsor"
    ALREADY_IN_A_POOL = "already_in_a_pool"
    TWO_WAY_NOT_ALLOWED = "two_way_not_allowed"
    TOO_MANY_MEMBERS = "too_many_members"
    REBIND_TOMORROW = "rebind_tomorrow"
    # Pools and people.
    NOT_BOUND = "not_bound"
    NO_POOL = "no_pool"
    UNBIND_FIRST = "unbind_first"
    FORBIDDEN = "forbidden"
    TOO_MANY_RELATIVES = "too_many_relatives"
    NO_ACCOUNT = "no_account"
    # A settlement.
    NOT_OWN_CREDENTIAL = "not_own_credential"
    PATIENT_NOT_INSURED = "patient_not_insured"
    NOT_DESIGNATED = "not_designated"
    ONLINE_SUSPENDED = "online_suspended"
    AMOUNTS_DO_NOT_ADD_UP = "amounts_do_not_add_up"
    ID_REUSED = "id_reused"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_INSTITUTION = "unknown_institution"
    # A reversal.
    UNKNOWN_SETTLEMENT = "unknown_settlement"
    ALREADY_REVERSED = "already_reversed"
    MORE_THAN_SETTLED = "more_than_settled"
    # The calendar.
    NO_YEAR_TURN = "no_year_turn"
    NOT_DEAD = "not_dead"
    TOO_EARLY = "too_early"
    # Contributions
    NOT_A_RESIDENT = "not_a_resident"
    CONTRIBUTE_NOT_CHOSEN = "contribute_not_chosen"
    CHOSEN_TOO_LATE = "chosen_too_late"
    PAID_OTHERWISE = "paid_otherwise"
    BALANCE_NOT_ABOVE_PREMIUM = "balance_not_above_premium"
    NOT_IN_A_POOL = "not_in_a_pool"
    CERTIFICATE_NOT_READY = "certificate_not_ready"
    NO_SUCH_PREMIUM = "no_such_premium"
    NOT_CONFIGURED = "not_configured"
    ALREADY_REGISTERED = "already_registered"
    ALREADY_DEDUCTED = "already_deducted"
    BALANCE_NOT_ENOUGH = "balance_not_enough"
    NO_SUCH_PURCHASE = "no_such_purchase"
    MORE_THAN_PAID = "more_than_paid"
    # Manual claims
    PAPERS_MISSING = "papers_missing"
    NO_SUCH_CLAIM = "no_such_claim"
    OWN_ENTRY = "own_entry"
    CLAIM_DECIDED = "claim_decided"


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """拒绝: why not, by which provisions, with the numbers needed and available.

    `cites` are provision keys; `numbers` are in fen or counts as their names say (`needed_fen`,
    `available_fen`, `at_most`); `succeeds_at` is when the same request would succeed, where
    waiting is all it takes.
    """

    code: Code
    cites: tuple[str, ...] = ()
    numbers: dict[str, int] = {}
    succeeds_at: datetime | None = None


def refuse(
    code: Code,
    *provisions: Provision[Any] | None,
    succeeds_at: datetime | None = None,
    **numbers: int,
) -> Refusal:
    """A refusal that cites these provisions; where the law is silent, there is none to cite."""
    return Refusal(code, keys(provisions), numbers, succeeds_at)


def keys(provisions: Iterable[Provision[Any] | None]) -> tuple[str, ...]:
    """The provisions' keys, each once, in the order given; None is a question without an answer."""
    return tuple(dict.fromkeys([one.key for one in provisions if one is not None]))
