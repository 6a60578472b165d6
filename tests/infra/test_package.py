"""The package contains what the app needs, and nothing else.

`make package`, in CI, also installs and runs it.
"""

import ast
import re
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

from local.package import ROOT, build, contents

COMMAND_LINE = {
    "shared/__main__.py",
    *(str(path.relative_to(ROOT)) for path in (ROOT / "shared/cli").glob("*.py")),
}
AT_THE_ROOT = {"LICENSE", "host.json", "requirements.txt", "watchlist.toml"}


def needed() -> set[str]:
    """Return the files of the package: root, runbooks, and `shared` without the command line."""
    inner = {
        path
        for folder in ("shared", "runbooks", "watchlists")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    inner = {path for path in inner if "__pycache__" not in path.parts}
    return {
        str(path.relative_to(ROOT)) for path in (*inner, *ROOT.glob("*.py"))
    } - COMMAND_LINE | AT_THE_ROOT


def test_the_package_contains_only_what_the_app_needs() -> None:
    assert set(contents(ROOT)) == needed()


def test_local_files_are_not_in_the_package(tmp_path: Path) -> None:
    (tmp_path / ".funcignore").write_bytes((ROOT / ".funcignore").read_bytes())
    stays = [
        "local.settings.json",
        "local.settings.example.json",
        ".azure/prod/config.json",
        ".env",
        ".venv/lib/python3.13/site-packages/typer/__init__.py",
        ".git/config",
        ".github/workflows/deploy.yml",
        ".coverage.host.123",
        "infra/main.bicep",
        "infra/hooks/grant.py",
        "azure.yaml",
        "tests/infra/test_package.py",
        "local/host.py",
        "docs/deploy.md",
        "node_modules/azurite/package.json",
        "build/package.zip",
        "shared/__pycache__/watch.cpython-313.pyc",
        "shared/cli/checks.py",
    ]
    goes = [
        "function_app.py",
        "host.json",
        "runbooks/libcal.md",
        "shared/usecases/check.py",
        "shared/adapters/docs/local.py",
        "watchlists/a.toml",
    ]
    for name in stays + goes:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    package = tmp_path / "build" / "package.zip"
    assert build(tmp_path, package) == sorted(goes)
    with zipfile.ZipFile(package) as archive:
        assert sorted(archive.namelist()) == sorted(goes)


def imported() -> set[str]:
    """Return every module that a module of the package imports, also inside functions."""
    trees = [
        ast.parse((ROOT / name).read_text(encoding="utf-8"))
        for name in contents(ROOT)
        if name.endswith(".py")
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}


def test_every_import_is_in_the_package_or_requirements() -> None:
    packaged = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in contents(ROOT)
        if name.endswith(".py")
    }
    pinned = set(
        re.findall(
            r"^([a-z0-9-]+)==",
            (ROOT / "requirements.txt").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    installed = packages_distributions()
    foreign = {
        name for name in imported() if name.partition(".")[0] not in sys.stdlib_module_names
    } - packaged
    assert [
        name for name in foreign if name.partition(".")[0] in {"shared", "local", "tests"}
    ] == []
    assert "msgspec" in foreign
    for name in foreign:
        top, _, below = name.partition(".")
        # "azure" is shared by many: azure.data.tables is of azure-data-tables
        names = (
            {f"{top}-{below.replace('.', '-')}"}
            if top == "azure"
            else {found.lower().replace("_", "-") for found in installed[top]}
        )
        assert any(one.startswith(two) for one in names for two in pinned), name
