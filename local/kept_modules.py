"""Trace which modules of msgraph the app imports: `python -m local.kept_modules`.

The SDK has 16,000 modules, and the package only those in infra/hooks/deployment/kept.txt. Run this
when pins change. It runs the tests of everything that asks Graph, errors included, in one process.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from local.command_help import answer_help

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "infra" / "hooks" / "deployment" / "kept.txt"
PRUNED = "msgraph"
TESTS = ("tests/adapters/graph", "tests/adapters/test_no_secret_in_a_log.py")


def imported() -> Sequence[str]:
    """Return the files of the imported modules of the SDK, from `site-packages`."""
    files = [
        Path(str(module.__file__))
        for name, module in sys.modules.items()
        if name.partition(".")[0] == PRUNED and getattr(module, "__file__", None)
    ]
    [site] = {file.parents[len(file.parts) - 1 - file.parts.index(PRUNED)] for file in files}
    return sorted(file.relative_to(site).as_posix() for file in files)


def main() -> int:
    """Run the tests and write the list. Return the exit status."""
    status = pytest.main(["-p", "no:cacheprovider", "-p", "no:xdist", *TESTS])
    if status == pytest.ExitCode.OK:
        found = imported()
        KEPT.write_text("\n".join(found) + "\n", encoding="utf-8")
        print(f"{KEPT.relative_to(ROOT)}: {len(found)} modules of {PRUNED}")
    return int(status)


if __name__ == "__main__":
    answer_help(__doc__)
    sys.exit(main())
