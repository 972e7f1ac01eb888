"""对账页: an institution's own file beside the book of its days, each difference explained."""

import asyncio
from datetime import date, timedelta
from typing import Any

from litestar import get, post

from gongji.desk.reconciling import BadFile, Kind, read_file, reconcile
from gongji.faces.forms import LARGEST_FILE, Form, day_typed
from gongji.faces.institution.shared import CASHIER
from gongji.faces.visit import Visit
from gongji.terms import local_day
from gongji.words import Words

LONGEST = 31
"""Days that are reconciled at once."""

SHOWN = 500
"""Differences on the page; all of them are counted."""

COLUMNS = {
    "id": Words("流水号", "number"),
    "day": Words("日期", "day"),
    "total": Words("总费用", "total"),
    "fund": Words("统筹支付", "fund-paid"),
    "self_paid": Words("个人自负", "self-paid"),
    "uncovered": Words("自费", "uncovered"),
    "own": Words("个人账户支付", "account"),
    "pooled": Words("共济支付", "pool"),
    "cash": Words("现金支付", "cash"),
}
"""What the columns of a file are called."""

WHY: dict[Kind, tuple[Words, Words]] = {
    Kind.UNREAD: (
        Words("看不懂的行", "Rows that cannot be read"),
        Words("改正文件里的这一格后重新上传。", "Correct the cell in the file and send it again."),
    ),
    Kind.TWICE: (
        Words("文件里重复", "Twice in the file"),
        Words(
            "同一流水号出现了两次，只按第一行核对。检查机构系统是否重复记账。",
            "The number stands twice; the first row was compared. See whether your system booked"
            " it twice.",
        ),
    ),
    Kind.NOT_HERE: (
        Words("机构有、医保没有", "In the file, not in the book"),
        Words(
            "这笔没有结算成功，或用了别的流水号。用原流水号重新上传结算，不会重复扣款。",
            "It was not settled, or under another number. Settle it with the same number: nothing"
            " is paid twice.",
        ),
    ),
    Kind.NOT_THERE: (
        Words("医保有、机构没有", "In the book, not in the file"),
        Words(
            "医保已经结算。在机构系统补记；没有发生的，打开收据冲正。",
            "It has been settled. Book it in your system, or open the receipt and reverse it.",
        ),
    ),
    Kind.REVERSAL_NOT_THERE: (
        Words("医保已冲正、机构没有", "Reversed in the book, not in the file"),
        Words(
            "这笔已经退回。在机构系统补记冲正，金额写成负数。",
            "It has gone back. Book the reversal in your system, with amounts below zero.",
        ),
    ),
    Kind.OTHER_SUMS: (
        Words("金额不同", "Other amounts"),
        Words(
            "以医保的收据为准，更正机构的记录；账单本身有误的，冲正后重新结算。",
            "The receipt holds: correct your record. Where the bill was wrong, reverse it and"
            " settle anew.",
        ),
    ),
    Kind.OTHER_DAY: (
        Words("记在另一天", "On another day"),
        Words(
            "两边都有，日期不同，多半在零点前后。金额不受影响，按医保的日期改正。",
            "Both have it, on different days, mostly around midnight. Take over the book's day.",
        ),
    ),
    Kind.OUTSIDE: (
        Words("不在所选日期内", "Outside the days chosen"),
        Words(
            "这些行没有核对。改选日期再对一次。", "Not compared. Choose their days and try again."
        ),
    ),
}
"""What each kind of difference is called, and what to do about it."""


def _page(request: Visit, first: date, last: date, **more: Any) -> Any:
    return request.page(
        "institution/reconcile.html",
        more.pop("status", 200),
        first=first,
        last=last,
        why={kind: (what.say(request.lang), do.say(request.lang)) for kind, (what, do) in WHY.items()},
        columns={key: words.say(request.lang) for key, words in COLUMNS.items()},
        shown=SHOWN,
        **{"errors": {}, "found": None, **more},
    )  # fmt: skip


@get("/institution/reconcile", opt=CASHIER, include_in_schema=False)
async def page(request: Visit) -> Any:
    """The days, and the file that is to be compared."""
    form = Form(await request.typed())
    today = local_day(request.office.clock())
    first = day_typed(form["first"]) or today
    return _page(request, first, day_typed(form["last"]) or first)


@post("/institution/reconcile", opt=CASHIER, include_in_schema=False)
async def compare(request: Visit) -> Any:
    """Compare. Nothing is written but the trail."""
    form, say = await request.sent(), request.say
    today, errors = local_day(request.office.clock()), dict[str, str]()
    first, last = day_typed(form["first"]), day_typed(form["last"])
    if first is None:
        errors["first"] = say("请选择开始日期")
    if last is None:
        errors["last"] = say("请选择结束日期")
    first, last = first or today, last or first or today
    if not errors and not timedelta() <= last - first < timedelta(days=LONGEST):
        errors["last"] = say("结束日期不早于开始日期，一次最多 %(n)s 天", n=LONGEST)
    upload = form.files.get("file")
    if upload is None:
        errors["file"] = say("请选择对账文件（CSV 或 TSV）")
    elif len(upload.content) > LARGEST_FILE:
        errors["file"] = say("文件不超过 10 MB。请按日期分成几个文件")
    if errors or upload is None:
        return _page(request, first, last, errors=errors, status=422)
    try:
        sheet = await asyncio.to_thread(read_file, upload.content)
    except BadFile as error:
        wrong = {"file": error.wrong.say(request.lang)}
        return _page(request, first, last, errors=wrong, status=422)
    place = request.me.subject
    found = await request.look(
        "reconcile", None, lambda session: reconcile(session, place, first, last, sheet)
    )
    return _page(request, first, last, found=found)


ROUTES = [page, compare]
