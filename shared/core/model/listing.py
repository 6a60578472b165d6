"""A list of every credential of the tenant that expires within some days, read when asked."""

from datetime import datetime
from typing import NamedTuple

from shared.core.model.inventory import InventoryView

DEFAULT_DAYS = 180
MAX_DAYS = 36500


class ListedCredential(NamedTuple):
    """A credential of the tenant, whether or not anybody is notified of it."""

    view: InventoryView
    watched: str | None
    """The id of the watched service that it belongs to."""
    excluded: str | None
    """The rule of the watchlist's `[tenant]` that leaves it out of the messages."""
    first_seen: datetime | None
    """`None` if the ledger does not know it."""


class InventoryListing(NamedTuple):
    """What was read, soonest expiry first."""

    generated_at: datetime
    within: int
    """Days from now."""
    credentials: tuple[ListedCredential, ...]
    error: str = ""
    """Why some of the tenant could not be read."""

    @property
    def complete(self) -> bool:
        """Whether the whole tenant was read."""
        return not self.error
