"""登录页: through the provider, by an institution's key, or by a local staff account; and out again."""

import asyncio
import secrets
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from litestar.response import Redirect

from gongji.desk.applications import Act, leave_trace
from gongji.desk.faces_ports import Role, SignIn, Someone, StaffAccount
from gongji.desk.office import Session
from gongji.desk.ports import CallerKind
from gongji.desk.sign_ins import end_sign_in, is_locked, open_sign_in, password_tried
from gongji.faces.forms import Form
from gongji.faces.limits import Rule
from gongji.faces.oidc import ProviderFailed, RelyingParty
from gongji.faces.seals import seal, seal_data, unseal_data
from gongji.faces.visit import OPEN_PAGE, SIGN_IN, Visit
from gongji.terms import micros, region_of

if TYPE_CHECKING:
    from argon2 import PasswordHasher

HOMES = {
    Role.PERSON: "/family",
    Role.CLERK: "/clerk",
    Role.REVIEWER: "/claims",
    Role.INSTITUTION: "/institution",
    Role.AUDITOR: "/auditor",
}
"""Where each role begins."""

_WAY = "way"
_WAY_LASTS = 600


@get("/sign-in", opt=OPEN_PAGE, include_in_schema=False)
async def ways(request: Visit, next: FromQuery[str] = "", late: FromQuery[str] = "") -> Any:
    """The ways in. Whoever comes because a sign-in has run out is told so."""
    party = request.house.provider
    return request.page(
        "sign_in.html",
        next=_safe(next),
        late=bool(late),
        provider=None if party is None else party.provider,
    )


# Through the provider ────────────────────────────────────────────────────────────────────────────


@get("/sign-in/start", opt=OPEN_PAGE, include_in_schema=False)
async def start(request: Visit, next: FromQuery[str] = "") -> Any:
    """To the provider. State, nonce and verifier go along in a sealed cookie."""
    party = _party(request)
    request.limit(Rule.SIGN_IN, request.address)
    way = {
        "state": secrets.token_urlsafe(16),
        "nonce": secrets.token_urlsafe(16),
        "verifier": secrets.token_urlsafe(48),
        "next": _safe(next),
    }
    try:
        address = await party.address(
            back=_back(request),
            state=way["state"],
            nonce=way["nonce"],
            verifier=way["verifier"],
            hint=request.query_params.get("as", "")[:100],
            lang=request.lang,
        )
    except ProviderFailed:
        return _no_provider(request)
    sealed = seal_data(request.house.secret, _WAY, way)
    cookie = request.cookie(_WAY, sealed, _WAY_LASTS, path="/sign-in")
    return Redirect(address, status_code=303, cookies=[cookie])


@get("/sign-in/return", opt=OPEN_PAGE, include_in_schema=False)
async def come_back(request: Visit) -> Any:
    """Back from the provider, with a code."""
    code, state = (request.query_params.get(key, "") for key in ("code", "state"))
    party = _party(request)
    way = unseal_data(request.house.secret, _WAY, request.cookies.get(_WAY))
    if not code or not way or not secrets.compare_digest(way["state"], state):
        return _no_provider(request, 400)
    try:
        claims = await party.claims(
            code,
            back=_back(request),
            nonce=way["nonce"],
            verifier=way["verifier"],
            now=int(request.office.clock().timestamp()),
        )
    except ProviderFailed:
        return _no_provider(request)
    known = await request.counter.ask(lambda session: whom(session, claims))
    if known is None:
        return request.page("trouble.html", 403, title=request.say("还不能登录"), detail=request.say(
            "统一身份认证没有说明您是谁，或者您还没有在本地参保登记。请携带身份证件到经办窗口办理。"))  # fmt: skip
    return await _in(request, *known, way["next"])


def whom(session: Session, claims: Mapping[str, Any]) -> tuple[Role, str, str] | None:
    """Role, subject and region by the provider's claims; None where they name nobody here.

    A person is named by our id, or by identity number and region.
    """
    try:
        role = Role(str(claims.get("gongji_role", Role.PERSON)))
    except ValueError:
        return None
    region = str(claims.get("gongji_region", ""))
    if region not in session.law.packs:
        return None
    subject = claims.get("gongji_subject")
    if role is Role.PERSON:
        number = claims.get("id_number")
        if subject is None and isinstance(number, str):
            subject = session.unit.find_person(region, number.upper())
        if not isinstance(subject, str) or subject not in session.unit.people([subject]):
            return None
        return role, subject, region_of(subject)
    if role is Role.INSTITUTION and subject not in session.unit.institutions([str(subject)]):
        return None
    return (role, subject, region) if isinstance(subject, str) and subject else None


def _party(request: Visit) -> RelyingParty:
    party = request.house.provider
    if party is None:
        raise NotFoundException
    return party


def _back(request: Visit) -> str:
    base = request.house.public_address or str(request.base_url)
    return base.rstrip("/") + "/sign-in/return"


def _no_provider(request: Visit, status: int = 502) -> Any:
    return request.page(
        "trouble.html",
        status,
        title=request.say("没有登录成功"),
        detail=request.say(
            "统一身份认证没有确认您的身份。请返回重新登录；仍然不行，请到经办窗口。"
        ),
    )


# By key, by password ─────────────────────────────────────────────────────────────────────────────


@get("/sign-in/key", opt=OPEN_PAGE, include_in_schema=False)
async def key_page(request: Visit, next: FromQuery[str] = "") -> Any:
    """An institution's key."""
    return request.page("sign_in_key.html", errors={}, next=_safe(next))


@post("/sign-in/key", opt=OPEN_PAGE, include_in_schema=False)
async def by_key(request: Visit) -> Any:
    """Sign an institution in by its key."""
    form = await request.sent()
    request.limit(Rule.SIGN_IN, request.address)
    key = form["key"]
    caller = await request.counter.ask(lambda session: session.unit.caller(key)) if key else None
    if caller is None or caller.kind is not CallerKind.INSTITUTION:
        wrong = {"key": request.say("密钥不对。请核对经办机构发给贵机构的密钥。")}
        return request.page("sign_in_key.html", 422, errors=wrong, next=_safe(form["next"]))
    return await _in(request, Role.INSTITUTION, caller.subject, caller.region, form["next"])


@get("/sign-in/staff", opt=OPEN_PAGE, include_in_schema=False)
async def staff_page(request: Visit, next: FromQuery[str] = "") -> Any:
    """A local staff account."""
    return _staff(request, Form({"next": next}), {})


@post("/sign-in/staff", opt=OPEN_PAGE, include_in_schema=False)
async def by_password(request: Visit) -> Any:
    """Sign a member of staff in. The answer is the same for a wrong name, a wrong password and a
    locked account, and takes as long."""
    form = await request.sent()
    region, login = form["region"], form["login"]
    request.limit(Rule.SIGN_IN, request.address)
    request.limit(Rule.PASSWORD, f"{region}/{login}")
    account = await request.counter.ask(lambda session: session.unit.staff(region, login))
    right = await asyncio.to_thread(_fits, account, form["password"])
    at = micros(request.office.clock())
    if account is not None:
        locked = is_locked(at, account)
        await request.counter.do(partial(_tried, account, right, locked, request.address), region)
        if right and not locked:
            return await _in(request, account.role, account.login, region, form["next"])
    wrong = request.say("登录名或密码不对，或者账号已暂时锁定。连续输错五次，锁定十五分钟。")
    return _staff(request, form, {"login": wrong}, 422)


def _tried(
    account: StaffAccount, right: bool, locked: bool, address: str, session: Session
) -> None:
    """Count a try at an account's password; one that opens nothing stands on the trail."""
    if not locked:
        password_tried(session, account, right)
    if locked or not right:
        who = Someone(account.region, account.role, account.login)
        leave_trace(session, who, Act("refused", None, address))


def _staff(request: Visit, form: Form, errors: dict[str, str], status: int = 200) -> Any:
    return request.page(
        "sign_in_staff.html",
        status,
        errors=errors,
        next=_safe(form["next"]),
        login=form["login"],
        region=form["region"],
        packs=request.office.law.packs.values(),
    )


def _fits(account: StaffAccount | None, password: str) -> bool:
    """Whether the password is the account's. Without an account it takes as long."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        _hasher().verify(_nobodys() if account is None else account.password, password)
    except (VerificationError, InvalidHashError):
        return False
    return account is not None


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hashed(secrets.token_hex(16))


def hashed(password: str) -> str:
    """A password as the store keeps it: argon2id."""
    return _hasher().hash(password)


def _hasher() -> "PasswordHasher":
    """With what OWASP names as the least for argon2id: 19 MiB, two passes, one lane."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


# In and out ──────────────────────────────────────────────────────────────────────────────────────


async def _in(request: Visit, role: Role, subject: str, region: str, next: str) -> Redirect:
    """Sign in, with a token of its own each time, and lead on."""
    address = request.address

    def opened(session: Session) -> str:
        made, token = open_sign_in(session, role, subject, region)
        whose = subject if role is Role.PERSON else None
        leave_trace(session, made, Act("sign_in", whose, address))
        return token

    token = await request.counter.do(opened, region)
    sealed = seal(request.house.secret, "sign-in", f"{region}~{token}")
    home = HOMES[role]
    onward = _safe(next)
    return Redirect(
        onward or home, status_code=303, cookies=[request.cookie(SIGN_IN, sealed, None)]
    )


@post("/sign-out", opt=OPEN_PAGE, include_in_schema=False)
async def out(request: Visit) -> Redirect:
    """Sign out, here and in the store."""
    await request.sent()
    was: SignIn | None = request.signed_in
    if was is not None:
        act = Act("sign_out", None, request.address)

        def ended(session: Session) -> None:
            end_sign_in(session, was)
            leave_trace(session, was, act)

        await request.counter.do(ended, was.region)
    return Redirect("/", status_code=303, cookies=[request.cookie(SIGN_IN, "", 0)])


def _safe(next: str) -> str:
    """A path of ours to go on to; nothing that leads elsewhere."""
    ours = next.startswith("/") and not next.startswith(("//", "/\\")) and len(next) < 500
    return next if ours and "\n" not in next and "\r" not in next else ""


ROUTES = [ways, start, come_back, key_page, by_key, staff_page, by_password, out]
