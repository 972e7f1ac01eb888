"""What commands take: days, regions, languages, files; each says its form where it is not met."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import rich_click as click


class _Day(click.ParamType[date]):
    """A calendar day."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no day such as 2025-11-10", param, ctx)


class _Output(click.Path):
    """A file to write. That its folder is there is seen before the work, not after it."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if not Path(value).name:
            self.fail(f"{str(value)!r} names no file", param, ctx)
        folder = Path(value).parent
        if not folder.is_dir():
            self.fail(f"there is no folder {folder}; make it first", param, ctx)
        return super().convert(value, param, ctx)


class _Address(click.ParamType[str]):
    """Where browsers find a service."""

    name = "URL"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        from gongji.wiring import ADDRESS_PATTERN

        if not re.fullmatch(ADDRESS_PATTERN, str(value)):
            self.fail(f"{value!r} is no address such as https://gongji.example.gov.cn", param, ctx)
        return str(value)


def today() -> date:
    """Today in China, whatever the machine's own zone is."""
    from gongji.terms import local_day
    from gongji.wiring import local_clock

    return local_day(local_clock())


DAY = _Day()
ADDRESS = _Address()
YEAR = click.IntRange(2000, 2100)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False, readable=True)
OUTPUT = _Output(path_type=Path, dir_okay=False, writable=True)
ON = click.option(
    "--on", "on", type=DAY, default=today, help="As of this day; today if left out.",
    show_default=False,
)  # fmt: skip
REGION = click.option("--region", required=True, help="Six digits, such as 310000.")
LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
