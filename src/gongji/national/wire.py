"""报文字节: bytes of whatever charset and content type → the JSON tree that was meant."""

import base64
import binascii
import re
from decimal import Decimal
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import msgspec

Tree = dict[str, Any]


class NotRead(NamedTuple):
    """读不出的报文: why, in a sentence with the remedy."""

    says: str


_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_FORM_KEYS = ("jsonStr", "json", "data", "param", "params")
_BOM = b"\xef\xbb\xbf"


def tree_of(body: bytes, content_type: str) -> Tree | NotRead:
    """The message in a body, however it is wrapped.

    JSON under any content type, UTF-8 or GBK, with or without a byte order mark; multipart and
    url-encoded forms whose field `jsonStr` is the message, a file beside it as `file`.
    """
    kind = content_type.lower()
    if kind.startswith("multipart/"):
        return _of_multipart(body, content_type)
    if kind.startswith("application/x-www-form-urlencoded") and body.lstrip()[:1] != b"{":
        return _of_form(body)
    return _of_json(body)


def bytes_of(value: object) -> bytes | None:
    """文件内容: Base64 text, or an array of bytes, signed as Java's or not; None for neither."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        text = re.sub(r"\s+", "", value.partition(",")[2] if value.startswith("data:") else value)
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return None
    if isinstance(value, list) and all(type(one) is int and -128 <= one <= 255 for one in value):
        return bytes(one % 256 for one in value)
    return None


def _of_json(body: bytes) -> Tree | NotRead:
    try:
        tree = _decode(body)  # most are JSON in UTF-8 as they are
        if isinstance(tree, dict):
            return tree
    except (msgspec.DecodeError, RecursionError, ValueError, ArithmeticError):
        pass
    text = text_of(body)
    if text is None:
        return NotRead("报文不是UTF-8或GBK文本，请按UTF-8编码后重发")
    if not text.strip():
        return NotRead("报文为空，请以POST发送JSON报文")
    try:
        tree = _decode(text)
    except (msgspec.DecodeError, RecursionError, ValueError, ArithmeticError):
        return NotRead("报文不是合法的JSON，请检查引号、逗号与转义后重发")
    return tree if isinstance(tree, dict) else NotRead('报文须为一个JSON对象，如{"infno":"1101",…}')


def text_of(body: bytes) -> str | None:
    """UTF-8, or GBK where it is not; None for neither. A byte order mark is dropped."""
    body = body.removeprefix(_BOM)
    for charset in ("utf-8", "gb18030"):
        try:
            return body.decode(charset)
        except UnicodeDecodeError:
            continue
    return None


def _of_multipart(body: bytes, content_type: str) -> Tree | NotRead:
    """The email package reads what browsers and Java clients send alike."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    parts = BytesParser(policy=HTTP).parsebytes(head + body)
    fields: dict[str, bytes] = {}
    filename = None
    for part in parts.iter_parts() if parts.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields[name] = content
            if name == "file":
                filename = part.get_filename()
    return _of_fields(fields, filename)


def _of_form(body: bytes) -> Tree | NotRead:
    try:
        fields = parse_qs(
            body.decode("ascii"), encoding="utf-8", errors="strict", max_num_fields=50
        )
    except (UnicodeDecodeError, ValueError):
        return NotRead("表单须按URL编码，报文放在字段jsonStr中")
    return _of_fields({name: values[-1].encode() for name, values in fields.items()}, None)


def _of_fields(fields: dict[str, bytes], filename: str | None) -> Tree | NotRead:
    text = next((fields[key] for key in _FORM_KEYS if key in fields), None)
    if text is None:
        return NotRead("表单中没有报文，请把JSON报文放在字段jsonStr中")
    tree = _of_json(text)
    if isinstance(tree, dict) and "file" in fields:
        given = tree.get("input")
        node = given.get("fsUploadIn") if isinstance(given, dict) else None
        sent = node if isinstance(node, dict) else {}
        tree["input"] = {
            "fsUploadIn": {
                "filename": filename,
                "fixmedins_code": tree.get("fixmedins_code"),
                **{key: value for key, value in sent.items() if value},
                "in": fields["file"],
            }
        }
    return tree
