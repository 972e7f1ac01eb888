"""协议: HTTP/1.1 as uvicorn reads it, for clients that would rather speak HTTP/2.

Java's own client asks in its first request to go on in HTTP/2 (`Upgrade: h2c`). A server need not
take that up, and ours does not; but the parser then takes what follows for another protocol, and the
request's body would be lost.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_WISH, _UNUSED = b"\r\nUpgrade: h2c\r\n", b"\r\nUnused_: h2c\r\n"
assert len(_WISH) == len(_UNUSED)


class Http11(HttpToolsProtocol):
    """The wish to change to HTTP/2 is passed over, as RFC 9110 (7.8) lets a server do."""

    def data_received(self, data: bytes) -> None:
        """Bytes of a connection: the wish stands among the headers of a request's first bytes."""
        if _WISH in data:
            head, end, body = data.partition(b"\r\n\r\n")
            data = (head + b"\r\n").replace(_WISH, _UNUSED)[:-2] + end + body
        super().data_received(data)
