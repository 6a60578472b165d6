"""Which tokens a service on this machine may get: it is a stand-in, and no real token is for it."""

from urllib.parse import urlsplit

from shared.config.urls import is_loopback


def may_stay_here(scope: str) -> bool:
    """Return whether a token of this scope may be asked for beside a stand-in.

    It names a service on this machine, or a vault, as the challenge of a vault does.
    """
    parts = urlsplit(scope)
    return is_loopback(parts) or (parts.hostname or "").startswith("vault.")
