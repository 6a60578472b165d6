"""`python -m local.tenant` as a person runs it."""

import errno
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import requests

from local.stand_in.created_values import new_value
from local.stand_in.tenant import Tenant
from shared.adapters.identity.person import PersonCredential
from shared.adapters.vault.key_vault import KeyVault
from shared.core.model.secret import Secret
from shared.ports.vault import VaultLabel

ROOT = Path(__file__).parents[2]


def command(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "local.tenant", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    with command(*arguments) as process:
        try:
            assert process.stdout
            settings: dict[str, str] = {}
            while "LIBAPPS_CLIENT_ID" not in settings:
                line = process.stdout.readline()
                assert line, process.communicate()
                if line.startswith("export "):
                    name, _, value = line.removeprefix("export ").strip().partition("=")
                    (settings[name],) = shlex.split(value)  # as a shell takes it
            yield process, settings
        finally:
            process.kill()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_the_settings_and_serves_until_it_is_stopped(stop: signal.Signals) -> None:
    with running("--port", "0", "--story", "renewed") as (process, settings):
        own = ["LAPSEWATCH_GRAPH", "LAPSEWATCH_SIGN_IN_CLIENT_ID", "LAPSEWATCH_SIGN_IN_ISSUER"]
        assert sorted(settings) == sorted(
            [*own, "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "TEAMS_WEBHOOK_URL", "LIBAPPS_CLIENT_ID"]
        )
        assert settings["IDENTITY_HEADER"] == "local"
        query = {"api-version": "2019-08-01", "resource": settings["LAPSEWATCH_GRAPH"]}
        answer = requests.get(
            settings["IDENTITY_ENDPOINT"],
            query,
            headers={"X-IDENTITY-HEADER": settings["IDENTITY_HEADER"]},
            timeout=5,
        )
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        path = f"/v1.0/applications(appId='{settings['LIBAPPS_CLIENT_ID']}')"
        app = requests.get(settings["LAPSEWATCH_GRAPH"] + path, headers=headers, timeout=5).json()
        assert len(app["passwordCredentials"]) == 4
        process.send_signal(stop)
        assert process.wait(timeout=10) == 0
        assert process.stderr
        assert process.stderr.read() == ""


def test_a_vault_and_an_az_are_there_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    with running("--port", "0", "--hand-over") as (process, settings):
        assert process.stdout
        lines = process.stdout.readline(), process.stdout.readline()
        folder = lines[1].partition("PATH=")[2].partition(":$PATH")[0]
        for name, value in {
            **settings,
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        }.items():
            monkeypatch.setenv(name, value)
        person = partial(PersonCredential, settings["LAPSEWATCH_GRAPH"])
        vault = KeyVault(settings["LAPSEWATCH_HAND_OVER_VAULT"], person)
        at = datetime.now(UTC)
        vault.keep(VaultLabel("libcal", "k1", "Sam", at, at), Secret(new_value()))
        shown = requests.get(f"{settings['LAPSEWATCH_GRAPH']}/control/vault", timeout=5).json()
        assert list(shown["secrets"]) == ["lapsewatch-libcal-k1"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert not Path(folder).exists()


def test_an_unknown_story_ends_with_a_sentence() -> None:
    with command("--story", "nonsense") as process:
        _, complaint = process.communicate(timeout=20)
    assert process.returncode == 2
    assert 'There is no story "nonsense"' in complaint


def test_a_port_in_use_ends_with_a_sentence() -> None:
    with Tenant() as tenant:
        port = tenant.url.rpartition(":")[2]
        with command("--port", port) as process:
            _, complaint = process.communicate(timeout=20)
    assert process.returncode == 2
    assert f"Port {port} cannot be used: {os.strerror(errno.EADDRINUSE)}" in complaint
