"""The secrets of the vault, which pass through this process only: not through an argument, an environment, a file or a line of output.

The role that lets the deployer write is minutes old when this runs first, so "forbidden" is asked again too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from deployment.asking import secret
from deployment.azd import Azd
from deployment.cloud import Cloud, vault_scope
from deployment.report import NotYet, Remedy, Report, az_rest
from deployment.rest import Refused, Rest

TEAMS_URL = "teams-webhook-url"
VERSION = "api-version=7.4"
RETIRED_HOSTS = (".webhook.office.com", ".outlook.office.com", ".outlook.office365.com")
"""As in the app's own rules (`shared/config/watchlist_rules.py`), which these hooks cannot import."""
SETTLING = frozenset({403, 404})
CLOSED = frozenset({"ForbiddenByFirewall", "ForbiddenByConnection"})
AGAIN = "python3 infra/hooks/put_secret.py"

Answer = TypeVar("Answer")


def vault_of(azd: Azd) -> Rest:
    """Give the vault of this deployment. Raises `NotYet` or `ValueError` with a sentence."""
    uri = azd.get("LAPSEWATCH_VAULT_URI").rstrip("/")
    if not uri:
        raise NotYet("LAPSEWATCH_VAULT_URI is not set: provision first")
    scope = vault_scope(uri)
    return Rest(uri, lambda: azd.token(scope))


def checked(url: str) -> str:
    """Give a webhook's or heartbeat's URL. Raises `NotYet`, without the URL in its text."""
    try:
        address = urlsplit(url)
        host = address.hostname or ""
    except ValueError:
        host = ""
    if not url.startswith("https://") or not host or re.search(r"\s", url):
        raise NotYet("what was given is no https:// URL; copy it whole")
    if f".{host}".endswith(RETIRED_HOSTS):
        raise NotYet(
            "what was given is an Office 365 connector, which Microsoft has retired; make a Workflow (docs/deploy.md)"
        )
    return url


def is_kept(vault: Rest, name: str) -> bool:
    """Say whether the vault has the secret, without reading it."""
    path = f"/secrets/{name}/versions?maxresults=1&{VERSION}"
    try:
        return bool(_open(lambda: vault.list(path, settling=frozenset({403}))))
    except Refused as refused:
        if refused.status == 404:  # noqa: PLR2004  (an HTTP status)
            return False
        raise


def keep(vault: Rest, name: str, value: str) -> str:
    """Write a secret, and give a note."""
    body = {"value": value, "contentType": "text/plain"}
    try:
        _open(lambda: vault.send("PUT", f"/secrets/{name}?{VERSION}", body, settling=SETTLING))
    except Refused as refused:  # whoever answers in the vault's place may quote what was sent
        raise Refused(refused.status, refused.code, "the vault does not take it") from None
    return "written to the vault"


def _open(ask: Callable[[], Answer]) -> Answer:
    """Give what the vault answers. Raises `NotYet` if it is closed to this machine's address, `Refused`."""
    try:
        return ask()
    except Refused as refused:
        if refused.code not in CLOSED:
            raise
        remedy = Remedy(
            "you let your public address in, and run",
            ("azd env set LAPSEWATCH_DEPLOYER_IP 203.0.113.7", "azd up"),
        )
        raise NotYet(
            "the vault is private, and closed to the address of this machine", remedy
        ) from None


def writing(azd: Azd, name: str) -> Remedy:
    """Give how somebody else lets the deployer write, and how the deployer then writes."""
    command = f"{AGAIN} {name}"
    scope = (
        f"/subscriptions/{azd.get('AZURE_SUBSCRIPTION_ID')}/resourceGroups/{azd.get('AZURE_RESOURCE_GROUP')}"
        f"/providers/Microsoft.KeyVault/vaults/{azd.get('LAPSEWATCH_VAULT_NAME')}"
    )
    role = f'az role assignment create --role "Key Vault Secrets Officer" --assignee YOUR-SIGN-IN-NAME --scope {scope}'
    return Remedy(
        "an Owner of the resource group runs the first line, if that is forbidden to you; then you run the second",
        (role, command),
    )


def keep_teams_url(azd: Azd) -> tuple[str, bool]:
    """See that the vault has the URL of the Teams Workflow; give a note, and whether it is new."""
    vault = vault_of(azd)
    if is_kept(vault, TEAMS_URL):
        return f"is in the vault; to replace it: {AGAIN} {TEAMS_URL}", False
    given = secret("URL of the Teams Workflow (it is not shown; Enter: later): ")
    if not given:
        raise NotYet(
            "no URL was given; how to make the Workflow: docs/deploy.md",
            Remedy("you run", (f"{AGAIN} {TEAMS_URL}",)),
        )
    return keep(vault, TEAMS_URL, checked(given)), True


def read_anew(azd: Azd, cloud: Cloud, report: Report) -> None:
    """Let the app read its settings from the vault again, which it else does once a day. A restart is not enough on Flex Consumption."""
    path = (
        f"/subscriptions/{azd.get('AZURE_SUBSCRIPTION_ID')}/resourceGroups/{azd.get('AZURE_RESOURCE_GROUP')}"
        f"/providers/Microsoft.Web/sites/{azd.get('LAPSEWATCH_APP_NAME')}/config/configreferences/appsettings/refresh?api-version=2022-03-01"
    )
    management = Rest(cloud.management, lambda: azd.token(f"{cloud.management}/.default"))

    def step() -> str:
        management.send("POST", path)
        return "the app reads the vault again"

    report.attempt(
        "app settings",
        step,
        Remedy(
            "a Website Contributor of the app runs", (az_rest("POST", f"{cloud.management}{path}"),)
        ),
    )
