"""服务: the ASGI application from its routes. Everything that it needs is handed to it."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Litestar, Response, Router
from litestar.datastructures import State
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.types import Message, Scope

from gongji import __version__
from gongji.desk.counter import Counter
from gongji.desk.readiness import Readiness
from gongji.desk.traces import Traces
from gongji.web import (
    account_routes,
    adjudication_routes,
    catalogue_routes,
    docs,
    enrolment_routes,
    life_routes,
    pack_routes,
    people_routes,
    plan_routes,
    pool_routes,
    premium_routes,
    settlement_routes,
)
from gongji.web.access import Call, Doorkeeper, admit
from gongji.web.problems import HANDLERS, http_problem
from gongji.web.reading import BODY_LIMIT

PROTECTION = [
    (
        b"content-security-policy",
        b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
ASTRAY = (NotFoundException, MethodNotAllowedException)
"""What the router itself refuses, before anything says whether it would have been a page."""

NOT_KEPT = (b"cache-control", b"no-store")


def create_app(
    counter: Counter,
    *,
    token_secret: bytes,
    certificate_key: bytes | None = None,
    public_address: str | None = None,
    pages: Sequence[Any] = (),
    shared: Mapping[str, Any] | None = None,
    stray: Callable[..., Response[Any]] = http_problem,
) -> Litestar:
    """The application on a counter, which it opens when it starts and closes when it stops.

    `token_secret` (32 bytes at least) signs persons' tokens. `pages` are routes beside the API: the
    faces and the national interface, or nothing. `shared` is what they share. `stray` answers whoever
    asks for an address that there is not, or in a way that it does not take.

    `certificate_key` seals certificates; whoever prints them elsewhere uses the same one. Left out,
    it is derived from `token_secret`. `public_address` is where the verify page is, as the QR codes
    say it; left out, it is the address that was asked.
    """
    return Litestar(
        route_handlers=[_v1(), pack_routes.health, pack_routes.ready, *docs.ROUTES, *pages],
        guards=[admit],
        request_class=Call,
        request_max_body_size=BODY_LIMIT,
        exception_handlers={**HANDLERS, **dict.fromkeys(ASTRAY, stray)},
        before_send=[protect],
        on_startup=[_start],
        on_shutdown=[_stop],
        openapi_config=OpenAPIConfig(
            title="Gongji 共济",
            version=__version__,
            description=f"{docs.ABOUT.zh}\n{docs.ABOUT.en}",
            use_handler_docstrings=True,
            # The framework's own pages load scripts from elsewhere. Ours are in `docs`.
            openapi_router=docs.NoPages("/none", route_handlers=[]),
        ),
        state=furnishings(
            counter,
            token_secret=token_secret,
            certificate_key=certificate_key,
            public_address=public_address,
            shared=shared,
        ),
        logging_config=None,
        debug=False,
    )


def furnishings(
    counter: Counter,
    *,
    token_secret: bytes,
    certificate_key: bytes | None = None,
    public_address: str | None = None,
    shared: Mapping[str, Any] | None = None,
) -> State:
    """All that one application has and another has not; see `create_app`."""
    return State(
        {
            "counter": counter,
            "readiness": Readiness(counter),
            "doorkeeper": Doorkeeper(counter, token_secret),
            "traces": Traces(counter),
            "certificate_key": certificate_key or _derived(token_secret),
            "public_address": public_address,
            **(shared or {}),
        }
    )


def _start(app: Litestar) -> None:
    app.state.counter.start()


def _stop(app: Litestar) -> None:
    app.state.counter.stop()


def _v1() -> Router:
    """The routes of the API."""
    return Router(
        "/v1",
        route_handlers=[
            *settlement_routes.ROUTES,
            *pool_routes.ROUTES,
            *people_routes.ROUTES,
            *account_routes.ROUTES,
            *premium_routes.ROUTES,
            *plan_routes.ROUTES,
            *life_routes.ROUTES,
            *catalogue_routes.ROUTES,
            *adjudication_routes.ROUTES,
            *enrolment_routes.ROUTES,
            *pack_routes.ROUTES,
        ],
    )


def _derived(secret: bytes) -> bytes:
    """A key of its own for certificates, so that no token is ever a seal, nor a seal a token."""
    return hmac.digest(secret, b"gongji certificates", "sha256")


async def protect(message: Message, scope: Scope) -> None:
    """Headers of every answer, problems too: nothing from outside, nothing kept by a proxy."""
    if message["type"] != "http.response.start":
        return
    static = scope["path"].startswith("/static/")
    kept = (b"cache-control", b"public, max-age=3600") if static else NOT_KEPT
    message["headers"] = [*message.get("headers", ()), *PROTECTION, kept]
