"""语言: Chinese first, English whole. The Chinese sentence is the key; the .po has the English."""

from datetime import date, datetime
from functools import lru_cache
from importlib import resources

from babel.dates import format_date
from babel.messages.pofile import read_po

from gongji.terms import LOCAL_TIME
from gongji.words import Lang


@lru_cache(maxsize=1)
def english() -> dict[str, str]:
    """Every sentence of the faces in English, by the Chinese one. Read once."""
    with (resources.files("gongji.faces") / "locale" / "en.po").open("rb") as file:
        catalog = read_po(file, locale="en")
    return {str(message.id): str(message.string) for message in catalog if message.id}


def translate(lang: Lang, text: str, **values: object) -> str:
    """A sentence in one language, with the values put in by name."""
    said = text if lang == "zh" else english().get(text) or text
    return said % values if values else said


def written_day(day: date | str, lang: Lang) -> str:
    """2025年11月10日, 10 Nov 2025."""
    known = date.fromisoformat(day) if isinstance(day, str) else day
    if lang == "zh":
        return f"{known.year}年{known.month}月{known.day}日"
    return str(format_date(known, "d MMM y", locale="en"))


def written_month(month: str, lang: Lang) -> str:
    """11月, Nov: of `2025-11`."""
    known = date.fromisoformat(f"{month}-01")
    return f"{known.month}月" if lang == "zh" else str(format_date(known, "MMM", locale="en"))


def written_moment(moment: datetime, lang: Lang) -> str:
    """2025年11月10日 09:00, 10 Nov 2025, 09:00."""
    local = moment.astimezone(LOCAL_TIME)
    day = written_day(local.date(), lang)
    return f"{day} {local:%H:%M}" if lang == "zh" else f"{day}, {local:%H:%M}"
