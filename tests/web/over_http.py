"""A desk over HTTP: a town, its application, and everybody with a key or a token."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from gongji.desk.counter import Counter
from gongji.desk.ports import Caller, CallerKind
from gongji.faces.app import pages, shared
from gongji.faces.house import House
from gongji.faces.sample import SampleInfo, SampleInstitution, SamplePerson
from gongji.faces.troubles import stray
from gongji.terms import micros
from gongji.web.access import make_token
from gongji.web.app import create_app, furnishings
from town import LINYI, SHANGHAI, Town

SECRET = b"a secret for tests, 32 bytes long"


class Web:
    """The application of one town. `as_` is who asks: a name is a person, or one of the keys."""

    def __init__(self, town: Town, client: TestClient[Litestar]) -> None:
        self.town, self.client = town, client

    def headers(self, as_: str | None, lang: str = "") -> dict[str, str]:
        """The headers of a caller."""
        found = {"Accept-Language": lang} if lang else {}
        if as_ is None:
            return found
        key = (
            as_ if as_.startswith("key-") else make_token(self.town.id(as_), SECRET, self.town.now)
        )
        return {**found, "Authorization": f"Bearer {key}"}

    def get(self, path: str, as_: str | None = None, lang: str = "", **query: str) -> Response:
        """GET a path."""
        found: Response = self.client.get(
            path, headers=self.headers(as_, lang), params=query or None
        )
        return found

    def post(
        self, path: str, json: Any = None, as_: str | None = None, lang: str = "", **more: Any
    ) -> Response:
        """POST JSON to a path, or whatever `content` says."""
        body = more if "content" in more else {"json": json, **more}
        found: Response = self.client.post(path, headers=self.headers(as_, lang), **body)
        return found

    def put(self, path: str, json: Any, as_: str) -> Response:
        """PUT JSON to a path."""
        found: Response = self.client.put(path, headers=self.headers(as_), json=json)
        return found

    def bill(self, id: str, self_paid: int, **more: Any) -> dict[str, Any]:
        """The child's bill at the clinic, with parts that add up."""
        fund, uncovered = more.pop("fund_paid", 0), more.pop("uncovered", 0)
        return {
            "id": id,
            "patient": self.town.id(more.pop("patient", "child")),
            "institution": self.town.place(more.pop("at", "clinic")),
            "total_fen": fund + self_paid + uncovered,
            "fund_paid_fen": fund,
            "self_paid_fen": self_paid,
            "uncovered_fen": uncovered,
            **more,
        }

    def settle(self, id: str = "b1", self_paid: int = 150_00, **more: Any) -> Response:
        """Settle a bill at the clinic, by the clinic."""
        return self.post("/v1/settlements", self.bill(id, self_paid, **more), as_="key-clinic")

    def known(self, name: str) -> dict[str, str]:
        """A relative as whoever knows them says who they are: id, name and number."""
        id = self.town.id(name)
        found = self.town.ask(lambda s: s.unit.identities([id])[id])
        return {"relative": id, "name": found.name, "number": found.number}

    def written(self) -> tuple[int, int]:
        """How many entries the book has, and their sum: what must not change when nothing may."""
        rows = self.town.ask(lambda s: list(s.unit.entry_rows()))
        return len(rows), len(self.town.ask(lambda s: s.unit.answers_of_asker(
            self.town.place("clinic"), limit=500, before=2**62)))  # fmt: skip


def furnished(town: Town) -> Town:
    """A father who sponsors a child and a mother; a stranger; two institutions; the keys."""
    town.person("father", current=500_00, carried=1200_00)
    town.person("child", "resident")
    town.person("mother", carried=30_50)
    town.person("stranger", carried=9_99)
    town.pool("father", {"child": "child", "mother": "parent"})
    town.hospital("clinic")
    town.hospital("other")
    town.pharmacy("drugs")

    def keys(session: Any) -> None:
        unit, at = session.unit, micros(session.now)
        for name in ("clinic", "other"):
            caller = Caller(name, SHANGHAI, CallerKind.INSTITUTION, town.place(name))
            unit.add_caller(caller, f"key-{name}", at)
        unit.add_caller(Caller("w1", SHANGHAI, CallerKind.CLERK, "clerk-7"), "key-clerk", at)
        unit.add_caller(Caller("w2", LINYI, CallerKind.CLERK, "clerk-9"), "key-away", at)
        unit.add_caller(Caller("a1", SHANGHAI, CallerKind.AUDITOR, "audit"), "key-auditor", at)

    town.do(keys)
    return town


def sample_of(town: Town) -> SampleInfo:
    """The family as the first page shows it."""
    return SampleInfo(
        sponsor=SamplePerson(id=town.id("father"), name="李明"),
        patients=(
            SamplePerson(id=town.id("child"), name="李小明", role_zh="儿子", role_en="son"),
            SamplePerson(id=town.id("mother"), name="王芳", role_zh="母亲", role_en="mother"),
        ),
        hospital=SampleInstitution(id=town.place("clinic"), name="街道卫生院", key="key-clinic"),
        pharmacy=SampleInstitution(id="Y310000-drugs", name="大药房", key=""),
    )


IDLE: list[Litestar] = []
"""Applications whose test is over. To register the routes of the API and the pages takes four
times as long as to furnish a town; with other furniture they are another application."""


@contextmanager
def opened(town: Town | None = None, *, with_sample: bool = True) -> Iterator[Web]:
    """A furnished town over HTTP, closed afterwards. Each has a store, a counter and secrets of its
    own, and its application to itself while it is open."""
    town = furnished(town or Town())
    belongings = shared(House(SECRET), sample_of(town) if with_sample else None)
    counter = Counter(town.office)
    app = (
        IDLE.pop() if IDLE else create_app(counter, token_secret=SECRET, pages=pages(), stray=stray)
    )
    app.state = furnishings(counter, token_secret=SECRET, shared=belongings)
    routes = len(app.routes)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Web(town, client)
    if len(app.routes) == routes:  # else a test has added one of its own
        IDLE.append(app)
    town.close()
