"""A run's connection to Graph: every request ends within the run's time, as an answer or as a `DirectoryError` that says why.

The SDK's own adapter, authentication and retry middleware do the work. The body is taken as bytes, because the SDK's
model classes need 4 ms for an object, and fail for a whole page where one key id is malformed. What the SDK leaves out
is added here: retries of 500 and 502 and of lost connections, waits of fractions of a second and of three minutes and
more, one token a run, and the end of the run.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from itertools import batched, count
from typing import Any
from urllib.parse import urlsplit

import httpx
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware import RetryHandler
from kiota_http.middleware.options import (
    RedirectHandlerOption,
    ResponseHandlerOption,
    RetryHandlerOption,
)
from kiota_http.observability_options import ObservabilityOptions
from msgraph.graph_request_adapter import GraphRequestAdapter

from shared.adapters.graph.access_token import CredentialFactory, RunToken
from shared.adapters.graph.batch import BATCH, batch_answers, batch_request
from shared.adapters.graph.response import RETRIED, GraphResponse, asked_wait, complaint
from shared.config.urls import is_this_machine
from shared.ports.errors import DirectoryError
from shared.render.text.escape import plain

type Pause = Callable[[float], Awaitable[None]]

RETRIES = 6
LOST_RETRIES = 3
"""For a connection that was refused or cut: each attempt may itself last ten seconds and more."""
MIN_SECONDS = 0.01
"""Seconds with which nothing can be asked."""
TIMEOUT = httpx.Timeout(60, connect=10)


class _PatientRetry(RetryHandler):  # type: ignore[misc]  # the SDK is not type-checked here
    """The SDK's retries, also of 500 and 502, with fractions of a second understood, and no wait that outlasts the run."""

    def __init__(self, backoff: float, left: Callable[[], float]) -> None:
        super().__init__(RetryHandlerOption(max_retries=RETRIES))
        self.retry_on_status_codes = RETRIED
        self._backoff = backoff
        self._left = left

    def get_delay_time(
        self, retry_count: int, response: httpx.Response | None = None, _delay: float = 0
    ) -> float:
        """Give the seconds to wait; the SDK does not retry at `MAX_DELAY` and above."""
        wait = (
            asked_wait(response.headers) if response else None
        ) or self._backoff * 2**retry_count
        return wait if wait < self._left() else RetryHandlerOption.MAX_DELAY


class Session:
    """One run, on the loop that runs it. `requests` counts the requests that were answered, retries not counted."""

    def __init__(
        self,
        root: str,
        sign_in: CredentialFactory,
        *,
        seconds: float,
        backoff: float,
        pause: Pause = asyncio.sleep,
    ) -> None:
        """Connect to nothing yet; everything must end within `seconds`.

        Raises:
            DirectoryError: the token would travel in the clear.
        """
        self.root = root
        self._host = urlsplit(root).hostname or ""
        self._here = is_this_machine(self._host)
        if not root.startswith("https://") and not self._here:
            raise DirectoryError(
                f"LAPSEWATCH_GRAPH is {plain(root, 80)!r}; only https:// protects the token on its way.",
                transient=False,
            )
        self.requests = 0
        self._seconds = seconds
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._backoff = backoff
        self._pause = pause
        self._token = RunToken(sign_in)
        self._client = self._make_client()
        allowed = AzureIdentityAuthenticationProvider(self._token, allowed_hosts=[self._host])
        if self._here:
            allowed.access_token_provider.LOCALHOST_STRINGS = {
                self._host
            }  # of 127.0.0.0/8 the SDK knows only the first address
        self.adapter: Any = GraphRequestAdapter(allowed, client=self._client)
        self.adapter.base_url = f"{root.rstrip('/')}/v1.0"
        self.adapter.observability_options = ObservabilityOptions(
            enabled=False, include_euii_attributes=False
        )

    def _make_client(self) -> httpx.AsyncClient:
        retry = _PatientRetry(self._backoff, self.left)
        middleware = KiotaClientFactory.get_default_middleware(
            {RedirectHandlerOption.get_key(): RedirectHandlerOption(should_redirect=False)},
        )
        client = httpx.AsyncClient(
            http2=True,
            timeout=TIMEOUT,
            headers={"User-Agent": "lapsewatch"},
            trust_env=not self._here,  # a proxy has no business on this machine
        )
        # kiota's pipeline and not msgraph_core's, which adds a header about this machine's operating system for the SDK's makers
        return KiotaClientFactory.create_with_custom_middleware(  # type: ignore[no-any-return]  # the SDK is not type-checked here
            [retry if isinstance(each, RetryHandler) else each for each in middleware],
            client=client,
        )

    async def close(self) -> None:
        """Close the connections."""
        self._token.close()
        await self._client.aclose()

    def left(self) -> float:
        """Give the seconds that are left of the run."""
        return self._deadline - asyncio.get_running_loop().time()

    async def fetch(self, request: RequestInformation, *, again: bool = False) -> GraphResponse:
        """Get the answer to a request that may be repeated; `again`: this one was counted before.

        Raises:
            DirectoryError: there is no answer, or none in time.
        """
        request.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        try:
            async with asyncio.timeout_at(self._deadline):
                answer = await self._fetch(request)
        except TimeoutError:
            who = "The sign-in for Graph" if self._token.pending else "Graph"
            late = (
                f"{who} did not answer within {self._seconds:.3g} s."
                if self._seconds > MIN_SECONDS
                else "No time was left to ask Graph."
            )
            raise DirectoryError(late) from None
        self.requests += not again
        return answer

    async def _fetch(self, request: RequestInformation) -> GraphResponse:
        for attempt in count():
            try:
                response = await self.adapter.send_primitive_async(request, "bytes", None)
            except httpx.TransportError as error:
                if attempt == LOST_RETRIES:
                    what = plain(str(error)).rstrip(".") or type(error).__name__
                    raise DirectoryError(
                        f"No connection to Graph at {plain(self._host, 80)}: {what}."
                    ) from error
                await self._pause(self._backoff * 2**attempt)
                continue
            except httpx.DecodingError as error:
                raise DirectoryError(
                    f"Graph's answer cannot be unpacked: {plain(str(error))}."
                ) from error
            answer = GraphResponse(response.status_code, response.headers, response.content)
            wait = asked_wait(answer.headers) if answer.status in RETRIED else None
            if wait is None or wait < min(
                self.left(), RetryHandlerOption.MAX_DELAY
            ):  # the SDK has waited, and tried often enough
                return answer
            if wait >= self.left():
                raise self._too_long(answer, wait)
            await self._pause(wait)
        raise AssertionError("count() has no end")

    def _too_long(self, answer: GraphResponse, wait: float) -> DirectoryError:
        return complaint(
            answer,
            f" It asks us to wait for {wait:.12g} s, and only {max(0, self.left()):.0f} s are left.",
        )

    async def each[K: Hashable](
        self, requests: Mapping[K, RequestInformation]
    ) -> dict[K, GraphResponse | DirectoryError]:
        """Get every answer, one request each; a failure is the failure of that one."""
        answers = await asyncio.gather(*(self._settled(request) for request in requests.values()))
        return dict(zip(requests, answers, strict=True))

    async def batch[K: Hashable](
        self, requests: Mapping[K, RequestInformation]
    ) -> dict[K, GraphResponse | DirectoryError]:
        """Get every answer, twenty to a request; a failure is the failure of that one."""
        parts = await asyncio.gather(
            *(self._batch(dict(part)) for part in batched(requests.items(), BATCH, strict=False))
        )
        return {key: answer for part in parts for key, answer in part.items()}

    async def _settled(
        self, request: RequestInformation, *, again: bool = False
    ) -> GraphResponse | DirectoryError:
        try:
            return await self.fetch(request, again=again)
        except DirectoryError as error:
            return error

    async def _batch[K: Hashable](
        self, requests: Mapping[K, RequestInformation]
    ) -> dict[K, GraphResponse | DirectoryError]:
        """Ask for all at once, and again for those that Graph was too busy for, after the longest wait that it asks for."""
        found: dict[K, GraphResponse | DirectoryError] = {}
        asked = requests
        for attempt in count():
            answer = await self._settled(batch_request(asked), again=attempt > 0)
            found |= (
                dict.fromkeys(asked, answer)
                if isinstance(answer, DirectoryError)
                else batch_answers(answer, asked)
            )
            busy = {
                key: part
                for key, part in found.items()
                if isinstance(part, GraphResponse) and part.status in RETRIED
            }
            if not busy or attempt == RETRIES:
                break
            wait = max(
                asked_wait(part.headers) or self._backoff * 2**attempt for part in busy.values()
            )
            if wait >= self.left():
                found |= {key: self._too_long(part, wait) for key, part in busy.items()}
                break
            await self._pause(wait)
            asked = {key: requests[key] for key in busy}
        return found
