"""Make the SDK's request adapter for one run.

The SDK's own adapter, authentication and middleware do the work; redirects are not followed.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware import RetryHandler
from kiota_http.middleware.options import RedirectHandlerOption
from kiota_http.observability_options import ObservabilityOptions
from msgraph.graph_request_adapter import GraphRequestAdapter

from shared.adapters.graph.access_token import RunToken
from shared.adapters.graph.retry import GraphRetryHandler
from shared.adapters.library_logs import silence_libraries
from shared.config.urls import is_this_machine
from shared.ports.errors import DirectoryError
from shared.render.text.escape import clean

TIMEOUT = httpx.Timeout(60, connect=10)


class Client(NamedTuple):
    """The SDK's adapter, and the HTTP client that it uses, to be closed after the run."""

    adapter: Any
    http: httpx.AsyncClient


def make_client(root: str, token: RunToken, backoff: float, left: Callable[[], float]) -> Client:
    """Return a client for the Graph at `root`; nothing is contacted yet.

    Args:
        root: the root of Graph.
        token: the token of the run.
        backoff: seconds before the first retry.
        left: returns the seconds that are left of the run.

    Raises:
        DirectoryError: `root` is not https, so the token would not be encrypted on its way.
    """
    host = urlsplit(root).hostname or ""
    is_local = is_this_machine(host)
    if not root.startswith("https://") and not is_local:
        raise DirectoryError(
            f"LAPSEWATCH_GRAPH is {clean(root)!r}; only https:// protects the token on its way.",
            transient=False,
        )
    silence_libraries()
    http = _http_client(GraphRetryHandler(backoff, left), use_proxy=not is_local)
    authentication = AzureIdentityAuthenticationProvider(token, allowed_hosts=[host])
    if is_local:
        # The SDK knows only the first address of 127.0.0.0/8.
        authentication.access_token_provider.LOCALHOST_STRINGS = {host}
    adapter: Any = GraphRequestAdapter(authentication, client=http)
    adapter.base_url = f"{root.rstrip('/')}/v1.0"
    adapter.observability_options = ObservabilityOptions(
        enabled=False, include_euii_attributes=False
    )
    return Client(adapter, http)


def _http_client(retry: GraphRetryHandler, *, use_proxy: bool) -> httpx.AsyncClient:
    """Return a client with kiota's pipeline.

    msgraph_core's pipeline adds a header about the operating system for the SDK's makers.
    """
    middleware = KiotaClientFactory.get_default_middleware(
        {RedirectHandlerOption.get_key(): RedirectHandlerOption(should_redirect=False)},
    )
    client = httpx.AsyncClient(
        http2=True,
        timeout=TIMEOUT,
        headers={"User-Agent": "lapsewatch"},
        trust_env=use_proxy,
    )
    return KiotaClientFactory.create_with_custom_middleware(  # type: ignore[no-any-return]  # not type-checked
        [retry if isinstance(each, RetryHandler) else each for each in middleware],
        client=client,
    )
