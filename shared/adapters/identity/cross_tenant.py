"""Sign in to another tenant as an app registration without a secret.

The managed identity proves who we are, by a federated credential: learn.microsoft.com, "Configure
an application to trust a managed identity". The sign-in and the audience of each cloud:
"National clouds".
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from azure.core.credentials import AccessToken
from azure.identity import AzureCliCredential, ClientAssertionCredential, ManagedIdentityCredential

from shared.adapters.identity.managed import READ_SECONDS, TOKEN_SECONDS, credential
from shared.adapters.timeout import CLIENT_OPTIONS, call_with_timeout
from shared.adapters.token_errors import why_no_token
from shared.config.clouds import Cloud, OtherTenant, cloud_of, consent
from shared.ports.errors import DirectoryError


class CrossTenantCredential:
    """The app registration in another tenant, signed in by the managed identity's token."""

    def __init__(self, where: OtherTenant, own: ManagedIdentityCredential, cloud: Cloud) -> None:
        """Contact nothing yet; `own` is closed with this credential."""
        self._where, self._own, self._cloud = where, own, cloud
        self._credential = ClientAssertionCredential(
            where.tenant_id,
            where.registration,
            self._assertion,
            authority=cloud.authority,
            read_timeout=READ_SECONDS,
            **CLIENT_OPTIONS,
        )

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401  (the SDK's)
        """Return a token of that tenant. Raises `DirectoryError`, which says who can help."""
        try:
            token: AccessToken = call_with_timeout(
                TOKEN_SECONDS, partial(self._credential.get_token, *scopes, **options)
            )
        except DirectoryError:
            raise
        except Exception as error:  # noqa: BLE001  (azure-identity raises more than its own errors)
            tenant, registration = self._where
            # Not "from error": it may hold a response with a token.
            raise DirectoryError(
                f"The tenant {tenant} gave no token. Its sign-in says: {why_no_token(error)}."
                f" Has an administrator of that tenant consented ({self.consent}), and does the"
                f" app registration {registration} have a federated credential for the managed"
                " identity?",
                code=type(error).__name__,
            ) from None
        return token

    @property
    def consent(self) -> str:
        """The URL where an administrator of the tenant consents to the registration."""
        return consent(self._where, self._cloud.authority)

    def close(self) -> None:
        """Close the connections."""
        self._credential.close()
        self._own.close()

    def _assertion(self) -> str:
        try:
            return str(self._own.get_token(f"{self._cloud.audience}/.default").token)
        except Exception as error:  # noqa: BLE001  (the same)
            raise DirectoryError(
                "The managed identity gave no token for signing in to another tenant. It says:"
                f" {why_no_token(error)}. Is it assigned to the app, is it a user-assigned one,"
                " and does AZURE_CLIENT_ID name it?",
                code=type(error).__name__,
            ) from None


def cross_tenant_credential(
    where: OtherTenant,
    client_id: str | None,
    *,
    graph: str,
    authority: str,
    graph_is_loopback: bool,
    environment: Mapping[str, str],
) -> CrossTenantCredential | AzureCliCredential:
    """Return the credential for another tenant; `managed.credential` explains the rest.

    The root of Graph decides the cloud. `authority` is the https URL of the sign-in, without a
    slash at its end; empty for the cloud's own, which must not be used with a loopback Graph.

    Raises:
        DirectoryError: nothing may be sent to the real sign-in.
    """
    own = credential(
        client_id,
        graph_is_loopback=graph_is_loopback,
        environment=environment,
        tenant_id=where.tenant_id,
    )
    if isinstance(own, AzureCliCredential):
        return own
    cloud = cloud_of(graph)
    if authority:
        cloud = cloud._replace(authority=authority)
    elif graph_is_loopback:
        own.close()
        raise DirectoryError(
            "LAPSEWATCH_GRAPH is on this machine, and our token is sent to no other sign-in. Set"
            " AZURE_AUTHORITY_HOST to the sign-in of the stand-in tenants.",
            transient=False,
        )
    return CrossTenantCredential(where, own, cloud)
