"""Does the chosen region offer the plan Flex Consumption?"""

from __future__ import annotations

from deployment.azd import Azd
from deployment.report import NotYet, Remedy
from deployment.rest import Rest

VERSION = "api-version=2024-04-01"


def check_region(arm: Rest, azd: Azd) -> str:
    """Return a note. Raises `NotYet` if the region does not offer the plan, or `Refused`."""
    chosen, subscription = azd.get("AZURE_LOCATION"), azd.get("AZURE_SUBSCRIPTION_ID")
    path = f"/subscriptions/{subscription}/providers/Microsoft.Web/geoRegions"
    found = arm.list(f"{path}?sku=FlexConsumption&{VERSION}", next_link="nextLink")
    offered = sorted(_short(str(one.get("name", ""))) for one in found)
    if _short(chosen) in offered:
        return f"{chosen} offers Flex Consumption"
    raise NotYet(
        f"{chosen} does not offer Flex Consumption. These regions do: {', '.join(offered)}",
        Remedy("run", ("azd env set AZURE_LOCATION eastus", "azd up")),
    )


def _short(region: str) -> str:
    """Return "eastus" for "East US"."""
    return region.replace(" ", "").lower()
