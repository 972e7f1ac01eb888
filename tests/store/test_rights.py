"""The application may change what its statements change, and nothing else."""

import re
from importlib import resources
from pathlib import Path

from gongji.store.rights import CHANGED, rights
from gongji.store.tables import metadata


def statements() -> str:
    """All that the store says to a database, one line."""
    folder = Path(str(resources.files("gongji") / "store"))
    files = [*folder.glob("*_rows.py"), *folder.glob("postgres_*.py")]
    return " ".join(" ".join(file.read_text("utf-8") for file in files).split())


def named(pattern: str) -> set[str]:
    """The tables of the schema that stand at the group of this pattern."""
    return set(re.findall(pattern, statements())) & set(metadata.tables)


def test_what_is_changed_may_be_changed() -> None:
    """By UPDATE, or by an INSERT that finds the row there."""
    upserted = named(r"INSERT INTO (\w+)(?:(?!INSERT INTO|keep =).)*?DO UPDATE")
    assert named(r"UPDATE (\w+) SET") | upserted == set(CHANGED)


def test_nothing_is_removed_and_books_and_answers_are_not_changed() -> None:
    """What is over gets an end."""
    assert named(r"DELETE FROM (\w+)") == set()
    assert not {"entries", "answers", "laws", "trail"} & set(CHANGED)


def test_every_table_is_read_by_both() -> None:
    """The auditor reads, and does nothing else."""
    (read,) = [right for right in rights() if right.startswith("GRANT SELECT")]
    assert all(re.search(rf"\b{name}\b", read) for name in metadata.tables)
    assert [right for right in rights() if "auditor" in right and "SELECT" not in right] == [
        "GRANT USAGE ON SCHEMA public TO gongji_application, gongji_auditor"
    ]
