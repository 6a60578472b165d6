"""The tenant's credentials as a table on the terminal: one line each, soonest expiry first."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.cli.styles import FAILURE, STYLE
from shared.core.model.listing import InventoryListing, ListedCredential
from shared.core.model.watchlist import Watchlist
from shared.render.text.dates import Moment, clock, full_day
from shared.render.text.escape import clean
from shared.render.text.inventory import app_name
from shared.render.text.naming import called


def show_listing(console: Console, found: InventoryListing, watchlist: Watchlist) -> None:
    """Show the list, and whether it is complete."""
    at = Moment(found.generated_at, watchlist.zone)
    if found.credentials:
        columns = ("Expires", "Days", "App", "Credential", "Begins with", "Watched for")
        table = Table(*columns, box=None, pad_edge=False)
        for row in found.credentials:
            table.add_row(*_cells(row, at, watchlist), style=STYLE[row.view.severity])
        console.print(table)
    console.print(_summary(found, watchlist))
    if not found.complete:
        console.print(Text("This list is not complete.", style=FAILURE))


def _cells(row: ListedCredential, at: Moment, watchlist: Watchlist) -> tuple[Text, ...]:
    credential = row.view.listed.credential
    assert credential.ends is not None  # what does not expire is not listed
    day = full_day(credential.ends.astimezone(at.zone).date())
    service = watchlist.services.get(row.watched or "")
    watched = clean(service.name) if service is not None else ""
    excluded = f"excluded ({row.excluded})" if row.excluded else ""
    return (
        Text(f"{day}, {clock(credential.ends, at.zone)}"),
        Text(str(row.view.days_left)),
        Text(app_name(row.view)),
        Text(called(credential)),
        Text(clean(credential.hint, 10)),
        Text(watched or excluded),
    )


def _summary(found: InventoryListing, watchlist: Watchlist) -> str:
    number = len(found.credentials)
    what = "1 credential expires" if number == 1 else f"{number:,} credentials expire"
    return (
        f"{what} within {found.within} days, or expired in the last 90. "
        f"Days are calendar days in {watchlist.zone.key}."
    )
