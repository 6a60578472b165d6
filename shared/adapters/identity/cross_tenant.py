"""Who we are to another tenant: a registration that has no secret, since our managed identity vouches for it.

learn.microsoft.com, "Configure an application to trust a managed identity"; the cloud's own sign-in and audience: "National clouds".
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
    """Signs in to another tenant: the managed identity vouches for the registration, which has no secret."""

    def __init__(self, where: OtherTenant, own: ManagedIdentityCredential, cloud: Cloud) -> None:
        """Ask for nothing yet; `own` is closed with this."""
        self._where, self._own, self._cloud = where, own, cloud
        self._credential = ClientAssertionCredential(
            where.tenant_id,
            where.registration,
            self._assertion,
            authority=cloud.authority,
            read_timeout=READ_SECONDS,
            **CLIENT_OPTIONS,
        )

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401  (as the SDK's protocol has it)
        """Give a token of that tenant. Raises `DirectoryError`, with who can mend it."""
        try:
            token: AccessToken = call_with_timeout(
                TOKEN_SECONDS, partial(self._credential.get_token, *scopes, **options)
            )
        except DirectoryError:
            raise
        except Exception as error:  # noqa: BLE001  (azure-identity lets more through than its own errors, for answers it cannot read)
            tenant, registration = self._where
            raise DirectoryError(
                f"The tenant {tenant} gave no token. Its sign-in says: {why_no_token(error)}. Has an administrator of that tenant consented"
                f" ({self.consent}), and does the app registration {registration} have a federated credential for the managed identity?",
                code=type(error).__name__,
            ) from None  # it may carry an answer with a token along
        return token

    @property
    def consent(self) -> str:
        """Where an administrator of the tenant consents to the registration."""
        return consent(self._where, self._cloud.authority)

    def close(self) -> None:
        """Close the connections."""
        self._credential.close()
        self._own.close()

    def _assertion(self) -> str:
        try:
            return str(self._own.get_token(f"{self._cloud.audience}/.default").token)
        except Exception as error:  # noqa: BLE001  (as above)
            raise DirectoryError(
                f"The managed identity gave no token that vouches for it in another tenant. It says: {why_no_token(error)}."
                " Is it assigned to the app, is it a user-assigned one, and does AZURE_CLIENT_ID name it?",
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
    """Choose how to sign in to another tenant, as `credential` does for our own; `graph` is the root that says which cloud it is in.

    Tokens come from `authority`, an https address without a slash at its end; from the cloud's own sign-in if it is empty.
    With a Graph on this machine it must not be, so that nothing is sent to the real sign-in.
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
            "LAPSEWATCH_GRAPH is on this machine, and our assertion is sent to no other. Set AZURE_AUTHORITY_HOST to the sign-in of the"
            " stand-in tenants.",
            transient=False,
        )
    return CrossTenantCredential(where, own, cloud)
