"""A measured figure and the bound that it must keep."""

from typing import NamedTuple


class Bound(NamedTuple):
    """One line of the table."""

    what: str
    measured: str
    against: str
    ratio: float
    at_most: float
    """The largest ratio that is kept to be right."""

    @property
    def kept(self) -> bool:
        """Whether the bound is kept."""
        return self.ratio <= self.at_most
