"""Run a call with a hard timeout.

The timeouts of requests, urllib3 and azure-core apply to each read from the connection, so a
server that sends a byte a second never meets them. azure-core also sleeps through any
`Retry-After`, even a day. The thread pools of the standard library are joined when the process
ends, so a call that hangs would keep the process alive: a daemon thread does not.
"""

import math
from collections.abc import Callable, Mapping
from threading import Thread
from typing import Any

from azure.core.pipeline import PipelineResponse

MAX_PAUSE_SECONDS = 5
"""The longest wait of azure-core before a retry, its own or one that a server asks for."""

type TimeLeft = Callable[[], float]
"""Returns the seconds until the work must end; zero or less if they are over."""


def unlimited() -> float:
    """Return the seconds that are left of work without a limit."""
    return math.inf


def call_with_timeout[T](seconds: float, call: Callable[[], T]) -> T:
    """Return what `call` returns, or raise what it raises.

    The call runs in a daemon thread; after the timeout nothing waits for it any more. Without
    time it is not made: nothing would wait for it, but it might still write.

    Raises:
        TimeoutError: `call` did not end within `seconds`.
    """
    if seconds <= 0:
        raise TimeoutError("no time is left")
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001  (raised again in the caller's thread)
            errors.append(error)

    thread = Thread(target=run, name="call with timeout", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors.pop()
    if not results:
        raise TimeoutError(f"no response within {seconds:g} seconds")
    return results[0]


def cap_retry_after(response: PipelineResponse[Any, Any]) -> None:
    """Remove a `Retry-After` that is too long or unreadable; azure-core then waits briefly.

    This is a `raw_response_hook` for clients of azure-core. It also reads the body: azure-core
    leaves the unreadable body of a transaction, and its connection, to the garbage collector.
    """
    http = response.http_response
    (getattr(http, "read", None) or http.body)()  # older types of azure-core have only `body`
    headers = http.headers
    for name, unit in (
        ("Retry-After", 1.0),
        ("retry-after-ms", 0.001),
        ("x-ms-retry-after-ms", 0.001),
    ):
        value = headers.get(name, "")
        if value and not (value.isdecimal() and int(value) * unit <= MAX_PAUSE_SECONDS):
            del headers[name]


CLIENT_OPTIONS: Mapping[str, Any] = {
    "connection_timeout": 5,
    "retry_total": 3,
    "retry_backoff_factor": 0.2,
    "retry_backoff_max": MAX_PAUSE_SECONDS,
    "raw_response_hook": cap_retry_after,
    # its id is a uuid1; with libuuid's clock file, each thread that makes one keeps a file open
    "auto_request_id": False,
}
"""For a client of azure-core: 5 s to connect and three quick retries (its default: 300 s)."""
