"""The command that builds the package, and a trial that fails. `make package` runs a good one."""

from pathlib import Path

import pytest

from local.package import PACKAGE, PackageError, build, main, prove
from tests.functions_host.host_process import SAMPLE


def package(folder: Path, requirements: str) -> Path:
    """Build the package of a small app with these requirements; return its path."""
    app = folder / "source"
    app.mkdir()
    for file in (SAMPLE / "host.json", SAMPLE / "function_app.py"):
        (app / file.name).write_bytes(file.read_bytes())
    (app / "requirements.txt").write_text(requirements, encoding="utf-8")
    (app / ".funcignore").write_text(".funcignore\n", encoding="utf-8")
    files = build(app, folder / "package.zip")
    assert files == ["function_app.py", "host.json", "requirements.txt"]
    return folder / "package.zip"


def test_command_builds_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    size = PACKAGE.stat().st_size // 1024
    assert capsys.readouterr().out.endswith(f" files, {size} KB\n")


def test_package_without_its_requirements_cannot_be_indexed(tmp_path: Path) -> None:
    results = prove(package(tmp_path, requirements=""), tmp_path)
    assert next(results).startswith("installed requirements.txt alone, ")
    with pytest.raises(
        PackageError, match=r"(?s)cannot be indexed: .*No module named 'markupsafe'"
    ):
        next(results)


def test_package_whose_requirements_cannot_be_installed(tmp_path: Path) -> None:
    results = prove(package(tmp_path, requirements="./nowhere.whl"), tmp_path)
    with pytest.raises(PackageError, match=r"^-m pip --python failed \(1\): .*nowhere\.whl"):
        next(results)
