"""Many requests in one, `$batch`: https://learn.microsoft.com/graph/json-batching.

Each has a response or an error of its own.
"""

import asyncio
from collections.abc import Hashable, Mapping
from contextlib import suppress
from http import HTTPStatus
from itertools import batched, count

import msgspec
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from shared.adapters.graph.response import (
    UNREADABLE,
    GraphResponse,
    status_error,
    unreadable_error,
    wait_error,
)
from shared.adapters.graph.retry import RETRIED, RETRIES, retry_after
from shared.adapters.graph.session import Session
from shared.ports.errors import DirectoryError

BATCH = 20
"""Requests that Graph accepts in one batch."""

type Results[K: Hashable] = dict[K, GraphResponse | DirectoryError]


class _Part(msgspec.Struct):
    id: str
    status: int
    headers: dict[str, str | float] | None = None
    body: msgspec.Raw = msgspec.Raw(b"")


class _Parts(msgspec.Struct):
    responses: list[msgspec.Raw]


async def fetch_in_batches[K: Hashable](
    session: Session, requests: Mapping[K, RequestInformation]
) -> Results[K]:
    """Return the response to each request or its error, twenty requests in one."""
    batches = batched(requests.items(), BATCH, strict=False)
    results = await asyncio.gather(*(_fetch_batch(session, dict(batch)) for batch in batches))
    return {key: result for part in results for key, result in part.items()}


async def _fetch_batch[K: Hashable](
    session: Session, requests: Mapping[K, RequestInformation]
) -> Results[K]:
    """Repeat requests without each property that Graph turns out to lack."""
    results: Results[K] = {}
    asked = requests
    while asked:
        for request in asked.values():
            session.lacking.leave_out(request)
        results |= await _fetch_unless_busy(session, asked, again=bool(results))
        refused = {}
        for key, request in asked.items():
            result = results[key]
            if isinstance(result, GraphResponse) and session.lacking.learn(request, result):
                refused[key] = request
        asked = refused
    return results


async def _fetch_unless_busy[K: Hashable](
    session: Session, requests: Mapping[K, RequestInformation], *, again: bool
) -> Results[K]:
    """Ask again for the requests that Graph was too busy for, after its longest wait."""
    results: Results[K] = {}
    asked = requests
    for attempt in count():
        response = await session.fetch_or_error(_batch_request(asked), again=again or attempt > 0)
        if isinstance(response, DirectoryError):
            results |= dict.fromkeys(asked, response)
        else:
            results |= _results(response, asked)
        busy = {
            key: result
            for key, result in results.items()
            if isinstance(result, GraphResponse) and result.status in RETRIED
        }
        if not busy or attempt == RETRIES:
            break
        backoff = session.backoff * 2**attempt
        wait = max(retry_after(each.headers) or backoff for each in busy.values())
        if wait >= session.left():
            left = session.left()
            results |= {key: wait_error(each, wait, left) for key, each in busy.items()}
            break
        await session.pause(wait)
        asked = {key: requests[key] for key in busy}
    return results


def _batch_request[K: Hashable](requests: Mapping[K, RequestInformation]) -> RequestInformation:
    """Return one request for up to `BATCH` GET requests; each is known by its position."""
    parts = []
    for index, part in enumerate(requests.values()):
        part.path_parameters["baseurl"] = ""  # URLs in a batch begin after the version
        url = part.url.replace("%24select", "$select").replace("%24expand", "$expand")
        parts.append({"id": str(index), "method": "GET", "url": url})
    request = RequestInformation(Method.POST, "{+baseurl}/$batch", {})
    request.headers.try_add("Accept", "application/json")
    request.set_stream_content(msgspec.json.encode({"requests": parts}), "application/json")
    return request


def _results[K: Hashable](
    response: GraphResponse, requests: Mapping[K, RequestInformation]
) -> Results[K]:
    """Return the result of each request; a missing one is an error of that request alone."""
    if response.status != HTTPStatus.OK:
        return dict.fromkeys(requests, status_error(response))
    try:
        parts = msgspec.json.decode(response.body, type=_Parts).responses
    except UNREADABLE as error:
        return dict.fromkeys(requests, unreadable_error(response.body, error))
    by_id: dict[str, GraphResponse] = {}
    for raw in parts:
        with suppress(*UNREADABLE):  # the others count; what cannot be read is missing
            part = msgspec.json.decode(raw, type=_Part)
            by_id[part.id] = _response(part)
    missing = DirectoryError("Graph's batch response is incomplete; the next check retries.")
    return {key: by_id.get(str(index), missing) for index, key in enumerate(requests)}


def _response(part: _Part) -> GraphResponse:
    headers = {name.lower(): str(value) for name, value in (part.headers or {}).items()}
    return GraphResponse(part.status, headers, bytes(part.body))
