"""Workflows, templates and hooks: no secrets, least permissions, every action pinned by commit."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types of its own

from tests.support.bicep import FILES, INFRA

ROOT = Path(__file__).parents[2]
WORKFLOWS = {path.stem: path for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
MAY_SIGN_IN = {("bicep", "what-if"), ("deploy", "deploy")}
"""Jobs that may ask GitHub for a token to sign in to Azure."""
PINNED = re.compile(r"(?:actions|azure)/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
"""By commit, because a tag can be moved; the comment is what Dependabot and people read."""


def loaded(name: str) -> dict[str, Any]:
    document = yaml.safe_load(WORKFLOWS[name].read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in loaded(name)["jobs"].values() for step in job["steps"]]


def test_the_workflows_that_are_wanted_are_there() -> None:
    assert set(WORKFLOWS) == {"audit", "bicep", "deploy", "test"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_knows_no_secret_and_may_only_what_it_needs(name: str) -> None:
    text = WORKFLOWS[name].read_text(encoding="utf-8")
    assert "secrets." not in text
    assert loaded(name)["permissions"] == {"contents": "read"}
    for job, content in loaded(name)["jobs"].items():
        more = {"id-token": "write"} if (name, job) in MAY_SIGN_IN else {}
        assert content.get("permissions", {"contents": "read"}) == {"contents": "read"} | more
        assert content["runs-on"] == "ubuntu-latest"
        assert 0 < content["timeout-minutes"] <= 45


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_action_is_pinned_by_commit(name: str) -> None:
    lines = WORKFLOWS[name].read_text(encoding="utf-8").splitlines()
    used = [line.partition("uses: ")[2] for line in lines if re.match(r" *(- )?uses: ", line)]
    assert len(used) == len([step for step in steps(name) if "uses" in step]) > 0
    assert [action for action in used if not PINNED.fullmatch(action)] == []


def test_an_action_has_the_same_commit_everywhere() -> None:
    pins = {step["uses"] for name in WORKFLOWS for step in steps(name) if "uses" in step}
    assert len(pins) == len({pin.partition("@")[0] for pin in pins})


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_keeps_no_credential_and_runs_no_fork_with_rights(name: str) -> None:
    checkouts = [
        step for step in steps(name) if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)
    assert "pull_request_target" not in WORKFLOWS[name].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_step_has_a_name(name: str) -> None:
    assert [step for step in steps(name) if not step.get("name")] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_what_a_stranger_can_write_reaches_no_shell(name: str) -> None:
    for step in steps(name):
        assert "${{" not in step.get("run", ""), step  # values come by the environment


def test_the_sign_in_to_azure_is_by_federation_alone() -> None:
    for name in ("bicep", "deploy"):
        (login,) = [step for step in steps(name) if step.get("uses", "").startswith("azure/login@")]
        assert set(login["with"]) == {"client-id", "tenant-id", "subscription-id"}
        assert all(
            re.fullmatch(r"\$\{\{ vars\.[A-Z_]+ \}\}", value) for value in login["with"].values()
        )
    assert loaded("deploy")["jobs"]["deploy"]["environment"] == "production"
    assert "head.repo.full_name == github.repository" in loaded("bicep")["jobs"]["what-if"]["if"]


def test_the_bicep_is_compiled_linted_and_compared() -> None:
    commands = " ".join(step.get("run", "") for step in steps("bicep"))
    for command in (
        "az bicep build --file infra/main.bicep",
        "az bicep lint --file infra/main.bicep",
        "az deployment sub what-if",
    ):
        assert command in commands
    given = set(re.findall(r"(\w+)=\"\$[A-Z_]+\"", commands))
    required = {
        name for name, parameter in FILES["main"].parameters.items() if parameter.default is None
    }
    assert required <= given <= set(FILES["main"].parameters)


def test_a_deployment_is_given_what_the_template_asks_for() -> None:
    environment = loaded("deploy")["jobs"]["deploy"]["env"]
    asked = dict(
        re.findall(
            r"\$\{([A-Z_]+)=?([^}]*)\}",
            (INFRA / "main.parameters.json").read_text(encoding="utf-8"),
        )
    )
    assert set(environment) == set(asked) | {
        "AZURE_SUBSCRIPTION_ID",
        "AZURE_TENANT_ID",
        "LAPSEWATCH_DECIDERS",
    }
    # a variable that GitHub does not have is empty, and not absent: azd's own default would not count
    assert all(
        environment[name] == f"${{{{ vars.{name}{f" || '{default}'" if default else ''} }}}}"
        for name, default in asked.items()
    )


def test_tests_run_as_on_a_laptop() -> None:
    assert [step["run"] for step in steps("test") if "run" in step] == ["make test", "make package"]


def test_what_is_pinned_is_kept_up_to_date() -> None:
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


def test_the_git_hooks_run_tools_of_the_project() -> None:
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


def test_the_bug_form_asks_for_what_helps_and_warns_of_secrets() -> None:
    form = yaml.safe_load(
        (ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml").read_text(encoding="utf-8")
    )
    assert "secret" in form["body"][0]["attributes"]["value"]
    fields = {part["id"]: part for part in form["body"] if part["type"] != "markdown"}
    assert set(fields) == {"what", "steps", "version", "doctor", "output", "checked"}
    assert "python -m shared doctor" in fields["doctor"]["attributes"]["description"]
    (no_secrets,) = fields["checked"]["attributes"]["options"]
    assert no_secrets["required"]


def test_the_container_of_a_developer_has_what_the_demo_needs() -> None:
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
