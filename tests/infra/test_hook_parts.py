"""Single modules of the hooks, where running a whole hook would show no more."""

import ast
import contextlib
import io
import json
import re
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

import pytest

from shared.config import named_settings, signing_secret
from shared.config.clouds import CLOUDS
from shared.config.urls import is_loopback
from shared.render.text.commands import GRAPH_ROLES
from tests.infra.deployed import ROOT
from tests.support.hostile import unseen
from tests.support.scripted import Reply, Scripted, reply

type Part = Callable[[str], ModuleType]


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch) -> Part:
    """Import a module as the hooks do, from their own folder."""
    monkeypatch.syspath_prepend(str(ROOT / "infra" / "hooks"))
    return lambda name: import_module(f"deployment.{name}")


def test_hooks_and_app_have_the_same_clouds(part: Part) -> None:
    """The hooks cannot import the app, so the table exists twice."""
    hooks = {cloud.graph: cloud.audience for cloud in part("cloud").CLOUDS}
    assert hooks == {graph: cloud.audience for graph, cloud in CLOUDS.items()}


def test_hooks_and_app_have_the_same_graph_permissions(part: Part) -> None:
    assert part("permissions").ROLES == GRAPH_ROLES


def test_hooks_and_app_reject_the_same_connectors(part: Part) -> None:
    assert part("vault").RETIRED_HOSTS == named_settings.RETIRED_HOSTS
    assert part("vault").SIGNING_SIZES == signing_secret.SIZES
    assert part("vault").SIGNING == signing_secret.PREFIX


@pytest.mark.parametrize(
    "host", ["contoso.webhook.office.com", "outlook.office.com", "Outlook.Office365.com"]
)
def test_a_retired_connector_is_rejected(part: Part, host: str) -> None:
    with pytest.raises(part("report").NotYet, match="an Office 365 connector"):
        part("vault").checked(f"https://{host}/webhook/x")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:7090",
        "http://127.0.0.2:7090",
        "http://localhost",
        "http://[::1]:7090",
        "http://128.0.0.1",
        "http://graph.example",
        "http:",
    ],
)
def test_hooks_and_app_agree_on_loopback_addresses(part: Part, url: str) -> None:
    assert part("cloud").is_loopback(url) == is_loopback(urlsplit(url))


def refusal(part: Part, answer: Reply, ask: str = "find") -> str:
    with Scripted([answer]) as service, pytest.raises(part("rest").Refused) as caught:
        getattr(part("rest").Rest(service.url, lambda: "the-token"), ask)("/groups")
    return str(caught.value)


def test_a_truncated_error_response_is_an_error(part: Part) -> None:
    assert refusal(part, Reply(403, b'{"error": {"code": "Auth', missing=60)) == "Forbidden (403)"


@pytest.mark.parametrize("document", [{}, {"value": None}, {"value": {}}, []])
def test_a_response_without_a_list_is_an_error(part: Part, document: object) -> None:
    assert refusal(part, reply(document), "list").endswith("is not a list")


def test_an_unclear_response_of_the_vault_is_an_error(part: Part) -> None:
    with Scripted([reply({"value": []}), reply({"value": [{"id": "x"}]}), reply({})]) as service:
        vault = part("rest").Rest(service.url, lambda: "the-token")
        assert [part("vault").is_stored(vault, "teams-webhook-url") for _ in range(2)] == [
            False,
            True,
        ]
        with pytest.raises(part("rest").Refused, match="is not a list"):
            part("vault").is_stored(vault, "teams-webhook-url")


def test_names_in_the_report_do_not_act_on_a_terminal(part: Part) -> None:
    report = part("report").Report("x")
    report.run_step("people", lambda: "assigned: a\x1b[31m\u202eb\u200bc\x9b2J", None)
    assert unseen(report.text()) == []
    assert "assigned: a [31m b c 2J" in report.text()


def test_a_hook_takes_any_letter_on_a_console_that_lacks_it(part: Part) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with contextlib.redirect_stdout(out):
        assert part("hook").run(lambda: print("assigned: Łódź")) == 0  # noqa: T201  (as a hook does)
    out.seek(0)
    assert out.read() == "assigned: ??d?\n"


PARAMETERS = json.loads((ROOT / "infra/main.parameters.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, None),
        ({"schedule": "0 */10 * * * *"}, None),
        ({"schedule": "${LAPSEWATCH_WHEN=0 5 * * * *}"}, None),
        ({"schedule": "${LAPSEWATCH_WHEN=0 5 24 * * *}"}, 'with the hour "24"'),
        ({"schedule": "0 60 * * * *"}, 'with the minute "60"'),
        ({"schedule": ""}, "0 fields"),
        ({"extraSettings": {"LAPSEWATCH_SCHEDULE": "0 0 5 * * * *"}}, "7 fields"),
        ({"extraSettings": {"LAPSEWATCH_SCHEDULE": ""}, "schedule": "0 5 * * * *"}, "0 fields"),
        ({"extraSettings": {"LAPSEWATCH_SCHEDULE": "0 5 * * * *"}, "schedule": "x"}, None),
        ({"extraSettings": {"HR_CLIENT_ID": "1"}}, None),
    ],
)
def test_azd_does_not_provision_a_schedule_that_the_host_refuses(
    part: Part, tmp_path: Path, more: dict[str, object], found: str | None
) -> None:
    """The host would turn off the timer only, and everything else would answer."""
    given = PARAMETERS["parameters"] | {name: {"value": value} for name, value in more.items()}
    (tmp_path / "main.parameters.json").write_text(json.dumps({"parameters": given}), "utf-8")
    shutil.copy(ROOT / "infra/main.bicep", tmp_path)
    report = part("report").Report("")
    accepted = part("schedule").check_schedule(part("azd").Azd(), report, tmp_path)
    assert accepted is (found is None)
    assert [row.what for row in report.rows] == ([] if accepted else ["LAPSEWATCH_SCHEDULE"])
    assert (found or "") in report.text()


def test_the_rule_for_schedules_runs_on_the_python_of_the_hooks() -> None:
    source = (ROOT / "shared/config/ncrontab.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 10))
    assert set(re.findall(r"^(?:from|import) (\S+)", source, re.MULTILINE)) == {
        "__future__",
        "re",
        "typing",
    }
    assert "check_schedule(azd, report)" in (ROOT / "infra/hooks/before_provision.py").read_text(
        encoding="utf-8"
    )
