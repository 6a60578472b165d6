"""The pages about operations are correct: ids, alerts, sums, command names."""

import re

from shared.core.judge.schedule import STALE_AFTER
from shared.render.text.commands import GRAPH_ROLES
from tests.functions_host.host_process import ROOT
from tests.infra.test_azd import FROM_AZD, OUTPUTS
from tests.support.snapshots import read

PERMISSIONS = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
OPERATE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
OTHERS = {*(ROOT / "docs").rglob("*.md")} - {
    ROOT / "docs" / name for name in ("deploy.md", "operate.md", "permissions.md")
}
"""`test_docs_commands.py` reads the first of these."""
OPERATIONS = [PERMISSIONS, OPERATE, *(page.read_text("utf-8") for page in sorted(OTHERS))]


def test_documented_graph_permissions_are_those_of_the_app() -> None:
    section = PERMISSIONS.split("## Microsoft Graph")[1].split("\n## ")[0]
    assert (
        dict(re.findall(r"^\| `([A-Za-z.]+)` \| `([0-9a-f-]+)` \|", section, re.MULTILINE))
        == GRAPH_ROLES
    )


def test_documented_sign_in_permissions_are_those_of_the_hook() -> None:
    asked = re.findall(
        r'"(\w+)": "([0-9a-f-]{36})"',
        (ROOT / "infra/hooks/deployment/registration.py").read_text(encoding="utf-8"),
    )
    section = PERMISSIONS.split("## The sign-in of the status page")[1].split("\n## ")[0]
    (row,) = re.findall(r"^\| permissions, delegated \|.*$", section, re.MULTILINE)
    assert asked == re.findall(r"`(\w+)` \(`([0-9a-f-]{36})`\)", row) != []


def test_every_name_in_a_command_is_set_before_its_use() -> None:
    for text in OPERATIONS:
        given: set[str] = set()
        for line in "\n".join(re.findall(r"```sh\n(.+?)```", text, re.DOTALL)).splitlines():
            used = set(re.findall(r"\$([A-Z_]+)", line))
            assert used <= given, line
            given |= set(re.findall(r"^ *([A-Z_]+)=", line))
            if "azd env get-values" in line:
                given |= OUTPUTS | FROM_AZD


def test_values_read_from_azd_are_outputs_or_parameters() -> None:
    text = "\n".join(OPERATIONS)
    named = set(re.findall(r"azd env get-value ([A-Z_]+)", text))
    settable = set(re.findall(r"azd env set ([A-Z_]+)", text))
    parameters = set(
        re.findall(
            r"\$\{([A-Z_]+)", (ROOT / "infra" / "main.parameters.json").read_text(encoding="utf-8")
        )
    )
    assert {"LAPSEWATCH_APP_NAME", "LAPSEWATCH_VAULT_NAME"} <= named
    assert named <= set(read("default").outputs) | parameters | FROM_AZD
    assert settable
    assert settable <= parameters


def test_each_alert_is_documented_under_its_name() -> None:
    rules = read("hand-over").all("Insights/scheduledQueryRules")
    titles = {each["properties"]["displayName"].removeprefix("Lapsewatch: ") for each in rules}
    assert (
        set(
            re.findall(
                r"^### (.+)$", OPERATE.split("## The alerts")[1].split("\n## ")[0], re.MULTILINE
            )
        )
        == titles
    )


def test_the_costs_add_up() -> None:
    section = OPERATE.split("## Cost a month")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|*]+) \| ([^|]+) \| [^|]+ \| (\d+\.\d\d) \|$", section, re.MULTILINE)
    (together,) = re.findall(r"\*\*together\*\* .*\*\*(\d+\.\d\d)\*\*", section)
    assert len(rows) == 9
    assert round(sum(float(price) for *_, price in rows), 2) == float(together)
    seconds = 0
    for _, quantity, _ in rows:
        if found := re.match(r"([\d,]+) of (\d+) s at 2 GB: ([\d,]+) GB-s", quantity):
            times, long, total = (int(text.replace(",", "")) for text in found.groups())
            assert times * long * 2 == total
            seconds += total
    assert f"= {seconds:,} GB-s" in section
    assert round(seconds * 0.000026, 2) == 0.65
    assert seconds < 100_000
    endpoints = round(4 * 730 * 0.01, 2)
    assert f"4 x 730 x 0.01 = {endpoints:.2f}" in section
    assert f"**{endpoints + 4 * 0.5:.2f}**" in section
    assert "November 2026" in section
    assert "**East US**" in section
    assert f"0.3 x 2.30 = {0.3 * 2.3:.2f}" in section
    assert f"(15 - 5) x 2.30 = {10 * 2.3:.2f}" in section


def test_the_times_for_monitors_are_those_of_the_code() -> None:
    section = OPERATE.split("## Monitoring from outside")[1].split("\n## ")[0]
    stale = int(STALE_AFTER.total_seconds() // 3600)
    assert set(re.findall(r"(\d+) hours", section)) == {str(stale)}
    frequencies = {
        each["properties"]["evaluationFrequency"]
        for each in read("default").all("Insights/scheduledQueryRules")
    }
    assert frequencies == {"PT1H"}
    assert "evaluated once an hour" in section
    titles = " ".join(
        each["properties"]["displayName"]
        for each in read("default").all("Insights/scheduledQueryRules")
    )
    rows = re.findall(r"^\| .+ \| (.+) \|$", section, re.MULTILINE)[1:]
    named = {
        name
        for row in rows
        for part in re.findall(r"\*(.+?)\*", row)
        for name in part.split(", or")
    }
    assert {name for name in named if name.removeprefix("or ").strip() not in titles} == set()
    assert re.findall(r"(\d+) seconds", section) == ["50"]
