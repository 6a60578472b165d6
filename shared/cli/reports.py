"""The commands that only read the ledger: `status` and `forecast`."""

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shared.cli import console
from shared.cli.errors import MISCONFIGURED, write_error
from shared.cli.forecast_table import show_forecast
from shared.cli.options import DAY, Csv, Json, Tenant, choose_format, parse_day
from shared.cli.session import print_csv, print_json, program
from shared.core.model.context import CheckContext
from shared.core.results import Forecast, Status
from shared.render.feeds.forecast import forecast_document
from shared.render.feeds.spreadsheet import status_csv
from shared.render.feeds.status_document import status_document
from shared.render.timeline.timeline import timeline

MAX_FORECAST = timedelta(days=3650)


def status(
    *,
    csv: Csv = False,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """Show the current status (from the last check)."""
    choose_format(csv=csv, json_=json_)
    with program(tenant) as (watch, configured):
        if json_:
            print_json(watch.shown_status(lambda found, at: status_document(found, at.watchlist)))
        elif csv:
            print_csv(watch.shown_status(lambda found, at: status_csv(found, at.watchlist)))
        else:
            found = watch.shown_status(_rehearsed)
            console.status(Console(), found, configured.watchlist)


def forecast(
    *,
    until: Annotated[
        date | None,
        typer.Option(
            "--until", parser=parse_day, metavar=DAY, help="The last day, for example 2028-12-31."
        ),
    ] = None,
    svg: Annotated[
        Path | None,
        typer.Option("--svg", metavar="FILE", help="Draw a timeline into this file."),
    ] = None,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """List the messages that would be sent if nothing changes."""
    with program(tenant) as (watch, configured):
        today = watch.clock().astimezone(configured.watchlist.zone).date()
        if until is not None and not today <= until <= today + MAX_FORECAST:
            write_error(
                f"--until {until}: not in range. Choose a date from {today} (today) to "
                f"{today + MAX_FORECAST}."
            )
            raise typer.Exit(MISCONFIGURED)
        document, picture, found = watch.shown_forecast(_shown, until)
    if svg is not None:
        _draw(picture, svg)
    if json_:
        print_json(document)
    else:
        show_forecast(Console(), found, svg=svg)


def _rehearsed(found: Status, at: CheckContext) -> Status:
    """Return the status once it was shown to nobody, so that what cannot be shown is set apart."""
    console.status(Console(file=io.StringIO()), found, at.watchlist)
    return found


def _shown(found: Forecast) -> tuple[object, str, Forecast]:
    """Return the forecast as JSON, as a picture, and as it is once its rows were tried."""
    show_forecast(Console(file=io.StringIO()), found, svg=None)
    return forecast_document(found), timeline(found.judgement, found.at), found


def _draw(picture: str, svg: Path) -> None:
    try:
        svg.write_text(picture, encoding="utf-8")
    except OSError as error:
        write_error(
            f"--svg {svg}: the file cannot be written ({error.strerror}). Choose another path."
        )
        raise typer.Exit(MISCONFIGURED) from None
