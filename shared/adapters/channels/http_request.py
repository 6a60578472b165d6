"""Make one HTTP request and return what went wrong, with no URL and no header in it.

The URL of a webhook and the Authorization of a mail are credentials: no exception of a library
leaves this module, since it carries the request along. No library logs the request, and no
instrumentation sees it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from functools import partial
from typing import NamedTuple

import requests
from opentelemetry import context
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from shared.adapters.library_logs import silence_libraries
from shared.adapters.timeout import call_with_timeout

MAX_BODY_BYTES = 16_384
"""Bytes of a response that are read, to find an error code."""
_CODE = re.compile(r"[A-Za-z]{1,60}")


class HttpRequest(NamedTuple):
    """A request to make."""

    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    method: str = "POST"


class ErrorResponse(NamedTuple):
    """A response without success."""

    status: int
    code: str = ""
    """`{"error": {"code": ...}}`, as Graph and Power Automate write it; empty if there is none."""
    retry_after: str = ""

    @property
    def redirects(self) -> bool:
        """Whether this is a redirect; redirects are not followed."""
        return 300 <= self.status < 400  # noqa: PLR2004  (HTTP redirects)

    def __str__(self) -> str:
        """Return status and code: "HTTP 404 WorkflowNotFound"."""
        return f"HTTP {self.status} {self.code}".rstrip()


class NoResponse(StrEnum):
    """Why there is no response."""

    INSECURE = "no secure connection could be made"
    CONNECT_TIMEOUT = "no connection came about in time"
    UNKNOWN_HOST = "the host is not known"
    UNREACHABLE = "no connection came about"
    BROKEN = "the connection broke; the request may have been received"
    READ_TIMEOUT = "no response came in time; the request may have been received"
    BAD_URL = "the URL cannot be used"


_MEANINGS: Sequence[tuple[type[Exception], NoResponse]] = (
    (requests.exceptions.SSLError, NoResponse.INSECURE),
    (requests.ConnectTimeout, NoResponse.CONNECT_TIMEOUT),
    (NameResolutionError, NoResponse.UNKNOWN_HOST),
    (NewConnectionError, NoResponse.UNREACHABLE),
    (requests.ConnectionError, NoResponse.BROKEN),
    (requests.Timeout, NoResponse.READ_TIMEOUT),
)
"""By the class of an error of requests, or of the urllib3 error in it; the first one counts."""

type Problem = ErrorResponse | NoResponse


def make_request(
    session: requests.Session, request: HttpRequest, timeout: tuple[float, float]
) -> Problem | None:
    """Make one request; return `None` after success (2xx).

    The whole request ends within the sum of `timeout`: seconds to connect and to read.
    """
    silence_libraries()
    try:
        return call_with_timeout(sum(timeout), partial(_response, session, request, timeout))
    except TimeoutError:  # the server sent a byte now and then
        return NoResponse.READ_TIMEOUT


def _response(
    session: requests.Session, request: HttpRequest, timeout: tuple[float, float]
) -> Problem | None:
    try:
        with (
            _untraced(),
            session.request(
                request.method,
                request.url,
                data=request.body,
                auth=_Headers(request.headers),
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            if 200 <= response.status_code < 300:  # noqa: PLR2004  (HTTP success)
                return None
            retry_after = response.headers.get("Retry-After", "")
            return ErrorResponse(response.status_code, _code(response), retry_after)
    except (requests.RequestException, HTTPError, ValueError) as error:
        return _no_response(error)


@contextmanager
def _untraced() -> Iterator[None]:
    """Keep the instrumentation of OpenTelemetry from recording the URL, if there is any."""
    token = context.attach(context.set_value("suppress_instrumentation", value=True))
    try:
        yield
    finally:
        context.detach(token)


class _Headers(requests.auth.AuthBase):
    """Sets the headers last; otherwise a .netrc file would replace an Authorization."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request


def _code(response: requests.Response) -> str:
    body = b""
    with suppress(requests.RequestException):
        body = next(response.iter_content(MAX_BODY_BYTES), b"")
    try:
        code = json.loads(body)["error"]["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _no_response(error: Exception) -> NoResponse:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    for kind, meaning in _MEANINGS:
        if isinstance(error, kind) or isinstance(reason, kind):
            return meaning
    return NoResponse.BAD_URL
