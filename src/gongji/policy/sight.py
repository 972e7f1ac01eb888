"""谁能看什么: a member never sees the other members (NET-13)."""

from gongji.policy.questions import DayLaw
from gongji.policy.refusal import Code, Refusal, refuse


def sees_members(
    *, who: str, sponsor: str, members: frozenset[str], law: DayLaw
) -> frozenset[str] | Refusal:
    """Which of a pool's members `who` may see: the sponsor all, a member itself."""
    if who == sponsor and "members" in law.sponsor_sees.value:
        return members
    if who in members and "self" in law.member_sees.value:
        return frozenset({who})
    return refuse(Code.FORBIDDEN, law.member_sees, law.sponsor_sees)


def sees_payments(
    *, who: str, sponsor: str, ever_members: frozenset[str], law: DayLaw
) -> frozenset[str] | Refusal:
    """Whose pooled payments `who` may see: the sponsor everyone's, a member its own.

    Whoever has been a member may go on asking for its own payments after it has left.
    """
    if who == sponsor and "payments" in law.sponsor_sees.value:
        return ever_members
    if who in ever_members and "own_payments" in law.member_sees.value:
        return frozenset({who})
    return refuse(Code.FORBIDDEN, law.member_sees, law.sponsor_sees)
