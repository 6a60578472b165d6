"""A call to a library ends in time, whatever the other side does.

A library's own limit is one for each read from the connection: who sends a byte a second never meets it. And azure-core
sleeps through whatever `Retry-After` asks for, even a day.
"""

from collections.abc import Callable, Mapping
from threading import Thread
from typing import Any

from azure.core.pipeline import PipelineResponse

MAX_PAUSE_SECONDS = 5
"""Seconds that azure-core may be asked to wait before it tries again, or waits by itself."""


def call_with_timeout[T](seconds: float, call: Callable[[], T]) -> T:
    """Give what `call` gives, or raise what it raises; raise `TimeoutError` if neither happened within `seconds`.

    The call is made in a thread of its own, which nobody waits for any more then: not even the end of the process.
    """
    given: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            given.append(call())
        except BaseException as error:  # noqa: BLE001  (whatever it is, it is raised where it is waited for)
            raised.append(error)

    thread = Thread(target=run, name="in time", daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised.pop()
    if not given:
        raise TimeoutError(f"there was no answer within {seconds:g} seconds")
    return given[0]


def cap_retry_after(response: PipelineResponse[Any, Any]) -> None:
    """Keep azure-core from what it would do with an odd answer; a `raw_response_hook` for its clients.

    It would sleep through a Retry-After, however long it is: without one, its own short pauses remain. And of the answer
    to a transaction it would leave a body that it cannot read, and with it the connection, to the garbage collector.
    """
    response.http_response.read()
    headers = response.http_response.headers
    for name, unit in (
        ("Retry-After", 1.0),
        ("retry-after-ms", 0.001),
        ("x-ms-retry-after-ms", 0.001),
    ):
        asked = headers.get(name, "")
        if asked and not (asked.isdecimal() and int(asked) * unit <= MAX_PAUSE_SECONDS):
            del headers[name]


CLIENT_OPTIONS: Mapping[str, Any] = {
    "connection_timeout": 5,
    "retry_total": 3,
    "retry_backoff_factor": 0.2,
    "retry_backoff_max": MAX_PAUSE_SECONDS,
    "raw_response_hook": cap_retry_after,
}
"""What a client of azure-core is made with: 5 s to connect, three more tries with short pauses; by itself it would wait 300 s and more."""
