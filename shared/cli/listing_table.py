"""The tenant's credentials on the terminal: one line each, soonest expiry first.

No line is broken, so that a list of a thousand can be searched and sorted.
"""

from rich.console import Console
from rich.text import Text

from shared.cli.styles import FAILURE, STYLE
from shared.core.model.listing import InventoryListing, ListedCredential
from shared.core.model.watchlist import Watchlist
from shared.render.text.dates import clock, full_day, relative_days
from shared.render.text.escape import clean
from shared.render.text.inventory import decided_about
from shared.render.text.naming import app_name, called


def show_listing(console: Console, found: InventoryListing, watchlist: Watchlist) -> None:
    """Show the list, and whether it is complete."""
    for row in found.credentials:
        console.print(Text(_line(row, watchlist), style=STYLE[row.view.severity]), soft_wrap=True)
    number = len(found.credentials)
    what = "1 credential expires" if number == 1 else f"{number:,} credentials expire"
    console.print(
        f"{what} within {found.within} days, or expired in the last 90. "
        f"Days are calendar days in {watchlist.zone.key}.",
        soft_wrap=True,
    )
    if not found.complete:
        console.print(Text("This list is not complete.", style=FAILURE))


def _line(row: ListedCredential, watchlist: Watchlist) -> str:
    credential, zone = row.view.listed.credential, watchlist.zone
    assert credential.ends is not None  # what does not expire is not listed
    day = full_day(credential.ends.astimezone(zone).date())
    hint = clean(credential.hint, 10)
    marks = [f"begins with {hint}"] if hint else []
    if service := watchlist.services.get(row.watched or ""):
        marks.append(f"watched for {clean(service.name)}")
    if row.excluded:
        marks.append(f"excluded by {row.excluded}")
    if row.view.silenced:
        marks.append(decided_about(row.view, zone))
    return (
        f"{day:>11}, {clock(credential.ends, zone):9}  {relative_days(row.view.days_left):12}  "
        f"{', '.join((f'{app_name(row.view)}: {called(credential)}', *marks))}"
    )
