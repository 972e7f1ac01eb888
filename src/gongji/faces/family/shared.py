"""共用: where the family's pages stand, and what they all begin with."""

import hashlib
from typing import Any, NamedTuple

from litestar.params import FromPath

from gongji.desk.faces_ports import Role
from gongji.desk.family_view import FamilyView, family_view
from gongji.desk.ports import Asking
from gongji.faces.forms import Form, is_number, number_of
from gongji.faces.visit import Behalf, Visit, page_for
from gongji.terms import FilingChannel, local_day
from gongji.web.problems import accept

Of = FromPath[str | None]
"""Whose papers: nobody is named on one's own phone, the person at the window."""

BOTH: dict[str, Any] = page_for(Role.PERSON, Role.CLERK)


def at(path: str) -> list[str]:
    """The two addresses of a page: one's own, and at the window."""
    return [f"/family{path}", "/clerk/for/{person:str}" + path]


async def family(request: Visit, on: Behalf, what: str) -> FamilyView:
    """The person's papers, with a trace of the look."""
    asks = request.asks
    return accept(await request.look(what, on.person, lambda s: family_view(s, on.person, asks)))


class Filed(NamedTuple):
    """经办信息: who asks for an act and how, as the desk takes it; and why, for the trail."""

    asked: Asking
    why: str


def filed(request: Visit, on: Behalf, form: Form, errors: dict[str, str]) -> Filed:
    """How an act comes in. At the window whoever came instead of the person is put on record, with
    the fingerprint of the papers' scan; what is wrong goes into `errors`."""
    if not on.at_window:
        return Filed(Asking(request.asks), "")
    agent, why = None, []
    if form["came"] not in ("self", "agent"):
        errors["came"] = request.say("请选择是本人到场还是代办")
    if form["came"] == "agent":
        agent = number_of(form["agent"])
        if not is_number(agent, local_day(request.office.clock())):
            errors["agent"] = request.say("代办人证件号码有误，请逐位核对")
        why.append(f"agent {agent}")
    if (scan := form.files.get("scan")) is not None:
        if scan.content[:4] not in (b"%PDF", b"\x89PNG") and scan.content[:3] != b"\xff\xd8\xff":
            errors["scan"] = request.say("扫描件须为 PDF、PNG 或 JPEG 文件")
        why.append(f"scan sha256:{hashlib.sha256(scan.content).hexdigest()}")
    return Filed(Asking(request.asks, FilingChannel.WINDOW, agent), "; ".join(why))
