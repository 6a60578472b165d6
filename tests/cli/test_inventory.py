"""The command `inventory` as people read it."""

from io import StringIO

from rich.console import Console

from local.simulation.build import CLIENT_ID, app, secret, service, watchlist
from local.simulation.world import inventory_world
from shared.cli.listing_table import show_listing
from shared.usecases.listing import list_inventory

PROXY = "secret “CWAP_AuthSecret”"
ZONE = "Days are calendar days in America/Chicago."


def test_each_credential_has_a_line_with_its_local_date() -> None:
    world = inventory_world(watchlist(service("LibCal")))
    world.whole.apps = [
        app(
            "[red]Signage\x1b[31m, with a name that is longer than a terminal", "2026-08-31T12:00Z"
        ),
        app("LibApps", client_id=CLIENT_ID)._replace(
            credentials=(secret("cal", "LibCal 2024", ends="2026-12-13T09:15Z", hint=""),)
        ),
        app("Sync")._replace(
            credentials=(secret("proxy", "CWAP_AuthSecret", ends="2026-09-04T12:00Z"),)
        ),
    ]
    found = list_inventory(world.watch, world.whole, 180, everything=True)
    out = StringIO()
    show_listing(
        Console(file=out, width=60), found._replace(error="Graph answered 503."), world.watched
    )
    signage = "[red]Signage [31m, with a name that is longer than a terminal"
    assert (
        out.getvalue()
        == f"""\
31 Aug 2026, 07:00 CDT  yesterday     {signage}: unnamed secret, begins with q7X
 4 Sep 2026, 07:00 CDT  in 3 days     Sync: {PROXY}, begins with q7X, excluded by noise_credentials
13 Dec 2026, 03:15 CST  in 103 days   LibApps: secret “LibCal 2024”, watched for LibCal
3 credentials expire within 180 days, or expired in the last 90. {ZONE}
This list is not complete.
"""
    )
