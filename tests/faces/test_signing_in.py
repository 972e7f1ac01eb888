"""Signing in: by provider, key and password; what locks, what runs out, and what leads nowhere."""

import asyncio
from collections import Counter as Counts
from collections.abc import Iterator
from typing import Any

import httpx
import httpx2
import pytest
from httpx import Response
from litestar.exceptions import NotAuthorizedException
from litestar.testing import TestClient

from faces.visitors import FATHER, Visitor, cashier, person, visible
from gongji.desk.counter import Counter
from gongji.desk.faces_ports import Role, StaffAccount
from gongji.faces.app import pages, shared
from gongji.faces.demo_provider import DemoPerson, DemoProvider, NotOnLoopback
from gongji.faces.house import House
from gongji.faces.oidc import RelyingParty
from gongji.faces.signing_in import hashed, whom
from gongji.web.app import create_app
from gongji.words import Words
from town import Town
from web.over_http import SECRET, Web, furnished

ABOUT = Words("", "")


PLAYED = [
    DemoPerson("father", Role.PERSON, "310000", FATHER, "李明", ABOUT, True),
    DemoPerson("ghost", Role.PERSON, "310000", "P310000-ghost", "无名", ABOUT),
    DemoPerson("audit", Role.AUDITOR, "100000", "auditor", "审计", ABOUT),
]


@pytest.fixture
def demo() -> Iterator[Web]:
    """The town with the demo provider before it."""
    town = furnished(Town())
    provider = DemoProvider(PLAYED, "127.0.0.1", SECRET)
    party = RelyingParty(provider.provider)
    house = House(SECRET, provider=party, demo=provider)
    app: Any = create_app(
        Counter(town.office), token_secret=SECRET, pages=pages(), shared=shared(house)
    )
    party.reached_by(httpx2.ASGITransport(app=app))
    with TestClient(app) as client:
        yield Web(town, client)
    town.close()


def enter(web: Web, who: str, next: str = "") -> Response:
    """Sign in as somebody, as a browser does it."""
    found: Response = web.client.get(f"/sign-in/start?as={who}&next={next}", follow_redirects=True)
    return found


def test_one_press_signs_in_through_the_provider(demo: Web) -> None:
    found = enter(demo, "father")
    assert found.status_code == 200 and found.url.path == "/family"
    assert "可以共济" in found.text or "家人可共济" in found.text
    cookie = found.history[-1].headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert enter(demo, "audit").url.path == "/auditor"


def test_over_https_the_cookies_are_of_this_host_alone(demo: Web) -> None:
    """Nobody with another host beneath the same domain can put in a sign-in of his own."""
    demo.client.base_url = httpx.URL("https://testserver.local")
    found = enter(demo, "father")
    assert found.status_code == 200 and found.url.path == "/family"
    cookie = found.history[-1].headers["set-cookie"]
    assert cookie.startswith("__Host-gongji=") and "Secure" in cookie and "Path=/;" in cookie
    assert "Domain" not in cookie
    value = cookie.partition("=")[2].partition(";")[0]
    demo.client.cookies.clear()
    for name, path in (("__Host-gongji", "/family"), ("gongji", "/sign-in")):
        again = demo.client.get("/family", headers={"Cookie": f"{name}={value}"})
        assert again.url.path == path, name


def test_a_code_is_good_once_and_for_the_browser_that_began(demo: Web) -> None:
    start = demo.client.get("/sign-in/start?as=father", follow_redirects=False)
    chosen = demo.client.get(start.headers["location"], follow_redirects=False)
    back = chosen.headers["location"]
    jar = dict(demo.client.cookies)
    demo.client.cookies.clear()
    assert demo.client.get(back, follow_redirects=False).status_code == 400  # another browser
    demo.client.cookies.update(jar)
    assert demo.client.get(back + "x", follow_redirects=False).status_code == 400  # another state
    assert demo.client.get(back, follow_redirects=False).status_code == 303
    assert demo.client.get(back, follow_redirects=False).status_code == 502  # a second time


def test_a_code_of_one_process_is_good_at_another_for_a_minute() -> None:
    """Several workers serve the demonstration; a browser comes back to any of them."""
    one, other = (DemoProvider(PLAYED, "127.0.0.1", SECRET) for _ in range(2))
    stranger = DemoProvider(PLAYED, "127.0.0.1", b"another secret, 32 bytes and more")
    code = one.code_for(PLAYED[0], "nonce", 1000)
    for provider, now in ((stranger, 1000), (other, 1061)):
        with pytest.raises(NotAuthorizedException):
            provider.token(code, "gongji", now)
    assert other.token(code, "gongji", 1060).count(".") == 2
    with pytest.raises(NotAuthorizedException):
        other.token(code, "gongji", 1060)


def test_whoever_is_not_registered_is_sent_to_the_window(demo: Web) -> None:
    found = enter(demo, "ghost")
    assert found.status_code == 403 and "到经办窗口办理" in found.text


@pytest.mark.parametrize(
    "next", ["//evil.example", "https://evil.example", "/\\evil.example", "/a%0d%0aX:1"]
)
def test_a_sign_in_never_leads_elsewhere(demo: Web, next: str) -> None:
    assert enter(demo, "father", next).url.path == "/family"


def test_the_demo_provider_stays_on_this_machine() -> None:
    for host in ("0.0.0.0", "192.168.1.2", "gongji.example"):  # noqa: S104 - that is the point
        with pytest.raises(NotOnLoopback, match="anybody may be anybody"):
            DemoProvider([], host, SECRET)


def test_without_the_demonstration_its_provider_is_not_there(web: Web) -> None:
    for path in ("choose", ".well-known/openid-configuration", "keys"):
        assert web.client.get(f"/demo-provider/{path}").status_code == 404


@pytest.mark.parametrize(
    ("claims", "known"),
    [
        ({"gongji_role": "person", "gongji_region": "310000", "gongji_subject": FATHER}, True),
        ({"gongji_region": "310000", "id_number": "FATHER"}, True),
        ({"gongji_region": "310000", "id_number": "110101199001010000"}, False),
        ({"gongji_role": "clerk", "gongji_region": "310000", "gongji_subject": "clerk-7"}, True),
        ({"gongji_role": "clerk", "gongji_region": "999999", "gongji_subject": "clerk-7"}, False),
        ({"gongji_role": "clerk", "gongji_region": "310000"}, False),
        ({"gongji_role": "king", "gongji_region": "310000", "gongji_subject": "x"}, False),
        ({"gongji_role": "institution", "gongji_region": "310000", "gongji_subject": "H1"}, False),
        ({"gongji_role": "person", "gongji_region": "310000", "gongji_subject": 7}, False),
        ({}, False),
    ],
)
def test_claims_name_somebody_or_nobody(web: Web, claims: dict[str, Any], known: bool) -> None:
    town = web.town
    number = town.ask(lambda s: s.unit.identities([FATHER])[FATHER].number)
    said = {key: number if value == "FATHER" else value for key, value in claims.items()}
    assert (town.ask(lambda s: whom(s, said)) is not None) is known


# By key, by password ─────────────────────────────────────────────────────────────────────────────


def token(page: Response) -> str:
    """The token of a page's form."""
    return page.text.split('name="token" value="')[1].split('"')[0]


def send(web: Web, path: str, **fields: str) -> Response:
    """Open a form and send it."""
    page = web.client.get(path)
    found: Response = web.client.post(
        path, data={"token": token(page), **fields}, follow_redirects=False
    )
    return found


def test_an_institution_signs_in_with_its_key_and_nobody_else_with_one(web: Web) -> None:
    assert send(web, "/sign-in/key", key="key-clinic").headers["location"] == "/institution"
    for key in ("key-clerk", "key-auditor", "nonsense", ""):
        web.client.cookies.clear()
        found = send(web, "/sign-in/key", key=key)
        assert found.status_code == 422 and "密钥不对" in found.text


def test_five_wrong_passwords_lock_an_account_for_a_while(web: Web) -> None:
    account = StaffAccount("310000", "wang", Role.CLERK, hashed("right horse"), 0)
    web.town.do(lambda s: s.unit.keep_staff(account))

    def tried(password: str) -> int:
        web.client.cookies.clear()
        fields = {"region": "310000", "login": "wang", "password": password}
        return send(web, "/sign-in/staff", **fields).status_code

    assert tried("right horse") == 303
    assert [tried("wrong") for _ in range(5)] == [422] * 5
    assert tried("right horse") == 422
    web.town.at("2025-11-10T09:16")
    assert tried("right horse") == 303
    looks = web.town.ask(lambda s: s.unit.looks("310000", who="wang", limit=99, before=2**62))
    assert Counts(one.what for one in looks) == {"sign_in": 2, "refused": 6}


def test_an_unknown_login_is_told_the_same_as_a_wrong_password(web: Web) -> None:
    account = StaffAccount("310000", "wang", Role.CLERK, hashed("right horse"), 0)
    web.town.do(lambda s: s.unit.keep_staff(account))
    told = []
    for login in ("wang", "nobody"):
        web.client.cookies.clear()
        page = send(web, "/sign-in/staff", region="310000", login=login, password="x")
        told.append(visible(page).replace(login, ""))
    assert told[0] == told[1]


def test_too_many_tries_from_one_address_are_stopped(web: Web) -> None:
    codes = [send(web, "/sign-in/key", key=f"k{n}").status_code for n in range(21)]
    assert codes[:20] == [422] * 20 and codes[20] == 429


# Running out, and leaving ────────────────────────────────────────────────────────────────────────


def test_a_sign_in_runs_out_when_idle_and_in_any_case(web: Web) -> None:
    who = person(web, "father")
    assert who.get("/family").status_code == 200
    web.town.at("2025-11-10T09:29")
    assert who.get("/family").status_code == 200
    web.town.at("2025-11-10T09:58")
    assert who.get("/family").status_code == 200  # in use
    web.town.at("2025-11-10T10:28")
    assert "late=1" in who.get("/family").headers["location"]
    busy = person(web, "father")
    web.town.at("2025-11-10T10:50")
    assert busy.get("/family/services").status_code == 200
    for hour in range(11, 22):
        for minute in (5, 30, 55):
            web.town.at(f"2025-11-10T{hour}:{minute:02d}")
            assert busy.get("/family/services").status_code == 200
    web.town.at("2025-11-10T22:20")
    busy.get("/family/services")
    web.town.at("2025-11-10T22:40")
    assert busy.get("/family/services").status_code == 303


def test_signing_out_ends_it_in_the_store(web: Web) -> None:
    who = person(web, "father")
    assert who.post("/sign-out").headers["location"] == "/"
    assert who.get("/family").status_code == 303


def test_the_other_sign_ins_are_seen_and_ended(web: Web) -> None:
    """One's own in this role, and nobody else's."""
    here, other, child = (person(web, name) for name in ("father", "father", "child"))
    page = visible(here.get("/sign-ins"))
    assert page.count("另一处") == 1 and page.count("这里") == 1
    assert here.post("/sign-ins").headers["location"] == "/sign-ins"
    assert other.get("/family").status_code == 303
    assert here.get("/family").status_code == child.get("/family").status_code == 200
    assert "只在这里登录着" in here.get("/sign-ins").text


def test_a_cookie_that_was_made_up_opens_nothing(web: Web) -> None:
    who = person(web, "father")
    real = who.cookie
    for made_up in (
        real[:-1] + ("A" if real[-1] != "A" else "E"),
        real.replace("310000~", "371300~"),
        "x",
        "é",
        "",
        "." * 5000,
    ):
        who.cookie = made_up.encode("ascii", "replace").decode()
        assert who.get("/family").status_code == 303, made_up


def test_a_page_is_for_the_roles_that_it_names(web: Web) -> None:
    who: list[tuple[Visitor, str]] = [(person(web, "father"), "/clerk"), (cashier(web), "/auditor"),
                                      (cashier(web), "/family"), (person(web, "child"), "/claims")]  # fmt: skip
    for visitor, path in who:
        found = visitor.get(path)
        assert found.status_code == 403 and "不能查看" in found.text


def test_hashing_is_argon2id() -> None:
    assert asyncio.run(asyncio.to_thread(hashed, "x")).startswith("$argon2id$")
