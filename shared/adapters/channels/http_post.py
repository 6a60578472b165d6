"""Posts once more only what was surely not taken, and shows nothing of a request: its address or its headers may hold a credential.

Tried again: no connection; 429, 500, 502, 503 and 504, after the time that is asked for. Not tried again: a request
whose answer did not come, since it may have been taken; the ledger owes it then. The loop is our own because urllib3's
`Retry` writes the path of every retry to its log, and because an exception of the library carries the request along.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from shared.adapters.channels.silence_logging import silence_logging
from shared.adapters.timeout import call_with_timeout

CONNECT_SECONDS, READ_SECONDS = 5.0, 20.0
"""To connect; and to wait for the answer, all of it."""
RETRIES = 3
"""For all parts of a message together, so that sending ends well within the lease of a check."""
MAX_WAIT_SECONDS = 30.0
MAX_ANSWER_BYTES = 16_384
"""Bytes of an answer that are read, in search of an error code."""
RETRIED = frozenset({429, 500, 502, 503, 504})

_CODE = re.compile(r"[A-Za-z]{1,60}")
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?")


class Post(NamedTuple):
    """What to post, and where."""

    url: str
    body: bytes
    headers: Mapping[str, str]


class Refusal(NamedTuple):
    """An answer that is no success."""

    status: int
    code: str
    """The error code, `{"error": {"code": ...}}`, as Graph and Power Automate write it; empty if there is none worth showing."""

    @property
    def redirects(self) -> bool:
        """It leads elsewhere; redirects are not followed."""
        return 300 <= self.status < 400  # noqa: PLR2004  (the class of redirects)

    def __str__(self) -> str:
        """Give status and code: "HTTP 404 WorkflowNotFound"."""
        return f"HTTP {self.status} {self.code}".rstrip()


class Silence(StrEnum):
    """Why there is no answer."""

    INSECURE = "no secure connection could be made"
    SLOW = "no connection came about in time"
    UNKNOWN_HOST = "the host is not known"
    UNREACHABLE = "no connection came about"
    UNANSWERED = "the request was sent, or part of it, and no answer came"
    UNUSABLE = "the address cannot be used"


type Explain = Callable[[Refusal | Silence], str]
"""Says what happened and what to do, as a sentence without its full stop."""

_SURELY_NOT_TAKEN = frozenset({Silence.SLOW, Silence.UNKNOWN_HOST, Silence.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a post was not taken. It is returned and not raised, so that no exception of the library comes along."""

    text: str
    transient: bool
    code: str = ""
    """What was answered: the error code, or the status; empty if nothing was."""


class HttpPost:
    """Posts the parts of one message over one connection, as a context manager; they share their retries."""

    def __init__(
        self,
        explain: Explain,
        *,
        read_seconds: float = READ_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Put failures into words by `explain`; wait `read_seconds` for an answer, and by `sleep` before a retry."""
        self._explain = explain
        self._timeout = (min(CONNECT_SECONDS, read_seconds), read_seconds)
        self._sleep = sleep
        self._retries = RETRIES
        self._session = requests.Session()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._session.close()

    def post(self, post: Post) -> Failure | None:
        """Post, again while it may help; give the last failure, if any."""
        while True:
            found, wait = self._once(post)
            if found is None:
                return None
            if wait is None or wait > MAX_WAIT_SECONDS or not self._retries:
                return Failure(self._explain(found), _is_transient(found), _called(found))
            self._sleep(wait)
            self._retries -= 1

    def _once(self, post: Post) -> tuple[Refusal | Silence | None, float | None]:
        """Post once; give what went wrong, and the seconds after which it may be tried again at once (`None`: not in this message)."""
        tried = RETRIES - self._retries
        try:
            return call_with_timeout(sum(self._timeout), partial(self._answered, post, tried))
        except TimeoutError:  # a byte now and then is an answer that does not come
            return Silence.UNANSWERED, None

    def _answered(self, post: Post, tried: int) -> tuple[Refusal | Silence | None, float | None]:
        try:
            with (
                silence_logging(),
                self._session.post(
                    post.url,
                    data=post.body,
                    auth=_Headers(post.headers),
                    timeout=self._timeout,
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                if 200 <= response.status_code < 300:  # noqa: PLR2004  (the class of success)
                    return None, None
                refusal = Refusal(response.status_code, _code(response))
                asked = response.headers.get("Retry-After", "")
                return refusal, _wait(asked, tried) if refusal.status in RETRIED else None
        except (requests.RequestException, HTTPError, ValueError) as error:
            silence = _silence(error)
            return silence, _wait("", tried) if silence in _SURELY_NOT_TAKEN else None


class _Headers(requests.auth.AuthBase):
    """Sets the headers last: given as headers, an Authorization would give way to what a .netrc file says."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request


def _called(found: Refusal | Silence) -> str:
    return "" if isinstance(found, Silence) else found.code or str(found.status)


def _is_transient(found: Refusal | Silence) -> bool:
    if isinstance(found, Silence):
        return found != Silence.UNUSABLE
    return found.status in RETRIED or found.status >= 500  # noqa: PLR2004  (the class of server errors)


def _code(response: requests.Response) -> str:
    body = b""
    with suppress(requests.RequestException):
        body = next(response.iter_content(MAX_ANSWER_BYTES), b"")
    try:
        code = json.loads(body)["error"]["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _wait(retry_after: str, tried: int) -> float:
    """Give the seconds to wait: what is asked for, which may have a fraction ("2.128"), else 1, 2 and 4."""
    return float(retry_after) if _SECONDS.fullmatch(retry_after.strip()) else 2.0**tried


def _silence(error: Exception) -> Silence:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    match error:
        case requests.exceptions.SSLError():
            return Silence.INSECURE
        case requests.ConnectTimeout():
            return Silence.SLOW
        case requests.ConnectionError() if isinstance(reason, NameResolutionError):
            return Silence.UNKNOWN_HOST
        case requests.ConnectionError() if isinstance(reason, NewConnectionError):
            return Silence.UNREACHABLE
        case requests.ConnectionError() | requests.Timeout():
            return Silence.UNANSWERED
        case _:
            return Silence.UNUSABLE
