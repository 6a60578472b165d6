"""Workflows, templates and hooks: no secrets, least permissions, every action pinned by commit."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types of its own

from local.bicep import INFRA
from local.release import SUMS

ROOT = Path(__file__).parents[2]
WORKFLOWS = {path.stem: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
PERMISSIONS = {
    ("bicep", "what-if"): {"contents": "read", "id-token": "write"},
    ("deploy", "deploy"): {"contents": "read", "id-token": "write"},
    ("docs", "publish"): {"pages": "write", "id-token": "write"},
    ("release", "publish"): {"contents": "write", "id-token": "write", "attestations": "write"},
}
"""Jobs that may do more than read the code: sign in to Azure, publish, or attest."""
PINNED = re.compile(r"(?:actions|azure)/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
"""By commit, because a tag can be moved; the comment is what Dependabot and people read."""


def loaded(name: str) -> dict[str, Any]:
    document = yaml.safe_load(WORKFLOWS[name].read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in loaded(name)["jobs"].values() for step in job["steps"]]


def test_all_workflows_exist() -> None:
    assert set(WORKFLOWS) == {"audit", "bicep", "deploy", "docs", "release", "test"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_have_no_secret_and_least_permissions(name: str) -> None:
    text = WORKFLOWS[name].read_text(encoding="utf-8")
    assert "secrets." not in text
    assert loaded(name)["permissions"] == {"contents": "read"}
    for job, content in loaded(name)["jobs"].items():
        allowed = PERMISSIONS.get((name, job), {"contents": "read"})
        assert content.get("permissions", {"contents": "read"}) == allowed
        assert content["runs-on"] == "ubuntu-latest"
        assert 0 < content["timeout-minutes"] <= 45


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_by_commit(name: str) -> None:
    lines = WORKFLOWS[name].read_text(encoding="utf-8").splitlines()
    used = [line.partition("uses: ")[2] for line in lines if re.match(r" *(- )?uses: ", line)]
    assert len(used) == len([step for step in steps(name) if "uses" in step]) > 0
    assert [action for action in used if not PINNED.fullmatch(action)] == []


def test_each_action_has_one_commit() -> None:
    pins = {step["uses"] for name in WORKFLOWS for step in steps(name) if "uses" in step}
    assert len(pins) == len({pin.partition("@")[0] for pin in pins})


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_keep_no_credential_and_trust_no_fork(name: str) -> None:
    checkouts = [
        step for step in steps(name) if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert "pull_request_target" not in WORKFLOWS[name].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_steps_have_names(name: str) -> None:
    assert [step for step in steps(name) if not step.get("name")] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_expression_is_inserted_into_a_shell_command(name: str) -> None:
    for step in steps(name):
        assert "${{" not in step.get("run", ""), step  # values come from the environment


def test_sign_in_to_azure_uses_federation_only() -> None:
    for name in ("bicep", "deploy"):
        (login,) = [step for step in steps(name) if step.get("uses", "").startswith("azure/login@")]
        assert set(login["with"]) == {"client-id", "tenant-id", "subscription-id"}
        assert all(
            re.fullmatch(r"\$\{\{ vars\.[A-Z_]+ \}\}", value) for value in login["with"].values()
        )
    assert loaded("deploy")["jobs"]["deploy"]["environment"] == "production"
    assert "head.repo.full_name == github.repository" in loaded("bicep")["jobs"]["what-if"]["if"]


def test_bicep_is_compiled_compared_and_previewed() -> None:
    commands = " ".join(step.get("run", "") for step in steps("bicep"))
    for command in (
        "az bicep install --version v",
        'BICEP="$HOME/.azure/bin/bicep" python -m local.bicep',
        "/azure.yaml.json azure.yaml",
        "/host.json host.json",
        "az deployment sub what-if",
    ):
        assert command in commands
    given = set(re.findall(r"(\w+)=\"\$[A-Z_]+\"", commands.partition("what-if")[2]))
    main = (INFRA / "main.bicep").read_text(encoding="utf-8")
    declared = dict(re.findall(r"^param (\w+) \w+(?: = (.+))?$", main, re.MULTILINE))
    required = {name for name, default in declared.items() if not default}
    assert required <= given <= set(declared)


def test_deployment_passes_all_parameters() -> None:
    environment = loaded("deploy")["jobs"]["deploy"]["env"]
    text = (INFRA / "main.parameters.json").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{([A-Z_]+)", text))
    assert set(environment) == asked | {
        "AZURE_SUBSCRIPTION_ID",
        "AZURE_TENANT_ID",
        "LAPSEWATCH_DECIDERS",
    }
    # A default here would reset what the running app has; the hook keeps what is empty.
    assert all(value == f"${{{{ vars.{name} }}}}" for name, value in environment.items())


def test_a_release_is_tested_and_published_by_a_job_without_our_code() -> None:
    jobs = loaded("release")["jobs"]
    commands = [step["run"] for step in jobs["build"]["steps"] if "run" in step]
    assert commands == [
        'python -m local.release "$GITHUB_REF_NAME" --check',
        "make test",
        "make docs",
        "make package",
        "make sbom",
        '.venv/bin/python -m local.release "$GITHUB_REF_NAME"',
    ]
    publish = jobs["publish"]
    assert publish["needs"] == "build"
    assert [step["uses"].partition("@")[0] for step in publish["steps"] if "uses" in step] == [
        "actions/download-artifact",
        "actions/attest-build-provenance",
    ]
    (create,) = [step["run"] for step in publish["steps"] if "gh release" in step.get("run", "")]
    assert "--verify-tag" in create
    assert all(file in create for file in ("lapsewatch-*.zip", "lapsewatch-*.cdx.json", SUMS))


def test_the_site_is_published_only_if_a_variable_says_so() -> None:
    jobs = loaded("docs")["jobs"]
    assert jobs["publish"]["if"] == "vars.DOCS_PAGES == 'true'"
    assert jobs["publish"]["needs"] == "build"
    assert any(step.get("run", "").startswith("make docs ") for step in jobs["build"]["steps"])


def test_ci_runs_the_command_of_the_readme_with_coverage() -> None:
    commands = [step for step in steps("test") if "run" in step]
    assert [step["run"] for step in commands] == ["make test", "make fuzz", "make package"]
    assert commands[0]["env"] == {"COVERAGE": "1", "LAPSEWATCH_ALL_TESTS": "1"}
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("export LAPSEWATCH_ALL_TESTS=1") for line in script)
    assert {"make test", "make docs"} <= {*script}


def test_ci_uses_the_tools_beside_the_checkout() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "export BICEP=$PWD/../shared/tools/bicep/bicep" in script
    for name, file in (("azure.yaml", "azure.yaml"), ("host", "host.json")):
        assert f"--schemafile ../shared/tools/schemas/{name}.schema.json {file}\n" in script
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "$(MAKE) -j3 lint types arrows bicep >build/checks.txt" in makefile


@pytest.mark.parametrize(("environment", "measured"), [({}, False), ({"COVERAGE": "1"}, True)])
def test_make_measures_coverage_only_if_asked(environment: dict[str, str], measured: bool) -> None:  # noqa: FBT001  (a table of cases)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    shown = subprocess.run(
        ["make", "--dry-run", "unit"],
        cwd=ROOT,
        env=plain | {"MAKEFLAGS": ""} | environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout
    assert ("--fail-under=97" in shown) is measured
    assert "pytest -n auto" in shown


def test_dependabot_updates_all_pins() -> None:
    document = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))
    assert {update["package-ecosystem"] for update in document["updates"]} == {
        "pip",
        "npm",
        "github-actions",
    }
    assert all(
        (update["directory"], update["schedule"]["interval"]) == ("/", "weekly")
        for update in document["updates"]
    )
    assert all(update["cooldown"] == {"default-days": 7} for update in document["updates"])


def test_git_hooks_run_tools_of_the_project() -> None:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))[
        "repos"
    ]
    assert repository["repo"] == "local"  # nothing is downloaded
    development = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    for hook in repository["hooks"]:
        command = hook["entry"].split()[0]
        assert command == "make" or re.search(
            rf"^{command.removeprefix('.venv/bin/')}==", development, re.MULTILINE
        ), hook


def test_bug_form_asks_for_doctor_and_warns_of_secrets() -> None:
    form = yaml.safe_load(
        (ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text(encoding="utf-8")
    )
    assert "secret" in form["body"][0]["attributes"]["value"]
    fields = {part["id"]: part for part in form["body"] if part["type"] != "markdown"}
    assert set(fields) == {"what", "steps", "version", "doctor", "output", "checked"}
    assert "python -m shared doctor" in fields["doctor"]["attributes"]["description"]
    (no_secrets,) = fields["checked"]["attributes"]["options"]
    assert no_secrets["required"]


def test_development_container_can_run_the_demo() -> None:
    container = json.loads(
        (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    )
    assert ":3.13" in container["image"]
    assert {name.rpartition("/")[2].partition(":")[0] for name in container["features"]} == {
        "node",
        "azure-functions-core-tools",
        "azure-cli",
        "azd",
    }
    assert container["updateContentCommand"] == "make setup"
    assert "chromium" in container["onCreateCommand"]
    assert 7071 in container["forwardPorts"]
