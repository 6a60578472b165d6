"""The token of one run: requested once, within the run's time."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from azure.core.credentials import AccessToken, TokenCredential

from shared.adapters.token_errors import no_token_for_graph
from shared.ports.errors import DirectoryError

type CredentialFactory = Callable[[], TokenCredential]

TOKEN_MARGIN = 300
"""Seconds before its expiry at which a token is renewed."""


class RunToken:
    """A credential as the SDK's authentication takes it.

    The token and its failure are kept: `az` starts a process for each token, and an endpoint
    that fails would fail for each request. The token is requested in a thread, so that an
    endpoint that hangs cannot outlast the run.
    """

    def __init__(self, sign_in: CredentialFactory) -> None:
        """Request nothing yet; `sign_in` is called with the first request."""
        self._sign_in = sign_in
        self._thread = ThreadPoolExecutor(1)
        self._lock = asyncio.Lock()
        self._credential: TokenCredential | None = None
        self._token: AccessToken | None = None
        self._failure: DirectoryError | None = None
        self.pending = False
        """Whether a token was requested and has not arrived."""

    async def get_token(
        self, *scopes: str, claims: str | None = None, enable_cae: bool = False
    ) -> AccessToken:
        """Return the token; `claims` asks for a new one. Raises `DirectoryError`."""
        async with self._lock:
            if self._failure:
                raise self._failure
            if self._token is None or claims or self._token.expires_on - time.time() < TOKEN_MARGIN:
                self.pending = True
                try:
                    self._token = await asyncio.get_running_loop().run_in_executor(
                        self._thread, self._request, scopes, claims, enable_cae
                    )
                except DirectoryError as error:
                    self._failure = error
                    raise
                self.pending = False
            return self._token

    def _request(
        self,
        scopes: tuple[str, ...],
        claims: str | None,
        enable_cae: bool,  # noqa: FBT001  (the SDK's name)
    ) -> AccessToken:
        try:
            self._credential = self._credential or self._sign_in()
            return self._credential.get_token(*scopes, claims=claims, enable_cae=enable_cae)
        except DirectoryError:
            raise
        except Exception as error:  # noqa: BLE001  (azure-identity raises more than its own errors)
            # Not "from error": it may hold a response with a token.
            text = f"{no_token_for_graph(error)}."
            raise DirectoryError(text, code=type(error).__name__) from None

    async def close(self) -> None:
        """Do nothing: some versions of the SDK await this after each token, and it must go on."""

    def end(self) -> None:
        """Close the credential; a thread that still waits ends by the credential's timeout."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        if close := getattr(self._credential, "close", None):
            close()
