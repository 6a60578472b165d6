"""A forecast as a table on the terminal: one line for each message on a day."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.cli.styles import STYLE
from shared.core.results import Forecast
from shared.render.feeds.forecast import forecast_rows
from shared.render.text.dates import full_day
from shared.render.text.escape import clean
from shared.render.text.naming import counted


def show_forecast(console: Console, found: Forecast, *, svg: Path | None) -> None:
    """Show the messages that would be sent; `svg` is the file with the timeline, if any."""
    if found.at.last_checks.last_attempt is None:
        console.print("No check has been made yet: nothing is known, so there is no forecast.")
        return
    rows = forecast_rows(found.messages)
    table = Table("Day", "To", "What", "Why", box=None, pad_edge=False)
    for row in rows.listed:
        table.add_row(
            f"{row.day:%a} {full_day(row.day)}",
            Text(clean(", ".join(row.channels), 300)),
            Text(row.what, style=STYLE[row.severity]),
            row.reason,
        )
    console.print(table)
    if rows.weekly:
        messages = counted(rows.weekly, "message")
        console.print(f"plus {messages} with the weekly status (listed with --json)")
    console.print(f"up to {full_day(found.until)}, if nothing changes")
    for app in found.unread:
        warning = f"{clean(app.name)} has not been read yet: the forecast does not include it."
        console.print(Text(warning, style="yellow"))
    if svg is not None:
        console.print(f"timeline: {svg}")
