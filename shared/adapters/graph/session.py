"""A run's connection to Graph: every request ends in time, with a response or an error.

The body is taken as bytes: the SDK's model classes need 4 ms of CPU for an object and 35 MB at
import, and fail for a whole page if one key id is malformed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import httpx
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_http.middleware.options import ResponseHandlerOption

from shared.adapters.graph.access_token import CredentialFactory, RunToken
from shared.adapters.graph.client import make_client
from shared.adapters.graph.lacking import Lacking
from shared.adapters.graph.response import GraphResponse, wait_error
from shared.adapters.graph.retry import LOST_CONNECTION_RETRIES, MAX_SDK_DELAY, RETRIED, retry_after
from shared.ports.errors import DirectoryError
from shared.render.text.escape import MAX_ERROR_CHARS, clean

type Pause = Callable[[float], Awaitable[None]]

MIN_SECONDS = 0.01
"""Too few seconds for any request."""


class Session:
    """One run, in one event loop."""

    def __init__(
        self,
        root: str,
        sign_in: CredentialFactory,
        *,
        seconds: float,
        backoff: float,
        pause: Pause = asyncio.sleep,
    ) -> None:
        """Contact nothing yet; everything must end within `seconds`.

        Raises:
            DirectoryError: `root` is not https.
        """
        self.root = root
        self.requests = 0
        """Requests that were answered, without retries."""
        self.lacking = Lacking()
        self.backoff = backoff
        self.pause = pause
        self._seconds = seconds
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._token = RunToken(sign_in)
        self._client = make_client(root, self._token, backoff, self.left)

    @property
    def adapter(self) -> Any:  # noqa: ANN401  (the SDK is not type-checked here)
        """The SDK's adapter, for its request builders."""
        return self._client.adapter

    async def close(self) -> None:
        """Close the connections."""
        self._token.end()
        await self._client.http.aclose()

    def left(self) -> float:
        """Return the seconds that are left of the run."""
        return self._deadline - asyncio.get_running_loop().time()

    async def fetch(self, request: RequestInformation, *, again: bool = False) -> GraphResponse:
        """Return the response to a request that may be repeated.

        With `again`, the request is not counted.

        Raises:
            DirectoryError: there is no response, or none in time.
        """
        request.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        try:
            async with asyncio.timeout_at(self._deadline):
                response = await self._fetch_what_graph_has(request)
        except TimeoutError:
            raise DirectoryError(self._late()) from None
        self.requests += not again
        return response

    async def fetch_or_error(
        self, request: RequestInformation, *, again: bool = False
    ) -> GraphResponse | DirectoryError:
        """Return the response, or the error instead of raising it."""
        try:
            return await self.fetch(request, again=again)
        except DirectoryError as error:
            return error

    async def fetch_each[K: Hashable](
        self, requests: Mapping[K, RequestInformation]
    ) -> dict[K, GraphResponse | DirectoryError]:
        """Return the response to each request, made at the same time, or its error."""
        responses = await asyncio.gather(*map(self.fetch_or_error, requests.values()))
        return dict(zip(requests, responses, strict=True))

    def _late(self) -> str:
        if self._seconds <= MIN_SECONDS:
            return "No time was left to ask Graph."
        who = "The sign-in for Graph" if self._token.pending else "Graph"
        return f"{who} did not respond within {self._seconds:.3g} s."

    async def _fetch_what_graph_has(self, request: RequestInformation) -> GraphResponse:
        """Repeat the request without each property that Graph turns out to lack."""
        while True:
            self.lacking.leave_out(request)
            response = await self._fetch(request)
            if not self.lacking.learn(request, response):
                return response

    async def _fetch(self, request: RequestInformation) -> GraphResponse:
        for attempt in count():
            try:
                received = await self.adapter.send_primitive_async(request, "bytes", None)
            except httpx.TransportError as error:
                if attempt == LOST_CONNECTION_RETRIES:
                    raise self._no_connection(error) from error
                await self.pause(self.backoff * 2**attempt)
                continue
            except httpx.DecodingError as error:
                why = clean(str(error), MAX_ERROR_CHARS)
                raise DirectoryError(f"Graph's response cannot be unpacked: {why}.") from error
            response = GraphResponse(received.status_code, received.headers, received.content)
            wait = retry_after(response.headers) if response.status in RETRIED else None
            if wait is None or wait < min(self.left(), MAX_SDK_DELAY):  # the SDK has retried
                return response
            if wait >= self.left():
                raise wait_error(response, wait, self.left())
            await self.pause(wait)
        raise AssertionError("count() has no end")

    def _no_connection(self, error: httpx.TransportError) -> DirectoryError:
        host = clean(urlsplit(self.root).hostname or "")
        why = clean(str(error), MAX_ERROR_CHARS).rstrip(".") or type(error).__name__
        return DirectoryError(
            f"No connection to Graph at {host}: {why}. Is LAPSEWATCH_GRAPH right, and can the app"
            " reach that network?"
        )
