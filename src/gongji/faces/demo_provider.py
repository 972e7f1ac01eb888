"""示例认证: a provider of our own, by which anybody may be anybody. For `make run`, on loopback only.

It speaks OpenID Connect like any other, so that signing in is tried on the way it will be used.
"""

import secrets
from collections import deque
from typing import Any, NamedTuple

from joserfc import jwt
from joserfc.jwk import ECKey
from litestar import Response, Router, get, post
from litestar.exceptions import NotAuthorizedException, NotFoundException

from gongji.desk.faces_ports import Role
from gongji.faces.oidc import Provider
from gongji.faces.seals import seal_data, unseal_data
from gongji.faces.visit import OPEN_PAGE, Visit
from gongji.words import Words

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PATH = "/demo-provider"
ISSUER = "http://127.0.0.1" + PATH
_LASTS, _CODE_LASTS = 300, 60
_CODE = "demo-code"


class NotOnLoopback(Exception):
    """The demo provider would be reachable from elsewhere, where anybody could be anybody."""


class DemoPerson(NamedTuple):
    """Somebody who can be played. `key` names the button, `about` says what is to be seen."""

    key: str
    role: Role
    region: str
    subject: str
    name: str
    about: Words
    first: bool = False  # has a button on the first page


class DemoProvider:
    """The provider with its people. Its codes are sealed with `secret`, so that each process of a
    service knows the codes of the others; which are spent, each keeps for itself."""

    def __init__(self, people: list[DemoPerson], host: str, secret: bytes) -> None:
        if host not in LOOPBACK:
            raise NotOnLoopback(
                f"{host} is not this machine; the demo identity provider, by which anybody may be"
                f" anybody, runs on {', '.join(sorted(LOOPBACK))} only"
            )
        self.people = {person.key: person for person in people}
        self.provider = Provider(
            issuer=ISSUER,
            client_id="gongji",
            client_secret=secrets.token_hex(16),
            name_zh="示例身份认证",
            name_en="the demo identity provider",
        )
        self._key = ECKey.generate_key("P-256", {"kid": "demo", "alg": "ES256", "use": "sig"})
        self._secret = secret
        self._spent: deque[str] = deque(maxlen=1000)

    def code_for(self, person: DemoPerson, nonce: str, now: int) -> str:
        """A code, good for one use within a minute."""
        said = {"who": person.key, "nonce": nonce, "until": str(now + _CODE_LASTS)}
        return seal_data(self._secret, _CODE, {**said, "one": secrets.token_urlsafe(8)})

    def token(self, code: str, client: str, now: int) -> str:
        """The signed word on who has been chosen, for the one code."""
        said = unseal_data(self._secret, _CODE, code)
        person = self.people.get(said.get("who", ""))
        late = now > int(said.get("until", "0"))
        if person is None or late or code in self._spent or client != self.provider.client_id:
            raise NotAuthorizedException
        self._spent.append(code)
        claims = {
            "iss": ISSUER,
            "aud": client,
            "sub": f"demo:{person.key}",
            "iat": now,
            "exp": now + _LASTS,
            "nonce": said["nonce"],
            "gongji_role": person.role.value,
            "gongji_region": person.region,
            "gongji_subject": person.subject,
        }
        return jwt.encode({"alg": "ES256", "kid": "demo"}, claims, self._key)

    def keys(self) -> dict[str, Any]:
        """The public key."""
        return {"keys": [self._key.as_dict(private=False)]}


def _demo(visit: Visit) -> DemoProvider:
    if visit.house.demo is None:
        raise NotFoundException
    return visit.house.demo


@get("/.well-known/openid-configuration", opt=OPEN_PAGE, include_in_schema=False)
async def description(request: Visit) -> dict[str, Any]:
    """What the provider says of itself. The browser's part is a path, wherever we are served."""
    _demo(request)
    return {
        "issuer": ISSUER,
        "authorization_endpoint": f"{PATH}/choose",
        "token_endpoint": f"{ISSUER}/token",
        "jwks_uri": f"{ISSUER}/keys",
        "response_types_supported": ["code"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
    }


_CHOOSE = {
    **OPEN_PAGE,
    "queries": OPEN_PAGE["queries"]
    | {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "login_hint",
       "ui_locales", "code_challenge", "code_challenge_method"},
}  # fmt: skip


@get("/choose", opt=_CHOOSE, include_in_schema=False)
async def choose(request: Visit) -> Any:
    """Choose whom to be. A hint chooses at once."""
    demo, asked = _demo(request), request.query_params
    nonce, state, login_hint = (asked.get(key, "") for key in ("nonce", "state", "login_hint"))
    if (person := demo.people.get(login_hint)) is not None:
        now = int(request.office.clock().timestamp())
        code = demo.code_for(person, nonce, now)
        return request.go("/sign-in/return", code=code, state=state)
    return request.page("choose.html", people=list(demo.people.values()), nonce=nonce, state=state)


@post("/token", opt=OPEN_PAGE, include_in_schema=False, status_code=200)
async def token(request: Visit) -> Response[dict[str, Any]]:
    """A code for a signed word."""
    demo, form = _demo(request), await request.form()
    now = int(request.office.clock().timestamp())
    signed = demo.token(str(form.get("code", "")), demo.provider.client_id, now)
    return Response({"access_token": "none", "token_type": "Bearer", "id_token": signed})


@get("/keys", opt=OPEN_PAGE, include_in_schema=False)
async def keys(request: Visit) -> dict[str, Any]:
    """The key by which its word is known."""
    return _demo(request).keys()


ROUTES = [Router(PATH, route_handlers=[description, choose, token, keys])]
