"""Read a tenant with our adapter and filter, as a check does: `python -m bench.scan_ours ROOT`."""

import time

from azure.core.credentials import AccessToken

from bench.scan_run import NOW, SINCE, TOKEN, UNTIL, Count, main
from local.simulation.build import RULES, watchlist
from shared.adapters.graph.inventory import GraphInventory
from shared.core.inventory.filter import InventoryFilter
from shared.ports.inventory import ScanQuery


class Token:
    """A credential whose token is always valid."""

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        """Return the token."""
        return AccessToken(TOKEN, int(time.time()) + 3600)


def scan(root: str) -> Count:
    """Read and judge every app below a root of Graph."""
    apps = expiring = requests = 0
    inventory_filter = InventoryFilter(watchlist(inventory=RULES), RULES, NOW)
    for page in GraphInventory(root, Token).scan(ScanQuery(SINCE, UNTIL), seconds=600):
        assert not page.failures
        apps += page.applications
        requests = page.requests
        for app in page.apps:
            items = sum(1 for _ in inventory_filter.listed(app))
            ends = [credential.ends for credential in app.credentials]
            expiring += sum(each is not None and SINCE <= each <= UNTIL for each in ends)
            assert items <= len(ends)
    return Count(apps, expiring, requests)


if __name__ == "__main__":
    main(scan)
