"""A trial of a package that fails. `make package` builds and tries a good one.

`tests/infra/test_package.py` builds a small one with pip.
"""

from pathlib import Path

import pytest

from local.package import PackageError, pack, prove
from tests.functions_host.host_process import SAMPLE


def test_package_without_its_libraries_cannot_be_indexed(tmp_path: Path) -> None:
    app = tmp_path / "source"
    app.mkdir()
    for file in (SAMPLE / "host.json", SAMPLE / "function_app.py"):
        (app / file.name).write_bytes(file.read_bytes())
    package = tmp_path / "package.zip"
    assert pack(app, package) == sum(file.stat().st_size for file in app.iterdir())
    with pytest.raises(
        PackageError, match=r"(?s)cannot be indexed: .*No module named 'typing_extensions'"
    ):
        next(prove(package, tmp_path))
