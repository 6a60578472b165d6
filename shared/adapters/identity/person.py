"""The sign-in of a person, by the Azure CLI: never the managed identity, never a stored token.

A Graph on this machine is a stand-in: its token is for that very root, which only a stand-in's
`az` gives, so no token of a real tenant is sent there.
"""

from collections.abc import Sequence
from functools import partial
from subprocess import TimeoutExpired
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import AccessToken
from azure.identity import AzureCliCredential, CredentialUnavailableError

from shared.adapters.library_logs import silence_libraries
from shared.adapters.stand_in_tokens import may_stay_here
from shared.adapters.timeout import call_with_timeout
from shared.adapters.token_errors import why_no_token
from shared.config.urls import is_loopback
from shared.ports.errors import DirectoryError
from shared.render.text.escape import clean

AZ_SECONDS = 20
"""Seconds that `az` may take; it starts Python and may ask Entra for a new token."""

_MEANINGS: Sequence[tuple[tuple[str, ...], str]] = (
    (
        ("not found on path", "Failed to execute"),
        (
            "The Azure CLI is not installed here: there is no 'az' on PATH. Install it"
            " (https://aka.ms/azure-cli), then run 'az login'."
        ),
    ),
    (
        ("AADSTS500011", "AADSTS65001"),
        (
            "Its tenant does not know that resource. Does LAPSEWATCH_GRAPH name the cloud that"
            " 'az cloud show' names? If it is on this machine, only the az of the stand-in tenant"
            " gives a token (python -m local.tenant --hand-over says how)."
        ),
    ),
    (
        ("AADSTS90002", "AADSTS50020", "AADSTS700016", "AADSTS90072"),
        (
            "The sign-in belongs to another tenant. Run 'az login --tenant {tenant}' with an"
            " account of the tenant of the app registration."
        ),
    ),
    (
        ("AADSTS70043", "AADSTS700082", "AADSTS50173", "AADSTS700084", "AADSTS50078"),
        "The sign-in of 'az login' has expired. Run 'az login' again.",
    ),
    (
        ("AADSTS50076", "AADSTS50079", "AADSTS53003", "AADSTS50005", "AADSTS50158"),
        (
            "The tenant asks for a stronger sign-in, such as multi-factor authentication. Run"
            " 'az login' again on a device that it accepts."
        ),
    ),
    (("az login", "AADSTS"), "Nobody is signed in here. Run 'az login', then try again."),
)
"""By a part of the error of azure-identity or of `az` itself; the first that fits counts."""


class PersonCredential:
    """The person who is signed in with `az login`."""

    def __init__(self, graph: str, *, tenant_id: str = "", seconds: float = AZ_SECONDS) -> None:
        """Start nothing yet.

        Args:
            graph: The root of Graph.
            tenant_id: Where to sign in; empty for the person's usual tenant.
            seconds: What `az` may take.
        """
        silence_libraries()
        self._graph, self._tenant_id, self._seconds = graph.rstrip("/"), tenant_id, seconds
        self._loopback = is_loopback(urlsplit(graph))
        self._credential = AzureCliCredential(tenant_id=tenant_id, process_timeout=int(seconds))

    @property
    def graph_scope(self) -> str:
        """The scope of a token for Graph, which is this root and nothing else."""
        return f"{self._graph}/.default"

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401  (the SDK's)
        """Return a token. Raises `DirectoryError`, which says what the person can do."""
        asked = tuple(map(self._allowed, scopes))
        options.pop("claims", None)  # `az` cannot answer them: a new token has to do
        try:
            token: AccessToken = call_with_timeout(
                self._seconds + 1, partial(self._credential.get_token, *asked, **options)
            )
        except Exception as error:  # noqa: BLE001  (azure-identity raises more than its own errors)
            failure = self._failure(error, asked)
        else:
            return token
        raise failure  # not "from error": it may hold an output with a token

    def close(self) -> None:
        """Close nothing: `az` has ended."""

    def _allowed(self, scope: str) -> str:
        """Return the scope to ask for. Raises `DirectoryError` if it must not be asked for."""
        parts = urlsplit(scope)
        if not self._loopback:
            return scope
        if is_loopback(parts) and parts.port is None:  # Graph: the SDK leaves out the port
            return self.graph_scope
        if may_stay_here(scope):
            return scope
        host = clean(parts.netloc)
        raise DirectoryError(
            f"LAPSEWATCH_GRAPH is on this machine, and a token for {host} is not"
            " asked for beside it. Let all settings name stand-ins, or none.",
            transient=False,
        )

    def _failure(self, error: Exception, scopes: tuple[str, ...]) -> DirectoryError:
        said = str(getattr(error, "message", error))
        resource = clean(scopes[0].removesuffix("/.default")) if scopes else "it"
        too_late = isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutExpired)
        why = "'az' did not answer in time. Run 'az account get-access-token' to see why."
        if not too_late:
            why = f"'az' says: {why_no_token(error)}. Run 'az login', then try again."
        for parts, meaning in _MEANINGS:
            if any(part in said for part in parts):
                why = meaning.format(tenant=self._tenant_id or "TENANT")
                break
        transient = not isinstance(error, CredentialUnavailableError)
        return DirectoryError(
            f"The Azure CLI gave no token for {resource}. {why}",
            transient=transient,
            code=type(error).__name__,
        )
