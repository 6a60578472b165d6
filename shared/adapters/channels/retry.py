"""Repeat the requests of one message, but only those that surely were not received.

Retried: a failed connection; 429, 500, 502, 503 and 504, after the time that the server asks
for. Not retried: a request without a response, since it may have been received; the next check
sends that message. The loop is ours because urllib3's `Retry` logs the path of each retry,
which is a credential, cannot read a fractional `Retry-After`, and repeats a request that may
have been received.

No request is cut short by the end of the time, since it may have been received: one that might
not end in time is not made.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Self

import requests

from shared.adapters.channels.http_request import (
    HttpRequest,
    NoResponse,
    Problem,
    make_request,
)
from shared.adapters.timeout import TimeLeft, unlimited
from shared.ports.errors import ChannelError

CONNECT_SECONDS, READ_SECONDS = 5.0, 20.0
MAX_WAIT_SECONDS = 30.0
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?")


class RetryPolicy(NamedTuple):
    """What is retried, and how often."""

    retries: int
    """For all requests of a message together, so that sending ends soon."""
    statuses: frozenset[int]
    no_response: frozenset[NoResponse]
    wait_seconds: float
    """Before the first retry; doubled for each more."""


SURELY_NOT_RECEIVED = RetryPolicy(
    retries=3,
    statuses=_TRANSIENT,
    no_response=frozenset(
        {NoResponse.CONNECT_TIMEOUT, NoResponse.UNKNOWN_HOST, NoResponse.UNREACHABLE}
    ),
    wait_seconds=1,
)

type Explain = Callable[[Problem], str]
"""Returns what happened and what to do, as sentences without the last full stop."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request failed. It is returned, not raised: an exception would show the request."""

    text: str
    transient: bool
    code: str = ""
    """The error code or the status of the response; empty if there is none."""

    def of_channel(self, name: str, sent: str = "not sent") -> ChannelError:
        """Return the error of a channel, by what people call it; `sent` is what became of it."""
        text = f"Channel “{name}”: {sent}. {self.text}."
        return ChannelError(text, transient=self.transient, code=self.code)


class HttpSender:
    """Makes the requests of one message over one connection; they share their retries."""

    def __init__(
        self,
        explain: Explain,
        *,
        policy: RetryPolicy = SURELY_NOT_RECEIVED,
        timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
        left: TimeLeft = unlimited,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Retry by `policy`; `timeout` is in seconds, to connect and to read the response.

        Every request ends within the time that is `left`.
        """
        self._explain = explain
        self._policy = policy
        self._timeout = timeout
        self._left = left
        self._sleep = sleep
        self._retries = 0
        self._session = requests.Session()

    def __enter__(self) -> Self:
        """Return the sender."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._session.close()

    def send(self, request: HttpRequest) -> Failure | None:
        """Make a request, with retries; return the last failure, if any."""
        if not self._has_time():
            return self._failure(NoResponse.NO_TIME)
        while problem := make_request(self._session, request, self._timeout):
            wait = self._wait_seconds(problem)
            if wait is None or wait > MAX_WAIT_SECONDS or self._retries == self._policy.retries:
                return self._failure(problem)
            if not self._has_time(wait):
                return self._failure(problem)
            self._sleep(wait)
            self._retries += 1
        return None

    def _has_time(self, wait: float = 0.0) -> bool:
        """Return whether a request that begins after `wait` seconds ends in time."""
        return wait + sum(self._timeout) <= self._left()

    def _failure(self, problem: Problem) -> Failure:
        return Failure(self._explain(problem), is_transient(problem), _code(problem))

    def _wait_seconds(self, problem: Problem) -> float | None:
        """Return the seconds to wait before a retry; `None` if there must be none."""
        wait = self._policy.wait_seconds * 2**self._retries
        if isinstance(problem, NoResponse):
            return wait if problem in self._policy.no_response else None
        if problem.status not in self._policy.statuses:
            return None
        asked = problem.retry_after.strip()
        return float(asked) if _SECONDS.fullmatch(asked) else wait


def is_transient(problem: Problem) -> bool:
    """Return whether the same request may succeed later."""
    if isinstance(problem, NoResponse):
        return problem != NoResponse.BAD_URL
    return problem.unknown or problem.status in _TRANSIENT or problem.status >= 500  # noqa: PLR2004  (HTTP: server errors)


def message_timeout(read_seconds: float) -> tuple[float, float]:
    """Return the timeout of a message: seconds to connect and to read the response."""
    return min(CONNECT_SECONDS, read_seconds), read_seconds


def _code(problem: Problem) -> str:
    if isinstance(problem, NoResponse):
        return ""
    return problem.code or str(problem.status)
