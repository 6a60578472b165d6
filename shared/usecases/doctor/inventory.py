"""Examine the inventory of the whole tenant."""

from contextlib import closing
from datetime import datetime

from shared.core.inventory.exclusion import left_out_by
from shared.core.inventory.filter import InventoryFilter
from shared.ports.errors import DirectoryError, LedgerError
from shared.ports.inventory import ScanQuery
from shared.render.text import commands
from shared.render.text.commands import Deployment
from shared.render.text.lacking import not_known
from shared.render.text.left_out import left_out_sentence
from shared.usecases.doctor.finding import Finding
from shared.usecases.gather import READ_WITHIN
from shared.usecases.inventory import InventoryWatch


def examine_inventory(inventory: InventoryWatch, now: datetime, deployment: Deployment) -> Finding:
    """Read the first page of the tenant, as a check does."""
    wanted = InventoryFilter(inventory.watchlist, inventory.rules, now)
    tags = bool(inventory.rules.exclude_tags)
    query = ScanQuery(*wanted.window, tags=tags, exclusions=wanted.exclusions)
    try:
        scan = inventory.directory.scan(query, seconds=READ_WITHIN)
        with closing(scan) as pages:
            first = next(pages)
        known = inventory.ledger.load_items()
    except (DirectoryError, LedgerError) as error:
        repair = commands.graph_permission(deployment, str(error))
        return Finding("tenant", ok=False, text=str(error), commands=repair)
    text = (
        f"first page read, {first.applications} apps; at the last check, {len(known.items)} "
        "credentials were due or expired"
    )
    counted = known.scan.left_out if known.scan is not None else None
    if left_out := left_out_sentence(counted or left_out_by(first.left_out)):
        text = f"{text}. {left_out}"
    if first.unknown:
        text += f"; {not_known(first.unknown)}"
    return Finding("tenant", ok=True, text=text)
