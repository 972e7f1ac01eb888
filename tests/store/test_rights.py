"""The application may change and remove what its statements change and remove, and nothing else."""

import re
from importlib import resources
from pathlib import Path

from gongji.store.rights import CHANGED, REMOVED, rights
from gongji.store.tables import metadata


def statements() -> str:
    """All that the store says to a database, one line."""
    folder = Path(str(resources.files("gongji") / "store"))
    files = [*folder.glob("*_rows.py"), folder / "postgres_unit.py"]
    return " ".join(" ".join(file.read_text("utf-8") for file in files).split())


def named(pattern: str) -> set[str]:
    """The tables of the schema that stand at the group of this pattern."""
    return set(re.findall(pattern, statements())) & set(metadata.tables)


def test_what_is_changed_may_be_changed() -> None:
    """By UPDATE, or by an INSERT that finds the row there."""
    upserted = named(r"INSERT INTO (\w+)(?:(?!INSERT INTO).)*?DO UPDATE")
    assert named(r"UPDATE (\w+) SET") | upserted == set(CHANGED)


def test_what_is_removed_may_be_removed() -> None:
    """Books and answers are not among it."""
    assert named(r"DELETE FROM (\w+)") == set(REMOVED)
    assert not {"entries", "answers", "laws"} & {*CHANGED, *REMOVED}


def test_every_table_is_read_by_both() -> None:
    """The auditor reads, and does nothing else."""
    (read,) = [right for right in rights() if right.startswith("GRANT SELECT")]
    assert all(re.search(rf"\b{name}\b", read) for name in metadata.tables)
    assert [right for right in rights() if "auditor" in right and "SELECT" not in right] == [
        "GRANT USAGE ON SCHEMA public TO gongji_application, gongji_auditor"
    ]
