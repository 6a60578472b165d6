"""The local host answers as docs/openapi.yaml says, whatever is asked (Schemathesis)."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT
from tests.functions_host.host_process import Host
from tests.support.openapi import PATHS

CHECKS = (
    "not_a_server_error",  # but for 503, which is described
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "positive_data_acceptance",
)
FEW, MANY = 2, 25
"""Random requests for each operation: by default, and with `make thorough`."""
HEADERS = {"x-functions-key": "local", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.timeout(600)  # on a busy machine
def test_answers_are_as_described(
    signed_in: Host, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    thorough = pytestconfig.getoption("--hypothesis-profile") == "thorough"
    arguments = {
        "--url": signed_in.url,
        "--phases": "coverage,fuzzing",
        "--max-examples": str(MANY if thorough else FEW),
        "--checks": ",".join(CHECKS),
    }
    given = [part for pair in arguments.items() for part in pair]
    for name, value in HEADERS.items():
        given += ["--header", f"{name}: {value}"]
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(ROOT / "docs" / "openapi.yaml")),
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
