"""Keep below Graph's limit of requests a minute."""

from collections import deque

REQUESTS_PER_MINUTE = 140
"""Graph takes 150 of lists with `keyCredentials`, of all programs in a tenant together.

https://learn.microsoft.com/graph/api/application-list
"""
MINUTE = 60.0


class RateLimit:
    """Counts requests, so that no minute has more than `limit`."""

    def __init__(self, limit: int = REQUESTS_PER_MINUTE) -> None:
        """Begin after a minute without requests."""
        self._times: deque[float] = deque(maxlen=limit)

    def wait(self, now: float) -> float:
        """Return the seconds to wait at `now` (seconds), and count the request that follows."""
        full = len(self._times) == self._times.maxlen
        wait = max(0.0, self._times[0] + MINUTE - now) if full else 0.0
        self._times.append(now + wait)
        return wait
