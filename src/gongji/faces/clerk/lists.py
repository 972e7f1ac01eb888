"""缴费名单与批处理: lists of schools and communities, and how far the runs have come."""

import asyncio
from typing import Any

from litestar import get, post
from litestar.params import FromQuery

from gongji.desk.applications import Outcome
from gongji.desk.faces_ports import Role
from gongji.desk.office import Session
from gongji.desk.premium_lists import register_list, report
from gongji.desk.premium_sheets import BadList, read_sheet
from gongji.faces.forms import LARGEST_FILE, Form
from gongji.faces.visit import Visit, page_for
from gongji.policy.contributions import Via
from gongji.policy.refusal import Refusal
from gongji.terms import local_day, moment
from gongji.web.problems import accept

CLERK = page_for(Role.CLERK)


def _page(request: Visit, form: Form, **more: Any) -> Any:
    year = local_day(request.office.clock()).year
    return request.page(
        "clerk/lists.html",
        more.pop("status", 200),
        form=form,
        years=[(str(y), str(y)) for y in (year + 1, year)],
        **{"errors": {}, "taken": None, **more},
    )


@get("/clerk/lists", opt=CLERK, include_in_schema=False)
async def lists(request: Visit, done: FromQuery[str] = "") -> Any:
    """A list to be registered, and what came of one."""
    taken = await request.kept(done[:64], "list") if done else None
    return _page(request, Form(await request.typed()), taken=taken.outcome if taken else None)


@post("/clerk/lists", opt=CLERK, include_in_schema=False)
async def take(request: Visit) -> Any:
    """Register a school's or community's list; what cannot be taken is named row by row."""
    form = await request.sent()
    upload = form.files.get("list")
    errors: dict[str, str] = {}
    if upload is None:
        errors["list"] = request.say("请选择名单文件（CSV 或 Excel）")
    if upload is not None and len(upload.content) > LARGEST_FILE:
        errors["list"] = request.say("文件不超过 10 MB。请换一个较小的文件。")
    if form["via"] not in set(Via):
        errors["via"] = request.say("请选择申报途径")
    if not form["year"].isdigit():
        errors["year"] = request.say("请选择年度")
    if errors or upload is None:
        return _page(request, form, errors=errors, status=422)
    try:
        rows = await asyncio.to_thread(read_sheet, upload.content, upload.name)
    except BadList as error:
        return _page(request, form, errors={"list": error.wrong.say(request.lang)}, status=422)
    region, by, via, year = (
        request.me.region,
        request.me.subject,
        Via(form["via"]),
        int(form["year"]),
    )

    def taken(session: Session) -> Outcome | Refusal:
        found = register_list(session, region, year, via, rows, by)
        bad = "\n".join(report(found.bad, request.lang)[:200])
        return {
            "did": "list",
            "taken": str(len(found.taken)),
            "known": str(found.known),
            "bad": bad,
        }

    done = await request.act(form.id, "list", None, taken, upload.name)
    return request.go("/clerk/lists", done=accept(done).id)


@get("/clerk/runs", opt=CLERK, include_in_schema=False)
async def runs(request: Visit) -> Any:
    """Batches with their progress."""
    region = request.me.region

    def found(session: Session) -> list[Any]:
        states = session.unit.runs_in(region)
        return [(one, session.unit.run_failures(region, one.name)[:20]) for one in states]

    rows = await request.counter.ask(found)
    return request.page("clerk/runs.html", rows=rows, moment_of=moment)


ROUTES = [lists, take, runs]
