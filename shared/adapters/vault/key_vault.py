"""Keep the values of new secrets in Azure Key Vault."""

from collections.abc import Callable

from azure.core.credentials import TokenCredential

from shared.adapters.timeout import TimeLeft, unlimited
from shared.core.model.secret import Secret
from shared.ports.vault import VaultLabel


class KeyVault:
    """A vault that holds nothing else; implements the port `Vault`."""

    def __init__(
        self, url: str, sign_in: Callable[[], TokenCredential], *, left: TimeLeft = unlimited
    ) -> None:
        """Contact nothing yet."""
        self._url, self._sign_in, self._left = url, sign_in, left

    def keep(self, label: VaultLabel, value: Secret) -> None:
        """Keep a value."""
        raise NotImplementedError

    def has(self, name: str) -> bool:
        """Return whether the vault has a value of this name."""
        raise NotImplementedError

    def value(self, name: str) -> Secret | None:
        """Return a value."""
        raise NotImplementedError

    def delete(self, name: str) -> None:
        """Delete a value."""
        raise NotImplementedError
