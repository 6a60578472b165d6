"""What Graph answered, and the sentence for an answer that is not what was hoped for. All text in it is untrusted."""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import NamedTuple

import msgspec

from shared.ports.errors import DirectoryError
from shared.render.text.escape import plain

RETRIED = frozenset({429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises for bytes that are not what they should be."""


class GraphResponse(NamedTuple):
    """What Graph answered, whatever it is."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case, or a mapping that ignores case."""
    body: bytes


class _Inner(msgspec.Struct):
    request_id: str | None = msgspec.field(default=None, name="request-id")


class _Error(msgspec.Struct, rename="camel"):
    code: str | None = None
    message: str | None = None
    inner_error: _Inner | None = None


class _Failure(msgspec.Struct):
    error: _Error


def unreadable(body: bytes, error: Exception) -> DirectoryError:
    """Say that an answer with a good status is not what Graph answers."""
    start = plain(body[:200].decode("utf-8", "replace"), 80)
    if start.startswith("<"):
        return DirectoryError(
            f"Graph's answer is a page for people, not JSON ({start}). Something on the way answers in its place."
        )
    return DirectoryError(
        f"Graph's answer cannot be understood: {plain(str(error))}. It begins with {start!r}."
    )


def complaint(answer: GraphResponse, more: str = "") -> DirectoryError:
    """Say what is wrong about an answer whose status is not what was hoped for; `more` is added to the sentence."""
    error = _error(answer)
    code = plain(error.code or "", 80)
    request_id = plain(
        (error.inner_error and error.inner_error.request_id)
        or answer.headers.get("request-id", ""),
        50,
    )
    said = f"{answer.status} {code}".rstrip()
    said += f", {plain(error.message)}" if error.message else ""
    said += f" (request id {request_id})" if request_id else ""
    if code == "Authorization_RequestDenied":
        text = (
            "Graph refuses: the identity lacks the Graph application permission Application.Read.All."
            f" An administrator must grant it to the identity. Graph said: {said}."
        )
    elif answer.status == HTTPStatus.UNAUTHORIZED:
        text = (
            "Graph does not accept the token. Does LAPSEWATCH_GRAPH name the cloud, and AZURE_CLIENT_ID an identity, of this"
            f" tenant? Graph said: {said}."
        )
    else:
        text = f"Graph answered {said}."
    transient = answer.status in RETRIED or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return DirectoryError(
        text + more, transient=transient, code=code or str(answer.status), request_id=request_id
    )


def no_such_object(answer: GraphResponse) -> bool:
    """Whether Graph itself says that there is no such object; a gateway's 404 is not that."""
    return (
        answer.status == HTTPStatus.NOT_FOUND and _error(answer).code == "Request_ResourceNotFound"
    )


def _error(answer: GraphResponse) -> _Error:
    """Read Graph's own words; empty where the body is something else, such as a gateway's page."""
    with suppress(*UNREADABLE):
        return msgspec.json.decode(answer.body, type=_Failure).error
    return _Error()


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After` in seconds, fractions included, as Graph writes it; `None` where there is none above zero."""
    try:
        wait = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return wait if 0 < wait < float("inf") else None
