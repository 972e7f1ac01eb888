"""Who somebody is does not stand in the file, whatever an institution has sent and was answered."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongji.desk.ports import WrongKey
from gongji.lab import sandbox
from gongji.store.personal import FIELDS, opened_whole, sealed_apart
from gongji.store.sqlite import SqliteStore
from gongji.wiring import sandbox_packs
from national.story import day
from national.test_days import admitted
from national.windows import AMOXICILLIN, MEMBER, PHARMACY, Sandbox, Window, psn_no
from store.stores import VAULT, sqlite_file
from store.test_sealing import bytes_of
from town import office_on

PHONE, CONTACT = "13900001111", "李联系"


def test_a_day_of_every_transaction_leaves_no_name_and_no_number(tmp_path: Path) -> None:
    """Neither of patients and sponsors, nor of whoever is called when one is admitted; and a repeat
    is answered as it was, by another process as well."""
    store = sqlite_file(tmp_path, VAULT)
    box = Sandbox(open_office=lambda clock, folders: office_on(store, clock, folders))
    desk = Window(box)
    day(desk, Window(box, PHARMACY))
    stay = admitted(desk, MEMBER, coner_name=CONTACT, tel=PHONE)
    visit = desk.register(MEMBER)
    desk.charge(visit, MEMBER, (AMOXICILLIN, "20.00"))
    bill, msgid = desk.bill(visit, MEMBER, "20.00"), desk.msgid()
    settled = desk.send("2207", msgid, data=bill)
    store.close()

    # The sandbox's ids, unlike others, are made of the numbers.
    raw = bytes_of(tmp_path / "gongji.db").replace(psn_no("").encode() + b"31999", b"")
    secrets = [CONTACT, PHONE, *(s for guest in sandbox.everybody() for s in guest[:2])]
    assert [one for one in secrets if one.encode() in raw] == []
    assert settled.info["setl_id"].encode() in raw, "the file was read: ids say nothing"

    store = SqliteStore(str(tmp_path / "gongji.db"), VAULT)
    box.office = office_on(store, lambda: box.now, sandbox_packs())
    again = Window(box).send("2207", msgid, data=bill)
    assert again.body == settled.body
    assert (again.info["psn_name"], again.info["certno"]) == (sandbox.GUESTS[0].name, MEMBER)
    with store.read() as unit:
        place = unit.institution_of_code(desk.code)
        assert place is not None
        kept = unit.visit(place, stay)
        assert kept is not None
        assert {"coner_name": CONTACT, "tel": PHONE}.items() <= json.loads(kept.told).items()
    store.close()


TEXT = st.text(max_size=12) | st.sampled_from(['"', "\\", '"certno":"1"', "\n", "李明", ""])
DOCUMENT = st.recursive(
    st.none() | st.integers() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXT | st.sampled_from(FIELDS), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(TEXT | st.sampled_from(FIELDS), DOCUMENT, max_size=5), st.booleans())
def test_every_document_comes_back_byte_for_byte(tree: dict[str, object], ascii: bool) -> None:
    """Whatever stands in it, texts that look like fields among them."""
    document = json.dumps(tree, ensure_ascii=ascii, separators=(",", ":")).encode()
    kept = sealed_apart(VAULT, document, "row")
    assert opened_whole(VAULT, kept, "row") == document


def test_it_belongs_to_its_row() -> None:
    """A name moved to another row does not open there; what has none is kept as it is, and what an
    older program kept is read as it lies."""
    kept = sealed_apart(VAULT, b'{"psn_name":"\xe6\x9d\x8e","sex":"1"}', "row")
    assert b'{"psn_name":"","sex":"1"}' in kept
    with pytest.raises(WrongKey):
        opened_whole(VAULT, kept, "another row")
    assert sealed_apart(VAULT, b'{"tel":"","sex":"1"}', "row") == b'{"tel":"","sex":"1"}'
    assert (
        opened_whole(VAULT, b'{"psn_name":"\xe6\x9d\x8e"}', "row") == b'{"psn_name":"\xe6\x9d\x8e"}'
    )
