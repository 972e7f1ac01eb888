"""问题: why a request was not served, as RFC 9457 has it, in the reader's language.

One table says which refusal is which HTTP status. The words are those of `gongji.words`; the rule
is quoted from the pack. No trace and nothing of what was sent is ever shown.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from gongji.desk.counter import Busy
from gongji.desk.ports import StoreUnavailable
from gongji.desk.readiness import NotReady
from gongji.policy.pack import NoProvision, UnknownRegion
from gongji.policy.refusal import Refusal
from gongji.web.forms import BadInput
from gongji.web.reading import no_law, no_pack
from gongji.web.showing import cites
from gongji.web.shown import Cite, FieldError, Problem, Succeeds
from gongji.web.statuses import FIELD_OF, STATUS_OF, TITLES, Fields
from gongji.words import REFUSALS, Lang, Words

T = TypeVar("T")

log = logging.getLogger("gongji.web")


class Refused(Exception):
    """A refusal on its way out, and the fields by which this request can mend it."""

    def __init__(self, refusal: Refusal, fields: Fields = FIELD_OF) -> None:
        super().__init__(refusal.code.value)
        self.refusal, self.field = refusal, fields.get(refusal.code)


class Unauthenticated(Exception):
    """No key or token, or one that is not known or has run out."""

    def __init__(self, detail: Words) -> None:
        super().__init__(detail.en)
        self.detail = detail


def accept(found: T | Refusal, fields: Fields = FIELD_OF) -> T:
    """The answer, or the refusal raised for the handlers below."""
    if isinstance(found, Refusal):
        raise Refused(found, fields)
    return found


class Told(NamedTuple):
    """A problem before it has a language."""

    code: str
    status: int
    title: Words
    detail: Words
    remedy: Words
    succeeds_at: datetime | None = None
    cites: tuple[Cite, ...] = ()
    numbers: Mapping[str, int] = {}
    errors: tuple[tuple[str, Words, Words, Words], ...] = ()
    headers: Mapping[str, str] = {}


def language(request: Request[Any, Any, Any]) -> Lang:
    """Chinese, unless `Accept-Language` puts English before it."""
    best: tuple[float, Lang] = (0.0, "zh")
    for part in request.headers.get("accept-language", "")[:200].split(","):
        tag, _, quality = part.strip().lower().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if tag[:2] in ("zh", "en") and weight > best[0]:
            best = (weight, "en" if tag[:2] == "en" else "zh")
    return best[1]


def problem(request: Request[Any, Any, Any], told: Told) -> Response[bytes]:
    """The problem document."""
    lang = language(request)
    body = Problem(
        type=f"/docs#{told.code}",
        title=told.title.say(lang),
        status=told.status,
        detail=told.detail.say(lang),
        code=told.code,
        succeeds=Succeeds(how=told.remedy.say(lang), at=told.succeeds_at),
        cites=told.cites,
        numbers=dict(told.numbers),
        errors=tuple(
            FieldError(
                field=field, wrong=wrong.say(lang), form=form.say(lang), remedy=remedy.say(lang)
            )
            for field, wrong, form, remedy in told.errors
        ),
    )
    headers = {"Content-Language": "zh-CN" if lang == "zh" else "en", "Vary": "Accept-Language"}
    return Response(
        msgspec.json.encode(body),
        status_code=told.status,
        media_type="application/problem+json",
        headers={**headers, **told.headers},
    )


# From each kind of failure to what is told ───────────────────────────────────────────────────────


def refused(request: Request[Any, Any, Any], error: Refused) -> Response[bytes]:
    """A refusal: the world's answer, with its rule."""
    refusal, saying = error.refusal, REFUSALS[error.refusal.code.value]
    errors: tuple[tuple[str, Words, Words, Words], ...] = ()
    if (field := error.field) is not None:
        errors = ((field[0], saying.says, field[1], saying.remedy),)
    told = Told(
        code=refusal.code.value,
        status=STATUS_OF[refusal.code],
        title=saying.says,
        detail=_with_numbers(saying.says, refusal.numbers),
        remedy=saying.remedy,
        succeeds_at=refusal.succeeds_at,
        cites=cites(request.app.state.counter.office.law, refusal.cites),
        numbers=refusal.numbers,
        errors=errors,
    )
    return problem(request, told)


def _with_numbers(says: Words, numbers: Mapping[str, int]) -> Words:
    if not numbers:
        return says
    listed = "，".join(f"{name} = {number}" for name, number in numbers.items())
    return Words(f"{says.zh}（{listed}）", f"{says.en} ({listed.replace('，', ', ')})")


def bad_input(request: Request[Any, Any, Any], error: BadInput) -> Response[bytes]:
    """A field that cannot be taken."""
    told = Told(
        code=error.code,
        status=error.status,
        title=TITLES[error.code],
        detail=error.wrong,
        remedy=error.remedy,
        errors=((error.field, error.wrong, error.form, error.remedy),),
    )
    return problem(request, told)


def no_provision(request: Request[Any, Any, Any], error: NoProvision) -> Response[bytes]:
    """Today has no law here, which no field of the request could mend."""
    return bad_input(request, no_law(error, ""))


def unknown_region(request: Request[Any, Any, Any], error: UnknownRegion) -> Response[bytes]:
    """A region without a pack."""
    known = sorted(request.app.state.counter.office.law.packs)
    return bad_input(request, no_pack(error.region, known, "region"))


def unauthenticated(request: Request[Any, Any, Any], error: Unauthenticated) -> Response[bytes]:
    """Nobody known is asking."""
    told = Told(
        code="unauthenticated",
        status=401,
        title=TITLES["unauthenticated"],
        detail=error.detail,
        remedy=Words(
            "以 Authorization: Bearer 提交机构密钥或个人令牌。",
            "Send a key or a person's token as Authorization: Bearer.",
        ),
        headers={"WWW-Authenticate": "Bearer"},
    )
    return problem(request, told)


def unavailable(request: Request[Any, Any, Any], error: StoreUnavailable | Busy) -> Response[bytes]:
    """The machine's failure, or a queue that is full."""
    busy = isinstance(error, Busy)
    if not busy:
        # One line: while a database is gone each request comes here, and a full disk gets fuller.
        log.error("a request was told to come later: %s", " ".join(str(error).split()))
    code = "busy" if busy else "store_unavailable"
    told = Told(
        code=code,
        status=503,
        title=TITLES[code],
        detail=Words("排队的请求过多。", "Too many requests are waiting.")
        if busy
        else Words("存储暂时不可用，没有写入半笔。", "The store is out; nothing is half-written."),
        remedy=Words(
            "稍后以相同编号重发，不会重复扣款。",
            "Send it again with the same id in a moment; nothing is paid twice.",
        ),
        headers={"Retry-After": "1" if busy else "5"},
    )
    return problem(request, told)


def not_ready(request: Request[Any, Any, Any], error: NotReady) -> Response[bytes]:
    """The machine's failure, told to who keeps the machine; what is inside stands in the log."""
    log.error("not ready: %s", " ".join(str(error).split()))
    told = Told(
        code="store_unavailable",
        status=503,
        title=TITLES["store_unavailable"],
        detail=Words("最近一次写入没有成功。", "What was last written could not be kept."),
        remedy=Words(
            "原因见日志，如磁盘已满、数据库不可用；排除后自动恢复就绪，无需重启。",
            "The log says why, a full disk or a database that is gone for instance; once that is "
            "mended it is ready again by itself.",
        ),
        headers={"Retry-After": "5"},
    )
    return problem(request, told)


_HTTP: Mapping[int, tuple[str, Words]] = {
    404: ("not_found", Words("地址见 /docs。", "The addresses are listed at /docs.")),
    405: ("method_not_allowed", Words("方法见 /docs。", "The methods are listed at /docs.")),
}


_HUNG_UP = "client disconnected prematurely"
"""The framework's word for an asker who is gone before the end of the body: no mistake of ours."""


def http_problem(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What the framework refuses: an address, a method, a size, a parameter."""
    if isinstance(error, ValidationException):
        return _bad_parameter(request, error)
    if error.status_code >= 500 and error.detail != _HUNG_UP:
        return failed(request, error)
    otherwise = ("bad_request", Words("对照 /docs 改正。", "Correct it by /docs."))
    code, remedy = _HTTP.get(error.status_code, otherwise)
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        limit = request.route_handler.resolve_request_max_body_size()
        code = "too_large"
        remedy = Words(f"正文不超过 {limit} 字节。", f"Send a body of {limit} bytes at most.")
    title = TITLES[code]
    # The framework lists the methods as its set happens to hold them, another way in each process.
    headers = {
        name: ", ".join(sorted(value.split(", ")))
        for name, value in (error.headers or {}).items()
        if name.lower() == "allow"
    }
    told = Told(code, error.status_code, title, title, remedy, headers=headers)
    return problem(request, told)


def _bad_parameter(request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    extra: Any = error.extra or [{}]
    first = extra[0] if isinstance(extra, list) else {}
    name, message = str(first.get("key", "")), str(first.get("message", ""))
    if name == "data":  # the framework's word for a body that was not sent
        wrong = Words("请求正文为空。", "The body is empty.")
        form = Words("JSON 对象", "a JSON object")
        remedy = Words("以 JSON 对象提交所需字段。", "Send a JSON object with its fields.")
        return bad_input(request, BadInput("", wrong, form, remedy))
    said = "it does not have the form asked for" if "regex" in message else message.replace("`", "")
    wrong = Words(f"参数 {name} 的值不合要求。", f"The parameter {name}: {said}.")
    form = Words("见 /docs 中该参数的格式", "as /docs has it for this parameter")
    remedy = Words("按 /docs 中的格式改正。", "Correct it by the form at /docs.")
    return bad_input(request, BadInput(name, wrong, form, remedy))


def failed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A mistake of ours. It is logged whole, and told without a word of what is inside."""
    log.error("a request failed: %s %s", request.method, request.scope["path"], exc_info=error)
    told = Told(
        code="internal",
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        title=TITLES["internal"],
        detail=Words(
            "系统出错，已经记录。没有写入半笔。",
            "Something of ours went wrong and has been logged; nothing is half-written.",
        ),
        remedy=Words(
            "稍后以相同编号重发；仍然出错请联系经办机构。",
            "Send it again with the same id; if it fails again, tell the agency.",
        ),
    )
    return problem(request, told)


HANDLERS: dict[int | type[Exception], Any] = {
    Refused: refused,
    BadInput: bad_input,
    NoProvision: no_provision,
    UnknownRegion: unknown_region,
    Unauthenticated: unauthenticated,
    NotReady: not_ready,
    StoreUnavailable: unavailable,
    Busy: unavailable,
    HTTPException: http_problem,
    Exception: failed,
}
"""Which failure is told by which function."""


def problem_of(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The problem document of any failure, as the framework would find it by the table above."""
    handler = next(HANDLERS[kind] for kind in type(error).__mro__ if kind in HANDLERS)
    found: Response[bytes] = handler(request, error)
    return found
