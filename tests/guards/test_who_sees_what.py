"""docs/reference/who-sees-what.md is the matrices of the tests, row by row, for whoever reads no code."""

from collections.abc import Mapping

from faces import test_matrix as pages
from guards.test_docs import REFERENCE, row, rows, sections
from web import test_matrix as api

FILE = REFERENCE / "who-sees-what.md"
OF_PAGES = {"p": "sponsor", "m": "member", "s": "stranger", "c": "clerk", "w": "clerk elsewhere",
            "r": "reviewer", "i": "institution", "o": "other institution", "a": "auditor"}  # fmt: skip
OF_API = {"p": "sponsor", "m": "member", "n": "other member", "s": "stranger", "c": "clerk",
          "w": "clerk elsewhere", "i": "institution", "o": "other institution",
          "a": "auditor"}  # fmt: skip


def table(matrix: Mapping[str, str], names: Mapping[str, str]) -> list[str]:
    """The rows of a matrix as the document has them."""
    return [
        row(f"`{path}`", *("●" if letter in allowed else "" for letter in names))
        for path, allowed in matrix.items()
    ]


def expected() -> str:
    """The tables of the document."""
    parts = []
    for title, names, matrix, known in (
        ("Pages", OF_PAGES, pages.GET, pages.FIELDS),
        ("Routes that are read", OF_API, api.READ, api.FIELDS),
        ("Routes that are sent to", OF_API, api.WRITTEN, {}),
    ):
        head = f"{row('', *names.values())}\n|{' --- |' * (len(names) + 1)}\n"
        parts.append(f"## {title}\n\n{head}" + "\n".join(table(matrix, names)))
        parts += [
            f"### {title}: {what}\n\n{head}" + "\n".join(table(places, names))
            for what, (_, places) in known.items()
        ]
    return "\n\n".join(parts) + "\n"


def test_the_document_has_the_matrices_of_the_tests() -> None:
    """Take what this prints over into the document."""
    told = FILE.read_text("utf-8")
    assert told.partition("\n## ")[2] == expected().removeprefix("## "), expected()


def test_a_row_that_is_left_out_is_found() -> None:
    """Seen to fail."""
    text = FILE.read_text("utf-8")
    known = rows(sections(text, "##")["Pages"])
    assert known.keys() == pages.GET.keys()
    assert "/none" not in known
