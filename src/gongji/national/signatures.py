"""网关签名: is this request from whoever holds the access key?"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from gongji.national.profiles import Gateway

MINUTES = 30
"""A request older (or younger) than this is turned away, as the specification says."""

Secrets = Callable[[str], str | None]
"""The secret of an access key, None for one that is unknown or has ended."""


class Turned(NamedTuple):
    """网关拒绝: what is wrong with the signature, in a sentence with the remedy."""

    says: str


class Signed(NamedTuple):
    """By which access key a request was signed; none where no signature was asked for."""

    key: str | None


def check(
    gateway: Gateway,
    headers: Mapping[str, str],
    secrets: Secrets,
    now: datetime,
    *,
    open_door: bool,
) -> Signed | Turned:
    """Check a request's headers (names in lower case).

    `open_door`: on the loopback nothing is asked for, but a signature by a key of ours is checked
    all the same, so that a vendor can try it.
    """
    match gateway:
        case Gateway.NONE:
            return Signed(None) if open_door else Turned("此地址不接受未签名的请求")
        case Gateway.HMAC_SHA1:
            names, checked = _API, _hmac_sha1
        case Gateway.TIF_SHA256:
            names, checked = _TIF, _tif_sha256
    key = headers.get(names.key, "")
    secret = secrets(key) if key else None
    if secret is None and open_door:
        return Signed(None)
    missing = [name for name in names.all if not headers.get(name)]
    if missing:
        return Turned(f"缺少请求头{missing[0]}；代理服务器须保留带下划线的请求头")
    if secret is None:
        return Turned(f"{names.key}未登记或已停用")
    if not _timely(headers[names.timestamp], names.unit, now):
        return Turned(f"{names.timestamp}与本机时间相差超过{MINUTES}分钟，请校准时钟后重发")
    if not checked(headers, secret):
        return Turned(f"{names.signature}验签失败，请核对密钥与签名串")
    return Signed(key)


def hmac_sha1(secret: str, headers: Mapping[str, str]) -> str:
    """HMAC-SHA1 over the four `_api_*` headers in their natural order, Base64."""
    text = "&".join(
        f"{name}={headers[name]}" for name in sorted(_API.all) if name != _API.signature
    )
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def tif_sha256(secret: str, timestamp: str, nonce: str) -> str:
    """SHA-256 over timestamp, secret, nonce, timestamp, in hexadecimal digits."""
    return hashlib.sha256(f"{timestamp}{secret}{nonce}{timestamp}".encode()).hexdigest()


class _Names(NamedTuple):
    key: str
    timestamp: str
    signature: str
    others: tuple[str, ...]
    unit: int  # how many of the timestamp make a second

    @property
    def all(self) -> tuple[str, ...]:
        return (self.key, *self.others, self.timestamp, self.signature)


_API = _Names(
    "_api_access_key", "_api_timestamp", "_api_signature", ("_api_name", "_api_version"), 1000
)
_TIF = _Names("x-tif-paasid", "x-tif-timestamp", "x-tif-signature", ("x-tif-nonce",), 1)


def _timely(timestamp: str, unit: int, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 15):
        return False
    return abs(now.timestamp() - int(timestamp) / unit) <= MINUTES * 60


def _hmac_sha1(headers: Mapping[str, str], secret: str) -> bool:
    return hmac.compare_digest(
        hmac_sha1(secret, headers).encode(), headers[_API.signature].encode("utf-8", "replace")
    )


def _tif_sha256(headers: Mapping[str, str], secret: str) -> bool:
    right = tif_sha256(secret, headers[_TIF.timestamp], headers["x-tif-nonce"])
    given = headers[_TIF.signature].lower()
    return hmac.compare_digest(right.encode(), given.encode("utf-8", "replace"))
