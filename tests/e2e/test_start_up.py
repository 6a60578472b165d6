"""A start imports what the command or the route uses, and nothing else."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from local.azurite import Azurite
from local.stand_in.tenant import Tenant
from shared.__main__ import app
from shared.cli.commands import ABOUT
from shared.first_use import graph_directory
from tests.support.graph_objects import FixedToken

ROOT = Path(__file__).parents[2]
GRAPH = {"msgraph", "msgraph_core", "kiota_abstractions", "kiota_http", "httpx"}
ONE_ROUTE_EACH = {"jwt", "icalendar", "prometheus_client"}
HEALTH = ("-m", "bench.start_app", "health")
CHECK = ("-m", "bench.start_app", "check")


@pytest.fixture
def environment(azurite: Azurite) -> Iterator[Mapping[str, str]]:
    with Tenant() as tenant:
        settings = {"LAPSEWATCH_TABLES": azurite.tables, "LAPSEWATCH_SCHEDULE": "0 5 * * * *"}
        yield {**os.environ, **tenant.environment, **settings}


def imported(environment: Mapping[str, str], *arguments: str) -> set[str]:
    """Run Python, and return the packages and modules that it imported, by their full names."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        (
            ("-m", "shared", "--help"),
            {"azure", "requests", "msgspec", "jinja2", "shared.bootstrap"},
        ),
        (("-m", "shared", "status", "--help"), {"azure.identity"}),
        (("-m", "shared", "status"), {"azure.identity"}),
        (("-m", "shared", "forecast", "--json"), {"azure.identity"}),
        (HEALTH, {"azure.identity"}),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, tuple) else "",
)
def test_the_graph_sdk_is_not_imported(
    environment: Mapping[str, str], arguments: tuple[str, ...], more: set[str]
) -> None:
    found = imported(environment, *arguments)
    assert found & (GRAPH | ONE_ROUTE_EACH | more) == set()
    assert "shared.config.problems" in found


def test_a_check_imports_it(environment: Mapping[str, str]) -> None:
    for arguments in (("-m", "shared", "check"), CHECK):
        found = imported(environment, *arguments)
        assert found >= GRAPH
        assert found & ONE_ROUTE_EACH == set()


def test_the_text_of_a_command_is_that_of_its_function() -> None:
    """The list of commands may leave out what stands below the first paragraph."""
    commands = get_command(app).commands  # type: ignore[attr-defined]  # a group
    assert list(commands) == list(ABOUT)
    for name, about in ABOUT.items():
        assert f"{commands[name].help}\n\n".startswith(f"{about.text}\n\n"), name


def test_an_adapter_is_made_once() -> None:
    directory: Any = graph_directory("https://graph.example", FixedToken)
    assert directory.read.__self__ is directory.read.__self__
