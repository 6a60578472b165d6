"""The local host answers as docs/openapi.yaml says, whatever is asked (Schemathesis)."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT
from tests.functions_host.host_process import Host
from tests.support.openapi import PATHS

FEW, MANY = ("fuzzing", 4), ("coverage,fuzzing", 25)
"""The phases, and the random requests for each operation: by default, and with `make fuzz`."""
HEADERS = {"x-functions-key": "local", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.timeout(600)  # on a busy machine
def test_answers_are_as_described(
    signed_in: Host, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    thorough = pytestconfig.getoption("--hypothesis-profile") == "thorough"
    phases, examples = MANY if thorough else FEW
    arguments = {"--url": signed_in.url, "--phases": phases, "--max-examples": str(examples)}
    given = [part for pair in arguments.items() for part in pair]
    for name, value in HEADERS.items():
        given += ["--header", f"{name}: {value}"]
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(Path(__file__).with_name("schemathesis.toml"))),
            *("run", str(ROOT / "docs" / "openapi.yaml")),
            *given,
            *("--generation-deterministic", "--continue-on-failure", "--no-color"),
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{sum(map(len, PATHS.values()))} selected" in ran.stdout
