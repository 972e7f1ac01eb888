"""Whoever visits the pages in a test: a browser of one sign-in, that fills in forms as they come."""

import re
import secrets
from typing import Any

from httpx import Response

from gongji.desk.faces_ports import Role, SignIn
from gongji.desk.sign_ins import open_sign_in
from gongji.faces.seals import form_token, seal
from gongji.faces.visit import SIGN_IN
from web.over_http import SECRET, Web

FATHER, CHILD, MOTHER, STRANGER = (
    f"P310000-{name}" for name in ("father", "child", "mother", "stranger")
)
CLINIC = "H310000-clinic"


class Visitor:
    """A browser that is signed in. `look` is its language and size of print."""

    def __init__(self, web: Web, role: Role, subject: str, region: str, look: str = "") -> None:
        self.web, self.look = web, look
        made: tuple[SignIn, str] = web.town.do(lambda s: open_sign_in(s, role, subject, region))
        self.sign_in, token = made
        self.cookie = seal(SECRET, "sign-in", f"{region}~{token}")

    def headers(self) -> dict[str, str]:
        """The cookies that this browser sends."""
        self.web.client.cookies.clear()
        return {"Cookie": f"{SIGN_IN}={self.cookie}; {self.look}"}

    def get(self, path: str, **query: str) -> Response:
        """Open a page; a redirect is not followed."""
        found: Response = self.web.client.get(
            path, headers=self.headers(), params=query or None, follow_redirects=False
        )
        return found

    def post(self, path: str, fields: dict[str, Any] | None = None, **more: Any) -> Response:
        """Send a form with its token, and a fresh id where none is given."""
        token = form_token(SECRET, self.sign_in.id)
        sent = {"token": token, "id": secrets.token_hex(12), **(fields or {})}
        found: Response = self.web.client.post(
            path, data=sent, headers=self.headers(), follow_redirects=False, **more
        )
        return found

    def follow(self, found: Response) -> Response:
        """The page to which a form leads."""
        assert found.status_code == 303, visible(found)
        return self.get(found.headers["location"])


def person(web: Web, name: str) -> Visitor:
    """One of the town's people."""
    return Visitor(web, Role.PERSON, web.town.id(name), web.town.region)


def clerk(web: Web, name: str = "clerk-7", role: Role = Role.CLERK) -> Visitor:
    """A clerk or reviewer of the town's region."""
    return Visitor(web, role, name, web.town.region)


def cashier(web: Web, place: str = "clinic") -> Visitor:
    """Whoever sits at an institution's console."""
    return Visitor(web, Role.INSTITUTION, web.town.place(place), web.town.region)


def auditor(web: Web) -> Visitor:
    """The auditor."""
    return Visitor(web, Role.AUDITOR, "auditor", "100000")


def visible(found: Response) -> str:
    """What a page says, without its markup."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", found.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip()


def number_of(web: Web, name: str) -> str:
    """Somebody's identity number."""
    id = web.town.id(name)
    return web.town.ask(lambda s: s.unit.identities([id])[id].number)


def named(web: Web, name: str) -> str:
    """Somebody's whole name."""
    id = web.town.id(name)
    return web.town.ask(lambda s: s.unit.identities([id])[id].name)
