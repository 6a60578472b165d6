"""A measured figure and its bound."""

from typing import NamedTuple


class Line(NamedTuple):
    """What one way of reading a tenant took."""

    way: str
    apps: int
    delay: int
    """Milliseconds that the server waits before it answers a request."""
    seconds: float
    cpu: float
    megabytes: float
    requests: int


class Bound(NamedTuple):
    """A measured figure, what it is compared with, and the largest ratio allowed."""

    what: str
    measured: str
    against: str
    ratio: float
    at_most: float = 1.0
    recorded_as: str = ""
    """The name of the ratio in `recorded.json`; empty if it is not recorded."""

    @property
    def kept(self) -> bool:
        """Whether the ratio is within the bound."""
        return self.ratio <= self.at_most
