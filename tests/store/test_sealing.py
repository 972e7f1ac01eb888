"""What identifies a person is sealed at rest: SM4-GCM, bound to its row, and a keyed hash."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongji.desk.identity import Identity
from gongji.desk.ports import Caller, CallerKind, Filing, Pool, WrongKey
from gongji.policy.bonds import Bond
from gongji.policy.standing import Person
from gongji.store.cipher import Vault, master_key
from gongji.store.sqlite import SqliteStore
from gongji.terms import NEVER, FilingChannel, Kinship, Scheme
from store.stores import VAULT, sqlite_file

ANN = Person("P310000-ann", "310000", Scheme.RESIDENT)
BEN = Person("P310000-ben", "310000", Scheme.RESIDENT)
SECRETS = {
    "name": "欧阳娜娜",
    "number": "310101198001010018",
    "phone": "13812345678",
    "card": "SC20240917X",
    "agent": "代办人诸葛亮 310101197001010000",
    "key": "api-key-of-an-institution",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A closed store with everything in it that must not be read."""
    store = sqlite_file(tmp_path, VAULT)
    store.check_key()
    filing = Filing(FilingChannel.WINDOW, "clerk", SECRETS["agent"])
    with store.begin() as unit:
        identity = Identity(SECRETS["name"], SECRETS["number"], SECRETS["phone"], SECRETS["card"])
        unit.add_person(ANN, identity, 100, "clerk")
        unit.add_person(BEN, Identity("某", "310101198001010026"), 100, "clerk")
        unit.add_pool(Pool("N310000-1", ANN.id, 100, NEVER, frozenset(), 100), filing)
        bond = Bond("B310000-1", "N310000-1", ANN.id, BEN.id, Kinship.CHILD, 100, NEVER)
        unit.add_bond(bond, filing)
        unit.end_bond(bond, 200, filing)
        unit.set_uses("N310000-1", frozenset(), 150, filing)
        unit.close_pool("N310000-1", 200, filing)
        institution = Caller("k1", "310000", CallerKind.INSTITUTION, "H310000-clinic")
        unit.add_caller(institution, SECRETS["key"], 100)
    store.close()
    return tmp_path / "gongji.db"


def bytes_of(file: Path) -> bytes:
    """The raw bytes of the database with whatever lies beside it."""
    return b"".join(part.read_bytes() for part in sorted(file.parent.glob(f"{file.name}*")))


@pytest.mark.parametrize("secret", sorted(SECRETS))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "gb18030"])
def test_nobody_who_opens_the_file_reads_who_is_in_it(
    file: Path, secret: str, encoding: str
) -> None:
    """Neither name nor number, phone, agent or key, in any encoding, whole or in part."""
    raw = bytes_of(file)
    plain = SECRETS[secret]
    parts = [plain, *plain.split(" ")]
    for part in parts:
        assert part.encode(encoding) not in raw
    assert ANN.id.encode() in raw, "the file was read: ids say nothing and stand there"


def test_the_right_key_reads_it_all(file: Path) -> None:
    """By number, and by id."""
    store = SqliteStore(str(file), VAULT)
    store.check_key()
    with store.read() as unit:
        assert unit.find_person("310000", SECRETS["number"]) == ANN.id
        assert unit.identities([ANN.id])[ANN.id].name == SECRETS["name"]
    store.close()


def test_another_key_is_refused_and_finds_nobody(file: Path) -> None:
    """At the start, before anything is written; and should it come so far, nothing opens."""
    store = SqliteStore(str(file), Vault(bytes(32)))
    with pytest.raises(WrongKey, match="made with another key"):
        store.check_key()
    with store.read() as unit:
        assert unit.find_person("310000", SECRETS["number"]) is None
        assert unit.caller(SECRETS["key"]) is None
        with pytest.raises(WrongKey):
            unit.identities([ANN.id])
    store.close()


def test_a_cipher_text_moved_to_another_row_does_not_open(file: Path) -> None:
    """Whoever can write to the file cannot make one person another."""
    raw = sqlite3.connect(file)
    (sealed,) = raw.execute("SELECT sealed FROM people WHERE id = ?", (ANN.id,)).fetchone()
    raw.execute("UPDATE people SET sealed = ? WHERE id = ?", (sealed, BEN.id))
    raw.commit()
    raw.close()
    store = SqliteStore(str(file), VAULT)
    with store.read() as unit:
        assert unit.identities([ANN.id])[ANN.id].name == SECRETS["name"]
        with pytest.raises(WrongKey, match=BEN.id):
            unit.identities([BEN.id])
    store.close()


# ── The vault itself ─────────────────────────────────────────────────────────────────────────────


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_was_sealed_opens_again_in_its_place(plain: bytes, where: str) -> None:
    """And looks different every time."""
    one, other = VAULT.seal(plain, where), VAULT.seal(plain, where)
    assert one != other
    assert VAULT.open(one, where) == VAULT.open(other, where) == plain


@given(st.binary(min_size=1, max_size=40), st.data())
def test_one_bit_changed_and_it_does_not_open(plain: bytes, data: st.DataObject) -> None:
    """Nonce, cipher text or tag; nor does it open in another place."""
    sealed = bytearray(VAULT.seal(plain, "here"))
    with pytest.raises(WrongKey):
        VAULT.open(bytes(sealed), "there")
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(WrongKey, match="here does not open with this key"):
        VAULT.open(bytes(sealed), "here")


@pytest.mark.parametrize("length", [0, 1, 12, 27])
def test_what_is_too_short_to_have_been_sealed_does_not_open(length: int) -> None:
    """A column that was cut off is refused like one that was changed."""
    with pytest.raises(WrongKey):
        VAULT.open(bytes(length), "here")


def test_the_hash_depends_on_the_key_and_the_value_alone() -> None:
    """Equal values are found, and without the key none can be tried out."""
    other = Vault(bytes(32))
    assert VAULT.hash("310101198001010018") == VAULT.hash("310101198001010018")
    assert VAULT.hash("310101198001010018") != VAULT.hash("310101198001010017")
    assert VAULT.hash("310101198001010018") != other.hash("310101198001010018")
    assert VAULT.check != other.check


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_the_master_key_has_32_bytes(length: int) -> None:
    """Neither more nor less."""
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(bytes(length))


# ── Where the key comes from ─────────────────────────────────────────────────────────────────────


def test_the_environments_key_goes_before_the_file(tmp_path: Path) -> None:
    """And the file is not made."""
    file = tmp_path / "key"
    assert master_key("ab" * 32, file) == bytes.fromhex("ab" * 32)
    assert not file.exists()


def test_a_key_file_is_made_when_it_is_missing_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    """The second time it is the same key."""
    file = tmp_path / "deep" / "key"
    key = master_key(None, file)
    assert len(key) == 32
    assert master_key(None, file) == key
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "ab", "zz" * 32, "ab" * 33, "not hexadecimal"])
def test_a_key_file_with_anything_else_in_it_is_named(tmp_path: Path, text: str) -> None:
    """With the form that is needed; and it is not overwritten."""
    file = tmp_path / "key"
    file.write_text(text)
    with pytest.raises(ValueError, match="key: 64 hexadecimal digits are needed"):
        master_key(None, file)
    assert file.read_text() == text


def test_without_environment_and_file_there_is_no_key() -> None:
    """The remedy is named."""
    with pytest.raises(ValueError, match="set GONGJI_KEY, or GONGJI_KEY_FILE"):
        master_key(None, None)
    with pytest.raises(ValueError, match="GONGJI_KEY: 64 hexadecimal"):
        master_key("secret", None)
