"""Without a browser: which tests run, what the last line says, and that CI fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest

@pytest.mark.browser
@pytest.mark.parametrize("number", range(3))
def test_drawn(number): raise AssertionError("it should be left out")

def test_plain(): pass
def test_other(): pass
"""
LINE = '3 browser tests did not run: LAPSEWATCH_BROWSER is "none", so no browser is used.\n'
WORKERS = [(), ("-n", "2")]


def ran(folder: Path, *options: str, **settings: str) -> tuple[int, str]:
    (folder / "test_inner.py").write_text(TESTS, encoding="utf-8")
    plain = ["-p", "tests.support.without_browser", "-p", "no:cacheprovider", f"--rootdir={folder}"]
    plain += ["--disable-plugin-autoload", "-p", "xdist"]
    command = [sys.executable, "-m", "pytest", *plain, *options, str(folder / "test_inner.py")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LAPSEWATCH_")}
    environment = {**kept, "LAPSEWATCH_BROWSER": "none", **settings}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("workers", WORKERS)
def test_other_tests_run_and_the_last_line_counts_the_rest(
    tmp_path: Path, workers: tuple[str, ...]
) -> None:
    status, out = ran(tmp_path, *workers)
    assert (status, "2 passed" in out, out.endswith(f"\n{LINE}"), out.count("did not run")) == (
        0,
        True,
        True,
        1,
    ), out


@pytest.mark.parametrize("workers", WORKERS)
def test_run_fails_where_all_tests_are_required(tmp_path: Path, workers: tuple[str, ...]) -> None:
    status, out = ran(tmp_path, *workers, LAPSEWATCH_ALL_TESTS="1")
    assert (status, out.endswith(f"\n{LINE}")) == (1, True), out


def test_the_line_can_be_kept_for_the_end_of_a_longer_run(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    status, out = ran(tmp_path, LAPSEWATCH_NOT_RUN=str(kept))
    assert (status, "did not run" in out, kept.read_text(encoding="utf-8")) == (0, False, LINE)


def test_with_a_browser_all_run(tmp_path: Path) -> None:
    status, out = ran(tmp_path, LAPSEWATCH_BROWSER=sys.executable)
    assert (status, "3 failed, 2 passed" in out, "did not run" in out) == (1, True, False), out
