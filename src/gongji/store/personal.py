"""个人信息: names, numbers and phones within a document of the national interface, sealed apart.

The rest of the document stays as it is, so that a settlement need not be sealed as a whole for the
sake of a name. A document begins with a bracket; what has something sealed before it does not, and
what an older program kept is read as it lies.
"""

import re

from gongji.store.cipher import Vault

FIELDS = (
    *("psn_name", "certno", "brdy", "mdtrt_cert_no", "card_sn", "coner_name", "tel"),
    *("user_name", "id_no"),
)
"""What says who somebody is, on the wire and as 6201 spells it. Staff of institutions sign what they
do, and are not among them."""

_SAID = re.compile(rf'("(?:{"|".join(FIELDS)})":)"((?:[^"\\]|\\.)*)"'.encode())
_MARK, _LENGTH = b"\1", 4


def sealed_apart(vault: Vault, document: bytes, where: str) -> bytes:
    """JSON without white space, as it may be kept. `where` is the row, as for whatever is sealed."""
    said: list[bytes] = []

    def take(found: re.Match[bytes]) -> bytes:
        said.append(found[2])
        return found[1] + b'""'

    rest = _SAID.sub(take, document)
    if rest == document:
        return document
    sealed = vault.seal(b"\n".join(said), where)  # in JSON no line ends within a text
    return _MARK + len(sealed).to_bytes(_LENGTH, "big") + sealed + rest


def opened_whole(vault: Vault, kept: bytes, where: str) -> bytes:
    """The document, byte for byte. WrongKey where the sealed part is not this row's."""
    if not kept.startswith(_MARK):
        return kept
    begins = len(_MARK) + _LENGTH
    ends = begins + int.from_bytes(kept[len(_MARK) : begins], "big")
    said = iter(vault.open(kept[begins:ends], where).split(b"\n"))
    return _SAID.sub(lambda found: found[1] + b'"' + next(said) + b'"', kept[ends:])
