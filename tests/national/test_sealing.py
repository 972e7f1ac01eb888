"""国密, held against the standards' own vectors."""

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as some

from gongji.national import sealing
from national.sm2 import PUBLIC, sm2_sign


def test_the_signature_of_the_standard() -> None:
    """GM/T 0003.5, annex A: `message digest`, signed by the standard's key."""
    signature = (
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
        "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )
    assert sealing.sm2_holds(PUBLIC, b"message digest", signature)
    assert sealing.sm2_holds("04" + PUBLIC, b"message digest", signature)
    assert not sealing.sm2_holds(PUBLIC, b"message digests", signature)
    for wrong in ("", "AAAA", signature[:-2] + "AB", "§"):
        assert not sealing.sm2_holds(PUBLIC, b"message digest", wrong)


def test_what_a_client_signs_is_accepted() -> None:
    """In Base64, over the input."""
    text = sealing.text_to_sign({"data": {"psn_no": "1", "medfee_sumamt": "1.00"}})
    assert text == b'{"data":{"psn_no":"1","medfee_sumamt":"1.00"}}'
    signature = sm2_sign(text)
    assert sealing.sm2_holds(PUBLIC, text, signature)
    assert sealing.text_to_sign("as it is") == b"as it is"


def test_digest_and_cipher_of_the_standards() -> None:
    """GB/T 32905 (`abc`) and GB/T 32907, example 1: the primitives that are used are the standard's."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"abc")
    wanted = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest.finalize().hex() == wanted
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    cipher = Cipher(algorithms.SM4(block), modes.ECB()).encryptor()  # noqa: S305 - one block
    assert cipher.update(block).hex() == "681edf34d206965e86b3e94f536e4246"


@given(some.binary(max_size=100), some.text(min_size=1, max_size=20))
def test_what_is_sealed_is_opened_by_its_secret_alone(plain: bytes, secret: str) -> None:
    """And what was not sealed is no failure of ours."""
    sealed = sealing.sm4_seal(secret, plain)
    assert sealing.sm4_open(secret, sealed) == plain
    assert sealing.sm4_open(secret, sealed[:-1]) is None
    assert sealing.sm4_open(secret, "not sealed") is None


def test_a_keyed_digest() -> None:
    """Under another secret it is another one."""
    digest = sealing.sm3_digest("secret", b"text")
    assert sealing.sm3_holds("secret", b"text", digest.upper())
    assert not sealing.sm3_holds("secret", b"texts", digest)
    assert not sealing.sm3_holds("other", b"text", digest)


def test_a_sealed_answer_says_the_same() -> None:
    """The envelope stays readable; the payload is in SM4."""
    answer = b'{"infcode":0,"output":{"balc":95.00}}'
    tree = msgspec.json.decode(sealing.closed(answer, "secret"))
    assert (tree["infcode"], tree["enctype"]) == (0, "SM4")
    assert sealing.sm4_open("secret", tree["output"]) == b'{"balc":95.00}'
