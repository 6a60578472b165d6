"""What a read of the inventory left out."""

from typing import NamedTuple


class LeftOut(NamedTuple):
    """What the last complete read left out, counted by rule."""

    names: int = 0
    """Apps with credentials, by `exclude.names`; also the next three."""
    client_ids: int = 0
    tags: int = 0
    noise_apps: int = 0
    noise_credentials: int = 0
    """Credentials that expire soon or have expired, by a noise rule about their name."""

    @property
    def by_watchlist(self) -> int:
        """The apps that somebody excluded in the watchlist."""
        return self.names + self.client_ids + self.tags
