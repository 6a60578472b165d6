"""Breaks the program's promises one by one, in a copy of it, and sees that its tests notice: `python -m local.mutate [NAME ...]`.

Each patch of `tests/mutations/` says in its header which promise it breaks, and which tests are to notice:

    Promise: what was sent is recorded
    Tests: tests/test_watch.py tests/test_lifetime.py

A patch that leaves them green, or that no longer applies, is a failure: a promise that nothing holds.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parents[1]
PATCHES = Path("tests/mutations")
LONGEST = 240
"""Seconds that the tests of one patch may take."""
_TESTS_FAILED = 1
"""The exit status with which pytest says that tests ran and failed."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """A patch, the promise that it breaks, and the tests that have to notice."""

    file: Path
    promise: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.file.stem


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one patch, in seconds; only `noticed` is good."""

    mutation: Mutation
    how: Literal["noticed", "survived", "does not apply", "broke the run"]
    seconds: float
    said: str = ""


def mutations(root: Path = ROOT) -> list[Mutation]:
    """Read every patch, by name. Raises `ValueError` for one without a header."""
    return [_read(file) for file in sorted((root / PATCHES).glob("*.patch"))]


def _read(file: Path) -> Mutation:
    header = dict(line.split(": ", 1) for line in file.read_text("utf-8").partition("\n--- ")[0].splitlines() if ": " in line)
    if not header.keys() >= {"Promise", "Tests"}:
        raise ValueError(f'{file.name} has no header; expected the lines "Promise: ..." and "Tests: ...", and then the patch.')
    return Mutation(file, header["Promise"], tuple(header["Tests"].split()))


def tried(mutation: Mutation, root: Path = ROOT) -> Verdict:
    """Apply a patch in a copy of the program, and run its tests there."""
    started = time.monotonic()

    def verdict(how: Literal["noticed", "survived", "does not apply", "broke the run"], said: str = "") -> Verdict:
        return Verdict(mutation, how, time.monotonic() - started, said)

    with _copy(root) as copy:
        applied = _run(["git", "apply", "--unsafe-paths", f"--directory={copy}", str(mutation.file)], Path("/"))
        if applied.returncode:
            return verdict("does not apply", applied.stderr.strip())
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *mutation.tests]
        try:
            ran = _run(command, copy)
        except subprocess.TimeoutExpired:
            return verdict("broke the run", f"Its tests took more than {LONGEST} seconds.")
        if ran.returncode == 0:
            return verdict("survived", ran.stdout.strip()[-200:])
        return verdict("noticed" if ran.returncode == _TESTS_FAILED else "broke the run", ran.stdout.strip()[-500:])


@contextmanager
def _copy(root: Path) -> Iterator[Path]:
    """Give a copy of what git keeps, and of what is new; `node_modules` is shared."""
    listed = _run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], root).stdout
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        copy = Path(folder)
        for name in filter(None, listed.split("\0")):
            if (root / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / name, copy / name)
        if (root / "node_modules").exists():
            (copy / "node_modules").symlink_to(root / "node_modules")
        yield copy


def _run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "PYTEST_"))}
    return subprocess.run(command, cwd=folder, env=plain, capture_output=True, text=True, timeout=LONGEST, check=False)  # noqa: S603  (our own)


def main(arguments: Sequence[str] | None = None) -> None:
    """Try the patches that are named, or all of them; exit 1 if one is not noticed."""
    parser = argparse.ArgumentParser(prog="python -m local.mutate", description="Break each promise once, and see that a test notices.")
    parser.add_argument("names", nargs="*", help="patches to try, without .patch (default: all)")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default: %(default)s)")
    options = parser.parse_args(arguments)
    known = mutations()
    chosen = [each for each in known if not options.names or each.name in options.names]
    started, bad = time.monotonic(), 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for verdict in pool.map(tried, chosen):
            good = verdict.how == "noticed"
            bad += not good
            said = "" if good else f"\n{verdict.said}"
            print(f"{verdict.how:<15}{verdict.seconds:6.1f} s  {verdict.mutation.name}: {verdict.mutation.promise}{said}", flush=True)
    print(f"{len(chosen) - bad} of {len(chosen)} broken promises noticed, {time.monotonic() - started:.0f} s")
    sys.exit(1 if bad or not chosen else 0)


if __name__ == "__main__":
    main()
