"""Apply each mutation to a copy of the program and verify that a test fails.

Run `python -m local.mutate [NAME ...]`. The files `tests/mutations/*.toml` hold the mutations. Each
one breaks a promise and names the test that must fail:

    [check-is-not-recorded]
    promise = "A check is recorded"
    file = "shared/usecases/check.py"
    old = '''self.ledger.record_check(record, pulse)'''
    new = '''self.ledger.record_check(record, at.pulse)'''
    test = '''tests/usecases/test_check.py::test_a_check_is_recorded'''

`old` must match exactly once in `file`; how the code is wrapped does not matter.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parents[1]
MUTATIONS = Path("tests/mutations")
TIMEOUT_SECONDS = 240
"""Limit for the test of one mutation."""
_TESTS_FAILED = 1
"""The exit status of pytest if tests ran and failed."""


class MutationError(Exception):
    """A mutation cannot be read or does not match the code."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change to the code, the promise that it breaks, and the test that must fail."""

    name: str
    promise: str
    file: str
    old: str
    new: str
    test: str
    """A node id of pytest."""

    def apply(self, text: str) -> str:
        """Return the text of the file with the change.

        Raise `MutationError` if `old` does not match exactly once.
        """
        changed, count = _pattern(self.old).subn(lambda _: self.new.strip(), text)
        if count != 1:
            raise MutationError(
                f"{self.name}: old matches {count} times in {self.file}, expected once. "
                "Make it match the code again."
            )
        return changed


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one mutation."""

    mutation: Mutation
    seconds: float
    error: str
    """What went wrong, as a sentence; empty if the test failed as it must."""


def mutations(root: Path = ROOT) -> list[Mutation]:
    """Return every mutation.

    Raise `MutationError` for an incomplete entry or a name that occurs twice.
    """
    expected = [field.name for field in fields(Mutation)][1:]
    found: dict[str, Mutation] = {}
    for file in sorted((root / MUTATIONS).glob("*.toml")):
        for name, entry in tomllib.loads(file.read_text("utf-8")).items():
            if not isinstance(entry, dict) or sorted(entry) != sorted(expected):
                raise MutationError(
                    f"{file.name}: [{name}] must have exactly these keys: {', '.join(expected)}."
                )
            if name in found:
                raise MutationError(
                    f"{file.name}: there are two mutations [{name}]. Rename one of them."
                )
            found[name] = Mutation(name, **entry)
    return list(found.values())


def _pattern(old: str) -> re.Pattern[str]:
    """Return a pattern that ignores how code is wrapped.

    It ignores line breaks, spaces beside brackets, and a comma before a closing bracket.
    """
    parts = {
        "(": r"\(\s*",
        "[": r"\[\s*",
        "{": r"\{\s*",
        ")": r"\s*,?\s*\)",
        "]": r"\s*,?\s*\]",
        "}": r"\s*,?\s*\}",
    }
    tight = re.sub(r"(?<=[(\[{])\s+|\s+(?=[)\]}])", "", old.strip())
    tokens = re.findall(r"\s+|[()\[\]{}]|[^\s()\[\]{}]+", tight)
    return re.compile(
        "".join(
            r"\s+" if token.isspace() else parts.get(token) or re.escape(token) for token in tokens
        )
    )


def run(mutation: Mutation, copy: Path) -> Outcome:
    """Apply a mutation in a work copy, run its test there, and restore the file."""
    started = time.monotonic()
    file = copy / mutation.file
    try:
        with _changed(file, mutation.apply(file.read_text("utf-8"))):
            error = _test(mutation, copy)
    except (MutationError, FileNotFoundError) as failure:
        error = str(failure)
    return Outcome(mutation, time.monotonic() - started, error)


@contextmanager
def _changed(file: Path, text: str) -> Iterator[None]:
    before = file.read_bytes()

    def write(content: bytes) -> None:
        file.write_bytes(content)
        # Python would use the cache for a file of the same size, written in the same second
        for cached in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
            cached.unlink()

    write(text.encode())
    try:
        yield
    finally:
        write(before)


def _test(mutation: Mutation, copy: Path) -> str:
    """Run the test of a mutation. Return what is wrong, or an empty text if the test failed."""
    name, test = mutation.name, mutation.test
    options = ["-x", "-rfE", "--color=no", "-p", "no:cacheprovider"]
    try:
        done = _run([sys.executable, "-m", "pytest", *options, test], copy)
    except subprocess.TimeoutExpired:
        return f"{name}: the test took more than {TIMEOUT_SECONDS} seconds. Choose a faster one."
    if done.returncode == _TESTS_FAILED and _has_failed(test, done.stdout):
        return ""
    if done.returncode == 0:
        return (
            f"{name}: the mutation survived: {test} still passes. "
            "Fix the test or choose another one."
        )
    end = "\n".join(output.strip()[-500:] for output in (done.stdout, done.stderr))
    return f"{name}: pytest could not run {test}:\n{end}"


def _has_failed(test: str, output: str) -> bool:
    """Return whether pytest's summary lists the test, or one of its cases, as failed.

    The exit status alone does not show it: Python exits with 1, too, if pytest is missing.
    """
    listed = rf"^(?:FAILED|ERROR) {re.escape(test)}(?:\[| |$)"
    return re.search(listed, output, re.MULTILINE) is not None


@contextmanager
def work_copy(root: Path = ROOT) -> Iterator[Path]:
    """Yield a copy of the files that git tracks and of new ones, with a link to `node_modules`."""
    listed = _run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], root
    ).stdout
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        copy = Path(folder)
        for name in filter(None, listed.split("\0")):
            if (root / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / name, copy / name)
        if (root / "node_modules").exists() and not (copy / "node_modules").exists():
            (copy / "node_modules").symlink_to((root / "node_modules").resolve())
        yield copy


def _run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COVERAGE_", "PYTEST_"))
    }
    return subprocess.run(  # noqa: S603  (our own)
        command,
        cwd=folder,
        env=plain,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def run_all(chosen: Sequence[Mutation], jobs: int, root: Path = ROOT) -> Iterator[Outcome]:
    """Run mutations, several at a time, each worker in its own work copy."""
    with ExitStack() as stack:
        copies: SimpleQueue[Path] = SimpleQueue()
        for _ in range(jobs):
            copies.put(stack.enter_context(work_copy(root)))

        def in_a_copy(mutation: Mutation) -> Outcome:
            copy = copies.get()
            try:
                return run(mutation, copy)
            finally:
                copies.put(copy)

        yield from stack.enter_context(ThreadPoolExecutor(jobs)).map(in_a_copy, chosen)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> None:
    """Run the named mutations, or all of them. Exit with 1 if a test does not notice its own."""
    parser = argparse.ArgumentParser(
        prog="python -m local.mutate",
        description="Break each promise once and verify that a test fails.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="mutations to run (default: all)")
    parser.add_argument(
        "--jobs", type=int, default=2, help="how many to run at a time (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    known = {mutation.name: mutation for mutation in mutations(root)}
    if unknown := [name for name in options.names if name not in known]:
        parser.error(
            f"there is no mutation {', '.join(unknown)}; the names are in {MUTATIONS}/*.toml"
        )
    chosen = [known[name] for name in options.names or known]
    started, failures = time.monotonic(), 0
    for outcome in run_all(chosen, options.jobs, root):
        failures += bool(outcome.error)
        verdict, mutation = "FAILED" if outcome.error else "noticed", outcome.mutation
        shown = f"{verdict:<8}{outcome.seconds:6.1f} s  {mutation.name}: {mutation.promise}"
        print(shown, flush=True)
        if outcome.error:
            print(outcome.error, flush=True)
    seconds = time.monotonic() - started
    print(f"{len(chosen) - failures} of {len(chosen)} mutations noticed, {seconds:.0f} s")
    sys.exit(1 if failures or not chosen else 0)


if __name__ == "__main__":
    main()
