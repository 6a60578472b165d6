"""The structure of shared/ stays easy to read: short files, functions and import chains.

Layers and cycles are held by import-linter (`make arrows`).
"""

import ast
import functools
import itertools
import sys
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "function_app.py", *sorted((ROOT / "shared").rglob("*.py"))]
TREES = {
    file.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): ast.parse(
        file.read_text("utf-8")
    )
    for file in FILES
    if file.name != "__init__.py"
}
MAX_CHAIN = 14
MAX_FILE_MEDIAN, MAX_FILE_P90 = 80, 160
MAX_FUNCTION_MEDIAN, MAX_FUNCTION = 8, 40


@functools.cache
def imports(module: str) -> frozenset[str]:
    """Return the modules of the app that a module imports."""
    named = set()
    for node in ast.walk(TREES[module]):
        match node:
            case ast.ImportFrom(module=str(base)):
                named |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
            case ast.Import():
                named |= {alias.name for alias in node.names}
    return frozenset(named & TREES.keys() - {module})


@functools.cache
def longest_chain(module: str) -> tuple[str, ...]:
    """Return the longest chain of imports that starts at a module. Fails if there is a cycle."""
    return (module, *max(map(longest_chain, imports(module)), key=len, default=()))


def test_core_imports_the_standard_library_only() -> None:
    allowed = sys.stdlib_module_names | {"shared"}
    core = {name: tree for name, tree in TREES.items() if name.startswith("shared.core.")}
    assert core
    for name, tree in core.items():
        for node in ast.walk(tree):
            match node:
                case ast.ImportFrom(module=str(base)):
                    found = [base]
                case ast.Import(names=aliases):
                    found = [alias.name for alias in aliases]
                case _:
                    found = []
            for each in found:
                assert each.partition(".")[0] in allowed, f"{name} imports {each}"
                assert not each.startswith("shared.") or each.startswith("shared.core")


def lines_of_files() -> list[int]:
    return [len(file.read_text("utf-8").splitlines()) for file in FILES if file.stem != "__init__"]


def lines_of_functions() -> dict[str, int]:
    return {
        f"{module}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize("module", ["function_app", "shared.__main__"])
def test_the_longest_import_chain_is_short(module: str) -> None:
    chain = longest_chain(module)
    assert chain[0] == module
    assert len(chain) <= MAX_CHAIN, " > ".join(chain)


def test_an_import_chain_is_followed_to_its_end() -> None:
    chain = longest_chain("function_app")
    assert all(later in imports(earlier) for earlier, later in itertools.pairwise(chain))
    assert not imports(chain[-1])


def test_files_are_short() -> None:
    lines = lines_of_files()
    assert len(lines) > 100
    assert median(lines) <= MAX_FILE_MEDIAN
    assert quantiles(lines, n=10)[-1] <= MAX_FILE_P90


def test_functions_are_short() -> None:
    lines = lines_of_functions()
    assert len(lines) > 800
    assert median(lines.values()) <= MAX_FUNCTION_MEDIAN
    assert {name: count for name, count in lines.items() if count > MAX_FUNCTION} == {}
