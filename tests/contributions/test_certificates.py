"""Certificates: when there is one, what stands on it, and that nobody can make one up."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from functools import partial

import pytest

from contributions.season import DEDUCTED, YEAR, deduct, register
from gongji.desk import certificates
from gongji.desk.certificates import Certificate, pdf_of, printed, signer, token_of, verify
from gongji.desk.ports import Caller
from gongji.policy.refusal import Refusal
from town import LINYI, SHANGHAI, Town, code, rules_of

OpenTown = Callable[..., Town]
KEY = b"a key of thirty-two bytes, or so"


def proved(town: Town) -> Town:
    """A child whose premium has been deducted on 16 December 2025."""
    town.person("father", carried=1_000_00)
    town.person("mother", carried=1_000_00)
    town.person("child", "resident")
    register(town, "child")
    town.pool("father", {"child": "child"}, "contribute")
    town.at(DEDUCTED)
    assert deduct(town) == {"child": "deducted"}
    return town


def ask(town: Town, by: Caller | None = None, name: str = "child") -> Certificate | Refusal:
    """The certificate as somebody asks for it."""
    caller = by or town.caller(name)
    return town.ask(lambda s: certificates.certificate_of(s, town.id(name), YEAR, caller))


def ready(town: OpenTown) -> tuple[Town, Certificate]:
    """A certificate that can be had."""
    here = proved(town(SHANGHAI, "2025-12-01T09:00"))
    here.at("2025-12-30T00:00")
    found = ask(here)
    assert isinstance(found, Certificate)
    return here, found


def test_ten_working_days_later(town: OpenTown) -> None:
    """CON-7: refused with the day on which it will succeed, and had from that day on."""
    here = proved(town(SHANGHAI, "2025-12-01T09:00"))
    here.at("2025-12-29T23:59")
    early = ask(here)
    assert isinstance(early, Refusal) and early.succeeds_at is not None
    assert (early.code, early.succeeds_at.isoformat()) == (
        "certificate_not_ready",
        "2025-12-30T00:00:00+08:00",
    )
    here.at("2025-12-30T00:00")
    found = ask(here)
    assert isinstance(found, Certificate)
    assert (found.amount_fen, found.sponsor) == (400_00, here.id("father"))
    assert (found.number, str(found.deducted_on)) == ("310000-2026-00000001", "2025-12-16")
    assert {"CON-5", "CON-7"} <= rules_of(found.cites)


def test_who_may_have_it(town: OpenTown) -> None:
    """The child, the sponsor and the window; not the other parent."""
    here, found = ready(town)
    assert ask(here, here.caller("father")) == ask(here, here.clerk()) == found
    assert code(ask(here, here.caller("mother"))) == "forbidden"
    assert code(ask(here, here.clerk(LINYI))) == "forbidden"


def test_what_is_not_deducted_has_none(town: OpenTown) -> None:
    """A premium that failed, one that is due, and one that is not there."""
    here = town(SHANGHAI, "2025-12-01T09:00")
    here.person("child", "resident")
    assert code(ask(here)) == "no_such_premium"
    register(here, "child")
    assert code(ask(here)) == "certificate_not_ready"
    here.at("2026-03-01T09:00")
    deduct(here)
    assert code(ask(here)) == "certificate_not_ready"


def test_an_unknown_year_stops_it(town: OpenTown) -> None:
    """The refusal names the year whose notice is to be loaded."""
    here = town(SHANGHAI, "2025-12-01T09:00")
    here.person("father", carried=1_000_00)
    here.person("child", "resident")
    register(here, "child")
    here.pool("father", {"child": "child"}, "contribute")
    here.at("2026-12-23T09:00")
    deduct(here)
    here.at("2027-02-01T09:00")
    found = ask(here)
    assert isinstance(found, Refusal)
    assert (found.code.value, found.numbers) == ("not_configured", {"year": 2027})


def test_the_paper_is_the_same_each_time(town: OpenTown) -> None:
    """Byte for byte, so that two prints can be compared; and another certificate is another paper."""
    here, found = ready(town)
    words = here.ask(lambda s: printed(s, found))
    url = signer("https://verify.example/", KEY)(found)
    paper = pdf_of(found, words, url)
    assert paper.startswith(b"%PDF-")
    assert paper == pdf_of(found, words, url)
    assert paper != pdf_of(found, words, url + "0")
    assert b"/Count 1" in paper, "one page"


def test_names_and_numbers_are_masked(town: OpenTown) -> None:
    """The paper has the first character of a name and five of a number."""
    here, found = ready(town)
    words = here.ask(lambda s: printed(s, found))
    assert words.person_name == "张***"
    assert words.sponsor_name == "张***"
    assert words.person_number.count("*") == 13
    assert words.region_name == "上海市"


def test_the_qr_code_says_the_verify_pages_address(town: OpenTown) -> None:
    """The address has the token and nothing of the person."""
    _, found = ready(town)
    url = signer("https://verify.example/", KEY)(found)
    assert url == f"https://verify.example/verify/premium/{token_of(found, KEY)}"
    assert found.person not in url
    drawing = ElementTree.fromstring(certificates._qr(url))  # noqa: S314 - of our own making
    assert drawing.tag.endswith("svg")


def test_a_token_is_verified_against_the_store(town: OpenTown) -> None:
    """Ours opens; one with another number, another seal, another key or without sense does not."""
    here, found = ready(town)
    token = token_of(found, KEY)
    opened = here.ask(lambda s: verify(s, token, KEY))
    assert opened is not None and opened[0] == found
    number, _, seal = token.partition(".")
    for wrong in (
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        f"{number[:-1]}2.{seal}",
        f"{number.replace('2026', '2025')}.{seal}",
        f"{number}.",
        number,
        "",
        ".",
        "--.",
        "310000-2026-1.2.3",
        f"310000-2026-{'9' * 30}.{seal}",
        f"999999-2026-00000001.{seal}",
        f"310000-2026-\uff10\uff10\uff10\uff100001.{seal}",
        f"{number}.é",
        f"310000-2026-1.{seal}",
    ):
        assert here.ask(partial(verify, token=wrong, key=KEY)) is None, wrong
    assert here.ask(lambda s: verify(s, token, b"another key")) is None


@pytest.mark.parametrize("field", ["person", "sponsor", "amount_fen", "year", "number"])
def test_the_seal_covers_what_is_said(town: OpenTown, field: str) -> None:
    """Change one thing, and the seal is another."""
    import msgspec

    _, found = ready(town)
    value = getattr(found, field)
    changed = msgspec.structs.replace(
        found, **{field: value + 1 if isinstance(value, int) else value + "0"}
    )
    assert token_of(changed, KEY).partition(".")[2] != token_of(found, KEY).partition(".")[2]
