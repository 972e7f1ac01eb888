"""办理单: forms that are kept on their way and done once, and the trail of what is done or seen."""

import secrets
from collections.abc import Callable, Mapping

import msgspec

from gongji.desk.faces_ports import Draft, Look, Looker, SignIn
from gongji.desk.office import Session
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.terms import region_of

Outcome = Mapping[str, str]
"""What came of a form, in plain words of our own: the page of the result is drawn from it."""


class Act(msgspec.Struct, frozen=True):
    """事项: what is done or looked at, for the trail. `why` may hold an agent's number."""

    what: str
    whose: str | None
    address: str
    why: str = ""


def keep_form(
    session: Session, by: SignIn, id: str, form: str, fields: Mapping[str, str]
) -> Draft | Refusal:
    """Keep what has been typed so far. A form that is done stays as it is."""
    known = _known(session, by, id, form)
    if isinstance(known, Refusal) or (known is not None and known.outcome is not None):
        return known
    draft = Draft(by.region, id, by.subject, form, fields, session.at)
    session.unit.keep_draft(draft)
    return draft


def kept_form(session: Session, by: SignIn, id: str) -> Draft | None:
    """A form of one's own that was kept; another's is not there."""
    known = session.unit.draft(by.region, id)
    return known if known is not None and known.owner == by.subject else None


def do_once(
    session: Session,
    by: SignIn,
    id: str,
    form: str,
    act: Act,
    use_case: Callable[[Session], Outcome | Refusal],
) -> Draft | Refusal:
    """Do what a form asks, once for its id: a repeat gets the recorded outcome.

    The trail has the act in the same unit of work; a refusal leaves none.
    """
    known = _known(session, by, id, form)
    if isinstance(known, Refusal) or (known is not None and known.outcome is not None):
        return known
    outcome = use_case(session)
    if isinstance(outcome, Refusal):
        return outcome
    fields = known.fields if known is not None else {}
    done = Draft(by.region, id, by.subject, form, fields, session.at, outcome)
    session.unit.keep_draft(done)
    leave_trace(session, by, act)
    return done


def _known(session: Session, by: SignIn, id: str, form: str) -> Draft | Refusal | None:
    """The form of this id as it was kept; the id of another's form, or of another form, is taken."""
    known = session.unit.draft(by.region, id)
    if known is not None and (known.owner, known.form) != (by.subject, form):
        return refuse(Code.ID_REUSED)
    return known


def leave_trace(session: Session, by: Looker, act: Act) -> None:
    """Put a look or an act on the trail, which nobody can change."""
    session.unit.keep_looks([look_of(session, by, act)])


def region_of_act(by: Looker, act: Act) -> str:
    """On whose trail an act stands: that of the region of the person concerned, if there is one."""
    return region_of(act.whose) if act.whose else by.region


def look_of(session: Session, by: Looker, act: Act) -> Look:
    """The line of the trail."""
    return Look(
        region=region_of_act(by, act),
        at=session.at,
        id=secrets.token_hex(8),
        who=by.subject,
        role=by.role,
        what=act.what,
        whose=act.whose,
        why=act.why,
        address=act.address,
    )
