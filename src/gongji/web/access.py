"""准入: who asks, and which routes they may ask.

Every route says in its `opt` who may call it; a route that says nothing is closed to all. What a
caller may see beyond that is the desk's to decide (NET-13), with the rules of the pack.
"""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler

from gongji.desk.applications import Act
from gongji.desk.counter import Counter
from gongji.desk.faces_ports import Role, Someone
from gongji.desk.office import Office, Session
from gongji.desk.ports import Asking, Caller, CallerKind
from gongji.desk.traces import Traces
from gongji.policy.refusal import Code, Refusal, refuse
from gongji.settlement.bill import PersonId
from gongji.terms import FilingChannel, local_day, region_of
from gongji.web.forms import wrong_field
from gongji.web.problems import Refused, Unauthenticated
from gongji.web.reading import known_queries_only, right_number
from gongji.web.shapes import Filed
from gongji.words import Words

T = TypeVar("T")

PERSON, INSTITUTION = CallerKind.PERSON, CallerKind.INSTITUTION
CLERK, AUDITOR = CallerKind.CLERK, CallerKind.AUDITOR

ANYONE: dict[str, Any] = {"access": frozenset({None})}
"""No key is asked for: the law, the documents, the sample."""


def only(*kinds: CallerKind, look: str | None = None) -> dict[str, Any]:
    """The `opt` of a route: these may call it, nobody else. `look` is what the trail calls a read of
    somebody's papers; a route that reads none, or that leaves a record of its own, has none."""
    return {"access": frozenset(kinds), "look": look}


# Who asks ────────────────────────────────────────────────────────────────────────────────────────

TOKEN_LASTS = timedelta(hours=12)
_ISSUER = "gongji"


def make_token(person: str, secret: bytes, now: datetime, lasts: timedelta = TOKEN_LASTS) -> str:
    """A person's token (JWT, HS256) for demonstrations, until a sign-in service issues them."""
    claims = {
        "iss": _ISSUER,
        "sub": person,
        "iat": int(now.timestamp()),
        "exp": int((now + lasts).timestamp()),
    }
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret))


class Doorkeeper:
    """门卫: from an `Authorization` header to the caller.

    Keys are remembered for a little while, so that a settlement does not ask the store for the
    caller each time. A key that is withdrawn works for as long as `remembers` says, no longer.
    """

    def __init__(
        self,
        counter: Counter,
        secret: bytes,
        *,
        remembers: float = 15.0,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        assert len(secret) >= 32, "a token secret has 32 bytes at least"
        self._counter, self._secret, self._key = counter, secret, OctKey.import_key(secret)
        self._remembers, self._seconds = remembers, seconds
        self._known: dict[str, tuple[float, Caller]] = {}

    async def caller(self, authorization: str | None) -> Caller:
        """The caller; Unauthenticated where there is none."""
        if not authorization:
            raise Unauthenticated(Words("没有提交密钥或令牌。", "No key or token was sent."))
        scheme, _, key = authorization.partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key:
            raise Unauthenticated(Words("只接受 Bearer 方式。", "Only the Bearer form is taken."))
        if (known := self._known.get(key)) is not None and known[0] > self._seconds():
            return known[1]
        return self._person(key) if key.count(".") == 2 else await self._by_key(key)

    def token(self, person: str) -> str:
        """A person's token from now on: for the sample family only."""
        return make_token(person, self._secret, self._counter.office.clock())

    async def _by_key(self, key: str) -> Caller:
        found = await self._counter.ask(lambda session: session.unit.caller(key))
        if found is None:
            raise Unauthenticated(Words("密钥无效。", "The key is not known."))
        if len(self._known) > 10_000:
            self._known.clear()
        self._known[key] = (self._seconds() + self._remembers, found)
        return found

    def _person(self, token: str) -> Caller:
        now = int(self._counter.office.clock().timestamp())
        try:
            claims = jwt.decode(token, self._key, algorithms=["HS256"]).claims
            jwt.JWTClaimsRegistry(
                now=lambda: now,
                iss={"essential": True, "value": _ISSUER},
                sub={"essential": True},
                exp={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError):
            raise Unauthenticated(
                Words("令牌无效或已过期。", "The token is not valid or has run out.")
            ) from None
        subject = str(claims["sub"])
        return Caller("token", region_of(subject), PERSON, subject)


async def let_in(
    doorkeeper: Doorkeeper, authorization: str | None, allowed: frozenset[CallerKind | None]
) -> Caller:
    """The caller, if it is known and of a kind that may call here."""
    caller = await doorkeeper.caller(authorization)
    if caller.kind not in allowed:
        raise forbidden()
    return caller


async def admit(connection: ASGIConnection[Any, Any, Any, Any], route: BaseRouteHandler) -> None:
    """The guard before every route. A route that names nobody lets nobody in."""
    if connection.scope.get("method") == "OPTIONS":
        return  # it only says which methods there are
    allowed: frozenset[CallerKind | None] = route.opt.get("access", frozenset())
    if None not in allowed:
        authorization = connection.headers.get("authorization")
        doorkeeper = connection.app.state.doorkeeper
        connection.scope["user"] = await let_in(doorkeeper, authorization, allowed)
    if connection.scope["query_string"] and not route.opt.get("passes_over_queries"):
        known_queries_only(set(connection.query_params), queries_of(route))


@lru_cache(maxsize=256)
def queries_of(route: BaseRouteHandler) -> frozenset[str]:
    """The queries that a route knows: its arguments, without those of the path and the body."""
    in_path = {name for path in route.paths for name in re.findall(r"{(\w+):", path)}
    return frozenset(route.parsed_fn_signature.parameters) - in_path - {"request", "data", "body"}


class Call(Request[Caller, Any, State]):
    """来访: a request, with the desk that it goes to and the caller who makes it."""

    @property
    def counter(self) -> Counter:
        """The desk's queue."""
        found: Counter = self.app.state.counter
        return found

    @property
    def office(self) -> Office:
        """The office behind it."""
        return self.counter.office

    @property
    def caller(self) -> Caller:
        """Whom the guard has let in."""
        return self.user

    @property
    def traces(self) -> Traces:
        """The way to the trail."""
        found: Traces = self.app.state.traces
        return found

    @property
    def address(self) -> str:
        """Where the request comes from, as far as the connection says."""
        return self.client.host if self.client else ""

    async def read(
        self, use_case: Callable[[Session], T], whose: str | Callable[[T], str | None] | None
    ) -> T:
        """Read somebody's papers, by the name that the route has for it on the trail. The trace is
        on the disk before anything is shown; a refusal shows nothing and leaves none. Where only
        the answer says whose papers they are, `whose` reads it from there."""
        found = await self.counter.ask(use_case)
        if not isinstance(found, Refusal):
            what: str | None = self.route_handler.opt["look"]
            assert what is not None, "a route that reads says what the trail calls it"
            caller = self.caller
            by = Someone(caller.region, Role(caller.kind.value), caller.subject)
            concerned = whose(found) if callable(whose) else whose
            await self.traces.keep(by, Act(what, concerned, self.address, "API"))
        return found


# What a caller may touch ─────────────────────────────────────────────────────────────────────────


def forbidden() -> Refused:
    """Not the asker's to ask: the same words whether or not there is anything to be seen."""
    return Refused(Refusal(Code.FORBIDDEN))


def acts_for(caller: Caller, person: PersonId) -> None:
    """Refuse whoever is neither the person nor a clerk of the person's region."""
    if not caller.may_act_for(person):
        raise forbidden()


def reads_of(caller: Caller, person: PersonId) -> None:
    """Refuse whoever may not read a person's papers: the auditor may, and all who may act."""
    if caller.kind is not AUDITOR:
        acts_for(caller, person)


def is_itself(caller: Caller, institution: str) -> None:
    """Refuse an institution that speaks for another one."""
    if caller.kind is INSTITUTION and caller.subject != institution:
        raise forbidden()


def in_region(caller: Caller, region: str) -> None:
    """Refuse a clerk of another region."""
    if caller.region != region:
        raise forbidden()


_NOT_THERE = frozenset(
    {Code.UNKNOWN_PERSON, Code.NO_SUCH_PREMIUM, Code.NO_SUCH_PURCHASE, Code.FORBIDDEN}
)


def hidden(call: Call, found: T | Refusal, person: str) -> T | Refusal:
    """The desk's answer, with "unknown" and "forbidden" made one for whoever may not know which."""
    knows = call.caller.kind is AUDITOR or call.caller.may_act_for(person)
    if knows or not isinstance(found, Refusal) or found.code not in _NOT_THERE:
        return found
    office = call.office
    if region_of(person) not in office.law.packs:
        return Refusal(Code.FORBIDDEN)
    law = office.law.on(region_of(person), local_day(office.clock()))
    return refuse(Code.FORBIDDEN, law.member_sees, law.sponsor_sees)


def asking(call: Call, filed: Filed) -> Asking:
    """The caller with channel and agent of an act: a clerk files at the window, with the agent on record; a person
    files for itself, and nobody's agent comes with it (NET-17)."""
    own = [channel for channel in FilingChannel if channel is not FilingChannel.WINDOW]
    if call.caller.kind is CLERK:
        if filed.channel not in (None, FilingChannel.WINDOW):
            raise wrong_field(
                "channel",
                "经办窗口办理的渠道只能是 window。",
                "A clerk files at the window.",
                Words("window", "window"),
                Words("改为 window 或不填。", "Send window, or leave it out."),
            )
        if filed.agent is not None:
            right_number("agent", filed.agent, local_day(call.office.clock()))
        return Asking(call.caller, FilingChannel.WINDOW, filed.agent)
    if filed.channel is FilingChannel.WINDOW:
        names = ", ".join(own)
        raise wrong_field(
            "channel",
            "window 只供经办窗口使用。",
            "Only a clerk files at the window.",
            Words(f"以下之一：{names}", f"one of {names}"),
            Words("改为实际使用的渠道。", "Name the channel that was used."),
        )
    if filed.agent is not None:
        raise wrong_field(
            "agent",
            "代办人只能由经办窗口登记。",
            "An agent is recorded at the window only.",
            Words("不填", "left out"),
            Words("不填，或到经办窗口办理。", "Leave it out, or go to a service window."),
        )
    return Asking(call.caller, filed.channel or FilingChannel.APP)
