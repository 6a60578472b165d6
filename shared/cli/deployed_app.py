"""The deployed app in Azure, as the person who is signed in to az; the app has no right to ask."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping

from shared.ports.errors import PortError

NAMES = ("AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "LAPSEWATCH_APP_NAME")
"""The names of azd's environment that name the app."""
SECONDS = 60


def site_of(environment: Mapping[str, str]) -> str:
    """Return the resource id of the app; empty if azd's environment is not loaded."""
    subscription, group, app = (environment.get(name, "") for name in NAMES)
    if not (subscription and group and app):
        return ""
    return (
        f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Web/sites/{app}"
    )


def list_functions(site: str) -> frozenset[str]:
    """Return the names of the functions that Azure knows of an app. Raises `PortError`.

    `az rest` puts the management API of az's cloud before the path.
    """
    az = shutil.which("az")
    if az is None:
        raise PortError("az is not installed")
    path = f"{site}/functions?api-version=2024-04-01"
    words = [az, "rest", "--method", "GET", "--url", path, "--output", "json"]
    try:
        done = subprocess.run(  # noqa: S603  (the words are ours, and no shell reads them)
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=os.environ | {"AZURE_CORE_NO_COLOR": "true"},
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PortError(f"az did not answer ({type(error).__name__})") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no error message"]
        raise PortError(f"az: {lines[-1][:300]}")
    return _names(done.stdout)


def _names(text: str) -> frozenset[str]:
    """Return "tick" for "func-abc/tick"."""
    try:
        found = json.loads(text)["value"]
        return frozenset(str(one["name"]).rpartition("/")[2] for one in found)
    except (ValueError, KeyError, TypeError):
        raise PortError("az printed something else than a list of functions") from None
