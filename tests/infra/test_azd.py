"""azure.yaml, the hooks and the Bicep use the same names."""

import ast
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types of its own

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / "infra/hooks"
SCRIPTS = [path for path in sorted(HOOKS.rglob("*.py")) if "hooks_env" not in path.parts]
BICEP = (ROOT / "infra/main.bicep").read_text(encoding="utf-8")
OUTPUTS = set(re.findall(r"^output (\w+)", BICEP, re.MULTILINE))
PARAMETERS: dict[str, Any] = json.loads(
    (ROOT / "infra/main.parameters.json").read_text(encoding="utf-8")
)["parameters"]
FROM_AZD = {
    "AZURE_ENV_NAME",
    "AZURE_LOCATION",
    "AZURE_SUBSCRIPTION_ID",
    "AZURE_TENANT_ID",
    "AZURE_RESOURCE_GROUP",
}
ASKED = {"LIBAPPS_CLIENT_ID", "LAPSEWATCH_ALERT_EMAIL", "LAPSEWATCH_DECIDERS"}
"""The values that the hook before provisioning prompts for."""


def references() -> dict[str, str | None]:
    """Return the names that parameters read from azd's environment, with default or `None`."""
    text = json.dumps(PARAMETERS)
    return {
        name: default if sign else None
        for name, sign, default in re.findall(r"\$\{(\w+)(=?)([^}]*)\}", text)
    }


def test_azure_yaml_names_existing_files() -> None:
    project = yaml.safe_load((ROOT / "azure.yaml").read_text(encoding="utf-8"))
    app = project["services"]["app"]
    packaging = app.pop("hooks")
    assert app == {
        "project": ".",
        "host": "function",
        "language": "python",
        "dist": "build/package",
        "remoteBuild": False,
    }
    assert project["requiredVersions"]["azd"] == ">= 1.23.15"
    assert (ROOT / project["infra"]["path"] / f"{project['infra']['module']}.bicep").is_file()
    assert set(project["hooks"]) == {"preprovision", "postprovision", "postdeploy", "postdown"}
    assert set(packaging) == {"prepackage"}
    for hook in (*project["hooks"].values(), *packaging.values()):
        assert (ROOT / hook["run"]).is_file()
        assert (hook["kind"], hook["interactive"]) == ("python", True)
    assert "tags: union(tags, { 'azd-service-name': 'app' })" in (
        ROOT / "infra/modules/app.bicep"
    ).read_text(encoding="utf-8")


def test_only_two_hooks_may_stop_azd() -> None:
    """One does so where a setting is missing or would be reset, one where there is no package."""
    project = yaml.safe_load((ROOT / "azure.yaml").read_text(encoding="utf-8"))
    hooks = project["hooks"] | project["services"]["app"]["hooks"]
    may_stop = {name for name, hook in hooks.items() if not hook.get("continueOnError", False)}
    assert may_stop == {"preprovision", "prepackage"}


def test_azd_up_runs_its_steps_one_after_the_other() -> None:
    """Otherwise the progress display of azd 1.25.0 and newer overwrites the last hook's table."""
    project = yaml.safe_load((ROOT / "azure.yaml").read_text(encoding="utf-8"))
    steps = project["workflows"]["up"]["steps"]
    assert steps == [{"azd": "provision"}, {"azd": "package --all"}, {"azd": "deploy --all"}]


def test_the_hooks_install_no_packages() -> None:
    lines = (HOOKS / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
    assert not (HOOKS / "pyproject.toml").exists()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_the_hooks_need_python_3_10_and_nothing_else(script: Path) -> None:
    tree = ast.parse(script.read_text(encoding="utf-8"), feature_version=(3, 10))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names | {"deployment"}


def test_every_value_that_a_hook_reads_has_a_source() -> None:
    used = {
        name
        for script in SCRIPTS
        for name in re.findall(
            r'"((?:LAPSEWATCH|AZURE|LIBAPPS)_[A-Z_]+)"', script.read_text(encoding="utf-8")
        )
    }
    own = {
        "LAPSEWATCH_HOOKS_PATIENCE",
        "LAPSEWATCH_EXCHANGE_PRINCIPAL",
        "LAPSEWATCH_EXCHANGE_NAME",
        "LAPSEWATCH_SETTINGS",
        "LAPSEWATCH_KEPT_HAND_OVER_VAULT",
        "LAPSEWATCH_SCHEDULE",  # of infra/main.parameters.json
    }
    assert {"LAPSEWATCH_HOST", "LAPSEWATCH_VAULT_URI"} <= used
    assert used <= OUTPUTS | set(references()) | FROM_AZD | ASKED | own


def test_every_parameter_has_a_default_or_a_prompt() -> None:
    declared = set(re.findall(r"^param (\w+)", BICEP, re.MULTILINE))
    assert set(PARAMETERS) <= declared
    required = set(re.findall(r"^param (\w+) \w+$", BICEP, re.MULTILINE))
    assert required <= set(PARAMETERS)
    assert {name for name, default in references().items() if default is None} <= FROM_AZD
    assert {name for name, default in references().items() if default == "unset"} <= ASKED
