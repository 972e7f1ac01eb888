"""What the guards read: the project's own files, as text and as trees."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "gongji"


class Source(NamedTuple):
    """One Python file: where it stands in the package, and its text."""

    path: str  # below the package, with slashes
    text: str

    @property
    def room(self) -> str:
        """The room that it belongs to, or its own name at the top."""
        return self.path.partition("/")[0].removesuffix(".py")

    @property
    def tree(self) -> ast.Module:
        """The text as a tree."""
        return ast.parse(self.text)

    def line(self, node: ast.AST) -> str:
        """The line on which a node begins."""
        return self.text.splitlines()[getattr(node, "lineno", 1) - 1].strip()


def package() -> list[Source]:
    """Every Python file of the package, without the packs' data."""
    return [
        Source(file.relative_to(PACKAGE).as_posix(), file.read_text("utf-8"))
        for file in sorted(PACKAGE.rglob("*.py"))
    ]


def files(*folders: str, endings: tuple[str, ...]) -> Iterator[Path]:
    """The files of some folders of the project with one of these endings."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and file.suffix in endings and "__pycache__" not in file.parts:
                yield file
