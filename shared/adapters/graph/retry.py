"""Retries of requests to Graph.

The SDK's middleware retries 429, 503 and 504, cannot read a `Retry-After` of "2.128", and gives
up at 180 s and above. Here 500 and 502 are retried too, fractions are read, and no wait outlasts
the run.
"""

from collections.abc import Callable, Mapping

import httpx
from kiota_http.middleware import RetryHandler
from kiota_http.middleware.options import RetryHandlerOption

RETRIED = frozenset({429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""
RETRIES = 6
LOST_CONNECTION_RETRIES = 3
"""Each attempt to connect may take ten seconds and more."""
MAX_SDK_DELAY: float = RetryHandlerOption.MAX_DELAY
"""Seconds from which on the SDK does not retry."""


class GraphRetryHandler(RetryHandler):  # type: ignore[misc]  # the SDK is not type-checked here
    """The SDK's middleware with our statuses and waits."""

    def __init__(self, backoff: float, left: Callable[[], float]) -> None:
        """Wait `backoff` seconds first, then double that; `left` returns the run's seconds."""
        super().__init__(RetryHandlerOption(max_retries=RETRIES))
        self.retry_on_status_codes = RETRIED
        self._backoff = backoff
        self._left = left

    def get_delay_time(
        self, retry_count: int, response: httpx.Response | None = None, _delay: float = 0
    ) -> float:
        """Return the seconds to wait, or `MAX_SDK_DELAY` for no retry."""
        asked = retry_after(response.headers) if response else None
        wait = asked or self._backoff * 2**retry_count
        return wait if wait < self._left() else MAX_SDK_DELAY


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return `Retry-After` in seconds, with fractions; `None` if it is not above zero."""
    try:
        wait = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return wait if 0 < wait < float("inf") else None
