"""In a real browser: journeys with and without script, on phone and desk, in both languages and
print sizes; axe finds nothing serious; targets are large enough.

Debian's Chromium is used where it is found. A picture of every page goes into the folder that
GONGJI_PICTURES names, where it names one.
"""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
import uvicorn

from faces.visitors import CHILD, CLINIC, FATHER
from gongji.desk.counter import Counter
from gongji.desk.faces_ports import Role
from gongji.faces.app import pages, shared
from gongji.faces.demo_provider import DemoPerson, DemoProvider
from gongji.faces.house import House
from gongji.faces.limits import Turnstile
from gongji.faces.oidc import RelyingParty
from gongji.web.app import create_app
from gongji.words import Words
from town import Town
from web.over_http import SECRET, furnished, sample_of

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is found: apt-get install chromium"),
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # the driver's own pipes
]

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
ROLES = [
    (Role.PERSON, "310000", FATHER), (Role.PERSON, "310000", CHILD),
    (Role.PERSON, "310000", "P310000-stranger"), (Role.CLERK, "310000", "clerk-7"),
    (Role.REVIEWER, "310000", "reviewer-1"), (Role.INSTITUTION, "310000", CLINIC),
    (Role.AUDITOR, "100000", "auditor"),
]  # fmt: skip


class Served(NamedTuple):
    """A town that listens, and a browser. Pictures are kept where a folder is named for them."""

    town: Town
    address: str
    browser: Any
    pictures: Path | None
    house: House

    def keep(self, page: Any, name: str) -> None:
        """Keep a picture of the whole page."""
        if self.pictures is not None:
            plain = name.partition("?")[0].strip("/").replace("/", "-")
            page.screenshot(path=self.pictures / f"{plain}.png", full_page=True)

    @contextmanager
    def visit(self, who: str | None, look: str = "", **context: Any) -> Iterator[Any]:
        """A fresh browser window, signed in by one press."""
        self.house.turnstile = Turnstile()  # so many sign-ins a minute come from no family
        made = self.browser.new_context(viewport=PHONE, locale="zh-CN", **context)
        page = made.new_page()
        page.set_default_timeout(10_000)
        page.goto(f"{self.address}/?{look}")
        if who:
            page.goto(f"{self.address}/sign-in/start?as={who}")
        yield page
        made.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """One town, one server, one browser for all of these."""
    town = furnished(Town())
    town.person("kid", "resident")
    town.hold_code("father", "child")
    town.settle("child", "clinic", 150_00, id="b1")
    about = Words("示例", "sample")
    people = [DemoPerson(s.rpartition("-")[2] if r is Role.PERSON else r.value, r, where, s, s, about, True)
              for r, where, s in ROLES]  # fmt: skip
    demo = DemoProvider(people, "127.0.0.1", SECRET)
    party = RelyingParty(demo.provider)
    house = House(SECRET, provider=party, demo=demo)
    app: Any = create_app(
        Counter(town.office), token_secret=SECRET, pages=pages(),
        shared=shared(house, sample_of(town)),
    )  # fmt: skip
    party.reached_by(httpx2.ASGITransport(app=app))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    folder = os.environ.get("GONGJI_PICTURES")
    pictures = Path(folder) if folder else None
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        while not server.started:
            thread.join(0.05)
        yield Served(town, f"http://127.0.0.1:{port}", browser, pictures, house)
        browser.close()
    server.should_exit = True
    thread.join()
    town.close()


PATHS = {
    None: ["/", "/sign-in", "/sign-in/staff", "/law", "/medicines", "/waiting", "/example"],
    "father": ["/family", "/family/services", "/family/me", "/family/pool", "/family/uses",
               f"/family/pool/{CHILD}/remove", "/family/bind", f"/family/bind/{'ab' * 12}/commitment",
               f"/family/bind/{'ab' * 12}/member", "/family/payments",
               f"/family/payments/{CLINIC}/b1", "/family/statement", "/family/premiums",
               "/family/codes", f"/family/codes/{CHILD}",
               "/sign-ins", f"/family/why?tried=1&amount=5000&place={CLINIC}"],
    "child": ["/family", "/family/pool"],
    "clerk": ["/clerk", f"/clerk/for/{FATHER}", f"/clerk/for/{FATHER}/standing",
              f"/clerk/for/{FATHER}/dissolve", f"/clerk/for/{FATHER}/forms", "/claims",
              "/clerk/lists"],
    "institution": ["/institution", "/institution/receipts/b1", "/institution/day",
                    "/institution/reconcile", "/institution/find?number=none"],
    "auditor": ["/auditor", "/auditor/figures", "/auditor/trail", f"/auditor/decisions/{CLINIC}/b1",
                "/auditor/packs?one=310000&other=371300", "/auditor/packs/310000",
                "/auditor/proofs"],
}  # fmt: skip

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"], "resultTypes": ["violations"]}
LOOKS = {
    "zh-phone": ("lang=zh", PHONE, "light"),
    "zh-elder": ("lang=zh&elder=1", PHONE, "light"),
    "en-elder": ("lang=en&elder=1", PHONE, "light"),
    "en-desk-dark": ("lang=en", DESK, "dark"),
}

SMALL = """
(least) => [...document.querySelectorAll('a[href], button, select, input:not([type=hidden])')]
  .filter(e => !e.closest('p, dd.inline, .hint, blockquote') && !e.classList.contains('skip'))
  .map(e => [e, (e.closest('label.choice') || e).getBoundingClientRect()])
  .filter(([e, r]) => r.width > 0 && (r.height < least - 0.5 || r.width < 43.5))
  .map(([e, r]) => `${e.tagName} ${(e.innerText || e.name || '').slice(0, 20)} ${r.width.toFixed(0)}x${r.height.toFixed(0)}`)
"""
SQUEEZED = """
() => {
  const wrong = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode());) {
    const in_ = text.parentElement, range = document.createRange();
    if (text.textContent.trim().length < 3 || in_.closest('.sr, svg, cite, details:not([open])')) continue;
    range.selectNodeContents(text);
    const lines = [...range.getClientRects()].filter(r => r.width > 0);
    const wide = Math.max(...lines.map(r => r.width)), size = parseFloat(getComputedStyle(in_).fontSize);
    if (lines.length > 1 && wide < 2.6 * size) wrong.push(text.textContent.trim().slice(0, 20));
  }
  return wrong;
}
"""
TINY = """
(least) => [...new Set([...document.querySelectorAll('body *:not(svg *, .sr, option)')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
  .filter(e => e.getClientRects().length && parseFloat(getComputedStyle(e).fontSize) < least)
  .map(e => `${e.tagName}.${e.className} ${getComputedStyle(e).fontSize}`))]
"""


@pytest.mark.parametrize("who", PATHS, ids=lambda who: who or "anybody")
@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_open_to_everybody(served: Served, look: str, who: str | None) -> None:
    """axe finds nothing serious, targets and print are large enough, no words are squeezed into a
    column, nothing is wider than the screen. In the further looks the first pages of each role stand for the rest."""
    from axe_playwright_python.sync_playwright import (  # type: ignore[import-untyped]  # no stubs
        Axe,
    )

    asked, size, scheme = LOOKS[look]
    elder = "elder" in asked
    wrong: list[str] = []
    whole = look == "zh-phone" or served.pictures is not None
    with served.visit(who, asked, color_scheme=scheme) as page:
        page.set_viewport_size(size)
        for path in PATHS[who] if whole else PATHS[who][:4]:
            page.goto(served.address + path)
            served.keep(page, f"{look}-{who or 'open'}{path}")
            found = Axe().run(page, options=AXE).response["violations"]
            wrong += [f"{path}: {v['id']} {v['nodes'][0]['target']}" for v in found
                      if v["impact"] in ("serious", "critical")]  # fmt: skip
            wrong += [f"{path}: {s}" for s in page.evaluate(SMALL, 60 if elder else 44)]
            wrong += [f"{path}: {s}" for s in page.evaluate(TINY, 18 if elder else 13)]
            wrong += [f"{path}: {s} is squeezed" for s in page.evaluate(SQUEEZED)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append(f"{path}: wider than the screen")
            if elder:
                assert page.locator("nav.bottom a[href='tel:12393']").is_visible(), path
    assert wrong == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_family_forms_its_pool_on_a_phone(served: Served, script: bool) -> None:
    """The whole journey by thumb, a slip on the way, and back again at the end."""
    town, name = served.town, f"kid{int(script)}"
    town.person(name, "resident")
    town.person(f"solo{int(script)}", carried=50_00)
    id = town.id(name)
    known = town.ask(lambda s: s.unit.identities([id])[id])
    with served.visit("stranger", java_script_enabled=script) as page:
        if page.locator("text=查看和管理").count():
            page.goto(served.address + "/family/bind")
        else:
            page.click("main >> text=绑定家庭成员 >> nth=0")
        page.click("text=开始办理")
        if "commitment" in page.url:
            page.click("button.primary")
            assert page.locator(".summary").is_visible()
            page.check("[name=agreed]")
            page.click("button.primary")
        page.fill("[name=name]", known.name)
        page.fill("[name=number]", known.number[:-1])
        page.check("[value=child]")
        page.click("button.primary")
        assert "证件号码有误" in page.locator(".summary").inner_text()
        assert page.input_value("[name=name]") == known.name
        page.fill("[name=number]", known.number)
        page.click("button.primary")
        if page.url.endswith("/uses"):
            page.click("button.primary")
        page.click("main button.primary")
        assert "绑定成功" in page.locator("h1").inner_text()
        page.go_back()
        page.reload()
        assert "绑定成功" in page.locator("h1").inner_text()
    held = town.ask(lambda s: s.unit.bonds_of_member(id))
    assert len(held) == 1


def test_a_cashier_settles_with_the_keyboard_alone(served: Served) -> None:
    id = CHILD
    number = served.town.ask(lambda s: s.unit.identities([id])[id].number)
    before = served.town.balance("father").carried
    with served.visit("institution") as page:
        page.set_viewport_size(DESK)
        page.goto(served.address + "/institution")
        assert page.evaluate("document.activeElement.name") == "patient"
        page.keyboard.type(number)
        page.fill("[name=self_paid]", "12.34")
        page.keyboard.press("Enter")
        page.wait_for_selector("#quoted")
        assert page.evaluate("document.activeElement.value") == "settle"
        page.keyboard.press("Enter")
        page.wait_for_selector("#bill >> text=¥12.34")
        page.go_back()
        page.reload()
        assert page.url.split("/")[-2] == "receipts", "the quote of a settled bill is its receipt"
    assert before - served.town.balance("father").carried == 12_34


def test_the_bottom_bar_never_hides_what_has_the_focus(served: Served) -> None:
    hidden = """() => document.activeElement.getBoundingClientRect().bottom
        > document.querySelector('nav.bottom').getBoundingClientRect().top"""
    with served.visit("father", "elder=1") as page:
        for path in ("/family", "/family/services", "/family/bind/" + "ab" * 12 + "/member"):
            page.goto(served.address + path)
            for _ in range(40):
                page.keyboard.press("Tab")
                if page.evaluate("document.activeElement.closest('nav.bottom, .top')"):
                    continue
                if page.evaluate("document.activeElement === document.body"):
                    break
                assert not page.evaluate(hidden), page.evaluate("document.activeElement.outerHTML")


def test_a_sentence_at_a_field_and_what_is_searched_for_have_room(served: Served) -> None:
    """At the till what is wrong with a sum is not squeezed above it; on a phone the box of a search
    has the whole line, and a date is not cut."""
    wide = "e => e.getBoundingClientRect().width"
    with served.visit("institution", "lang=en") as page:
        page.set_viewport_size(DESK)
        page.goto(served.address + "/institution")
        page.fill("[name=self_paid]", "x")
        page.keyboard.press("Enter")
        page.wait_for_selector("#summary")
        form, said = (
            page.eval_on_selector(one, wide) for one in ("form.dense", "#self_paid-wrong")
        )
        assert said > 0.9 * form
    with served.visit("clerk") as page:
        for path, form, box in (
            ("/clerk", ".search-row", "#q"),
            ("/law/310000", ".filters", "#then"),
        ):
            page.goto(served.address + path)
            whole, typed = (page.eval_on_selector(one, wide) for one in (form, box))
            assert typed > 0.9 * whole, path
