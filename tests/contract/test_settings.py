"""The settings, the keys of a watchlist and the headings of a runbook keep their spelling."""

from pathlib import Path

import pytest

from shared.bootstrap import ROOT
from shared.config.problems import Misconfigured
from shared.config.settings_loader import load

SETTINGS = """
    LAPSEWATCH_SCHEDULE LAPSEWATCH_WATCHLIST LAPSEWATCH_TABLES LAPSEWATCH_GRAPH
    LAPSEWATCH_PAGE_URL LAPSEWATCH_SIGN_IN_CLIENT_ID LAPSEWATCH_SIGN_IN_ISSUER
    LAPSEWATCH_MAIL_SENDER LAPSEWATCH_SIGN_INS LAPSEWATCH_HEARTBEAT_URL LAPSEWATCH_DEADLINE
    LAPSEWATCH_TENANTS_CLIENT_ID AZURE_CLIENT_ID WEBSITE_HOSTNAME AZURE_AUTHORITY_HOST
"""
"""The settings whose values are validated.

IDENTITY_ENDPOINT and IDENTITY_HEADER are not; `tests/recorded` needs them.
"""
GOOD = {
    "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
    "LAPSEWATCH_TABLES": "https://account.table.core.windows.net",
    "LAPSEWATCH_GRAPH": "https://graph.microsoft.com",
    "LAPSEWATCH_PAGE_URL": "https://lapsewatch.example/api/page",
    "LAPSEWATCH_SIGN_IN_CLIENT_ID": "00000000-0000-4000-8000-000000000001",
    "LAPSEWATCH_SIGN_IN_ISSUER": "https://login.microsoftonline.com/00000000-0000-4000-8000-000000000002/v2.0",
    "LAPSEWATCH_MAIL_SENDER": "alerts@example.org",
    "LAPSEWATCH_SIGN_INS": "on",
    "LAPSEWATCH_HEARTBEAT_URL": "https://heartbeat.example/x",
    "LAPSEWATCH_DEADLINE": "20",
    "LAPSEWATCH_TENANTS_CLIENT_ID": "00000000-0000-4000-8000-000000000003",
    "AZURE_CLIENT_ID": "00000000-0000-4000-8000-000000000004",
    "WEBSITE_HOSTNAME": "lapsewatch.example",
    "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com",
    "IDENTITY_ENDPOINT": "http://127.0.0.1:1/msi/token",
    "IDENTITY_HEADER": "x",
    "ITS_WEBHOOK": "https://flow.example/x",
    "DESK_URL": "https://desk.example/hook",
    "DESK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "APP_CLIENT_ID": "00000000-0000-4000-8000-000000000005",
}
WATCHLIST = """
timezone = "America/Chicago"
check_at = "08:00"
ladder = [90, 30, 0]

[channels.its]
kind = "teams"
url = "env:ITS_WEBHOOK"
weekly = false
auth = "url"
mention = ["dana@example.org"]
label = "ITS"

[channels.flow]
kind = "teams"
url = "https://prod-1.westus.logic.azure.com/workflows/x"
auth = "identity"

[channels.desk]
kind = "webhook"
url = "env:DESK_URL"
secret = "env:DESK_SECRET"
weekly = true
label = "The help desk"

[channels.staff]
kind = "email"
to = ["staff@example.org"]
weekly = true
label = "LibCal administrators"

[tenant]
id = "00000000-0000-4000-8000-000000000006"
watch = true
tell = ["its"]
ladder = [30, 7]
service_principals = true
owners = true

[tenant.exclude]
names = ["Test*"]
client_ids = ["00000000-0000-4000-8000-000000000007"]
tags = ["lab"]

[tenant.noise]
connect_sync = false
app_proxy = false
app_service = false
sharepoint = false

[[apps]]
name = "LibApps Outlook sync"
client_id = "env:APP_CLIENT_ID"
redirect_uris = ["https://library.example/callback"]
service_principal = true

[[apps.services]]
name = "LibCal"
id = "libcal"
breaks = "Calendars stop."
claims = { name = "LibCal*" }
renewer = ["its"]
installer = ["staff"]
runbook = "libcal.md"
link = "https://library.example/admin"
request_to = "helpdesk@example.org"
ladder = [60, 1]
escalate = { to = ["its"], below = 7 }

[[apps.services]]
name = "LibStaffer"
breaks = "Calendars stop."
claims = { hint = "q7X" }
renewer = ["its"]
installer = ["its"]

[[apps.services]]
name = "Printing"
breaks = "Nobody can print."
claims = { key_id = "00000000-0000-4000-8000-000000000008" }
renewer = ["its"]
installer = ["its"]
"""
"""Every key that there is."""
RUNBOOK = "".join(
    f"## {heading}\n\nDo it.\n\n"
    for heading in ("Request", "Create", "Install", "Verify", "Clean up")
)
KEYS = [line.partition(" =")[0] for line in WATCHLIST.splitlines() if " = " in line]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "libcal.md").write_text(RUNBOOK, encoding="utf-8")
    (tmp_path / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    return {**GOOD, "LAPSEWATCH_WATCHLIST": str(tmp_path / "watchlist.toml")}


def test_every_key_of_a_watchlist_is_known(settings: dict[str, str]) -> None:
    load(settings, ROOT)


@pytest.mark.parametrize("key", dict.fromkeys(KEYS))
def test_a_key_of_another_spelling_is_not(key: str, settings: dict[str, str]) -> None:
    Path(settings["LAPSEWATCH_WATCHLIST"]).write_text(
        WATCHLIST.replace(f"\n{key} =", f"\n{key}x ="), encoding="utf-8"
    )
    with pytest.raises(Misconfigured, match=key):
        load(settings, ROOT)


@pytest.mark.parametrize("name", SETTINGS.split())
def test_a_setting_is_read_by_its_name(name: str, settings: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match=name):
        load({**settings, name: "\N{NO-BREAK SPACE} not one"}, ROOT)


@pytest.mark.parametrize("heading", ["Request", "Create", "Install", "Verify", "Clean up"])
def test_a_runbook_has_its_headings(heading: str, settings: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "libcal.md").write_text(
        RUNBOOK.replace(f"## {heading}", "## Another"), encoding="utf-8"
    )
    with pytest.raises(Misconfigured, match=heading):
        load(settings, ROOT)


@pytest.mark.parametrize("tenant", ["own", "00000000-0000-4000-8000-000000000006"])
def test_a_tenant_is_called_by_its_id_or_own(
    tenant: str, settings: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "tenants"
    folder.mkdir()
    (folder / "libcal.md").write_text(RUNBOOK, encoding="utf-8")
    (folder / "branch.toml").write_text(WATCHLIST, encoding="utf-8")
    (folder / "main.toml").write_text(
        "\n".join(line for line in WATCHLIST.splitlines() if not line.startswith('id = "0')),
        encoding="utf-8",
    )
    assert [
        *load({**settings, "LAPSEWATCH_WATCHLIST": str(folder)}, ROOT).of(tenant).watchlists
    ] == [tenant]
