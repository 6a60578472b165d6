"""The smallest watchlist as a TOML text: one channel, one app, one service."""

RUNBOOK = "".join(
    f"## {title}\n\nDo it.\n\n" for title in ("Request", "Create", "Install", "Verify", "Clean up")
)
_BODY = """
[channels.its]
kind = "teams"
url = "env:TEAMS_WEBHOOK_URL"

[[apps]]
name = "LibApps Outlook sync"
client_id = "env:LIBAPPS_CLIENT_ID"

[[apps.services]]
name = "LibCal"
claims = { name = "LibCal*" }
renewer = ["its"]
installer = ["its"]
breaks = "Calendars stop."
"""


def watchlist_toml(tenant: str = "", *, zone: str = "America/Chicago", runbook: str = "") -> str:
    """Return it with the id of another tenant and the file of a runbook, if they are given."""
    tenant_table = f'[tenant]\nid = "{tenant}"\n' if tenant else ""
    steps = f'runbook = "{runbook}"\n' if runbook else ""
    return f'timezone = "{zone}"\n{tenant_table}{_BODY}{steps}'
