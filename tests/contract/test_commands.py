"""Commands and their options keep their spelling, and their exit statuses their meaning."""

import re
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import requests
from typer.main import get_command

from shared.__main__ import app
from tests.e2e.conftest import Lapsewatch, lapsewatch, now, tenant  # noqa: F401  (fixtures)
from tests.support.names import names_in, table

ROOT = Path(__file__).parents[2]
COMMANDS = table("""
    check: --dry-run --tenant --json
    tick: --tenant --json
    status: --csv --tenant --json
    forecast: --until --svg --tenant --json
    inventory: --within --all --csv --tenant --json
    discover: --client-id --timezone --tenant
    doctor: --tenant --send-test
    confirm: SERVICE --key-id --by --tenant --json
    acknowledge: SERVICE --until --why --cancel --by --tenant --json
    claim: KEY_ID SERVICES --by --tenant --json
    hand-over: SERVICE --withdraw --by --tenant --json
    renew: SERVICES --months --by --again --dry-run --tenant --json
""")
"""`python -m shared COMMAND`."""
LOCAL = table("""
    local.tenant: --port --story --hand-over
    local.host: --app --port --state --no-timers --signed-in --strict --production
    local.host: --without-role --minutes-ago
    local.package: --start --try
    local.simulation.soak: --apps --days --seed
    tests.conformance: --url --key --master-key --local --json --only
""")
"""`python -m MODULE`."""
STORIES = "libapps renewed strange empty many:N"
MODULES = (
    "shared",
    "bench",
    "local.demo",
    "local.host",
    "local.mutate",
    "local.package",
    "local.reference",
    "local.simulation.soak",
    "local.simulation.story",
    "local.tenant",
    "tests.conformance",
)
TARGETS = (
    "help setup demo story test lint types unit bench host-conformance mutate soak package sbom "
    "lock clean"
)
"""`make TARGET`."""
HOOKS = (
    "before_provision.py after_provision.py before_package.py after_deploy.py after_down.py "
    "put_secret.py"
)
"""`python infra/hooks/SCRIPT`."""


def test_the_commands_and_their_options() -> None:
    commands: Mapping[str, Any] = get_command(app).commands  # type: ignore[attr-defined]  # a group, as it has several commands
    found = {
        name: {
            opt
            for each in command.params
            for opt in ([each.name.upper()] if each.param_type_name == "argument" else each.opts)
        }
        for name, command in commands.items()
    }
    assert found == COMMANDS


@pytest.mark.parametrize("module", LOCAL)
def test_the_options_of_the_local_commands(module: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", module, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert set(re.findall(r"(?<=  )--[a-z-]+", ran.stdout)) == LOCAL[module]
    assert ran.stdout.startswith(f"usage: python -m {module} ")
    if module == "local.tenant":
        assert [story for story in STORIES.split() if story not in ran.stdout] == []


@pytest.mark.parametrize("module", MODULES)
def test_the_modules_that_python_runs(module: str) -> None:
    found = find_spec(module)
    assert found is not None
    main = find_spec(f"{module}.__main__") if found.submodule_search_locations else found
    assert main is not None
    assert main.origin is not None
    assert 'if __name__ == "__main__":' in Path(main.origin).read_text("utf-8")


def test_the_targets_and_the_hooks() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert [target for target in TARGETS.split() if target not in targets] == []
    assert [hook for hook in HOOKS.split() if not (ROOT / "infra" / "hooks" / hook).is_file()] == []


def test_the_exit_statuses(lapsewatch: Lapsewatch) -> None:  # noqa: F811  (the fixture)
    graph = lapsewatch.tenant.environment["LAPSEWATCH_GRAPH"]
    [app_there] = requests.get(f"{graph}/control/apps", timeout=10).json()
    [key_id] = [each["key_id"] for each in app_there["secrets"] if each["name"] == "LibCal 2024"]
    ran = lapsewatch("confirm", "libcal", "--key-id", key_id, "--by", "Anna", "--json")
    assert ran.status == 0
    assert names_in(ran.json)["/"] == {"decision", "notes", "check"}
    assert names_in(ran.json)["/decision"] == {
        "at",
        "kind",
        "by",
        "object_id",
        "services",
        "key_id",
        "why",
    }
    assert lapsewatch("status", "--nonsense").status == 2
    lapsewatch.tenant.identity.roles.clear()
    assert lapsewatch("check").status == 1
    lapsewatch.settings = {"LAPSEWATCH_DEADLINE": "soon"}
    assert lapsewatch("status").status == 2
