"""Another check holds the lease: wait for it once, and tell whether its holder lives.

A holder that lives renews the lease. If its row does not change for a term, its process has died,
and the lease is taken. Nothing here compares clocks, except for how long a check has been running.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from shared.core.judge.schedule import CLOCKS_DIFFER
from shared.ports.ledger import Held, Lease, Ledger

LOOKS = 12
"""In a term: every 5 seconds."""

type Pause = Callable[[float], None]
"""Waits for some seconds."""


def lease_after_wait(ledger: Ledger, held: Held, pause: Pause) -> Lease | Held:
    """Return the lease as soon as it is free, or who holds it as soon as that check shows life.

    This takes a term and a look at most. Raises `LedgerError`.
    """
    seconds = held.term.total_seconds() / LOOKS
    for _ in range(LOOKS):
        pause(seconds)
        found = ledger.lease()
        if not isinstance(found, Held) or found.version != held.version:
            return found
    pause(seconds)
    return ledger.lease(unchanged=held)


def is_too_long(held: Held, now: datetime, longest: timedelta) -> bool:
    """Return whether a check holds the lease for longer than it can take, or since nobody knows."""
    return held.began is None or not -CLOCKS_DIFFER <= now - held.began < longest


def busy(held: Held, now: datetime) -> str:
    """Return what to do while another check runs, as sentences."""
    minutes = max(1, math.ceil((held.until - now) / timedelta(minutes=1)))
    again = "a minute" if minutes == 1 else f"{minutes} minutes"
    since = "is running" if held.began is None else f"has been running since {_utc(held.began)}"
    return f"Another check {since}. Try again in {again}."


def busy_too_long(held: Held, longest: timedelta) -> str:
    """Return that a check holds the lease for too long, as sentences."""
    minutes = longest // timedelta(minutes=1)
    long = (
        f"Another check has held the lease since {_utc(held.began)}, longer than a check may take "
        f"({minutes} minutes)."
        if held.began is not None
        else "Another check holds the lease, and it is not known since when."
    )
    return f"No messages were sent. {long} If the next run fails too, restart the function app."


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M} UTC"
