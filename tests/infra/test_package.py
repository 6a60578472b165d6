"""The package contains what the app needs, and nothing else.

`make package`, in CI, also builds it with all libraries, and runs the whole app with them.
"""

import ast
import base64
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from importlib import import_module
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pathspec
import pytest

from local.package import LIBRARIES, ROOT, pack

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


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module as the hook imports it, from its own folder."""
    monkeypatch.syspath_prepend(str(ROOT / "infra" / "hooks"))
    return import_module("deployment.package")


def contents(root: Path) -> list[str]:
    """Return the files that `.funcignore` keeps, by the rules of .gitignore."""
    rules = (root / ".funcignore").read_text(encoding="utf-8").splitlines()
    ignored = pathspec.GitIgnoreSpec.from_lines(rules)
    found = []
    for folder, folders, files in root.walk():
        here = folder.relative_to(root)
        folders[:] = sorted(name for name in folders if not ignored.match_file(f"{here / name}/"))
        found += [str(here / name) for name in files if not ignored.match_file(str(here / name))]
    return sorted(found)


def test_the_package_contains_only_what_the_app_needs(package: ModuleType) -> None:
    assert set(contents(ROOT)) == needed()
    assert sorted(map(str, package.app_files(ROOT))) == contents(ROOT)


def test_local_files_are_not_in_the_package(tmp_path: Path, package: ModuleType) -> None:
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
    assert sorted(map(str, package.app_files(tmp_path))) == sorted(goes) == contents(tmp_path)


def wheel(folder: Path, files: dict[str, str]) -> str:
    """Write a wheel of the package `msgraph`, version 1. Return its line in a requirements file."""
    about, record = "msgraph-1.dist-info", "msgraph-1.dist-info/RECORD"
    metadata = "Metadata-Version: 2.1\nName: msgraph\nVersion: 1\n"
    tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {**files, f"{about}/METADATA": metadata, f"{about}/WHEEL": tags}
    path = folder / "msgraph-1-py3-none-any.whl"
    folder.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        lines = [f"{name},{digest(text)},{len(text)}" for name, text in files.items()]
        archive.writestr(record, "\n".join([*lines, f"{record},,"]))
    return f"msgraph==1 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def digest(text: str) -> str:
    found = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
    return f"sha256={found.decode()}"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a small app, whose one library pip finds on this machine."""
    files = {
        "msgraph/__init__.py": "",
        "msgraph/models.py": "",
        "msgraph/export.txt": "",
        "other.py": "",
    }
    root = tmp_path / "app"
    root.mkdir()
    line = wheel(tmp_path / "wheels", files)
    (root / "requirements.txt").write_text(line, encoding="utf-8")
    (root / ".funcignore").write_text("/build\n.funcignore\n__pycache__\n", encoding="utf-8")
    (root / "function_app.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    (root / "build").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    return root


def built(app: Path) -> set[str]:
    folder = app / "build" / "package"
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


@pytest.mark.process
def test_the_package_has_pinned_libraries_and_bytecode(
    app: Path, package: ModuleType, tmp_path: Path
) -> None:
    folder = app / "build" / "package"
    assert package.build(app, folder)
    found = {name for name in built(app) if "dist-info" not in name}
    sources = {"function_app.py", f"{LIBRARIES}/msgraph/__init__.py", f"{LIBRARIES}/other.py"}
    assert {name for name in found if not name.endswith(".pyc")} == sources | {
        ".funcignore",
        "requirements.txt",
    }
    compiled = [folder / name for name in found if name.endswith(".pyc")]
    assert len(compiled) == len(sources)
    for file in compiled:
        content = file.read_bytes()
        assert content[4:8] == b"\x01\0\0\0"  # by hash, and not compared with the source
        assert str(tmp_path).encode() not in content
    size = pack(folder, tmp_path / "package.zip")
    with zipfile.ZipFile(tmp_path / "package.zip") as archive:
        assert set(archive.namelist()) == built(app) - {".funcignore"}
        assert sum(each.file_size for each in archive.infolist()) == size


@pytest.mark.process
def test_a_package_of_a_machine_without_that_python_has_no_bytecode(
    app: Path, package: ModuleType
) -> None:
    assert not package.build(app, app / "build" / "package", (3, 99))
    assert not [name for name in built(app) if name.endswith(".pyc")]
    assert "function_app.py" in built(app)


@pytest.mark.process
def test_libraries_are_installed_again_when_pins_change(
    app: Path, package: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    package.build(app, app / "build" / "package")
    monkeypatch.setenv("PIP_FIND_LINKS", str(app))  # nothing is there
    package.build(app, app / "build" / "package")
    (app / "requirements.txt").write_text("msgraph==2 --hash=sha256:00\n", encoding="utf-8")
    with pytest.raises(
        package.PackageError, match=r"cannot be installed: .*msgraph(.|\n)*azd deploy"
    ):
        package.build(app, app / "build" / "package")


@pytest.mark.process
def test_a_library_with_another_hash_is_not_installed(app: Path, package: ModuleType) -> None:
    pins = app / "requirements.txt"
    pins.write_text(re.sub(r".{8}\n", "00000000\n", pins.read_text("utf-8")), encoding="utf-8")
    with pytest.raises(package.PackageError, match="HASHES"):
        package.build(app, app / "build" / "package")
    assert built(app) == set()


IMPORTED = """
import json, pkgutil, sys
import function_app, shared.adapters.graph as graph
for each in pkgutil.iter_modules(graph.__path__):
    __import__(f"shared.adapters.graph.{each.name}")
print(json.dumps([str(found.__file__) for name, found in sys.modules.items()
                  if name.startswith("msgraph") and getattr(found, "__file__", "")]))
"""


def test_the_list_of_kept_modules_is_that_of_the_imports(package: ModuleType) -> None:
    """If this fails after a change of pins: python -m local.kept_modules."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    spec = find_spec("msgraph")
    assert spec is not None
    assert spec.origin is not None
    site = Path(spec.origin).parents[1]
    needed = {
        Path(file).relative_to(site).as_posix()
        for file in json.loads(done.stdout)
        if "/msgraph/" in file
    }
    assert set(package.KEPT.read_text("utf-8").split()) == needed
    assert needed == {
        file.as_posix() for file in package.shipped(site) if file.parts[0] == "msgraph"
    }


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


def test_no_pin_depends_on_the_machine_that_builds_the_package() -> None:
    """pip takes a marker for the machine it runs on, whatever the target."""
    pins = (ROOT / "requirements.txt").read_text("utf-8")
    markers = {
        name
        for line in re.findall(r"^\S+==\S+ ;(.*?) \\$", pins, re.MULTILINE)
        for name in re.findall(r"\w+(?= [!=<>])", line)
    }
    assert markers <= {"platform_python_implementation", "implementation_name"}
