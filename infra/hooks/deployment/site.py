"""The deployed app in Azure's management API, as the person or workflow that deploys."""

from __future__ import annotations

from deployment.azd import Azd
from deployment.cloud import Cloud
from deployment.report import az_rest
from deployment.rest import Json, Rest

VERSION = "api-version=2024-04-01"


def management(azd: Azd, cloud: Cloud) -> Rest:
    """Return Azure's management API."""
    return Rest(cloud.management, lambda: azd.token(f"{cloud.management}/.default"))


def resource_group(azd: Azd) -> str:
    """Return the id of the resource group."""
    subscription, group = azd.get("AZURE_SUBSCRIPTION_ID"), azd.get("AZURE_RESOURCE_GROUP")
    return f"/subscriptions/{subscription}/resourceGroups/{group}"


class Site:
    """The app."""

    def __init__(self, azd: Azd, cloud: Cloud) -> None:
        """Name the app of azd's environment."""
        name = azd.get("LAPSEWATCH_APP_NAME")
        self._path = f"{resource_group(azd)}/providers/Microsoft.Web/sites/{name}"
        self._root = cloud.management
        self._rest = management(azd, cloud)

    def functions(self) -> set[str]:
        """Return the names of the functions that Azure knows. Raises `Refused`."""
        found = self._list("functions")
        return {str(one.get("name", "")).rpartition("/")[2] for one in found}

    def references(self) -> list[Json]:
        """Return the settings whose value is in the vault, and their states. Raises `Refused`."""
        return self._list("config/configreferences/appsettings")

    def post(self, action: str) -> None:
        """Do what `action` names. Raises `Refused`."""
        self._rest.send("POST", f"{self._path}/{action}?{VERSION}")

    def command(self, method: str, part: str) -> str:
        """Return the command with which an administrator sends a request for a part of the app."""
        return az_rest(method, f"{self._root}{self._path}/{part}?{VERSION}")

    def _list(self, part: str) -> list[Json]:
        return self._rest.list(f"{self._path}/{part}?{VERSION}", next_link="nextLink")
