"""The vault: keeps the value of a new secret until the installer has opened it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.core.model.secret import Secret

MAX_NAME_CHARS = 127
"""Of a secret in Key Vault."""


@dataclass(frozen=True, slots=True)
class VaultLabel:
    """What the vault keeps beside a value, for people who read its log."""

    service: str
    """The id of the service."""
    key_id: str
    by: str
    """Who handed the value over."""
    at: datetime
    until: datetime
    """When it is to be deleted."""

    @property
    def name(self) -> str:
        """The name of the secret in the vault."""
        return vault_name(self.service, self.key_id)


def vault_name(service: str, key_id: str) -> str:
    """Return the name in the vault of a service's secret: one for each credential.

    A long service id is cut: the key id alone tells one credential from another.
    """
    left = MAX_NAME_CHARS - len(f"lapsewatch--{key_id}")
    return f"lapsewatch-{service[:left]}-{key_id}".lower()


class Vault(Protocol):
    """Keeps values. Every method may raise `VaultError`, whose text has no value."""

    def keep(self, label: VaultLabel, value: Secret) -> None:
        """Keep a value; one of the same name is replaced, also one that was deleted."""
        ...

    def has(self, name: str) -> bool:
        """Return whether the vault has a value of this name, without reading it."""
        ...

    def value(self, name: str) -> Secret | None:
        """Return a value, or `None` if the vault does not have it."""
        ...

    def delete(self, name: str) -> None:
        """Delete a value and, where the vault allows it, purge it; do nothing if there is none."""
        ...
