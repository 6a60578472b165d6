"""Keep the values of new secrets in Azure Key Vault.

It uses these rights on the vault (`Microsoft.KeyVault/vaults/secrets/...`): `setSecret` to keep a
value, and `recover` if its name was deleted and not purged; `readMetadata` to check that it is
there; `getSecret` to open it; `delete` and `purge` to end it. Without `purge` a value stays
deleted until the vault's retention ends.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import AccessToken, TokenCredential
from azure.keyvault.secrets import ApiVersion, SecretClient

from shared.adapters.library_logs import silence_libraries
from shared.adapters.stand_in_tokens import may_stay_here
from shared.adapters.timeout import CLIENT_OPTIONS, TimeLeft, call_with_timeout, unlimited
from shared.adapters.vault import calls
from shared.adapters.vault.errors import Act, vault_error
from shared.config.urls import is_loopback
from shared.core.model.secret import Secret
from shared.ports.errors import VaultError
from shared.ports.vault import VaultLabel
from shared.render.text.escape import clean

MAX_SECONDS = 30.0
"""What a vault that does not answer may cost in all, with every retry and the token."""
READ_SECONDS = 10
RETRIES = 2
"""Every call may be repeated: a second `set` adds a version with the same value."""
BUSY_SECONDS = 10.0
"""How long to wait for a deletion or a recovery of the same name that goes on in the vault."""

type Call[T] = Callable[[SecretClient, float], T]
"""Asks the vault; waits for a name that is busy until an instant of `time.monotonic`."""


class KeyVault:
    """A vault that holds nothing else; implements the port `Vault`.

    Keeps no connection and no token between two calls.
    """

    def __init__(
        self,
        url: str,
        sign_in: Callable[[], TokenCredential],
        *,
        left: TimeLeft = unlimited,
        seconds: float = MAX_SECONDS,
    ) -> None:
        """Contact nothing yet; calls that fail one after another take `seconds` in all."""
        self._url, self._sign_in, self._left = url, sign_in, left
        self._host = clean(urlsplit(url).hostname or "")
        self._loopback = is_loopback(urlsplit(url))
        self._seconds = self._patience = seconds

    def keep(self, label: VaultLabel, value: Secret) -> None:
        """Keep a value; one of the same name is replaced, also one that was deleted."""
        self._ask(Act.KEEP, partial(calls.keep, label, value))

    def has(self, name: str) -> bool:
        """Return whether the vault has a value of this name, without reading it."""
        return self._ask(Act.LOOK, partial(calls.has, name))

    def value(self, name: str) -> Secret | None:
        """Return a value, or `None` if the vault does not have it."""
        return self._ask(Act.READ, partial(calls.value, name))

    def delete(self, name: str) -> None:
        """Delete a value and, where the vault allows it, purge it; do nothing if there is none."""
        self._ask(Act.DELETE, partial(calls.delete, name))

    def _ask[T](self, act: Act, call: Call[T]) -> T:
        silence_libraries()
        seconds, started = min(self._patience, self._left()), time.monotonic()
        try:
            answer = call_with_timeout(seconds, partial(self._call, call, seconds))
        except Exception as error:  # noqa: BLE001  (azure-core raises more than its own errors)
            self._patience -= time.monotonic() - started
            failure: VaultError = vault_error(error, act, self._host)
        else:
            self._patience = self._seconds
            return answer
        raise failure  # not while an error is handled: its frames hold the request

    def _call[T](self, call: Call[T], seconds: float) -> T:
        credential = self._sign_in()
        try:
            with SecretClient(
                self._url,
                _LoopbackCredential(credential) if self._loopback else credential,
                api_version=ApiVersion.V7_4,  # the oldest with all we need: every cloud has it
                verify_challenge_resource=not self._loopback,
                permit_redirects=False,  # a value goes to the configured host and to no other
                read_timeout=READ_SECONDS,
                timeout=seconds,
                **{**CLIENT_OPTIONS, "retry_total": RETRIES},
            ) as client:
                return call(client, time.monotonic() + min(seconds, BUSY_SECONDS))
        finally:
            if close := getattr(credential, "close", None):
                close()


class _LoopbackCredential:
    """Returns tokens for vaults and stand-ins only: a vault on this machine gets no other one."""

    def __init__(self, credential: TokenCredential) -> None:
        self._credential = credential

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401  (the SDK's)
        """Return a token for the resource that the vault's challenge names."""
        for scope in scopes:
            if not may_stay_here(scope):
                raise VaultError(
                    "the vault on this machine asks for a token for"
                    f" {clean(urlsplit(scope).netloc)}, which is never sent there.",
                    transient=False,
                )
        return self._credential.get_token(*scopes, **options)
