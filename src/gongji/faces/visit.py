"""来访: a browser's request, with whoever is signed in, the language, and the page that answers."""

import secrets
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers.base import BaseRouteHandler
from litestar.response import Redirect

from gongji.desk import applications, sign_ins
from gongji.desk.applications import Act, Outcome
from gongji.desk.faces_ports import Draft, Role, SignIn
from gongji.desk.office import Session
from gongji.desk.ports import Caller
from gongji.faces import language
from gongji.faces.forms import Form, read_form
from gongji.faces.house import House
from gongji.faces.limits import Rule
from gongji.faces.money import yuan
from gongji.faces.seals import form_token, seal, unseal
from gongji.faces.trail_words import trail_words
from gongji.policy.questions import DayLaw
from gongji.policy.refusal import Refusal
from gongji.terms import local_day, micros
from gongji.web.access import Call, forbidden
from gongji.web.problems import accept
from gongji.words import Lang, name_of

T = TypeVar("T")

SIGN_IN, GUEST, LANG, ELDER = "gongji", "guest", "lang", "elder"
"""The cookies: who is signed in, a browser that is not, and how pages are to look."""

_YEAR = 365 * 24 * 3600


def page_for(*roles: Role) -> dict[str, Any]:
    """The `opt` of a page: these roles may open it, nobody else."""
    assert roles, "a page for nobody"
    return {**OPEN_PAGE, "roles": frozenset(roles)}


OPEN_PAGE: dict[str, Any] = {
    "access": frozenset({None}),
    "roles": frozenset(),
    "passes_over_queries": True,  # the apps by which people share links add some of their own
}
"""The `opt` of a page that asks for no sign-in."""


class NeedsSignIn(Exception):
    """Nobody is signed in, or not any more: `late`. `kept` names the form that was sent, which is
    kept for whoever typed it."""

    def __init__(self, *, late: bool = False, kept: str | None = None) -> None:
        super().__init__("nobody is signed in")
        self.late, self.kept = late, kept


class TooOften(Exception):
    """A limit has been reached."""


class NotOurForm(Exception):
    """A form without the token of this sign-in: another site's, or one from before signing in."""


async def enter(connection: ASGIConnection[Any, Any, Any, Any], route: BaseRouteHandler) -> None:
    """The guard before every page: who is signed in, and whether the page is for that role."""
    assert isinstance(connection, Visit)
    if connection.method == "OPTIONS":
        return  # it only says which methods there are
    roles: frozenset[Role] | None = route.opt.get("roles")
    assert roles is not None, "every page says for whom it is"
    found = await _signed_in(connection)
    at = micros(connection.office.clock())
    live = found is not None and sign_ins.is_live(at, found)
    connection.scope["signed_in"] = found if live else None  # type: ignore[typeddict-unknown-key]  # ours
    if not roles:
        return
    if found is None:
        raise NeedsSignIn
    if not live:
        posted = connection.method == "POST" and found.ended_at is None
        raise NeedsSignIn(late=True, kept=await _keep_sent(connection, found) if posted else None)
    if found.role not in roles:
        raise forbidden()
    if sign_ins.wants_marking(at, found):
        await connection.counter.do(lambda session: sign_ins.mark(session, found), found.region)


async def _keep_sent(visit: "Visit", was: SignIn) -> str | None:
    """Keep what was typed under a fresh id, for the one who typed it."""
    form, id, path = await read_form(await visit.form()), secrets.token_hex(12), visit.url.path
    kept = await visit.counter.do(
        lambda session: applications.keep_form(session, was, id, path, form.typed()), was.region
    )
    return None if isinstance(kept, Refusal) else id


async def _signed_in(visit: "Visit") -> SignIn | None:
    value = unseal(visit.house.secret, "sign-in", visit.brought(SIGN_IN))
    if value is None:
        return None
    region, _, token = value.partition("~")
    return await visit.counter.ask(lambda session: sign_ins.find_sign_in(session, region, token))


class Behalf(NamedTuple):
    """为谁办理: whose papers a page shows, and where the pages about them begin."""

    person: str
    base: str
    at_window: bool


class Visit(Call):
    """来访: see the module. Pages are rendered here, and acts are done here, once."""

    @property
    def house(self) -> House:
        """What all pages share."""
        found: House = self.app.state.house
        return found

    @property
    def signed_in(self) -> SignIn | None:
        """Whoever is signed in, if anybody."""
        found: SignIn | None = self.scope.get("signed_in")  # type: ignore[assignment]  # ours
        return found

    @property
    def me(self) -> SignIn:
        """Whoever is signed in, on a page that asks for it."""
        assert self.signed_in is not None, "the guard has let nobody in without"
        return self.signed_in

    @property
    def asks(self) -> Caller:
        """Whoever is signed in, as the desk knows those who ask."""
        return sign_ins.caller_of(self.me)

    @property
    def law(self) -> DayLaw:
        """Today's law in the region of whoever is signed in."""
        return self.law_in(self.me.region)

    def law_in(self, region: str) -> DayLaw:
        """Today's law of a region."""
        return self.office.law.on(region, local_day(self.office.clock()))

    # Language and look

    @cached_property
    def lang(self) -> Lang:
        """As the query says, else the cookie; Chinese first."""
        said = self.query_params.get("lang") or self.brought(LANG)
        return "en" if said == "en" else "zh"

    @cached_property
    def elder(self) -> bool:
        """长辈版: larger text, larger targets, fewer tiles."""
        return (self.query_params.get("elder") or self.brought(ELDER)) == "1"

    def say(self, text: str, **values: object) -> str:
        """A sentence in the language of the page. The Chinese one is the key."""
        return language.translate(self.lang, text, **values)

    # Whose papers

    def behalf(self, person: str | None) -> Behalf:
        """One's own papers, or at the window those of a person of the clerk's region."""
        if self.me.role is Role.PERSON:
            if person is not None:
                raise forbidden()
            return Behalf(self.me.subject, "/family", False)
        if person is None or not self.asks.may_act_for(person):
            raise forbidden()
        return Behalf(person, f"/clerk/for/{person}", True)

    # Reading and acting, each with its trace

    async def look(
        self,
        what: str,
        whose: str | Callable[[T], str | None] | None,
        use_case: Callable[[Session], T],
    ) -> T:
        """Read personal papers. The trace is on disk before anything is shown. Where only the
        answer says whose papers they are, `whose` reads it from there."""
        found = await self.counter.ask(use_case)
        concerned = whose(found) if callable(whose) else whose
        await self.traces.keep(self.me, Act(what, concerned, self.address))
        return found

    async def act(
        self,
        id: str,
        what: str,
        whose: str | None,
        use_case: Callable[[Session], Outcome | Refusal],
        why: str = "",
        *,
        anywhere: bool = False,
    ) -> Draft | Refusal:
        """Do what a form asks, once for the form's id, and leave a trace of it. What it touches lies
        in the region of whoever is signed in and in that of the person, or `anywhere`."""
        me, act = self.me, Act(what, whose, self.address, why)
        regions = set() if anywhere else {me.region, applications.region_of_act(me, act)}
        return await self.counter.do(
            lambda session: applications.do_once(session, me, id, what, act, use_case), *regions
        )

    # Forms

    @cached_property
    def browser(self) -> str:
        """What a form's token is bound to: the sign-in, or a browser that is not signed in yet."""
        if self.signed_in is not None:
            return self.signed_in.id
        return unseal(self.house.secret, "guest", self.brought(GUEST)) or secrets.token_hex(16)

    async def sent(self) -> Form:
        """The form that was sent, if it is ours. A browser that says where it comes from is asked
        that first."""
        if self.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise NotOurForm
        form = await read_form(await self.form())
        if not form.has_token(form_token(self.house.secret, self.browser)):
            raise NotOurForm
        who = self.signed_in.subject if self.signed_in else self.address
        self.limit(Rule.POST, who)
        return form

    async def typed(self) -> Mapping[str, str]:
        """What was typed and kept for this page: before a sign-in ran out, or to be read again."""
        id = self.query_params.get("kept")
        if not id or self.signed_in is None:
            return {}
        found = await self.kept(id[:64], self.url.path)
        return {} if found is None else found.fields

    async def keep(self, id: str, form: str, fields: Mapping[str, str]) -> Draft:
        """Keep what has been typed so far under the form's own id."""
        me = self.me
        kept = await self.counter.do(
            lambda session: applications.keep_form(session, me, id, form, fields), me.region
        )
        return accept(kept)

    async def kept(self, id: str, form: str) -> Draft | None:
        """A form of one's own that was kept."""
        me = self.me
        found = await self.counter.ask(lambda session: applications.kept_form(session, me, id))
        return found if found is not None and found.form == form else None

    def limit(self, rule: Rule, who: str) -> None:
        """Count this, and stop whoever does it too often."""
        if not self.house.turnstile.passes(rule, who):
            raise TooOften

    # Answers

    def page(self, template: str, status: int = 200, **context: Any) -> Response[str]:
        """A page in the visitor's language and look."""
        text = TEMPLATES.get_template(template).render(self._context() | context)
        return Response(
            text, media_type=MediaType.HTML, status_code=status, cookies=self._set_cookies()
        )

    def go(self, path: str, **query: str) -> Redirect:
        """Lead on to a page, after a form or without one."""
        asked = f"?{urlencode(query)}" if query else ""
        return Redirect(f"{path}{asked}", status_code=303)

    def _context(self) -> dict[str, Any]:
        lang = self.lang
        return {
            "lang": lang,
            "elder": self.elder,
            "path": self._own_path(),
            "also": self._asked(),
            "me": self.signed_in,
            "token": form_token(self.house.secret, self.browser),
            "new_id": lambda: secrets.token_hex(12),
            "demo": self.house.demo is not None,
            "_": self.say,
            "t": lambda zh, en: zh if lang == "zh" else en,
            "trail_words": trail_words,
            "words": lambda words: words.say(lang),
            "name": lambda member: name_of(member).say(lang),
            "day": lambda value: language.written_day(value, lang),
            "moment": lambda value: language.written_moment(value, lang),
        }

    def _own_path(self) -> str:
        """The page's own address, for its links and forms. `//elsewhere` would lead away from here,
        and so would `/\\elsewhere`, as browsers read it."""
        return "/" + quote(self.url.path[:300].lstrip("/\\"))

    def _asked(self) -> str:
        """The page's own query, for the switches of language and look."""
        kept = [(k, v) for k, v in self.query_params.multi_items() if k not in {"lang", "elder"}]
        return "".join(f"&{urlencode([pair])}" for pair in kept)

    def _set_cookies(self) -> list[Cookie]:
        found = []
        for key, on in ((LANG, self.lang), (ELDER, "1" if self.elder else "0")):
            if key in self.query_params:
                found.append(self.cookie(key, on, _YEAR))
        if self.signed_in is None and self.brought(GUEST) is None:
            found.append(self.cookie(GUEST, seal(self.house.secret, "guest", self.browser), None))
        return found

    def brought(self, key: str) -> str | None:
        """What the browser has of a cookie that goes to every page."""
        return self.cookies.get(self._called(key))

    def _called(self, key: str) -> str:
        """Over https a browser takes a name with this prefix from us alone, and not from whoever
        has another host beneath the same domain."""
        return f"__Host-{key}" if self.house.over_https(self.url.scheme) else key

    def cookie(self, key: str, value: str, lasts: int | None, path: str = "/") -> Cookie:
        """A cookie that no script reads and no other site's form brings along."""
        return Cookie(
            key=self._called(key) if path == "/" else key,
            value=value,
            max_age=lasts,
            path=path,
            httponly=True,
            samesite="lax",
            secure=self.house.over_https(self.url.scheme),
        )


TEMPLATES = Environment(
    loader=PackageLoader("gongji.faces", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters["yuan"] = yuan
