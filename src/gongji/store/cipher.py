"""Sealing what identifies a person: SM4-GCM, and a keyed SM3 hash to look a number up by.

One master key comes from the environment or a file; two keys are derived from it, so that the hash
of a number never helps with the cipher. Each sealed value is bound to the row it stands in: moved
to another person's row it does not open.
"""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from gongji.desk.ports import WrongKey

_NONCE = 12
_TAG = 16


class Vault:
    """Seals and opens; hashes for look-up."""

    def __init__(self, master: bytes) -> None:
        if len(master) != 32:
            raise ValueError("the master key has 32 bytes, written as 64 hexadecimal digits")
        self._master = master
        self._cipher = algorithms.SM4(_hmac(master, b"gongji seal")[:16])
        self._hash_key = _hmac(master, b"gongji look-up")
        self.check = _hmac(master, b"gongji check")[:16]

    def derive(self, purpose: str) -> bytes:
        """A key of its own for another purpose, such as signing tokens."""
        return _hmac(self._master, b"gongji " + purpose.encode())

    def seal(self, plain: bytes, where: str) -> bytes:
        """Nonce, cipher text and tag of `plain`, bound to `where`."""
        nonce = os.urandom(_NONCE)
        encryptor = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(where.encode())
        return nonce + encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    def open(self, sealed: bytes, where: str) -> bytes:
        """The plain bytes, or WrongKey when key, place or bytes are not the sealed ones."""
        if len(sealed) < _NONCE + _TAG:
            raise WrongKey(f"{where}: {len(sealed)} bytes are too few to have been sealed")
        nonce, body, tag = sealed[:_NONCE], sealed[_NONCE:-_TAG], sealed[-_TAG:]
        decryptor = Cipher(self._cipher, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(where.encode())
        try:
            return decryptor.update(body) + decryptor.finalize()
        except InvalidTag:
            raise WrongKey(
                f"{where} does not open with this key; start with the key it was sealed with"
            ) from None

    def hash(self, value: str) -> bytes:
        """The keyed hash by which a value is looked up."""
        return _hmac(self._hash_key, value.encode())


def master_key(text: str | None, file: Path | None, *, make: bool = True) -> bytes:
    """The master key from `GONGJI_KEY`, else from the key file. `make`: where that is missing, it is
    made, with a fresh key.

    The file is readable by its owner only. Losing it loses every name and number in the store.
    """
    if text:
        return _from_hex(text, "GONGJI_KEY")
    if file is None:
        raise ValueError("no key: set GONGJI_KEY, or GONGJI_KEY_FILE to where it may be kept")
    if make and not file.exists():
        _make_key(file)
    return _from_hex(file.read_text(errors="replace").strip(), str(file))


def _make_key(file: Path) -> None:
    """A fresh key, whole and on the disk before it has its name: half a key would lose a store."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=file.parent, prefix=f"{file.name}.") as out:  # 0600
        out.write(os.urandom(32).hex() + "\n")
        out.flush()
        os.fsync(out.fileno())
        with suppress(FileExistsError):  # another process was quicker: its key is the key
            os.link(out.name, file)


def _from_hex(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ValueError(
            f"{where}: 64 hexadecimal digits are needed, such as `openssl rand -hex 32`"
        )
    return key


def _hmac(key: bytes, data: bytes) -> bytes:
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(data)
    return mac.finalize()
