"""What profiles ask for, over HTTP: signed and sealed messages, and the account inside the fund."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from gongji.cli.interface import access_secret
from gongji.desk.national_ports import AccessKey
from gongji.desk.office import Session
from gongji.national import sealing
from gongji.national.profiles import profile_of
from national.sm2 import PUBLIC, sm2_sign
from national.test_days import purchase, totals
from national.test_gateway import VAULT, Http, serving, signed
from national.windows import AMOXICILLIN, HOSPITAL, MEMBER, PHARMACY, Sandbox, Window, holds

SIGNING, CANTON = "H99100000001", "P44990000001"


@pytest.fixture
def guarded() -> Iterator[Http]:
    """As on a public address: every request is signed."""
    yield from serving(open_door=False)


def connected(box: Sandbox, code: str, like: str) -> None:
    """Another code for an institution of the sandbox, with a key and the standard's SM2 key."""

    def connect(session: Session) -> None:
        place = session.unit.institution_of_code(like)
        assert place is not None
        session.unit.connect_code(code, place, session.at)
        session.unit.add_access_key(AccessKey(f"AK{code}", code, session.at, None, PUBLIC))

    box.office.do(connect)


class Sealing:
    """A client of the sample profile: `cainfo` over the input, the input in SM4."""

    def __init__(self, http: Http, kind: str, *, sealed: bool = True) -> None:
        self.http, self.kind, self.sealed = http, kind, sealed
        self.secret = access_secret(VAULT, f"AK{SIGNING}")
        self.window = Window(http.box, SIGNING)

    def message(self, infno: str, **nodes: Any) -> dict[str, Any]:
        """Signed, and sealed where it is to be."""
        tree = self.window.message(infno, **nodes)
        plain = sealing.text_to_sign(nodes)
        cainfo = sm2_sign(plain) if self.kind == "SM2" else sealing.sm3_digest(self.secret, plain)
        tree |= {"signtype": self.kind, "cainfo": cainfo}
        if self.sealed:
            tree |= {"enctype": "SM4", "input": sealing.sm4_seal(self.secret, plain)}
        return tree

    def post(self, tree: dict[str, Any]) -> Any:
        """The answer's tree, its payload opened."""
        headers = signed(self.http, tree["infno"], SIGNING)
        body = self.http.post(json.dumps(tree), headers=headers).content
        answer = msgspec.json.decode(body)
        if answer.get("enctype") == "SM4":
            opened = sealing.sm4_open(self.secret, answer["output"])
            assert opened is not None
            answer["output"] = msgspec.json.Decoder(float_hook=Decimal).decode(opened)
        return answer

    def send(self, infno: str, **nodes: Any) -> Any:
        """The output of a success."""
        answer = self.post(self.message(infno, **nodes))
        assert answer["infcode"] == 0, answer["err_msg"]
        return answer["output"]


@pytest.mark.parametrize("kind", ["SM2", "SM3"])
def test_a_visit_in_signed_and_sealed_messages(guarded: Http, kind: str) -> None:
    """The sample profile from 2201 to 2207, and a repeat, which is the same bytes again."""
    connected(guarded.box, SIGNING, HOSPITAL)
    client = Sealing(guarded, kind)
    box, window = guarded.box, client.window

    class Through(Window):
        """A window that sends through the client."""

        def send(self, infno: str, msgid: str | None = None, **nodes: Any) -> Any:
            assert msgid is None
            return type("Told", (), {"output": client.send(infno, **nodes), "good": True})

    through = Through(box, SIGNING)
    visit = through.register(MEMBER)
    through.charge(visit, MEMBER, (AMOXICILLIN, "95.00"))
    tree = client.message("2207", data=window.bill(visit, MEMBER, "95.00"))
    first = client.post(tree)
    assert first["infcode"] == 0, first["err_msg"]
    holds(first["output"]["setlinfo"])
    assert client.post(tree) == first
    assert box.balance(MEMBER) == 0
    box.proof()


@pytest.mark.parametrize("kind", ["SM2", "SM3"])
def test_a_message_that_was_changed_is_turned_away(guarded: Http, kind: str) -> None:
    """Under the sample profile; without a signature as well."""
    connected(guarded.box, SIGNING, HOSPITAL)
    client = Sealing(guarded, kind, sealed=False)
    tree = client.message("1901", data={"type": "gend"})
    assert client.post(tree)["infcode"] == 0
    for wrong in ({"input": {"data": {"type": "insutype"}}}, {"cainfo": ""}, {"cainfo": None}):
        assert "cainfo" in client.post({**tree, **wrong})["message"]
    other = {**tree, "enctype": "SM4", "input": sealing.sm4_seal("another secret", b"{}")}
    assert "SM4" in client.post(other)["message"]


def test_the_account_inside_the_fund(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a profile says so fund_pay_sumamt counts it, on settlements and in reconciliation."""
    counting = msgspec.structs.replace(profile_of(CANTON[1:7]), account_in_fund=True)
    monkeypatch.setattr("gongji.national.exchange.profile_of", lambda area: counting)
    box = Sandbox()
    connected(box, CANTON, PHARMACY)
    shop = Window(box, CANTON)
    info = shop.send("2102", **purchase(shop, MEMBER, (AMOXICILLIN, "30.00"))).info
    assert (info["fund_pay_sumamt"], info["acct_pay"]) == (Decimal("30.00"), Decimal("30.00"))
    assert info["medfee_sumamt"] == info["fund_pay_sumamt"] + info["psn_cash_pay"]
    theirs = totals(shop, "30.00", "30.00", 1) | {"fund_pay_sumamt": "30.00"}
    assert shop.send("3201", data=theirs).output["stmtinfo"]["stmt_rslt"] == "0"
    counted = totals(shop, "30.00", "30.00", 1) | {"fund_pay_sumamt": "0"}
    assert "基金支付总额" in shop.send("3201", data=counted).output["stmtinfo"]["stmt_rslt_dscr"]
