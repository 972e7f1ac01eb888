"""接口文档: the OpenAPI document, a page drawn from it, and the files that pages load.

Everything comes from here. Nothing is loaded from elsewhere and no script is needed.
"""

from functools import lru_cache
from importlib import resources
from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from gongji.policy.refusal import Code
from gongji.web.access import ANYONE, Call
from gongji.web.examples import EXAMPLES
from gongji.web.forms import described
from gongji.web.pages import language_of, render
from gongji.web.statuses import STATUS_OF, TITLES
from gongji.words import REFUSALS, Lang

ABOUT = """\
Family sharing (家庭共济) of a medical-insurance personal account: pools, bonds, settlements, and \
the law behind them. Money is whole fen, instants are ISO 8601 with an offset. Every refusal is a \
problem document (RFC 9457) with its rule and with what would succeed; Chinese unless \
`Accept-Language: en`. The asker chooses the id of a settlement, and the same id again gives the \
same answer, so that a request may always be repeated.
"""


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
            "description": "an API key, or a person's token",
        }
    }
    # msgspec says of its own forms what it will take; the framework's account of them is blurred.
    _, forms = msgspec.json.schema_components(
        sorted(_forms(), key=lambda form: form.__name__),
        ref_template="#/components/schemas/{name}",
    )
    components["schemas"] = {**components.get("schemas", {}), **forms}
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
    operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
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
        "description": "a problem: why not, by which rule, and what would succeed",
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


@get("/docs", opt=ANYONE, include_in_schema=False)
async def page(request: Call, lang: FromQuery[str] = "zh") -> Response[str]:
    """The documentation page, drawn from the document."""
    said = language_of(lang)
    schema = openapi(request.app)
    operations = [
        _operation(said, path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    problems = [
        (code.value, STATUS_OF[code], REFUSALS[code.value].says, REFUSALS[code.value].remedy)
        for code in Code
    ]
    others = [(code, title) for code, title in TITLES.items()]
    return render(
        "docs.html",
        said,
        about=schema["info"]["description"],
        operations=operations,
        problems=problems,
        others=others,
        path="/docs",
    )


def _operation(lang: Lang, path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """One operation as the page's template reads it."""
    asks = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    answers = next(
        content
        for status, response in operation["responses"].items()
        if status.startswith("2")
        for content in response["content"].values()
    )
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "about": operation.get("description", ""),
        "callers": operation["x-callers"],
        "parameters": [
            (p["name"], p["in"], p.get("required", False), p.get("description", ""))
            for p in operation.get("parameters", [])
        ],
        "fields": _fields(operation["operationId"], lang),
        "asks": _pretty(asks["example"]) if "example" in asks else "",
        "answers": _pretty(answers["example"]),
    }


def _fields(operation: str, lang: Lang) -> list[tuple[str, bool, str]]:
    """The fields of a request: name, whether it must be there, and its form in words."""
    asks = EXAMPLES[operation].asks
    if asks is None:
        return []
    return [(name, required, words.say(lang)) for name, required, words in described(type(asks))]


def _pretty(example: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(example), indent=2).decode()


_KINDS = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_FILES = {
    file.name: (file.read_bytes(), _KINDS[file.name[file.name.rindex(".") :]])
    for file in (resources.files("gongji.web") / "static").iterdir()
}


@get("/static/{name:str}", opt=ANYONE, include_in_schema=False)
async def static(name: FromPath[str]) -> Response[bytes]:
    """A style sheet or a picture."""
    if name not in _FILES:
        raise NotFoundException
    content, kind = _FILES[name]
    return Response(content, media_type=kind)


ROUTES = [document, page, static]
