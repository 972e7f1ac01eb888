"""文件: 9101 up, 9102 down; TXT files of TAB-separated rows in a ZIP."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from gongji.desk.national_ports import KeptFile
from gongji.national.calling import Call, Done, reference, shown_moment
from gongji.national.reading import Values, Wrong, read_value
from gongji.national.schema import Node
from gongji.national.wire import text_of
from gongji.national.writing import written
from gongji.terms import micros, moment

KEPT = timedelta(days=30)
_MOST_BYTES = 32 << 20
_EMPTY = "null"


def upload(call: Call) -> Done | Wrong:
    """9101 文件上传."""
    given = call.one("fsUploadIn")
    if given["fixmedins_code"] != call.code:
        return Wrong("fsUploadIn.fixmedins_code（医药机构编号）与报文的fixmedins_code不符")
    file = keep(call, given["filename"], given["in"])
    shown = {
        "file_qury_no": file.id,
        "filename": file.name,
        "fixmedins_code": call.code,
        "dld_endtime": shown_moment(moment(file.until)),
    }
    return Done(shown, file.id)


def download(call: Call) -> Done | Wrong:
    """9102 文件下载: the file itself in place of an answer."""
    given = call.one("fsDownloadIn")
    file = call.session.unit.file(call.institution.id, given["file_qury_no"])
    if file is None:
        return Wrong(f"file_qury_no（文件查询号）不存在：{given['file_qury_no']}")
    if file.until < call.session.at:
        return Wrong("file_qury_no（文件查询号）已过下载截止时间；请重新生成")
    return Done(stream=file.content)


def keep(call: Call, name: str, content: bytes) -> KeptFile:
    """Keep a file of this institution's."""
    file = KeptFile(
        call.institution.id,
        reference(call.institution.region, call.session.now),
        name,
        content,
        micros(call.session.now + KEPT),
    )
    call.session.unit.add_file(file)
    return file


def zipped(texts: Mapping[str, str]) -> bytes:
    """Texts as a ZIP, the first one first."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(name), text.encode())
    return out.getvalue()


def rows_of(node: Node, content: bytes) -> list[Values] | Wrong:
    """The rows of an uploaded file by the columns of its table; a TXT without a ZIP as well."""
    text = _text_in(content)
    if isinstance(text, Wrong):
        return text
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) < len(node.fields):
            return Wrong(f"文件第{number}行有{len(cells)}列，须为{len(node.fields)}列，以TAB分隔")
        row: Values = {}
        for field, cell in zip(node.fields, cells, strict=False):
            value = read_value(field, cell, {})
            if isinstance(value, Wrong):
                return Wrong(f"文件第{number}行{field.name}（{field.zh}）{value.says}")
            if value is None and field.required:
                return Wrong(f"文件第{number}行{field.name}（{field.zh}）必填；{field.form}")
            row[field.name] = value
        found.append(row)
    return found


def _text_in(content: bytes) -> str | Wrong:
    if content[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                first = next((one for one in archive.infolist() if not one.is_dir()), None)
                if first is None:
                    return Wrong("ZIP文件中没有TXT文件")
                if first.file_size > _MOST_BYTES:
                    return Wrong(f"TXT文件过大，至多{_MOST_BYTES >> 20}兆字节")
                content = archive.read(first)
        except (
            zipfile.BadZipFile,
            RuntimeError,
            NotImplementedError,
            ValueError,
            OSError,
            EOFError,
        ):
            return Wrong("文件不是可读的ZIP；请上传TXT的ZIP压缩包，不加密")
    text = text_of(content)
    return Wrong("文件不是UTF-8或GBK文本") if text is None else text


def rows_text(node: Node, rows: Sequence[Mapping[str, Any]]) -> str:
    """One line a row, TAB between values, `null` for an empty one."""
    return "".join("\t".join(_cells(node, row)) + "\n" for row in rows)


def _cells(node: Node, row: Mapping[str, Any]) -> list[str]:
    return [
        _EMPTY if row.get(field.name) in (None, "") else str(written(field, row[field.name]))
        for field in node.fields
    ]
