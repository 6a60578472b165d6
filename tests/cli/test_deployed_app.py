"""`doctor` asks Azure about the app's timer, with az; against the stand-in management API."""

import sys
from collections.abc import Iterator
from pathlib import Path
from stat import S_IRWXU

import pytest

from local.stand_in.tenant import Tenant
from shared.cli.deployed_app import NAMES, list_functions, site_of
from shared.ports.errors import PortError
from shared.usecases.doctor.deployment import examine_timer

AZ = """#!{python} -IS
import sys
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener
words = sys.argv[1:]
assert words[:4] == ["rest", "--method", "GET", "--url"], words
assert words[5:] == ["--output", "json"], words
request = Request({management!r} + words[4], headers={{"Authorization": "Bearer {token}"}})
try:
    sys.stdout.buffer.write(build_opener(ProxyHandler({{}})).open(request).read())
except HTTPError as error:
    sys.exit("ERROR: " + error.read().decode())
"""
pytestmark = pytest.mark.process
ENVIRONMENT = dict(zip(NAMES, ("8d5b3a11", "rg-library", "func-abc"), strict=True))
SITE = site_of(ENVIRONMENT)


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where az is installed: nowhere yet."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "az"


@pytest.fixture
def tenant(az: Path) -> Iterator[Tenant]:
    """A tenant in which somebody is signed in to az."""
    with Tenant() as running:
        management = f"{running.url}/arm"
        token = running.deployer.token(management)
        az.write_text(AZ.format(python=sys.executable, management=management, token=token))
        az.chmod(S_IRWXU)
        running.management.functions = ["check", "tick"]
        yield running


def write(az: Path, script: str) -> None:
    az.write_text(f"#!/bin/sh\n{script}\n")
    az.chmod(S_IRWXU)


def test_a_registered_timer_is_found(tenant: Tenant) -> None:
    finding = examine_timer(lambda: list_functions(SITE))
    assert (finding.ok, finding.text) == (True, "Azure lists tick and check")
    assert tenant.requests() == {f"GET /arm{SITE}/functions": 1}


@pytest.mark.parametrize(
    ("listed", "missing"),
    [
        (["check"], "tick"),
        (["tick"], "check"),
        ([], "check and tick"),
        (["x-tick", "ticks"], "check and tick"),
    ],
)
def test_a_missing_timer_is_reported(tenant: Tenant, listed: list[str], missing: str) -> None:
    tenant.management.functions = listed
    finding = examine_timer(lambda: list_functions(SITE))
    assert finding.ok is False
    assert f"does not list {missing}, so" in finding.text
    assert finding.commands == ("python3 infra/hooks/after_deploy.py",)


def test_without_the_environment_of_azd_nobody_is_asked() -> None:
    for name in NAMES:
        assert site_of(ENVIRONMENT | {name: ""}) == ""
        assert site_of({key: value for key, value in ENVIRONMENT.items() if key != name}) == ""
    finding = examine_timer(None)
    assert finding.ok is None
    assert finding.text.startswith("not asked")


def test_a_person_who_may_not_read_the_app_is_not_asked_for_more(tenant: Tenant) -> None:
    tenant.deployer.forbidden = {"read the app"}
    finding = examine_timer(lambda: list_functions(SITE))
    assert finding.ok is None
    assert finding.text.startswith("not asked: az: ERROR: ")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'ERROR: Please run az login.' >&2; exit 1", "ERROR: Please run az login."),
        ("exit 1", "no error message"),
        ("echo '[]'", "something else"),
        ("echo '{\"value\": [{}]}'", "something else"),
        ("echo not JSON", "something else"),
    ],
)
def test_an_az_that_fails_is_reported(az: Path, script: str, reason: str) -> None:
    write(az, script)
    with pytest.raises(PortError, match=reason):
        list_functions(SITE)


def test_without_az_nobody_is_asked(az: Path) -> None:
    assert not az.exists()
    finding = examine_timer(lambda: list_functions(SITE))
    assert (finding.ok, finding.text) == (None, "not asked: az is not installed")
