"""表格文本: what a spreadsheet saves, made plain: its bytes as text, and what a cell says."""

import unicodedata


def text_of(data: bytes) -> str | None:
    """UTF-8 with or without a mark, else GB 18030, which holds GBK; None for what is no text."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def folded(cell: str) -> str:
    """Full-width letters and digits are the same as the plain ones; a leading ' only marks text."""
    plain = unicodedata.normalize("NFKC", cell).replace("\u200b", "").strip()
    return plain.removeprefix("'").strip()
