"""封签: cookies that only we can have written, and the token by which a form proves to be ours."""

import base64
import hmac

import msgspec

_LONGEST = 4000


def seal(secret: bytes, purpose: str, value: str) -> str:
    """The value with our mark on it, for one purpose only."""
    return f"{value}.{_mark(secret, purpose, value)}"


def unseal(secret: bytes, purpose: str, sealed: str | None) -> str | None:
    """The value of a mark that is ours; None for every other."""
    if not sealed or len(sealed) > _LONGEST:
        return None
    value, _, mark = sealed.rpartition(".")
    ours = _mark(secret, purpose, value).encode()
    return value if hmac.compare_digest(mark.encode("utf-8", "replace"), ours) else None


def seal_data(secret: bytes, purpose: str, data: dict[str, str]) -> str:
    """Several values in one cookie. They can be read by whoever holds it, and changed by nobody."""
    text = base64.urlsafe_b64encode(msgspec.json.encode(data)).decode()
    return seal(secret, purpose, text)


def unseal_data(secret: bytes, purpose: str, sealed: str | None) -> dict[str, str]:
    """The values, or none."""
    text = unseal(secret, purpose, sealed)
    if text is None:
        return {}
    return msgspec.json.decode(base64.urlsafe_b64decode(text), type=dict[str, str])


SHOWN_FOR = 300
"""Seconds for which a family code that is shown can be read by an institution."""


def shown_code(secret: bytes, relative: str, holder: str, now: int) -> str:
    """A relative's code (亲情账户) on its holder's phone, at this second."""
    return seal(secret, "code", f"{relative}~{holder}~{now + SHOWN_FOR}")


def read_code(secret: bytes, text: str, now: int) -> tuple[str, str] | None:
    """The patient and the holder of a code that is shown; None for any that is not ours or late."""
    value = unseal(secret, "code", text)
    if value is None:
        return None
    relative, holder, until = value.split("~")
    return (relative, holder) if now <= int(until) else None


def form_token(secret: bytes, browser: str) -> str:
    """What every form of one sign-in carries, so that no other site can send it."""
    return _mark(secret, "form", browser)


def _mark(secret: bytes, purpose: str, value: str) -> str:
    mark = hmac.digest(secret, f"{purpose}\0{value}".encode("utf-8", "replace"), "sha256")
    return base64.urlsafe_b64encode(mark).decode().rstrip("=")
