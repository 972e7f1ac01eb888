"""对账: an institution's own file beside the day's list here, and each difference explained."""

import csv
import io
from datetime import date
from typing import Any, NamedTuple

from litestar import get, post

from gongji.desk.faces_ports import Role
from gongji.faces.forms import LARGEST_FILE, Form, day_typed, sum_of
from gongji.faces.institution.console import Line, day_of
from gongji.faces.visit import Visit, page_for
from gongji.terms import local_day

CASHIER = page_for(Role.INSTITUTION)
COLUMNS = ("id", "own", "pooled", "cash")


class BadFile(Exception):
    """The file cannot be read; the sentence says why."""


class Theirs(NamedTuple):
    """A row of the institution's file, in fen."""

    id: str
    own_fen: int
    pooled_fen: int
    cash_fen: int


class Difference(NamedTuple):
    """A bill on which the two do not agree. `kind`: missing here, missing there, or other sums."""

    id: str
    kind: str
    ours: Theirs | None
    theirs: Theirs | None


def read_file(content: bytes) -> list[Theirs]:
    """The rows below the heading `id,own,pooled,cash`, sums in yuan; or BadFile with a key."""
    text = None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if text is None or "\0" in text:
        raise BadFile("no_text")
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error:
        raise BadFile("no_text") from None
    if not rows or tuple(cell.strip().lower() for cell in rows[0][:4]) != COLUMNS:
        raise BadFile("no_heading")
    found = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        sums = [sum_of(cell) for cell in row[1:4]]
        if len(row) < len(COLUMNS) or None in sums:
            raise BadFile(str(number))
        found.append(Theirs(row[0].strip()[:64], *(fen or 0 for fen in sums)))
    return found


def compare(ours: list[Line], theirs: list[Theirs]) -> list[Difference]:
    """Where the two do not agree, by bill."""
    here = {
        line.answer.key.id: Theirs(
            line.answer.key.id, line.answer.own_fen, line.answer.pooled_fen, line.answer.cash_fen
        )
        for line in ours
        if not line.back
    }
    there = {row.id: row for row in theirs}
    found = []
    for id in sorted(here.keys() | there.keys()):
        one, other = here.get(id), there.get(id)
        if one == other:
            continue
        kind = "other_sums"
        if one is None:
            kind = "not_here"
        elif other is None:
            kind = "not_there"
        found.append(Difference(id, kind, one, other))
    return found


def _page(request: Visit, form: Form, day: date, **more: Any) -> Any:
    return request.page(
        "institution/reconcile.html",
        more.pop("status", 200),
        form=form,
        day_chosen=day,
        **{"errors": {}, "found": None, "ours": 0, "theirs": 0, **more},
    )


@get("/institution/reconcile", opt=CASHIER, include_in_schema=False)
async def page(request: Visit) -> Any:
    """The file to be compared."""
    form = Form(await request.typed())
    return _page(request, form, day_typed(form["on"]) or local_day(request.office.clock()))


@post("/institution/reconcile", opt=CASHIER,
      include_in_schema=False)  # fmt: skip
async def reconcile(request: Visit) -> Any:
    """Compare. Nothing is written."""
    form = await request.sent()
    say, today = request.say, local_day(request.office.clock())
    chosen = day_typed(form["on"]) or today
    upload = form.files.get("file")
    if upload is None:
        return _page(
            request, form, chosen, errors={"file": say("请选择对账文件（CSV）")}, status=422
        )
    if len(upload.content) > LARGEST_FILE:
        wrong = say("文件不超过 10 MB。请换一个较小的文件。")
        return _page(request, form, chosen, errors={"file": wrong}, status=422)
    try:
        theirs = read_file(upload.content)
    except BadFile as error:
        told = {
            "no_text": say("这不是 CSV 文本文件"),
            "no_heading": say("第一行须为 id,own,pooled,cash"),
        }
        wrong = told.get(str(error)) or say(
            "第 %(n)s 行有误：须为编号和三个金额（元）", n=str(error)
        )
        return _page(request, form, chosen, errors={"file": wrong}, status=422)
    place = request.me.subject
    ours = await request.look("reconcile", None, lambda s: day_of(s, place, chosen))
    return _page(
        request, form, chosen, found=compare(ours, theirs),
        ours=sum(1 for line in ours if not line.back), theirs=len(theirs),
    )  # fmt: skip


ROUTES = [page, reconcile]
