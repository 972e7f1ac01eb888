"""The sandbox as a vendor meets it, and an institution's day played against it over HTTP."""

import asyncio
import contextlib
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from click.testing import CliRunner

from gongji.cli.main import cli
from gongji.cli.sandbox import Sandbox as SandboxApp
from gongji.cli.sandbox import server_of
from gongji.cli.workers import bound
from gongji.desk.identity import check_digit
from gongji.lab import institution as wire
from gongji.lab.institution import Answer, Institution, Keys, Manner, NoCentre, read_answer
from gongji.lab.institution_checks import POOLED, TOTAL, Checks
from gongji.lab.institution_day import Day, Plan, play, sample_patients
from gongji.wiring import BadSetting, Settings
from town import local


class Running:
    """A sandbox on a port of its own, in a thread."""

    def __init__(self, app: SandboxApp) -> None:
        self.app, self.info = app, app.info
        self.base = app.info.address.partition("/fsi")[0]

    def play(self, *codes: str, style: str = "one", **plan: Any) -> Day:
        """A day of these institutions, as fast as it goes."""
        signature, url = "hmac-sha1", self.info.address
        keys = {place.code: Keys(place.access_key, place.secret) for place in self.info.places}
        if style != "one":
            url = f"{self.base}/fsi/api"
        manner = Manner(style, signature, services={"2207": "service/2207A"})
        institutions = [Institution(url, code, manner, keys.get(code)) for code in codes]
        return play(institutions, sample_patients(1, 12), None, Plan(seconds=0, **plan))


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """`gongji serve --sandbox`."""
    chosen = Settings(host="127.0.0.1", port=free_port())
    with contextlib.closing(SandboxApp(chosen)) as app, bound(chosen, shared=False) as listening:
        listening.listen()
        server = server_of(app)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield Running(app)
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def free_port() -> int:
    """A port that nobody listens at."""
    import socket

    with contextlib.closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


# ── The sandbox ──────────────────────────────────────────────────────────────────────────────────


def test_the_page_says_what_to_send_and_it_is_so(running: Running) -> None:
    """Its two commands are sent as they stand; the second is a settled bill, 28 yuan of it pooled."""
    page = httpx.get(f"{running.base}/sandbox", params={"lang": "en"})
    assert "Send these first" in page.text
    bodies = re.findall(r"-d '(.*?)'</code>", unescape(page.text), re.DOTALL)
    answers = [httpx.post(running.info.address, content=body.encode()).json() for body in bodies]
    assert [answer["infcode"] for answer in answers] == [0, 0]
    assert answers[1]["output"]["setlinfo"]["acct_mulaid_pay"] == 28.0


def test_it_begins_anew(running: Running) -> None:
    """The same request after a reset is a new one, in a new store, at the same address."""
    page = httpx.get(f"{running.base}/sandbox").text
    body = re.findall(r"-d '(.*?)'</code>", unescape(page), re.DOTALL)[1].encode()
    before = httpx.post(running.info.address, content=body).json()
    assert httpx.post(running.info.address, content=body).json() == before
    assert httpx.post(f"{running.base}/sandbox/reset").status_code == 303
    after = httpx.post(running.info.address, content=body).json()
    assert after["output"]["setlinfo"]["acct_mulaid_pay"] == 28.0
    assert after["output"]["setlinfo"]["setl_id"] != before["output"]["setlinfo"]["setl_id"]


def test_the_first_request_of_a_day_begins_anew() -> None:
    """At midnight in China."""
    now = [local("2026-03-02T23:59")]
    with contextlib.closing(SandboxApp(Settings(port=free_port()), clock=lambda: now[0])) as app:

        async def twice() -> tuple[Any, Any]:
            transport = httpx.ASGITransport(cast(Any, app))
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
                for _ in range(2):
                    assert (await client.get("/sandbox")).status_code == 200
                yesterday = app._standing
                now[0] += timedelta(minutes=2)
                answers = await asyncio.gather(*(client.get("/sandbox") for _ in range(4)))
                assert {answer.status_code for answer in answers} == {200}
                return yesterday, app._standing

        yesterday, today = asyncio.run(twice())
        assert (yesterday.day.day, today.day.day) == (2, 3)
        assert not Path(yesterday.folder.name).exists()


def test_it_never_opens_another_store(tmp_path: Path) -> None:
    """Whatever the environment names, only host and port are taken from it."""
    store = tmp_path / "production.db"
    chosen = Settings(database=f"sqlite:///{store}", key="77" * 32, port=free_port())
    with contextlib.closing(SandboxApp(chosen)) as app:
        folder = Path(app._standing.folder.name)
        assert (folder / "sandbox.db").exists()
        assert app.settings.key != chosen.key
    assert not store.exists()
    assert not folder.exists()


def test_it_stays_on_this_machine_unless_told() -> None:
    """Beyond it, keys are drawn, every request is signed, and nobody may reset it."""
    with pytest.raises(BadSetting, match="--abroad"):
        SandboxApp(Settings(host="0.0.0.0"))  # noqa: S104
    with (
        contextlib.closing(SandboxApp(Settings(host="0.0.0.0"), abroad=True)) as abroad,  # noqa: S104
        contextlib.closing(SandboxApp(Settings(host="127.0.0.1"))) as here,
    ):
        assert abroad.info.places[0].secret != here.info.places[0].secret
        assert (abroad.info.signed, here.info.signed) == (True, False)

        async def reset(app: SandboxApp) -> int:
            transport = httpx.ASGITransport(cast(Any, app))
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
                page = await client.get("/sandbox")
                assert ("/sandbox/reset" in page.text) is (app is here)
                return (await client.post("/sandbox/reset")).status_code

        assert asyncio.run(reset(abroad)) == 404
        assert asyncio.run(reset(here)) == 303


def test_options_that_exclude_each_other() -> None:
    """A sentence, and nothing is served."""
    for options in (["--sample", "--sandbox"], ["--abroad"]):
        assert CliRunner().invoke(cli, ["serve", *options]).exit_code == 2


def test_a_client_that_would_rather_speak_http_2(running: Running) -> None:
    """Java's own client says so in its first request; its body arrives all the same."""
    asked = {"mdtrt_cert_type": "02", "mdtrt_cert_no": running.info.people[1].number}
    place = running.info.places[0]
    sent = Institution(running.info.address, place.code)._message("1101", {"data": asked}, "", "m1")
    headers = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAE"}
    answer = httpx.post(running.info.address, content=sent, headers=headers).json()
    assert answer["infcode"] == 0, answer["err_msg"]


def test_everybody_who_is_asked_about_has_a_relative_of_ones_own(running: Running) -> None:
    """Also three who were born on one day, one of them in the county of the relatives."""
    place = Institution(running.info.address, running.info.places[0].code)
    for number, county in enumerate(("430102", "430103", "319999")):
        first_17 = f"{county}19870312543"
        asked = {"mdtrt_cert_type": "02", "mdtrt_cert_no": first_17 + check_digit(first_17)}
        sent = place._message("1101", {"data": asked}, "", f"relative-{number}")
        answer = httpx.post(running.info.address, content=sent).json()
        assert answer["output"]["insuinfo"][0]["balc"] == 20, answer


# ── An institution's day ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("style", ["one", "infno", "service", "form"])
def test_a_day_holds(running: Running, style: str) -> None:
    """In bad weather: lost answers, repeats, reversals, and settlements that nobody followed up."""
    serial = 20 + ["one", "infno", "service", "form"].index(style)
    codes = [f"{letter}990000000{serial}" for letter in "HP"]
    day = running.play(*codes, style=style, hours=1, rate=30, trouble=0.4, forgotten=0.1)
    assert day.checks.examples == []
    assert day.checks.held[TOTAL] > 20
    assert all(one.settled for one in day.differences)


def test_a_signed_day_holds(running: Running) -> None:
    """By the sandbox's own keys."""
    day = running.play("H99000000001", hours=1, rate=10)
    assert day.checks.wrong == 0


def test_a_centre_that_is_a_cent_off_is_found(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail: a cent of pooled money beyond the account, a cent of the total nowhere."""

    def a_cent_off(status: int, body: bytes) -> Answer:
        answer = read_answer(status, body)
        if answer.good and "setlinfo" in answer.output:
            answer.info["acct_mulaid_pay"] = answer.info["acct_pay"] + Decimal("0.01")
            answer.info["medfee_sumamt"] += Decimal("0.01")
        return answer

    monkeypatch.setattr(wire, "read_answer", a_cent_off)
    day = running.play("H99000000031", hours=1, rate=10, trouble=0)
    assert day.checks.broken[TOTAL] > 0
    assert day.checks.broken[POOLED] > 0


def test_a_day_needs_an_institution_without_settlements(running: Running) -> None:
    """Else its books could not balance; the remedy is said."""
    running.play("P99000000041", hours=1, rate=10, trouble=0)
    with pytest.raises(NoCentre, match="重置沙箱"):
        running.play("P99000000041", hours=1, rate=10)


def test_the_command_plays_a_day(running: Running, tmp_path: Path) -> None:
    """Files for keys, patients and items; tables, and exit code 0."""
    keys, patients, items = (tmp_path / name for name in ("keys.csv", "people.csv", "items.csv"))
    keys.write_text(httpx.get(f"{running.base}/sandbox/keys.csv").text, "utf-8")
    patients.write_text(f"certno,psn_name\n{running.info.people[1].number},赵小雨\n", "utf-8")
    codes = ["XJ01CAA040A001010100001,101", "001101000010000,201"]
    items.write_text("\n".join(["med_list_codg,list_type", *codes, ""]), "utf-8")
    asked = ["simulate-institution", "--url", running.info.address, "--hours", "1", "--rate", "6"]
    asked += ["--seconds", "0", "--institution", "H99000000002", "--keys", str(keys)]
    played = CliRunner().invoke(
        cli, [*asked, "--patients", str(patients), "--items", str(items)], catch_exceptions=False
    )
    assert played.exit_code == 0, played.output
    assert "2207" in played.output
    assert "不成立 broken: 0" in played.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--profile", "nowhere"], "known are"),
        (["--patients", "nobody.csv"], "no file"),
        (["--keys", "{wrong}"], "missing column fixmedins_code"),
        (["--items", "{wrong}"], "missing column med_list_codg"),
    ],
)
def test_what_is_wrong_with_an_option_is_said(
    options: list[str], said: str, tmp_path: Path
) -> None:
    """With its form."""
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n", "utf-8")
    given = [option.format(wrong=wrong) for option in options]
    found = CliRunner().invoke(cli, ["simulate-institution", *given])
    assert found.exit_code == 2
    assert said in found.output


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence with the address."""
    monkeypatch.setattr(wire, "_PAUSE_S", 0)
    with pytest.raises(NoCentre, match="没有应答"):
        Institution(f"http://127.0.0.1:{free_port()}/", "H99000000001").send("9001", {})
    with pytest.raises(NoCentre, match="http"):
        Institution("127.0.0.1:8000", "H99000000001")


@pytest.mark.parametrize(
    ("status", "body", "infcode"),
    [
        (200, b'{"infcode":"0","output":"{\\"setlinfo\\":{}}"}', 0),
        (200, b'{"infcode":-1,"err_msg":"x","output":{}}', -1),
        (200, '{"code":401,"message":"验签失败"}'.encode(), -1),
        (200, b"PK\x03\x04", 0),
        (500, b"oops", None),
        (200, b'{"infcode":', None),
    ],
)
def test_answers_are_read_tolerantly(status: int, body: bytes, infcode: int | None) -> None:
    """infcode as number or text, output as object or JSON text; what is no answer is said to be."""
    if infcode is None:
        with pytest.raises(NoCentre):
            read_answer(status, body)
    else:
        assert read_answer(status, body).infcode == infcode


def test_examples_of_what_is_wrong_are_few() -> None:
    """A centre that is wrong everywhere does not fill the screen."""
    checks = Checks()
    for _ in range(100):
        checks.that(TOTAL, False, "…")
    assert (checks.wrong, len(checks.examples)) == (100, 20)
