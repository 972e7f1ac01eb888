"""An answer may be lost at any step: the books change once, and everybody can find out what is so."""

from typing import Any

import msgspec
import pytest

from gongji.national.reversing import UNDONE
from national.counters import at_once
from national.test_days import admitted, purchase
from national.windows import (
    AMOXICILLIN,
    BED,
    CHILD,
    HOSPITAL,
    MEMBER,
    PHARMACY,
    SPONSOR,
    Answer,
    Sandbox,
    Window,
    psn_no,
)


@pytest.fixture
def box() -> Sandbox:
    """A sandbox of one's own."""
    return Sandbox()


def ready(window: Window) -> dict[str, Any]:
    """A visit with its lines, and the data of 2207."""
    visit = window.register(MEMBER)
    window.charge(visit, MEMBER, (AMOXICILLIN, "95.00"))
    return window.bill(visit, MEMBER, "95.00")


def reverse(window: Window, msgid: str, infno: str = "2207", number: str = MEMBER) -> Answer:
    """2601."""
    return window.send("2601", data={"psn_no": psn_no(number), "omsgid": msgid, "oinfno": infno})


def query(window: Window, data: dict[str, Any], setl_id: str) -> Answer:
    """5203."""
    asked = {"psn_no": data["psn_no"], "mdtrt_id": data["mdtrt_id"], "setl_id": setl_id}
    return window.send("5203", data=asked)


def money(box: Sandbox) -> tuple[int, int]:
    """Her own and the sponsor's."""
    return box.balance(MEMBER), box.balance(SPONSOR)


WHOLE, SPENT = (20_00, 1_000_00), (0, 925_00)


def test_a_repeat_gets_the_recorded_answer_byte_for_byte(box: Sandbox) -> None:
    """Also with another time and operator in its envelope, which are not what is asked."""
    window = Window(box)
    data, msgid = ready(window), window.msgid()
    first = window.send("2207", msgid, data=data)
    assert first.good
    box.later(minutes=7)
    repeats = [window.send("2207", msgid, data=data) for _ in range(4)]
    assert {one.body for one in repeats} == {first.body}
    assert money(box) == SPENT
    box.proof()


def test_one_msgid_for_two_transactions(box: Sandbox) -> None:
    """A client reuses it for 9001 and 2201: the transaction is part of the key."""
    window = Window(box)
    msgid = window.msgid()
    given = {"opter_no": "1", "mac": "00", "ip": "192.0.2.1"}
    signed = window.send("9001", msgid, signIn=given)
    assert signed.good
    assert window.send("1901", msgid, data={"type": "insutype"}).output["list"]
    assert window.send("9001", msgid, signIn=given).body == signed.body


def test_another_request_under_a_used_msgid_is_refused(box: Sandbox) -> None:
    """Neither the old answer nor a second settlement."""
    window = Window(box)
    data, msgid = ready(window), window.msgid()
    assert window.send("2207", msgid, data=data).good
    other = window.send("2207", msgid, data={**data, "acct_used_flag": "0"})
    assert "已用于另一内容的请求" in other.says
    assert money(box) == SPENT


def test_a_refused_request_may_be_corrected_under_its_msgid(box: Sandbox) -> None:
    """A refusal has changed nothing and is not recorded."""
    window = Window(box)
    data, msgid = ready(window), window.msgid()
    assert "medfee_sumamt" in window.send("2207", msgid, data={**data, "medfee_sumamt": 9}).says
    assert window.send("2207", msgid, data=data).good


@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_answer_then_2601(box: Sandbox, times: int) -> None:
    """The settlement is taken back, once; a repeat of the original is told so and settles nothing."""
    window = Window(box)
    data, msgid = ready(window), window.msgid()
    settled = window.send("2207", msgid, data=data)
    for _ in range(times):
        assert reverse(window, msgid).good
    assert money(box) == WHOLE
    late = window.send("2207", msgid, data=data)
    assert late.says == UNDONE
    assert late.body == window.send("2207", msgid, data=data).body
    assert query(window, data, settled.info["setl_id"]).info["refd_setl_flag"] == "1"
    assert window.send("2207", data=data).good  # the lines are free for a new request
    assert money(box) == SPENT
    box.proof()


def test_2601_of_a_request_that_never_came_leaves_a_mark(box: Sandbox) -> None:
    """The late arrival does not settle."""
    window = Window(box)
    data, msgid = ready(window), window.msgid()
    assert reverse(window, msgid).good
    assert reverse(window, msgid).good
    assert window.send("2207", msgid, data=data).says == UNDONE
    assert money(box) == WHOLE
    box.proof()


def test_5203_tells_the_truth_in_between(box: Sandbox) -> None:
    """By the msgid, which is all that is known when the answer was lost."""
    window = Window(box)
    data, msgid = ready(window), window.msgid()
    assert "没有此人此次就诊的结算" in query(window, data, msgid).says
    settled = window.send("2207", msgid, data=data)
    found = query(window, data, msgid).info
    assert (found["setl_id"], found["refd_setl_flag"]) == (settled.info["setl_id"], "0")
    reverse(window, msgid)
    assert query(window, data, msgid).info["refd_setl_flag"] == "1"


def test_2601_after_a_cancellation_changes_nothing_more(box: Sandbox) -> None:
    """The money went back once."""
    window = Window(box)
    data, msgid = ready(window), window.msgid()
    settled = window.send("2207", msgid, data=data)
    assert window.back("2208", settled).good
    assert reverse(window, msgid).good
    assert money(box) == WHOLE
    box.proof()


def test_what_may_not_be_reversed_and_for_whom(box: Sandbox) -> None:
    """The transaction, and the person, are named."""
    window = Window(box)
    data, msgid = ready(window), window.msgid()
    assert window.send("2207", msgid, data=data).good
    assert "可冲正的交易为2102、2207、2304、2401" in reverse(window, msgid, "2204").says
    assert "psn_no" in reverse(window, msgid, number=CHILD).says
    elsewhere = Window(box, PHARMACY)
    assert reverse(elsewhere, msgid).good  # its own message of that id, which never came
    assert money(box) == SPENT


def test_a_sale_and_an_admission_are_reversed(box: Sandbox) -> None:
    """2102 gives the money back, 2401 the visit."""
    shop, ward = Window(box, PHARMACY), Window(box)
    msgid = shop.msgid()
    assert shop.send("2102", msgid, **purchase(shop, MEMBER, (AMOXICILLIN, "30.00"))).good
    assert reverse(shop, msgid, "2102").good
    assert money(box) == WHOLE
    visit = admitted(ward, MEMBER)
    last = f"{HOSPITAL}{box.now:%Y%m%d%H%M%S}{ward._count:04d}"
    assert reverse(ward, last, "2401").good
    gone = ward.charge(visit, MEMBER, (BED, "1.00"))
    assert "已撤销" in gone.says


def test_four_repeats_at_once_settle_once(box: Sandbox) -> None:
    """Through the counter, as the service has them."""
    window = Window(box)
    message = msgspec.json.encode(window.message("2207", data=ready(window)))
    found = [one for one in at_once(box, *[message] * 4) if isinstance(one, Answer)]
    assert len(found) == 4
    assert len({one.body for one in found}) == 1
    assert found[0].good
    assert money(box) == SPENT
    box.proof()
