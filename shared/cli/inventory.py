"""The command that lists the tenant's credentials, read now: `inventory`."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from shared.bootstrap import inventory_reader
from shared.cli.errors import FAILED, write_error
from shared.cli.listing_table import show_listing
from shared.cli.options import Csv, Json, Tenant, choose_format
from shared.cli.session import print_csv, print_json, program, show_progress
from shared.core.model.listing import DEFAULT_DAYS, MAX_DAYS
from shared.render.feeds.listing import listing_csv, listing_document
from shared.usecases.listing import list_inventory


def inventory(
    *,
    within: Annotated[
        int,
        typer.Option("--within", metavar="DAYS", min=0, max=MAX_DAYS, help="How many days ahead."),
    ] = DEFAULT_DAYS,
    all_: Annotated[
        bool,
        typer.Option("--all", help="Also list what the watchlist excludes, and by which rule."),
    ] = False,
    csv: Csv = False,
    tenant: Tenant = "",
    json_: Json = False,
) -> None:
    """List every credential of the tenant by expiry, read now; nobody is notified."""
    choose_format(csv=csv, json_=json_)
    with program(tenant) as (watch, configured):
        reader = inventory_reader(configured)
        found = list_inventory(watch, reader, within, everything=all_, progress=show_progress)
    if json_:
        print_json(listing_document(found))
    elif csv:
        print_csv(listing_csv(found, configured.watchlist.zone))
    else:
        show_listing(Console(), found, configured.watchlist)
    if not found.complete:
        sys.stdout.flush()
        write_error(found.error)
        raise typer.Exit(FAILED)
