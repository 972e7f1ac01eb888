"""所有页面: the faces' routes in one router, with the guard before them and the words when they fail."""

from collections.abc import Mapping
from typing import Any

from litestar import Router

from gongji.faces import (
    demo_provider_page,
    docs_page,
    example_page,
    front,
    open_pages,
    sign_ins_page,
    signing_in,
    verify_page,
)
from gongji.faces.auditor import books, figures, law, replaying
from gongji.faces.auditor import front as auditor_front
from gongji.faces.clerk import claims, desk, lists
from gongji.faces.family import bind, codes, home, payments, pool, why
from gongji.faces.forms import LARGEST_FILE
from gongji.faces.house import House
from gongji.faces.institution import console, day, receipts, reconcile
from gongji.faces.sample import SampleInfo
from gongji.faces.troubles import HANDLERS
from gongji.faces.visit import Visit, enter

FORM_AROUND = 64 * 1024
"""Bytes of a form beside its file."""

ROUTES: list[Any] = [
    *front.ROUTES,
    *signing_in.ROUTES,
    *sign_ins_page.ROUTES,
    *demo_provider_page.ROUTES,
    *docs_page.ROUTES,
    *example_page.ROUTES,
    *verify_page.ROUTES,
    *open_pages.ROUTES,
    *home.ROUTES,
    *pool.ROUTES,
    *bind.ROUTES,
    *payments.ROUTES,
    *codes.ROUTES,
    *why.ROUTES,
    *desk.ROUTES,
    *claims.ROUTES,
    *lists.ROUTES,
    *console.ROUTES,
    *receipts.ROUTES,
    *day.ROUTES,
    *reconcile.ROUTES,
    *auditor_front.ROUTES,
    *figures.ROUTES,
    *books.ROUTES,
    *replaying.ROUTES,
    *law.ROUTES,
]


def pages(*more: Any) -> list[Router]:
    """Every page, and `more` of them. A page that does not say for whom it is fails at the guard."""
    return [
        Router(
            "/",
            route_handlers=[*ROUTES, *more],
            guards=[enter],
            request_class=Visit,
            exception_handlers=HANDLERS,
            request_max_body_size=LARGEST_FILE + FORM_AROUND,
        )
    ]


def shared(house: House, sample: SampleInfo | None = None) -> Mapping[str, Any]:
    """What the application keeps for the pages."""
    return {"house": house, "sample": sample}
