"""Make one HTTP request and return what went wrong, with no URL and no header in it.

The URL of a webhook and the Authorization of a mail are credentials: no exception of a library
leaves this module, since it carries the request along. No library logs the request, and no
instrumentation sees it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from typing import NamedTuple

import requests
from opentelemetry import context
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from shared.adapters.channels.acceptance import Accepts, Received
from shared.adapters.library_logs import silence_libraries
from shared.adapters.timeout import call_with_timeout

MAX_BODY_BYTES = 65_536
"""Bytes of a response that are read, to find out what it means."""
_CODE = re.compile(r"[A-Za-z]{1,60}")
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}")


class HttpRequest(NamedTuple):
    """A request to make."""

    url: str
    headers: Mapping[str, str]
    accepts: Accepts
    """Whether a response means that the request was received."""
    body: bytes = b""
    method: str = "POST"


class ErrorResponse(NamedTuple):
    """A response without success, or a success that is not the service's own."""

    status: int
    code: str = ""
    """`{"error": {"code": ...}}`, as Graph and Power Automate write it; empty if there is none."""
    retry_after: str = ""
    media_type: str = ""
    """What came instead of the expected answer; empty if it is not known."""

    @property
    def unknown(self) -> bool:
        """Whether the status is a success, but the answer is not the service's own."""
        return 200 <= self.status < 300  # noqa: PLR2004  (HTTP success)

    @property
    def redirects(self) -> bool:
        """Whether this is a redirect; redirects are not followed."""
        return 300 <= self.status < 400  # noqa: PLR2004  (HTTP redirects)

    def __str__(self) -> str:
        """Return "HTTP 404 WorkflowNotFound", or "HTTP 200, text/html" for an unknown answer."""
        what = f"HTTP {self.status} {self.code}".rstrip()
        return f"{what}, {self.media_type or 'no content type'}" if self.unknown else what


class NoResponse(StrEnum):
    """Why there is no response."""

    INSECURE = "no secure connection could be made"
    CONNECT_TIMEOUT = "no connection came about in time"
    UNKNOWN_HOST = "the host is not known"
    UNREACHABLE = "no connection came about"
    BROKEN = "the connection broke; the request may have been received"
    NO_TIME = "no time was left for a request"
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
    """Make one request; return `None` if it was received, as `request.accepts` says.

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
            received = _received(response)
            if request.accepts(received):
                return None
            retry_after = response.headers.get("Retry-After", "")
            code = _code(received.body)
            return ErrorResponse(received.status, code, retry_after, received.media_type)
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


def _received(response: requests.Response) -> Received:
    """Return the response with the beginning of its body."""
    body, complete = bytearray(), True
    try:
        for chunk in response.iter_content(MAX_BODY_BYTES):
            body += chunk
            if len(body) >= MAX_BODY_BYTES:
                break
    except requests.RequestException:
        complete = False
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    known = media_type if _MEDIA_TYPE.fullmatch(media_type) else ""
    return Received(response.status_code, known, bytes(body), complete)


def _code(body: bytes) -> str:
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
