"""A measured figure and the bound that it must keep."""

from typing import NamedTuple


class Line(NamedTuple):
    """What one way of reading a tenant took."""

    way: str
    apps: int
    delay: int
    """Milliseconds that each request took on the wire."""
    seconds: float
    cpu: float
    megabytes: float
    requests: int


class Bound(NamedTuple):
    """One line of the table."""

    what: str
    measured: str
    against: str
    ratio: float
    at_most: float
    """The largest ratio that is kept to be right."""
    recorded_as: str = ""
    """The name under which the ratio is recorded, if a later one may not be much worse."""

    @property
    def kept(self) -> bool:
        """Whether the bound is kept."""
        return self.ratio <= self.at_most
