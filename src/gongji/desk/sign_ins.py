"""登录: who is signed in, local staff accounts, and when an account takes no password any more."""

import hashlib
import secrets
from datetime import timedelta

import msgspec

from gongji.desk.faces_ports import Role, SignIn, StaffAccount
from gongji.desk.office import Session
from gongji.desk.ports import Caller, CallerKind

IDLE = timedelta(minutes=30)
"""After so long without a page a sign-in has run out. What was typed is kept."""

LASTS = timedelta(hours=12)
"""No sign-in lasts longer, however busy it is."""

MARKED_EACH = timedelta(minutes=1)
"""How often it is written down that a sign-in is still in use."""

TRIES = 5
"""So many wrong passwords in a row lock an account."""

LOCKED_FOR = timedelta(minutes=15)

_KINDS = {
    Role.PERSON: CallerKind.PERSON,
    Role.CLERK: CallerKind.CLERK,
    Role.REVIEWER: CallerKind.CLERK,
    Role.INSTITUTION: CallerKind.INSTITUTION,
    Role.AUDITOR: CallerKind.AUDITOR,
}


def open_sign_in(session: Session, role: Role, subject: str, region: str) -> tuple[SignIn, str]:
    """Sign somebody in. The token goes to the browser and nowhere else."""
    token = secrets.token_urlsafe(32)
    made = SignIn(region, digest(token), role, subject, session.at, session.at)
    session.unit.keep_sign_in(made)
    return made, token


def find_sign_in(session: Session, region: str, token: str) -> SignIn | None:
    """The sign-in of a token, be it live or run out."""
    return session.unit.sign_in(region, digest(token))


def is_live(session_at: int, sign_in: SignIn) -> bool:
    """Whether a sign-in still opens doors at this moment (micros)."""
    return (
        sign_in.ended_at is None
        and session_at - sign_in.seen_at < _micros(IDLE)
        and session_at - sign_in.opened_at < _micros(LASTS)
    )


def wants_marking(session_at: int, sign_in: SignIn) -> bool:
    """Whether it is time to write down again that this sign-in is in use."""
    return session_at - sign_in.seen_at >= _micros(MARKED_EACH)


def mark(session: Session, sign_in: SignIn) -> None:
    """Note that a sign-in is in use."""
    session.unit.mark_sign_in(msgspec.structs.replace(sign_in, seen_at=session.at))


def end_sign_in(session: Session, sign_in: SignIn) -> None:
    """Sign out: the token opens nothing from now on."""
    session.unit.mark_sign_in(msgspec.structs.replace(sign_in, ended_at=session.at))


def live_sign_ins(session: Session, me: SignIn) -> list[SignIn]:
    """Every sign-in of the same subject in the same role that still opens doors."""
    known = session.unit.sign_ins_of(me.region, me.subject, since=session.at - _micros(LASTS))
    return [one for one in known if one.role is me.role and is_live(session.at, one)]


def end_others(session: Session, me: SignIn) -> None:
    """End all of one's sign-ins but this one."""
    for one in live_sign_ins(session, me):
        if one.id != me.id:
            end_sign_in(session, one)


def caller_of(sign_in: SignIn) -> Caller:
    """Whoever is signed in, as the desk knows those who ask."""
    return Caller("sign-in", sign_in.region, _KINDS[sign_in.role], sign_in.subject)


# Local staff accounts ────────────────────────────────────────────────────────────────────────────


def password_tried(session: Session, account: StaffAccount, right: bool) -> StaffAccount:
    """Record a try. After TRIES wrong ones in a row the account is locked for LOCKED_FOR."""
    known = session.unit.staff(account.region, account.login) or account
    failed = 0 if right else known.failed + 1
    until = session.at + _micros(LOCKED_FOR) if failed >= TRIES else 0
    kept = msgspec.structs.replace(known, failed=0 if until else failed, locked_until=until)
    if kept != known:
        session.unit.keep_staff(kept)
    return kept


def is_locked(session_at: int, account: StaffAccount) -> bool:
    """Whether not even the right password is taken at this moment (micros)."""
    return session_at < account.locked_until


def digest(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _micros(span: timedelta) -> int:
    return int(span.total_seconds()) * 1_000_000
