"""The month's clearing of an institution, asked for by the agency."""

from datetime import date

import pytest
from click.testing import CliRunner, Result

from gongji.cli.main import cli
from gongji.national.clearing import Share, apply_for_rest, shares_of
from national.test_days import application, sold
from national.windows import MEMBER, PHARMACY, Sandbox, Window, psn_no

MARCH = date(2026, 3, 1)


@pytest.fixture
def shop() -> Window:
    """A pharmacy that has sold for 60 yuan and applied for it, then for 40, taken back once."""
    window = Window(Sandbox(), PHARMACY)
    sold(window, "60.00")
    assert window.send("3203", data=application(window, "60.00")).good
    window.box.later(days=1)
    assert window.back("2103", sold(window, "10.00")).good
    msgid = window.msgid()
    lost = sold(window, "5.00")
    named = {"psn_no": psn_no(MEMBER), "omsgid": lost.info["medins_setl_id"], "oinfno": "2102"}
    assert window.send("2601", msgid, data=named).good
    sold(window, "40.00")
    return window


def shares(shop: Window) -> list[Share]:
    """The month's."""
    return shop.box.office.ask(lambda session: shares_of(session, place(shop), MARCH))


def place(shop: Window) -> str:
    """Our id of the institution."""
    found = shop.box.office.ask(lambda session: session.unit.institution_of_code(PHARMACY))
    assert found is not None
    return found


def clear(shop: Window, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    """The command, on the sandbox's office, which is closed by it."""
    for name in ("build", "build_to_read"):
        monkeypatch.setattr(f"gongji.wiring.{name}", lambda chosen: shop.box.office)
    return CliRunner().invoke(cli, ["national", "clear", *words])


def test_a_month_by_application_and_what_is_left(shop: Window) -> None:
    """A cancelled sale counts with its negative; what 2601 took back is in neither."""
    applied, left = shares(shop)
    assert applied.event
    assert (applied.settlements, applied.total_fen, applied.due_fen) == (1, 60_00, 60_00)
    assert (left.event, left.settlements, left.total_fen) == ("", 3, 40_00)
    assert left.total_fen == left.fund_fen + left.acct_fen + left.cash_fen
    assert 0 < left.mulaid_fen <= left.acct_fen


def test_the_agency_applies_for_the_rest_once(shop: Window) -> None:
    """A second time nothing is left; 3204 of the institution withdraws it like one of its own."""
    office, id = shop.box.office, place(shop)
    (event,) = office.do(lambda session: apply_for_rest(session, id, MARCH))
    assert office.do(lambda session: apply_for_rest(session, id, MARCH)) == []
    assert {one.event for one in shares(shop)} == {event, shares(shop)[0].event}
    assert all(one.event for one in shares(shop))
    assert shop.send("3204", data={"clr_appy_evt_id": event}).good
    assert [one.event == "" for one in shares(shop)] == [False, True]


def test_the_command(shop: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row for each share, and what is due; with --apply no share is without an application."""
    told = clear(shop, monkeypatch, PHARMACY, "202603", "--apply").output.splitlines()
    assert told[0].split("\t")[:3] == ["clr_type", "clr_appy_evt_id", "settlements"]
    assert len(told) == 4
    assert all("\t-\t" not in line for line in told)
    assert told[-1] == "due for 2026-03: 100.00 yuan"


def test_the_command_only_looks(shop: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --apply; another month is empty."""
    told = clear(shop, monkeypatch, PHARMACY, "2026-03").output.splitlines()
    assert told[2].startswith("41\t-\t3\t40.00\t")


def test_a_code_that_is_not_connected(shop: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said in a sentence."""
    done = clear(shop, monkeypatch, "P99000000099", "202603")
    assert done.exit_code == 2
    assert "not connected" in done.output
