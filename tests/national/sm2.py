"""SM2 as a client signs with it: the standard's key, and what goes into `cainfo`."""

import base64

from gmalg import SM2

from gongji.national.sealing import SIGNER

PRIVATE = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
PUBLIC = (
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)


def sm2_sign(text: bytes) -> str:
    """A signature in Base64. The library leaves out zeros at the beginning of a number, which one
    in 256 has; the form is of 64 bytes always."""
    signed = SM2(PRIVATE, SIGNER, b"\x04" + bytes.fromhex(PUBLIC)).sign(text)
    return base64.b64encode(b"".join(number.rjust(32, b"\0") for number in signed)).decode()
