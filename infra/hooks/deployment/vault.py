"""The secrets of the vault.

They are never in an argument, an environment, a file or the output. The role that allows the
deployer to write is new when this first runs, so "forbidden" is retried too.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from deployment.azd import Azd
from deployment.cloud import vault_scope
from deployment.hook import PYTHON
from deployment.prompts import secret
from deployment.references import REFRESH
from deployment.report import NotYet, Remedy, Report
from deployment.rest import Refused, Rest
from deployment.site import Site, resource_group

TEAMS_URL = "teams-webhook-url"
VERSION = "api-version=7.4"
RETIRED_HOSTS = (".webhook.office.com", ".outlook.office.com", ".outlook.office365.com")
"""A copy of the app's list (`shared/config/named_settings.py`), which hooks cannot import."""
SIGNING = "whsec_"
SIGNING_SIZES = range(24, 65)
"""Copies of the app's rule (`shared/config/signing_secret.py`)."""
SETTLING = frozenset({403, 404})
CLOSED = frozenset({"ForbiddenByFirewall", "ForbiddenByConnection"})
AGAIN = f"{PYTHON} infra/hooks/put_secret.py"

Result = TypeVar("Result")


def vault_of(azd: Azd) -> Rest:
    """Return the vault of this deployment. Raises `NotYet` or `ValueError` with a sentence."""
    uri = azd.get("LAPSEWATCH_VAULT_URI").rstrip("/")
    if not uri:
        raise NotYet("LAPSEWATCH_VAULT_URI is not set; run azd provision first")
    scope = vault_scope(uri)
    return Rest(uri, lambda: azd.token(scope))


def checked(url: str) -> str:
    """Return the URL of a webhook or heartbeat if it is valid.

    Raises `NotYet`, without the URL in its text.
    """
    try:
        address = urlsplit(url)
        host = address.hostname or ""
    except ValueError:
        host = ""
    if not url.startswith("https://") or not host or re.search(r"\s", url):
        raise NotYet("not an https:// URL; copy the complete URL")
    if f".{host}".endswith(RETIRED_HOSTS):
        raise NotYet(
            "an Office 365 connector, which Microsoft has retired; "
            "create a Workflow instead (docs/deploy.md)"
        )
    return url


def checked_secret(value: str) -> str:
    """Return the signing secret or the URL of a webhook, or the URL of a heartbeat, if valid.

    Raises `NotYet`, without any of it in its text.
    """
    if not value.startswith(SIGNING):
        return checked(value)
    try:
        size = len(b64decode(value[len(SIGNING) :], validate=True))
    except ValueError:
        size = 0
    if size not in SIGNING_SIZES:
        raise NotYet(
            "not a signing secret: whsec_ and 24 to 64 random bytes in Base64; "
            'make one with: echo "whsec_$(openssl rand -base64 32)"'
        )
    return value


def is_stored(vault: Rest, name: str) -> bool:
    """Return whether the vault has the secret, without reading it."""
    path = f"/secrets/{name}/versions?maxresults=1&{VERSION}"
    try:
        return bool(_open(lambda: vault.list(path, settling=frozenset({403}))))
    except Refused as refused:
        if refused.status == 404:  # noqa: PLR2004  (an HTTP status)
            return False
        raise


def store(vault: Rest, name: str, value: str) -> str:
    """Store a secret, and return a note."""
    body = {"value": value, "contentType": "text/plain"}
    try:
        _open(lambda: vault.send("PUT", f"/secrets/{name}?{VERSION}", body, settling=SETTLING))
    except Refused as refused:  # another server's message may contain the secret that was sent
        raise Refused(refused.status, refused.code, "the vault rejected it") from None
    return "stored in the vault"


def _open(ask: Callable[[], Result]) -> Result:
    """Return what `ask` returns. Raises `Refused`, or `NotYet` if this machine has no access."""
    try:
        return ask()
    except Refused as refused:
        if refused.code not in CLOSED:
            raise
        remedy = Remedy(
            "allow your public address, then run",
            ("azd env set LAPSEWATCH_DEPLOYER_IP 203.0.113.7", "azd up"),
        )
        raise NotYet("the vault is private and does not allow this machine", remedy) from None


def access(azd: Azd, name: str) -> Remedy:
    """Return how an Owner allows the deployer to write, and how the deployer then writes."""
    command = f"{AGAIN} {name}"
    vault = azd.get("LAPSEWATCH_VAULT_NAME")
    scope = f"{resource_group(azd)}/providers/Microsoft.KeyVault/vaults/{vault}"
    role = (
        'az role assignment create --role "Key Vault Secrets Officer" '
        f"--assignee YOUR-SIGN-IN-NAME --scope {scope}"
    )
    return Remedy(
        "if permission was denied, an Owner of the resource group runs the first command, in Azure "
        "Cloud Shell (Bash); then run the second one in the checkout",
        (role, command),
    )


def store_teams_url(azd: Azd) -> tuple[str, bool]:
    """Store the URL of the Teams Workflow if the vault has none.

    Return a note, and whether the URL is new.
    """
    vault = vault_of(azd)
    if is_stored(vault, TEAMS_URL):
        return f"exists in the vault; to replace it: {AGAIN} {TEAMS_URL}", False
    given = secret("URL of the Teams Workflow (it is not shown; Enter: later): ")
    if not given:
        raise NotYet(
            "no URL was given; docs/deploy.md says how to create the Workflow",
            Remedy("run", (f"{AGAIN} {TEAMS_URL}",)),
        )
    return store(vault, TEAMS_URL, checked(given)), True


def refresh_settings(site: Site, report: Report) -> None:
    """Make the app read its settings from the vault now; otherwise it does so once a day.

    A restart is not enough on Flex Consumption.
    """

    def step() -> str:
        site.post(REFRESH)
        return "read again from the vault"

    remedy = Remedy("a Website Contributor of the app runs", (site.command("POST", REFRESH),))
    report.run_step("app settings", step, remedy)
