"""不顺: what goes wrong, said on a page: what it is, by which rule, and what to do. No trace is shown."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from gongji.desk.counter import Busy
from gongji.desk.ports import StoreUnavailable
from gongji.faces.rules import refusal_told
from gongji.faces.visit import NeedsSignIn, NotOurForm, TooOften, Visit
from gongji.policy.pack import NoProvision
from gongji.policy.refusal import Code
from gongji.web.problems import Refused, http_problem
from gongji.web.statuses import STATUS_OF

log = logging.getLogger("gongji.faces")


def _visit(request: Request[Any, Any, Any]) -> Visit:
    return Visit(request.scope, request.receive, request.send)


def needs_sign_in(request: Request[Any, Any, Any], error: NeedsSignIn) -> Redirect:
    """Lead to the sign-in, and back afterwards to the page with what was typed."""
    visit = _visit(request)
    back = visit.url.path
    if error.kept is not None:
        back += f"?kept={error.kept}"
    elif visit.method == "GET" and visit.url.query:
        back += f"?{visit.url.query}"
    late = {"late": "1"} if error.late else {}
    return Redirect(f"/sign-in?{urlencode({'next': back, **late})}", status_code=303)


def refused(request: Request[Any, Any, Any], error: Refused) -> Response[str]:
    """A refusal, with the words of its rule."""
    visit = _visit(request)
    told = refusal_told(visit.office.law, error.refusal, visit.lang)
    status = STATUS_OF[error.refusal.code]
    title = visit.say("不能查看") if error.refusal.code is Code.FORBIDDEN else visit.say("办不了")
    return visit.page("refused.html", status, told=told, title=title)


def _plain(status: int, title: str, detail: str) -> Callable[..., Response[str]]:
    def told(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
        if status >= 500:
            log.error("a page failed: %s", request.scope["path"], exc_info=error)
        visit = _visit(request)
        return visit.page("trouble.html", status, title=visit.say(title), detail=visit.say(detail))

    return told


def http_trouble(request: Request[Any, Any, Any], error: HTTPException) -> Response[str]:
    """What the framework refuses: an address, a method, a size."""
    title, detail = _HTTP.get(error.status_code, _HTTP[400])
    status = error.status_code if error.status_code in _HTTP else 400
    if error.status_code >= 500:
        return failed(request, error)
    visit = _visit(request)
    found = visit.page("trouble.html", status, title=visit.say(title), detail=visit.say(detail))
    found.headers.update(error.headers or {})  # the methods, where this one is not taken
    return found


def stray(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """An address that there is not, or not for this method: a page for whoever reads pages, the API's problem for others."""
    reads_pages = "text/html" in request.headers.get("accept", "")
    return http_trouble(request, error) if reads_pages else http_problem(request, error)


def N_(text: str) -> str:  # noqa: N802 - the name by which gettext's tools find a sentence
    """A sentence that is translated where it is shown."""
    return text


_HTTP = {
    400: (N_("这个请求看不懂"), N_("请返回上一页，改正后重试。")),
    404: (N_("没有这个页面"), N_("地址可能写错了，或者页面已经不在。请从首页重新进入。")),
    405: (N_("没有这个页面"), N_("请从首页重新进入。")),
    413: (N_("文件太大"), N_("文件不超过 10 MB。请换一个较小的文件。")),
}

failed = _plain(
    500,
    N_("系统出错了"),
    N_("错误已经记录，没有写入半笔。请稍后再试；仍然出错请拨打 12393 或到经办窗口。"),
)
busy = _plain(
    503,
    N_("暂时无法办理"),
    N_("没有写入半笔。请稍后再试，不会重复扣款，也不会重复办理。"),
)
too_often = _plain(429, N_("操作太频繁"), N_("请过一会儿再试。着急办理请到经办窗口。"))
not_our_form = _plain(
    403,
    N_("这张表单已经失效"),
    N_("可能是登录状态变了，或者表单来自别的网站。没有办理任何事项。请返回，刷新页面后再提交。"),
)
no_law = _plain(422, N_("今天没有可用的规定"), N_("本地的政策包没有覆盖今天，系统不作推测。"))

HANDLERS: dict[int | type[Exception], Any] = {
    NeedsSignIn: needs_sign_in,
    Refused: refused,
    NotOurForm: not_our_form,
    TooOften: too_often,
    StoreUnavailable: busy,
    Busy: busy,
    NoProvision: no_law,
    HTTPException: http_trouble,
    Exception: failed,
}
"""Which failure is told by which page."""
