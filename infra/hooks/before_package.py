"""Before azd package: build the package in build/package, with the libraries for Azure.

Without it there is nothing to deploy, so a failure stops azd.
"""

from __future__ import annotations

import sys
from pathlib import Path

from deployment.azd import ROOT
from deployment.package import PackageError, build

PACKAGE = ROOT / "build" / "package"


def main() -> int:
    """Build it, print what it contains, and return the exit status."""
    try:
        has_bytecode = build(ROOT, PACKAGE)
    except (OSError, PackageError) as error:
        print(f"Lapsewatch: {error}", file=sys.stderr)  # noqa: T201  (the hook's output)
        return 1
    print(_text(PACKAGE, has_bytecode=has_bytecode))  # noqa: T201  (the same)
    return 0


def _text(package: Path, *, has_bytecode: bool) -> str:
    """Return what was built, in a few words."""
    sizes = [file.stat().st_size for file in package.rglob("*") if file.is_file()]
    built = f"Lapsewatch: the package has {len(sizes):,} files, {sum(sizes) / 1e6:.0f} MB"
    if has_bytecode:
        return f"{built}, with bytecode."
    return (
        f"{built}, and no bytecode: Python 3.13 was not found here. Each start of the app in Azure "
        "takes some seconds longer. To avoid that, install Python 3.13, then run: azd deploy"
    )


if __name__ == "__main__":
    sys.exit(main())
