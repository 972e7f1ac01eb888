"""我的: the family's first page, all services, and what is known of oneself."""

from typing import Any

from litestar import get

from gongji.desk.faces_ports import Role
from gongji.desk.identity import mask_name, mask_number, mask_phone
from gongji.faces.family.shared import BOTH, Of, at, family
from gongji.faces.visit import Visit, page_for
from gongji.terms import NEVER, moment, region_of


@get(at("/"), opt=BOTH, include_in_schema=False)
async def home(request: Visit, person: Of = None) -> Any:
    """Balance, pool and services."""
    on = request.behalf(person)
    return request.page("family/home.html", on=on, view=await family(request, on, "home"))


@get("/family/services", opt=page_for(Role.PERSON), include_in_schema=False)
async def services(request: Visit) -> Any:
    """Everything that can be done, in one list."""
    return request.page("family/services.html", on=request.behalf(None))


@get("/family/me", opt=page_for(Role.PERSON), include_in_schema=False)
async def me(request: Visit) -> Any:
    """What is known of oneself, masked, and who has looked at it."""
    on = request.behalf(None)
    view = await family(request, on, "me")
    looks = await request.counter.ask(
        lambda session: session.unit.looks(
            region_of(on.person), whose=on.person, limit=60, before=NEVER
        )
    )
    return request.page(
        "family/me.html",
        on=on,
        name_shown=mask_name(view.identity.name),
        number=mask_number(view.identity.number),
        phone=mask_phone(view.identity.phone),
        person=view.person,
        looks=[(look, moment(look.at)) for look in looks if look.who != on.person],
    )


ROUTES = [home, services, me]
