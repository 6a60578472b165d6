"""Examine the inventory of the whole tenant."""

from contextlib import closing
from datetime import datetime

from shared.core.inventory.filter import InventoryFilter
from shared.ports.errors import DirectoryError, LedgerError
from shared.ports.inventory import ScanQuery
from shared.render.text import commands
from shared.render.text.commands import Deployment
from shared.render.text.lacking import not_known
from shared.usecases.doctor.finding import Finding
from shared.usecases.gather import READ_WITHIN
from shared.usecases.inventory import InventoryWatch


def examine_inventory(inventory: InventoryWatch, now: datetime, deployment: Deployment) -> Finding:
    """Read the first page of the tenant, as a check does."""
    window = InventoryFilter(inventory.watchlist, inventory.rules, now).window
    try:
        scan = inventory.directory.scan(ScanQuery(*window), seconds=READ_WITHIN)
        with closing(scan) as pages:
            first = next(pages)
        due = len(inventory.ledger.load_items().items)
    except (DirectoryError, LedgerError) as error:
        repair = commands.graph_permission(deployment, str(error))
        return Finding("tenant", ok=False, text=str(error), commands=repair)
    text = (
        f"first page read, {first.applications} apps; at the last check, {due} credentials were "
        "due or expired"
    )
    if first.unknown:
        text += f"; {not_known(first.unknown)}"
    return Finding("tenant", ok=True, text=text)
