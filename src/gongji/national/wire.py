"""报文字节: bytes of whatever charset and content type → the JSON tree that was meant."""

import base64
import binascii
import re
from contextlib import suppress
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
_FORM = "application/x-www-form-urlencoded"
_BOM = b"\xef\xbb\xbf"
_CHINESE = re.compile("[\u0800-\U0010ffff]")
_CHINESE_IN_UTF_8 = re.compile(rb"[\xe0-\xf4]")  # the first byte of each of these


def tree_of(body: bytes, content_type: str) -> Tree | NotRead:
    """The message in a body, however it is wrapped.

    JSON under any content type, UTF-8 or GBK, with or without a byte order mark; multipart and
    url-encoded forms of which one field is the message, a file beside it as `file`, or whose
    fields are those of the envelope.
    """
    kind = content_type.lower()
    if kind.startswith(("multipart/", _FORM)) and body.removeprefix(_BOM).lstrip()[:1] != b"{":
        return _of_form(body) if kind.startswith(_FORM) else _of_multipart(body, content_type)
    return _of_json(body, utf_8="utf-8" in kind)


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


def _of_json(body: bytes, *, utf_8: bool = False) -> Tree | NotRead:
    if utf_8 or body.isascii() or _CHINESE_IN_UTF_8.search(body):
        with suppress(msgspec.DecodeError, RecursionError, ValueError, ArithmeticError):
            tree = _decode(body)  # most need no second look
            if isinstance(tree, dict) and "infno" in tree:
                return tree
    text = text_of(body.rstrip(b"\0"), utf_8=utf_8)
    if text is None:
        return NotRead("报文不是UTF-8或GBK文本，请按UTF-8编码后重发")
    if not text.strip():
        return NotRead("报文为空，请以POST发送JSON报文")
    try:
        tree = _decode(text)
    except (msgspec.DecodeError, RecursionError, ValueError, ArithmeticError):
        return NotRead("报文不是合法的JSON，请检查引号、逗号与转义后重发")
    if isinstance(tree, str) and tree.lstrip().startswith("{"):
        return _of_json(tree.encode("utf-8", "replace"))  # put into a string once more
    if not isinstance(tree, dict):
        return NotRead('报文须为一个JSON对象，如{"infno":"1101",…}')
    small = {} if "infno" in tree else {name.lower(): tree[name] for name in tree}
    return small if "infno" in small else tree


def text_of(body: bytes, *, utf_8: bool = False) -> str | None:
    """UTF-8, or GBK where it is not; None for neither. A byte order mark is dropped.

    钱伟 in GBK is Ǯΰ in UTF-8, and so are a thousand characters: what has no character that is
    Chinese is GBK, unless it is said to be UTF-8 (`utf_8`).
    """
    if body.startswith(_BOM):
        utf_8, body = True, body.removeprefix(_BOM)
    text, other = _decoded(body, "utf-8"), None
    if text is None or not (utf_8 or text.isascii() or _CHINESE.search(text)):
        other = _decoded(body, "gb18030")
    return text if other is None else other


def _decoded(body: bytes, charset: str) -> str | None:
    try:
        return body.decode(charset)
    except UnicodeDecodeError:
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
            attached = part.get_filename()
            fields["file" if attached else name] = content
            filename = attached or filename
    return _of_fields(fields, filename)


def _of_form(body: bytes) -> Tree | NotRead:
    try:
        fields = parse_qs(
            body.decode("ascii"), keep_blank_values=True, encoding="latin-1", max_num_fields=50
        )
    except (UnicodeDecodeError, ValueError):
        return NotRead("表单须按URL编码，报文放在字段jsonStr中")
    given = {name: values[-1].encode("latin-1") for name, values in fields.items()}
    return _of_fields(given, None)


def _of_fields(fields: dict[str, bytes], filename: str | None) -> Tree | NotRead:
    """The message is the field that is a JSON object, whatever its name; or every field is one of
    the envelope's."""
    tree: Tree | NotRead
    written = [name for name, text in fields.items() if text.lstrip()[:1] == b"{"]
    if "infno" in fields:
        tree = {name: text_of(value) for name, value in fields.items() if name != "file"}
    elif written:
        tree = _of_json(fields.pop(min(written, key=lambda name: name == "file")))
    else:
        return NotRead("表单中没有报文，请把JSON报文放在字段jsonStr中")
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
