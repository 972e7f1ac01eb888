"""接口文档: the OpenAPI document, with who may call what and an example of each."""

from functools import lru_cache
from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler

from gongji.web.access import ANYONE, Call
from gongji.web.examples import EXAMPLES
from gongji.web.operations import HEADINGS, both
from gongji.words import Words

ABOUT = Words(
    """\
职工医保个人账户的家庭共济：共济网、绑定、结算，以及所依据的政策。金额以分为单位（_fen），时刻为带时区偏移的 \
ISO 8601。每个拒绝都是一份 RFC 9457 问题文档，写明依据的条款和怎样才能办成；默认中文，\
Accept-Language: en 为英文。结算编号由请求方选定，同一编号重发得到同一答复。
""",
    """\
Family sharing (家庭共济) of a medical-insurance personal account: pools, bonds, settlements, and \
the law behind them. Money is whole fen, instants are ISO 8601 with an offset. Every refusal is a \
problem document (RFC 9457) with its rule and with what would succeed; Chinese unless \
`Accept-Language: en`. The asker chooses the id of a settlement, and the same id again gives the \
same answer, so that a request may always be repeated.
""",
)


_CALLED = {
    id: (heading.called, words) for heading in HEADINGS for id, words in heading.operations.items()
}


class NoPages(Router):
    """A router that takes no routes: the framework's own pages are not wanted."""

    def register(self, value: Any) -> list[Any]:
        """Leave it out."""
        return []


@lru_cache(maxsize=4)
def openapi(app: Litestar) -> dict[str, Any]:
    """The OpenAPI document: what the framework knows of the routes, with who may call each, an
    example each, and the one form of every problem."""
    schema: dict[str, Any] = msgspec.to_builtins(app.openapi_schema.to_schema(), str_keys=True)
    schema.pop("servers", None)
    components = schema.setdefault("components", {})
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "机构密钥或个人令牌 · an API key, or a person's token",
        }
    }
    # msgspec says of its own forms what it will take; the framework's account of them is blurred.
    _, forms = msgspec.json.schema_components(
        sorted(_forms(), key=lambda form: form.__name__),
        ref_template="#/components/schemas/{name}",
    )
    components["schemas"] = {**components.get("schemas", {}), **forms}
    schema["tags"] = [{"name": both(heading.called)} for heading in HEADINGS]
    callers = callers_of(app)
    for methods in schema["paths"].values():
        for operation in methods.values():
            _complete(operation, callers[operation["operationId"]])
    return schema


def _forms() -> set[type]:
    """Every form that is taken or given, by the examples: there is one for each operation."""
    examples = [part for example in EXAMPLES.values() for part in example]
    return {type(part) for part in examples if part is not None}


def callers_of(app: Litestar) -> dict[str, list[str]]:
    """Who may call each operation; empty where anyone may."""
    found = {}
    for handler in handlers(app):
        if handler.operation_id:
            allowed = handler.opt["access"]
            found[str(handler.operation_id)] = sorted(str(kind) for kind in allowed if kind)
    return found


def handlers(app: Litestar) -> list[HTTPRouteHandler]:
    """Every route of the application, the framework's own OPTIONS answers aside."""
    return [
        handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if handler.http_methods != {"OPTIONS"}
    ]


def _complete(operation: dict[str, Any], callers: list[str]) -> None:
    called, words = _CALLED[operation["operationId"]]
    operation["tags"], operation["summary"] = [both(called)], both(words)
    operation["security"] = [{"bearer": []}] if callers else []
    operation["x-callers"] = callers or ["anyone"]
    example = EXAMPLES[operation["operationId"]]
    if "requestBody" in operation:
        assert example.asks is not None, operation["operationId"]
        content = operation["requestBody"]["content"]["application/json"]
        content["example"] = msgspec.to_builtins(example.asks, order="deterministic")
    responses = operation["responses"]
    responses.pop("400", None)  # the framework's own form of an error, which is never sent
    for status, response in responses.items():
        if status.startswith("2"):
            response["content"] = response["content"] or {"application/json": {}}
            (content,) = response["content"].values()
            content["example"] = msgspec.to_builtins(example.answers, order="deterministic")
    responses["default"] = {
        "description": "问题文档：为什么不能办、依据哪条、怎样才能办成 · a problem: why not, by which"
        " rule, and what would succeed",
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": msgspec.to_builtins(example.problem),
            }
        },
    }


@get("/openapi.json", opt=ANYONE, include_in_schema=False)
async def document(request: Call) -> Response[bytes]:
    """The OpenAPI 3.1 document."""
    return Response(msgspec.json.encode(openapi(request.app)), media_type=MediaType.JSON)


ROUTES = [document]
