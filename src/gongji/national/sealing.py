"""国密: a message's signature by SM2 or a keyed SM3 digest, and payloads in SM4.

The five headers of the gateway are signed whatever a profile says; this is the message's own.
"""

import base64
import binascii
import hmac
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives import hmac as keyed
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from gmalg import SM2

try:
    from gmssl_pyx import sm2_verify  # forty times as fast, and built for x86-64 alone
except ImportError:  # pragma: no cover - another processor
    sm2_verify = None

SIGNER = b"1234567812345678"
"""The signer's id that GM/T 0009 has where none was agreed."""

_encode = msgspec.json.Encoder(decimal_format="number").encode


def text_to_sign(given: object) -> bytes:
    """What `cainfo` is over: the input as compact JSON, or as it is where it came as text."""
    return given.encode() if isinstance(given, str) else _encode(given)


def sm2_holds(public_key: str, text: bytes, signature: str) -> bool:
    """Whether an SM2 signature (r and s, 64 bytes, Base64 or hexadecimal) is by this key."""
    raw = _bytes_of(signature)
    key = bytes.fromhex(public_key)
    if raw is None or len(raw) != 64:
        return False
    if sm2_verify is not None:
        r, s = (int.from_bytes(part, "big") for part in (raw[:32], raw[32:]))
        return bool(sm2_verify(key[-64:], text, encode_dss_signature(r, s)))
    return bool(SM2(uid=SIGNER, pk=b"\x04" + key[-64:]).verify(text, raw[:32], raw[32:]))


def sm3_digest(secret: str, text: bytes) -> str:
    """HMAC with SM3 under the access key's secret, in hexadecimal digits."""
    mac = keyed.HMAC(secret.encode(), hashes.SM3())
    mac.update(text)
    return mac.finalize().hex()


def sm3_holds(secret: str, text: bytes, signature: str) -> bool:
    """Whether a keyed digest is right."""
    return hmac.compare_digest(sm3_digest(secret, text), signature.strip().lower())


def sm4_seal(secret: str, plain: bytes) -> str:
    """SM4, ECB as the mobile payment's payloads have it, PKCS7, in hexadecimal digits."""
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.SM4(_sm4_key(secret)), modes.ECB()).encryptor()  # noqa: S305 - theirs
    padded = padder.update(plain) + padder.finalize()
    return (encryptor.update(padded) + encryptor.finalize()).hex()


def sm4_open(secret: str, sealed: str) -> bytes | None:
    """The plain bytes, or None for what was not sealed with this secret."""
    try:
        raw = bytes.fromhex(sealed)
        decryptor = Cipher(algorithms.SM4(_sm4_key(secret)), modes.ECB()).decryptor()  # noqa: S305 - theirs
        unpadder = padding.PKCS7(128).unpadder()
        padded = decryptor.update(raw) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        return None


def opened(tree: dict[str, Any], secret: str) -> dict[str, Any] | None:
    """A message whose payload came in SM4 (`enctype` SM4) with the payload opened; None where it
    does not open."""
    plain = sm4_open(secret, str(tree.get("input", "")))
    return None if plain is None else {**tree, "input": plain.decode("utf-8", "replace")}


def closed(answer: bytes, secret: str) -> bytes:
    """An answer with its payload sealed in the same way; a repeat is the same bytes again."""
    tree = msgspec.json.decode(answer, type=dict[str, msgspec.Raw])
    sealed = msgspec.Raw(msgspec.json.encode(sm4_seal(secret, bytes(tree["output"]))))
    return msgspec.json.encode({**tree, "output": sealed, "enctype": "SM4"})


def _sm4_key(secret: str) -> bytes:
    """The first sixteen bytes of the secret's SM3 digest."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(secret.encode())
    return digest.finalize()[:16]


def _bytes_of(signature: str) -> bytes | None:
    text = signature.strip()
    try:
        return bytes.fromhex(text) if len(text) == 128 else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
