"""An office on a file, in a module that another process can import."""

from pathlib import Path

from gongji.desk.office import Office
from gongji.wiring import Settings, build


def office_at(folder: Path) -> Office:
    """The office of a folder, with its schema in place and its key beside it."""
    return build(Settings(database=f"sqlite:///{folder}/gongji.db", key_file=folder / "gongji.key"))
