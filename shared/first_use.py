"""Outside services whose libraries are slow to import, imported when they are first used.

`status`, `health` and the feeds need no Graph SDK, and no sign-in where the table endpoint is on
this machine. docs/performance.md has the figures.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, cast

from azure.core.credentials import TokenCredential

from shared.adapters.timeout import TimeLeft
from shared.config.clouds import OtherTenant
from shared.ports.directory import Directory
from shared.ports.inventory import InventoryReader
from shared.ports.page_registration import RegistrationReader
from shared.ports.secret_creator import SecretCreator
from shared.ports.usage_report import UsageReport
from shared.ports.vault import Vault

if TYPE_CHECKING:
    from shared.adapters.identity.managed import Credential
    from shared.adapters.identity.person import PersonCredential

type SignIn = Callable[[], TokenCredential]


class _OnFirstUse:
    """Stands for an adapter, and makes it when one of its methods is first asked for."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._made = cache(make)

    def __getattr__(self, name: str) -> object:
        return getattr(self._made(), name)


def _on_first_use[Port](make: Callable[[], Port]) -> Port:
    return cast("Port", _OnFirstUse(make))


def graph_directory(root: str, sign_in: SignIn) -> Directory:
    """Return the app registrations of a tenant."""

    def make() -> Directory:
        from shared.adapters.graph.directory import GraphDirectory  # noqa: PLC0415  (the Graph SDK)

        return GraphDirectory(root, sign_in)

    return _on_first_use(make)


def graph_inventory(root: str, sign_in: SignIn) -> InventoryReader:
    """Return the reader of a whole tenant."""

    def make() -> InventoryReader:
        from shared.adapters.graph.inventory import GraphInventory  # noqa: PLC0415  (the Graph SDK)

        return GraphInventory(root, sign_in)

    return _on_first_use(make)


def graph_usage_report(root: str, sign_in: SignIn) -> UsageReport:
    """Return the report of when credentials were last used."""

    def make() -> UsageReport:
        from shared.adapters.graph.usage_report import (  # noqa: PLC0415  (the Graph SDK)
            GraphUsageReport,
        )

        return GraphUsageReport(root, sign_in)

    return _on_first_use(make)


def graph_registration(root: str, sign_in: SignIn) -> RegistrationReader:
    """Return the reader of the page's registration."""

    def make() -> RegistrationReader:
        from shared.adapters.graph.page_registration import (  # noqa: PLC0415  (the Graph SDK)
            GraphRegistration,
        )

        return GraphRegistration(root, sign_in)

    return _on_first_use(make)


def key_vault(url: str, sign_in: SignIn, left: TimeLeft) -> Vault:
    """Return the vault for new secrets."""

    def make() -> Vault:
        from shared.adapters.vault.key_vault import KeyVault  # noqa: PLC0415  (for hand-overs only)

        return KeyVault(url, sign_in, left=left)

    return _on_first_use(make)


def graph_secret_creator(root: str, sign_in: SignIn) -> SecretCreator:
    """Return what creates client secrets."""

    def make() -> SecretCreator:
        from shared.adapters.graph.create_secret import (  # noqa: PLC0415  (for `renew` only)
            GraphSecretCreator,
        )

        return GraphSecretCreator(root, sign_in)

    return _on_first_use(make)


def person_credential(root: str, tenant_id: str) -> "PersonCredential":
    """Return the credential of a person; see `shared.adapters.identity.person`."""
    from shared.adapters.identity.person import PersonCredential  # noqa: PLC0415  (azure-identity)

    return PersonCredential(root, tenant_id=tenant_id)


def own_credential(
    client_id: str | None, *, graph_is_loopback: bool, environment: Mapping[str, str]
) -> "Credential":
    """Return the app's own credential; see `shared.adapters.identity.managed.credential`."""
    from shared.adapters.identity.managed import credential  # noqa: PLC0415  (azure-identity)

    return credential(client_id, graph_is_loopback=graph_is_loopback, environment=environment)


def cross_tenant_credential(
    where: OtherTenant,
    client_id: str | None,
    *,
    graph: str,
    authority: str,
    graph_is_loopback: bool,
    environment: Mapping[str, str],
) -> TokenCredential:
    """Return the credential for another tenant; see `shared.adapters.identity.cross_tenant`."""
    from shared.adapters.identity import cross_tenant  # noqa: PLC0415  (azure-identity)

    return cross_tenant.cross_tenant_credential(
        where,
        client_id,
        graph=graph,
        authority=authority,
        graph_is_loopback=graph_is_loopback,
        environment=environment,
    )
