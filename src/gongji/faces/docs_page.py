"""接口文档页: a page drawn from the OpenAPI document, and the files that all pages load.

Everything comes from here. Nothing is loaded from elsewhere and no script is needed.
"""

from importlib import resources
from typing import Any

import msgspec
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from gongji.faces.visit import OPEN_PAGE, Visit
from gongji.policy.refusal import Code
from gongji.web.docs import ABOUT, openapi
from gongji.web.examples import EXAMPLES
from gongji.web.forms import described
from gongji.web.operations import HEADINGS
from gongji.web.statuses import STATUS_OF, TITLES
from gongji.words import REFUSALS, Lang, Words


@get("/docs", opt=OPEN_PAGE, include_in_schema=False)
async def page(request: Visit) -> Response[str]:
    """The documentation page, drawn from the document."""
    lang = request.lang
    operations = {
        operation["operationId"]: _operation(lang, path, method, operation)
        for path, methods in openapi(request.app)["paths"].items()
        for method, operation in methods.items()
    }
    headings = [
        (called.say(lang), [(words.say(lang), operations[id]) for id, words in ours.items()])
        for called, ours in HEADINGS
    ]
    problems = [
        (code.value, STATUS_OF[code], REFUSALS[code.value].says, REFUSALS[code.value].remedy)
        for code in Code
    ]
    others = [(code, title) for code, title in TITLES.items()]
    return request.page(
        "docs.html",
        about=ABOUT.say(lang),
        headings=headings,
        problems=problems,
        others=others,
    )


_CALLERS = {
    "anyone": Words("任何人", "anyone"),
    "auditor": Words("审计", "auditor"),
    "clerk": Words("经办", "clerk"),
    "institution": Words("医药机构", "institution"),
    "person": Words("个人", "person"),
}


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
        "callers": [_CALLERS[kind].say(lang) for kind in operation["x-callers"]],
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


_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FILES = {
    file.name: (file.read_bytes(), _KINDS[file.name[file.name.rindex(".") :]])
    for file in (resources.files("gongji.faces") / "static").iterdir()
}


@get("/static/{name:str}", opt=OPEN_PAGE, include_in_schema=False)
async def static(name: FromPath[str]) -> Response[bytes]:
    """A style sheet, a picture, or the one script."""
    if name not in _FILES:
        raise NotFoundException
    content, kind = _FILES[name]
    return Response(content, media_type=kind)


ROUTES = [page, static]
