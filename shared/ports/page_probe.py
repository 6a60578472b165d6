"""The page probe: how the page answers a visitor who is not signed in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Front:
    """The response to a visitor who is not signed in."""

    status: int
    leads_to: str
    """The host of a redirect, with its port if given; empty if there is no redirect.

    A redirect to a path has the page's own host.
    """
    path: str
    """The path of the redirect."""
