"""核验: the page to which the QR code of a certificate leads. It says what is certified, or that the
code is not ours; a name and a number are shown masked, as they are on the paper."""

from litestar import Response, get
from litestar.params import FromPath

from gongji.desk.certificates import verify
from gongji.faces.visit import OPEN_PAGE, Visit

_LONGEST = 100
"""No token of ours is longer; a longer one is not looked at."""


@get(["/certificates/verify/{token:str}", "/verify/premium/{token:str}"], opt=OPEN_PAGE,
     include_in_schema=False)  # fmt: skip
async def verified(request: Visit, token: FromPath[str]) -> Response[str]:
    """Whether a certificate's code is genuine, and what it certifies. The second address is the one
    that the QR code says."""
    key: bytes = request.app.state.certificate_key
    found = None
    if len(token) <= _LONGEST:
        found = await request.counter.ask(lambda session: verify(session, token, key))
    certificate, words = found or (None, None)
    return request.page(
        "verify.html", 200 if found else 404, certificate=certificate, printed=words
    )


ROUTES = [verified]
