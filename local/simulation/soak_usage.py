"""What the program uses during the soak: rows of the ledger, and memory."""

import resource
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from azure.data.tables import TableClient

from shared.core.notify.retention import HISTORY

MAX_GROWTH = 1.2
"""What does not grow may still vary by this factor: every year has other outages."""


class Usage(NamedTuple):
    """What the program uses at the end of a day: rows of the ledger, history among them, and MB."""

    day: int
    rows: int
    history: int
    memory: int

    def __str__(self) -> str:
        """Return one line."""
        rows = f"{self.rows:,} rows, {self.history:,} of them history"
        return f"day {self.day:>4}   {rows}, {self.memory} MB"


def measured(day: int, tables: str, table: str) -> Usage:
    """Return the present usage; `tables` is the connection string of the ledger's table."""
    with TableClient.from_connection_string(tables, table) as client:
        keys = [str(row["RowKey"]) for row in client.list_entities(select=["RowKey"])]
    history = sum(key.startswith(("~check", "~decision")) for key in keys)
    return Usage(day, len(keys), history, _megabytes())


def growth(usage: Sequence[Usage]) -> str:
    """Return a sentence if the ledger or the memory grows without bound, else an empty text.

    The history is level once it is as old as the program keeps it, the rest from the start.
    """
    level = [each for each in usage if each.day > HISTORY.days]
    before, after = level[: len(level) // 2], level[len(level) // 2 :]
    if before and max(each.rows for each in after) > MAX_GROWTH * max(each.rows for each in before):
        return f"the ledger grows: {usage}"
    early = [each.memory for each in usage[: (len(usage) + 1) // 2]]
    if len(usage) > 1 and usage[-1].memory > MAX_GROWTH * max(early):
        return f"the memory grows: {usage}"
    return ""


def _megabytes() -> int:
    """Return the present size of this process in MB; without /proc, its largest size so far."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text("utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
