"""Clients that others wrote, one for each way of connecting, through a whole day each."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from litestar.testing import TestClient

from gongji.cli.interface import adopt
from gongji.desk.counter import Counter
from gongji.desk.national_ports import AccessKey
from gongji.national.doors import route
from gongji.national.gateway import Interface
from gongji.web.app import create_app
from national import clients
from national.clients import Client, FormData, PerInfno, PerService, Refused, Repeating
from national.windows import AMOXICILLIN, BED, CEFDINIR, MEMBER, OUTSIDE, SPONSOR, Sandbox

KEYS = ("AKTEST", "SKTEST")
Connect = Callable[[str, str], Client]


class Centre:
    """A sandbox behind its gateway, where whoever comes is welcome."""

    def __init__(self, *, open_door: bool) -> None:
        self.box = Sandbox()
        counter = Counter(self.box.office)
        interface = Interface(counter, lambda id: KEYS[1], open_door=open_door, adopt=adopt)
        self.app = create_app(counter, token_secret=b"3" * 32, pages=[route(interface)])

    def key_for(self, code: str) -> None:
        """Give the institution the key that its client signs with."""
        self.box.office.do(
            lambda session: session.unit.add_access_key(AccessKey(KEYS[0], code, session.at))
        )


STYLES: dict[str, tuple[type[Client], str, bool]] = {
    "one-url": (Client, "99", True),
    "per-infno": (PerInfno, "43", False),
    "per-service": (PerService, "15", True),
    "form": (FormData, "44", False),
    "repeating": (Repeating, "99", True),
}


@pytest.fixture(params=STYLES)
def style(request: pytest.FixtureRequest) -> str:
    """Each way of connecting."""
    found: str = request.param
    return found


@pytest.fixture
def connected(style: str) -> Iterator[tuple[Sandbox, Callable[[str], Client]]]:
    """The sandbox, and a client of this style for H… or P…; signed ones must sign."""
    kind, province, open_door = STYLES[style]
    centre = Centre(open_door=open_door)
    with TestClient(centre.app) as http:

        def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
            answer = http.post(path, content=body, headers=headers)
            assert answer.status_code == 200, answer.text
            return answer.content

        def client(letter: str) -> Client:
            area = {"99": "990000"}.get(province, f"{province}0100")
            code = f"{letter}{area}00007"
            if not open_door:
                centre.key_for(code)
            return kind(post, code, lambda: centre.box.now, KEYS)

        yield centre.box, client


def money(box: Sandbox) -> tuple[int, int]:
    """Her own and the sponsor's."""
    return box.balance(MEMBER), box.balance(SPONSOR)


WHOLE = (20_00, 1_000_00)


def test_a_day_at_the_window(connected: tuple[Sandbox, Callable[[str], Client]]) -> None:
    """The worked example, a query, a cancellation, a lost answer, and a day that balances."""
    box, client = connected
    window = client("H")
    window.sign_in()
    assert window.identify(MEMBER, "赵小雨") == Decimal(20)

    bill = window.visit((AMOXICILLIN, "95.00"), (OUTSIDE, "5.00"))
    settled = clients.holds(window.call("2207", data=bill)["setlinfo"])
    assert (settled["acct_pay"], settled["acct_mulaid_pay"]) == (Decimal(95), Decimal(75))
    assert settled["psn_cash_pay"] == Decimal(5)
    assert money(box) == (0, 925_00)
    ids = {name: settled[name] for name in ("psn_no", "mdtrt_id", "setl_id")}
    assert window.call("5203", data=ids)["setlinfo"]["acct_mulaid_pay"] == Decimal(75)
    back = window.back("2208", settled)
    assert money(box) == WHOLE

    # The answer is lost, the same request goes out again, and at last 2601.
    msgid, bill = window.msgid(), window.visit((CEFDINIR, "60.00"))
    first = window.raw("2207", msgid, data=bill)
    assert window.raw("2207", msgid, data=bill) == first
    reversal = {"psn_no": settled["psn_no"], "omsgid": msgid, "oinfno": "2207"}
    window.call("2601", data=reversal)
    with pytest.raises(Refused, match="冲正"):
        window.call("2207", msgid, data=bill)
    assert money(box) == WHOLE

    # What 2601 has struck out is in nobody's books; what the client leaves out, 3202 names.
    msgid = window.msgid()
    again = clients.holds(window.call("2207", msgid, data=bill)["setlinfo"])
    assert window.totals("11", settled, back, again) == "0"
    assert window.totals("11", settled, back) == "1"
    rows = window.details("11", settled, back)
    assert [row[4] for row in rows] == ["0", "0", "1"]
    assert (rows[2][2], rows[2][3]) == ("null", msgid)
    window.sign_out()
    box.proof()


def test_a_stay(connected: tuple[Sandbox, Callable[[str], Client]]) -> None:
    """From admission to discharge, and the money back."""
    box, client = connected
    ward = client("H")
    ward.sign_in()
    ward.identify(MEMBER, "赵小雨")
    settled = ward.stay((BED, "6000.00"), (CEFDINIR, "1000.00"))
    assert settled["fund_pay_sumamt"] > 0
    assert settled["acct_mulaid_pay"] > 0
    assert ward.totals("21", settled) == "0"
    ward.back("2305", settled)
    assert money(box) == WHOLE
    box.proof()


def test_a_day_at_the_counter(connected: tuple[Sandbox, Callable[[str], Client]]) -> None:
    """Two sales, one taken back; totals balance."""
    box, client = connected
    shop = client("P")
    shop.sign_in()
    shop.identify(MEMBER, "赵小雨")
    first = shop.sale((AMOXICILLIN, "48.00"), (OUTSIDE, "9.90"))
    assert first["acct_mulaid_pay"] == Decimal(28)
    second = shop.sale((CEFDINIR, "20.00"))
    back = shop.back("2103", first)
    assert shop.totals("41", first, second, back) == "0"
    assert shop.totals("41", first, second) == "1"
    assert sum(money(box)) == sum(WHOLE) - 20_00
    shop.sign_out()
    box.proof()


def test_one_msgid_for_two_transactions() -> None:
    """Hunan's client reuses the msgid of 9001 for 1101."""
    centre = Centre(open_door=True)
    with TestClient(centre.app) as http:
        client = Client(
            lambda path, body, headers: http.post(path, content=body, headers=headers).content,
            "H99000000007",
            lambda: centre.box.now,
            KEYS,
        )
        msgid = client.msgid()
        given = {"opter_no": "1", "mac": "00", "ip": "192.0.2.1"}
        client.call("9001", msgid, signIn=given)
        assert client.identify(MEMBER, "赵小雨", msgid) == Decimal(20)
