"""A run in which a secret was written fails, even if its tests pass."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.secret_scan import spoken

ROOT = Path(__file__).parents[2]
MADE_UP = "cana" + "ry-0123456789abcdef"
TOKEN = "ey" + "J0eXAiOiAiSldUIn0.eyJhdWQiOiAiaHR0cDovLzEy."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"the header is {MADE_UP}", 1),
        (f"Bearer {TOKEN}", 1),
        ("POST /workflows/1?sp=x&si" + "g=q1w2e3r4", 1),
        ("AccountName=a;Account" + "Key=c2VjcmV0;", 1),
        ("https://x.example/?sig=REDACTED", 0),
        ("nothing to see", 0),
    ],
)
def test_secret_is_found_and_not_printed(text: str, found: int) -> None:
    said = list(spoken(text))
    assert len(said) == found
    assert not any(secret in "".join(said) for secret in (MADE_UP, TOKEN, "q1w2e3r4", "c2VjcmV0"))


WRITTEN = """
import logging
SECRET = {secret!r}
def test_printed():
    print(SECRET)
def test_logged():
    logging.getLogger("x").info("%s", SECRET)
def test_in_the_log_of_a_host(tmp_path):
    (tmp_path / "errors.txt").write_text(SECRET)
"""


HANDED_OVER = """
VALUE = "abc8Q~" + "of-any-form" * 3
def test_handed_over():
    from local.stand_in.vault_secrets import VaultSecrets
    VaultSecrets().put("lapsewatch-libcal-1", VALUE)
    print(VALUE)
"""


@pytest.mark.parametrize("workers", [[], ["-n1"]], ids=["here", "in a worker"])
def test_a_run_in_which_a_secret_was_written_fails(tmp_path: Path, workers: list[str]) -> None:
    status, out = ran(tmp_path, WRITTEN.format(secret=MADE_UP) + HANDED_OVER, *workers)
    assert status == 1
    assert "4 passed" in out
    assert "secrets that were spoken" in out
    for where in (
        "::test_printed, Captured stdout call",
        "::test_logged, Captured log call",
        "errors.txt: ",
        "::test_handed_over, Captured stdout call: a value that was handed over after 'abc8'",
    ):
        assert where in out
    assert MADE_UP not in out
    assert "of-any-form" not in out


def test_a_run_in_which_none_was_written_does_not(tmp_path: Path) -> None:
    status, out = ran(tmp_path, WRITTEN.format(secret="nothing"))
    assert (status, "3 passed" in out, "spoken" in out) == (0, True, False)


def ran(folder: Path, tests: str, *options: str) -> tuple[int, str]:
    (folder / "test_inner.py").write_text(tests, encoding="utf-8")
    plain = ["-p", "tests.support.secret_scan", "-p", "no:cacheprovider", f"--rootdir={folder}"]
    plain += ["--disable-plugin-autoload", "-p", "xdist"]
    command = [sys.executable, "-m", "pytest", *plain, *options, str(folder / "test_inner.py")]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    return done.returncode, done.stdout
