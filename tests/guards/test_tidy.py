"""Files a reader can hold in mind: short, with a sign on the door and a promise on each function."""

import ast

import pytest

from guards.sources import Source, package

LINES_A_FILE, LINES_A_FUNCTION = 350, 60

MAY_BE_LONG = {
    "words.py": "a table: one thing said twice, for every outcome and refusal",
    "store/migrations/versions/0001_the_foundation.py": "written by Alembic, one table after another",
    "store/migrations/versions/0002_the_national_interface.py": "written by Alembic as well",
}

CONTRACT_ELSEWHERE = {
    "desk/ports.py": "the protocols: a name and its types are the contract",
    "desk/national_ports.py": "as desk/ports.py",
    "desk/faces_ports.py": "as desk/ports.py",
    "desk/claims_ports.py": "as desk/ports.py",
    "store/": "the rows keep the contract of desk/ports.py",
}


def long_files(sources: list[Source]) -> list[str]:
    """Files of more lines than a reader holds in mind."""
    return [
        f"{source.path}: {count} lines"
        for source in sources
        if source.path not in MAY_BE_LONG
        and (count := len(source.text.splitlines())) > LINES_A_FILE
    ]


def long_functions(sources: list[Source]) -> list[str]:
    """Functions of more lines than a page; the docstring, which is the contract, is not counted."""
    found = []
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                count = lines(node)
                if count > LINES_A_FUNCTION and source.path not in MAY_BE_LONG:
                    found.append(f"{source.path}:{node.lineno} {node.name}: {count} lines")
    return found


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many lines a function has without its docstring."""
    assert node.end_lineno is not None
    whole = node.end_lineno - node.lineno + 1
    if ast.get_docstring(node) is None:
        return whole
    docstring = node.body[0]
    assert docstring.end_lineno is not None
    return whole - (docstring.end_lineno - docstring.lineno + 1)


def without_docstring(sources: list[Source]) -> list[str]:
    """Modules, and public classes and functions, that do not say what they are for."""
    found = []
    for source in sources:
        if "migrations/" in source.path:
            continue
        if not ast.get_docstring(source.tree):
            found.append(f"{source.path}: the module")
        methods = not source.path.startswith(tuple(CONTRACT_ELSEWHERE))
        found += _undocumented(source, source.tree, "", methods)
    return found


def _undocumented(source: Source, node: ast.AST, within: str, methods: bool) -> list[str]:
    found = []
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if child.name.startswith("_"):
            continue
        if not ast.get_docstring(child) and (methods or not within):
            found.append(f"{source.path}:{child.lineno} {within}{child.name}")
        if isinstance(child, ast.ClassDef):
            found += _undocumented(source, child, f"{child.name}.", methods)
    return found


def test_no_file_is_longer_than_a_reader_holds_in_mind() -> None:
    """Exceptions stand above with their reason."""
    assert long_files(package()) == []


def test_no_function_is_longer_than_a_page() -> None:
    """Exceptions stand above with their reason."""
    assert long_functions(package()) == []


def test_everything_public_says_what_it_is_for() -> None:
    """A module its room, a class what it is, a function what it promises."""
    assert without_docstring(package()) == []


def test_every_exception_is_still_needed() -> None:
    """A reason whose case is gone goes as well."""
    there = {source.path: source for source in package()}
    for path in MAY_BE_LONG:
        source = there[path]._replace(path="x.py")
        assert long_files([source]) or long_functions([source]), path


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (long_files, "x = 1\n" * (LINES_A_FILE + 1)),
        (long_functions, "def f():\n" + "    x = 1\n" * LINES_A_FUNCTION),
        (long_functions, 'async def f():\n    """Do."""\n' + "    x = 1\n" * LINES_A_FUNCTION),
        (without_docstring, "x = 1"),
        (without_docstring, '"""Door."""\ndef f(): ...'),
        (without_docstring, '"""Door."""\nclass C:\n    """It."""\n    def f(self): ...'),
    ],
)
def test_an_untidy_file_is_found(check: object, text: str) -> None:
    """Each check has been seen to fail."""
    assert callable(check)
    assert check([Source("desk/x.py", text)])


def test_a_tidy_file_is_left_alone() -> None:
    """At the limit it is still tidy."""
    text = '"""Door."""\ndef f():\n    """Do."""\n' + "    x = 1\n" * (LINES_A_FUNCTION - 1)
    for check in (long_files, long_functions, without_docstring):
        assert check([Source("desk/x.py", text)]) == []
