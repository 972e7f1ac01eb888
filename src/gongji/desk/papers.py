"""打印件: papers set in type by typst, the same byte for byte whenever they are asked for."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from typst import Fonts


def set_in_type(template: str, said: Mapping[str, object], on: date, **pictures: str) -> bytes:
    """A PDF of a template of ours. `said` has all its words, `on` is the day the file bears."""
    import typst

    return typst.compile(
        _template(template),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"said": msgspec.json.encode(said).decode(), **pictures},
        pdf_standards="a-2b",
        timestamp=datetime.combine(on, time(), UTC),
    )


@lru_cache(maxsize=1)
def _fonts() -> "Fonts":
    from pylopdf_fonts_zh_cn import sans_path
    from typst import Fonts

    return Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[sans_path().parent]
    )


@lru_cache(maxsize=8)
def _template(name: str) -> bytes:
    return (resources.files("gongji.desk") / "templates" / name).read_bytes()
