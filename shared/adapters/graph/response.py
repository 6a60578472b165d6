"""A response of Graph, and the error for one that failed. All text in it is untrusted."""

import re
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import NamedTuple

import msgspec

from shared.adapters.graph.retry import RETRIED
from shared.ports.errors import DirectoryError
from shared.render.text.escape import MAX_ERROR_CHARS, clean

_UNKNOWN_PROPERTY = re.compile(r"Could not find a property named '(\w{1,60})'", re.IGNORECASE)
_DENIED = ("Authorization_RequestDenied", "Authentication_MSGraphPermissionMissing")
GRANTED_ALREADY = (
    "If it was granted already, wait: Azure may hand out the token from before for up to 24 hours,"
    " and no restart helps."
)
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises for malformed bytes."""


class GraphResponse(NamedTuple):
    """A response of Graph, with any status."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case, or a mapping that ignores case."""
    body: bytes


class _InnerError(msgspec.Struct):
    request_id: str | None = msgspec.field(default=None, name="request-id")


class _Error(msgspec.Struct, rename="camel"):
    code: str | None = None
    message: str | None = None
    inner_error: _InnerError | None = None


class _ErrorBody(msgspec.Struct):
    error: _Error


def unreadable_error(body: bytes, error: Exception) -> DirectoryError:
    """Return the error for a successful response whose body cannot be read."""
    start = clean(body[:200].decode("utf-8", "replace"))
    if start.startswith("<"):
        return DirectoryError(
            f"Graph returned HTML instead of JSON ({start}). A proxy may be intercepting the"
            " request, or LAPSEWATCH_GRAPH names another host."
        )
    why = clean(str(error), MAX_ERROR_CHARS)
    return DirectoryError(f"Graph's response cannot be read: {why}. It begins with {start!r}.")


def status_error(response: GraphResponse, more: str = "") -> DirectoryError:
    """Return the error for a response without success; `more` is added to its text."""
    error = graph_error(response)
    code = clean(error.code or "")
    request_id = clean(
        (error.inner_error and error.inner_error.request_id)
        or response.headers.get("request-id", ""),
        50,
    )
    said = f"{response.status} {code}".rstrip()
    said += f", {clean(error.message, MAX_ERROR_CHARS)}" if error.message else ""
    said += f" (request id {request_id})" if request_id else ""
    if code in _DENIED:
        text = (
            "Graph refuses: the identity lacks the Graph application permission"
            " Application.Read.All. An administrator must grant it to the identity."
            f" {GRANTED_ALREADY} Graph said: {said}."
        )
    elif unknown := _UNKNOWN_PROPERTY.search(error.message or ""):
        text = (
            f"This Graph does not have the property {unknown[1]}, which a check needs. Does"
            " LAPSEWATCH_GRAPH name the cloud of this tenant, and does an app or a proxy answer in"
            f" its place? Graph said: {said}."
        )
    elif response.status == HTTPStatus.UNAUTHORIZED:
        text = (
            "Graph does not accept the token. Does LAPSEWATCH_GRAPH name the cloud, and"
            f" AZURE_CLIENT_ID an identity, of this tenant? Graph said: {said}."
        )
    else:
        text = f"Graph answered {said}."
    transient = response.status in RETRIED or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return DirectoryError(
        text + more,
        transient=transient,
        code=code or str(response.status),
        request_id=request_id,
    )


def wait_error(response: GraphResponse, wait: float, left: float) -> DirectoryError:
    """Return the error for a response that asks for a wait (seconds) longer than the run."""
    more = f" It asks us to wait for {wait:.12g} s, and only {max(0, left):.0f} s are left."
    return status_error(response, more)


def no_such_object(response: GraphResponse) -> bool:
    """Return whether Graph says that there is no such object; a gateway's 404 does not."""
    is_not_found = response.status == HTTPStatus.NOT_FOUND
    return is_not_found and graph_error(response).code == "Request_ResourceNotFound"


def graph_error(response: GraphResponse) -> _Error:
    """Return Graph's own error; empty if the body is something else, as from a gateway."""
    with suppress(*UNREADABLE):
        return msgspec.json.decode(response.body, type=_ErrorBody).error
    return _Error()
