"""A vault in memory. Its methods fail by the errors in `broken`."""

from dataclasses import dataclass, field

from shared.core.model.secret import Secret
from shared.ports.errors import VaultError
from shared.ports.vault import VaultLabel


@dataclass
class InMemoryVault:
    """A `Vault`."""

    values: dict[str, Secret] = field(default_factory=dict)
    """By name."""
    broken: dict[str, VaultError] = field(default_factory=dict)
    """The error that a method raises, by the name of the method."""

    def keep(self, label: VaultLabel, value: Secret) -> None:
        """Keep a value."""
        self._begin("keep")
        self.values[label.name] = value

    def has(self, name: str) -> bool:
        """Return whether there is a value of this name."""
        self._begin("has")
        return name in self.values

    def value(self, name: str) -> Secret | None:
        """Return a value, if there is one."""
        self._begin("value")
        return self.values.get(name)

    def delete(self, name: str) -> None:
        """Delete a value, if there is one."""
        self._begin("delete")
        self.values.pop(name, None)

    def _begin(self, method: str) -> None:
        if method in self.broken:
            raise self.broken[method]
