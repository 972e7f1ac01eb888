"""示例认证的页面: the demo provider as browsers and the relying party find it."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.exceptions import NotFoundException

from gongji.faces.demo_provider import ISSUER, PATH, DemoProvider
from gongji.faces.visit import OPEN_PAGE, Visit


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


@get("/choose", opt=OPEN_PAGE, include_in_schema=False)
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
