"""沙箱页: whom a vendor's developer may be, for whom, and what to send first; and the reset."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from litestar import MediaType, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from gongji.faces.visit import OPEN_PAGE, Visit
from gongji.words import Words


class SandboxPlace(NamedTuple):
    """An institution by its code on the wire, with its access key."""

    code: str
    name: str
    access_key: str
    secret: str


class SandboxPerson(NamedTuple):
    """Somebody whose number may be shown, with a role in the family and an 险种类型."""

    name: str
    number: str
    insutype: str
    role: Words


class Step(NamedTuple):
    """What to send, as a command of a shell."""

    infno: str
    name: Words
    command: str


class SandboxInfo(NamedTuple):
    """Everything that is published of a sandbox."""

    address: str
    places: Sequence[SandboxPlace]
    people: Sequence[SandboxPerson]
    steps: Sequence[Step]
    signed: bool  # whether every request must be signed


def routes(
    info: SandboxInfo, reset: Callable[[], Awaitable[None]] | None
) -> list[HTTPRouteHandler]:
    """The page, the keys as a file, and the reset where there is one."""

    @get("/sandbox", opt=OPEN_PAGE, include_in_schema=False)
    async def page(request: Visit) -> Any:
        """What to send first."""
        return request.page("sandbox.html", info=info, can_reset=reset is not None)

    @get("/sandbox/keys.csv", opt=OPEN_PAGE, include_in_schema=False, media_type=MediaType.TEXT)
    async def keys() -> str:
        """The access keys, as `gongji simulate-institution --keys` reads them."""
        rows = [f"{place.code},{place.access_key},{place.secret}" for place in info.places]
        return "\n".join(["fixmedins_code,access_key,secret", *rows, ""])

    @post("/sandbox/reset", opt=OPEN_PAGE, include_in_schema=False)
    async def begin_anew() -> Redirect:
        """A new store, as at the start: it is there when the answer comes."""
        if reset is None:
            raise NotFoundException
        await reset()
        return Redirect("/sandbox", status_code=303)

    return [page, keys, begin_anew]
