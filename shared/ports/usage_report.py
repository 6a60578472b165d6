"""The usage report: when credentials were last used."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol


class UsageReport(Protocol):
    """Reads sign-ins. A missing sign-in proves nothing.

    The report is late, needs a license, and may not contain every use.
    """

    def last_seen(self, client_ids: Sequence[str], *, seconds: float) -> Mapping[str, datetime]:
        """Return the last known sign-in with each credential of these apps, by key id.

        Raises:
            DirectoryError: The report could not be read within `seconds`.
        """
        ...
